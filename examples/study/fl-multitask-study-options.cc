/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-multitask-study-options.h"

#include "fl-study.h"

#include "ns3/fl-error.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-option-rules.h"
#include "ns3/fl-option-text.h"
#include "ns3/fl-task-builder.h"
#include "ns3/fl-thread-pool.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Figures of the paper that are drawn, and the remarks of section V-B2.
const std::vector<std::string>
    FIGURE_NAMES{"5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "remarks"};
/// These in words.
constexpr char FIGURES[] = "5 to 14 and remarks";
/// Where Debian's dataset-fashion-mnist is.
constexpr char FASHION_FOLDER[] = "/usr/share/datasets/fashion-mnist";

/// A task of the paper.
struct PaperTask
{
    const char* name;                            //!< its data set
    const char* model;                           //!< as MakeModel() takes it, Table I
    std::string MultitaskStudyOptions::* option; //!< data of the command line
    const char* standIn;                         //!< generated data in their place
};

/// @return names of all schemes, separated by commas
std::string
SchemeNames()
{
    std::string names;
    for (const auto* schemes : {&MultitaskSchemes(), &MultitaskConventionalSchemes()})
    {
        for (const auto& scheme : *schemes)
        {
            if (names.find(scheme.name) == std::string::npos)
            {
                names += (names.empty() ? "" : ", ") + std::string(scheme.name);
            }
        }
    }
    return names;
}

/// @param text of --schemes @return whether all of it are schemes
bool
AreSchemes(const std::string& text)
{
    const auto names = SplitText(text, ',');
    const auto known = SplitText(SchemeNames(), ',');
    return text == "all" ||
           (!names.empty() && std::all_of(names.begin(), names.end(), [&](const auto& name) {
               return std::any_of(known.begin(), known.end(), [&](const auto& other) {
                   return name == other || " " + name == other;
               });
           }));
}

/// Figures are by formula, and have no network.
void
AddStudyRules(OptionParser& parser, const MultitaskStudyOptions& options)
{
    RequireAbsence(
        parser,
        CellOptionsBut({"runs", "train-samples", "test-samples", "out", "threads"}),
        "packets",
        [&options] { return !options.packets; },
        "figures have the paper's tasks and devices, and no network");
    RequireAbsence(
        parser,
        {"figures", "schemes", "learning-rate"},
        "packets",
        [&options] { return options.packets; },
        "that is a cell in place of figures");
    RequireAbsence(
        parser,
        {"compare"},
        "packets",
        [&options] { return !options.packets; },
        "figures have --schemes");
    RequireAbsence(
        parser,
        {"optimizer", "coordinator", "task", "rounds", "data", "model", "partition"},
        "packets",
        [&options] { return options.packets; },
        "the study has its own");
}

/// Make do with little. @param options as parsed @return for --quick
MultitaskStudyOptions
Quick(MultitaskStudyOptions options)
{
    if (options.quick)
    {
        options.aggregations = std::min(options.aggregations, 10U);
        options.samples = std::min(options.samples, 20U);
        options.cell.runs = std::min(options.cell.runs, 2U);
        options.cell.testSamples = std::min(options.cell.testSamples, 100U);
        options.cell.trainSamples = std::min(options.cell.trainSamples, 2000U);
    }
    return options;
}

/**
 * @param given data of the command line
 * @param task what they are to be
 * @return data for Scenario::data
 */
std::string
DataOf(const std::string& given, const PaperTask& task)
{
    if (!given.empty())
    {
        return given;
    }
    const bool isFashion = std::string(task.name) == "Fashion-MNIST";
    return isFashion && std::filesystem::is_directory(FASHION_FOLDER) ? FASHION_FOLDER
                                                                      : task.standIn;
}

} // namespace

MultitaskStudyOptions::MultitaskStudyOptions()
{
    cell.devices = 10;
    cell.runs = 3;
    cell.trainSamples = 10000;
    cell.testSamples = 500;
    cell.threads = 2;
    // As in the tables of the documentation.
    cell.transport = "datagram";
}

void
AddMultitaskStudyOptions(OptionParser& parser, MultitaskStudyOptions& options)
{
    AddFiguresOption(parser, options.figures, FIGURE_NAMES, FIGURES);
    parser.Add("svhn",
               "data of the first task, 3 x 32 x 32: as --data of the quickstart; none: "
               "synthetic-street",
               options.svhn);
    parser.Add("mnist", "data of the second task, 28 x 28; none: synthetic-digits", options.mnist);
    parser.Add("fashion",
               "data of the third task, 28 x 28; none: Fashion-MNIST where Debian's "
               "dataset-fashion-mnist is installed, or else synthetic-clutter",
               options.fashion);
    parser.Add("schemes",
               Describe("of figures 5, 6 and 11 to 14: all, or some of ", SchemeNames()),
               options.schemes,
               {Describe("all, or some of ", SchemeNames(), ", separated by commas"), AreSchemes});
    parser.Add("learning-rate",
               "of all curves and tasks; 0: for each the best of 0.003, 0.01, 0.03 and 0.1",
               options.learningRate,
               InRange(0.0, 10.0));
    parser.Add("aggregations", "G, of each task", options.aggregations, InRange(2U, 10000U));
    parser.Add("samples", "of each device and task", options.samples, InRange(8U, 100000U));
    parser.Add("evaluate-every",
               "aggregations from one evaluation to the next",
               options.evaluateEvery,
               InRange(1U, 10000U));
    parser.Add("drop-late",
               "FedAvg-Partial drops updates that a round did not wait for; they count in the next "
               "one otherwise",
               options.drop);
    parser.Add("quick",
               "10 aggregations, 20 samples per device and task, two runs and three values, to see "
               "that it runs",
               options.quick);
    parser.Add("packets",
               "the three tasks through the simulator in place of figures, by the schemes of "
               "--compare",
               options.packets);
    parser.Add("compare",
               "with --packets: fedavg-full, fedavg-partial and names of optimizers",
               options.compare);
    AddStudyRules(parser, options);
    AddOptions(parser, options.cell);
}

MultitaskFigures
ParseMultitaskFigures(const std::string& text)
{
    MultitaskFigures figures;
    for (const auto& name : ParseFigureNames(text, FIGURE_NAMES, FIGURES))
    {
        if (name == "remarks")
        {
            figures.remarks = true;
        }
        else
        {
            figures.numbers.push_back(static_cast<uint32_t>(std::stoul(name)));
        }
    }
    return figures;
}

std::vector<MultitaskTask>
MakeMultitaskTasks(const MultitaskStudyOptions& options, ThreadPool& pool, std::ostream& notes)
{
    const PaperTask paper[] = {
        {"SVHN", "svhn-cnn", &MultitaskStudyOptions::svhn, "synthetic-street"},
        {"MNIST", "softmax", &MultitaskStudyOptions::mnist, "synthetic-digits"},
        {"Fashion-MNIST", "softmax", &MultitaskStudyOptions::fashion, "synthetic-clutter"}};
    const auto reduced = Quick(options);
    std::vector<MultitaskTask> tasks;
    for (const auto& of : paper)
    {
        Scenario scenario = reduced.cell;
        scenario.data = DataOf(options.*of.option, of);
        scenario.model = of.model;
        scenario.batch = 32;
        if (scenario.data == of.standIn)
        {
            notes << scenario.data << " stands in for " << of.name << ".\n";
        }
        const auto data = LoadData(scenario, pool.GetNThreads());
        auto task = std::make_shared<LearningTask>(*BuildTask(scenario, data, 1));
        if (task->test->Size() > scenario.testSamples)
        {
            std::vector<uint32_t> first(scenario.testSamples);
            for (uint32_t i = 0; i < first.size(); ++i)
            {
                first[i] = i;
            }
            task->test = std::make_shared<const Dataset>(task->test->Subset(first));
        }
        task->trainer.iteration = TrainerOptions::Iteration::STEP;
        tasks.push_back({of.name, scenario.data, of.model, std::move(task)});
    }
    return tasks;
}

MultitaskCurveOptions
MakeMultitaskCurveOptions(const MultitaskStudyOptions& options)
{
    const auto reduced = Quick(options);
    MultitaskCurveOptions made;
    made.setting.devices = reduced.cell.devices;
    made.setting.aggregations = reduced.aggregations;
    made.runs = reduced.cell.runs;
    made.samples = reduced.samples;
    made.evaluateEvery = reduced.evaluateEvery;
    made.late = reduced.drop ? LateUpdates::DROP : LateUpdates::STALE;
    made.learningRate = reduced.learningRate;
    if (reduced.schemes != "all")
    {
        made.schemes = SplitText(reduced.schemes, ',');
    }
    made.seed = StudySeed();
    return made;
}

} // namespace fl
} // namespace ns3
