/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_REPORT_H
#define FL_SPLIT_REPORT_H

#include "fl-split-curves.h"

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Tables and plots of fl-split-lora.
 */

namespace ns3
{
namespace fl
{

/// @param results curves @return content of curves.csv, a row per curve and evaluation
std::string SplitCurvesCsv(const std::vector<SplitResult>& results);

/**
 * What a curve takes to the last of ALL_IN's gain in accuracy, or nearly so: devices, time, energy,
 * and bits by kind.
 * @param results curves
 * @return content of costs.csv, a row per curve. Costs are over the runs that get there.
 */
std::string SplitCostsCsv(const std::vector<SplitResult>& results);

/// Part of ALL_IN's gain in accuracy that counts as reached.
inline constexpr double SPLIT_GAIN_PART = 0.95;

/**
 * @param results curves
 * @param which a curve
 * @return ALL_IN's curve of the same task and limit; null if there is none
 */
const SplitResult* FindAllIn(const std::vector<SplitResult>& results, const SplitResult& which);

/**
 * How much an accuracy jumps about in the second half of the rounds: the root mean square of its
 * second differences from evaluation to evaluation.
 * @param run a course
 * @return it; ABSENT below three evaluations there
 */
double SplitRoughness(const SplitRun& run);

/**
 * Write gnuplot scripts.
 * @param folder results folder, which has the tables
 * @param results curves
 * @param note about Theorem 1, for titles; may be empty
 * @param [in,out] scripts names of the scripts are appended
 */
void WriteSplitPlots(const std::filesystem::path& folder,
                     const std::vector<SplitResult>& results,
                     const std::string& note,
                     std::vector<std::string>& scripts);

/**
 * Write the gnuplot script of figure 6.
 * @param folder results folder, which has run-times.csv
 * @param [in,out] scripts its name is appended
 */
void WriteSplitRunTimesPlot(const std::filesystem::path& folder, std::vector<std::string>& scripts);

/// Print how curves end. @param out output stream @param results curves
void PrintSplitCurves(std::ostream& out, const std::vector<SplitResult>& results);

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_REPORT_H */
