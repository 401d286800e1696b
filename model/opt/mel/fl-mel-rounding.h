/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_ROUNDING_H
#define FL_MEL_ROUNDING_H

#include "fl-mel-problem.h"

#include <vector>

/**
 * @file
 * @ingroup fl
 * From real numbers of iterations and samples to whole ones.
 */

namespace ns3
{
namespace fl
{

/// Real numbers in place of whole ones.
struct MelRelaxed
{
    std::vector<double> iterations; //!< tau_k
    std::vector<double> samples;    //!< d_k
};

/**
 * All numbers are rounded down. That leaves up to K - 1 samples to no one, against (16d); then
 * 1. learners take them, in order, as far as they can at their rounded tau_k;
 * 2. while samples are left, the learner that can take most more for an iteration less does as many
 *    fewer as it needs for one sample more (the first of equals), among those that stay within c of
 *    all others then; if there is none, all do fewer.
 *
 * O(K log K), and as much again each time that all do fewer.
 * @param problem a valid problem that has an answer
 * @param point real numbers that meet its constraints but for rounding errors
 * @return whole numbers; they meet the constraints, unless rounding errors are larger than that
 */
std::vector<MelWork> RoundMel(const MelProblem& problem, const MelRelaxed& point);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_ROUNDING_H */
