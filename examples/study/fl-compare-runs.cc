/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-compare-runs.h"

#include "fl-compare-pairs.h"
#include "fl-compare-rounds.h"
#include "fl-study.h"

#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-configuration.h"
#include "ns3/fl-error.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-result-folder.h"
#include "ns3/fl-task-text.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{

namespace
{

/// All cases after their runs.
struct Comparison
{
    std::vector<CompareCase> cases;    //!< values by run
    std::vector<CompareRounds> rounds; //!< means by round
    std::vector<std::string> endings;  //!< why each one's last run ended
};

/**
 * Simulate all runs of one case.
 * @param cell its scenario
 * @param data what is learned
 * @param program what its summary.json names
 * @param progress shows the rounds
 * @param comparison gets the case
 */
void
RunCase(const Options& cell,
        const LearningData& data,
        const CaseProgram& program,
        Progress& progress,
        Comparison& comparison)
{
    ResultFolder results(cell.out,
                         cell.runs,
                         program.name,
                         program.configuration(cell),
                         RunTotals(CountTasks(cell), cell.levels));
    progress.BeginCase(cell.phy + ", " + cell.optimizer);
    comparison.rounds.emplace_back(cell.phy, cell.optimizer, CountTasks(cell));
    auto& rounds = comparison.rounds.back();
    std::string reason;
    ForEachRun(cell.runs, progress, [&](uint64_t) {
        CellRun run(cell, data);
        rounds.Watch(run.GetFederation().coordinator);
        reason = run.Run(results.BeginRun(), progress);
    });
    progress.EndLine();
    results.Finish(reason);
    CompareCase of{cell.phy, cell.optimizer, {}};
    const auto totals = results.GetTotals();
    for (size_t run = 0; run < totals.size(); ++run)
    {
        AddRun(of, CompareValues(*totals[run], rounds.GetStarts()[run]));
    }
    comparison.cases.push_back(std::move(of));
    comparison.endings.push_back(reason);
}

/**
 * Simulate all runs of all cases.
 * @param cells the scenarios
 * @param data what is learned
 * @param program what each summary.json names
 * @return the cases, in their order
 */
Comparison
RunCases(const std::vector<Options>& cells, const LearningData& data, const CaseProgram& program)
{
    Comparison comparison;
    const auto& first = cells.front();
    Progress progress(first.rounds,
                      first.runs,
                      ProgressDisplay::StandardError(),
                      static_cast<uint32_t>(cells.size()));
    progress.SetTasks(CountTasks(first));
    for (const auto& cell : cells)
    {
        const std::string name = cell.phy + ", " + cell.optimizer + ": ";
        try
        {
            RunCase(cell, data, program, progress, comparison);
        }
        catch (const InvalidInput& error)
        {
            progress.EndLine();
            throw InvalidInput(name + error.what());
        }
        catch (const Infeasible& error)
        {
            progress.EndLine();
            throw Infeasible(name + error.what(), error.GetLimits());
        }
    }
    return comparison;
}

/**
 * Print what is left to say: how runs ended that did not end as all others, and what schedulers
 * warn of.
 * @param comparison after its runs
 */
void
PrintNotes(const Comparison& comparison)
{
    for (size_t i = 0; i < comparison.endings.size(); ++i)
    {
        if (comparison.endings[i] != "all rounds are done")
        {
            std::cout << comparison.cases[i].phy << ", " << comparison.cases[i].optimizer
                      << ": the last run ended because " << comparison.endings[i] << ".\n";
        }
    }
    for (const auto& rounds : comparison.rounds)
    {
        // All have the same assumptions.
        if (!rounds.GetWarning().empty())
        {
            std::cout << "Warning: " << rounds.GetWarning() << ".\n";
            break;
        }
    }
}

} // namespace

CaseProgram
QuickstartCase()
{
    return {"fl-quickstart",
            [](const Options& cell) { return ConfigurationOf("fl-quickstart", cell).ToJson(); }};
}

void
RunComparison(const OptionParser& parser,
              const std::string& folder,
              const std::vector<Options>& cells,
              const CaseProgram& program)
{
    const auto start = std::chrono::steady_clock::now();
    const LearningData data = LoadData(cells.front());
    const FolderLock lock(folder);
    const std::filesystem::path path = folder;
    OutputFile table(path / "compare.csv");
    OutputFile learning(path / "learning.csv");
    OutputFile summary(path / "summary.json");
    const auto comparison = RunCases(cells, data, program);

    const auto quantities = CompareQuantities(cells.front().levels);
    table.Write(CompareCsv(comparison.cases, quantities));
    learning.Write(CompareRounds::HEADER);
    for (const auto& rounds : comparison.rounds)
    {
        learning.Write(rounds.Rows());
    }
    const std::chrono::duration<double> wallClock = std::chrono::steady_clock::now() - start;
    auto json = StudySummary(parser, "done");
    json["wall_clock_s"] = wallClock.count();
    json["peak_memory_bytes"] = PeakMemoryBytes();
    summary.Write(json.dump(2) + "\n");
    for (auto* file : {&table, &learning, &summary})
    {
        file->Close();
    }
    for (auto* file : {&table, &learning, &summary})
    {
        file->Publish();
    }
    std::vector<std::string> scripts;
    const bool learns = std::any_of(data.tasks.begin(), data.tasks.end(), [](const auto& task) {
        return static_cast<bool>(task.train);
    });
    WriteLearningPlots(path, comparison.rounds, learns, scripts);
    WriteDifferencePlots(path, comparison.cases, scripts);
    DrawScripts(path, scripts, "gnuplot", std::cerr);
    PrintComparison(std::cout, comparison.cases, quantities);
    PrintNotes(comparison);
    std::cout << "Tables and plots are in " << folder << "/.\n";
}

} // namespace fl
} // namespace ns3
