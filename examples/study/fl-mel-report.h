/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_REPORT_H
#define FL_MEL_REPORT_H

#include "fl-mel-case.h"

#include <cstdint>
#include <filesystem>
#include <ostream>
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

/**
 * Write tables of the figures, claims.csv and plots; print the claims.
 * @param folder results folder
 * @param figures numbers of the figures
 * @param results results of all cases
 * @param updates number of global updates of a run
 * @param out output stream for the claims
 * @throws std::runtime_error if a file cannot be written
 */
void WriteMelReport(const std::filesystem::path& folder,
                    const std::vector<uint32_t>& figures,
                    const std::vector<MelResult>& results,
                    uint32_t updates,
                    std::ostream& out);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_REPORT_H */
