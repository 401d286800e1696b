/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_REPORT_H
#define FL_SCHEDULE_REPORT_H

#include "fl-claims.h"
#include "fl-schedule-simulation.h"

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Tables, plots and claims of fl-device-scheduling by formula.
 */

namespace ns3
{
namespace fl
{

/// What solving takes with one scheduler.
struct ScheduleRunTimes
{
    ScheduleCurve curve;         //!< method and limit
    std::vector<double> seconds; //!< run time of each round's solution, ascending [s]
};

/**
 * @param curves every method at every limit
 * @param statistics by curve
 * @return figure-5.csv, a row per curve
 */
std::string ScheduleFigureCsv(const std::vector<ScheduleCurve>& curves,
                              const std::vector<ScheduleStatistics>& statistics);

/**
 * @param rounds T
 * @param curves schedulers with some settings of the virtual queue
 * @param statistics by curve
 * @return queue.csv: queue and average delay over the rounds, a row per curve and round of
 *         ScheduleTraceRounds()
 */
std::string ScheduleQueueCsv(uint32_t rounds,
                             const std::vector<ScheduleCurve>& curves,
                             const std::vector<ScheduleStatistics>& statistics);

/**
 * @param times by method and limit
 * @return run-times.csv (figure 6): quartiles, shortest and longest, a row for each
 */
std::string ScheduleRunTimesCsv(const std::vector<ScheduleRunTimes>& times);

/**
 * @param curves of figure 5
 * @param statistics of each of them
 * @return what Wang et al. claim of scheduled devices and delays, judged over all limits
 */
std::vector<Claim> JudgeScheduleClaims(const std::vector<ScheduleCurve>& curves,
                                       const std::vector<ScheduleStatistics>& statistics);

/**
 * Write gnuplot scripts that draw figures 5 and 6 and the virtual queue from their tables.
 * @param folder where
 * @param curves of figure 5; those of one method follow one another
 * @param queueCurves of the virtual queue
 * @param scripts their names are appended
 * @throws std::runtime_error if one can't be written
 */
void WriteSchedulePlots(const std::filesystem::path& folder,
                        const std::vector<ScheduleCurve>& curves,
                        const std::vector<ScheduleCurve>& queueCurves,
                        std::vector<std::string>& scripts);

/**
 * Print what figure 5 shows at one limit.
 * @param out where
 * @param limitS limit of the average delay [s/bit]
 * @param curves of figure 5
 * @param statistics by curve
 */
void PrintScheduleFigure(std::ostream& out,
                         double limitS,
                         const std::vector<ScheduleCurve>& curves,
                         const std::vector<ScheduleStatistics>& statistics);

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_REPORT_H */
