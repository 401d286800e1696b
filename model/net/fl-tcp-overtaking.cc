/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-tcp-overtaking.h"

#include "ns3/ipv4-header.h"
#include "ns3/ipv6-header.h"
#include "ns3/node.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-l4-protocol.h"

namespace ns3
{
namespace fl
{

namespace
{

/// Bytes of a TCP header without options.
constexpr uint32_t HEADER_BYTES = 20;

/// What is looked at in a TCP header.
struct Segment
{
    uint8_t flags{0};     //!< of TcpHeader::Flags_t
    SequenceNumber32 ack; //!< acknowledgement number, where there is one
    uint16_t window{0};   //!< as on the wire
    bool hasData{false};  //!< there is something behind the header
};

/**
 * @param bytes of a TCP header
 * @param size of the segment [byte]
 * @return what is looked at
 */
Segment
Look(const std::array<uint8_t, HEADER_BYTES>& bytes, uint32_t size)
{
    Segment segment;
    segment.ack = SequenceNumber32(static_cast<uint32_t>(bytes[8]) << 24 | bytes[9] << 16 |
                                   bytes[10] << 8 | bytes[11]);
    segment.flags = bytes[13];
    segment.window = static_cast<uint16_t>(bytes[14] << 8 | bytes[15]);
    segment.hasData = size > 4U * (bytes[12] >> 4);
    return segment;
}

/// @param header of IP @return address of the source, in as many bits as an IPv6 address has
std::array<uint64_t, 2>
SourceOf(const Ipv4Header& header)
{
    return {0, header.GetSource().Get()};
}

/// @param header of IP @return address of the source
std::array<uint64_t, 2>
SourceOf(const Ipv6Header& header)
{
    std::array<uint8_t, 16> bytes{};
    Ipv6Address(header.GetSource()).GetBytes(bytes.data());
    std::array<uint64_t, 2> address{};
    for (size_t i = 0; i < bytes.size(); ++i)
    {
        auto& part = address[i / 8];
        part = part << 8 | bytes[i];
    }
    return address;
}

/**
 * @param packet a segment
 * @param header of IP
 * @param ack acknowledgement number
 * @param window as on the wire
 * @return a copy of it with these two; null: its checksum is wrong
 */
template <typename Header>
Ptr<Packet>
WithAck(const Ptr<Packet>& packet, const Header& header, SequenceNumber32 ack, uint16_t window)
{
    TcpHeader changed;
    if (Node::ChecksumEnabled())
    {
        changed.EnableChecksums();
        changed.InitializeChecksum(header.GetSource(),
                                   header.GetDestination(),
                                   TcpL4Protocol::PROT_NUMBER);
    }
    auto copy = packet->Copy();
    copy->RemoveHeader(changed);
    if (!changed.IsChecksumOk())
    {
        return nullptr;
    }
    changed.SetAckNumber(ack);
    changed.SetWindowSize(window);
    copy->AddHeader(changed);
    return copy;
}

} // namespace

Ptr<Packet>
TcpOvertaking::Renew(Ptr<Packet> packet, const Ipv4Header& header)
{
    return DoRenew(packet, header);
}

Ptr<Packet>
TcpOvertaking::Renew(Ptr<Packet> packet, const Ipv6Header& header)
{
    return DoRenew(packet, header);
}

template <typename Header>
Ptr<Packet>
TcpOvertaking::DoRenew(Ptr<Packet> packet, const Header& header)
{
    std::array<uint8_t, HEADER_BYTES> bytes{};
    if (packet->CopyData(bytes.data(), HEADER_BYTES) != HEADER_BYTES)
    {
        return packet;
    }
    Key key;
    key.peer = SourceOf(header);
    key.peerPort = static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
    key.ownPort = static_cast<uint16_t>(bytes[2] << 8 | bytes[3]);
    const Segment segment = Look(bytes, packet->GetSize());
    if (segment.flags & TcpHeader::SYN)
    {
        Forget(key);
        m_connections[key] = Newest();
    }
    const auto found = m_connections.find(key);
    if (found == m_connections.end())
    {
        return packet;
    }
    if (segment.flags & TcpHeader::RST)
    {
        m_connections.erase(found);
        return packet;
    }
    auto& newest = found->second;
    newest.isEnding = newest.isEnding || segment.flags & TcpHeader::FIN;
    if (!(segment.flags & TcpHeader::ACK))
    {
        return packet;
    }
    if (!newest.isKnown || segment.ack >= newest.ack)
    {
        newest.isKnown = true;
        newest.ack = segment.ack;
        newest.window = segment.window;
        return packet;
    }
    if (!segment.hasData)
    {
        return packet;
    }
    const auto renewed = WithAck(packet, header, newest.ack, newest.window);
    m_nRenewed += renewed ? 1 : 0;
    return renewed ? renewed : packet; // TCP is to see that it is damaged
}

void
TcpOvertaking::Forget(const Key& key)
{
    Key first = key;
    first.peerPort = 0;
    for (auto at = m_connections.lower_bound(first); at != m_connections.end() &&
                                                     at->first.peer == key.peer &&
                                                     at->first.ownPort == key.ownPort;)
    {
        at = at->second.isEnding ? m_connections.erase(at) : std::next(at);
    }
}

} // namespace fl
} // namespace ns3
