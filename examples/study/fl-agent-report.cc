/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-agent-report.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-plot-script.h"

#include <algorithm>
#include <iomanip>

namespace ns3
{
namespace fl
{

namespace
{

/// @return seconds that a point adds to latencies of the first one @param data of a figure @param x
/// the point
double
ShiftOf(const AgentFigureData& data, double x)
{
    if (data.figure.isTrained)
    {
        return 0;
    }
    OffloadEnvironmentOptions here = data.cases.front().environment;
    const double trainedS = here.consensusS;
    data.figure.apply(here, x);
    return here.consensusS - trainedS;
}

/// @return names of what needs no training, in their order @param data of a figure
std::vector<std::string>
ReferenceNames(const AgentFigureData& data)
{
    std::vector<std::string> names;
    for (const auto& reference : data.references)
    {
        if (std::find(names.begin(), names.end(), reference.name) == names.end())
        {
            names.push_back(reference.name);
        }
    }
    return names;
}

} // namespace

std::string
AgentTableCsv(const AgentFigureData& data)
{
    std::string text = "x,curve,actor_rate,critic_rate,latency_mean_s,latency_ci95_s,"
                       "above_bound_mean,above_bound_ci95,reward_mean,reward_ci95,"
                       "worst_divergence\n";
    CsvRow row;
    for (const double x : data.figure.points)
    {
        const double shiftS = ShiftOf(data, x);
        for (size_t i = 0; i < data.cases.size(); ++i)
        {
            const auto& one = data.cases[i];
            const auto& result = data.results[i];
            if (data.figure.isTrained && one.x != x)
            {
                continue;
            }
            const bool hasStep = one.agent.method == "parameterized";
            row.Add(x).Add(one.curve.c_str());
            row.Add(hasStep ? one.agent.region.firstFactor : one.agent.actorRate);
            row.Add(one.agent.criticRate);
            row.Add(result.latencyS.Mean() + shiftS).Add(result.latencyS.Ci95());
            row.Add(result.aboveBound.Mean()).Add(result.aboveBound.Ci95());
            row.Add(result.lastReward.Mean()).Add(result.lastReward.Ci95());
            row.Add(result.worstDivergence);
            text += row.Finish();
        }
        for (const auto& reference : data.references)
        {
            if (data.figure.isTrained && reference.x != x)
            {
                continue;
            }
            row.Add(x).Add(reference.name.c_str()).AddAbsent(2);
            row.Add(reference.latencyS.Mean() + shiftS).Add(reference.latencyS.Ci95());
            row.AddAbsent(5);
            text += row.Finish();
        }
    }
    return text;
}

std::string
AgentCurvesCsv(const AgentFigureData& data)
{
    std::string text = "x,curve,episode,reward_mean,reward_ci95\n";
    CsvRow row;
    for (size_t i = 0; i < data.cases.size(); ++i)
    {
        const auto& reward = data.results[i].reward;
        for (size_t point = 0; point < reward.size(); ++point)
        {
            row.Add(data.cases[i].x).Add(data.cases[i].curve.c_str());
            // Each point is the mean of the episodes up to this one.
            row.Add(static_cast<uint32_t>((point + 1) * data.episodes / reward.size()));
            row.Add(reward[point].Mean()).Add(reward[point].Ci95());
            text += row.Finish();
        }
    }
    return text;
}

void
WriteAgentPlots(const std::filesystem::path& folder,
                const AgentFigureData& data,
                std::vector<std::string>& scripts)
{
    const std::string name = "figure-" + data.figure.name;
    const bool isReward = data.figure.axis.empty();
    PlotScript script(name,
                      data.figure.title,
                      isReward ? "episode" : data.figure.axis,
                      isReward ? "reward of a step" : "latency of a round [s]");
    script.KeyBeside();
    for (const auto& curve : data.figure.curves)
    {
        if (isReward)
        {
            script.Curve({name + "-episodes.csv",
                          PlotRowsWith("curve", curve),
                          {PlotColumn("episode"), PlotColumn("reward_mean")}},
                         curve,
                         {"lines"});
            continue;
        }
        script.Curve(
            {name + ".csv",
             PlotRowsWith("curve", curve),
             {PlotColumn("x"), PlotColumn("latency_mean_s"), PlotColumn("latency_ci95_s")}},
            curve,
            {"yerrorlines"});
    }
    for (const auto& reference : ReferenceNames(data))
    {
        if (!isReward)
        {
            script.Curve({name + ".csv",
                          PlotRowsWith("curve", reference),
                          {PlotColumn("x"), PlotColumn("latency_mean_s")}},
                         reference,
                         {"lines"});
        }
    }
    script.Write(folder, scripts);
}

void
PrintAgentFigure(std::ostream& out, const AgentFigureData& data)
{
    out << "Figure " << data.figure.name << ": " << data.figure.title << "\n";
    for (const double x : data.figure.points)
    {
        if (!data.figure.axis.empty())
        {
            out << "  " << data.figure.axis << " = " << x << "\n";
        }
        const double shiftS = ShiftOf(data, x);
        for (size_t i = 0; i < data.cases.size(); ++i)
        {
            const auto& result = data.results[i];
            if (!data.figure.isTrained || data.cases[i].x == x)
            {
                out << "    " << std::left << std::setw(16) << data.cases[i].curve << std::right
                    << std::fixed << std::setprecision(2) << std::setw(8)
                    << result.latencyS.Mean() + shiftS << " s, " << std::setprecision(1)
                    << std::setw(6) << 100 * result.aboveBound.Mean()
                    << " % above the bound, last reward " << std::setprecision(3)
                    << result.lastReward.Mean() << "\n";
            }
        }
        for (const auto& reference : data.references)
        {
            if (!data.figure.isTrained || reference.x == x)
            {
                out << "    " << std::left << std::setw(16) << reference.name << std::right
                    << std::fixed << std::setprecision(2) << std::setw(8)
                    << reference.latencyS.Mean() + shiftS << " s\n";
            }
        }
        out << std::defaultfloat << std::setprecision(6);
    }
}

} // namespace fl
} // namespace ns3
