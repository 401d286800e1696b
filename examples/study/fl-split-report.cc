/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-report.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-plan.h"
#include "ns3/fl-plot-script.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace ns3
{
namespace fl
{

namespace
{

/// Kinds of payloads that split rounds have.
constexpr PayloadKind KINDS[] = {PayloadKind::ACTIVATIONS,
                                 PayloadKind::FEATURES,
                                 PayloadKind::GRADIENTS};

/// Add two fields to a row: mean, and half the 95 % confidence interval.
void
AddSample(CsvRow& row, const Sample& sample)
{
    row.Add(sample.Mean()).Add(sample.Ci95());
}

/// @return names of two columns @param name of a quantity
std::string
TwoColumns(const std::string& name)
{
    return "," + name + "_mean," + name + "_ci95";
}

/// @param kind of payloads @return the name of its column
std::string
BitsColumn(PayloadKind kind)
{
    return std::string(ToString(kind)) + "_bits";
}

/// Add what identifies a curve.
void
AddCurve(CsvRow& row, const SplitResult& result)
{
    row.Add(result.curve.figure.c_str()).Add(result.taskName.c_str());
    row.Add(result.curve.scheme.name.c_str()).Add(result.curve.limitS);
}

/// Columns of AddCurve().
constexpr char CURVE_COLUMNS[] = "figure,data,scheme,limit_per_bit_s";

/// @return over the runs @param result a curve @param get a number of a run
template <typename Get>
Sample
OverRuns(const SplitResult& result, Get get)
{
    Sample sample;
    for (const auto& run : result.runs)
    {
        sample.Add(get(run));
    }
    return sample;
}

/// @return mean D(t) over the limit, in the long run, cannot be told from points; devices can
/// @param run a course
double
Devices(const SplitRun& run)
{
    return run.points.back().devices;
}

/// Over the runs, at the first point that reaches a gain.
struct CostSamples
{
    Sample rounds;  //!< until then
    Sample timeS;   //!< [s]
    Sample deviceJ; //!< [J]
    Sample serverJ; //!< [J]
    Sample bits[3]; //!< by KINDS [bit]
};

/// @return costs until each run has SPLIT_GAIN_PART of ALL_IN's gain
/// @param result a curve
/// @param allIn of the same task and limit
CostSamples
CostsOf(const SplitResult& result, const SplitResult& allIn)
{
    CostSamples costs;
    for (size_t i = 0; i < result.runs.size(); ++i)
    {
        const auto& run = result.runs[i];
        const auto& all = allIn.runs[i].points;
        const double gain = all.back().accuracy - all.front().accuracy;
        const auto point = FirstWithGain(run, SPLIT_GAIN_PART * gain);
        if (gain <= 0 || point == run.points.end())
        {
            continue;
        }
        costs.rounds.Add(point->round);
        costs.timeS.Add(point->timeS);
        costs.deviceJ.Add(point->deviceJ);
        costs.serverJ.Add(point->serverJ);
        for (size_t kind = 0; kind < std::size(KINDS); ++kind)
        {
            costs.bits[kind].Add(point->bits[static_cast<size_t>(KINDS[kind])]);
        }
    }
    return costs;
}

/// Draw a quantity of a task over rounds, a curve per scheme, at one limit.
struct RoundsPlot
{
    const char* column; //!< of the table, without _mean
    const char* label;  //!< of the axis
    double scale;       //!< from column to label
};

/// What is drawn over rounds.
constexpr RoundsPlot ROUNDS_PLOTS[] = {{"training_loss", "training loss [nat]", 1},
                                       {"accuracy", "accuracy on held-out data [%]", 100}};

/// @return whether two curves belong in one panel @param a one @param b another one
bool
SharePanel(const SplitResult& a, const SplitResult& b)
{
    return a.taskName == b.taskName && a.curve.limitS == b.curve.limitS;
}

/// @return name of the table of a figure @param figure as in SplitCurve
std::string
TableName(const std::string& figure)
{
    return "figure-" + (figure == "4a" ? "4" : figure) + ".csv";
}

/// @return gnuplot expression that selects a curve's rows @param result the curve
std::string
RowsOf(const SplitResult& result)
{
    return PlotRowsWith("data", result.taskName) + " && " +
           PlotRowsWith("scheme", result.curve.scheme.name) + " && " +
           Describe("abs(",
                    PlotColumn("limit_per_bit_s"),
                    " / ",
                    result.curve.limitS,
                    " - 1) < 1e-6");
}

/// Draw the panels that a curve is the first of.
void
WritePanels(const std::filesystem::path& folder,
            const std::vector<SplitResult>& results,
            const SplitResult& first,
            const std::string& note,
            std::vector<std::string>& scripts)
{
    for (const auto& plot : ROUNDS_PLOTS)
    {
        const std::string title =
            Describe(first.taskName, ", ", 1e3 * first.curve.limitS, " ms per bit");
        PlotScript script(Describe("figure-",
                                   first.curve.figure == "4a" ? "4" : first.curve.figure,
                                   "-",
                                   first.taskName,
                                   "-",
                                   1e3 * first.curve.limitS,
                                   "-",
                                   plot.column),
                          note.empty() ? title : title + "\\n" + note,
                          "round",
                          plot.label);
        script.KeyBeside();
        const std::string factor = Describe(plot.scale, " * ");
        for (const auto& result : results)
        {
            if (SharePanel(result, first))
            {
                script.Curve({TableName(result.curve.figure),
                              RowsOf(result),
                              {PlotColumn("round"),
                               factor + PlotColumn(std::string(plot.column) + "_mean"),
                               factor + "half('" + plot.column + "_ci95')"}},
                             result.curve.scheme.name,
                             {"yerrorlines"});
            }
        }
        script.Write(folder, scripts);
    }
}

/// Draw final loss and accuracy over limits: figure 5.
void
WriteLimits(const std::filesystem::path& folder,
            const std::vector<SplitResult>& results,
            std::vector<std::string>& scripts)
{
    for (const auto& plot : ROUNDS_PLOTS)
    {
        PlotScript script(std::string("figure-5-") + plot.column,
                          Describe(results.front().taskName, ", after the last round"),
                          "limit of the average delay [ms per bit]",
                          plot.label);
        script.KeyBeside();
        script.Logarithmic("x");
        const std::string factor = Describe(plot.scale, " * ");
        std::string last;
        for (const auto& result : results)
        {
            if (result.curve.scheme.name == last)
            {
                continue; // those of a scheme follow one another
            }
            last = result.curve.scheme.name;
            script.Curve({"costs.csv",
                          PlotRowsWith("scheme", last),
                          {"1e3 * " + PlotColumn("limit_per_bit_s"),
                           factor + PlotColumn(std::string("last_") + plot.column + "_mean"),
                           factor + "half('last_" + plot.column + "_ci95')"}},
                         last,
                         {"yerrorlines"});
        }
        script.Write(folder, scripts);
    }
}

} // namespace

std::string
SplitCurvesCsv(const std::vector<SplitResult>& results)
{
    std::string text = CURVE_COLUMNS;
    text += ",round,runs";
    for (const char* name : {"time_s",
                             "device_j",
                             "server_j",
                             "devices",
                             "training_loss",
                             "test_loss",
                             "accuracy",
                             "spread"})
    {
        text += TwoColumns(name);
    }
    for (const auto kind : KINDS)
    {
        text += "," + BitsColumn(kind) + "_mean";
    }
    text += "\n";
    CsvRow row;
    for (const auto& result : results)
    {
        const auto& points = result.runs.front().points;
        for (size_t i = 0; i < points.size(); ++i)
        {
            AddCurve(row, result);
            row.Add(points[i].round).Add(static_cast<uint32_t>(result.runs.size()));
            for (const auto field : {&SplitPoint::timeS,
                                     &SplitPoint::deviceJ,
                                     &SplitPoint::serverJ,
                                     &SplitPoint::devices,
                                     &SplitPoint::trainingLoss,
                                     &SplitPoint::testLoss,
                                     &SplitPoint::accuracy,
                                     &SplitPoint::spread})
            {
                AddSample(row, result.At(i, field));
            }
            for (const auto kind : KINDS)
            {
                row.Add(OverRuns(result, [&](const SplitRun& run) {
                            return run.points[i].bits[static_cast<size_t>(kind)];
                        }).Mean());
            }
            text += row.Finish();
        }
    }
    return text;
}

const SplitResult*
FindAllIn(const std::vector<SplitResult>& results, const SplitResult& which)
{
    const auto found = std::find_if(results.begin(), results.end(), [&](const auto& result) {
        return result.curve.scheme.name == ALL_IN && SharePanel(result, which);
    });
    return found == results.end() ? nullptr : &*found;
}

std::string
SplitCostsCsv(const std::vector<SplitResult>& results)
{
    std::string text = CURVE_COLUMNS;
    text += ",runs";
    for (const char* name : {"devices", "last_training_loss", "last_accuracy", "roughness"})
    {
        text += TwoColumns(name);
    }
    text += ",reached";
    for (const char* name : {"rounds", "time_s", "device_j", "server_j"})
    {
        text += TwoColumns(std::string(name) + "_to_gain");
    }
    for (const auto kind : KINDS)
    {
        text += TwoColumns(BitsColumn(kind) + "_to_gain");
    }
    text += "\n";
    CsvRow row;
    for (const auto& result : results)
    {
        AddCurve(row, result);
        row.Add(static_cast<uint32_t>(result.runs.size()));
        AddSample(row, OverRuns(result, Devices));
        AddSample(row, result.Last(&SplitPoint::trainingLoss));
        AddSample(row, result.Last(&SplitPoint::accuracy));
        AddSample(row, OverRuns(result, SplitRoughness));
        const auto* allIn = FindAllIn(results, result);
        const CostSamples costs = allIn ? CostsOf(result, *allIn) : CostSamples();
        row.Add(costs.rounds.GetN());
        for (const auto* sample : {&costs.rounds, &costs.timeS, &costs.deviceJ, &costs.serverJ})
        {
            AddSample(row, *sample);
        }
        for (const auto& sample : costs.bits)
        {
            AddSample(row, sample);
        }
        text += row.Finish();
    }
    return text;
}

double
SplitRoughness(const SplitRun& run)
{
    // Second differences are blind to a steady rise.
    double sum = 0;
    uint32_t count = 0;
    const auto& points = run.points;
    for (size_t i = points.size() / 2 + 1; i + 1 < points.size(); ++i)
    {
        const double bend =
            points[i + 1].accuracy - 2 * points[i].accuracy + points[i - 1].accuracy;
        sum += bend * bend;
        ++count;
    }
    return count > 0 ? std::sqrt(sum / count) : ABSENT;
}

void
WriteSplitPlots(const std::filesystem::path& folder,
                const std::vector<SplitResult>& results,
                const std::string& note,
                std::vector<std::string>& scripts)
{
    if (results.front().curve.figure == "5")
    {
        WriteLimits(folder, results, scripts);
        return;
    }
    for (size_t i = 0; i < results.size(); ++i)
    {
        const bool isFirst =
            std::none_of(results.begin(),
                         results.begin() + static_cast<std::ptrdiff_t>(i),
                         [&](const auto& other) { return SharePanel(other, results[i]); });
        if (isFirst)
        {
            WritePanels(folder, results, results[i], note, scripts);
        }
    }
}

void
WriteSplitRunTimesPlot(const std::filesystem::path& folder, std::vector<std::string>& scripts)
{
    PlotScript script("figure-6",
                      "Run time of a round's solution: quartiles, shortest and longest",
                      "limit of the average delay [ms per bit]",
                      "run time [us]");
    script.Logarithmic("xy");
    script.KeyBeside();
    for (const auto& [method, colour, factor] :
         {std::tuple("exact", colours::BLUE, 0.93), std::tuple("paper", colours::VERMILION, 1.07)})
    {
        const auto microseconds = [](const char* column) { return "1e6 * " + PlotColumn(column); };
        PlotData boxes{"figure-6.csv",
                       PlotRowsWith("method", method),
                       {Describe(factor, " * 1e3 * ", PlotColumn("limit_per_bit_s"))}};
        PlotData medians = boxes;
        for (const char* column : {"lower_quartile_s", "least_s", "most_s", "upper_quartile_s"})
        {
            boxes.columns.push_back(microseconds(column));
        }
        // Of equal width on a logarithmic axis.
        boxes.columns.push_back(Describe("0.1e3 * ", PlotColumn("limit_per_bit_s")));
        medians.columns.push_back(microseconds("median_s"));
        script.Mark(boxes, method, Describe("with candlesticks whiskerbars lc rgb '", colour, "'"));
        script.Mark(medians, "", Describe("with points pt 7 ps 0.5 lc rgb '", colour, "'"));
    }
    script.Write(folder, scripts);
}

void
PrintSplitCurves(std::ostream& out, const std::vector<SplitResult>& results)
{
    for (size_t i = 0; i < results.size(); ++i)
    {
        const auto& result = results[i];
        if (i == 0 || !SharePanel(result, results[i - 1]))
        {
            out << result.taskName << ", " << 1e3 * result.curve.limitS << " ms per bit:\n";
        }
        const Sample accuracy = result.Last(&SplitPoint::accuracy);
        const Sample loss = result.Last(&SplitPoint::trainingLoss);
        char line[200];
        std::snprintf(line,
                      sizeof(line),
                      "  %-12s %5.2f devices, %7.1f s, accuracy %.2f +- %.2f %%, training loss "
                      "%.4f +- %.4f\n",
                      result.curve.scheme.name.c_str(),
                      OverRuns(result, Devices).Mean(),
                      result.Last(&SplitPoint::timeS).Mean(),
                      100 * accuracy.Mean(),
                      100 * accuracy.Ci95(),
                      loss.Mean(),
                      loss.Ci95());
        out << line;
    }
}

} // namespace fl
} // namespace ns3
