/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DMA_RESOURCES_H
#define FL_DMA_RESOURCES_H

#include "fl-dma-bound.h"
#include "fl-dma-interior.h"
#include "fl-dma-model.h"

#include "ns3/fl-solve-status.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The best resources for a given schedule of DMA-FL.
 */

namespace ns3
{
namespace fl
{

/// An answer to a DmaProblem.
struct DmaSolution
{
    SolveStatus status{SolveStatus::FAILED};    //!< what the answer is worth
    DmaSchedule schedule;                       //!< by task, by aggregation
    DmaAllocation allocation;                   //!< by task, by aggregation
    std::vector<std::vector<double>> cpuShares; //!< by device, by task; empty: were given
    DmaValue value;                             //!< objective, terms, energy
    double lowerBound{ABSENT};                  //!< no feasible answer is below this
    DmaResiduals residuals;                     //!< of the constraints
    uint32_t iterations{0};                     //!< of the method
    std::string termination;                    //!< why the solver stopped

    /// @return (objective - bound) / |objective|, or ABSENT without a bound
    double Gap() const;
};

/// How resources are found.
struct DmaResourceOptions
{
    double relativeGap{1e-8}; //!< of the interior point method
    /// Work that is given, by device and task; none: it is chosen.
    std::vector<std::vector<DmaFixedWork>> pairWork;
};

/// A solved resource problem.
struct DmaResources
{
    DmaModel model;           //!< the resource problem
    DmaInteriorResult result; //!< its solution, e and B not rounded
};

/**
 * Solve the relaxed resource problem.
 * @param model the resource problem
 * @param options how
 * @return its solution; not converged if the method came to no end
 * @throws Infeasible if there is none: which limit, of whom, and the least value that works
 */
DmaInteriorResult SolveDmaModel(const DmaModel& model, const DmaResourceOptions& options);

/**
 * @param model a resource problem
 * @param point of it, moved into the limits of each period where rounding left them
 * @return the allocation of the tasks that the model looks at
 */
DmaAllocation AllocationOfDmaPoint(const DmaModel& model, const DmaPoint& point);

/**
 * The best resources for a schedule. With whole e and B the relaxed optimum is rounded, once with
 * the cheaper neighbour at its prices, once down and once up, and what is left is solved again; the
 * first that is feasible is the answer. Where none is, a half of the periods is rounded, the rest
 * solved again and rounded in turn, down to single periods. The relaxed optimum is the bound.
 * @param problem a valid problem
 * @param schedule a valid schedule
 * @param options how
 * @return the answer: OPTIMAL if the bound is met to within 1e-6, or else FEASIBLE; FAILED if the
 *         method came to no end
 * @throws Infeasible if there is none: which limit, of whom, and the least value that works
 */
DmaSolution SolveDmaResources(const DmaProblem& problem,
                              const DmaSchedule& schedule,
                              const DmaResourceOptions& options = {});

/**
 * Fill in value, residuals and status of an answer whose schedule and allocation are set.
 * @param problem a valid problem
 * @param solution FAILED stays; INFEASIBLE if it breaks constraints by more than
 *        DMA_FEASIBILITY_TOLERANCE, OPTIMAL if the bound is met to within 1e-6, or else FEASIBLE
 */
void ConcludeDmaSolution(const DmaProblem& problem, DmaSolution& solution);

} // namespace fl
} // namespace ns3

#endif /* FL_DMA_RESOURCES_H */
