/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_BASELINES_H
#define FL_MEL_BASELINES_H

#include "fl-mel-problem.h"

#include <cstdint>

/**
 * @file
 * @ingroup fl
 * What the paper compares with: the synchronous scheme, and those that ignore heterogeneity.
 */

namespace ns3
{
namespace fl
{

/**
 * The heterogeneity-aware synchronous scheme: as many iterations as all can do on batches that fit
 * each; the optimum for c = 0.
 * @param problem a valid problem
 * @return an answer; its bound is absent
 */
MelSolution SolveMelHaSync(const MelProblem& problem);

/**
 * The heterogeneity-unaware schemes: equal batches.
 * @param problem a valid problem
 * @param staleness 0: all do as many iterations as the slowest can; c: up to c more
 * @return an answer; its bound is absent
 * @throws Infeasible if equal batches don't fit
 */
MelSolution SolveMelEqualBatches(const MelProblem& problem, int64_t staleness);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_BASELINES_H */
