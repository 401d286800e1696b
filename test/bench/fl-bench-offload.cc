/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-offload.h"

#include "ns3/fl-error.h"
#include "ns3/fl-offload-columns.h"
#include "ns3/fl-offload-drop.h"
#include "ns3/fl-offload-methods.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// @return what instances of such sizes are like; sub-channels of W and of W / G take turns
OffloadDrop
DropOf(size_t devices, size_t servers, size_t subChannels, bool isGrid)
{
    OffloadDrop drop;
    drop.devices = devices;
    drop.servers = servers;
    drop.subChannels = subChannels;
    drop.isGrid = isGrid;
    return drop;
}

/// Powers of random columns that everybody has to share, M = 5.
void
AddPower(int columns, BenchRows& rows)
{
    constexpr double TARGET_US = 20;
    RandomStream random(61);
    const auto problem = DrawOffload(DropOf(100, 5, 5, true), random);
    OffloadColumns costs(problem);
    std::vector<OffloadColumn> some;
    while (some.size() < static_cast<size_t>(columns))
    {
        OffloadColumn column(5, OFFLOAD_NOBODY);
        for (size_t m = 0; m < 5; ++m)
        {
            // Those who might come there: it takes less than at home if nobody else did.
            char16_t n = OFFLOAD_NOBODY;
            do
            {
                n = static_cast<char16_t>(random.Below(100));
            } while (column.find(n) != OffloadColumn::npos ||
                     !(costs.FreeS(n, m, 0) + costs.ExecuteS(n, m) < costs.LocalS(n)));
            column[m] = n;
        }
        some.push_back(column);
    }
    const Stopwatch watch;
    double gap = 0;
    for (const auto& column : some)
    {
        const auto cost = costs.Cost(0, column);
        gap = std::max(gap, 1 - cost.boundS / cost.costS);
    }
    const double meanUs = 1e6 * watch.CpuS() / columns;
    rows.push_back({"offloading, powers on one sub-channel, 5 cells",
                    Describe(Round(meanUs), " us, mean of ", columns, " columns"),
                    Describe(Round(TARGET_US), " us"),
                    JudgeAtMost(meanUs, TARGET_US),
                    Describe("largest gap ", gap, "; ", costs.Unsolved(), " unsolved")});
}

/// The exact method, and how far the search is from it.
void
AddExact(const OffloadDrop& size, double targetS, int draws, BenchRows& rows)
{
    RandomStream random(62, size.devices);
    std::vector<double> seconds;
    double gap = 0;
    double worse = 0;
    int proved = 0;
    WorkProgress progress(draws);
    progress.Begin(Describe("offload: optimum for ", size.devices, " devices, ", draws, " draws"));
    for (int k = 0; k < draws; ++k)
    {
        const auto problem =
            DrawOffload(DropOf(size.devices, size.servers, size.subChannels, k % 2 == 1), random);
        const Stopwatch watch;
        const auto exact = SolveOffload("exact", problem);
        seconds.push_back(watch.CpuS());
        const auto search = SolveOffload("search", problem);
        gap = std::max(gap, exact.Gap());
        proved += exact.status == SolveStatus::OPTIMAL ? 1 : 0;
        worse = std::max(worse, search.value.objective / exact.value.objective - 1);
        progress.Add();
    }
    const double median = Median(seconds);
    rows.push_back({Describe("offloading, exact, ",
                             size.devices,
                             " devices, ",
                             size.servers,
                             " servers, ",
                             size.subChannels,
                             " sub-channels"),
                    Describe(Round(median), " s, median of ", draws, " draws"),
                    Describe(Round(targetS), " s"),
                    JudgeAtMost(median, targetS),
                    Describe("longest ",
                             Round(*std::max_element(seconds.begin(), seconds.end())),
                             " s; ",
                             proved,
                             " proved optimal, largest gap ",
                             gap,
                             "; search at most ",
                             Round(100 * worse),
                             " % above")});
}

/// The search, and how far it may be from the optimum.
void
AddSearch(size_t devices, double targetS, int draws, BenchRows& rows)
{
    RandomStream random(63, devices);
    std::vector<double> seconds;
    double gap = 0;
    WorkProgress progress(draws);
    progress.Begin(Describe("offload: search for ", devices, " devices, ", draws, " draws"));
    for (int k = 0; k < draws; ++k)
    {
        const auto problem = DrawOffload(DropOf(devices, 5, 5, k % 2 == 1), random);
        const Stopwatch watch;
        const auto search = SolveOffload("search", problem);
        seconds.push_back(watch.CpuS());
        gap = std::max(gap, search.Gap());
        progress.Add();
    }
    const double median = Median(seconds);
    rows.push_back(
        {Describe("offloading, search, ", devices, " devices, 5 servers, 5 sub-channels"),
         Describe(Round(median), " s, median of ", draws, " draws"),
         Describe(Round(targetS), " s"),
         JudgeAtMost(median, targetS),
         Describe("longest ",
                  Round(*std::max_element(seconds.begin(), seconds.end())),
                  " s; at most ",
                  Round(100 * gap),
                  " % above the bound without interference")});
}

} // namespace

BenchRows
BenchOffload(const BenchOptions& options)
{
    BenchRows rows;
    AddPower(options.Pick(20000, 100), rows);
    AddExact(DropOf(10, 3, 3, false), 0.2, options.Pick(20, 2), rows);
    AddExact(DropOf(options.Pick<size_t>(20, 8), 5, 5, false), 60, options.Pick(6, 1), rows);
    AddExact(DropOf(options.Pick<size_t>(30, 8), 5, 5, false), 60, options.Pick(4, 1), rows);
    AddSearch(30, 0.1, options.Pick(10, 1), rows);
    AddSearch(options.Pick<size_t>(100, 30), 1, options.Pick(6, 1), rows);
    return rows;
}

} // namespace fl
} // namespace ns3
