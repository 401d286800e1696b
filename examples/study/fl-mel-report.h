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
 * Write the figures' tables, claims.csv and plots; print the claims.
 * @param folder where
 * @param figures names of the figures
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
