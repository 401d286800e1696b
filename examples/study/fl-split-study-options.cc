/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-study-options.h"

#include "fl-schedule-cell.h"
#include "fl-study.h"

#include "ns3/fl-data-source.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-option-rules.h"
#include "ns3/fl-option-text.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

/// Limits of figures 5 and 6 [ms/bit].
constexpr double SWEPT_MS[] = {0.0004, 0.0008, 0.0016, 0.003, 0.006, 0.0125, 0.025, 0.05, 0.1};

/// @param text names with commas between them @return whether each is data
bool
AreDataSources(const std::string& text)
{
    const auto names = SplitText(text, ',');
    return !names.empty() && std::all_of(names.begin(), names.end(), [](const auto& name) {
        return !name.empty() && IsDataSource(name);
    });
}

/// @param text names with commas between them @return whether each is an optimizer
bool
AreOptimizers(const std::string& text)
{
    const auto names = SplitText(text, ',');
    const auto& known = NamedOptimizers();
    return !names.empty() && std::all_of(names.begin(), names.end(), [&known](const auto& name) {
        return std::any_of(known.begin(), known.end(), [&name](const auto& entry) {
            return entry.name == name;
        });
    });
}

/// @return names of the schemes of figures 3 to 5, separated by commas
std::string
SchemeNames()
{
    std::string names;
    for (const auto& scheme : SplitSchemes())
    {
        names += (names.empty() ? "" : ", ") + scheme.name;
    }
    return names;
}

/// @param text of --schemes @param name of a scheme @return whether it is one of them
bool
IsWanted(const std::string& text, const std::string& name)
{
    const auto names = SplitText(text, ',');
    return text == "all" || std::find(names.begin(), names.end(), name) != names.end();
}

/// @param text of --schemes @return whether all of it are schemes
bool
AreSchemes(const std::string& text)
{
    const auto names = SplitText(text, ',');
    return text == "all" ||
           (!names.empty() && std::all_of(names.begin(), names.end(), [](const auto& name) {
               return std::any_of(SplitSchemes().begin(),
                                  SplitSchemes().end(),
                                  [&name](const auto& scheme) { return scheme.name == name; });
           }));
}

/// Which options go together.
void
AddStudyRules(OptionParser& parser, const SplitStudyOptions& options)
{
    RequireAbsence(
        parser,
        CellOptionsBut({"devices",      "rounds",      "runs",           "out",
                        "threads",      "data",        "data-transpose", "train-samples",
                        "test-samples", "text-length", "partition",      "batch",
                        "lr",           "step",        "base",           "model",
                        "lora-rank",    "lora-alpha",  "shared-head",    "paper-payload",
                        "encoding",     "bandwidth",   "min-cycles",     "max-cycles",
                        "max-cpu",      "capacitance"}),
        "packets",
        [&options] { return !options.packets; },
        "figures are by formula, and have no packets");
    RequireAbsence(
        parser,
        {"figure", "texts", "schemes", "limits", "timed-rounds", "evaluate-every"},
        "packets",
        [&options] { return options.packets; },
        "that is a cell in place of figures");
    RequireAbsence(
        parser,
        {"compare"},
        "packets",
        [&options] { return !options.packets; },
        "figures have all schemes");
    RequireAbsence(
        parser,
        {"coordinator", "optimizer", "task"},
        "packets",
        [] { return true; },
        "the study has its own");
}

/// @return whether a figure is one of text
/// @param options as parsed
bool
IsOfTexts(const SplitStudyOptions& options)
{
    return options.figure == "3";
}

} // namespace

SplitStudyOptions::SplitStudyOptions()
{
    cell = ScheduleCellDefaults();
    cell.coordinator = "split";
    cell.rounds = 100;
    cell.data = "fashion-mnist";
    cell.batch = 32;
    cell.step = "adam";
    cell.lr = 0.003;
    cell.threads = 2;
}

const std::vector<std::string>&
SplitFigureNames()
{
    static const std::vector<std::string>
        names{"3", "4", "4a", "5", "6", "devices", "base", "tasks", "table"};
    return names;
}

void
AddSplitStudyOptions(OptionParser& parser, SplitStudyOptions& options)
{
    parser.Add(
        "figure",
        "3 (texts) or 4 (images) at both limits, 4a (4 at the tight one), 5 (over limits), 6 "
        "(run times), devices (N at random), base (what it is worth), tasks (heads of two tasks on "
        "one encoder), table (parameters and payloads)",
        options.figure,
        OneOf(SplitFigureNames()));
    parser.Add("texts",
               "data of figure 3, separated by commas, each as --data",
               options.texts,
               {"names of data, separated by commas", AreDataSources});
    parser.Add("schemes",
               "of figures 3 to 5: all, or some of " + SchemeNames(),
               options.schemes,
               {"all, or some of " + SchemeNames() + ", separated by commas", AreSchemes});
    parser.Add("limits",
               "of the average delay in place of the figure's, separated by commas [ms/bit]",
               options.limitsMs,
               {"numbers above 0, separated by commas", [](const std::vector<double>& limits) {
                    return std::all_of(limits.begin(), limits.end(), [](double limit) {
                        return limit > 0 && limit <= 1e6;
                    });
                }});
    parser.Add("evaluate-every",
               "rounds from one evaluation to the next",
               options.evaluateEvery,
               InRange(1U, 1000000U));
    parser.Add("evaluated",
               "most held-out samples that are looked at",
               options.evaluated,
               InRange(1U, 10000000U));
    parser.Add("timed-rounds",
               "figure 6: rounds whose solutions are timed at each limit",
               options.timedRounds,
               InRange(1U, 1000000U));
    parser.Add("quick", "4 rounds, two runs and few samples, to see that it runs", options.quick);
    parser.Add("packets",
               "one configuration packet by packet, over --phy, in place of figures",
               options.packets);
    parser.Add("compare",
               "the optimizers of --packets, separated by commas",
               options.compare,
               {"names of optimizers, separated by commas", AreOptimizers});
    AddOptions(parser, options.cell);
    AddStudyRules(parser, options);
}

SplitStudyOptions
ReducedSplitOptions(SplitStudyOptions options)
{
    if (options.quick)
    {
        options.cell.rounds = std::min(options.cell.rounds, 4U);
        options.cell.runs = std::min(options.cell.runs, 2U);
        options.evaluateEvery = std::min(options.evaluateEvery, 2U);
        options.evaluated = std::min(options.evaluated, 60U);
        options.timedRounds = std::min(options.timedRounds, 20U);
        if (options.cell.trainSamples == 0)
        {
            options.cell.trainSamples = 2000;
        }
    }
    return options;
}

std::vector<double>
SplitLimits(const SplitStudyOptions& options)
{
    std::vector<double> limits;
    if (!options.limitsMs.empty())
    {
        for (const double limit : options.limitsMs)
        {
            limits.push_back(1e-3 * limit);
        }
    }
    else if (options.figure == "5" || options.figure == "6")
    {
        for (const double limit : SWEPT_MS)
        {
            limits.push_back(1e-3 * limit);
        }
    }
    else if (options.figure == "3" || options.figure == "4")
    {
        limits = {SPLIT_TIGHT_LIMIT_S, SPLIT_PAPER_LIMIT_S};
    }
    else
    {
        limits = {SPLIT_TIGHT_LIMIT_S};
    }
    std::sort(limits.begin(), limits.end());
    return limits;
}

SplitCurveOptions
MakeSplitCurveOptions(const SplitStudyOptions& options)
{
    SplitCurveOptions made;
    made.scenario = options.cell;
    made.cell.devices = options.cell.devices;
    made.cell.bandwidthHz = options.cell.bandwidthHz;
    made.cell.rounds = options.cell.rounds;
    made.evaluateEvery = options.evaluateEvery;
    made.lossSamples = options.quick ? 8 : 64;
    made.probes = options.figure == "3" || options.figure == "4" || options.figure == "4a" ? 5 : 0;
    made.seed = StudySeed();
    return made;
}

std::vector<SplitCase>
MakeSplitCases(const SplitStudyOptions& options)
{
    std::vector<SplitCase> cases;
    const auto add = [&](const std::string& data) {
        Scenario scenario = options.cell;
        scenario.data = data;
        cases.push_back(MakeSplitCase(scenario, options.evaluated, options.cell.threads));
    };
    if (options.figure == "base")
    {
        return MakeBaseCases(options.cell, options.evaluated, options.cell.threads);
    }
    if (options.figure == "tasks")
    {
        return MakeHeadTaskCases(options.cell, options.evaluated, options.cell.threads);
    }
    if (!IsOfTexts(options))
    {
        add(options.cell.data);
        return cases;
    }
    for (const auto& name : SplitText(options.texts, ','))
    {
        add(name);
    }
    return cases;
}

std::vector<SplitCurve>
MakeSplitFigure(const SplitStudyOptions& options, size_t tasks)
{
    auto schemes = SplitSchemes();
    if (options.figure == "devices")
    {
        schemes = SplitRandomSchemes(options.cell.devices);
    }
    else if (options.figure == "base" || options.figure == "tasks")
    {
        schemes = {SplitSchemes().back()};
    }
    std::vector<SplitCurve> curves;
    for (size_t task = 0; task < tasks; ++task)
    {
        for (const auto& scheme : schemes)
        {
            if (scheme.scheduled == 0 && !IsWanted(options.schemes, scheme.name))
            {
                continue;
            }
            for (const double limitS : SplitLimits(options))
            {
                curves.push_back({options.figure, task, scheme, limitS});
            }
        }
    }
    return curves;
}

} // namespace fl
} // namespace ns3
