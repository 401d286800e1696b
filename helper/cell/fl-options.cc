/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-options.h"

#include "fl-data-source.h"
#include "fl-scenario-fields.h"
#include "fl-scenario-rules.h"

#include "ns3/fl-configuration.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-option-rules.h"

#include <algorithm>
#include <thread>
#include <type_traits>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// @return names and descriptions
std::vector<std::pair<std::string, std::string>>
OptimizerChoices()
{
    std::vector<std::pair<std::string, std::string>> choices;
    for (const auto& entry : NamedOptimizers())
    {
        choices.emplace_back(entry.name, entry.description);
    }
    return choices;
}

/**
 * Add rules about options that have no effect where another one has a certain value.
 * @param parser gets them
 * @param options where the values go
 */
void
AddAbsenceRules(OptionParser& parser, const Options& options)
{
    RequireAbsence(
        parser,
        {"model",
         "data",
         "data-transpose",
         "text-length",
         "partition",
         "encoding",
         "data-start",
         "data-add",
         "data-discard",
         "data-add-active",
         "data-discard-active"},
        "payload-bits",
        [&options] { return options.payloadBits > 0; },
        "messages have that size then, and nothing is learned");
    RequireAbsence(
        parser,
        {"samples-per-device"},
        "payload-bits",
        [&options] { return options.payloadBits <= 0; },
        "devices have the samples that --partition gives them");
    RequireAbsence(
        parser,
        {"train-samples", "test-samples"},
        "data",
        [&options] { return !IsMadeData(options.data); },
        "they are numbers of synthetic samples");
    RequireAbsence(
        parser,
        {"max-cpu"},
        "max-cpu-in-turn",
        [&options] { return !options.cpuHzInTurn.empty(); },
        "devices have these frequencies");
}

/**
 * Bind a scenario to a command line.
 * @param parser gets an option for each field, and rules
 * @param scenario defaults, and where the values go; must outlive the parser
 */
void
AddScenario(OptionParser& parser, Scenario& scenario)
{
    for (const auto& field : ScenarioFields())
    {
        parser.BeginGroup(field.group);
        std::visit(
            [&](const auto& of) {
                auto& value = scenario.*of.member;
                auto allowed = of.allowed;
                if constexpr (std::is_same_v<decltype(allowed), Allowed<std::string>>)
                {
                    // A program's default may be all PHYs.
                    allowed = of.name == "phy" ? PhyNames(value) : allowed;
                }
                parser.Add(of.name, of.meaning, value, allowed, of.bare);
            },
            field.of);
    }
    parser.AddChoices("optimizer", OptimizerChoices());
    parser.KeepNs3(scenario.attributes, scenario.seed, scenario.run);
    for (const auto& [attribute, option] : AttributesOfFields())
    {
        parser.SetsAttribute(attribute, option);
    }
    for (const auto& rule : ScenarioRules())
    {
        parser.AddRule(rule.name, [&scenario, must = rule.must] { return must(scenario); });
    }
}

} // namespace

void
AddOutputOptions(OptionParser& parser, OutputOptions& options)
{
    if (options.out.empty())
    {
        options.out = "results/" + parser.GetProgram();
    }
    if (options.threads == 0)
    {
        options.threads = std::clamp(std::thread::hardware_concurrency(), 1U, 1024U);
    }
    parser.AddLike();
    parser.BeginGroup(OptionGroup::OUTPUT);
    parser.Add("out",
               "folder for the results",
               options.out,
               {"the name of a folder", [](const std::string& path) { return !path.empty(); }});
    parser.Add("threads",
               "threads that train; 0: the simulator's own",
               options.threads,
               InRange(0U, 1024U));
}

void
AddOptions(OptionParser& parser, Options& options)
{
    AddScenario(parser, options);
    AddOutputOptions(parser, options);
    parser.Add("pcap", "capture the base station's packets", options.pcap);
    AddAbsenceRules(parser, options);
}

std::vector<std::string>
CellOptionsBut(const std::vector<std::string>& names)
{
    Options options;
    OptionParser parser("", "");
    AddOptions(parser, options);
    const auto json = parser.ToJson();
    std::vector<std::string> others;
    for (const auto& [name, value] : json["options"].items())
    {
        if (std::find(names.begin(), names.end(), name) == names.end())
        {
            others.push_back(name);
        }
    }
    return others;
}

Configuration
ConfigurationOf(const std::string& program, const Scenario& scenario)
{
    Configuration configuration;
    configuration.program = program;
    for (const auto& field : ScenarioFields())
    {
        std::visit([&](const auto& of) { configuration.options[of.name] = scenario.*of.member; },
                   field.of);
    }
    for (const auto& [name, value] : scenario.attributes)
    {
        configuration.ns3Arguments[name] = value;
    }
    configuration.seed = scenario.seed;
    configuration.run = scenario.run;
    return configuration;
}

Scenario
ReadScenario(const std::string& file)
{
    Options options;
    OptionParser parser(ReadConfiguration(file).program, "");
    AddOptions(parser, options);
    parser.Repeat(file);
    return options;
}

} // namespace fl
} // namespace ns3
