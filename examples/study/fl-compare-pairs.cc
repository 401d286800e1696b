/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-compare-pairs.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
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

/// Quantities on the screen and in plots: the first ones.
constexpr size_t SHOWN = 3;

/**
 * @param sample of a quantity
 * @param scale from the sample to the screen
 * @return mean and half the interval; "-" if there is none
 */
std::string
ToText(const Sample& sample, double scale)
{
    char text[64] = "-";
    if (sample.GetN() > 1)
    {
        std::snprintf(text,
                      sizeof(text),
                      "%.4g +- %.2g",
                      scale * sample.Mean(),
                      scale * sample.Ci95());
    }
    else if (sample.GetN() == 1)
    {
        std::snprintf(text, sizeof(text), "%.4g", scale * sample.Mean());
    }
    return text;
}

/**
 * @param name what the line is of
 * @param cells of the table
 * @return a line of it
 */
std::string
TableLine(const std::string& name, const std::vector<std::string>& cells)
{
    char text[120];
    std::snprintf(text, sizeof(text), "  %-34s", name.c_str());
    std::string line = text;
    for (const auto& cell : cells)
    {
        std::snprintf(text, sizeof(text), "  %-20s", cell.c_str());
        line += text;
    }
    return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

/**
 * @param of a case
 * @param against what it is held against
 * @param quantities what is compared
 * @return a line of differences; those beyond zero are marked
 */
std::string
DifferenceLine(const CompareCase& of,
               const CompareCase& against,
               const std::vector<CompareQuantity>& quantities)
{
    std::vector<std::string> cells;
    for (size_t i = 0; i < SHOWN; ++i)
    {
        const auto difference = PairedDifference(of.values[i], against.values[i]);
        cells.push_back(ToText(difference, quantities[i].scale) +
                        (IsBeyondZero(difference) ? " *" : ""));
    }
    const std::string name = of.phy == against.phy
                                 ? of.phy + ": " + of.optimizer + " - " + against.optimizer
                                 : of.optimizer + ": " + of.phy + " - " + against.phy;
    return TableLine(name, cells);
}

/// @param cases all of them @param quantity index @return whether any run has a value
bool
IsThere(const std::vector<CompareCase>& cases, size_t quantity)
{
    return std::any_of(cases.begin(), cases.end(), [quantity](const CompareCase& of) {
        return MeanOver(of.values[quantity]).GetN() > 0;
    });
}

} // namespace

std::vector<CompareQuantity>
CompareQuantities(const std::vector<double>& levels)
{
    std::vector<CompareQuantity> quantities{{"accuracy", "accuracy [%]", 100},
                                            {"time_s", "time [s]", 1},
                                            {"energy_j", "energy [J]", 1},
                                            {"loss", "loss", 1}};
    for (const double level : levels)
    {
        quantities.push_back({Describe("time_to_", level, "_s"), "", 1});
        quantities.push_back({Describe("energy_to_", level, "_j"), "", 1});
    }
    return quantities;
}

std::vector<double>
CompareValues(const RunTotals& totals, double startS)
{
    std::vector<double> values{totals.finalAccuracy,
                               totals.simulatedTimeS - startS,
                               totals.energyJ,
                               totals.finalLoss};
    for (size_t i = 0; i < totals.levels.size(); ++i)
    {
        values.push_back(totals.timeToAccuracyS[i] - startS);
        values.push_back(totals.energyToAccuracyJ[i]);
    }
    return values;
}

void
AddRun(CompareCase& of, const std::vector<double>& values)
{
    of.values.resize(values.size());
    for (size_t i = 0; i < values.size(); ++i)
    {
        of.values[i].push_back(values[i]);
    }
}

Sample
MeanOver(const std::vector<double>& values)
{
    Sample sample;
    for (const double value : values)
    {
        sample.Add(value);
    }
    return sample;
}

Sample
PairedDifference(const std::vector<double>& values, const std::vector<double>& reference)
{
    Sample sample;
    for (size_t run = 0; run < std::min(values.size(), reference.size()); ++run)
    {
        // Not a number where one of them is not.
        sample.Add(values[run] - reference[run]);
    }
    return sample;
}

bool
IsBeyondZero(const Sample& difference)
{
    return difference.GetN() > 1 && std::abs(difference.Mean()) > difference.Ci95();
}

std::vector<std::pair<size_t, size_t>>
ComparePairs(const std::vector<CompareCase>& cases)
{
    std::vector<std::pair<size_t, size_t>> pairs;
    for (size_t second = 0; second < cases.size(); ++second)
    {
        for (size_t first = second + 1; first < cases.size(); ++first)
        {
            const bool samePhy = cases[first].phy == cases[second].phy;
            const bool sameOptimizer = cases[first].optimizer == cases[second].optimizer;
            if (samePhy != sameOptimizer)
            {
                pairs.emplace_back(first, second);
            }
        }
    }
    return pairs;
}

std::string
CompareCsv(const std::vector<CompareCase>& cases, const std::vector<CompareQuantity>& quantities)
{
    std::string text = "phy,optimizer,against_phy,against_optimizer,quantity,runs,mean,ci95\n";
    CsvRow row;
    const auto pairs = ComparePairs(cases);
    for (size_t i = 0; i < quantities.size(); ++i)
    {
        if (!IsThere(cases, i))
        {
            continue;
        }
        const char* quantity = quantities[i].name.c_str();
        for (const auto& of : cases)
        {
            const auto mean = MeanOver(of.values[i]);
            row.Add(of.phy.c_str()).Add(of.optimizer.c_str()).AddAbsent(2).Add(quantity);
            text += row.Add(mean.GetN()).Add(mean.Mean()).Add(mean.Ci95()).Finish();
        }
        for (const auto& [first, second] : pairs)
        {
            const auto& of = cases[first];
            const auto& against = cases[second];
            const auto difference = PairedDifference(of.values[i], against.values[i]);
            row.Add(of.phy.c_str()).Add(of.optimizer.c_str());
            row.Add(against.phy.c_str()).Add(against.optimizer.c_str()).Add(quantity);
            row.Add(difference.GetN()).Add(difference.Mean()).Add(difference.Ci95());
            text += row.Finish();
        }
    }
    return text;
}

void
PrintComparison(std::ostream& out,
                const std::vector<CompareCase>& cases,
                const std::vector<CompareQuantity>& quantities)
{
    std::vector<std::string> titles;
    for (size_t i = 0; i < SHOWN; ++i)
    {
        titles.push_back(quantities[i].title);
    }
    out << TableLine("mean over runs", titles);
    for (const auto& of : cases)
    {
        std::vector<std::string> cells;
        for (size_t i = 0; i < SHOWN; ++i)
        {
            cells.push_back(ToText(MeanOver(of.values[i]), quantities[i].scale));
        }
        out << TableLine(of.phy + ": " + of.optimizer, cells);
    }
    std::string differences;
    for (const auto& [first, second] : ComparePairs(cases))
    {
        const auto& against = cases[second];
        // The first optimizer over the same PHY, or the same one over the first PHY.
        const bool shown = cases[first].phy == against.phy
                               ? against.optimizer == cases.front().optimizer
                               : against.phy == cases.front().phy;
        differences += shown ? DifferenceLine(cases[first], against, quantities) : "";
    }
    if (!differences.empty())
    {
        out << TableLine("paired difference", titles) << differences
            << "+-: 95 % interval (Student's t). *: the interval of the difference is without 0.\n";
    }
}

void
WriteDifferencePlots(const std::filesystem::path& folder,
                     const std::vector<CompareCase>& cases,
                     std::vector<std::string>& scripts)
{
    const auto quantities = CompareQuantities({});
    const std::string first = cases.front().optimizer;
    for (size_t i = 0; i < SHOWN; ++i)
    {
        if (!IsThere(cases, i))
        {
            continue;
        }
        PlotScript script("difference-" + quantities[i].name,
                          "Difference from " + first + ", run by run",
                          "optimizer",
                          "difference in " + quantities[i].title);
        script.KeyBeside();
        script.Line("set xtics rotate by -35");
        std::string tics;
        size_t place = 0;
        for (const auto& of : cases)
        {
            if (of.optimizer == first)
            {
                continue;
            }
            ++place;
            const std::string row = PlotRowsWith("phy", of.phy) + " && " +
                                    PlotRowsWith("optimizer", of.optimizer) + " && " +
                                    PlotRowsWith("against_phy", of.phy) + " && " +
                                    PlotRowsWith("against_optimizer", first) + " && " +
                                    PlotRowsWith("quantity", quantities[i].name);
            // Of other rows the height must be absent, too, or the axis is made for them.
            script.Mark({"compare.csv",
                         row,
                         {Describe(place),
                          Describe(row, " ? ", quantities[i].scale, " * column('mean') : NaN"),
                          Describe(quantities[i].scale, " * half('ci95')")}},
                        of.phy + ": " + of.optimizer,
                        Describe("with yerrorbars pt 7 ps 0.8 lw 2 lc rgb '",
                                 PaletteColour(place - 1),
                                 "'"));
            tics += (tics.empty() ? "" : ", ") + GnuplotQuote(of.optimizer) + Describe(" ", place);
        }
        if (place == 0)
        {
            return;
        }
        script.Line(Describe("set xrange [0.5:", place, ".5]"));
        script.Line("set xtics (" + tics + ") noenhanced");
        script.Function("0", "", Describe("with lines dt 2 lc rgb '", colours::BLACK, "'"));
        script.Write(folder, scripts);
    }
}

} // namespace fl
} // namespace ns3
