/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_STUDY_H
#define FL_SCHEDULE_STUDY_H

#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"
#include "ns3/fl-sample.h"
#include "ns3/fl-schedule-queue.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The program fl-device-scheduling: section V of Wang et al. by formula, over thousands of rounds.
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

/// What became of a curve, over the runs.
struct ScheduleStatistics
{
    Sample scheduled;              //!< devices per round
    Sample delayPerBitS;           //!< average of D(t) over the rounds [s/bit]
    Sample excess;                 //!< that over the limit
    Sample emptyShare;             //!< share of rounds with nobody
    Sample queue;                  //!< Dq(T), in units of Dbar
    std::vector<Sample> queueAt;   //!< Dq(t) at ScheduleTraceRounds()
    std::vector<Sample> averageAt; //!< average delay of the rounds up to t, over the limit
};

/// @return the rounds that a curve over time has points at: up to 250 of them, the last one is T
/// @param rounds T, at least 1
std::vector<uint32_t> ScheduleTraceRounds(uint32_t rounds);

/**
 * Go through all rounds of all runs; Rayleigh fading, drawn anew each round, and the places of the
 * devices, drawn anew each run, are the same for all curves.
 * @param setting the cell
 * @param curves who schedules
 * @param runs how many
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

/// The command line of fl-device-scheduling.
struct ScheduleStudyOptions
{
    ScheduleStudyOptions();

    Options cell;                 //!< of every cell, with section V's values as defaults
    uint32_t formulaRounds{5000}; //!< of the figures by formula
    bool packets{false};          //!< learning curves packet by packet in place of figures
    /// Of the learning curves: names of optimizers, separated by commas.
    std::string compare{"schedule,schedule-paper,schedule-greedy,schedule-aaba,schedule-all"};
};

/**
 * @param parser the parser
 * @param options defaults, and where the values go
 */
void AddScheduleStudyOptions(OptionParser& parser, ScheduleStudyOptions& options);

/**
 * The program: figures by formula.
 * @param parser the parsed command line, for summary.json
 * @param options as parsed
 */
void RunScheduleStudy(const OptionParser& parser, const ScheduleStudyOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_STUDY_H */
