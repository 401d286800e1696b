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
 * Copy the part of a packet that lies within one section of a message (header, prefix, payload).
 * @param section first byte of the section
 * @param sectionBytes length of the section [byte]
 * @param [in,out] offset of the packet from the beginning of the section; on return of the next
 * section [byte]
 * @param [in,out] bytes still to be copied [byte]
 * @param [in,out] out destination; advanced by what was copied
 */
void
CopySection(const uint8_t* section,
            uint64_t sectionBytes,
            uint64_t& offset,
            uint32_t& bytes,
            uint8_t*& out)
{
    if (offset >= sectionBytes)
    {
        offset -= sectionBytes;
        return;
    }
    const auto n = static_cast<uint32_t>(std::min<uint64_t>(sectionBytes - offset, bytes));
    if (n > 0)
    {
        std::memcpy(out, section + offset, n);
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
    CopySection(header.data(), header.size(), offset, left, out);
    CopySection(message.prefix.data(), message.prefix.size(), offset, left, out);
    if (message.payload)
    {
        CopySection(message.payload->GetData(), message.payload->GetSize(), offset, left, out);
    }
    auto packet = Create<Packet>(scratch.data(), bytes - left);
    if (left > 0)
    {
        packet->AddAtEnd(Create<Packet>(left));
    }
    return packet;
}

/// The message being received, after its header.
struct MessageAssembler::Body
{
    Message message;                  //!< the result; its prefix is allocated
    std::unique_ptr<uint8_t[]> block; //!< buffer of the payload; null: virtual or empty
    uint64_t fill{0};                 //!< bytes of prefix and payload received so far

    /// @return size of prefix and payload [byte]
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
        session.ReportRefused(error, MessageHeader());
        return used;
    }
    m_body = std::make_unique<Body>();
    m_body->message.header = header;
    m_body->message.firstByteAt = m_firstByteAt;
    m_body->message.prefix.resize(header.prefixBytes);
    if (header.payloadBytes > 0 && !header.IsVirtual())
    {
        // Not make_unique, which zero-initialises and so touches every page.
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
    // The handler may send, close or abort: reset the state for the next message beforehand.
    const auto body = std::move(m_body);
    m_headerFill = 0;
    Message& message = body->message;
    const MessageHeader& header = message.header;
    if (Crc32(message.prefix.data(), message.prefix.size()) != header.prefixCrc)
    {
        session.ReportRefused(WireError::BAD_PREFIX_CRC, header);
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
            session.ReportRefused(WireError::BAD_PAYLOAD_CRC, header);
            return;
        }
    }
    session.ReportReceived(std::move(message));
}

} // namespace fl
} // namespace ns3
