/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-schedule-report.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-plot-script.h"

#include <algorithm>
#include <cstdio>
#include <tuple>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * Add two fields to a row: mean, and half the 95 % confidence interval.
 * @param row gets them
 * @param sample over the runs
 */
void
AddSample(CsvRow& row, const Sample& sample)
{
    row.Add(sample.Mean()).Add(sample.Ci95());
}

/// Plots of delays over their limit have a line where they meet it.
void
AddLimit(PlotScript& script)
{
    script.Logarithmic("y");
    script.Function("1", "limit", Describe("with lines lc rgb '", colours::GREY, "' dt 2"));
}

/// Draw figure 5 from its CSV.
void
WriteFigure5(const std::filesystem::path& folder,
             const std::vector<ScheduleCurve>& curves,
             std::vector<std::string>& scripts)
{
    for (const bool delay : {false, true})
    {
        PlotScript script(delay ? "figure-5-delay" : "figure-5-scheduled",
                          delay ? "Average delay against its limit" : "Devices scheduled per round",
                          "limit of the average delay [ms per bit]",
                          delay ? "average delay / limit" : "devices per round");
        script.KeyBeside();
        script.Line("set autoscale fix");
        script.Line("set offsets graph 0.02, graph 0.02, graph 0.05, graph 0.05");
        if (delay)
        {
            AddLimit(script);
        }
        const std::string column = delay ? "delay_over_limit" : "scheduled";
        std::string method;
        for (const auto& curve : curves)
        {
            // Those of a method follow one another, one for each limit.
            if (curve.method == method)
            {
                continue;
            }
            method = curve.method;
            script.Curve({"figure-5.csv",
                          PlotRowsWith("method", method),
                          {"1e3 * " + PlotColumn("limit_per_bit_s"),
                           PlotColumn(column + "_mean"),
                           "half('" + column + "_ci95')"}},
                         method,
                         {"yerrorlines"});
        }
        script.Write(folder, scripts);
    }
}

/// Draw queue and average delay over the rounds.
void
WriteQueuePlots(const std::filesystem::path& folder,
                const std::vector<ScheduleCurve>& curves,
                std::vector<std::string>& scripts)
{
    for (const bool delay : {false, true})
    {
        PlotScript script(delay ? "average-delay" : "queue",
                          delay ? "Average delay of the rounds so far" : "Virtual queue",
                          "round",
                          delay ? "average delay / limit" : "queue / limit");
        script.KeyBeside();
        script.Logarithmic("x");
        if (delay)
        {
            AddLimit(script);
            script.Logarithmic("xy");
        }
        for (const auto& curve : curves)
        {
            script.Curve({"queue.csv",
                          PlotRowsWith("curve", curve.name),
                          {PlotColumn("round"),
                           PlotColumn(delay ? "average_over_limit_mean" : "queue_mean")}},
                         curve.name,
                         {"lines"});
        }
        script.Write(folder, scripts);
    }
}

/// Draw figure 6.
void
WriteFigure6(const std::filesystem::path& folder, std::vector<std::string>& scripts)
{
    PlotScript script("figure-6",
                      "Run time of a round's solution: quartiles, shortest and longest",
                      "limit of the average delay [ms per bit]",
                      "run time [us]");
    script.Logarithmic("y");
    script.Line("set boxwidth 0.003");
    script.KeyBeside();
    for (const auto& [method, colour, shift] : {std::tuple("exact", colours::BLUE, -0.002),
                                                std::tuple("paper", colours::VERMILION, 0.002)})
    {
        const auto microseconds = [](const char* column) { return "1e6 * " + PlotColumn(column); };
        PlotData boxes{"run-times.csv",
                       PlotRowsWith("method", method),
                       {Describe("1e3 * ", PlotColumn("limit_per_bit_s"), " + ", shift)}};
        PlotData medians = boxes;
        for (const char* column : {"lower_quartile_s", "least_s", "most_s", "upper_quartile_s"})
        {
            boxes.columns.push_back(microseconds(column));
        }
        medians.columns.push_back(microseconds("median_s"));
        script.Mark(boxes, method, Describe("with candlesticks whiskerbars lc rgb '", colour, "'"));
        script.Mark(medians, "", Describe("with points pt 7 ps 0.5 lc rgb '", colour, "'"));
    }
    script.Write(folder, scripts);
}

} // namespace

std::string
ScheduleFigureCsv(const std::vector<ScheduleCurve>& curves,
                  const std::vector<ScheduleStatistics>& statistics)
{
    std::string text = "method,limit_per_bit_s,runs,scheduled_mean,scheduled_ci95,"
                       "delay_per_bit_s_mean,delay_per_bit_s_ci95,delay_over_limit_mean,"
                       "delay_over_limit_ci95,empty_share_mean,empty_share_ci95,queue_mean,"
                       "queue_ci95\n";
    CsvRow row;
    for (size_t i = 0; i < curves.size(); ++i)
    {
        const auto& of = statistics[i];
        row.Add(curves[i].method.c_str()).Add(curves[i].queue.limitS).Add(of.scheduled.GetN());
        for (const auto* sample :
             {&of.scheduled, &of.delayPerBitS, &of.delayOverLimit, &of.emptyShare, &of.queue})
        {
            AddSample(row, *sample);
        }
        text += row.Finish();
    }
    return text;
}

std::string
ScheduleQueueCsv(uint32_t rounds,
                 const std::vector<ScheduleCurve>& curves,
                 const std::vector<ScheduleStatistics>& statistics)
{
    std::string text = "curve,method,update,zeta,zeta_decay,round,queue_mean,queue_ci95,"
                       "average_over_limit_mean,average_over_limit_ci95\n";
    CsvRow row;
    const auto trace = ScheduleTraceRounds(rounds);
    for (size_t i = 0; i < curves.size(); ++i)
    {
        const auto& curve = curves[i];
        for (size_t point = 0; point < trace.size(); ++point)
        {
            row.Add(curve.name.c_str()).Add(curve.method.c_str());
            row.Add(ToString(curve.queue.update)).Add(curve.queue.zeta).Add(curve.queue.zetaDecay);
            row.Add(trace[point]);
            AddSample(row, statistics[i].queueAt[point]);
            AddSample(row, statistics[i].averageAt[point]);
            text += row.Finish();
        }
    }
    return text;
}

std::string
ScheduleRunTimesCsv(const std::vector<ScheduleRunTimes>& times)
{
    std::string text = "method,limit_per_bit_s,rounds,least_s,lower_quartile_s,median_s,"
                       "upper_quartile_s,most_s\n";
    CsvRow row;
    for (const auto& of : times)
    {
        const size_t count = of.seconds.size();
        row.Add(of.curve.method.c_str()).Add(of.curve.queue.limitS);
        row.Add(static_cast<uint32_t>(count));
        for (const double quantile : {0.0, 0.25, 0.5, 0.75, 1.0})
        {
            row.Add(of.seconds[static_cast<size_t>(quantile * static_cast<double>(count - 1))]);
        }
        text += row.Finish();
    }
    return text;
}

std::vector<Claim>
JudgeScheduleClaims(const std::vector<ScheduleCurve>& curves,
                    const std::vector<ScheduleStatistics>& statistics)
{
    OrderCount moreThanGreedy;
    OrderCount moreThanAaba;
    OrderCount greedyMore;
    OrderCount delay;
    const auto find = [&](const std::string& method, double limitS) -> const ScheduleStatistics& {
        const auto curve = std::find_if(curves.begin(), curves.end(), [&](const auto& other) {
            return other.method == method && other.queue.limitS == limitS;
        });
        return statistics[static_cast<size_t>(curve - curves.begin())];
    };
    for (const auto& curve : curves)
    {
        if (curve.method == "paper")
        {
            const double limitS = curve.queue.limitS;
            const auto& paper = find("paper", limitS);
            const auto& greedy = find("greedy", limitS);
            const auto& aaba = find("aaba", limitS);
            moreThanGreedy.Add(paper.scheduled, greedy.scheduled);
            moreThanAaba.Add(paper.scheduled, aaba.scheduled);
            greedyMore.Add(greedy.scheduled, aaba.scheduled);
            delay.Add(paper.delayOverLimit, 1);
        }
    }
    return {moreThanGreedy.ToClaim("Algorithm 1 schedules more devices than GS",
                                   "at every limit of the delay",
                                   ClaimedOrder::ABOVE),
            moreThanAaba.ToClaim("Algorithm 1 schedules more devices than AABA",
                                 "at every limit of the delay",
                                 ClaimedOrder::ABOVE),
            greedyMore.ToClaim("GS schedules more devices than AABA",
                               "clearly better",
                               ClaimedOrder::ABOVE),
            delay.ToClaim("Algorithm 1 keeps the limit of the average delay (8)",
                          "in the long run",
                          ClaimedOrder::NOT_ABOVE)};
}

void
WriteSchedulePlots(const std::filesystem::path& folder,
                   const std::vector<ScheduleCurve>& curves,
                   const std::vector<ScheduleCurve>& queueCurves,
                   std::vector<std::string>& scripts)
{
    WriteFigure5(folder, curves, scripts);
    WriteQueuePlots(folder, queueCurves, scripts);
    WriteFigure6(folder, scripts);
}

void
PrintScheduleFigure(std::ostream& out,
                    double limitS,
                    const std::vector<ScheduleCurve>& curves,
                    const std::vector<ScheduleStatistics>& statistics)
{
    out << "At the limit of " << 1e3 * limitS << " ms per bit:\n";
    for (size_t i = 0; i < curves.size(); ++i)
    {
        if (curves[i].queue.limitS == limitS)
        {
            char line[160];
            std::snprintf(
                line,
                sizeof(line),
                "  %-18s %6.2f +- %.2f devices, average delay %.3f +- %.3f of the limit\n",
                curves[i].method.c_str(),
                statistics[i].scheduled.Mean(),
                statistics[i].scheduled.Ci95(),
                statistics[i].delayOverLimit.Mean(),
                statistics[i].delayOverLimit.Ci95());
            out << line;
        }
    }
}

} // namespace fl
} // namespace ns3
