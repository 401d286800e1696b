/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-agent-figures.h"
#include "fl-agent-run.h"
#include "fl-agent-study-options.h"
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
            episodes += AgentEpisodesOf(figure, options);
        }
    }
    ThreadPool pool(options.output.threads);
    WorkProgress progress(episodes);
    std::vector<std::string> scripts;
    for (const auto& figure : figures)
    {
        WriteAgentFigure(folder,
                         RunAgentFigure(figure, options, pool, progress),
                         scripts,
                         std::cout);
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
