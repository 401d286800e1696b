/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-agent-run.h"

#include "ns3/fl-output-file.h"

#include <map>

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

} // namespace

double
AgentEpisodesOf(const AgentFigure& figure, const AgentStudyOptions& options)
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

AgentFigureData
RunAgentFigure(const AgentFigure& figure,
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

void
WriteAgentFigure(const std::filesystem::path& folder,
                 const AgentFigureData& data,
                 std::vector<std::string>& scripts,
                 std::ostream& out)
{
    OutputFile table(folder / ("figure-" + data.figure.name + ".csv"));
    table.Write(AgentTableCsv(data));
    table.Publish();
    OutputFile curves(folder / ("figure-" + data.figure.name + "-episodes.csv"));
    curves.Write(AgentCurvesCsv(data));
    curves.Publish();
    WriteAgentPlots(folder, data, scripts);
    PrintAgentFigure(out, data);
}

} // namespace fl
} // namespace ns3
