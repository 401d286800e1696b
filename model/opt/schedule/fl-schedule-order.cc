/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-schedule-order.h"

#include "fl-schedule-delay.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace fl
{

std::vector<size_t>
DescendingOrder(const std::vector<double>& values)
{
    // Pairs lie together in memory, which sorting indices by what they point to does not.
    std::vector<std::pair<double, size_t>> pairs(values.size());
    for (size_t k = 0; k < values.size(); ++k)
    {
        pairs[k] = {-values[k], k};
    }
    std::sort(pairs.begin(), pairs.end());
    std::vector<size_t> order(values.size());
    std::transform(pairs.begin(), pairs.end(), order.begin(), [](const auto& pair) {
        return pair.second;
    });
    return order;
}

ScheduleSolution
ScheduleFirst(const ScheduleProblem& problem, const std::vector<size_t>& order, size_t count)
{
    std::vector<double> gains(count);
    for (size_t i = 0; i < count; ++i)
    {
        gains[i] = problem.gainOverNoiseHz[order[i]];
    }
    const auto common = SmallestDelay(gains, problem.bandwidthHz, problem.payloadBits);
    std::vector<double> bandwidthHz(problem.gainOverNoiseHz.size(), 0);
    for (size_t i = 0; i < count; ++i)
    {
        bandwidthHz[order[i]] = common.bandwidthHz[i];
    }
    auto solution = EvaluateSchedule(problem, std::move(bandwidthHz));
    solution.iterations = common.sweeps;
    return solution;
}

} // namespace fl
} // namespace ns3
