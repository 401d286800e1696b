/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_SAI_H
#define FL_MEL_SAI_H

#include "fl-mel-rounding.h"

/**
 * @file
 * @ingroup fl
 * The paper's own way to answer a MelProblem: suggest and improve (its section 4, Algorithm 1).
 */

namespace ns3
{
namespace fl
{

/**
 * The optimum of the relaxed synchronous problem (17): the largest real tau at which the learners'
 * real capacities reach d, each at least d_l. It stands in for the paper's semidefinite program
 * (19), which has no feasible point: the diagonal of F2 is 0, so that its linear matrix inequality
 * asks for F2 = 0 and then for omega = -1. No relaxation of (17) suggests a better tau than this
 * one, since this tau is reached.
 * @param problem a valid problem that has an answer
 * @return the optimum; all tau_k are equal
 */
MelRelaxed RelaxMel(const MelProblem& problem);

/// Up to so many learners the descent pairs each with each.
inline constexpr size_t MEL_SAI_ALL_PAIRS = 1000;

/**
 * Coordinate descent on (16) with real numbers, from a start that meets its constraints. Since
 * sum d_k = d pins each d_k alone, a step moves samples between two learners, to the best point
 * along that line; both do as many iterations as then fit. Pairs are gone through in order until a
 * sweep gains less than 1e-9 iterations in all. They are all pairs up to MEL_SAI_ALL_PAIRS
 * learners; beyond, a learner is paired with those that are 1, 2, 3, ... further in the list, by
 * strides that grow by an eighth, so that a sweep goes through O(K log K) pairs.
 * @param problem a valid problem
 * @param point the start; is improved
 * @return how many sweeps it took
 */
uint32_t ImproveMel(const MelProblem& problem, MelRelaxed& point);

/**
 * Suggest and improve: RelaxMel(), ImproveMel(), then all numbers are rounded down, as in the
 * paper. That leaves up to K - 1 samples to no one; the paper does not say what becomes of them:
 * see RoundMel() for the repair.
 * @param problem a valid problem
 * @return a feasible answer; its bound is absent
 * @throws Infeasible if there is none
 */
MelSolution SolveMelSai(const MelProblem& problem);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_SAI_H */
