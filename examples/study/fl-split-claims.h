/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_CLAIMS_H
#define FL_SPLIT_CLAIMS_H

#include "fl-claims.h"
#include "fl-schedule-report.h"
#include "fl-split-curves.h"

#include <optional>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The claims of Wang et al. about split federated LoRA, judged.
 */

namespace ns3
{
namespace fl
{

/**
 * @param results curves of the figure that was drawn, or none
 * @param tasks theirs
 * @param times of figure 6, or none
 * @param baselines of the base's figure, or not
 * @return all claims, with verdicts of those that this figure has data for
 */
std::vector<Claim> JudgeSplitClaims(const std::vector<SplitResult>& results,
                                    const std::vector<SplitCase>& tasks,
                                    const std::vector<ScheduleRunTimes>& times,
                                    const std::optional<SplitBaselines>& baselines);

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_CLAIMS_H */
