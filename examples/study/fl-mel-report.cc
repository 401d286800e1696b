/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-report.h"

#include "fl-mel-claims.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Names of the accuracies that the paper counts updates to, in columns.
constexpr const char* THRESHOLD_NAMES[] = {"94", "95", "95_5", "97_3"};

/**
 * @param scheme one of the paper's
 * @return whether it gives all learners the same number of local iterations
 */
bool
IsSynchronous(const MelScheme& scheme)
{
    return scheme.name.find("-Sync") != std::string::npos;
}

/**
 * @param figure number in the paper
 * @return whether it shows accuracy over global updates (4 and 5); else it shows figures over T
 */
bool
IsOverUpdates(uint32_t figure)
{
    return figure <= 5;
}

/**
 * @param result a case
 * @param figure number in the paper
 * @return whether the figure shows the case
 */
bool
IsShown(const MelResult& result, uint32_t figure)
{
    return std::count(result.figures.begin(), result.figures.end(), figure) > 0;
}

/**
 * @param figure number in the paper
 * @param results all cases that were run
 * @return the figure's cases, by energy limit, scheme and c, and in each curve by T: gnuplot joins
 *        points of rows that follow one another
 */
std::vector<const MelResult*>
InCurves(uint32_t figure, const std::vector<MelResult>& results)
{
    std::vector<const MelResult*> sorted;
    for (const auto& result : results)
    {
        if (IsShown(result, figure))
        {
            sorted.push_back(&result);
        }
    }
    const auto key = [](const MelResult& result) {
        const auto& what = result.what;
        return std::tuple(what.energyJ, what.scheme.name, what.scheme.staleness, what.cycleTimeS);
    };
    std::stable_sort(sorted.begin(), sorted.end(), [&](const MelResult* a, const MelResult* b) {
        return key(*a) < key(*b);
    });
    return sorted;
}

/**
 * @param result a case
 * @param update global updates after which its accuracy is given, from 0
 * @param best the highest accuracy of all cases, from 0 to 1, which relative thresholds are
 *        fractions of
 * @param thresholds whether to add updates to the accuracies of MEL_THRESHOLDS, absolute and
 *        relative
 * @return the row for the figure's CSV file, with its line end; updates are absent unless all runs
 *        reach the accuracy
 */
std::string
FigureRow(const MelResult& result, uint32_t update, double best, bool thresholds)
{
    Sample iterations;
    for (const auto& run : result.runs)
    {
        iterations.Add(run.iterations);
    }
    const auto& what = result.what;
    CsvRow row;
    row.Add(what.cycleTimeS).Add(what.energyJ).Add(what.scheme.name.c_str());
    row.Add(static_cast<uint32_t>(what.scheme.staleness)).Add(what.scheme.method.c_str());
    row.Add(static_cast<uint32_t>(result.runs.size())).Add(result.CountFeasible());
    row.Add(iterations.Mean()).Add(iterations.Ci95()).Add(update);
    const auto accuracy = result.Accuracy(update);
    row.Add(accuracy.Mean()).Add(accuracy.Ci95());
    for (const double scale : {1.0, best})
    {
        for (size_t i = 0; thresholds && i < std::size(MEL_THRESHOLDS); ++i)
        {
            const auto to = result.UpdatesTo(scale * MEL_THRESHOLDS[i]);
            const bool all = to.GetN() == result.runs.size();
            row.Add(all ? to.Mean() : ABSENT).Add(all ? to.Ci95() : ABSENT).Add(to.GetN());
        }
    }
    return std::string(row.Finish());
}

/**
 * @param figure number in the paper: up to 5, accuracy over updates; from 6 on, figures over T
 * @param results all cases that were run
 * @param updates global updates of a run
 * @return header and rows of its CSV file; over T there is one row per case at half the updates and
 *        one at all
 */
std::string
FigureCsv(uint32_t figure, const std::vector<MelResult>& results, uint32_t updates)
{
    const bool curves = IsOverUpdates(figure);
    const double best = BestMelAccuracy(results, updates);
    std::string text = "cycle_time_s,energy_j,scheme,staleness,method,runs,feasible,"
                       "mean_iterations_mean,mean_iterations_ci95,update,accuracy_mean,"
                       "accuracy_ci95";
    if (!curves)
    {
        for (const auto* kind : {"", "of_best_"})
        {
            for (const auto* name : THRESHOLD_NAMES)
            {
                text += Describe(",updates_to_", kind, name, "_mean,updates_to_", kind, name);
                text += Describe("_ci95,reached_", kind, name);
            }
        }
    }
    text += "\n";
    for (uint32_t update = 0; update <= updates; ++update)
    {
        if (!curves && (update == updates / 2 || update == updates))
        {
            for (const auto* result : InCurves(figure, results))
            {
                text += FigureRow(*result, update, best, true);
            }
        }
    }
    for (const auto& result : results)
    {
        const auto shown = IsShown(result, figure);
        for (uint32_t update = 0; curves && shown && update <= updates; ++update)
        {
            text += FigureRow(result, update, best, false);
        }
    }
    return text;
}

/**
 * @param scheme one of the paper's
 * @return the look of its curve: black if it is synchronous, else a colour for each c; dashed if
 *        samples are shared equally (HU)
 */
CurveLook
LookOf(const MelScheme& scheme)
{
    constexpr const char* COLOURS[] = {colours::SKY_BLUE,
                                       colours::BLUE,
                                       colours::GREEN,
                                       colours::ORANGE,
                                       colours::VERMILION,
                                       colours::PURPLE};
    const auto index = static_cast<size_t>(scheme.staleness);
    const bool unaware = scheme.method.rfind("hu", 0) == 0;
    const char* colour = IsSynchronous(scheme)        ? colours::BLACK
                         : index < std::size(COLOURS) ? COLOURS[index]
                                                      : colours::BROWN;
    return {"linespoints", colour, unaware ? 2U : 1U, unaware ? 6U : 7U};
}

/// What one picture shows.
struct Panel
{
    std::string name;      //!< of the file
    std::string title;     //!< above
    std::string x;         //!< column
    std::string xLabel;    //!< below
    std::string y;         //!< column
    std::string yLabel;    //!< beside
    std::string condition; //!< which rows, for gnuplot
};

/// Write a picture's script: a curve for each scheme.
void
WritePanel(const std::filesystem::path& folder,
           uint32_t figure,
           const Panel& panel,
           const std::vector<MelResult>& results,
           std::vector<std::string>& scripts)
{
    PlotScript script(panel.name, panel.title, panel.xLabel, panel.yLabel);
    script.Line("set autoscale xfix");
    script.Line("set offsets graph 0.02, graph 0.02, graph 0.05, graph 0.05");
    script.KeyBeside();
    std::set<std::pair<std::string, int64_t>> drawn;
    for (const auto& result : results)
    {
        const auto& scheme = result.what.scheme;
        if (!IsShown(result, figure) || !drawn.emplace(scheme.name, scheme.staleness).second)
        {
            continue;
        }
        script.Curve({Describe("figure-", figure, ".csv"),
                      Describe(PlotRowsWith("scheme", scheme.name),
                               " && column('staleness') == ",
                               scheme.staleness,
                               " && ",
                               panel.condition),
                      {PlotColumn(panel.x), panel.y}},
                     IsSynchronous(scheme) ? scheme.name
                                           : Describe(scheme.name, ", c = ", scheme.staleness),
                     LookOf(scheme));
    }
    script.Write(folder, scripts);
}

/**
 * @param figure 4 or 5
 * @param results all cases that were run
 * @return a picture of accuracy over updates for each pair of limits T and E that the figure has
 */
std::vector<Panel>
PanelsOverUpdates(uint32_t figure, const std::vector<MelResult>& results)
{
    std::set<std::pair<double, double>> limits;
    for (const auto& result : results)
    {
        if (IsShown(result, figure))
        {
            limits.emplace(result.what.cycleTimeS, result.what.energyJ);
        }
    }
    std::vector<Panel> panels;
    for (const auto& [timeS, energyJ] : limits)
    {
        panels.push_back(
            {Describe("figure-", figure, "-T", timeS, "-E", energyJ),
             Describe("T = ", timeS, " s, E = ", energyJ, " J"),
             "update",
             "global updates",
             "100 * column('accuracy_mean')",
             "accuracy [%]",
             Describe("column('cycle_time_s') == ", timeS, " && column('energy_j') == ", energyJ)});
    }
    return panels;
}

/**
 * @param energyJ E [J]
 * @param update number of global updates
 * @return the condition of the rows with these, for gnuplot
 */
std::string
RowsAt(double energyJ, uint32_t update)
{
    return Describe("column('energy_j') == ", energyJ, " && column('update') == ", update);
}

/**
 * @param figure number in the paper
 * @param energyJ E [J]
 * @param update number of global updates
 * @return the picture of accuracy after these, over T
 */
Panel
AccuracyPanel(uint32_t figure, double energyJ, uint32_t update)
{
    return {Describe("figure-", figure, "-E", energyJ, "-after-", update),
            Describe("E = ", energyJ, " J, after ", update, " updates"),
            "cycle_time_s",
            "T [s]",
            "100 * column('accuracy_mean')",
            "accuracy [%]",
            RowsAt(energyJ, update)};
}

/**
 * @param figure number in the paper
 * @param energyJ E [J]
 * @param threshold index in MEL_THRESHOLDS
 * @param updates global updates of a run
 * @return the picture of updates to that share of the best accuracy, over T
 */
Panel
ThresholdPanel(uint32_t figure, double energyJ, size_t threshold, uint32_t updates)
{
    const char* name = THRESHOLD_NAMES[threshold];
    return {Describe("figure-", figure, "-E", energyJ, "-to-", name),
            Describe("E = ",
                     energyJ,
                     " J, to ",
                     100 * MEL_THRESHOLDS[threshold],
                     " % of the best accuracy"),
            "cycle_time_s",
            "T [s]",
            Describe("column('updates_to_of_best_", name, "_mean')"),
            "global updates, where all runs get there",
            RowsAt(energyJ, updates)};
}

/**
 * @param figure 6 to 8
 * @param results all cases that were run
 * @param updates global updates of a run
 * @return the pictures over T, for each E that the figure has: accuracies (6 and 8) and updates to
 *         an accuracy (7 and 8)
 */
std::vector<Panel>
PanelsOverTime(uint32_t figure, const std::vector<MelResult>& results, uint32_t updates)
{
    std::set<double> energies;
    for (const auto& result : results)
    {
        if (IsShown(result, figure))
        {
            energies.insert(result.what.energyJ);
        }
    }
    std::vector<Panel> panels;
    for (const double energyJ : energies)
    {
        if (figure != 7)
        {
            panels.push_back(AccuracyPanel(figure, energyJ, updates / 2));
            panels.push_back(AccuracyPanel(figure, energyJ, updates));
        }
        if (figure != 6)
        {
            // The third and the last of the paper's thresholds, as it draws them.
            panels.push_back(ThresholdPanel(figure, energyJ, 2, updates));
            panels.push_back(ThresholdPanel(figure, energyJ, 3, updates));
        }
    }
    return panels;
}

} // namespace

void
WriteMelReport(const std::filesystem::path& folder,
               const std::vector<uint32_t>& figures,
               const std::vector<MelResult>& results,
               uint32_t updates,
               std::ostream& out)
{
    std::vector<std::unique_ptr<OutputFile>> files;
    for (const auto figure : figures)
    {
        files.push_back(std::make_unique<OutputFile>(folder / Describe("figure-", figure, ".csv")));
        files.back()->Write(FigureCsv(figure, results, updates));
    }
    files.push_back(std::make_unique<OutputFile>(folder / "claims.csv"));
    const auto claims = JudgeMelClaims(results, updates);
    files.back()->Write(ClaimsCsv(claims));
    PrintClaims(out, claims);
    for (const auto& file : files)
    {
        file->Close();
    }
    for (const auto& file : files)
    {
        file->Publish();
    }
    std::vector<std::string> scripts;
    for (const auto figure : figures)
    {
        for (const auto& panel : IsOverUpdates(figure) ? PanelsOverUpdates(figure, results)
                                                       : PanelsOverTime(figure, results, updates))
        {
            WritePanel(folder, figure, panel, results, scripts);
        }
    }
    DrawScripts(folder, scripts, "gnuplot", std::cerr);
}

} // namespace fl
} // namespace ns3
