/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_JOINT_GLOBAL_H
#define FL_TEST_JOINT_GLOBAL_H

#include "fl-test-joint.h"

#include "ns3/fl-joint-drop.h"
#include "ns3/fl-joint-methods.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The global solver of the joint problem, for tests: drops, answers, and whether the bound is what
 * follows from the prices.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// What the solver promises of the gap.
inline constexpr double GAP = 1e-9;

/// What is optimal to within a gap on both sides differs by twice that at most.
inline constexpr double TWO_GAPS = 2 * GAP;

/// Of one operation.
inline constexpr double EPSILON = std::numeric_limits<double>::epsilon();

/// @return a drop of the paper's cell
inline JointProblem
Drop(uint64_t number, const JointDropOptions& options = {})
{
    RandomStream random(5, number);
    return DrawJointDrop(options, random);
}

/// @return the global solver's answer
inline JointSolution
Solve(const JointProblem& problem, const JointOptions& options = {})
{
    return SolveJoint("global", problem, options);
}

/// @return the sum of the prices of time
inline double
SumOf(const std::vector<double>& mu)
{
    return std::accumulate(mu.begin(), mu.end(), 0.0);
}

/// @return how long a round takes [s]
inline double
RoundS(const JointProblem& problem, const JointSolution& solution)
{
    return solution.timeS / problem.rounds;
}

/// @return why the prices are none, or the bound is not what follows from them; empty if it is
inline std::string
FaultOfBound(const JointProblem& problem, const JointSolution& solution)
{
    if (!solution.prices || solution.prices->mu.size() != problem.devices.size())
    {
        return "no prices";
    }
    const auto& [lambda, mu] = *solution.prices;
    if (!(lambda >= 0) || !std::all_of(mu.begin(), mu.end(), [](double m) { return m >= 0; }))
    {
        return "a negative price";
    }
    if (!problem.roundDeadlineS &&
        !(std::abs(SumOf(mu) - problem.weightTime) <= ROUNDING * problem.weightTime))
    {
        return Describe("sum of mu = ", SumOf(mu));
    }
    const double own = DualBound(problem, lambda, mu);
    // Near the shortest round, the parts that are added and subtracted are up to a million times as
    // large as what is left. Each of them is the result of some ten operations.
    const double parts = problem.rounds * lambda * problem.bandwidthHz + SumOf(mu) * solution.timeS;
    const double allowed = GAP * std::abs(solution.objective) + 10 * EPSILON * parts;
    if (!(std::abs(own - solution.lowerBound) <= allowed))
    {
        return Describe("bound = ", solution.lowerBound, ", is ", own);
    }
    if (!(own <= solution.objective + allowed))
    {
        return Describe("bound = ", own, " above the objective ", solution.objective);
    }
    return "";
}

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_JOINT_GLOBAL_H */
