/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_CELL_H
#define FL_SCHEDULE_CELL_H

#include "ns3/fl-options.h"

/**
 * @file
 * @ingroup fl
 * The cell of section V of Wang et al. (federated fine-tuning), packet by packet.
 */

namespace ns3
{
namespace fl
{

/// @return section V's devices, bandwidth, fading and power, as defaults of a command line
Options ScheduleCellDefaults();

/**
 * Set default values of ns-3 attributes for the FDMA cell of section V (Wang et al.): noise, no
 * shadowing, a coherence time of 5 s, and the transmit power of a base station that suits this
 * noise. To be called before the command line is parsed, whose values of these attributes take
 * precedence.
 */
void SetScheduleDefaults();

/**
 * Over FDMA it is the cell of section V: a disc of radius 50 m at a distance of 300 m, gains
 * (d / 10 m)^-3.5, 1 W. Noise of -80 dBm/Hz is unrealistic for LTE and Wi-Fi, which have the usual
 * cell of this module instead, without shadowing: 128.1 + 37.6 log10(d / km) dB, 20 dBm, their own
 * noise and radius. As their rates are much larger, the limit of the delay is 1 us/bit on LTE and
 * 0.1 us/bit on Wi-Fi in place of 50 us/bit, unless the command line has another.
 * @param cell as parsed, with ScheduleCellDefaults()
 * @return the options of the cell
 */
Options MakeScheduleCell(Options cell);

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_CELL_H */
