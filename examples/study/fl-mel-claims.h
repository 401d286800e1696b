/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_CLAIMS_H
#define FL_MEL_CLAIMS_H

#include "fl-claims.h"
#include "fl-mel-case.h"

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The claims of Mohammad et al. about task allocation, judged by the cases of fl-task-allocation.
 */

namespace ns3
{
namespace fl
{

/// The paper's largest bound c on staleness, the difference of local iterations.
inline constexpr int64_t MEL_MOST_STALENESS = 5;

/**
 * @param results results of all cases
 * @param updates number of global cycles of each run
 * @return the claims with their verdicts
 */
std::vector<Claim> JudgeMelClaims(const std::vector<MelResult>& results, uint32_t updates);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_CLAIMS_H */
