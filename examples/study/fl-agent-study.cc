/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-agent-figures.h"
#include "fl-agent-report.h"
#include "fl-agent-study-options.h"
#include "fl-agent-training.h"
#include "fl-study.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-offload-agent.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-result-folder.h"
#include "ns3/fl-thread-pool.h"

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

/// Runs of figures have numbers below this; in these places rates are tuned.
constexpr uint32_t TUNING_RUN = 1000000;

/// Whether a scheme has an actor's rate to be tuned.
bool
HasRate(const AgentCase& one)
{
    return one.agent.method != "parameterized";
}

/**
 * Choose each scheme's rate from the grid: the one with the largest last reward at the figure's
 * first point, in one run that no figure shows.
 * @param [in,out] cases their actor's rates are set
 * @param effort how much
 * @param pool for all
 * @param progress gets 1 per episode
 */
void
TuneRates(std::vector<AgentCase>& cases,
          AgentEffort effort,
          ThreadPool& pool,
          WorkProgress& progress)
{
    std::vector<AgentCase> trials;
    for (const auto& one : cases)
    {
        for (const double rate : ACTOR_RATES)
        {
            if (HasRate(one) && one.x == cases.front().x)
            {
                trials.push_back(one);
                trials.back().agent.actorRate = rate;
            }
        }
    }
    effort.runs = 1;
    effort.evaluations = 1;
    effort.seed += TUNING_RUN;
    const auto results = TrainAgents(trials, effort, pool, progress);
    std::map<std::string, size_t> best;
    for (size_t i = 0; i < trials.size(); ++i)
    {
        const auto found = best.emplace(trials[i].curve, i).first;
        if (results[i].lastReward.Mean() > results[found->second].lastReward.Mean())
        {
            found->second = i;
        }
    }
    for (auto& one : cases)
    {
        const auto found = best.find(one.curve);
        if (found != best.end())
        {
            one.agent.actorRate = trials[found->second].agent.actorRate;
        }
    }
}

/// @return episodes that a figure takes @param figure which @param options of the command line
double
EpisodesOf(const AgentFigure& figure, const AgentStudyOptions& options)
{
    const auto cases = AgentCases(figure, options.Setting());
    double tuned = 0;
    for (const auto& one : cases)
    {
        const bool counts = options.isTuned && HasRate(one) && one.x == cases.front().x;
        tuned += counts ? static_cast<double>(std::size(ACTOR_RATES)) : 0;
    }
    return options.effort.episodes *
           (tuned + static_cast<double>(cases.size()) * options.effort.runs);
}

/// Train and evaluate all of a figure.
AgentFigureData
RunFigure(const AgentFigure& figure,
          const AgentStudyOptions& options,
          ThreadPool& pool,
          WorkProgress& progress)
{
    AgentFigureData data{figure, AgentCases(figure, options.Setting()), {}, {}, 0};
    data.episodes = options.effort.episodes;
    if (options.isTuned)
    {
        progress.Begin("figure " + figure.name + ", rates");
        TuneRates(data.cases, options.effort, pool, progress);
    }
    progress.Begin("figure " + figure.name);
    data.results = TrainAgents(data.cases, options.effort, pool, progress);
    double last = -1;
    for (const auto& one : data.cases)
    {
        if (one.x != last)
        {
            last = one.x;
            const auto more = EvaluateReferences(one.environment, one.x, options.effort, pool);
            data.references.insert(data.references.end(), more.begin(), more.end());
        }
    }
    return data;
}

/// All figures that were asked for.
void
RunFigures(const OptionParser& parser, const AgentStudyOptions& options)
{
    const auto start = std::chrono::steady_clock::now();
    const std::filesystem::path folder = options.output.out;
    const FolderLock lock(folder);
    OutputFile summary(folder / "summary.json");
    std::vector<AgentFigure> figures;
    double episodes = 0;
    for (const auto& figure : AgentFigures())
    {
        if (options.figure == "all" || options.figure == figure.name)
        {
            figures.push_back(figure);
            episodes += EpisodesOf(figure, options);
        }
    }
    ThreadPool pool(options.output.threads);
    WorkProgress progress(episodes);
    std::vector<std::string> scripts;
    for (const auto& figure : figures)
    {
        const auto data = RunFigure(figure, options, pool, progress);
        OutputFile table(folder / ("figure-" + figure.name + ".csv"));
        table.Write(AgentTableCsv(data));
        table.Publish();
        OutputFile curves(folder / ("figure-" + figure.name + "-episodes.csv"));
        curves.Write(AgentCurvesCsv(data));
        curves.Publish();
        WriteAgentPlots(folder, data, scripts);
        PrintAgentFigure(std::cout, data);
    }
    const std::chrono::duration<double> wallClock = std::chrono::steady_clock::now() - start;
    nlohmann::ordered_json json = StudySummary(parser, "done");
    json["wall_clock_s"] = wallClock.count();
    json["peak_memory_bytes"] = PeakMemoryBytes();
    summary.Write(json.dump(2) + "\n");
    summary.Publish();
    DrawScripts(folder, scripts, "gnuplot", std::cerr);
    std::cout << "Tables and plots are in " << folder.string() << "/.\n";
}

/// Train one agent.
void
TrainOne(const OptionParser& parser, const AgentStudyOptions& options)
{
    const std::filesystem::path folder = options.output.out;
    const FolderLock lock(folder);
    OutputFile summary(folder / "summary.json");
    OutputFile episodes(folder / "training.csv");
    AgentSetting setting = options.Setting();
    setting.agent.seed = options.effort.seed;
    setting.environment.placement = options.effort.seed;
    setting.environment.seed = options.effort.seed;
    SetAgentPropagation(setting, setting.environment);
    const auto agent = options.resume.empty()
                           ? std::make_unique<OffloadAgent>(setting.agent, setting.environment)
                           : LoadOffloadAgent(options.resume);
    WorkProgress progress(options.effort.episodes);
    progress.Begin("training, " + agent->Brief());
    std::string text = "episode,reward,latency_s,divergence,factor\n";
    CsvRow row;
    double rewards = 0;
    for (uint32_t i = 0; i < options.effort.episodes; ++i)
    {
        const auto number = static_cast<uint32_t>(agent->Learner().Episodes());
        const auto report = agent->RunEpisode();
        rewards += report.meanReward;
        row.Add(number).Add(report.meanReward);
        row.Add(agent->Ground().LatencyOfReward(report.meanReward));
        row.Add(report.divergence).Add(report.factor);
        text += row.Finish();
        progress.Add();
    }
    SaveOffloadAgent(options.train, *agent);
    episodes.Write(text);
    summary.Write(StudySummary(parser, "done").dump(2) + "\n");
    episodes.Publish();
    summary.Publish();
    std::cout << "Wrote " << options.train << ": " << agent->Brief() << ", mean reward "
              << rewards / options.effort.episodes << ".\n";
}

/// The program fl-offload-agent.
class AgentStudy : public Study
{
  public:
    void AddOptions(OptionParser& parser) override
    {
        AddAgentStudyOptions(parser, m_options);
    }

    void Run(const OptionParser& parser) override
    {
        m_options.Shrink();
        m_options.effort.seed = StudySeed();
        m_options.train.empty() ? RunFigures(parser, m_options) : TrainOne(parser, m_options);
    }

  private:
    AgentStudyOptions m_options; //!< until the command line is parsed, defaults
};

/// Its program.
const StudyRegistration<AgentStudy> g_study("fl-offload-agent",
                                            "Agents that decide who offloads, Nguyen et al.");

} // namespace

} // namespace fl
} // namespace ns3
