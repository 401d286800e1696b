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
 * Raise the lower bound of an answer whose duration T is free.
 *
 * Where T is hardly above what one device needs at least, as in a deep fade, a double does not
 * resolve the difference between the two, so that the devices' answers at T do not determine how
 * w2 is divided into prices of time. The price of time is then positive only for devices whose
 * upload and computation take all of T, and the bound, which is concave in the prices, is maximised
 * directly: over the price of bandwidth for several divisions of w2, then over the divisions
 * between the slowest device and each other one with a positive price. Each step keeps the best
 * bound so far.
 * @param problem a valid problem without a deadline
 * @param shares an answer by device, with uploadS and computeS
 * @param prices of the answer: lambda, and mu by device
 * @param pool threads to work with; null: the calling one
 * @return prices with a bound that is no lower
 */
JointPrices SharpenJointPrices(const JointProblem& problem,
                               const std::vector<JointShare>& shares,
                               const JointPrices& prices,
                               ThreadPool* pool);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_PRICES_H */
