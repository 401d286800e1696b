/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_SIMULATION_H
#define FL_SCHEDULE_SIMULATION_H

#include "fl-schedule-channels.h"

#include "ns3/fl-sample.h"
#include "ns3/fl-schedule-queue.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The simulation of section V of Wang et al. by formula: schedulers over thousands of rounds in a
 * cell with Rayleigh fading.
 */

namespace ns3
{
namespace fl
{

class ThreadPool;
class WorkProgress;

/// One scheduler over T rounds.
struct ScheduleCurve
{
    std::string name;        //!< name in CSV and keys
    std::string method;      //!< name in ScheduleMethods()
    DelayQueueOptions queue; //!< delay limit [s/bit], zeta, update rule
};

/// Results of a curve, over the runs.
struct ScheduleStatistics
{
    Sample scheduled;              //!< mean number of scheduled devices per round
    Sample delayPerBitS;           //!< mean of D(t) over the rounds [s/bit]
    Sample delayOverLimit;         //!< the same in units of the limit Dbar
    Sample emptyShare;             //!< fraction of rounds without a scheduled device, 0 to 1
    Sample queue;                  //!< virtual queue Dq(T), in units of the limit Dbar
    std::vector<Sample> queueAt;   //!< Dq(t) at ScheduleTraceRounds()
    std::vector<Sample> averageAt; //!< mean delay of the rounds up to t, in units of Dbar
};

/// @return rounds at which curves over time have points: at most 250, the last one is T
/// @param rounds T, at least 1
std::vector<uint32_t> ScheduleTraceRounds(uint32_t rounds);

/**
 * Simulate all rounds of all runs. Rayleigh fading, independent in each round, and the positions of
 * the devices, independent in each run, are the same for all curves.
 * @param setting the cell
 * @param curves methods, with the options of their virtual queues
 * @param runs number of runs
 * @param seed seed of all draws
 * @param pool threads that simulate runs concurrently; the result does not depend on it
 * @param progress 1 is added per curve, round and run; may be null
 * @return statistics by curve
 */
std::vector<ScheduleStatistics> SimulateSchedules(const ScheduleSetting& setting,
                                                  const std::vector<ScheduleCurve>& curves,
                                                  uint32_t runs,
                                                  uint64_t seed,
                                                  ThreadPool& pool,
                                                  WorkProgress* progress = nullptr);

/**
 * Measure the wall-clock time of one scheduler in each round, with the channels of the first run.
 * @param setting the cell
 * @param curve method, with the options of its virtual queue
 * @param seed seed of all draws
 * @param progress 1 is added per round
 * @return run time of each round's solution, ascending; not reproducible [s]
 */
std::vector<double> MeasureRunTimes(const ScheduleSetting& setting,
                                    const ScheduleCurve& curve,
                                    uint64_t seed,
                                    WorkProgress& progress);

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_SIMULATION_H */
