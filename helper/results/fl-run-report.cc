/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-run-report.h"

#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-text.h"

#include <functional>
#include <iostream>

namespace ns3
{
namespace fl
{

namespace
{

/// Mean over the runs of one figure, with its confidence interval where there are several.
std::string
Figure(const std::vector<const RunTotals*>& runs,
       const std::function<double(const RunTotals&)>& figure,
       double scale,
       const char* unit)
{
    Sample sample;
    for (const auto* totals : runs)
    {
        sample.Add(scale * figure(*totals));
    }
    if (sample.GetN() == 0)
    {
        return "-";
    }
    if (sample.GetN() == 1)
    {
        return Format("%.4g %s", sample.Mean(), unit);
    }
    return Format("%.4g +- %.2g %s", sample.Mean(), sample.Ci95(), unit);
}

/// The figure of one run, or of all.
struct TableRow
{
    const char* name;                               //!< label of the row in the summary
    std::function<double(const RunTotals&)> figure; //!< of one run
    double scale;                                   //!< to the unit
    const char* unit;                               //!< of the printed figure
};

/// Rows of the table, in the order in which they are printed.
const TableRow TABLE[] = {
    {"final accuracy", [](const RunTotals& run) { return run.finalAccuracy; }, 100, "%"},
    {"best accuracy", [](const RunTotals& run) { return run.bestAccuracy; }, 100, "%"},
    {"simulated time", [](const RunTotals& run) { return run.simulatedTimeS; }, 1, "s"},
    {"device energy", [](const RunTotals& run) { return run.energyJ; }, 1, "J"},
    {"  computation", [](const RunTotals& run) { return run.computeEnergyJ; }, 1, "J"},
    {"  radiated", [](const RunTotals& run) { return run.radioEnergyJ; }, 1, "J"},
    {"upload error", [](const RunTotals& run) { return run.predictionError.Mean(); }, 100, "%"},
    {"  largest", [](const RunTotals& run) { return run.largestPredictionError; }, 100, "%"},
};

/// Two columns: names have 17, and the longest figure ("-1.234e+04 +- 1.2e+03 J") 23.
void
PrintRow(std::ostream& stream, const std::string& name, const std::string& text)
{
    stream << Format("%-17s", name.c_str()) << text << "\n";
}

/**
 * Print accuracy and energy of each task, if there are several.
 * @param stream output stream
 * @param runs totals of each run
 */
void
PrintTasks(std::ostream& stream, const std::vector<const RunTotals*>& runs)
{
    for (size_t task = 0; task < runs.front()->tasks.size(); ++task)
    {
        const std::string name = "task " + std::to_string(task);
        PrintRow(stream,
                 name,
                 Figure(
                     runs,
                     [task](const RunTotals& run) { return run.tasks[task].finalAccuracy; },
                     100,
                     "%"));
        PrintRow(
            stream,
            "  device energy",
            Figure(runs, [task](const RunTotals& run) { return run.tasks[task].energyJ; }, 1, "J"));
    }
}

/// Rounds and updates, added up over all runs.
void
PrintCounts(std::ostream& stream, const std::vector<const RunTotals*>& runs)
{
    uint64_t rounds = 0;
    uint64_t selected = 0;
    uint64_t received = 0;
    for (const auto* totals : runs)
    {
        rounds += totals->rounds;
        selected += totals->selected;
        received += totals->received;
    }
    PrintRow(stream,
             "rounds",
             std::to_string(rounds) +
                 (runs.size() > 1 ? " in " + std::to_string(runs.size()) + " runs" : ""));
    PrintRow(stream,
             "updates merged",
             std::to_string(received) + " of " + std::to_string(selected));
}

} // namespace

void
RecordRounds(Ptr<Coordinator> coordinator, ResultWriter& writer, Progress& progress)
{
    coordinator->TraceConnectWithoutContext(
        "RoundEnd",
        MakeFlCallback<void, const RoundRecord&>([&writer, &progress](const RoundRecord& record) {
            writer.AddRound(record);
            progress.Update(record);
        }));
}

void
PrintSummary(std::ostream& stream, const ResultFolder& results)
{
    const auto runs = results.GetTotals();
    stream << "\n";
    PrintCounts(stream, runs);
    for (const auto& row : TABLE)
    {
        PrintRow(stream, row.name, Figure(runs, row.figure, row.scale, row.unit));
    }
    PrintTasks(stream, runs);
    PrintRow(stream, "wall clock", Format("%.3g s", results.WallClockS()));
    PrintRow(stream, "peak memory", Format("%.3g MB", 1e-6 * PeakMemoryBytes()));
    // On a line of its own, and in one piece, to be copied.
    stream << "results in\n  " << results.GetFolder().string() << "\n";
    stream.flush();
}

void
PrintEnding(std::ostream& stream, const std::string& reason, const std::vector<std::string>& notes)
{
    stream << "The run ended because\n" << WrapText("  " + reason + ".", SUMMARY_COLUMNS) << "\n";
    for (const auto& note : notes)
    {
        if (!note.empty())
        {
            stream << WrapText(note, SUMMARY_COLUMNS, 2) << "\n";
        }
    }
    stream.flush();
}

void
FinishRuns(ResultFolder& results,
           Progress& progress,
           PlotRequest plots,
           const std::string& reason,
           const std::vector<std::string>& notes)
{
    progress.EndLine();
    results.Finish(reason);
    plots.folder = results.GetFolder();
    plots.runs = results.GetRuns();
    DrawPlots(plots, std::cerr);
    PrintSummary(std::cout, results);
    PrintEnding(std::cout, reason, notes);
}

} // namespace fl
} // namespace ns3
