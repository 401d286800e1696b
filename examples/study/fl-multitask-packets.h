/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MULTITASK_PACKETS_H
#define FL_MULTITASK_PACKETS_H

#include "fl-multitask-study-options.h"

/**
 * @file
 * @ingroup fl
 * The three tasks of DMA-FL through the simulator, packet by packet: predicted beside measured.
 */

namespace ns3
{
namespace fl
{

/**
 * @param options as parsed
 * @return the cell, with Table II's values where the command line left the module's own; over LTE
 *         and Wi-Fi only those that the standard allows
 */
Options MakeMultitaskCell(const MultitaskStudyOptions& options);

/**
 * Have each of the schemes of `--compare` drive the three tasks, and write packets.csv (accuracy,
 * energy, staleness), phases.csv (predicted beside measured), budgets.csv (planned and spent by
 * device), periods.csv and plots into the folder of `--out`.
 * @param parser the parsed command line
 * @param options as parsed
 */
void RunMultitaskPackets(const OptionParser& parser, const MultitaskStudyOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_MULTITASK_PACKETS_H */
