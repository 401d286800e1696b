/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DMA_SHARES_H
#define FL_DMA_SHARES_H

#include "fl-dma-local.h"

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Shares of each device's CPU for its tasks, in DMA-FL.
 */

namespace ns3
{
namespace fl
{

/// By device, by task.
using DmaShares = std::vector<std::vector<double>>;

/**
 * @param problem a valid problem
 * @param shares of the CPU, by device, by task
 * @return the same problem with these shares
 */
DmaProblem WithDmaShares(const DmaProblem& problem, const DmaShares& shares);

/// Shares and what they come to.
struct DmaSharesResult
{
    DmaShares shares;            //!< by device, by task
    DmaCost cost;                //!< of the resource problem with e and B not rounded
    uint64_t solves{0};          //!< resource problems solved
    std::vector<double> history; //!< objective of each improvement, falling
};

/**
 * Improve the shares for a given schedule: by exponentiated gradients, with the multipliers of the
 * limits of the CPU frequency as the gradient, from equal shares on. Each step is taken only if the
 * resource problem gets better by it, so that the answer is never worse than equal shares; it is a
 * local optimum, since with shares to choose the problem is not convex. A device's shares sum to 1
 * at most. A task that a device has no part in keeps next to nothing.
 * @param problem a valid problem
 * @param schedule a valid schedule
 * @param options of resource problems
 * @return the shares
 * @throws Infeasible if the problem has no answer with equal shares
 */
DmaSharesResult ImproveDmaShares(const DmaProblem& problem,
                                 const DmaSchedule& schedule,
                                 const DmaResourceOptions& options = {});

} // namespace fl
} // namespace ns3

#endif /* FL_DMA_SHARES_H */
