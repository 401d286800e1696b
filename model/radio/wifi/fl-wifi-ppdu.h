/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WIFI_PPDU_H
#define FL_WIFI_PPDU_H

/**
 * @file
 * @ingroup fl
 * Durations and sizes of 802.11ax PPDUs and of their subframes, for predictions. No ns-3 in it.
 */

namespace ns3
{
namespace fl
{

/// Timing of PPDUs of one TXVECTOR.
struct WifiPpduTiming
{
    double preambleS{0};  //!< preamble and headers of the PHY [s]
    double symbolS{1};    //!< an OFDM symbol with its guard interval [s]
    double symbolBits{0}; //!< data bits in a symbol [bit]; 0: nothing can be sent

    /// Service field and tail bits around the data of a PPDU (IEEE 802.11-2020, 17.3.5) [bit].
    static constexpr double AROUND_BITS = 16 + 6;

    /**
     * @param bytes size of an A-MPDU [byte]
     * @return duration of the PPDU [s]; infinite where nothing can be sent
     */
    double DurationS(double bytes) const;
    /**
     * @param durationS of a PPDU [s]
     * @return size of the longest A-MPDU in it [byte]; 0: not even a byte fits
     */
    double CapacityBytes(double durationS) const;
    /**
     * @param bytes size of the leading part of an A-MPDU [byte]
     * @return time from the beginning of the PPDU until that part is received [s]
     */
    double ArrivalS(double bytes) const;
};

/**
 * @ingroup fl
 * @param bytes size of an IP packet [byte]
 * @return size of its subframe of an A-MPDU: LLC and MAC headers, frame check, delimiter, padding
 * [byte]
 */
double WifiSubframeBytes(double bytes);

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_PPDU_H */
