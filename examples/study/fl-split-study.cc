/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-claims.h"
#include "fl-compare-options.h"
#include "fl-compare-runs.h"
#include "fl-schedule-cell.h"
#include "fl-schedule-report.h"
#include "fl-schedule-simulation.h"
#include "fl-split-claims.h"
#include "fl-split-report.h"
#include "fl-split-study-options.h"
#include "fl-split-table.h"
#include "fl-split-theory.h"
#include "fl-study.h"

#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-option-text.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-result-folder.h"
#include "ns3/fl-schedule-optimizer.h"
#include "ns3/fl-thread-pool.h"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace ns3
{
namespace fl
{

namespace
{

/// Write a table. @param path of the file @param text its content
void
WriteTable(const std::filesystem::path& path, const std::string& text)
{
    OutputFile file(path);
    file.Write(text);
    file.Publish();
}

/// @return run times of figure 6
/// @param options as parsed
std::vector<ScheduleRunTimes>
TimeSolutions(const SplitStudyOptions& options)
{
    ScheduleSetting setting = MakeSplitCurveOptions(options).cell;
    setting.rounds = options.timedRounds;
    const auto limits = SplitLimits(options);
    WorkProgress progress(2.0 * static_cast<double>(limits.size()) * setting.rounds);
    progress.Begin("figure 6, run times");
    std::vector<ScheduleRunTimes> times;
    for (const std::string method : {"exact", "paper"})
    {
        for (const double limitS : limits)
        {
            ScheduleCurve curve{method, method, {}};
            curve.queue.limitS = limitS;
            times.push_back({curve, MeasureRunTimes(setting, curve, StudySeed(), progress)});
        }
    }
    return times;
}

/// @return what Theorem 1 takes to be known of each task
/// @param options as parsed
/// @param tasks the tasks
std::vector<SplitTheorySetting>
TheorySettings(const SplitStudyOptions& options, const std::vector<SplitCase>& tasks)
{
    std::vector<SplitTheorySetting> settings;
    for (const auto& task : tasks)
    {
        settings.push_back({options.cell.lr,
                            options.cell.step == "adam",
                            static_cast<double>(task.model->encoder->AdapterCount()),
                            static_cast<double>(task.model->head->ParameterCount())});
    }
    return settings;
}

/// @return the tasks for summary.json
/// @param tasks the tasks
nlohmann::ordered_json
TasksToJson(const std::vector<SplitCase>& tasks)
{
    auto json = nlohmann::ordered_json::array();
    for (const auto& task : tasks)
    {
        json.push_back({{"data", task.name},
                        {"training_samples", task.train->Size()},
                        {"device_samples", task.samples.size()},
                        {"test_samples", task.test->Size()},
                        {"adapters", task.model->encoder->AdapterCount()},
                        {"head", task.model->head->ParameterCount()},
                        {"mu_bits", task.round.UploadBits(task.round.batch)}});
    }
    return json;
}

/// A figure's data.
struct SplitFigure
{
    std::vector<SplitCase> tasks;            //!< what is learned
    std::vector<SplitResult> results;        //!< curves
    std::vector<ScheduleRunTimes> times;     //!< of figure 6
    std::vector<std::string> scripts;        //!< plots
    std::optional<SplitBaselines> baselines; //!< of the base's figure
};

/// Learn the curves of a figure, and write their tables.
/// @param options as parsed
/// @param folder of results
/// @param [in,out] figure gets tasks, curves and scripts
void
LearnFigure(const SplitStudyOptions& options,
            const std::filesystem::path& folder,
            SplitFigure& figure)
{
    ThreadPool pool(options.cell.threads);
    figure.tasks = MakeSplitCases(options);
    figure.results = MakeSplitCurves(MakeSplitFigure(options, figure.tasks.size()),
                                     figure.tasks,
                                     MakeSplitCurveOptions(options),
                                     pool);
    const std::string number = options.figure == "4a" ? "4" : options.figure;
    WriteTable(folder / ("figure-" + number + ".csv"), SplitCurvesCsv(figure.results));
    WriteTable(folder / "costs.csv", SplitCostsCsv(figure.results));
    const auto settings = TheorySettings(options, figure.tasks);
    const auto note = SplitTheoryNote(figure.results, settings);
    WriteTable(folder / "theory.csv", SplitTheoryCsv(figure.results, settings));
    WriteSplitPlots(folder, figure.results, note, figure.scripts);
    PrintSplitCurves(std::cout, figure.results);
    PrintSplitTheory(std::cout, figure.results);
    if (!note.empty())
    {
        std::cout << note << "\n";
    }
    if (options.figure == "base")
    {
        figure.baselines = BaselinesOf(figure.tasks.front());
        std::cout << "Largest class: " << 100 * figure.baselines->largestClass << " %";
        if (!std::isnan(figure.baselines->bagOfWords))
        {
            std::cout << "; bag of words: " << 100 * figure.baselines->bagOfWords << " %";
        }
        std::cout << "\n";
    }
}

/// Draw a figure and judge the claims. @param parser the parsed command line @param options as
/// parsed
void
RunFigure(const OptionParser& parser, const SplitStudyOptions& options)
{
    const auto start = std::chrono::steady_clock::now();
    const std::filesystem::path folder = options.cell.out;
    const FolderLock lock(folder);
    SplitFigure figure;
    if (options.figure == "6")
    {
        figure.times = TimeSolutions(options);
        WriteTable(folder / "figure-6.csv", ScheduleRunTimesCsv(figure.times));
        WriteSplitRunTimesPlot(folder, figure.scripts);
    }
    else if (options.figure != "table")
    {
        LearnFigure(options, folder, figure);
    }
    WriteTable(folder / "table.csv", SplitTableCsv(figure.tasks));
    PrintSplitTable(std::cout);
    const auto claims =
        JudgeSplitClaims(figure.results, figure.tasks, figure.times, figure.baselines);
    WriteTable(folder / "claims.csv", ClaimsCsv(claims));
    const std::chrono::duration<double> wallClock = std::chrono::steady_clock::now() - start;
    auto json = StudySummary(parser, "done");
    json["tasks"] = TasksToJson(figure.tasks);
    json["wall_clock_s"] = wallClock.count();
    json["peak_memory_bytes"] = PeakMemoryBytes();
    WriteTable(folder / "summary.json", json.dump(2) + "\n");
    DrawScripts(folder, figure.scripts, "gnuplot", std::cerr);
    PrintClaims(std::cout, claims);
    std::cout << "Tables and plots are in " << folder.string() << "/.\n";
}

/// One configuration packet by packet. @param parser the parsed command line @param options as
/// parsed
void
RunPackets(const OptionParser& parser, const SplitStudyOptions& options)
{
    DoubleValue limit;
    CreateObject<ScheduleOptimizer>()->GetAttribute("DelayLimitPerBit", limit);
    if (options.cell.phy == "fdma" && limit.Get() == SCHEDULE_DELAY_PER_BIT_S)
    {
        Config::SetDefault("ns3::fl::ScheduleOptimizer::DelayLimitPerBit",
                           DoubleValue(SPLIT_TIGHT_LIMIT_S));
    }
    Options cell = MakeScheduleCell(options.cell);
    cell.out += "/packets";
    std::vector<Options> cells;
    for (const auto& name : SplitText(options.compare, ','))
    {
        cells.push_back(CompareCell(cell, cell.phy, name));
    }
    RunComparison(parser, cell.out, cells, {parser.GetProgram(), [&parser](const Options&) {
                                                return parser.ToJson();
                                            }});
}

/// The program fl-split-lora.
class SplitStudy : public Study
{
  public:
    void AddOptions(OptionParser& parser) override
    {
        SetScheduleDefaults();
        AddSplitStudyOptions(parser, m_options);
    }

    void Run(const OptionParser& parser) override
    {
        const auto options = ReducedSplitOptions(m_options);
        options.packets ? RunPackets(parser, options) : RunFigure(parser, options);
    }

  private:
    SplitStudyOptions m_options; //!< section V's values, until the command line is parsed
};

/// Its program.
const StudyRegistration<SplitStudy> g_study(
    "fl-split-lora",
    "Split federated LoRA under a delay limit, Wang et al.");

} // namespace

} // namespace fl
} // namespace ns3
