/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DMA_SEARCH_H
#define FL_DMA_SEARCH_H

#include "fl-dma-local.h"
#include "fl-dma-resources.h"

#include <cstdint>
#include <functional>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Search for the schedule of all tasks of DMA-FL.
 */

namespace ns3
{
namespace fl
{

/// How schedules are searched.
struct DmaSearchOptions
{
    bool useRelaxation{true};         //!< penalised relaxation and rounding
    bool useLocal{true};              //!< local search over changes of single aggregations
    double relativeGap{1e-7};         //!< of resource problems on the way
    uint32_t solvesPerAggregation{8}; //!< of one task's local search, for each aggregation
    uint32_t priceRounds{4};          //!< how often budgets' prices are set anew
    /// How often all tasks are searched in turn, each with what the others leave of the budgets.
    uint32_t turns{2};
    /// A valid schedule to begin from as well: the answer is no worse, if it keeps all limits.
    /// Empty: none.
    DmaSchedule start;
    /// Work that is given, by device and task; none: it is chosen.
    std::vector<std::vector<DmaFixedWork>> pairWork;
};

/// What a search came to.
struct DmaSearchResult
{
    DmaSchedule schedule;        //!< the best
    DmaCost cost;                //!< with e and B not rounded
    uint64_t solves{0};          //!< resource problems solved
    std::vector<double> history; //!< objective of each improvement, falling
};

/**
 * Search the schedule of all tasks. Without budgets that bind, tasks have nothing to do with each
 * other, and each is searched alone. Where budgets bind, the energy of a device gets the price that
 * its budget has in the resource problem of all tasks together, and tasks are searched again. Then
 * each task in turn is searched with the energy that the others leave of the budgets in the best
 * schedule so far, which stays feasible and only gets better. The best schedule of all is the
 * answer, measured with all tasks together.
 * @param problem a valid problem; its schedule does not matter
 * @param options how
 * @return the best schedule that was found
 * @throws Infeasible if none was found: the limit in the way of the one that was closest
 */
DmaSearchResult SearchDmaSchedule(const DmaProblem& problem, const DmaSearchOptions& options);

/**
 * Penalised relaxation of the schedule of one task, by successive convex approximation in a form
 * that can move: x_(n,i,v) in [0, 1] says how much aggregation n is device i's from version v, they
 * sum to 1 for each n, and a device's periods overlap at a price. Around x_m the objective is
 * linear, as (36), with the changes that DmaMoveEstimator estimates; the penalty x (1 - x) of (30)
 * and (31) is in the objective, linearised, with a weight that grows from 0; and the proximal term
 * of (36) makes the surrogate a projection onto simplices. Each round is rounded to a schedule
 * whose resources are solved for, and begins again from its prices.
 *
 * As printed, with x (1 - x) <= 0 as a constraint from a start at 0 and 1, nothing can move: see
 * LiteralDmaStep().
 * @param solver of the task
 * @param plan a feasible plan to begin from
 * @param rounds how often it is rounded
 * @return the best plan that came up; the one it began from if none is better
 */
DmaTaskPlan RelaxDmaPlan(DmaTaskSolver& solver, DmaTaskPlan plan, uint32_t rounds);

/**
 * The longest step that Algorithm 1 as printed can take. Its surrogate (37) of the constraint x (1
 * - x) <= 0 at x_m is (1 - 2 x_m) (x - x_m) + x_m (1 - x_m) + L/2 |v - v_m|^2 <= 0, and at x_m = 0
 * or 1 both summands are at least 0 for any x in [0, 1]: the only feasible v is v_m.
 * @param binary values of the scheduling variables, each 0 or 1
 * @param lipschitz L, positive
 * @return largest |v - v_m| that the surrogates of all constraints allow within [0, 1]; 0
 */
double LiteralDmaStep(const std::vector<double>& binary, double lipschitz);

} // namespace fl
} // namespace ns3

#endif /* FL_DMA_SEARCH_H */
