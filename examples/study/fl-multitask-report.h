/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MULTITASK_REPORT_H
#define FL_MULTITASK_REPORT_H

#include "fl-claims.h"
#include "fl-multitask-curves.h"
#include "fl-multitask-plans.h"

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Tables and plots of fl-async-multitask.
 */

namespace ns3
{
namespace fl
{

/// Target accuracies, from LOWEST to below 1.
struct MultitaskTargets
{
    static constexpr double LOWEST = 0.15; //!< just above chance
    static constexpr double STEP = 0.05;   //!< from one to the next
    static constexpr uint32_t COUNT = 17;  //!< of them

    /// @param index from 0 to COUNT - 1 @return the accuracy, 0 to 1
    static double At(uint32_t index)
    {
        return LOWEST + STEP * index;
    }
};

/// @param results all curves @param taskNames by task
/// @return content of curves.csv: accuracy and energy after aggregations
std::string MultitaskCurvesCsv(const std::vector<MultitaskResult>& results,
                               const std::vector<std::string>& taskNames);
/// @param results all curves @param taskNames by task
/// @return content of energy.csv: energy until target accuracies; empty where not all runs reach it
std::string MultitaskEnergyCsv(const std::vector<MultitaskResult>& results,
                               const std::vector<std::string>& taskNames);
/// @param results all curves @param taskNames by task
/// @return content of plans.csv: what the schemes do
std::string MultitaskPlansCsv(const std::vector<MultitaskResult>& results,
                              const std::vector<std::string>& taskNames);
/// @param results all sweeps @param taskNames by task
/// @return content of sweeps.csv: plans of figures 8 to 10 and of the remarks
std::string MultitaskSweepsCsv(const std::vector<MultitaskSweepResult>& results,
                               const std::vector<std::string>& taskNames);

/**
 * Write the scripts of all plots.
 * @param folder of the tables
 * @param curves all curves
 * @param sweeps all sweeps
 * @param taskNames by task
 * @param [in,out] scripts their names are appended
 */
void WriteMultitaskPlots(const std::filesystem::path& folder,
                         const std::vector<MultitaskResult>& curves,
                         const std::vector<MultitaskSweepResult>& sweeps,
                         const std::vector<std::string>& taskNames,
                         std::vector<std::string>& scripts);

/// Print what the curves came to. @param out output stream @param results all curves @param
/// taskNames by task
void PrintMultitaskCurves(std::ostream& out,
                          const std::vector<MultitaskResult>& results,
                          const std::vector<std::string>& taskNames);

} // namespace fl
} // namespace ns3

#endif /* FL_MULTITASK_REPORT_H */
