/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MULTITASK_CLAIMS_H
#define FL_MULTITASK_CLAIMS_H

#include "fl-claims.h"
#include "fl-multitask-curves.h"
#include "fl-multitask-plans.h"

#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What DMA-FL's section VI, appendix C and section V-B2 claim, and whether it holds.
 */

namespace ns3
{
namespace fl
{

/**
 * Judge the claims of the figures that were drawn. Accuracies are compared by the mean over the
 * second half of the aggregations, energies at all target accuracies that both curves reach in all
 * runs.
 * @param curves all curves
 * @param sweeps all sweeps
 * @param taskNames by task: SVHN, MNIST, Fashion-MNIST, or what stands in for them
 * @return the claims with verdicts
 */
std::vector<Claim> JudgeMultitaskClaims(const std::vector<MultitaskResult>& curves,
                                        const std::vector<MultitaskSweepResult>& sweeps,
                                        const std::vector<std::string>& taskNames);

} // namespace fl
} // namespace ns3

#endif /* FL_MULTITASK_CLAIMS_H */
