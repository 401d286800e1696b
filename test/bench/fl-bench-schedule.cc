/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-schedule.h"

#include "ns3/fl-error.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-schedule-methods.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// The exact solver's time, over so many draws.
void
AddSize(size_t devices, double targetS, int draws, BenchRows& rows)
{
    RandomStream random(21, devices);
    std::vector<double> seconds;
    double sweeps = 0;
    int proved = 0;
    WorkProgress progress(draws);
    progress.Begin(Describe("schedule: optimum for ", devices, " devices, ", draws, " draws"));
    for (int i = 0; i < draws; ++i)
    {
        const auto problem = DrawBenchSchedule(devices, random);
        const Stopwatch watch;
        const auto solution = SolveSchedule("exact", problem);
        seconds.push_back(watch.WallS());
        sweeps += static_cast<double>(solution.iterations) / draws;
        proved += solution.status == SolveStatus::OPTIMAL ? 1 : 0;
        progress.Add();
    }
    const double median = Median(seconds);
    rows.push_back({Describe("device scheduling, optimum for ", devices, " devices"),
                    Describe(Round(1e3 * median), " ms, median of ", draws, " draws"),
                    Describe(Round(1e3 * targetS), " ms"),
                    JudgeAtMost(median, targetS),
                    Describe("longest ",
                             Round(1e3 * *std::max_element(seconds.begin(), seconds.end())),
                             " ms; ",
                             Round(sweeps),
                             " sweeps; ",
                             proved,
                             " proved optimal")});
}

/// Algorithm 1 on the same draws.
void
AddPaper(int draws, BenchRows& rows)
{
    RandomStream random(22);
    int worse = 0;
    int nobody = 0;
    double loss = 0;
    double paperS = 0;
    double exactS = 0;
    double least = HUGE_VAL;
    WorkProgress progress(draws);
    progress.Begin(Describe("schedule: Algorithm 1, ", draws, " draws"));
    for (int i = 0; i < draws; ++i)
    {
        const auto problem = DrawBenchSchedule(20, random);
        const Stopwatch paperWatch;
        const auto paper = SolveSchedule("paper", problem);
        paperS += paperWatch.WallS();
        const Stopwatch exactWatch;
        const auto exact = SolveSchedule("exact", problem);
        exactS += exactWatch.WallS();
        const double difference = exact.objective - paper.objective;
        least = std::min(least, difference);
        worse += difference > 1e-9 ? 1 : 0;
        nobody += paper.selected == 0 && exact.selected > 0 ? 1 : 0;
        loss += difference / draws;
        progress.Add();
    }
    rows.push_back({Describe("Algorithm 1 on ", draws, " draws of 20 devices"),
                    Describe("below the optimum in ", Round(100.0 * worse / draws), " % of them"),
                    "never above",
                    least >= -1e-9 ? "met" : "missed",
                    Describe("by ",
                             Round(loss),
                             " devices on average; nobody scheduled in ",
                             Round(100.0 * nobody / draws),
                             " %; it takes ",
                             Round(paperS / exactS),
                             " times as long")});
}

} // namespace

ScheduleProblem
DrawBenchSchedule(size_t devices, RandomStream& random)
{
    ScheduleProblem problem;
    problem.bandwidthHz = 1e7;
    problem.payloadBits = 1;
    problem.queueWeight = std::pow(10, random.Uniform(4, 6.5)) * 20 / static_cast<double>(devices);
    for (size_t k = 0; k < devices; ++k)
    {
        // Uniform in a disc of 50 m, 300 m away; Rayleigh fading.
        const double radiusM = 50 * std::sqrt(random.Uniform());
        const double angle = random.Uniform(0, 2 * std::acos(-1.0));
        const double distanceM =
            std::hypot(300 + radiusM * std::cos(angle), radiusM * std::sin(angle));
        problem.gainOverNoiseHz.push_back(std::pow(distanceM / 10, -3.5) / 1e-11 *
                                          (1e-12 - std::log1p(-random.Uniform())));
    }
    return problem;
}

BenchRows
BenchSchedule(const BenchOptions& options)
{
    BenchRows rows;
    AddSize(20, 60e-6, options.Pick(2001, 5), rows);
    AddSize(1000, 5e-3, options.Pick(101, 3), rows);
    AddSize(options.Pick(100000, 3000), 0.5, options.Pick(9, 1), rows);
    AddPaper(options.Pick(2000, 5), rows);
    return rows;
}

} // namespace fl
} // namespace ns3
