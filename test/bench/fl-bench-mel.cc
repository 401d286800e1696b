/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-mel.h"

#include "ns3/fl-error.h"
#include "ns3/fl-mel-drop.h"
#include "ns3/fl-mel-methods.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace ns3
{
namespace fl
{

namespace
{

/// @return a drop of the paper's setting
MelProblem
Draw(uint32_t learners, int64_t staleness, uint64_t stream, bool vary)
{
    RandomStream random(4, stream);
    MelDropOptions options;
    options.learners = learners;
    options.staleness = staleness;
    options.energyJ = 20;
    if (vary)
    {
        options.cycleTimeS = random.Uniform(5, 40);
        options.energyJ = random.Uniform(10, 30);
    }
    return DrawMelDrop(options, random);
}

/// The exact solver's time, by the number of learners.
void
AddSizes(const BenchOptions& options, BenchRows& rows)
{
    struct Size
    {
        uint32_t learners;
        double targetS;
        int drops;
    };

    for (const auto& size : {Size{20, 35e-6, options.Pick(1001, 5)},
                             Size{100, 0.4e-3, options.Pick(301, 3)},
                             Size{1000, 0.1, options.Pick(31, 1)}})
    {
        std::vector<double> seconds;
        double bases = 0;
        int proved = 0;
        WorkProgress progress(size.drops);
        progress.Begin(
            Describe("mel: optimum for ", size.learners, " learners, ", size.drops, " drops"));
        for (int i = 0; i < size.drops; ++i)
        {
            const auto problem = Draw(size.learners, 5, static_cast<uint64_t>(i), false);
            const Stopwatch watch;
            const auto solution = SolveMel("exact", problem);
            seconds.push_back(watch.WallS());
            bases += solution.iterations;
            proved += solution.status == SolveStatus::OPTIMAL ? 1 : 0;
            progress.Add();
        }
        const double median = Median(seconds);
        rows.push_back({Describe("task allocation, integer optimum for ",
                                 size.learners,
                                 " learners, c = 5, d = 60000"),
                        Describe(Round(1e3 * median), " ms, median of ", size.drops, " drops"),
                        Describe(Round(1e3 * size.targetS), " ms"),
                        JudgeAtMost(median, size.targetS),
                        Describe(proved,
                                 " proved optimal; slowest ",
                                 Round(1e3 * *std::max_element(seconds.begin(), seconds.end())),
                                 " ms; ",
                                 Round(bases / size.drops),
                                 " bases on average")});
    }
}

/// The paper's way on the same drops.
void
AddSai(const BenchOptions& options, BenchRows& rows)
{
    const int drops = options.Pick(200, 5);
    for (const int64_t staleness : {1, 3, 5})
    {
        double gain = 0;
        double least = HUGE_VAL;
        double most = 0;
        double overSync = 0;
        WorkProgress progress(drops);
        progress.Begin(
            Describe("mel: suggest-and-improve, c = ", staleness, ", ", drops, " drops"));
        for (int i = 0; i < drops; ++i)
        {
            const auto problem = Draw(20, staleness, static_cast<uint64_t>(i), true);
            const double exact = SolveMel("exact", problem).objective;
            const double ratio = exact / SolveMel("sai", problem).objective - 1;
            gain += ratio / drops;
            least = std::min(least, ratio);
            most = std::max(most, ratio);
            overSync += (exact / SolveMel("ha-sync", problem).objective - 1) / drops;
            progress.Add();
        }
        rows.push_back({Describe("integer optimum against suggest-and-improve, ",
                                 drops,
                                 " drops of 20, c = ",
                                 staleness),
                        Describe(Round(100 * gain), " % more iterations, on average"),
                        "never fewer",
                        least >= 0 ? "met" : "missed",
                        Describe(Round(100 * least),
                                 " to ",
                                 Round(100 * most),
                                 " %; ",
                                 Round(100 * overSync),
                                 " % more than with c = 0")});
    }
}

} // namespace

BenchRows
BenchMel(const BenchOptions& options)
{
    BenchRows rows;
    AddSizes(options, rows);
    AddSai(options, rows);
    return rows;
}

} // namespace fl
} // namespace ns3
