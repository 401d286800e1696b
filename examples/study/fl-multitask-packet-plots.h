/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MULTITASK_PACKET_PLOTS_H
#define FL_MULTITASK_PACKET_PLOTS_H

#include <filesystem>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Figures 1 to 4 of DMA-FL, which are drawings in the paper, drawn from a simulated run.
 */

namespace ns3
{
namespace fl
{

/**
 * Draw from periods.csv: figure-1-SCHEME, when updates were in and when they were merged, of each
 * scheme, for the first task; of the first scheme figure-2a and so on, local periods by device,
 * for each task, figure-3, the uploads that made aggregations, and figure-4a and so on, the
 * functions y^ID and y^AC by device with the version that a period begins with.
 * @param folder of the tables
 * @param schemes names, as in the table
 * @param taskNames by task
 * @param [in,out] scripts their names are appended
 */
void WriteMultitaskPeriodPlots(const std::filesystem::path& folder,
                               const std::vector<std::string>& schemes,
                               const std::vector<std::string>& taskNames,
                               std::vector<std::string>& scripts);

} // namespace fl
} // namespace ns3

#endif /* FL_MULTITASK_PACKET_PLOTS_H */
