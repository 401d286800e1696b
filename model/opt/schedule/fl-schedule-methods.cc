/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-schedule-methods.h"

#include "fl-schedule-delay.h"
#include "fl-schedule-exact.h"
#include "fl-schedule-order.h"

#include "ns3/fl-error.h"
#include "ns3/fl-predictor.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param problem a valid problem
 * @return indices of the devices from the strongest to the weakest
 */
std::vector<size_t>
StrongestFirst(const ScheduleProblem& problem)
{
    return DescendingOrder(problem.gainOverNoiseHz);
}

/// Say why a method stopped where it did.
ScheduleSolution
Because(ScheduleSolution solution, std::string reason)
{
    if (solution.status == SolveStatus::FEASIBLE)
    {
        solution.termination = std::move(reason);
    }
    return solution;
}

/// Algorithm 1.
ScheduleSolution
SolvePaper(const ScheduleProblem& problem, const ScheduleOptions&)
{
    const auto order = StrongestFirst(problem);
    std::vector<double> gains;
    double objective = 0;
    uint32_t sweeps = 0;
    bool stopped = false;
    while (gains.size() < order.size() && !stopped)
    {
        gains.push_back(problem.gainOverNoiseHz[order[gains.size()]]);
        const auto common = SmallestDelay(gains, problem.bandwidthHz, problem.payloadBits);
        sweeps += common.sweeps;
        const double next = static_cast<double>(gains.size()) - problem.queueWeight * common.delayS;
        // Lines 10 to 15: a device that makes it no worse is kept, the first other one ends it.
        stopped = !(next >= objective);
        objective = stopped ? objective : next;
    }
    auto solution = ScheduleFirst(problem, order, gains.size() - (stopped ? 1 : 0));
    solution.iterations += sweeps;
    return Because(std::move(solution),
                   stopped ? "the next device makes it worse" : "all devices are in");
}

/// (28): equal shares within the delay limit.
ScheduleSolution
SolveEqualShares(const ScheduleProblem& problem, const ScheduleOptions&)
{
    const auto order = StrongestFirst(problem);
    // The delay grows with the number of devices: each has less of the band, the last less gain.
    auto keeps = [&](size_t count) {
        const double shareHz = problem.bandwidthHz / static_cast<double>(count);
        const double rateBps =
            ShannonRateBps(shareHz, 1, problem.gainOverNoiseHz[order[count - 1]], 1);
        return problem.payloadBits / rateBps <= problem.DelayLimitS();
    };
    size_t count = 0;
    while (count < order.size() && keeps(count + 1))
    {
        ++count;
    }
    std::vector<double> bandwidthHz(order.size(), 0);
    for (size_t i = 0; i < count; ++i)
    {
        bandwidthHz[order[i]] = problem.bandwidthHz / static_cast<double>(count);
    }
    auto solution = EvaluateSchedule(problem, std::move(bandwidthHz));
    solution.iterations = 1;
    return Because(std::move(solution), "the delay limit, with equal shares");
}

/// (29): just the bandwidth that the delay limit asks for.
ScheduleSolution
SolveGreedy(const ScheduleProblem& problem, const ScheduleOptions&)
{
    const auto order = StrongestFirst(problem);
    std::vector<double> gains;
    for (const auto device : order)
    {
        gains.push_back(problem.gainOverNoiseHz[device]);
    }
    const double perNat = problem.DelayLimitS() / (problem.payloadBits * std::log(2.0));
    RelativeDelay delay{gains.front(), gains.front() * perNat - 1};
    BandwidthNeeds needs;
    const size_t reach = delay.excess > 0 ? needs.Set(gains, gains.size(), delay) : 0;
    std::vector<double> bandwidthHz(order.size(), 0);
    double usedHz = 0;
    for (size_t i = 0; i < reach && usedHz + needs.bandwidthHz[i] <= problem.bandwidthHz; ++i)
    {
        usedHz += needs.bandwidthHz[i];
        bandwidthHz[order[i]] = needs.bandwidthHz[i];
    }
    auto solution = EvaluateSchedule(problem, std::move(bandwidthHz));
    solution.iterations = 1;
    return Because(std::move(solution), "what is left of the band supports no further device");
}

/// Everybody.
ScheduleSolution
SolveAll(const ScheduleProblem& problem, const ScheduleOptions&)
{
    std::vector<size_t> order(problem.gainOverNoiseHz.size());
    std::iota(order.begin(), order.end(), size_t{0});
    return Because(ScheduleFirst(problem, order, order.size()), "everybody");
}

/// Each set of that size is equally likely.
ScheduleSolution
SolveRandom(const ScheduleProblem& problem, const ScheduleOptions& options)
{
    if (!options.uniform)
    {
        throw std::logic_error("SolveSchedule: random needs ScheduleOptions::uniform");
    }
    std::vector<size_t> order(problem.gainOverNoiseHz.size());
    std::iota(order.begin(), order.end(), size_t{0});
    const size_t count = problem.DevicesPerRound();
    for (size_t i = 0; i < count; ++i)
    {
        const auto left = static_cast<double>(order.size() - i);
        const auto step = static_cast<size_t>(options.uniform() * left);
        std::swap(order[i], order[std::min(i + step, order.size() - 1)]);
    }
    return Because(ScheduleFirst(problem, order, count), "random draw");
}

/// The next ones in turn.
ScheduleSolution
SolveRoundRobin(const ScheduleProblem& problem, const ScheduleOptions&)
{
    const uint64_t devices = problem.gainOverNoiseHz.size();
    const uint64_t count = problem.DevicesPerRound();
    // (round - 1) * count modulo the number of devices, without overflow.
    const uint64_t first = ((problem.round - 1) % devices) * count % devices;
    std::vector<size_t> order(count);
    for (uint64_t i = 0; i < count; ++i)
    {
        order[i] = (first + i) % devices;
    }
    return Because(ScheduleFirst(problem, order, count), "whose turn it is");
}

/// The strongest.
ScheduleSolution
SolveBestChannel(const ScheduleProblem& problem, const ScheduleOptions&)
{
    return Because(ScheduleFirst(problem, StrongestFirst(problem), problem.DevicesPerRound()),
                   "the strongest");
}

/// Those that are strongest by their own measure.
ScheduleSolution
SolveProportionalFair(const ScheduleProblem& problem, const ScheduleOptions&)
{
    auto ratios = problem.gainOverNoiseHz;
    for (size_t k = 0; k < problem.averageGainOverNoiseHz.size(); ++k)
    {
        ratios[k] /= problem.averageGainOverNoiseHz[k];
    }
    return Because(ScheduleFirst(problem, DescendingOrder(ratios), problem.DevicesPerRound()),
                   "the strongest in relation to their average");
}

} // namespace

const std::vector<ScheduleMethod>&
ScheduleMethods()
{
    static const std::vector<ScheduleMethod> methods{
        {"exact",
         "the optimum of P1, with a certificate",
         [](const ScheduleProblem& problem, const ScheduleOptions&) {
             return SolveScheduleExact(problem);
         }},
        {"paper", "Algorithm 1, with its early stop", SolvePaper},
        {"aaba", "equal shares of the band within the delay limit (28)", SolveEqualShares},
        {"greedy", "the bandwidth for the delay limit, strongest first (29)", SolveGreedy},
        {"all", "everybody", SolveAll},
        {"random", "so many devices, drawn uniformly", SolveRandom},
        {"round-robin", "so many devices, in turn", SolveRoundRobin},
        {"best-channel", "so many devices, the strongest", SolveBestChannel},
        {"proportional-fair",
         "so many devices, the strongest in relation to their average",
         SolveProportionalFair},
    };
    return methods;
}

ScheduleSolution
SolveSchedule(const std::string& method,
              const ScheduleProblem& problem,
              const ScheduleOptions& options)
{
    problem.Validate();
    std::string known;
    for (const auto& entry : ScheduleMethods())
    {
        if (entry.name == method)
        {
            return entry.solve(problem, options);
        }
        known += (known.empty() ? "" : ", ") + entry.name;
    }
    throw InvalidInput(Describe("method = '", method, "': must be one of ", known));
}

} // namespace fl
} // namespace ns3
