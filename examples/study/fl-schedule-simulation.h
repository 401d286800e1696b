/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_SIMULATION_H
#define FL_SCHEDULE_SIMULATION_H

#include "ns3/fl-sample.h"
#include "ns3/fl-schedule-queue.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Section V of Wang et al. by formula: schedulers over thousands of rounds of a cell with fading.
 */

namespace ns3
{
namespace fl
{

class ThreadPool;
class WorkProgress;

/// Section V's cell. Delays are per bit of the payload: they are proportional to it.
struct ScheduleSetting
{
    uint32_t devices{20};      //!< K
    double centreM{300};       //!< distance of the disc's centre from the server [m]
    double radiusM{50};        //!< of the disc that the devices are in [m]
    double referenceM{10};     //!< gain (d / reference)^-exponent
    double exponent{3.5};      //!< of the loss
    double noiseWPerHz{1e-11}; //!< sigma^2 [W/Hz]
    double txPowerW{1};        //!< of each device; the paper has none, which is this [W]
    double bandwidthHz{10e6};  //!< B [Hz]
    uint32_t rounds{5000};     //!< T
};

/// One scheduler over T rounds.
struct ScheduleCurve
{
    std::string name;        //!< in CSV and keys
    std::string method;      //!< of ScheduleMethods()
    DelayQueueOptions queue; //!< limit [s/bit], zeta, update
};

/// Results of a curve, over the runs.
struct ScheduleStatistics
{
    Sample scheduled;              //!< devices per round
    Sample delayPerBitS;           //!< average of D(t) over the rounds [s/bit]
    Sample excess;                 //!< that over the limit
    Sample emptyShare;             //!< share of rounds without a scheduled device, 0 to 1
    Sample queue;                  //!< virtual queue Dq(T), in units of the limit Dbar
    std::vector<Sample> queueAt;   //!< Dq(t) at ScheduleTraceRounds()
    std::vector<Sample> averageAt; //!< average delay of the rounds up to t, over the limit
};

/// @return the rounds that a curve over time has points at: up to 250 of them, the last one is T
/// @param rounds T, at least 1
std::vector<uint32_t> ScheduleTraceRounds(uint32_t rounds);

/**
 * Simulate all rounds of all runs; Rayleigh fading, drawn anew each round, and the places of the
 * devices, drawn anew each run, are the same for all curves.
 * @param setting the cell
 * @param curves methods, with the options of their virtual queues
 * @param runs number of repetitions
 * @param seed of the draws
 * @param pool may work on runs side by side; the result does not depend on it
 * @param progress gets 1 per curve, round and run; may be null
 * @return by curve
 */
std::vector<ScheduleStatistics> SimulateSchedules(const ScheduleSetting& setting,
                                                  const std::vector<ScheduleCurve>& curves,
                                                  uint32_t runs,
                                                  uint64_t seed,
                                                  ThreadPool& pool,
                                                  WorkProgress* progress = nullptr);

/**
 * Take the wall-clock time of one scheduler, round by round, on the channels of the first run.
 * @param setting the cell
 * @param curve method, with the options of its virtual queue
 * @param seed of the draws
 * @param progress gets 1 per round
 * @return run time of each round's solution, ascending [s]; never the same twice
 */
std::vector<double> MeasureRunTimes(const ScheduleSetting& setting,
                                    const ScheduleCurve& curve,
                                    uint64_t seed,
                                    WorkProgress& progress);

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_SIMULATION_H */
