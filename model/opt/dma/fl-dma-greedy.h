/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DMA_GREEDY_H
#define FL_DMA_GREEDY_H

#include "fl-dma-model.h"

#include <optional>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Schedules of one task of DMA-FL, made one aggregation after the other.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The periods that a task's schedule may be made of.
 */
class DmaPairTable
{
  public:
    /**
     * @param problem a valid problem, which must outlive this
     * @param task j
     * @param options what is given
     */
    DmaPairTable(const DmaProblem& problem, size_t task, const DmaModelOptions& options);

    /// @return the period of a device from a version
    /// @param device i
    /// @param version v
    const DmaPairModel& Get(size_t device, size_t version) const
    {
        return m_pairs[device * m_versions + (m_versions == 1 ? 0 : version)];
    }

    /// @return limits of e
    const DmaTaskModel& Limits() const
    {
        return m_limits;
    }

    /// @return the problem
    const DmaProblem& Problem() const
    {
        return m_problem;
    }

    /// @return j
    size_t Task() const
    {
        return m_task;
    }

  private:
    const DmaProblem& m_problem;       //!< the problem
    size_t m_task;                     //!< j
    size_t m_versions;                 //!< 1 if all have the same learning rate
    std::vector<DmaPairModel> m_pairs; //!< by device, by version
    DmaTaskModel m_limits;             //!< of the task
};

/// What rules a greedy schedule.
struct DmaGreedyRule
{
    uint32_t staleness{0}; //!< largest
    double timePrice{0};   //!< of the time between aggregations [1/s]
    bool onlyTime{false};  //!< nothing but time counts
    double budgetShare{1}; //!< of its energy budget that a device may spend on the task
};

/**
 * Choose for each aggregation, from the first to the last, the device and base version with the
 * least cost of the period, of drift, and of the time until it arrives at its price.
 * @param table of the task
 * @param rule what counts
 * @return the schedule; none if the rule runs out of choices
 */
std::optional<DmaTaskSchedule> GreedyDmaSchedule(const DmaPairTable& table,
                                                 const DmaGreedyRule& rule);

/**
 * @param table of the task
 * @return schedules by rules with every staleness up to the limit and prices of time from nothing
 * to all, without doubles
 */
std::vector<DmaTaskSchedule> GreedyDmaSchedules(const DmaPairTable& table);

} // namespace fl
} // namespace ns3

#endif /* FL_DMA_GREEDY_H */
