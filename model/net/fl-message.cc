/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-message.h"

#include "ns3/fl-bytes.h"
#include "ns3/fl-error.h"
#include "ns3/fl-zlib.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(MessageHeader);

namespace
{

/// Offset of the header's own CRC [byte].
constexpr std::size_t CRC_OFFSET = 6;

/**
 * @param bytes the MessageHeader::SIZE bytes of a header
 * @return the CRC of all fields but that CRC itself
 */
uint16_t
HeaderCrc(const uint8_t* bytes)
{
    const uint32_t before = Crc32(bytes, CRC_OFFSET);
    return static_cast<uint16_t>(
        Crc32(bytes + CRC_OFFSET + 2, MessageHeader::SIZE - CRC_OFFSET - 2, before));
}

/**
 * @param type of a message
 * @return whether its payload may belong to a phase of a work order, so that it may have a step
 */
bool
HasSteps(MessageType type)
{
    return type == MessageType::WORK || type == MessageType::UPDATE || type == MessageType::DATA;
}

} // namespace

const char*
ToString(MessageType type)
{
    switch (type)
    {
    case MessageType::HELLO:
        return "HELLO";
    case MessageType::WELCOME:
        return "WELCOME";
    case MessageType::WORK:
        return "WORK";
    case MessageType::UPDATE:
        return "UPDATE";
    case MessageType::DATA:
        return "DATA";
    case MessageType::PING:
        return "PING";
    case MessageType::PONG:
        return "PONG";
    case MessageType::ABORT:
        return "ABORT";
    case MessageType::BYE:
        return "BYE";
    case MessageType::LEDGER:
        return "LEDGER";
    }
    return "?";
}

const char*
ToString(WireError error)
{
    switch (error)
    {
    case WireError::NONE:
        return "none";
    case WireError::SHORT:
        return "short";
    case WireError::BAD_MAGIC:
        return "bad magic";
    case WireError::BAD_VERSION:
        return "bad version";
    case WireError::BAD_HEADER_CRC:
        return "bad header checksum";
    case WireError::BAD_TYPE:
        return "bad type";
    case WireError::BAD_FLAGS:
        return "bad flags";
    case WireError::TOO_LARGE:
        return "too large";
    case WireError::BAD_PREFIX_CRC:
        return "bad prefix checksum";
    case WireError::BAD_PAYLOAD_CRC:
        return "bad payload checksum";
    case WireError::BAD_DATAGRAM:
        return "bad datagram";
    }
    return "?";
}

TypeId
MessageHeader::GetTypeId()
{
    static TypeId tid = TypeId("ns3::fl::MessageHeader")
                            .SetParent<Header>()
                            .SetGroupName("Fl")
                            .AddConstructor<MessageHeader>();
    return tid;
}

TypeId
MessageHeader::GetInstanceTypeId() const
{
    return GetTypeId();
}

uint32_t
MessageHeader::GetSerializedSize() const
{
    return SIZE;
}

void
MessageHeader::Serialize(Buffer::Iterator start) const
{
    std::array<uint8_t, SIZE> bytes;
    Write(bytes.data());
    start.Write(bytes.data(), SIZE);
}

uint32_t
MessageHeader::Deserialize(Buffer::Iterator start)
{
    if (start.GetRemainingSize() < SIZE)
    {
        m_error = WireError::SHORT;
        return 0;
    }
    std::array<uint8_t, SIZE> bytes;
    start.Read(bytes.data(), SIZE);
    Read(bytes.data(), SIZE);
    return SIZE;
}

void
MessageHeader::Print(std::ostream& os) const
{
    os << ToString(type) << " task " << task << " round " << round << " step " << +step
       << " sender " << sender << " prefix " << prefixBytes << " payload " << payloadBytes
       << (IsVirtual() ? " (virtual)" : "");
}

void
MessageHeader::Write(uint8_t* bytes) const
{
    StoreNumber(bytes, MAGIC);
    StoreNumber(bytes + 2, VERSION);
    StoreNumber(bytes + 3, static_cast<uint8_t>(type));
    StoreNumber(bytes + 4, flags);
    StoreNumber(bytes + 5, step);
    StoreNumber(bytes + 8, task);
    StoreNumber(bytes + 12, round);
    StoreNumber(bytes + 16, sender);
    StoreNumber(bytes + 20, prefixBytes);
    StoreNumber(bytes + 24, payloadBytes);
    StoreNumber(bytes + 32, prefixCrc);
    StoreNumber(bytes + 36, payloadCrc);
    StoreNumber(bytes + CRC_OFFSET, HeaderCrc(bytes));
}

WireError
MessageHeader::Read(const uint8_t* bytes, std::size_t size)
{
    const auto fail = [this](WireError error) { return m_error = error; };
    if (size < SIZE)
    {
        return fail(WireError::SHORT);
    }
    if (LoadNumber<uint16_t>(bytes) != MAGIC)
    {
        return fail(WireError::BAD_MAGIC);
    }
    // Before the checksum, since another version may place or compute that in another way.
    if (bytes[2] != VERSION)
    {
        return fail(WireError::BAD_VERSION);
    }
    if (LoadNumber<uint16_t>(bytes + CRC_OFFSET) != HeaderCrc(bytes))
    {
        return fail(WireError::BAD_HEADER_CRC);
    }
    if (bytes[3] < static_cast<uint8_t>(MessageType::HELLO) ||
        bytes[3] > static_cast<uint8_t>(MessageType::LEDGER))
    {
        return fail(WireError::BAD_TYPE);
    }
    const auto found = static_cast<MessageType>(bytes[3]);
    if ((bytes[4] & ~(VIRTUAL | SERVER)) != 0 || (bytes[5] != 0 && !HasSteps(found)))
    {
        return fail(WireError::BAD_FLAGS);
    }
    type = found;
    flags = bytes[4];
    step = bytes[5];
    task = LoadNumber<uint32_t>(bytes + 8);
    round = LoadNumber<uint32_t>(bytes + 12);
    sender = LoadNumber<uint32_t>(bytes + 16);
    prefixBytes = LoadNumber<uint32_t>(bytes + 20);
    payloadBytes = LoadNumber<uint64_t>(bytes + 24);
    prefixCrc = LoadNumber<uint32_t>(bytes + 32);
    payloadCrc = LoadNumber<uint32_t>(bytes + 36);
    return m_error = WireError::NONE;
}

Payload::Payload(std::vector<uint8_t> bytes)
    : m_vector(std::move(bytes)),
      m_data(m_vector.data()),
      m_size(m_vector.size()),
      m_crc(Crc32(m_data, m_size))
{
}

Payload::Payload(std::unique_ptr<uint8_t[]> bytes, std::size_t size)
    : m_block(std::move(bytes)),
      m_data(m_block.get()),
      m_size(size),
      m_crc(Crc32(m_data, m_size))
{
}

uint64_t
Message::GetWireBytes() const
{
    return MessageHeader::SIZE + prefix.size() + (payload ? payload->GetSize() : virtualBytes);
}

void
Message::Seal()
{
    if (payload && virtualBytes > 0)
    {
        throw InvalidInput(Describe("message ",
                                    ToString(header.type),
                                    ": ",
                                    payload->GetSize(),
                                    " bytes of payload and ",
                                    virtualBytes,
                                    " virtual bytes: only one of the two is allowed"));
    }
    if (prefix.size() > MAX_PREFIX_BYTES)
    {
        throw InvalidInput(Describe("message ",
                                    ToString(header.type),
                                    ": a prefix of ",
                                    prefix.size(),
                                    " bytes: at most ",
                                    MAX_PREFIX_BYTES,
                                    " are allowed"));
    }
    header.flags &= static_cast<uint8_t>(~MessageHeader::VIRTUAL);
    header.flags |= virtualBytes > 0 ? MessageHeader::VIRTUAL : 0;
    header.prefixBytes = static_cast<uint32_t>(prefix.size());
    header.prefixCrc = Crc32(prefix.data(), prefix.size());
    header.payloadBytes = payload ? payload->GetSize() : virtualBytes;
    header.payloadCrc = payload ? payload->GetCrc32() : 0;
}

} // namespace fl
} // namespace ns3
