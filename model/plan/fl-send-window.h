/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SEND_WINDOW_H
#define FL_SEND_WINDOW_H

#include <limits>

/**
 * @file
 * @ingroup fl
 * State of a sender's congestion control before a round; WindowGrowth models how it evolves.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Congestion window and round-trip times of a session's sender at a given time (RFC 5681, RFC
 * 6298). Default-constructed: nothing is known.
 */
struct SendWindow
{
    double bytes{0}; //!< congestion window; 0: not known, take the initial one [byte]
    double thresholdBytes{std::numeric_limits<double>::infinity()}; //!< slow start threshold [byte]
    double thresholdS{0};  //!< simulated time at which the threshold was last set [s]
    double rttS{0};        //!< smoothed round-trip time; 0: not measured [s]
    double minRttS{0};     //!< minimum of rttS so far; 0: not measured [s]
    double flightBytes{0}; //!< sent or queued, and not acknowledged [byte]
    double flightS{0};     //!< approximate simulated time at which these were sent [s]
};

} // namespace fl
} // namespace ns3

#endif /* FL_SEND_WINDOW_H */
