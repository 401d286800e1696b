/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-report.h"

#include "fl-csv.h"
#include "fl-output-file.h"
#include "fl-plot-script.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <limits>
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

/// The paper's largest c.
constexpr int64_t MOST_STALENESS = 5;
/// Accuracies that the paper counts updates to.
constexpr double THRESHOLDS[] = {0.94, 0.95, 0.955, 0.973};
/// Names of these in columns.
constexpr const char* THRESHOLD_NAMES[] = {"94", "95", "95_5", "97_3"};
/// What the paper says of fewer updates to them.
constexpr const char* PAPER_SAYS[] = {"5 instead of 7 at T = 10 s and E = 10 J (29 %)",
                                      "6 instead of 8 at T = 10 s and E = 10 J (25 %)",
                                      "7 instead of 9 at T = 10 s and E = 10 J (22 %)",
                                      "10 instead of 11 at T = 25 s and E = 10 J (9 %)"};

/// @return whether it gives all learners the same number of iterations
bool
IsSynchronous(const MelScheme& scheme)
{
    return scheme.name.find("-Sync") != std::string::npos;
}

/// @return a number for people
std::string
Short(double value, const char* format = "%.3g")
{
    char text[64];
    std::snprintf(text, sizeof(text), format, value);
    return text;
}

/// @return the case with these limits and another scheme; null if it was not run
const MelResult*
Find(const std::vector<MelResult>& results,
     const MelCase& limits,
     const std::string& name,
     int64_t staleness)
{
    for (const auto& result : results)
    {
        if (result.what.cycleTimeS == limits.cycleTimeS && result.what.energyJ == limits.energyJ &&
            result.what.scheme.name == name && result.what.scheme.staleness == staleness)
        {
            return &result;
        }
    }
    return nullptr;
}

/// @return the best mean accuracy at the end, of all cases
double
BestAccuracy(const std::vector<MelResult>& results, uint32_t updates)
{
    double best = 0;
    for (const auto& result : results)
    {
        best = std::max(best, result.Accuracy(updates).Mean());
    }
    return best;
}

/// Fewer updates by HA-Asyn than by HA-Sync.
struct Saving
{
    double share{-std::numeric_limits<double>::infinity()}; //!< of updates; below 0: more
    double asynchronous{ABSENT};                            //!< updates, mean
    double synchronous{ABSENT};                             //!< updates, mean
    MelCase what;                                           //!< where
};

/// @return the largest saving on the way to an accuracy, where all runs of both reach it
Saving
LargestSaving(const std::vector<MelResult>& results, double threshold)
{
    Saving largest;
    for (const auto& result : results)
    {
        const auto* synchronous = Find(results, result.what, "HA-Sync", 0);
        const auto& scheme = result.what.scheme;
        if (scheme.name != "HA-Asyn" || scheme.staleness == 0 ||
            scheme.staleness > MOST_STALENESS || !synchronous)
        {
            continue;
        }
        const auto mine = result.UpdatesTo(threshold);
        const auto its = synchronous->UpdatesTo(threshold);
        if (mine.GetN() < result.runs.size() || its.GetN() < result.runs.size())
        {
            continue;
        }
        const double share = 1 - mine.Mean() / its.Mean();
        if (share > largest.share)
        {
            largest = {share, mine.Mean(), its.Mean(), result.what};
        }
    }
    return largest;
}

/// @return a claim about updates to an accuracy
MelClaim
ClaimUpdates(const std::vector<MelResult>& results,
             const std::string& what,
             const char* paper,
             double threshold)
{
    MelClaim claim{"fewer updates than HA-Sync to " + what, paper, "", ""};
    const auto saving = LargestSaving(results, threshold);
    if (std::isinf(saving.share))
    {
        claim.measured = "not reached by all runs of both";
        claim.holds = "not measured";
        return claim;
    }
    claim.measured = Describe("at most ",
                              Short(100 * saving.share),
                              " %: ",
                              Short(saving.asynchronous),
                              " instead of ",
                              Short(saving.synchronous),
                              " at T = ",
                              saving.what.cycleTimeS,
                              " s and E = ",
                              saving.what.energyJ,
                              " J with c = ",
                              saving.what.scheme.staleness);
    claim.holds = saving.share > 0 ? "yes" : "no";
    return claim;
}

/// How often one scheme is above another one.
struct Comparison
{
    uint32_t points{0};       //!< pairs
    uint32_t above{0};        //!< means at least as large
    uint32_t clearlyAbove{0}; //!< larger by more than both intervals
    uint32_t clearlyBelow{0}; //!< smaller by more than both intervals

    /// Count a pair. @param a one @param b the other
    void Add(const Sample& a, const Sample& b)
    {
        const double margin = std::fmax(a.Ci95(), 0) + std::fmax(b.Ci95(), 0);
        ++points;
        above += a.Mean() >= b.Mean();
        clearlyAbove += a.Mean() - b.Mean() > margin;
        clearlyBelow += b.Mean() - a.Mean() > margin;
    }

    /// @return in words
    std::string ToText() const
    {
        return Describe("mean above at ",
                        above,
                        " of ",
                        points,
                        " points; by more than both intervals at ",
                        clearlyAbove,
                        "; below by more at ",
                        clearlyBelow);
    }
};

/// Add the claims that compare accuracies at the end.
void
AddAccuracyClaims(const std::vector<MelResult>& results,
                  uint32_t updates,
                  std::vector<MelClaim>& claims)
{
    Comparison unaware;
    Comparison synchronous;
    Comparison staler;
    uint32_t coincide = 0;
    uint32_t pairs = 0;
    uint32_t unfit = 0;
    for (const auto& result : results)
    {
        const auto& scheme = result.what.scheme;
        const auto accuracy = result.Accuracy(updates);
        unfit += scheme.method.rfind("hu", 0) == 0 &&
                 std::any_of(result.runs.begin(), result.runs.end(), [](const MelRun& run) {
                     return !(run.iterations > 0);
                 });
        if (scheme.name == "HA-Sync")
        {
            if (const auto* other = Find(results, result.what, "HU-Sync", 0))
            {
                unaware.Add(accuracy, other->Accuracy(updates));
            }
            if (const auto* other = Find(results, result.what, "HA-Asyn", 0))
            {
                for (size_t run = 0; run < result.runs.size(); ++run)
                {
                    ++pairs;
                    coincide += result.runs[run].iterations == other->runs[run].iterations;
                }
            }
        }
        if (scheme.name != "HA-Asyn" || scheme.staleness == 0)
        {
            continue;
        }
        if (const auto* other = Find(results, result.what, "HU-Asyn", scheme.staleness))
        {
            unaware.Add(accuracy, other->Accuracy(updates));
        }
        const auto* other = Find(results, result.what, "HA-Sync", 0);
        if (other && scheme.staleness <= MOST_STALENESS)
        {
            synchronous.Add(accuracy, other->Accuracy(updates));
        }
        const auto* five = Find(results, result.what, "HA-Asyn", MOST_STALENESS);
        if (five && scheme.staleness > MOST_STALENESS)
        {
            staler.Add(accuracy, five->Accuracy(updates));
        }
    }
    const auto judge = [](const Comparison& of, bool holds) {
        return of.points == 0 ? "not measured" : holds ? "yes" : "no";
    };
    claims.push_back({"HA above HU with the same c at the last update",
                      "always",
                      unaware.ToText(),
                      judge(unaware, unaware.above == unaware.points)});
    claims.push_back({"HA-Asyn above HA-Sync at the last update",
                      "in most regions",
                      synchronous.ToText(),
                      judge(synchronous, 2 * synchronous.above > synchronous.points)});
    claims.push_back({"c > 5 does not help: c = 8 against c = 5 at the last update",
                      "no improvement",
                      staler.ToText(),
                      judge(staler, staler.clearlyAbove == 0)});
    claims.push_back({"HA-Asyn with c = 0 coincides with HA-Sync",
                      "coincide",
                      Describe("the same mean tau in ", coincide, " of ", pairs, " runs"),
                      pairs == 0          ? "not measured"
                      : coincide == pairs ? "yes"
                                          : "no"});
    claims.push_back({"equal batches do not always learn",
                      "HU fails to converge on several occasions",
                      Describe(unfit, " cases have runs in which nobody does an iteration"),
                      unfit > 0 ? "yes" : "no"});
}

/// @return the cases of a figure over T, curve by curve: gnuplot joins points of rows that follow
/// one another
std::vector<const MelResult*>
InCurves(uint32_t figure, const std::vector<MelResult>& results)
{
    std::vector<const MelResult*> sorted;
    for (const auto& result : results)
    {
        if (std::count(result.figures.begin(), result.figures.end(), figure) > 0)
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

/// @return a row of a figure
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
        for (size_t i = 0; thresholds && i < std::size(THRESHOLDS); ++i)
        {
            const auto to = result.UpdatesTo(scale * THRESHOLDS[i]);
            const bool all = to.GetN() == result.runs.size();
            row.Add(all ? to.Mean() : ABSENT).Add(all ? to.Ci95() : ABSENT).Add(to.GetN());
        }
    }
    return std::string(row.Finish());
}

/// @return the header and the rows of a figure
std::string
FigureCsv(uint32_t figure, const std::vector<MelResult>& results, uint32_t updates)
{
    const bool curves = figure <= 5;
    const double best = BestAccuracy(results, updates);
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
        const auto shown = std::count(result.figures.begin(), result.figures.end(), figure) > 0;
        for (uint32_t update = 0; curves && shown && update <= updates; ++update)
        {
            text += FigureRow(result, update, best, false);
        }
    }
    return text;
}

/// @return the look of a scheme's curve: a colour for each c, equal shares dashed
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
        if (std::count(result.figures.begin(), result.figures.end(), figure) == 0 ||
            !drawn.emplace(scheme.name, scheme.staleness).second)
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

/// @return the pictures of a figure
std::vector<Panel>
PanelsOf(uint32_t figure, const std::vector<MelResult>& results, uint32_t updates)
{
    std::vector<Panel> panels;
    std::set<std::pair<double, double>> limits;
    std::set<double> energies;
    for (const auto& result : results)
    {
        if (std::count(result.figures.begin(), result.figures.end(), figure) > 0)
        {
            limits.emplace(result.what.cycleTimeS, result.what.energyJ);
            energies.insert(result.what.energyJ);
        }
    }
    if (figure <= 5)
    {
        for (const auto& [timeS, energyJ] : limits)
        {
            panels.push_back({Describe("figure-", figure, "-T", timeS, "-E", energyJ),
                              Describe("T = ", timeS, " s, E = ", energyJ, " J"),
                              "update",
                              "global updates",
                              "100 * column('accuracy_mean')",
                              "accuracy [%]",
                              Describe("column('cycle_time_s') == ",
                                       timeS,
                                       " && column('energy_j') == ",
                                       energyJ)});
        }
        return panels;
    }
    for (const double energyJ : energies)
    {
        for (const uint32_t update : {updates / 2, updates})
        {
            const std::string where =
                Describe("column('energy_j') == ", energyJ, " && column('update') == ", update);
            if (figure != 7)
            {
                panels.push_back({Describe("figure-", figure, "-E", energyJ, "-after-", update),
                                  Describe("E = ", energyJ, " J, after ", update, " updates"),
                                  "cycle_time_s",
                                  "T [s]",
                                  "100 * column('accuracy_mean')",
                                  "accuracy [%]",
                                  where});
            }
        }
        // The second and the last of the paper's thresholds, as it draws them.
        for (const size_t i : {size_t{2}, size_t{3}})
        {
            if (figure != 6)
            {
                panels.push_back(
                    {Describe("figure-", figure, "-E", energyJ, "-to-", THRESHOLD_NAMES[i]),
                     Describe("E = ",
                              energyJ,
                              " J, to ",
                              100 * THRESHOLDS[i],
                              " % of the best accuracy"),
                     "cycle_time_s",
                     "T [s]",
                     Describe("column('updates_to_of_best_", THRESHOLD_NAMES[i], "_mean')"),
                     "global updates, where all runs get there",
                     Describe("column('energy_j') == ",
                              energyJ,
                              " && column('update') == ",
                              updates)});
            }
        }
    }
    return panels;
}

} // namespace

Sample
MelResult::Accuracy(size_t update) const
{
    Sample sample;
    for (const auto& run : runs)
    {
        sample.Add(run.accuracy.at(update));
    }
    return sample;
}

Sample
MelResult::UpdatesTo(double threshold) const
{
    Sample sample;
    for (const auto& run : runs)
    {
        sample.Add(MelUpdatesTo(run.accuracy, threshold));
    }
    return sample;
}

uint32_t
MelResult::CountFeasible() const
{
    return static_cast<uint32_t>(
        std::count_if(runs.begin(), runs.end(), [](const MelRun& run) { return run.feasible; }));
}

bool
IsSameCase(const MelCase& a, const MelCase& b)
{
    return a.cycleTimeS == b.cycleTimeS && a.energyJ == b.energyJ &&
           a.scheme.name == b.scheme.name && a.scheme.method == b.scheme.method &&
           a.scheme.staleness == b.scheme.staleness;
}

std::vector<MelClaim>
JudgeMelClaims(const std::vector<MelResult>& results, uint32_t updates)
{
    std::vector<MelClaim> claims;
    const double best = BestAccuracy(results, updates);
    double largest = -std::numeric_limits<double>::infinity();
    for (const bool relative : {false, true})
    {
        for (size_t i = 0; i < std::size(THRESHOLDS); ++i)
        {
            const double threshold = relative ? best * THRESHOLDS[i] : THRESHOLDS[i];
            const std::string what =
                Describe(100 * THRESHOLDS[i],
                         " %",
                         relative ? " of the best accuracy (" + Short(100 * threshold) + " %)"
                                  : std::string());
            claims.push_back(ClaimUpdates(results, what, PAPER_SAYS[i], threshold));
            largest = std::max(largest, LargestSaving(results, threshold).share);
        }
    }
    claims.push_back({"gains over HA-Sync",
                      "up to 25 % fewer updates",
                      std::isinf(largest)
                          ? "not measured"
                          : Describe("up to ", Short(100 * largest), " % fewer updates"),
                      std::isinf(largest) ? "not measured"
                      : largest >= 0.25   ? "yes"
                      : largest > 0       ? "in part"
                                          : "no"});
    AddAccuracyClaims(results, updates, claims);
    return claims;
}

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
    files.back()->Write("claim,paper,measured,holds\n");
    CsvRow row;
    for (const auto& claim : JudgeMelClaims(results, updates))
    {
        row.Add(claim.claim.c_str()).Add(claim.paper.c_str());
        row.Add(claim.measured.c_str()).Add(claim.holds.c_str());
        files.back()->Write(row.Finish());
        out << claim.claim << "\n    paper:    " << claim.paper
            << "\n    measured: " << claim.measured << "\n    holds:    " << claim.holds << "\n";
    }
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
        for (const auto& panel : PanelsOf(figure, results, updates))
        {
            WritePanel(folder, figure, panel, results, scripts);
        }
    }
    DrawScripts(folder, scripts, "gnuplot", std::cerr);
}

} // namespace fl
} // namespace ns3
