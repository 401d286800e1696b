/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DMA_LOCAL_H
#define FL_DMA_LOCAL_H

#include "fl-dma-estimate.h"
#include "fl-dma-resources.h"

#include "ns3/fl-error.h"

#include <cstdint>
#include <optional>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Local search over the schedule of one task of DMA-FL.
 */

namespace ns3
{
namespace fl
{

/**
 * Compare by term (e) first where it is the same to the last bit in both, since next to a term (e)
 * that dwarfs all others the sum would round them away.
 * @param cost of an answer
 * @param other of another
 * @return how much the first is better; negative: worse
 */
double DmaImprovement(const DmaCost& cost, const DmaCost& other);

/**
 * @ingroup fl
 * Solves resource problems of one task after the other, and keeps count.
 */
class DmaTaskSolver
{
  public:
    /**
     * @param problem a valid problem, which must outlive this
     * @param task j
     * @param options what is given, prices of energy
     * @param relativeGap of the interior point method
     */
    DmaTaskSolver(const DmaProblem& problem,
                  size_t task,
                  const DmaModelOptions& options,
                  double relativeGap);

    /// @return a schedule with its best resources
    /// @param schedule of the task
    DmaTaskPlan Solve(const DmaTaskSchedule& schedule);

    /// @return how many resource problems were solved
    uint64_t GetSolves() const
    {
        return m_solves;
    }

    /// @return why schedules were infeasible: the one that was closest
    const std::optional<Infeasible>& GetRefusal() const
    {
        return m_refusal;
    }

    /// @return periods
    const DmaPairTable& Table() const
    {
        return m_table;
    }

  private:
    const DmaProblem& m_problem;         //!< the problem
    size_t m_task;                       //!< j
    DmaModelOptions m_options;           //!< what is given
    double m_relativeGap;                //!< of the interior point method
    DmaPairTable m_table;                //!< periods
    DmaSchedule m_schedule;              //!< with the other tasks' left empty
    uint64_t m_solves{0};                //!< count
    std::optional<Infeasible> m_refusal; //!< the closest
};

/**
 * Make a change, with the least that makes the schedule valid again: the device's next period
 * begins no earlier than what it now does before.
 * @param schedule of a task
 * @param move the change; its base is not before the device's last aggregation
 * @return the changed schedule
 */
DmaTaskSchedule ApplyDmaMove(const DmaTaskSchedule& schedule, const DmaMove& move);

/**
 * All changes of a schedule that keep it valid and its largest staleness, with estimates at the
 * prices of the resource problem: what the Lagrangian changes by, at the arrivals as they are.
 * @param table of the task
 * @param plan a feasible plan
 * @return changes, the most promising first
 */
std::vector<DmaMove> EstimateDmaMoves(const DmaPairTable& table, const DmaTaskPlan& plan);

/**
 * Change a plan as long as it gets better, each change confirmed by solving the resource problem.
 * Where several estimates promise something, they are tried together, then by halves.
 * @param solver of the task
 * @param plan a feasible plan
 * @param solves most resource problems to be solved
 * @return a plan that is no worse
 */
DmaTaskPlan ImproveDmaPlan(DmaTaskSolver& solver, DmaTaskPlan plan, uint64_t solves);

} // namespace fl
} // namespace ns3

#endif /* FL_DMA_LOCAL_H */
