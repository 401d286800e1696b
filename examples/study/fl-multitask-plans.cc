/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-multitask-plans.h"

#include "ns3/fl-error.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-thread-pool.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Of all tasks, where learning rates are not chosen.
constexpr double PLANNING_RATE = 0.03;

/// @param first exponent @param last exponent @param step of exponents @return powers of ten
std::vector<double>
PowersOfTen(int first, int last, int step)
{
    std::vector<double> values;
    for (int exponent = first; exponent <= last; exponent += step)
    {
        values.push_back(std::pow(10, exponent));
    }
    return values;
}

/// @param values ascending @param quick whether to make do with the ends and the middle
/// @return values
std::vector<double>
Thinned(std::vector<double> values, bool quick)
{
    if (quick)
    {
        values = {values.front(), values[values.size() / 2], values.back()};
    }
    return values;
}

/// Set a drift of a task at all devices.
std::function<void(DmaProblem&, double)>
SetDrift(double DmaDeviceTask::* drift, size_t task)
{
    return [drift, task](DmaProblem& problem, double perS) {
        for (auto& device : problem.devices)
        {
            device.tasks[task].*drift = perS;
        }
    };
}

/// @param run of a case @param timeline its plan @return what the plan is
MultitaskPlanRun
Summarize(const MultitaskCase& run, const MultitaskTimeline& timeline)
{
    MultitaskPlanRun made;
    made.feasible = timeline.feasible;
    double periods = 0;
    for (size_t j = 0; j < timeline.tasks.size(); ++j)
    {
        made.tasks.push_back(SummarizePeriods(timeline.tasks[j]));
        double spentJ = 0;
        for (const auto& period : timeline.tasks[j])
        {
            spentJ += period.DeviceJ();
            made.distanceM += run.distanceM[period.device];
            made.cpuHz += run.problem.devices[period.device].tasks[j].cyclesPerSample *
                          period.iterations * period.batch / period.computeS;
            periods += 1;
        }
        made.deviceJ.push_back(spentJ);
        made.lastS.push_back(timeline.tasks[j].back().endS);
    }
    made.distanceM /= periods;
    made.cpuHz /= periods;
    return made;
}

/// @param taskNames by task @param quick see MultitaskSweeps() @param [in,out] sweeps gets those of
/// section V-B2
void
AddRemarks(const std::vector<std::string>& taskNames,
           bool quick,
           std::vector<MultitaskSweep>& sweeps)
{
    sweeps.push_back(
        {"remark-gamma",
         "remark",
         "importance of " + taskNames[0],
         Thinned(PowersOfTen(0, 12, 3), quick),
         [](DmaProblem& problem, double gamma) { problem.tasks[0].importance = gamma; }});
    sweeps.push_back({"remark-c2",
                      "remark",
                      "c2, weight of the devices' energy [1/J]",
                      Thinned(PowersOfTen(-9, 3, 3), quick),
                      [](DmaProblem& problem, double c2) { problem.weightDevice = c2; }});
    sweeps.push_back({"remark-c3",
                      "remark",
                      "c3, weight of the base station's energy [1/J]",
                      Thinned(PowersOfTen(-9, 3, 3), quick),
                      [](DmaProblem& problem, double c3) { problem.weightStation = c3; }});
    sweeps.push_back({"remark-qoe",
                      "remark",
                      "time limit of " + taskNames[0] + " over that of Table II",
                      Thinned({0.8, 0.9, 1, 1.5, 2}, quick),
                      [](DmaProblem& problem, double factor) { problem.tasks[0].qoeS *= factor; }});
    sweeps.push_back({"remark-loss",
                      "remark",
                      "initial loss of " + taskNames[0] + " [nat]",
                      Thinned({0.01, 0.1, 1, 10, 100}, quick),
                      [](DmaProblem& problem, double loss) { problem.tasks[0].lossDrop = loss; }});
}

} // namespace

Sample
MultitaskSweepResult::Over(size_t value,
                           const std::function<double(const MultitaskPlanRun&)>& get) const
{
    Sample sample;
    for (const auto& run : runs[value])
    {
        if (run.feasible)
        {
            sample.Add(get(run));
        }
    }
    return sample;
}

Sample
MultitaskSweepResult::IterationShare(size_t value, size_t task) const
{
    return Over(value, [task](const MultitaskPlanRun& run) {
        double all = 0;
        for (const auto& of : run.tasks)
        {
            all += of.iterations;
        }
        return run.tasks[task].iterations / all;
    });
}

std::vector<MultitaskSweep>
MultitaskSweeps(const std::vector<uint32_t>& figures,
                bool remarks,
                const std::vector<std::string>& taskNames,
                bool quick)
{
    std::vector<MultitaskSweep> sweeps;
    const std::vector<double> drifts = Thinned({0, 2e5, 4e5, 6e5, 8e5, 1e6}, quick);
    for (const auto figure : figures)
    {
        for (size_t j = 0; j < taskNames.size(); ++j)
        {
            const std::string name = Describe("figure-", figure, static_cast<char>('a' + j));
            const std::string number = Describe(figure);
            if (figure == 8)
            {
                sweeps.push_back({name,
                                  number,
                                  "importance of " + taskNames[j],
                                  Thinned(PowersOfTen(-9, 12, 3), quick),
                                  [j](DmaProblem& problem, double gamma) {
                                      problem.tasks[j].importance = gamma;
                                  }});
            }
            else if (figure == 9)
            {
                sweeps.push_back({name,
                                  number,
                                  "active drift of " + taskNames[j] + " [nat/s]",
                                  drifts,
                                  SetDrift(&DmaDeviceTask::activeDrift, j)});
            }
            else if (figure == 10)
            {
                sweeps.push_back({name,
                                  number,
                                  "idle drift of " + taskNames[j] + " [nat/s]",
                                  drifts,
                                  SetDrift(&DmaDeviceTask::idleDrift, j)});
            }
        }
    }
    if (remarks)
    {
        AddRemarks(taskNames, quick, sweeps);
    }
    return sweeps;
}

std::vector<MultitaskSweepResult>
PlanMultitaskSweeps(const std::vector<MultitaskSweep>& sweeps,
                    const std::vector<MultitaskTask>& tasks,
                    const MultitaskCurveOptions& options,
                    ThreadPool& pool)
{
    MultitaskSetting setting = options.setting;
    setting.partition = Describe("dirichlet-equal:0.5@", options.samples);
    std::vector<MultitaskCase> cases(sweeps.empty() ? 0 : options.runs);
    pool.ParallelFor(cases.size(), [&](size_t r) {
        std::vector<MultitaskParts> parts;
        for (const auto& task : tasks)
        {
            parts.push_back(MakeMultitaskParts(setting, task, options.seed + r));
        }
        const std::vector<double> rates(tasks.size(), PLANNING_RATE);
        cases[r] = MakeMultitaskCase(setting, tasks, std::move(parts), rates, options.seed + r);
    });

    struct Planned
    {
        size_t sweep; //!< index of the sweep
        size_t value; //!< index of the value
        size_t run;   //!< index of the run
    };

    std::vector<Planned> all;
    std::vector<MultitaskSweepResult> results;
    for (size_t s = 0; s < sweeps.size(); ++s)
    {
        results.push_back({sweeps[s], {}});
        results[s].runs.resize(sweeps[s].values.size(),
                               std::vector<MultitaskPlanRun>(options.runs));
        for (size_t v = 0; v < sweeps[s].values.size(); ++v)
        {
            for (size_t r = 0; r < options.runs; ++r)
            {
                all.push_back({s, v, r});
            }
        }
    }
    WorkProgress progress(static_cast<double>(all.size()));
    progress.Begin(Describe(all.size(), " plans of figures 8 to 10 and remarks"));
    pool.ParallelFor(all.size(), [&](size_t i) {
        const auto& what = all[i];
        MultitaskCase run = cases[what.run];
        const auto& sweep = sweeps[what.sweep];
        sweep.set(run.problem, sweep.values[what.value]);
        const auto timeline =
            MakeMultitaskTimeline(MultitaskSchemes().front(), setting, run, options.late);
        if (timeline.feasible)
        {
            results[what.sweep].runs[what.value][what.run] = Summarize(run, timeline);
        }
        progress.Add();
    });
    return results;
}

} // namespace fl
} // namespace ns3
