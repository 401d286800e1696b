/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WIFI_LINK_H
#define FL_WIFI_LINK_H

#include "fl-ru-allocation.h"

#include "ns3/ctrl-headers.h"
#include "ns3/error-rate-model.h"
#include "ns3/he-ru.h"
#include "ns3/wifi-tx-vector.h"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What an 802.11ax link does on an RU: MCS, rate, times of frames. What the scheduler sends by, and
 * what is predicted with.
 */

namespace ns3
{
namespace fl
{

/// Bytes that an MPDU of QoS data has beside the IP packet: LLC/SNAP 8, MAC header 26, FCS 4.
inline constexpr uint32_t WIFI_MPDU_HEADER_BYTES = 38;

/// One station's part of an uplink transmission.
struct WifiUplinkUser
{
    uint16_t aid{0}; //!< association id
    Ru ru;           //!< where
    uint8_t mcs{0};  //!< how, 0 to 11, one stream
};

/**
 * @param ru an RU
 * @param widthMhz of the channel
 * @return the same as ns-3 names it, where the channel's primary 20 MHz is the lowest
 */
HeRu::RuSpec ToRuSpec(const Ru& ru, uint32_t widthMhz);

/**
 * @param tones of an RU
 * @return the bandwidth that ns-3's receiver has noise in [Hz]: 2, 4, 8, 20, 40, 80 or 160 MHz
 */
double NoiseBandwidthHz(uint32_t tones);

/**
 * @param users who sends
 * @param widthMhz of the channel
 * @param guardNs guard interval [ns], 1600 or 3200
 * @return the vector of their trigger-based PPDUs
 */
WifiTxVector UplinkTxVector(const std::vector<WifiUplinkUser>& users,
                            uint32_t widthMhz,
                            uint16_t guardNs);

/**
 * @param widthMhz of the channel
 * @param mcs 0 to 11
 * @return the vector of an HE PPDU for one, over all of the channel, one stream
 */
WifiTxVector SingleUserTxVector(uint32_t widthMhz, uint8_t mcs);

/**
 * @param bytes of IP packets
 * @param packets how many they are
 * @return of the A-MPDU that they make: MAC headers, delimiters and padding
 */
uint64_t AmpduBytes(uint64_t bytes, uint64_t packets);

/**
 * @ingroup fl
 * The MCS for a signal-to-noise ratio: the highest one at which an MPDU of 1500 bytes arrives with
 * at least a wanted probability, by the error model that the receiver has.
 */
class WifiMcsTable
{
  public:
    /**
     * @param errors the receiver's error model
     * @param success wanted probability, above 0 and below 1
     */
    WifiMcsTable(Ptr<ErrorRateModel> errors, double success);

    /**
     * @param snr signal-to-noise ratio
     * @param highest the highest MCS to use
     * @return an MCS; none where even MCS 0 would lose every second MPDU
     */
    std::optional<uint8_t> McsFor(double snr, uint8_t highest = 11) const;

    /**
     * @param snr signal-to-noise ratio
     * @param mcs 0 to 11
     * @return probability that an MPDU of 1500 bytes arrives
     */
    double Success(double snr, uint8_t mcs) const;

  private:
    /// @return the lowest SNR at which an MPDU arrives with a probability
    /// @param mcs 0 to 11
    /// @param success the probability, above 0 and below 1
    double Threshold(uint8_t mcs, double success) const;

    Ptr<ErrorRateModel> m_errors;     //!< the receiver's
    std::vector<double> m_thresholds; //!< by MCS
    double m_lowest;                  //!< SNR below which a link is not used
};

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_LINK_H */
