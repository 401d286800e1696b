/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-message-stream.h"

#include "fl-transport.h"

#include "ns3/fl-bytes.h"
#include "ns3/fl-zlib.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cstring>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * Copy the part of a piece of a message that lies within one of its segments.
 * @param segment the segment's bytes
 * @param segmentBytes its length
 * @param [in,out] offset of the piece, counted from the segment's beginning; then from the next
 * one's
 * @param [in,out] bytes of the piece still to be copied
 * @param [in,out] out where to
 */
void
CopySegment(const uint8_t* segment,
            uint64_t segmentBytes,
            uint64_t& offset,
            uint32_t& bytes,
            uint8_t*& out)
{
    if (offset >= segmentBytes)
    {
        offset -= segmentBytes;
        return;
    }
    const auto n = static_cast<uint32_t>(std::min<uint64_t>(segmentBytes - offset, bytes));
    if (n > 0)
    {
        std::memcpy(out, segment + offset, n);
    }
    offset = 0;
    bytes -= n;
    out += n;
}

} // namespace

Ptr<Packet>
CutPacket(const Message& message, uint64_t offset, uint32_t bytes)
{
    const uint64_t headBytes = MessageHeader::SIZE + message.prefix.size();
    if (offset >= headBytes)
    {
        return message.payload
                   ? Create<Packet>(message.payload->GetData() + (offset - headBytes), bytes)
                   : Create<Packet>(bytes);
    }
    std::array<uint8_t, MessageHeader::SIZE> header;
    message.header.Write(header.data());
    static thread_local std::vector<uint8_t> scratch;
    scratch.resize(std::max<std::size_t>(scratch.size(), bytes));
    uint8_t* out = scratch.data();
    uint32_t left = bytes;
    CopySegment(header.data(), header.size(), offset, left, out);
    CopySegment(message.prefix.data(), message.prefix.size(), offset, left, out);
    if (message.payload)
    {
        CopySegment(message.payload->GetData(), message.payload->GetSize(), offset, left, out);
    }
    auto packet = Create<Packet>(scratch.data(), bytes - left);
    if (left > 0)
    {
        packet->AddAtEnd(Create<Packet>(left));
    }
    return packet;
}

/// A body that is coming in.
struct MessageAssembler::Body
{
    Message message;                  //!< the result; its prefix has its full size already
    std::unique_ptr<uint8_t[]> block; //!< for the payload, if real
    uint64_t fill{0};                 //!< bytes of prefix and payload so far

    /// @return bytes of prefix and payload
    uint64_t GetSize() const
    {
        return message.header.prefixBytes + message.header.payloadBytes;
    }
};

MessageAssembler::MessageAssembler() = default;
MessageAssembler::~MessageAssembler() = default;

void
MessageAssembler::Consume(Session& session, Ptr<Packet> packet)
{
    uint32_t left = packet->GetSize();
    while (left > 0 && session.IsOpen())
    {
        const uint32_t used = m_body ? TakeBody(*packet) : TakeHeader(session, *packet);
        left -= used;
        if (left > 0)
        {
            packet->RemoveAtStart(used);
        }
        if (m_body && m_body->fill == m_body->GetSize())
        {
            Finish(session);
        }
    }
}

uint32_t
MessageAssembler::TakeHeader(Session& session, const Packet& packet)
{
    if (m_headerFill == 0)
    {
        m_firstByteAt = Simulator::Now();
    }
    const uint32_t used =
        packet.CopyData(m_header.data() + m_headerFill, MessageHeader::SIZE - m_headerFill);
    m_headerFill += used;
    if (m_headerFill < MessageHeader::SIZE)
    {
        return used;
    }
    MessageHeader header;
    WireError error = header.Read(m_header.data(), m_header.size());
    const uint64_t most = session.GetMaxMessageBytes();
    if (error == WireError::NONE &&
        (header.prefixBytes > MAX_PREFIX_BYTES || header.payloadBytes > most ||
         MessageHeader::SIZE + header.prefixBytes + header.payloadBytes > most))
    {
        error = WireError::TOO_LARGE;
    }
    if (error != WireError::NONE)
    {
        session.TellRefused(error, MessageHeader());
        return used;
    }
    m_body = std::make_unique<Body>();
    m_body->message.header = header;
    m_body->message.firstByteAt = m_firstByteAt;
    m_body->message.prefix.resize(header.prefixBytes);
    if (header.payloadBytes > 0 && !header.IsVirtual())
    {
        // Not make_unique, which would write zeros all over it.
        m_body->block.reset(new uint8_t[header.payloadBytes]);
    }
    return used;
}

uint32_t
MessageAssembler::TakeBody(const Packet& packet)
{
    const uint32_t prefixBytes = m_body->message.header.prefixBytes;
    uint32_t used;
    if (m_body->fill < prefixBytes)
    {
        used = packet.CopyData(m_body->message.prefix.data() + m_body->fill,
                               prefixBytes - static_cast<uint32_t>(m_body->fill));
    }
    else
    {
        used = static_cast<uint32_t>(
            std::min<uint64_t>(m_body->GetSize() - m_body->fill, packet.GetSize()));
        if (m_body->block)
        {
            packet.CopyData(m_body->block.get() + (m_body->fill - prefixBytes), used);
        }
    }
    m_body->fill += used;
    return used;
}

void
MessageAssembler::Finish(Session& session)
{
    // The handler may send, close or abort: be ready for the next message before it is asked.
    const auto body = std::move(m_body);
    m_headerFill = 0;
    Message& message = body->message;
    const MessageHeader& header = message.header;
    if (Crc32(message.prefix.data(), message.prefix.size()) != header.prefixCrc)
    {
        session.TellRefused(WireError::BAD_PREFIX_CRC, header);
        return;
    }
    if (header.IsVirtual())
    {
        message.virtualBytes = header.payloadBytes;
    }
    else if (header.payloadBytes > 0)
    {
        message.payload =
            std::make_shared<const Payload>(std::move(body->block), header.payloadBytes);
        if (message.payload->GetCrc32() != header.payloadCrc)
        {
            session.TellRefused(WireError::BAD_PAYLOAD_CRC, header);
            return;
        }
    }
    session.TellReceived(std::move(message));
}

} // namespace fl
} // namespace ns3
