/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TCP_OVERTAKING_H
#define FL_TCP_OVERTAKING_H

#include "ns3/packet.h"
#include "ns3/sequence-number.h"

#include <array>
#include <cstdint>
#include <map>
#include <tuple>

namespace ns3
{

class Ipv4Header;
class Ipv6Header;

namespace fl
{

/**
 * @ingroup fl
 * Gives data segments that were overtaken by an acknowledgement of the same connection its
 * acknowledgement number and window.
 *
 * ns-3 (TcpSocketBase::ProcessEstablished) drops a segment, data included, whose acknowledgement
 * number is older than one that it has seen; RFC 9293, section 3.10.7.4, has only the
 * acknowledgement ignored. Such segments are common where a node sends and receives large messages
 * at once and small packets overtake large ones, as on an FDMA cell, whose control channel
 * acknowledgements go by: each is sent again after a timeout. Acknowledgements are cumulative, so
 * that an older number says nothing that the newer one has not said.
 */
class TcpOvertaking
{
  public:
    /**
     * @param packet a segment with its TCP header, on its way to TCP
     * @param header of IP
     * @return the segment, or a copy with the newest acknowledgement if it carries data and was
     *         overtaken
     */
    Ptr<Packet> Renew(Ptr<Packet> packet, const Ipv4Header& header);
    /**
     * @param packet a segment with its TCP header, on its way to TCP
     * @param header of IP
     * @return the segment, or a copy with the newest acknowledgement if it carries data and was
     *         overtaken
     */
    Ptr<Packet> Renew(Ptr<Packet> packet, const Ipv6Header& header);

    /// @return segments that were changed so far
    uint64_t GetNRenewed() const
    {
        return m_nRenewed;
    }

    /// @return connections that are remembered
    size_t GetNConnections() const
    {
        return m_connections.size();
    }

  private:
    /// A connection. The node's own address does not count: a port of the peer has one connection
    /// with a port of the node. There may be one for each of many nodes, so that it is small.
    struct Key
    {
        std::array<uint64_t, 2> peer{}; //!< address of the source
        uint16_t ownPort{0};            //!< of the destination
        uint16_t peerPort{0};           //!< of the source

        /// @return whether it stands before another: those of a peer and own port stand together
        /// @param other connection
        bool operator<(const Key& other) const
        {
            return std::tie(peer, ownPort, peerPort) <
                   std::tie(other.peer, other.ownPort, other.peerPort);
        }
    };

    /// What the peer of a connection has acknowledged.
    struct Newest
    {
        SequenceNumber32 ack; //!< newest number
        uint16_t window{0};   //!< that came with it, as on the wire
        bool isKnown{false};  //!< something was acknowledged
        bool isEnding{false}; //!< it has sent FIN
    };

    /**
     * @tparam Header of IP
     * @param packet a segment
     * @param header of IP
     * @return the segment, or a changed copy
     */
    template <typename Header>
    Ptr<Packet> DoRenew(Ptr<Packet> packet, const Header& header);
    /// Forget a peer's connections that have ended.
    /// @param key of a new connection with it
    void Forget(const Key& key);

    std::map<Key, Newest> m_connections; //!< by peer and ports
    uint64_t m_nRenewed{0};              //!< see GetNRenewed
};

} // namespace fl
} // namespace ns3

#endif /* FL_TCP_OVERTAKING_H */
