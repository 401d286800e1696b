/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_EXACT_H
#define FL_MEL_EXACT_H

#include "fl-mel-methods.h"

/**
 * @file
 * @ingroup fl
 * The integer optimum of (16), with a proof.
 */

namespace ns3
{
namespace fl
{

/**
 * The integer optimum. For each base m = min tau_k, from the largest at which equal iterations fit
 * downwards while K (m + c) beats what is known: the continuous relaxation bounds what the base can
 * give; where that is more than what is known, a dynamic program over the sum of extra iterations
 * keeps the least cost in samples for each sum. Options and sums that the relaxation's prices rule
 * out are left out, which does not touch optima.
 *
 * Where the work or the memory would exceed options.maxWork, the answer is the best one found, with
 * the relaxation's bound (FEASIBLE); it falls short of it by no more than c / K.
 * @param problem a valid problem
 * @param options maxWork is used
 * @return the answer; iterations counts the bases that were looked at
 * @throws Infeasible if there is none
 */
MelSolution SolveMelExact(const MelProblem& problem, const MelOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_EXACT_H */
