/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_EXACT_H
#define FL_MEL_EXACT_H

#include "fl-mel-options.h"
#include "fl-mel-problem.h"

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
 * The integer optimum. The relaxations of all bases m = min tau_k give bounds and cheap answers
 * first (SurveyMelBases()). Then, in the order of bounds while they are above what is known, a
 * dynamic program over the sum of a base's extra iterations keeps the least cost in samples for
 * each sum. Options and sums that the relaxation's prices rule out are left out, which does not
 * touch optima.
 *
 * Where the tables would exceed options.maxWork, the answer is the best one found, with the
 * relaxation's bound (FEASIBLE); it falls short of that by no more than c / K, and no other method
 * finds a better one. The former is kept as long as the bases have no more than options.maxWork
 * choices in all, which are at most K (c + 1) per base, for at most c + 1 bases; beyond, the bound
 * stays one, but may be further away.
 * @param problem a valid problem
 * @param options maxWork is used
 * @return the answer; iterations counts the bases that were looked at
 * @throws Infeasible if there is none
 */
MelSolution SolveMelExact(const MelProblem& problem, const MelOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_EXACT_H */
