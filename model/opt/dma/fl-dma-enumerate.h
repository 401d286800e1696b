/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DMA_ENUMERATE_H
#define FL_DMA_ENUMERATE_H

#include "fl-dma-local.h"

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The best schedule of DMA-FL by enumeration.
 */

namespace ns3
{
namespace fl
{

/// Most schedules of one task that are enumerated.
inline constexpr size_t DMA_MAX_ENUMERATED = 200'000;

/**
 * @param problem a valid problem
 * @param task j
 * @param most how many at most
 * @return all schedules of the task, in lexical order
 * @throws InvalidInput if there are more
 */
std::vector<DmaTaskSchedule> EnumerateDmaSchedules(const DmaProblem& problem,
                                                   size_t task,
                                                   size_t most = DMA_MAX_ENUMERATED);

/// What an enumeration came to.
struct DmaEnumeration
{
    DmaSchedule schedule;          //!< the best
    DmaCost cost;                  //!< with e and B not rounded
    double lowerBound{0};          //!< of the best value
    std::vector<size_t> schedules; //!< by task, how many there are
    uint64_t solves{0};            //!< resource problems solved
    uint64_t combinations{0};      //!< of all tasks together
};

/**
 * Find the best schedule among all. What a task costs alone bounds what it costs among others, and
 * the bound by weak duality at the multipliers of the best schedule so far bounds that without
 * solving. Combinations of the tasks' schedules are looked at in the order of the sums of their
 * bounds, until the next one is no better than the best.
 * @param problem a valid problem with shares of the CPU
 * @param relativeGap of resource problems
 * @return the best schedule
 * @throws InvalidInput if a task has more than DMA_MAX_ENUMERATED schedules
 * @throws Infeasible if none is feasible
 */
DmaEnumeration EnumerateDma(const DmaProblem& problem, double relativeGap);

} // namespace fl
} // namespace ns3

#endif /* FL_DMA_ENUMERATE_H */
