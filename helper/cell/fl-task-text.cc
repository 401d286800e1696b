/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-task-text.h"

#include "fl-scenario-fields.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <set>
#include <sstream>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * Set one field.
 * @param [in,out] scenario the scenario
 * @param name of a field
 * @param text its value
 * @return completes "must ..."; empty: it is set
 */
std::string
SetField(Scenario& scenario, const std::string& name, const std::string& text)
{
    const auto names = TaskFields();
    if (!names.test(name))
    {
        return "name " + names.text + ": '" + name + "' is none of them";
    }
    std::string must;
    for (const auto& field : ScenarioFields())
    {
        std::visit(
            [&](const auto& of) {
                if (of.name != name)
                {
                    return;
                }
                auto value = scenario.*of.member;
                if (ParseValue(text, value) && (!of.allowed.test || of.allowed.test(value)))
                {
                    scenario.*of.member = value;
                }
                else
                {
                    must = "have, for " + name + ", not '" + text + "' but " + of.allowed.text;
                }
            },
            field.of);
    }
    return must;
}

/**
 * Set the fields that a text names.
 * @param [in,out] scenario the scenario
 * @param text of a task
 * @return completes "must ..."; empty: all are set
 */
std::string
SetFields(Scenario& scenario, const std::string& text)
{
    std::set<std::string> names;
    std::istringstream words(text);
    for (std::string word; std::getline(words, word, ',');)
    {
        const size_t equals = word.find('=');
        const std::string name = word.substr(0, equals);
        if (equals == std::string::npos)
        {
            return "be NAME=VALUE,NAME=VALUE,...: '" + word + "' has no value";
        }
        if (!names.insert(name).second)
        {
            return "name " + name + " once";
        }
        const std::string must = SetField(scenario, name, word.substr(equals + 1));
        if (!must.empty())
        {
            return must;
        }
    }
    return scenario.minCycles > scenario.maxCycles ? Describe("have min-cycles=",
                                                              scenario.minCycles,
                                                              " up to max-cycles=",
                                                              scenario.maxCycles)
                                                   : "";
}

} // namespace

uint32_t
CountTasks(const Scenario& scenario)
{
    return std::max<uint32_t>(1, static_cast<uint32_t>(scenario.tasks.size()));
}

Scenario
TaskScenario(const Scenario& scenario, uint32_t task)
{
    Scenario own = scenario;
    own.tasks.clear();
    if (!scenario.tasks.empty())
    {
        const std::string must = SetFields(own, scenario.tasks.at(task));
        if (!must.empty())
        {
            throw InvalidInput("--task=" + scenario.tasks[task] + ": must " + must);
        }
    }
    return own;
}

std::string
CheckTaskText(const std::string& text)
{
    Scenario scenario;
    return SetFields(scenario, text);
}

} // namespace fl
} // namespace ns3
