/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_DUAL_H
#define FL_JOINT_DUAL_H

#include "fl-joint-problem.h"

#include <cstddef>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The dual of the joint problem, maximised with more digits.
 */

namespace ns3
{
namespace fl
{

class ThreadPool;

/// More devices than that take too long; some 10 ms each.
constexpr size_t JOINT_DUAL_DEVICES = 256;

/// Where the dual is largest, and what the devices do there.
struct JointDualAnswer
{
    JointPrices prices;             //!< of the bound
    std::vector<JointShare> shares; //!< bandwidth, power and frequency; they add up to the band
};

/**
 * Maximise the Lagrangian lower bound over the prices, where the duration T is free.
 *
 * The bound is concave. At a price of bandwidth it is separable in the devices' prices of time mu,
 * which add up to w2: each is the one at which the device takes T, and T follows from the sum.
 * Where the sum jumps over w2, mu is between the two sides of the jump. The price of bandwidth is
 * where the band is used up. Each is found from the sign of a monotone function alone, in the
 * logarithm and with long doubles; of a time, only what it exceeds the least of its device by is
 * kept. That is some hundred times as slow as Newton's method on the answer, and needs no good
 * start.
 * @param problem a valid problem with w2 > 0 and without a deadline
 * @param lambda price of bandwidth to begin with; 0: none is known
 * @return the prices and the answer
 */
JointDualAnswer MaximiseJointDual(const JointProblem& problem, double lambda);

/**
 * Prove an answer that lacks a proof, or find a better one, by MaximiseJointDual(): its prices are
 * taken where their bound is higher, its shares where those prices say that the answer is not the
 * best, and they are better.
 * @param problem a valid problem with w2 > 0 and without a deadline
 * @param solution a feasible answer with prices
 * @param tolerance relative gap at which the answer is the best
 * @param pool threads to work with, or null
 * @return the answer, of the same status and termination
 */
JointSolution RefineJoint(const JointProblem& problem,
                          JointSolution solution,
                          double tolerance,
                          ThreadPool* pool);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_DUAL_H */
