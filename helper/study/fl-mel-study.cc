/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-study.h"

#include "fl-mel-report.h"

#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fl-aggregator.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-error.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-mel-methods.h"
#include "ns3/fl-method-name.h"
#include "ns3/fl-option-rules.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-result-folder.h"
#include "ns3/fl-version.h"
#include "ns3/rng-seed-manager.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>

namespace ns3
{
namespace fl
{

namespace
{

/// Figures of the paper that are drawn.
constexpr uint32_t FIRST_FIGURE = 4;
/// The last of them.
constexpr uint32_t LAST_FIGURE = 8;

/**
 * One global cycle: train at each learner, then aggregate by FedAvg.
 * @param task model, training set and the trainer's settings
 * @param work local iterations of each learner
 * @param shares samples that each gets; their sum is at most the training set's size
 * @param global parameters that all learners start from
 * @param seed of the division of samples, and of training
 * @return the average of the learners' parameters, weighted by samples; learners without samples or
 *        iterations, or whose training diverges, are left out
 */
Eigen::VectorXf
TrainCycle(const LearningTask& task,
           const std::vector<MelWork>& work,
           const std::vector<uint32_t>& shares,
           const Eigen::VectorXf& global,
           uint64_t seed)
{
    std::vector<uint32_t> shuffled(static_cast<size_t>(task.train->Size()));
    std::iota(shuffled.begin(), shuffled.end(), 0);
    RandomStream(seed).Shuffle(shuffled);
    FedAvg aggregator;
    aggregator.Begin(task.model->ParameterCount());
    auto next = shuffled.begin();
    for (size_t k = 0; k < work.size(); ++k)
    {
        const std::vector<uint32_t> mine(next, next + shares[k]);
        next += shares[k];
        if (mine.empty() || work[k].iterations == 0)
        {
            continue;
        }
        TrainerOptions options = task.trainer;
        options.localIterations = static_cast<uint32_t>(work[k].iterations);
        const auto result =
            Train(*task.model, global, *task.train, mine, 0, options, RandomStream(seed, k).Next());
        if (result.finite)
        {
            aggregator.Add({result.parameters, static_cast<double>(mine.size()), 0, 0});
        }
    }
    Eigen::VectorXf updated = global;
    aggregator.Finish(updated);
    return updated;
}

/**
 * @param all whether the figure is one over T
 * @param quick whether to make do with two values
 * @return limits T of a global cycle [s], ascending
 */
std::vector<double>
CycleTimes(bool all, bool quick)
{
    if (quick)
    {
        return {10, 20};
    }
    return all ? std::vector<double>{5, 10, 15, 20, 25, 30, 35, 40} : std::vector<double>{10, 20};
}

/**
 * @param figure number in the paper
 * @param quick whether to make do with one value
 * @return limits E, means of the learners' energy budgets per cycle [J], ascending
 */
std::vector<double>
Energies(uint32_t figure, bool quick)
{
    if (quick)
    {
        return {figure == 8 ? 30.0 : 10.0};
    }
    switch (figure)
    {
    case 6:
    case 7:
        return {10, 20};
    case 8:
        return {30};
    default:
        return {10, 20, 30};
    }
}

/**
 * @param figure number in the paper
 * @param method that solves HA-Asyn, as in `--method`
 * @return the schemes that it compares, each with its bound c on staleness
 */
std::vector<MelScheme>
Schemes(uint32_t figure, const std::string& method)
{
    if (figure == 4)
    {
        return {{"HA-Asyn", method, 0},
                {"HA-Sync", "ha-sync", 0},
                {"HU-Asyn", "hu-asyn", 0},
                {"HU-Sync", "hu-sync", 0}};
    }
    std::vector<MelScheme> schemes{{"HA-Sync", "ha-sync", 0}, {"HU-Sync", "hu-sync", 0}};
    for (const int64_t staleness : {1, 2, 3, 4, 5})
    {
        schemes.push_back({"HA-Asyn", method, staleness});
    }
    for (const int64_t staleness : {2, 5})
    {
        schemes.push_back({"HU-Asyn", "hu-asyn", staleness});
    }
    if (figure == 5)
    {
        schemes.push_back({"HA-Asyn", method, 8}); // "c > 5 does not help"
    }
    return schemes;
}

/// Allocations that are learned with, in one run. Cases whose limits don't bind share them.
struct Lesson
{
    uint32_t run{0};              //!< which
    std::vector<MelWork> work;    //!< the allocation
    std::vector<MelRun*> wanted;  //!< who gets the result
    std::vector<double> accuracy; //!< the result
};

/**
 * @param lesson with its allocation
 * @return samples times local iterations, over all learners: in proportion to training time
 */
int64_t
EffortOf(const Lesson& lesson)
{
    int64_t effort = 0;
    for (const auto& work : lesson.work)
    {
        effort += work.iterations * work.samples;
    }
    return effort;
}

/**
 * @param results all cases; their runs are filled with allocations
 * @param runs repetitions, each with channels of its own
 * @param seed of the first run; those of others follow
 * @return every distinct allocation once per run, those that take longest first, to keep threads
 *        busy; lessons point into results
 */
std::vector<Lesson>
CollectLessons(std::vector<MelResult>& results, uint32_t runs, uint64_t seed)
{
    using Key = std::vector<int64_t>;
    std::map<Key, Lesson> lessons;
    WorkProgress progress(static_cast<double>(results.size()) * runs);
    for (auto& result : results)
    {
        progress.Begin(Describe("allocation by ",
                                result.what.scheme.name,
                                ", T = ",
                                result.what.cycleTimeS,
                                " s, E = ",
                                result.what.energyJ,
                                " J, c = ",
                                result.what.scheme.staleness));
        for (uint32_t i = 0; i < runs; ++i)
        {
            result.runs.push_back(AllocateMel(result.what, MelDropOptions(), seed + i));
            progress.Add();
        }
        for (uint32_t i = 0; i < runs; ++i)
        {
            auto& run = result.runs[i];
            Key key{i};
            for (const auto& work : run.work)
            {
                key.push_back(work.iterations);
                key.push_back(work.samples);
            }
            auto& lesson = lessons[key];
            lesson.run = i;
            lesson.work = run.work;
            lesson.wanted.push_back(&run);
        }
    }
    std::vector<Lesson> all;
    for (auto& entry : lessons)
    {
        all.push_back(std::move(entry.second));
    }
    std::stable_sort(all.begin(), all.end(), [](const Lesson& a, const Lesson& b) {
        return EffortOf(a) > EffortOf(b);
    });
    return all;
}

/// Run all cases, each of all runs, side by side.
void
RunCases(std::vector<MelResult>& results, const MelStudyOptions& options, const LearningData& data)
{
    const uint64_t seed = RngSeedManager::GetSeed() * 1000003ULL + RngSeedManager::GetRun();
    const auto task = BuildTask(options.cell, data, seed);
    auto lessons = CollectLessons(results, options.cell.runs, seed);
    // The global model is evaluated once per cycle, which takes some time too.
    const auto effort = [&](const Lesson& lesson) {
        return static_cast<double>(EffortOf(lesson) + task->test->Size());
    };
    double all = 0;
    for (const auto& lesson : lessons)
    {
        all += effort(lesson) * options.cell.rounds;
    }
    WorkProgress progress(all);
    progress.Begin(Describe("learning with ",
                            lessons.size(),
                            " allocations, ",
                            options.cell.rounds,
                            " global cycles each"));
    data.pool->ParallelFor(lessons.size(), [&](size_t i) {
        auto& lesson = lessons[i];
        lesson.accuracy = LearnMel(lesson.work, *task, options.cell.rounds, seed + lesson.run, [&] {
            progress.Add(effort(lesson));
        });
    });
    for (const auto& lesson : lessons)
    {
        for (auto* run : lesson.wanted)
        {
            run->accuracy = lesson.accuracy;
        }
    }
}

/**
 * @param figures numbers in the paper
 * @param options which method solves HA-Asyn, and whether to be quick
 * @return all cases that the figures need, each once, with the figures that show it; no runs yet
 */
std::vector<MelResult>
CollectCases(const std::vector<uint32_t>& figures, const MelStudyOptions& options)
{
    std::vector<MelResult> results;
    for (const auto figure : figures)
    {
        for (const double energyJ : Energies(figure, options.quick))
        {
            for (const double timeS : CycleTimes(figure >= 6, options.quick))
            {
                for (const auto& scheme :
                     Schemes(figure, PlainMethodName("mel", "exact", options.method)))
                {
                    const MelCase what{timeS, energyJ, scheme};
                    auto known =
                        std::find_if(results.begin(), results.end(), [&](const auto& result) {
                            return IsSameCase(result.what, what);
                        });
                    if (known == results.end())
                    {
                        results.push_back({what, {}, {}});
                        known = results.end() - 1;
                    }
                    known->figures.push_back(figure);
                }
            }
        }
    }
    return results;
}

/// Figures are by formula and learn in a loop, or there are packets.
void
AddStudyRules(OptionParser& parser, const MelStudyOptions& options)
{
    parser.AddRule("payload-bits", [&options]() -> std::string {
        return !options.packets && options.cell.payloadBits > 0
                   ? "be 0 for figures, which are about what is learned"
                   : "";
    });
    RequireAbsence(
        parser,
        CellOptionsBut({"rounds",
                        "runs",
                        "payload-bits",
                        "model",
                        "data",
                        "batch",
                        "lr",
                        "momentum",
                        "proximal",
                        "train-samples",
                        "test-samples",
                        "out",
                        "threads"}),
        "packets",
        [&options] { return !options.packets; },
        "figures have the paper's learners, and no network");
    RequireAbsence(
        parser,
        {"figures", "method"},
        "packets",
        [&options] { return options.packets; },
        "that is a cell in place of figures, by the plans of --optimizer");
}

} // namespace

std::vector<uint32_t>
ScaleMelSamples(const std::vector<MelWork>& work, uint32_t trained)
{
    int64_t total = 0;
    for (const auto& entry : work)
    {
        total += entry.samples;
    }
    std::vector<uint32_t> shares;
    int64_t before = 0;
    uint32_t given = 0;
    for (const auto& entry : work)
    {
        before += entry.samples;
        const auto until = static_cast<uint32_t>(
            static_cast<double>(before) / static_cast<double>(total) * trained + 0.5);
        shares.push_back(until - given);
        given = until;
    }
    return shares;
}

MelRun
AllocateMel(const MelCase& what, MelDropOptions drop, uint64_t seed)
{
    drop.cycleTimeS = what.cycleTimeS;
    drop.energyJ = what.energyJ;
    drop.staleness = what.scheme.staleness;
    RandomStream random(seed);
    const auto problem = DrawMelDrop(drop, random);
    MelRun run;
    try
    {
        const auto solution = SolveMel(what.scheme.method, problem);
        run.feasible = true;
        run.work = solution.learners;
        run.iterations = solution.objective;
    }
    catch (const Infeasible&)
    {
        // Nothing is learned.
    }
    return run;
}

std::vector<double>
LearnMel(const std::vector<MelWork>& work,
         const LearningTask& task,
         uint32_t updates,
         uint64_t seed,
         const std::function<void()>& updated)
{
    const auto shares = ScaleMelSamples(work, static_cast<uint32_t>(task.train->Size()));
    Eigen::VectorXf global = task.model->InitialParameters(seed);
    std::vector<double> accuracy{Evaluate(*task.model, global, *task.test).accuracy};
    for (uint32_t update = 1; update <= updates; ++update)
    {
        if (!work.empty())
        {
            global = TrainCycle(task, work, shares, global, RandomStream(seed, update).Next());
        }
        accuracy.push_back(Evaluate(*task.model, global, *task.test).accuracy);
        if (updated)
        {
            updated();
        }
    }
    return accuracy;
}

double
MelUpdatesTo(const std::vector<double>& accuracy, double threshold)
{
    for (size_t update = 0; update < accuracy.size(); ++update)
    {
        if (accuracy[update] >= threshold)
        {
            return static_cast<double>(update);
        }
    }
    return ABSENT;
}

MelStudyOptions::MelStudyOptions()
{
    cell.devices = 20;
    cell.rounds = 12;
    cell.runs = 10;
    cell.model = "mlp:30";
    cell.batch = 8;
    cell.lr = 0.05;
    cell.trainSamples = 600;
    cell.testSamples = 1000;
    cell.optimizer = "mel-exact";
    cell.maxPowerDbm = 23;
    cell.minCycles = 1123736;
    cell.maxCycles = 1123736;
    cell.cpuHzInTurn = MelDropOptions().cpuHz;
    cell.capacitance = MelDropOptions().energyPerCycleHz;
}

std::vector<uint32_t>
ParseMelFigures(const std::string& text)
{
    std::vector<uint32_t> figures;
    for (uint32_t figure = FIRST_FIGURE; figure <= LAST_FIGURE; ++figure)
    {
        figures.push_back(figure);
    }
    if (text == "all")
    {
        return figures;
    }
    std::vector<uint32_t> wanted;
    std::istringstream words(text + ",");
    for (std::string word; std::getline(words, word, ',');)
    {
        const auto figure = std::find_if(figures.begin(), figures.end(), [&](uint32_t number) {
            return std::to_string(number) == word;
        });
        if (figure == figures.end())
        {
            throw InvalidInput(Describe("figure '", word, "': must be one of 4 to 8"));
        }
        wanted.push_back(*figure);
    }
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    return wanted;
}

void
AddMelStudyOptions(OptionParser& parser, MelStudyOptions& options)
{
    parser.Add("figures",
               "which: all, or some of 4 to 8, separated by commas",
               options.figures,
               {"all, or some of 4 to 8, separated by commas", [](const std::string& text) {
                    try
                    {
                        return !ParseMelFigures(text).empty();
                    }
                    catch (const InvalidInput&)
                    {
                        return false;
                    }
                }});
    parser.Add("method",
               "of HA-Asyn: exact, or sai, the paper's own",
               options.method,
               {"one of exact, sai", [](const std::string& name) {
                    const std::string plain = PlainMethodName("mel", "exact", name);
                    return plain == "exact" || plain == "sai";
                }});
    parser.Add("quick", "two limits of time and one of energy, to see that it runs", options.quick);
    parser.Add("packets",
               "a cell through the simulator in place of figures, by the plans of --optimizer",
               options.packets);
    AddStudyRules(parser, options);
    AddOptions(parser, options.cell);
    // As the paper has it; --ns3::fl::Processor::FrequencyExponent=... comes later, and wins.
    Config::SetDefault("ns3::fl::Processor::FrequencyExponent", DoubleValue(1));
}

void
RunMelStudy(const OptionParser& parser, const MelStudyOptions& options)
{
    if (options.packets)
    {
        RunCellExperiment(parser, options.cell);
        return;
    }
    const auto start = std::chrono::steady_clock::now();
    const auto figures = ParseMelFigures(options.figures);
    const std::filesystem::path folder = options.cell.out;
    const FolderLock lock(folder);
    const LearningData data = LoadData(options.cell);
    auto results = CollectCases(figures, options);
    RunCases(results, options, data);
    WriteMelReport(folder, figures, results, options.cell.rounds, std::cout);
    const std::chrono::duration<double> wallClock = std::chrono::steady_clock::now() - start;
    nlohmann::ordered_json summary = parser.ToJson();
    summary["program"] = parser.GetProgram();
    summary["configuration"] = parser.ToJson();
    summary["figures"] = figures;
    summary["cases"] = results.size();
    summary["wall_clock_s"] = wallClock.count();
    summary["peak_memory_bytes"] = PeakMemoryBytes();
    OutputFile file(folder / "summary.json");
    file.Write(summary.dump(2) + "\n");
    file.Publish();
    std::cout << "Tables and plots are in " << folder.string() << "/.\n";
}

} // namespace fl
} // namespace ns3
