/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-agent-run.h"
#include "fl-blockchain-packets.h"
#include "fl-blockchain-report.h"
#include "fl-blockchain-study-options.h"
#include "fl-study.h"

#include "ns3/fl-error.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"
#include "ns3/fl-result-folder.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{

namespace
{

/// The paper's drop of traditional FL on SVHN, IID, to which the attack is fitted.
constexpr double FITTED_DROP = 0.321;
/// Halvings by which it is fitted: from a factor of 2^10 to 2^(10 / 2^8), 3 %.
constexpr int FITTING_STEPS = 8;

/// Models that rules combine when their time is taken.
constexpr uint32_t TIMED_MODELS = 10;

/// What a run of the program needs.
struct BlockchainRun
{
    const BlockchainStudyOptions& options; //!< of the command line
    std::vector<std::string> figures;      //!< that are wanted
    BflOptions common;                     //!< of all cases
    BlockchainEffort effort;               //!< how much
    ThreadPool pool;                       //!< runs are side by side on it
    BlockchainData data;                   //!< what is found

    /// @return whether a figure is wanted @param name its name
    bool IsWanted(const std::string& name) const
    {
        return std::find(figures.begin(), figures.end(), name) != figures.end();
    }
};

/// @return total of the cases' rounds, all runs @param cases all @param runs of each
double
RoundsOf(const std::vector<BlockchainCase>& cases, uint32_t runs)
{
    double rounds = 0;
    for (const auto& one : cases)
    {
        rounds += static_cast<double>(one.rounds) * runs;
    }
    return rounds;
}

/// @return results of cases @param run of the program @param cases all @param runs of each @param
/// name of the work, for the display
std::vector<BlockchainResult>
RunCases(BlockchainRun& run,
         const std::vector<BlockchainCase>& cases,
         uint32_t runs,
         const std::string& name)
{
    WorkProgress progress(RoundsOf(cases, runs));
    progress.Begin(name);
    return RunBlockchainCases(cases, run.data.tasks, runs, run.effort, run.pool, progress);
}

/// @return thresholds from clean runs @param run of the program @param common of the servers @param
/// task index @param isIid partition @param rounds K
ThresholdSet
SetThresholds(BlockchainRun& run,
              const BflOptions& common,
              size_t task,
              bool isIid,
              uint32_t rounds)
{
    auto one = CleanCase(task, isIid, common, run.effort);
    one.rounds = rounds;
    const auto results = RunCases(run, {one}, run.effort.cleanRuns, "thresholds");
    return {task,
            isIid,
            common.servers,
            CalibrateThresholds(results.front().scores, run.effort.falseAlarms)};
}

/// Add cases and their results. @param [in,out] run gets them @param cases all @param name for the
/// display
void
AddCases(BlockchainRun& run, const std::vector<BlockchainCase>& cases, const std::string& name)
{
    auto results = RunCases(run, cases, run.effort.runs, name);
    run.data.cases.insert(run.data.cases.end(), cases.begin(), cases.end());
    std::move(results.begin(), results.end(), std::back_inserter(run.data.results));
}

/// Run all figures that learn. @param [in,out] run gets what is found
void
RunLearning(BlockchainRun& run)
{
    for (const std::string figure : {"4", "5", "6"})
    {
        if (run.IsWanted(figure))
        {
            AddCases(run, LearningCases(figure, run.common, run.effort), "figure " + figure);
        }
    }
    for (const std::string figure : {"11", "12"})
    {
        if (run.IsWanted(figure))
        {
            AddCases(run, AttackCases(figure, run.common, run.effort), "figure " + figure);
        }
    }
    if (run.IsWanted("detection"))
    {
        std::vector<ThresholdSet> sets;
        for (const bool isIid : {true, false})
        {
            sets.push_back(SetThresholds(run, run.common, 0, isIid, run.effort.rounds));
        }
        AddCases(run, DetectionCases(run.common, run.effort, sets), "detection");
    }
    if (run.IsWanted("robust"))
    {
        const auto set = SetThresholds(run, RobustServers(run.common), 0, true, run.effort.rounds);
        AddCases(run, RobustCases(run.common, run.effort, set.thresholds), "rules and attacks");
    }
}

/// Write and print all that was learned. @param folder where to @param run of the program @param
/// [in,out] scripts names are appended @param [in,out] json summary gets times
void
WriteLearning(const std::filesystem::path& folder,
              const BlockchainRun& run,
              std::vector<std::string>& scripts,
              nlohmann::ordered_json& json)
{
    const auto write = [&folder](const std::string& name, const std::string& text) {
        OutputFile file(folder / name);
        file.Write(text);
        file.Publish();
    };
    for (const std::string figure : {"4", "5", "6", "11", "12", "detection", "robust"})
    {
        if (!run.IsWanted(figure))
        {
            continue;
        }
        if (figure == "detection")
        {
            write("detection.csv", DetectionCsv(run.data));
        }
        else if (figure == "robust")
        {
            write("robust.csv", RobustCsv(run.data));
        }
        else
        {
            WriteCurves(folder, figure, run.data, scripts);
        }
        PrintFigure(std::cout, figure, run.data);
    }
    for (const auto& result : run.data.results)
    {
        if (!result.ledger.empty())
        {
            write("ledger.bin", std::string(result.ledger.begin(), result.ledger.end()));
        }
    }
    if (run.IsWanted("robust"))
    {
        const auto costs =
            MeasureRules(run.data.tasks.front().base.model->ParameterCount(), TIMED_MODELS);
        PrintCosts(std::cout, costs);
        for (const auto& cost : costs)
        {
            json["rule_s"][cost.rule] = cost.seconds;
        }
    }
}

/// Train agents for figures 7 to 10. @param folder where tables go @param run of the program @param
/// [in,out] scripts names are appended @return what was found
std::vector<AgentFigureData>
RunAgents(const std::filesystem::path& folder,
          BlockchainRun& run,
          std::vector<std::string>& scripts)
{
    AgentStudyOptions agent = run.options.agent;
    agent.effort.seed = run.effort.seed;
    double episodes = 0;
    for (const auto& figure : AgentFigures())
    {
        episodes += run.IsWanted(figure.name) ? AgentEpisodesOf(figure, agent) : 0;
    }
    std::vector<AgentFigureData> all;
    WorkProgress progress(std::max(1.0, episodes));
    for (const auto& figure : AgentFigures())
    {
        if (run.IsWanted(figure.name))
        {
            all.push_back(RunAgentFigure(figure, agent, run.pool, progress));
            WriteAgentFigure(folder, all.back(), scripts, std::cout);
        }
    }
    return all;
}

/// Simulate one configuration by packets: a table, and the plots of its runs. @param folder where
/// to @param run of the program @param [in,out] scripts names are appended
void
RunPackets(const std::filesystem::path& folder,
           const BlockchainRun& run,
           std::vector<std::string>& scripts)
{
    const uint32_t drops = run.options.isQuick ? 1 : 10;
    const auto packets = RunBlockchainPackets(run.effort.seed, drops, run.options.output.threads);
    OutputFile table(folder / "packets.csv");
    table.Write(BlockchainPacketsCsv(packets));
    table.Publish();
    WriteBlockchainPacketPlots(folder, packets.spans, packets.places, packets.blocks, scripts);
    PrintBlockchainPackets(std::cout, packets);
}

/// Fit the strength of the paper's attack. @param [in,out] run of the program @param [in,out] json
/// summary gets it
void
Calibrate(BlockchainRun& run, nlohmann::ordered_json& json)
{
    double low = std::log2(0.01);
    double high = low + 10;
    double drop = 0;
    for (int step = 0; step < FITTING_STEPS; ++step)
    {
        const double middle = (low + high) / 2;
        const auto one = CalibrationCase(run.common, run.effort, std::exp2(middle));
        const auto result = RunCases(run, {one}, run.effort.runs, "strength of the attack");
        drop = result.front().drop.Mean();
        std::cout << "strength " << std::exp2(middle) << ": drop of " << 100 * drop << " +- "
                  << 100 * result.front().drop.Ci95() << " %\n";
        (drop < FITTED_DROP ? low : high) = middle;
    }
    json["poison_scale"] = std::exp2((low + high) / 2);
    std::cout << "Traditional FL on " << run.data.tasks.front().data << ", IID, drops by 32.1 % at "
              << "--poison-scale=" << std::exp2((low + high) / 2) << ".\n";
}

/// The program fl-blockchain.
class BlockchainStudy : public Study
{
  public:
    void AddOptions(OptionParser& parser) override
    {
        AddBlockchainStudyOptions(parser, m_options);
    }

    void Run(const OptionParser& parser) override
    {
        m_options.Shrink();
        const auto start = std::chrono::steady_clock::now();
        const auto figures = ParseBlockchainFigures(m_options.figure);
        if (NeedsLedger(figures))
        {
            RequireSodium();
        }
        const std::filesystem::path folder = m_options.output.out;
        const FolderLock lock(folder);
        OutputFile summary(folder / "summary.json");
        BlockchainRun run{m_options,
                          figures,
                          m_options.Common(),
                          m_options.Effort(),
                          ThreadPool(m_options.output.threads),
                          {}};
        nlohmann::ordered_json json = StudySummary(parser, "done");
        std::vector<std::string> scripts;
        if (NeedsTasks(figures))
        {
            run.data.tasks = MakeBlockchainTasks(m_options, std::cerr);
        }
        if (figures.front() == "calibrate")
        {
            Calibrate(run, json);
        }
        RunLearning(run);
        WriteLearning(folder, run, scripts, json);
        const auto agents = RunAgents(folder, run, scripts);
        if (run.IsWanted("packets"))
        {
            RunPackets(folder, run, scripts);
        }
        if (figures.front() != "calibrate")
        {
            const auto claims = BlockchainClaims(run.data, agents);
            OutputFile table(folder / "claims.csv");
            table.Write(ClaimsCsv(claims));
            table.Publish();
            PrintClaims(std::cout, claims);
        }
        json["poison_scale_used"] = run.effort.poisonScale;
        for (const auto& task : run.data.tasks)
        {
            json["tasks"].push_back({{"name", task.name},
                                     {"data", task.data},
                                     {"model", task.model},
                                     {"parameters", task.base.model->ParameterCount()},
                                     {"train_samples", task.base.train->Size()},
                                     {"test_samples", task.base.test->Size()}});
        }
        const std::chrono::duration<double> wallClock = std::chrono::steady_clock::now() - start;
        json["wall_clock_s"] = wallClock.count();
        json["peak_memory_bytes"] = PeakMemoryBytes();
        summary.Write(json.dump(2) + "\n");
        summary.Publish();
        DrawScripts(folder, scripts, "gnuplot", std::cerr);
        std::cout << "Tables and plots are in " << folder.string() << "/.\n";
    }

  private:
    /// @return whether a figure has a ledger @param figures wanted
    static bool NeedsLedger(const std::vector<std::string>& figures)
    {
        return std::any_of(figures.begin(), figures.end(), [](const std::string& name) {
            return name == "11" || name == "12" || name == "detection" || name == "robust" ||
                   name == "packets";
        });
    }

    /// @return whether a figure learns by rounds @param figures wanted
    static bool NeedsTasks(const std::vector<std::string>& figures)
    {
        return std::any_of(figures.begin(), figures.end(), [](const std::string& name) {
            return name == "4" || name == "5" || name == "6" || name == "calibrate" ||
                   (name != "packets" && NeedsLedger({name}));
        });
    }

    BlockchainStudyOptions m_options; //!< until the command line is parsed, defaults
};

/// Its program.
const StudyRegistration<BlockchainStudy> g_study("fl-blockchain",
                                                 "Blockchain-based FL, Nguyen et al.");

} // namespace

} // namespace fl
} // namespace ns3
