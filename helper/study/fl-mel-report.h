/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_REPORT_H
#define FL_MEL_REPORT_H

#include "fl-mel-study.h"

#include "ns3/fl-sample.h"

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Tables, plots and claims of fl-task-allocation.
 */

namespace ns3
{
namespace fl
{

/// All runs of a case.
struct MelResult
{
    MelCase what;                  //!< the case
    std::vector<MelRun> runs;      //!< by run
    std::vector<uint32_t> figures; //!< that show it

    /// @return accuracy after so many updates, over the runs
    /// @param update number of global updates, from 0 (the initial model)
    Sample Accuracy(size_t update) const;
    /// @return updates until an accuracy is reached, over the runs that reach it
    /// @param threshold accuracy to be reached, 0 to 1
    Sample UpdatesTo(double threshold) const;
    /// @return how many runs have an allocation
    uint32_t CountFeasible() const;
};

/// @return whether two cases are the same
/// @param a a case
/// @param b another one
bool IsSameCase(const MelCase& a, const MelCase& b);

/**
 * Write the figures' tables, claims.csv and plots; print the claims.
 * @param folder where
 * @param figures which
 * @param results all cases
 * @param updates global cycles
 * @param out where claims are printed
 * @throws std::runtime_error if a file can't be written
 */
void WriteMelReport(const std::filesystem::path& folder,
                    const std::vector<uint32_t>& figures,
                    const std::vector<MelResult>& results,
                    uint32_t updates,
                    std::ostream& out);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_REPORT_H */
