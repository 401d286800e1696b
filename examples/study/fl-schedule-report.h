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
 * Tables, plots and claims of the figures of fl-device-scheduling.
 */

namespace ns3
{
namespace fl
{

/// Run times of one scheduler.
struct ScheduleRunTimes
{
    ScheduleCurve curve;         //!< method and delay limit
    std::vector<double> seconds; //!< run time of each round's solution, ascending [s]
};

/**
 * @param curves all methods at all delay limits
 * @param statistics statistics by curve
 * @return content of figure-5.csv, a row per curve
 */
std::string ScheduleFigureCsv(const std::vector<ScheduleCurve>& curves,
                              const std::vector<ScheduleStatistics>& statistics);

/**
 * @param rounds number of rounds T
 * @param curves schedulers with several settings of the virtual queue
 * @param statistics statistics by curve
 * @return content of queue.csv: queue and average delay, a row per curve and round of
 *         ScheduleTraceRounds()
 */
std::string ScheduleQueueCsv(uint32_t rounds,
                             const std::vector<ScheduleCurve>& curves,
                             const std::vector<ScheduleStatistics>& statistics);

/**
 * @param times run times by method and delay limit
 * @return content of run-times.csv (figure 6): quartiles, minimum and maximum, a row per entry
 */
std::string ScheduleRunTimesCsv(const std::vector<ScheduleRunTimes>& times);

/**
 * @param curves curves of figure 5
 * @param statistics statistics by curve
 * @return claims of Wang et al. about scheduled devices and delays, judged over all delay limits
 */
std::vector<Claim> JudgeScheduleClaims(const std::vector<ScheduleCurve>& curves,
                                       const std::vector<ScheduleStatistics>& statistics);

/**
 * Write gnuplot scripts of figures 5 and 6 and of the virtual queue.
 * @param folder results folder, which has the tables
 * @param curves curves of figure 5, grouped by method
 * @param queueCurves curves of the virtual queue
 * @param [in,out] scripts names of the scripts are appended
 * @throws std::runtime_error if a file cannot be written
 */
void WriteSchedulePlots(const std::filesystem::path& folder,
                        const std::vector<ScheduleCurve>& curves,
                        const std::vector<ScheduleCurve>& queueCurves,
                        std::vector<std::string>& scripts);

/**
 * Print the values of figure 5 at one delay limit.
 * @param out output stream
 * @param limitS limit of the average delay [s/bit]
 * @param curves curves of figure 5
 * @param statistics statistics by curve
 */
void PrintScheduleFigure(std::ostream& out,
                         double limitS,
                         const std::vector<ScheduleCurve>& curves,
                         const std::vector<ScheduleStatistics>& statistics);

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_REPORT_H */
