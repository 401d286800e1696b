/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_GLOBAL_H
#define FL_JOINT_GLOBAL_H

#include "fl-joint-options.h"
#include "fl-joint-problem.h"

namespace ns3
{
namespace fl
{

/// An answer is called optimal when its relative gap to the lower bound is at most this.
inline constexpr double JOINT_GAP_TOLERANCE = 1e-9;

/**
 * The global optimum of a JointProblem, with prices and the lower bound that follows from them.
 *
 * In bandwidth, upload time, computing time and duration the problem is convex (proof in
 * doc/fl.rst). Two prices decide it: lambda, at which the devices together ask for the whole band,
 * and, through the duration of the round T, the price of time, which adds up to w2. Both are found
 * by one Newton iteration in (ln lambda, ln(T - base)), each step a sweep over all devices
 * (JointSweep), so that a step costs O(N). T is eliminated first: at constant lambda the sum of the
 * prices of time falls strictly with T, which holds at kinks too. Where Newton's steps don't halve
 * the bracket of lambda, bisection does; where the sum of the prices jumps over w2, those of the
 * two sides are mixed.
 *
 * The status is OPTIMAL if the gap is at most JOINT_GAP_TOLERANCE, or FEASIBLE and the termination
 * says what the gap is.
 *
 * @param problem a valid problem
 * @param options start and threads are used
 * @return the answer
 * @throws Infeasible if the deadline cannot be met; names the device and the smallest deadline, or
 *         bandwidth, that works
 */
JointSolution SolveJointGlobal(const JointProblem& problem, const JointOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_GLOBAL_H */
