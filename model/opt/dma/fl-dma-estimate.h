/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DMA_ESTIMATE_H
#define FL_DMA_ESTIMATE_H

#include "fl-dma-greedy.h"
#include "fl-dma-interior.h"

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What a change of a schedule of DMA-FL is worth, estimated at the prices of its resource problem.
 */

namespace ns3
{
namespace fl
{

/// A schedule of one task with its best resources, as if there were no other tasks.
struct DmaTaskPlan
{
    DmaTaskSchedule schedule;    //!< by aggregation
    bool isFeasible{false};      //!< it has resources
    DmaModel model;              //!< the resource problem
    DmaInteriorResult result;    //!< its solution
    std::vector<double> energyJ; //!< by device, for uploads and computing [J]
};

/// A change of a schedule: aggregation n becomes another device's, from another base version.
struct DmaMove
{
    uint32_t n{0};       //!< the aggregation
    DmaAssignment entry; //!< what it becomes
    double estimate{0};  //!< of the change of the objective
};

/**
 * @ingroup fl
 * Estimates changes of one plan: by how much the Lagrangian changes with its multipliers and
 * arrivals as they are. Costs of periods are in closed form, and the drift between a device's
 * periods adds up to that until its last one.
 */
class DmaMoveEstimator
{
  public:
    /**
     * @param table of the task, which must outlive this
     * @param plan a feasible plan, which must outlive this
     */
    DmaMoveEstimator(const DmaPairTable& table, const DmaTaskPlan& plan);

    /// @return all changes that keep the schedule valid and its largest staleness
    std::vector<DmaMove> All() const;

    /**
     * @param n an aggregation
     * @param entry what it becomes
     * @param before the device's last aggregation before n; 0: none
     * @return the change of the Lagrangian
     */
    double Estimate(uint32_t n, const DmaAssignment& entry, uint32_t before) const;

  private:
    /// @return A_n [s]
    /// @param n an aggregation of the plan, from 1; 0: the beginning, at 0 s
    double ArrivalS(size_t n) const;
    /**
     * What does not fit between the arrivals as they are costs the typical price of time.
     * @param n the aggregation that the period ends with, from 1
     * @param device i
     * @param v base version, below n
     * @param isFirst it is the device's first, which begins no earlier than the device may start
     * @return the Lagrangian's share of one period, drift between arrivals left aside
     */
    double Cost(size_t n, uint32_t device, size_t v, bool isFirst) const;
    /// @return what a device's drift costs if its last aggregation is n
    /// @param device i
    /// @param n an aggregation, from 1; 0: it makes none
    double Drift(uint32_t device, size_t n) const;

    const DmaPairTable& m_table;       //!< periods
    const DmaProblem& m_problem;       //!< the problem
    const DmaTaskPlan& m_plan;         //!< the plan
    size_t m_count;                    //!< G
    std::vector<uint32_t> m_last;      //!< last aggregation by device, 0: none
    std::vector<uint32_t> m_first;     //!< first aggregation by device, 0: none
    std::vector<uint32_t> m_uploads;   //!< aggregations by device
    std::vector<uint32_t> m_next;      //!< the device's next aggregation, by n; 0: none
    std::vector<double> m_own;         //!< cost by n
    std::vector<uint32_t> m_previous;  //!< the device's aggregation before, by n-1
    uint32_t m_staleness;              //!< largest
    std::vector<double> m_energyPrice; //!< by device [1/J]
    double m_typicalPrice{0};          //!< of time [1/s]
};

} // namespace fl
} // namespace ns3

#endif /* FL_DMA_ESTIMATE_H */
