/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_PACKETS_H
#define FL_SCHEDULE_PACKETS_H

#include "fl-schedule-study-options.h"

/**
 * @file
 * @ingroup fl
 * fl-device-scheduling --packets: schedulers drive federated learning, packet by packet.
 */

namespace ns3
{
namespace fl
{

/**
 * Set defaults of ns-3 attributes to the FDMA cell of section V: its noise, no shadowing, a
 * coherence time of 5 s, and a base station strong enough for that noise. The command line is
 * parsed later, so that its values of these attributes win.
 */
void SetScheduleDefaults();

/**
 * The cell of --packets. Over FDMA it is section V's: the disc of 50 m at 300 m, gains (d/10)^-3.5,
 * 1 W. Noise of -80 dBm/Hz fits no standard, so that LTE and Wi-Fi have the usual cell of this
 * module, without shadowing: 128.1 + 37.6 log10(d / km) dB, 20 dBm, their own noise and radius; and
 * since their rates are much larger, a limit of 1 us per bit on LTE and 0.1 us on Wi-Fi for 50,
 * unless the command line has another.
 * @param options as parsed
 * @return the options of the cell
 */
Options MakeScheduleCell(const ScheduleStudyOptions& options);

/**
 * Run every optimizer of --compare, write results into OUT/packets/OPTIMIZER, and tables and plots
 * over all of them into OUT/packets.
 * @param parser the parsed command line, for summary.json
 * @param options as parsed
 */
void RunSchedulePackets(const OptionParser& parser, const ScheduleStudyOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_PACKETS_H */
