/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_PRICES_H
#define FL_JOINT_PRICES_H

#include "fl-joint-problem.h"

/**
 * @file
 * @ingroup fl
 * Better prices for a bound, from the dual side.
 */

namespace ns3
{
namespace fl
{

class ThreadPool;

/**
 * Raise the lower bound of an answer whose duration T is free. Where T is hardly above what one
 * device needs in any case, as in a deep fade, the devices' answers at T say nothing of how w2 is
 * to be divided, since T has not the digits: then the price of time belongs to those that need all
 * of T, and the bound, which is concave in the prices, is maximised directly: over the price of
 * bandwidth for several divisions of w2, then over the divisions between the slowest device and
 * each other one that takes part. Each step keeps the best bound so far.
 * @param problem a valid problem without a deadline
 * @param shares an answer, with its times
 * @param prices of the answer
 * @param pool threads to work with, or null
 * @return prices with a bound that is no lower
 */
JointPrices SharpenJointPrices(const JointProblem& problem,
                               const std::vector<JointShare>& shares,
                               const JointPrices& prices,
                               ThreadPool* pool);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_PRICES_H */
