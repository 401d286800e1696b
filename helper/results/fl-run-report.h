/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_RUN_REPORT_H
#define FL_RUN_REPORT_H

#include "fl-result-folder.h"

#include "ns3/fl-progress.h"
#include "ns3/fl-sync-coordinator.h"

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

/// Width of the summary's lines [character]; only a folder's name may be longer.
inline constexpr size_t SUMMARY_COLUMNS = 40;

/**
 * Write and show all rounds that end from now on.
 * @param coordinator runs the rounds
 * @param writer gets them; must outlive the simulation, as the next one
 * @param progress shows them
 */
void RecordRounds(Ptr<SyncCoordinator> coordinator, ResultWriter& writer, Progress& progress);

/**
 * Print what was learned, how long it took in the simulation and in reality, the energy, how well
 * the prediction did, and where the results are; of several runs, means and 95 % confidence
 * intervals.
 * @param stream where to (standard output: it is the program's result)
 * @param results the results, finished
 */
void PrintSummary(std::ostream& stream, const ResultFolder& results);

/**
 * Print why a run ended, and what else there is to say, as lines of SUMMARY_COLUMNS.
 * @param stream where to
 * @param reason of the last run, as the coordinator says it
 * @param notes sentences; empty ones are left out
 */
void PrintEnding(std::ostream& stream,
                 const std::string& reason,
                 const std::vector<std::string>& notes);

/**
 * All runs are over: make the files appear, draw the plots, print the summary and why it ended.
 * @param results the results
 * @param progress its line is ended
 * @param curve the curves' name in keys: what was run ("equal")
 * @param reason why the last run ended
 * @param notes more sentences for the summary
 */
void FinishRuns(ResultFolder& results,
                Progress& progress,
                const std::string& curve,
                const std::string& reason,
                const std::vector<std::string>& notes = {});

} // namespace fl
} // namespace ns3

#endif /* FL_RUN_REPORT_H */
