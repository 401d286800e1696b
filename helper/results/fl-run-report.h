/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_RUN_REPORT_H
#define FL_RUN_REPORT_H

#include "fl-plots.h"
#include "fl-result-folder.h"

#include "ns3/fl-coordinator.h"
#include "ns3/fl-progress.h"

#include <ostream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What programs that run federated learning share: result files of a coordinator's rounds, plots,
 * and the summary on standard output.
 */

namespace ns3
{
namespace fl
{

/// Maximum length of the lines of the printed summary, except for folder names [character].
inline constexpr size_t SUMMARY_COLUMNS = 40;

/**
 * Connect to the coordinator's "RoundEnd": write and show each round.
 * @param coordinator coordinator of the rounds
 * @param writer writer of the run; must outlive the simulation
 * @param progress display; must outlive the simulation
 */
void RecordRounds(Ptr<Coordinator> coordinator, ResultWriter& writer, Progress& progress);

/**
 * Print accuracy, simulated and wall-clock time, energy, prediction error and results folder; of
 * several runs, means and 95 % confidence intervals.
 * @param stream output stream (standard output)
 * @param results results after ResultFolder::Finish()
 */
void PrintSummary(std::ostream& stream, const ResultFolder& results);

/**
 * Print the reason of the end of a run and notes, in lines of SUMMARY_COLUMNS.
 * @param stream output stream
 * @param reason reason, as in Coordinator::Finish()
 * @param notes sentences; empty ones are ignored
 */
void PrintEnding(std::ostream& stream,
                 const std::string& reason,
                 const std::vector<std::string>& notes);

/**
 * To be called after all runs: publish the files, draw the plots, print the summary.
 * @param results results of the runs
 * @param progress display, whose line is ended
 * @param plots what is drawn; folder and number of runs are those of the results
 * @param reason reason of the end of the last run, as in Coordinator::Finish()
 * @param notes further sentences of the summary
 */
void FinishRuns(ResultFolder& results,
                Progress& progress,
                PlotRequest plots,
                const std::string& reason,
                const std::vector<std::string>& notes = {});

} // namespace fl
} // namespace ns3

#endif /* FL_RUN_REPORT_H */
