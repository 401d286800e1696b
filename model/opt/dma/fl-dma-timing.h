/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DMA_TIMING_H
#define FL_DMA_TIMING_H

#include "fl-dma-model.h"

#include <utility>
#include <vector>

/**
 * @file
 * @ingroup fl
 * When the aggregations of a schedule can be, energy left aside: a system of difference
 * constraints, and a point inside of all limits to begin from.
 */

namespace ns3
{
namespace fl
{

/// The earliest arrivals of one task.
struct DmaEarliest
{
    bool exists{false};   //!< there are arrivals, if there is time enough
    int32_t conflict{-1}; //!< otherwise a period that would have to compute for longer than it can
    double lastS{0};      //!< the earliest last arrival [s]
};

/**
 * The earliest arrivals of a task's aggregations by longest paths: A_n >= A_(n-1) + gap, A_n >= A_v
 * + link + least tau, A_n >= start + link + least tau, A_(v+1) >= A_n - link - most tau.
 * @param model a resource problem
 * @param task index of the task in the model
 * @param leastS by period of the model, least tau [s]
 * @param mostS by period of the model, most tau [s]
 * @param gapS between aggregations [s]
 * @param arrivalS where to put them, by period of the model [s]
 * @return whether there are any
 */
DmaEarliest EarliestDmaArrivals(const DmaModel& model,
                                size_t task,
                                const std::vector<double>& leastS,
                                const std::vector<double>& mostS,
                                double gapS,
                                std::vector<double>& arrivalS);

/**
 * The limits of a period's own variables. Where they leave no room they are moved apart by a
 * relative 1e-8, so that there is an inside; the answer is moved back.
 */
struct DmaLimits
{
    double minSteps{0}; //!< of e
    double maxSteps{0}; //!< of e
    double minBatch{0}; //!< of B
    double maxBatch{0}; //!< of B
    double lowHz{0};    //!< of f
    double highHz{0};   //!< of f
};

/// @return limits of e_max, with room between them
/// @param task the task
std::pair<double, double> StepsRangeOfDmaTask(const DmaTaskModel& task);

/// @return limits of a period
/// @param period the period
/// @param task its task
DmaLimits LimitsOfDmaPeriod(const DmaPeriodModel& period, const DmaTaskModel& task);

/**
 * Find a point that keeps all constraints but those of energy strictly.
 * @param model a resource problem
 * @param point where to put it
 * @throws Infeasible if there is none: it names what can't be met, and the least value that works
 */
void StartDmaPoint(const DmaModel& model, DmaPoint& point);

} // namespace fl
} // namespace ns3

#endif /* FL_DMA_TIMING_H */
