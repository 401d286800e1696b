/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-multitask-claims.h"
#include "fl-multitask-packets.h"
#include "fl-multitask-report.h"
#include "fl-multitask-study-options.h"
#include "fl-study.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-option-text.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"
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

/// Write a table. @param path of the file @param text its content
void
WriteTable(const std::filesystem::path& path, const std::string& text)
{
    OutputFile file(path);
    file.Write(text);
    file.Publish();
}

/// @param setting Table II @return it for summary.json
nlohmann::ordered_json
SettingToJson(const MultitaskSetting& setting)
{
    return {{"devices", setting.devices},
            {"aggregations", setting.aggregations},
            {"radius_m", setting.radiusM},
            {"loss_at_1m_db", setting.lossAt1mDb},
            {"loss_exponent", setting.lossExponent},
            {"noise_w_per_hz", setting.noiseWPerHz},
            {"uplink_hz", setting.uplinkHz},
            {"downlink_hz", setting.downlinkHz},
            {"tx_power_w", setting.txPowerW},
            {"downlink_power_w", setting.downlinkPowerW},
            {"bits_per_parameter", setting.bitsPerParameter},
            {"effective_capacitance", {setting.minCapacitance, setting.maxCapacitance}},
            {"cycles_per_sample", {setting.minCycles, setting.maxCycles}},
            {"cpu_hz", {setting.minCpuHz, setting.maxCpuHz}},
            {"iterations", {setting.minIterations, setting.maxIterations}},
            {"alpha", setting.alpha},
            {"staleness_factor", setting.stalenessFactor},
            {"staleness_limit", setting.stalenessLimit},
            {"rho", setting.rho},
            {"v1", setting.v1},
            {"v2", setting.v2},
            {"weights", {setting.weightModel, setting.weightDevice, setting.weightStation}},
            {"qoe_factor", setting.qoeFactor},
            {"budget_factor", setting.budgetFactor},
            {"learning_rates", MULTITASK_RATES}};
}

/// @param tasks models and data @return them for summary.json, Table I
nlohmann::ordered_json
TasksToJson(const std::vector<MultitaskTask>& tasks)
{
    auto json = nlohmann::ordered_json::array();
    for (const auto& of : tasks)
    {
        json.push_back({{"task", of.name},
                        {"data", of.dataName},
                        {"parameters", of.task->model->ParameterCount()},
                        {"training_samples", of.task->train->Size()},
                        {"test_samples", of.task->test->Size()}});
    }
    return json;
}

/// Draw the figures and judge the claims. @param parser the parsed command line @param options as
/// parsed
void
RunFigures(const OptionParser& parser, const MultitaskStudyOptions& options)
{
    const auto start = std::chrono::steady_clock::now();
    const auto figures = ParseMultitaskFigures(options.figures);
    const std::filesystem::path folder = options.cell.out;
    const FolderLock lock(folder);
    ThreadPool pool(options.cell.threads);
    const auto tasks = MakeMultitaskTasks(options, pool, std::cerr);
    std::vector<std::string> names;
    for (const auto& task : tasks)
    {
        names.push_back(task.name);
    }
    const auto how = MakeMultitaskCurveOptions(options);
    const uint32_t minUploads = how.setting.aggregations / (2 * how.setting.devices);
    const auto curves =
        LearnMultitaskCurves(MultitaskGroups(figures.numbers, minUploads), tasks, how, pool);
    const auto sweeps =
        PlanMultitaskSweeps(MultitaskSweeps(figures.numbers, figures.remarks, names, options.quick),
                            tasks,
                            how,
                            pool);
    WriteTable(folder / "curves.csv", MultitaskCurvesCsv(curves, names));
    WriteTable(folder / "energy.csv", MultitaskEnergyCsv(curves, names));
    WriteTable(folder / "plans.csv", MultitaskPlansCsv(curves, names));
    WriteTable(folder / "sweeps.csv", MultitaskSweepsCsv(sweeps, names));
    const auto claims = JudgeMultitaskClaims(curves, sweeps, names);
    WriteTable(folder / "claims.csv", ClaimsCsv(claims));
    const std::chrono::duration<double> wallClock = std::chrono::steady_clock::now() - start;
    nlohmann::ordered_json summary = StudySummary(parser);
    summary["setting"] = SettingToJson(how.setting);
    summary["tasks"] = TasksToJson(tasks);
    summary["wall_clock_s"] = wallClock.count();
    WriteTable(folder / "summary.json", summary.dump(2) + "\n");
    std::vector<std::string> scripts;
    WriteMultitaskPlots(folder, curves, sweeps, names, scripts);
    DrawScripts(folder, scripts, "gnuplot", std::cerr);
    PrintMultitaskCurves(std::cout, curves, names);
    PrintClaims(std::cout, claims);
    std::cout << "Tables and plots are in " << folder.string() << "/.\n";
}

/// The program fl-async-multitask.
class MultitaskStudy : public Study
{
  public:
    void AddOptions(OptionParser& parser) override
    {
        AddMultitaskStudyOptions(parser, m_options);
    }

    void Run(const OptionParser& parser) override
    {
        if (m_options.packets)
        {
            RunMultitaskPackets(parser, m_options);
            return;
        }
        RunFigures(parser, m_options);
    }

  private:
    MultitaskStudyOptions m_options; //!< this study's defaults, until the command line is parsed
};

/// Its program.
const StudyRegistration<MultitaskStudy> g_study("fl-async-multitask",
                                                "Dynamic multi-task asynchronous learning, "
                                                "Chang et al.");

} // namespace

} // namespace fl
} // namespace ns3
