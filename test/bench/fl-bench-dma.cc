/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-dma.h"

#include "fl-bench-child.h"

#include "ns3/fl-dma-baselines.h"
#include "ns3/fl-dma-json.h"
#include "ns3/fl-dma-methods.h"
#include "ns3/fl-error.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// @return Table II's ranges, with models of 10 to 20 Mbit, and 1.2 times FedAsync's time
DmaProblem
Draw(size_t devices, size_t tasks, uint32_t aggregations, RandomStream& random)
{
    DmaProblem problem;
    problem.weightModel = 1e-9;
    problem.weightDevice = problem.weightStation = problem.rho = 1;
    problem.v1 = 2;
    problem.v2 = 5;
    problem.relaxed = true;
    for (size_t j = 0; j < tasks; ++j)
    {
        DmaTask task;
        task.aggregations = aggregations;
        task.modelBits = random.Uniform(1e7, 2e7);
        task.importance = std::pow(10, random.Uniform(7, 9));
        task.qoeS = 1e9;
        task.mixingLow = 0.075;
        task.mixingHigh = 0.15;
        task.stalenessLimit = 5;
        task.maxIterations = 20;
        task.learningRate = {0.03};
        task.smoothness = random.Uniform(1, 5);
        task.dataVariability = random.Uniform(0.3, 0.8);
        task.lossDrop = random.Uniform(0.05, 2);
        problem.tasks.push_back(task);
    }
    for (size_t i = 0; i < devices; ++i)
    {
        DmaDevice device;
        device.uplinkBps = random.Uniform(1.4e7, 2.2e7);
        device.downlinkBps = random.Uniform(1.3e6, 2.4e6);
        device.txPowerW = 0.25;
        device.downlinkPowerW = 0.1;
        device.effectiveCapacitance = random.Uniform(2e-22, 2e-19);
        device.minCpuHz = 2e5;
        device.maxCpuHz = 5e6;
        for (size_t j = 0; j < tasks; ++j)
        {
            DmaDeviceTask pair;
            pair.cyclesPerSample = random.Uniform(5e2, 5e3);
            pair.samples = static_cast<double>(200 + random.Below(1800));
            pair.dissimilarity = random.Uniform(0.05, 1);
            pair.sampleVariance = random.Uniform(20, 80);
            pair.idleDrift = random.Uniform(0.005, 0.02);
            pair.activeDrift = random.Uniform(0.005, 0.02);
            pair.cpuShare = 1.0 / static_cast<double>(tasks);
            device.tasks.push_back(pair);
        }
        problem.devices.push_back(device);
    }
    const auto baseline = FedAsyncDmaBaseline(problem);
    for (size_t j = 0; j < tasks; ++j)
    {
        problem.tasks[j].qoeS = 1.2 * baseline.allocation[j].back().arrivalS;
    }
    return problem;
}

/// Give each device the energy that FedAsync has one spend at most. @param [in,out] problem gets it
void
LimitEnergy(DmaProblem& problem)
{
    const auto spentJ = SolveDma("fedasync", problem).value.deviceEnergyJ;
    for (auto& device : problem.devices)
    {
        device.energyBudgetJ = *std::max_element(spentJ.begin(), spentJ.end());
    }
}

/**
 * How far methods that search are from the best of all schedules, on instances with few of them.
 * @param draws number of instances
 * @param rows get one for each method
 */
void
AddDistances(int draws, BenchRows& rows)
{
    constexpr double TARGET = 0.01;
    const std::array<const char*, 3> methods{"best", "local", "sca"};
    std::array<double, methods.size()> sum{};
    std::array<double, methods.size()> most{};
    RandomStream random(43);
    WorkProgress progress(draws);
    progress.Begin(Describe("dma: enumeration, ", draws, " draws"));
    for (int k = 0; k < draws; ++k)
    {
        const auto problem = Draw(3, 2, 4, random);
        const double optimum = SolveDma("enumerate", problem).value.objective;
        for (size_t m = 0; m < methods.size(); ++m)
        {
            const double found = SolveDma(methods[m], problem).value.objective;
            sum[m] += found / optimum - 1;
            most[m] = std::max(most[m], found / optimum - 1);
        }
        progress.Add();
    }
    for (size_t m = 0; m < methods.size(); ++m)
    {
        const double mean = sum[m] / draws;
        const bool isDefault = m == 0;
        rows.push_back({Describe("DMA-FL, method ",
                                 methods[m],
                                 " above the best of all schedules, 3 devices, 2 tasks, G = 4"),
                        Describe(Round(100 * mean), " %, mean of ", draws, " draws"),
                        isDefault ? "1 %" : "",
                        isDefault ? JudgeAtMost(mean, TARGET) : "",
                        Describe("at most ", Round(100 * most[m]), " %")});
    }
}

/// Time of a method, median of draws.
void
AddMethod(const std::string& what,
          const std::string& method,
          uint32_t aggregations,
          double targetS,
          int draws,
          bool binds,
          BenchRows& rows)
{
    RandomStream random(41, aggregations);
    std::vector<double> seconds;
    double gap = 0;
    int feasible = 0;
    WorkProgress progress(draws);
    progress.Begin(Describe("dma: ", what, ", G = ", aggregations, ", ", draws, " draws"));
    for (int k = 0; k < draws; ++k)
    {
        auto problem = Draw(10, 3, aggregations, random);
        if (binds)
        {
            LimitEnergy(problem);
        }
        if (method == "resources")
        {
            problem.schedule = FedAsyncDmaBaseline(problem).schedule;
        }
        const Stopwatch watch;
        const auto solution = SolveDma(method, problem);
        seconds.push_back(watch.CpuS());
        gap = std::max(gap, std::isfinite(solution.Gap()) ? solution.Gap() : 0);
        feasible +=
            solution.status == SolveStatus::OPTIMAL || solution.status == SolveStatus::FEASIBLE ? 1
                                                                                                : 0;
        progress.Add();
    }
    const double median = Median(seconds);
    rows.push_back({Describe("DMA-FL, ", what, ", 10 devices, 3 tasks, G = ", aggregations),
                    Describe(Round(1e3 * median), " ms, median of ", draws, " draws"),
                    Describe(Round(1e3 * targetS), " ms"),
                    JudgeAtMost(median, targetS),
                    Describe("longest ",
                             Round(1e3 * *std::max_element(seconds.begin(), seconds.end())),
                             " ms; ",
                             feasible,
                             " feasible",
                             method == "resources" ? Describe("; largest gap ", gap) : "")});
}

/// The golden instance of 6 devices, 3 tasks and 8 aggregations, and the same by a general solver.
void
AddSlsqp(const BenchOptions& options, BenchRows& rows)
{
    const std::string what = "DMA-FL, resources, 6 devices, 3 tasks, G = 8, beside SciPy's SLSQP";
    const std::string file = FL_BENCH_SOURCE_DIR "/../golden/dma-medium-6x3.json";
    WorkProgress progress(1);
    progress.Begin("dma: SciPy's SLSQP");
    const auto peer = RunPython("slsqp-dma.py", "'" + file + "'");
    progress.Add();
    if (!peer.is_object())
    {
        rows.push_back({what, "not measured: Debian's python3-scipy is not there", "", "", ""});
        return;
    }
    const auto problem = DmaProblemFromJson(ParseJson(ReadJsonText(file), file));
    const int repeats = options.Pick(101, 1);
    DmaSolution solution;
    const Stopwatch watch;
    for (int k = 0; k < repeats; ++k)
    {
        solution = SolveDma("resources", problem);
    }
    const double seconds = watch.CpuS() / repeats;
    rows.push_back({what,
                    Describe(Round(peer["seconds"].get<double>() / seconds), " times faster"),
                    "",
                    "",
                    Describe(Round(peer["seconds"].get<double>()),
                             " s with finite differences against ",
                             Round(1e3 * seconds),
                             " ms; objective worse by ",
                             Round(peer["objective"].get<double>() / solution.value.objective - 1),
                             " relative, violation ",
                             Round(peer["violation"].get<double>()))});
}

} // namespace

BenchRows
BenchDma(const BenchOptions& options)
{
    BenchRows rows;
    for (const auto& [aggregations, resourcesS, planS] :
         {std::tuple(50U, 0.02, 2.0), {150U, 0.1, 20.0}})
    {
        const uint32_t count = options.Pick(aggregations, 6U);
        AddMethod("resources", "resources", count, resourcesS, options.Pick(21, 1), false, rows);
        AddMethod("whole plan", "best", count, planS, options.Pick(3, 1), false, rows);
        AddMethod("whole plan, budgets as FedAsync spends",
                  "best",
                  count,
                  planS,
                  options.Pick(3, 1),
                  true,
                  rows);
    }
    AddDistances(options.Pick(20, 1), rows);
    AddSlsqp(options, rows);
    return rows;
}

} // namespace fl
} // namespace ns3
