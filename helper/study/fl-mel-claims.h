/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_CLAIMS_H
#define FL_MEL_CLAIMS_H

#include "fl-mel-report.h"

#include "ns3/fl-claims.h"

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What Mohammad et al. claim of task allocation, held against the cases of fl-task-allocation.
 */

namespace ns3
{
namespace fl
{

/// The paper's largest c.
inline constexpr int64_t MEL_MOST_STALENESS = 5;
/// Accuracies that the paper counts updates to.
inline constexpr double MEL_THRESHOLDS[] = {0.94, 0.95, 0.955, 0.973};

/// @param results all cases @param updates global cycles
/// @return the best mean accuracy at the end, of all cases
double BestMelAccuracy(const std::vector<MelResult>& results, uint32_t updates);

/**
 * @param results all cases
 * @param updates global cycles
 * @return the claims, judged
 */
std::vector<Claim> JudgeMelClaims(const std::vector<MelResult>& results, uint32_t updates);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_CLAIMS_H */
