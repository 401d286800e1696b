/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LTE_DOWNLINK_REPLAY_H
#define FL_LTE_DOWNLINK_REPLAY_H

#include "fl-lte-downlink-shares.h"

#include "ns3/fl-transport-profile.h"

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * A small discrete-event model of the downloads of a round over LTE, subframe by subframe, by which
 * the rate model predicts them. There is no ns-3 in it.
 */

namespace ns3
{
namespace fl
{

/// Delays of ns-3's LTE stack.
struct LteDelays
{
    /// From a packet at the eNB to the beginning of its transport block, if it comes in the middle
    /// of a subframe: half a subframe until the next trigger of the scheduler, and
    /// DOWNLINK_SUBFRAMES from there to the air.
    static constexpr double DOWNLINK_S = 2.5e-3;
    /// From a decision to the beginning of its transport block [subframes].
    static constexpr uint32_t DOWNLINK_SUBFRAMES = 2;
    /// The same for the uplink, from a packet at an idle UE: half a subframe until the UE's MAC
    /// looks at its buffer, 4 until the report is on the air (ns-3's UL_PUSCH_TTIS_DELAY), 1 for
    /// that, and the scheduler's AIR_DELAY_TTIS, 2 until the grant is on the air and 4 more until
    /// its blocks are.
    static constexpr double UPLINK_S = 11.5e-3;
    /// From the end of a downlink subframe to the beginning of the answer to it: as above, but for
    /// the half subframe.
    static constexpr uint32_t UPLINK_SUBFRAMES = 11;
    /// A UE fills a transport block when its grant comes, so many subframes before it is sent
    /// (ns-3's UL_PUSCH_TTIS_DELAY).
    static constexpr uint32_t FILLING_SUBFRAMES = 4;
};

/// Headers of ns-3's LTE stack.
struct LteHeaders
{
    /// RLC UM with 10-bit sequence numbers (3GPP TS 36.322, 6.2.1.3), per transport block [byte].
    static constexpr double RLC_BYTES = 2;
    /// PDCP, per packet [byte].
    static constexpr double PDCP_BYTES = 2;
    /// A length indicator of RLC per packet, on average [byte].
    static constexpr double LENGTH_BYTES = 1.5;
};

/// A UE that receives a message.
struct LteDownlinkUe
{
    uint16_t rnti{0};                   //!< its identity in the cell
    double startS{0};                   //!< when the message is handed to its session [s]
    double pendingBytes{0};             //!< of earlier messages, in flight [byte]
    double messageBytes{0};             //!< size of the message, its headers included [byte]
    double windowBytes{0};              //!< initial window of its session [byte]
    std::vector<uint32_t> blockBytes{}; //!< transport block size, by number of groups [byte]
    double answerBytes{0};              //!< uplink transport block size [byte]; 0: no grant
    double answerSubframes{1};          //!< subframes per uplink transport block
};

/// The downlink of a cell.
struct LteDownlinkCell
{
    std::vector<LteDownlinkUe> ues; //!< in the order in which the server begins with them
    uint32_t groups{0};             //!< number of block groups of the band
    std::vector<BlockGroup> owned;  //!< groups that the plan grants; members are RNTIs
    TransportProfile transport;     //!< headers and acknowledgements of the transport
    double coreBps{10e9};           //!< rate of the link between gateway and eNB [bit/s]
    double coreHeaderBytes{42};     //!< of a packet on it: GTP, UDP, IP and PPP [byte]
};

/**
 * @ingroup fl
 * Simulate the downloads of a round.
 *
 * In each subframe the groups are divided by LteDownlinkShares, and a UE's RLC fills the transport
 * block with packets and parts of packets. A UE acknowledges as the transport does; the answer
 * waits for its uplink grant and takes as many transport blocks as it needs; then the window admits
 * more packets. No packet is lost.
 *
 * Costs O(packets * log(packets) + subframes * UEs * groups).
 *
 * @param cell the cell; a UE without blockBytes is out of reach
 * @return by UE, time from startS until all of its message has arrived [s]; infinite: never
 */
std::vector<double> ReplayLteDownlink(const LteDownlinkCell& cell);

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_DOWNLINK_REPLAY_H */
