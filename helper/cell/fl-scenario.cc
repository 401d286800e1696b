/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-scenario.h"

#include "fl-scenario-fields.h"
#include "fl-scenario-rules.h"

#include "ns3/config.h"
#include "ns3/fl-error.h"
#include "ns3/fl-ns3-arguments.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/string.h"

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param scenario whose attributes are checked
 * @throws InvalidInput if one is not there, can't take its value, or is a field's to set
 */
void
ValidateAttributes(const Scenario& scenario)
{
    for (const auto& [name, value] : scenario.attributes)
    {
        if (!IsNs3Setting(name))
        {
            throw InvalidInput(Written(scenario, name) +
                               ": must be an attribute or a global value of ns-3");
        }
        if (name == "RngSeed" || name == "RngRun")
        {
            throw InvalidInput(Written(scenario, name) + ": must be left out: the scenario's " +
                               (name == "RngRun" ? "run" : "seed") + " is that");
        }
        CheckNs3Argument(name, value);
    }
    CheckNs3Argument("RngSeed", ValueText(scenario.seed));
    for (const auto& [attribute, option] : AttributesOfFields())
    {
        if (scenario.attributes.count(attribute))
        {
            throw InvalidInput(Written(scenario, attribute) + ": must be left out: --" + option +
                               " sets it");
        }
    }
}

} // namespace

void
Scenario::Validate() const
{
    for (const auto& field : ScenarioFields())
    {
        std::visit(
            [this](const auto& of) {
                const auto& value = this->*of.member;
                auto parsed = value;
                // What is not finite is no value of the type.
                if (!ParseValue(ValueText(value), parsed) ||
                    (of.allowed.test && !of.allowed.test(value)))
                {
                    throw InvalidInput(Written(*this, of.name) + ": must be " + of.allowed.text);
                }
            },
            field.of);
    }
    ValidateAttributes(*this);
    for (const auto& rule : ScenarioRules())
    {
        const std::string must = rule.must(*this);
        if (!must.empty())
        {
            throw InvalidInput(Written(*this, rule.name) + ": must " + must);
        }
    }
}

void
Scenario::Apply() const
{
    RngSeedManager::SetSeed(seed);
    RngSeedManager::SetRun(run);
    for (const auto& [name, value] : attributes)
    {
        if (name.find("::") == std::string::npos)
        {
            Config::SetGlobal(name, StringValue(value));
        }
        else
        {
            Config::SetDefault(name, StringValue(value));
        }
    }
}

double
CellRadius(const Scenario& scenario)
{
    constexpr double WIFI_M = 50;
    constexpr double OTHERS_M = 250;
    return scenario.radius > 0 ? scenario.radius : scenario.phy == "wifi" ? WIFI_M : OTHERS_M;
}

} // namespace fl
} // namespace ns3
