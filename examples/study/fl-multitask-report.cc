/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-multitask-report.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-plan.h"
#include "ns3/fl-plot-script.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <set>

namespace ns3
{
namespace fl
{

namespace
{

/// Add two fields to a row: mean, and half the 95 % confidence interval.
void
AddSample(CsvRow& row, const Sample& sample)
{
    row.Add(sample.Mean()).Add(sample.Ci95());
}

/// @param name of a curve, which has a comma where it says two things @return for CSV
std::string
InCsv(std::string name)
{
    name.erase(std::remove(name.begin(), name.end(), ','), name.end());
    return name;
}

/// @param result a curve @param task number of a task @param get of a plan @return over the runs
Sample
OverPlans(const MultitaskResult& result,
          size_t task,
          const std::function<double(const MultitaskPlanFigures&)>& get)
{
    Sample sample;
    for (const auto& run : result.runs)
    {
        if (run.feasible)
        {
            sample.Add(get(run.plan[task]));
        }
    }
    return sample;
}

/// @param result a curve @param get of a run @return over the runs
Sample
OverRuns(const MultitaskResult& result, const std::function<double(const MultitaskRun&)>& get)
{
    Sample sample;
    for (const auto& run : result.runs)
    {
        if (run.feasible)
        {
            sample.Add(get(run));
        }
    }
    return sample;
}

/// @param results all @return names of groups, in their order
std::vector<std::string>
GroupNames(const std::vector<MultitaskResult>& results)
{
    std::vector<std::string> names;
    for (const auto& result : results)
    {
        if (names.empty() || names.back() != result.group)
        {
            names.push_back(result.group);
        }
    }
    return names;
}

/// A panel of a group's figure.
struct Panel
{
    std::string group;                   //!< name of the group
    size_t task;                         //!< number of the task
    const std::string& taskName;         //!< its name
    const std::filesystem::path& folder; //!< of the tables
};

/// @param panel which @param name part of a plot's name @return the panel's plot
std::string
PlotName(const Panel& panel, const std::string& name)
{
    return Describe(panel.group, "-", name, "-", static_cast<char>('a' + panel.task));
}

/// Draw a quantity of a panel over aggregations. @param panel which @param column of curves.csv
/// @param label of the axis @param scale from column to label @param results all curves @param
/// [in,out] scripts its name is appended
void
WriteCourses(const Panel& panel,
             const std::string& column,
             const std::string& label,
             double scale,
             const std::vector<MultitaskResult>& results,
             std::vector<std::string>& scripts)
{
    PlotScript script(PlotName(panel, column),
                      panel.taskName + ", " + panel.group,
                      "global aggregations",
                      label);
    script.KeyBeside();
    script.Line("set yrange [0<*:*]");
    const std::string factor = Describe(scale, " * ");
    for (const auto& result : results)
    {
        if (result.group == panel.group)
        {
            const std::string rows = PlotRowsWith("group", panel.group) + " && " +
                                     PlotRowsWith("curve", InCsv(result.curve.name)) + " && " +
                                     PlotRowsWith("task", panel.taskName);
            script.Curve({"curves.csv",
                          rows,
                          {PlotColumn("aggregation"),
                           factor + PlotColumn(column + "_mean"),
                           factor + "half('" + column + "_ci95')"}},
                         result.curve.name,
                         {"yerrorlines"});
        }
    }
    script.Write(panel.folder, scripts);
}

/// Draw energy over target accuracies. @param panel which @param results all curves @param [in,out]
/// scripts its name is appended
void
WriteEnergy(const Panel& panel,
            const std::vector<MultitaskResult>& results,
            std::vector<std::string>& scripts)
{
    PlotScript script(PlotName(panel, "energy-to"),
                      panel.taskName + ", " + panel.group,
                      "target accuracy [%]",
                      "energy of the devices [kJ]");
    script.KeyBeside();
    script.Logarithmic("y");
    for (const auto& result : results)
    {
        if (result.group == panel.group)
        {
            script.Curve({"energy.csv",
                          PlotRowsWith("group", panel.group) + " && " +
                              PlotRowsWith("curve", InCsv(result.curve.name)) + " && " +
                              PlotRowsWith("task", panel.taskName),
                          {"100 * " + PlotColumn("accuracy"),
                           "1e-3 * " + PlotColumn("device_j_mean"),
                           "1e-3 * half('device_j_ci95')"}},
                         result.curve.name,
                         {"yerrorlines"});
        }
    }
    script.Write(panel.folder, scripts);
}

/// What is drawn of a sweep.
struct SweepPlot
{
    const char* figure; //!< number in the paper
    const char* column; //!< of sweeps.csv, without _mean
    const char* label;  //!< of the axis
    double scale;       //!< from column to label
};

/// All that is drawn of sweeps.
constexpr SweepPlot SWEEP_PLOTS[] = {{"8", "iteration_share", "share of local iterations [%]", 100},
                                     {"9", "compute_s", "computing time of a period [s]", 1},
                                     {"10", "idle_s", "idle time of a period [s]", 1},
                                     {"remark", "device_j", "energy of the devices [J]", 1}};

/// Draw a sweep.
void
WriteSweep(const std::filesystem::path& folder,
           const MultitaskSweep& sweep,
           const SweepPlot& plot,
           const std::vector<std::string>& taskNames,
           std::vector<std::string>& scripts)
{
    PlotScript script(sweep.name, "Plans of DMA-FL", sweep.parameter, plot.label);
    script.KeyBeside();
    script.Line("set yrange [0<*:*]");
    if (sweep.values.front() > 0 && sweep.values.back() / sweep.values.front() > 100)
    {
        script.Logarithmic("x");
    }
    const std::string factor = Describe(plot.scale, " * ");
    for (const auto& name : taskNames)
    {
        script.Curve({"sweeps.csv",
                      PlotRowsWith("sweep", sweep.name) + " && " + PlotRowsWith("task", name),
                      {PlotColumn("value"),
                       factor + PlotColumn(std::string(plot.column) + "_mean"),
                       factor + "half('" + plot.column + "_ci95')"}},
                     name,
                     {"yerrorlines"});
    }
    script.Write(folder, scripts);
}

} // namespace

std::string
MultitaskCurvesCsv(const std::vector<MultitaskResult>& results,
                   const std::vector<std::string>& taskNames)
{
    std::string text = "group,curve,task,learning_rate,aggregation,runs,time_s_mean,time_s_ci95,"
                       "accuracy_mean,accuracy_ci95,loss_mean,loss_ci95,device_j_mean,"
                       "device_j_ci95,station_j_mean,station_j_ci95\n";
    CsvRow row;
    for (const auto& result : results)
    {
        for (size_t j = 0; j < taskNames.size(); ++j)
        {
            const auto over = [&](size_t point, double MultitaskPoint::* field) {
                return OverRuns(result, [&](const MultitaskRun& run) {
                    return run.courses[j][point].*field;
                });
            };
            for (size_t point = 0; point < result.CountPoints(j); ++point)
            {
                const Sample accuracy = over(point, &MultitaskPoint::accuracy);
                row.Add(result.group.c_str()).Add(InCsv(result.curve.name).c_str());
                row.Add(taskNames[j].c_str()).Add(result.rates[j]);
                row.Add((*result.AnyCourse(j))[point].aggregation).Add(accuracy.GetN());
                AddSample(row, over(point, &MultitaskPoint::timeS));
                AddSample(row, accuracy);
                AddSample(row, over(point, &MultitaskPoint::loss));
                AddSample(row, over(point, &MultitaskPoint::deviceJ));
                AddSample(row, over(point, &MultitaskPoint::stationJ));
                text += row.Finish();
            }
        }
    }
    return text;
}

std::string
MultitaskEnergyCsv(const std::vector<MultitaskResult>& results,
                   const std::vector<std::string>& taskNames)
{
    std::string text = "group,curve,task,accuracy,runs,reached,device_j_mean,device_j_ci95\n";
    CsvRow row;
    for (const auto& result : results)
    {
        for (size_t j = 0; j < taskNames.size(); ++j)
        {
            for (uint32_t i = 0; i < MultitaskTargets::COUNT; ++i)
            {
                const double accuracy = MultitaskTargets::At(i);
                const auto energyJ = result.EnergyTo(j, accuracy);
                const bool all = energyJ.GetN() == result.runs.size();
                row.Add(result.group.c_str()).Add(InCsv(result.curve.name).c_str());
                row.Add(taskNames[j].c_str()).Add(accuracy);
                row.Add(static_cast<uint32_t>(result.runs.size())).Add(energyJ.GetN());
                row.Add(all ? energyJ.Mean() : ABSENT).Add(all ? energyJ.Ci95() : ABSENT);
                text += row.Finish();
            }
        }
    }
    return text;
}

std::string
MultitaskPlansCsv(const std::vector<MultitaskResult>& results,
                  const std::vector<std::string>& taskNames)
{
    std::string text = "group,curve,task,runs,feasible,learning_rate,largest_staleness_mean,"
                       "largest_staleness_ci95,devices_mean,devices_ci95,most_used_share_mean,"
                       "most_used_share_ci95,iterations_mean,iterations_ci95,batch_mean,batch_ci95,"
                       "idle_s_mean,idle_s_ci95,compute_s_mean,compute_s_ci95,transfer_s_mean,"
                       "transfer_s_ci95,budget_use_mean,budget_use_ci95,vacuous_share\n";
    CsvRow row;
    for (const auto& result : results)
    {
        const Sample use = OverRuns(result, [](const MultitaskRun& run) { return run.budgetUse; });
        const Sample vacuous =
            OverRuns(result, [](const MultitaskRun& run) { return run.vacuous ? 1.0 : 0.0; });
        for (size_t j = 0; j < taskNames.size(); ++j)
        {
            row.Add(result.group.c_str()).Add(InCsv(result.curve.name).c_str());
            row.Add(taskNames[j].c_str()).Add(static_cast<uint32_t>(result.runs.size()));
            row.Add(use.GetN()).Add(result.rates[j]);
            const auto add = [&](const std::function<double(const MultitaskPlanFigures&)>& get) {
                AddSample(row, OverPlans(result, j, get));
            };
            add([](const auto& plan) { return plan.largestStaleness; });
            add([](const auto& plan) { return plan.devices; });
            add([](const auto& plan) { return plan.mostUsedShare; });
            add([](const auto& plan) { return plan.iterations; });
            add([](const auto& plan) { return plan.batch; });
            add([](const auto& plan) { return plan.idleS; });
            add([](const auto& plan) { return plan.computeS; });
            add([](const auto& plan) { return plan.transferS; });
            AddSample(row, use);
            row.Add(vacuous.Mean());
            text += row.Finish();
        }
    }
    return text;
}

std::string
MultitaskSweepsCsv(const std::vector<MultitaskSweepResult>& results,
                   const std::vector<std::string>& taskNames)
{
    std::string text = "figure,sweep,value,task,runs,iteration_share_mean,iteration_share_ci95,"
                       "iterations_mean,iterations_ci95,batch_mean,batch_ci95,compute_s_mean,"
                       "compute_s_ci95,idle_s_mean,idle_s_ci95,device_j_mean,device_j_ci95,"
                       "last_s_mean,last_s_ci95,distance_m_mean,distance_m_ci95,cpu_hz_mean,"
                       "cpu_hz_ci95\n";
    CsvRow row;
    for (const auto& result : results)
    {
        const auto& sweep = result.sweep;
        for (size_t j = 0; j < taskNames.size(); ++j)
        {
            // Points of a curve follow one another: gnuplot joins them.
            for (size_t v = 0; v < sweep.values.size(); ++v)
            {
                const Sample share = result.IterationShare(v, j);
                row.Add(sweep.figure.c_str()).Add(sweep.name.c_str()).Add(sweep.values[v]);
                row.Add(taskNames[j].c_str()).Add(share.GetN());
                AddSample(row, share);
                const auto add = [&](const std::function<double(const MultitaskPlanRun&)>& get) {
                    AddSample(row, result.Over(v, get));
                };
                add([j](const auto& run) { return run.tasks[j].iterations; });
                add([j](const auto& run) { return run.tasks[j].batch; });
                add([j](const auto& run) { return run.tasks[j].computeS; });
                add([j](const auto& run) { return run.tasks[j].idleS; });
                add([j](const auto& run) { return run.deviceJ[j]; });
                add([j](const auto& run) { return run.lastS[j]; });
                add([](const auto& run) { return run.distanceM; });
                add([](const auto& run) { return run.cpuHz; });
                text += row.Finish();
            }
        }
    }
    return text;
}

void
WriteMultitaskPlots(const std::filesystem::path& folder,
                    const std::vector<MultitaskResult>& curves,
                    const std::vector<MultitaskSweepResult>& sweeps,
                    const std::vector<std::string>& taskNames,
                    std::vector<std::string>& scripts)
{
    for (const auto& group : GroupNames(curves))
    {
        for (size_t j = 0; j < taskNames.size(); ++j)
        {
            const Panel panel{group, j, taskNames[j], folder};
            WriteCourses(panel, "accuracy", "accuracy on held-out data [%]", 100, curves, scripts);
            WriteCourses(panel, "device_j", "energy of the devices [kJ]", 1e-3, curves, scripts);
            WriteEnergy(panel, curves, scripts);
        }
    }
    for (const auto& result : sweeps)
    {
        for (const auto& plot : SWEEP_PLOTS)
        {
            if (result.sweep.figure == plot.figure)
            {
                WriteSweep(folder, result.sweep, plot, taskNames, scripts);
            }
        }
    }
}

void
PrintMultitaskCurves(std::ostream& out,
                     const std::vector<MultitaskResult>& results,
                     const std::vector<std::string>& taskNames)
{
    for (const auto& result : results)
    {
        out << result.group << ", " << result.curve.name << ":";
        for (size_t j = 0; j < taskNames.size(); ++j)
        {
            const size_t points = result.CountPoints(j);
            if (points == 0)
            {
                out << " " << result.runs.front().reason;
                break;
            }
            const Sample accuracy = result.Accuracy(j, points - 1);
            char text[160];
            std::snprintf(text,
                          sizeof(text),
                          " %s %.1f +- %.1f %%, %.3g kJ%s",
                          taskNames[j].c_str(),
                          100 * accuracy.Mean(),
                          100 * accuracy.Ci95(),
                          1e-3 * result.DeviceJ(j, points - 1).Mean(),
                          j + 1 < taskNames.size() ? ";" : "");
            out << text;
        }
        out << "\n";
    }
}

} // namespace fl
} // namespace ns3
