/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LTE_LINK_H
#define FL_LTE_LINK_H

#include "ns3/lte-amc.h"

#include <cstdint>

namespace ns3
{
namespace fl
{

/// Bandwidth of a resource block [Hz] (3GPP TS 36.211, 6.2.3: 12 subcarriers of 15 kHz).
inline constexpr double LTE_BLOCK_HZ = 180e3;
/// Duration of a subframe [s].
inline constexpr double LTE_SUBFRAME_S = 1e-3;

/**
 * @ingroup fl
 * LTE's link adaptation: from SINR to CQI, MCS and transport block size. Scheduler and rate model
 * share it, so that a prediction uses the same tables as the run.
 *
 * The CQI is that of the spectral efficiency log2(1 + SINR / Gamma), Gamma = -ln(5 BER) / 1.5, BER
 * = 5e-5, as in ns-3's schedulers for the uplink (G. Piro et al., European Wireless 2010).
 */
class LteLink
{
  public:
    LteLink();

    /// @return CQI 0 (out of range) to 15 for a SINR
    /// @param sinr as a ratio, not in dB
    int UplinkCqi(double sinr) const;
    /**
     * @param sinr on the blocks, as a ratio; 0 or less: not known
     * @param blocks number of blocks, at least 1
     * @return the MCS to send with: that of the CQI, raised until a transport block holds 11 bytes
     */
    uint8_t UplinkMcs(double sinr, uint32_t blocks) const;
    /**
     * @param mcs 0 to 28
     * @param blocks at least 1
     * @return size of a transport block [byte]
     */
    uint32_t UplinkBytes(uint8_t mcs, uint32_t blocks) const;
    /**
     * Downlink: the CQI is what the UE's report would be, the highest MCS with a block error rate
     * of at most 10 % in ns-3's error model.
     * @param sinr on the blocks, as a ratio
     * @param groupSize blocks per group
     * @return the MCS; -1: nothing can be sent
     */
    int DownlinkMcs(double sinr, uint32_t groupSize) const;
    /**
     * @param mcs 0 to 28
     * @param blocks at least 1
     * @return size of a transport block [byte]
     */
    uint32_t DownlinkBytes(uint8_t mcs, uint32_t blocks) const;
    /**
     * @param cqi 1 to 15
     * @return the MCS that ns-3's schedulers take for it
     */
    uint8_t DownlinkMcsOfCqi(uint8_t cqi) const;
    /**
     * @param mcs 0 to 28
     * @param bytes size that a transport block must have [byte]
     * @param groupSize blocks per group
     * @param most number of groups available
     * @return least number of groups that hold it, or all available
     */
    uint32_t DownlinkGroups(uint8_t mcs, uint32_t bytes, uint32_t groupSize, uint32_t most) const;
    /**
     * Expected HARQ transmissions by ns-3's error model, with Chase combining: the SINR of the n-th
     * is n times that of the first.
     * @param sinr on the blocks, as a ratio
     * @param mcs 0 to 28
     * @param blocks at least 1
     * @param bytes of the transport block
     * @param most transmissions of a transport block
     * @return mean transmissions per block that arrives, at least 1; infinite if less than 0.1 %
     *         would arrive
     */
    double ExpectedTransmissions(double sinr,
                                 uint8_t mcs,
                                 uint32_t blocks,
                                 uint32_t bytes,
                                 uint32_t most) const;

  private:
    Ptr<LteAmc> m_amc; //!< ns-3's tables of CQI, MCS and block sizes
};

/**
 * @ingroup fl
 * @param blocks downlink bandwidth [blocks]
 * @return blocks per group of resource allocation type 0 (3GPP TS 36.213, table 7.1.6.1-1, with
 *         ns-3's edges)
 */
uint32_t LteGroupSize(uint32_t blocks);

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_LINK_H */
