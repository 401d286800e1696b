/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DMA_BASELINES_H
#define FL_DMA_BASELINES_H

#include "fl-dma-resources.h"

#include <functional>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Schedules and resources that nobody has optimized, to compare DMA-FL with.
 */

namespace ns3
{
namespace fl
{

/**
 * @param problem a valid problem
 * @return by device and task, e and B in the middle of their ranges, [e^min, e^max] and [1, D],
 *         rounded to whole numbers unless the problem is relaxed
 */
std::vector<std::vector<DmaFixedWork>> MiddleDmaWork(const DmaProblem& problem);

/**
 * @param problem a valid problem
 * @return the same with each device's CPU frequency in the middle of its range; a task has its
 * share of it
 */
DmaProblem WithMiddleDmaFrequency(const DmaProblem& problem);

/// A schedule and the allocation that goes with it.
struct DmaBaseline
{
    DmaSchedule schedule;     //!< by task, by aggregation
    DmaAllocation allocation; //!< the same
};

/**
 * FedAsync (C. Xie, S. Koyejo, I. Gupta, "Asynchronous federated optimization"): each device takes
 * a task's current model when its update is in, after an idle time that may be drawn, and computes
 * with the resources in the middle. An update beyond the staleness limit is dropped, and its device
 * takes the current model. The schedule is who made the first G aggregations, from what.
 * @param problem a valid problem
 * @param idleS drawn idle time before a download [s]; none: no idle time
 * @return the schedule and what it did; it may take longer than allowed, or more energy
 */
DmaBaseline FedAsyncDmaBaseline(
    const DmaProblem& problem,
    const std::function<double(size_t device, size_t task)>& idleS = {});

} // namespace fl
} // namespace ns3

#endif /* FL_DMA_BASELINES_H */
