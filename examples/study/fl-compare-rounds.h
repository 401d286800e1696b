/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_COMPARE_ROUNDS_H
#define FL_COMPARE_ROUNDS_H

#include "ns3/fl-coordinator.h"
#include "ns3/fl-round-record.h"
#include "ns3/fl-sample.h"
#include "ns3/fl-schedule-optimizer.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What fl-compare shows round by round: `learning.csv` and its plots.
 */

namespace ns3
{
namespace fl
{

/// One round of one task, over the runs.
struct RoundSamples
{
    Sample endS;        //!< since the run's first round began [s]
    Sample selected;    //!< devices
    Sample loss;        //!< of the global model
    Sample accuracy;    //!< of the global model, 0 to 1
    Sample energyJ;     //!< computation and radiation of all tasks so far [J]
    Sample planned;     //!< of a scheduler: D(t) by Shannon's rate, over the limit
    Sample measured;    //!< of a scheduler: D(t) as measured, over the limit
    Sample average;     //!< of a scheduler: measured, of the rounds so far, over the limit
    Sample queue;       //!< of a scheduler: Dq(t), in units of Dbar
    Sample convergence; //!< of a scheduler: Theorem 1's bound
};

/// All rounds of one optimizer over one PHY.
class CompareRounds
{
  public:
    /// Columns of learning.csv.
    static const char HEADER[];

    /**
     * @param phy name of the PHY
     * @param optimizer name of the optimizer, as in `--optimizer`
     * @param tasks number of learning tasks
     */
    CompareRounds(std::string phy, std::string optimizer, uint32_t tasks);

    /// Connect to the traces of a run. @param coordinator of the run, which has not begun
    void Watch(Ptr<Coordinator> coordinator);

    /// @return rows of learning.csv
    std::string Rows() const;
    /// @return name of the PHY
    const std::string& GetPhy() const;
    /// @return name of the optimizer
    const std::string& GetOptimizer() const;
    /// @param task number of a task @return its rounds, from the first
    const std::vector<RoundSamples>& GetRounds(uint32_t task) const;
    /// @return number of learning tasks
    uint32_t GetTasks() const;
    /// @return whether it has a virtual queue
    bool HasQueue() const;
    /// @return what a scheduler said of Theorem 1; empty: nothing
    const std::string& GetWarning() const;
    /// @return by run that has been watched, begin of its first round; ABSENT: none began [s]
    const std::vector<double>& GetStarts() const;

  private:
    /**
     * @param task number of a task
     * @param round number of a round, from 1
     * @return its samples; rounds up to it are added if need be
     */
    RoundSamples& At(uint32_t task, uint32_t round);
    /// Sink of RoundEnd. @param record of the round; an aborted one is left out
    void EndRound(const RoundRecord& record);
    /**
     * Sink of Scheduled: delays and the virtual queue, relative to the limit of the average delay.
     * @param round as scheduled; where nothing was measured, the average takes the planned delay
     */
    void Scheduled(const ScheduleRound& round);

    std::string m_phy;                               //!< name of the PHY
    std::string m_optimizer;                         //!< as in --optimizer
    std::vector<std::vector<RoundSamples>> m_rounds; //!< by task, from the first
    double m_measuredSum{0};                         //!< of this run, over the limit
    double m_energyJ{0};                             //!< of this run [J]
    std::vector<double> m_startsS;                   //!< see GetStarts
    std::string m_warning;                           //!< of Theorem 1
};

/**
 * Write the plots of learning.csv, for each PHY and task: accuracy over rounds, time and energy,
 * and the queue and average delay of schedulers. Those of an earlier comparison are removed.
 * @param folder of learning.csv
 * @param all rounds of all cases
 * @param learns whether there is an accuracy; a timing study has none
 * @param [in,out] scripts their file names are appended
 * @throws std::runtime_error if a script cannot be written
 */
void WriteLearningPlots(const std::filesystem::path& folder,
                        const std::vector<CompareRounds>& all,
                        bool learns,
                        std::vector<std::string>& scripts);

} // namespace fl
} // namespace ns3

#endif /* FL_COMPARE_ROUNDS_H */
