/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-case.h"
#include "fl-mel-learning.h"
#include "fl-mel-report.h"
#include "fl-mel-study-options.h"
#include "fl-study.h"

#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-error.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-method-name.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-result-folder.h"
#include "ns3/fl-task-builder.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{

namespace
{

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

/// Learning with one allocation in one run. Cases whose limits don't bind share it.
struct Lesson
{
    uint32_t run{0};               //!< index of the run
    std::vector<MelWork> work;     //!< the allocation
    std::vector<MelRun*> sharedBy; //!< the cases' runs that have this allocation
    std::vector<double> accuracy;  //!< the result, by global update
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
            lesson.sharedBy.push_back(&run);
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
    const uint64_t seed = StudySeed();
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
        for (auto* run : lesson.sharedBy)
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

/**
 * Allocate, learn, write and draw the figures and the table of claims.
 * @param parser the parsed command line, for summary.json
 * @param options as parsed
 */
void
RunFigures(const OptionParser& parser, const MelStudyOptions& options)
{
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

/// The program fl-task-allocation.
class MelStudy : public Study
{
  public:
    void AddOptions(OptionParser& parser) override
    {
        AddMelStudyOptions(parser, m_options);
    }

    void Run(const OptionParser& parser) override
    {
        if (m_options.packets)
        {
            RunCellExperiment(parser, m_options.cell);
            return;
        }
        RunFigures(parser, m_options);
    }

  private:
    MelStudyOptions m_options; //!< this study's defaults, until the command line is parsed
};

/// Its program.
const StudyRegistration<MelStudy> g_study("fl-task-allocation",
                                          "Task allocation for mobile edge learning");

} // namespace

} // namespace fl
} // namespace ns3
