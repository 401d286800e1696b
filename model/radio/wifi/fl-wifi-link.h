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
 * Link adaptation and frame formats of 802.11ax on an RU: MCS, TXVECTORs, sizes. Scheduler and
 * predictions share them.
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
    Ru ru;           //!< the resource unit
    uint8_t mcs{0};  //!< 0 to 11, one spatial stream
};

/**
 * @param ru an RU
 * @param widthMhz of the channel
 * @return ns-3's specification of it, for a channel whose primary 20 MHz are the lowest
 */
HeRu::RuSpec ToRuSpec(const Ru& ru, uint32_t widthMhz);

/**
 * @param tones of an RU
 * @return bandwidth over which ns-3's receiver integrates noise: 2, 4, 8, 20, 40, 80 or 160 MHz
 * [Hz]
 */
double NoiseBandwidthHz(uint32_t tones);

/**
 * @param users the stations that send, each on its RU
 * @param widthMhz of the channel
 * @param guardNs guard interval [ns], 1600 or 3200
 * @return TXVECTOR of their trigger-based PPDUs (HE TB)
 */
WifiTxVector UplinkTxVector(const std::vector<WifiUplinkUser>& users,
                            uint32_t widthMhz,
                            uint16_t guardNs);

/**
 * @param widthMhz of the channel
 * @param mcs 0 to 11
 * @return TXVECTOR of an HE SU PPDU over the whole channel, one spatial stream
 */
WifiTxVector SingleUserTxVector(uint32_t widthMhz, uint8_t mcs);

/**
 * @param bytes total size of IP packets [byte]
 * @param packets number of packets
 * @return size of their A-MPDU: with MAC headers, delimiters and padding [byte]
 */
uint64_t AmpduBytes(uint64_t bytes, uint64_t packets);

/**
 * @ingroup fl
 * The MCS for a signal-to-noise ratio: the highest one at which an MPDU of 1500 bytes arrives with
 * at least a given probability, by the receiver's error rate model.
 */
class WifiMcsTable
{
  public:
    /**
     * @param errors the receiver's error model
     * @param success least probability of arrival, above 0 and below 1
     */
    WifiMcsTable(Ptr<ErrorRateModel> errors, double success);

    /**
     * @param snr signal-to-noise ratio, not in dB
     * @param highest the highest MCS to use
     * @return an MCS; none where even MCS 0 would lose every second MPDU
     */
    std::optional<uint8_t> McsFor(double snr, uint8_t highest = 11) const;

    /**
     * @param snr signal-to-noise ratio, not in dB
     * @param mcs 0 to 11
     * @return probability that an MPDU of 1500 bytes arrives
     */
    double Success(double snr, uint8_t mcs) const;

  private:
    /// @return the lowest SNR at which an MPDU arrives with a probability
    /// @param mcs 0 to 11
    /// @param success the probability, above 0 and below 1
    double Threshold(uint8_t mcs, double success) const;

    Ptr<ErrorRateModel> m_errors;     //!< the receiver's error rate model
    std::vector<double> m_thresholds; //!< lowest SNR, by MCS
    double m_lowest;                  //!< SNR below which a link is not used
};

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_LINK_H */
