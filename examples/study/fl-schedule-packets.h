/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_PACKETS_H
#define FL_SCHEDULE_PACKETS_H

#include "fl-schedule-study-options.h"

/**
 * @file
 * @ingroup fl
 * fl-device-scheduling --packets: packet-level simulation of federated learning with each
 * scheduler.
 */

namespace ns3
{
namespace fl
{

/**
 * Set default values of ns-3 attributes for the FDMA cell of section V (Wang et al.): noise, no
 * shadowing, a coherence time of 5 s, and the transmit power of a base station that suits this
 * noise. To be called before the command line is parsed, whose values of these attributes take
 * precedence.
 */
void SetScheduleDefaults();

/**
 * The cell of --packets. Over FDMA it is that of section V: a disc of radius 50 m at a distance of
 * 300 m, gains (d / 10 m)^-3.5, 1 W. Noise of -80 dBm/Hz is unrealistic for LTE and Wi-Fi, which
 * have the usual cell of this module instead, without shadowing: 128.1 + 37.6 log10(d / km) dB, 20
 * dBm, their own noise and radius. As their rates are much larger, the limit of the delay is 1
 * us/bit on LTE and 0.1 us/bit on Wi-Fi in place of 50 us/bit, unless the command line has another.
 * @param options parsed options
 * @return the options of the cell
 */
Options MakeScheduleCell(const ScheduleStudyOptions& options);

/**
 * Simulate each optimizer of --compare; write its results into OUT/packets/OPTIMIZER, and tables
 * and plots of all optimizers into OUT/packets.
 * @param parser the parsed command line, for summary.json
 * @param options parsed options
 */
void RunSchedulePackets(const OptionParser& parser, const ScheduleStudyOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_PACKETS_H */
