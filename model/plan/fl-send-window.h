/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SEND_WINDOW_H
#define FL_SEND_WINDOW_H

#include <limits>

/**
 * @file
 * @ingroup fl
 * What a session may have in flight, that is sent and not acknowledged: its state before a round.
 * How it grows is in WindowGrowth.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The congestion window of a session's sender at a time, as far as the transport tells it. The
 * default is a session of which nothing is known.
 */
struct SendWindow
{
    double bytes{0}; //!< the congestion window [byte]; 0: not known, take the initial one
    double thresholdBytes{std::numeric_limits<double>::infinity()}; //!< slow start ends [byte]
    double thresholdS{0};                                           //!< when that was set last [s]
    double rttS{0};        //!< smoothed round-trip time [s]; 0: never measured
    double minRttS{0};     //!< the least that it was; 0: never measured [s]
    double flightBytes{0}; //!< sent and not acknowledged, with nothing left to send [byte]
    double flightS{0};     //!< about when these were sent [s]
};

} // namespace fl
} // namespace ns3

#endif /* FL_SEND_WINDOW_H */
