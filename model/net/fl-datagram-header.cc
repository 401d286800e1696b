/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-datagram-header.h"

#include "ns3/fl-bytes.h"
#include "ns3/fl-zlib.h"

#include <algorithm>
#include <array>

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(DatagramHeader);

namespace
{

/// Offset of the field CRC [byte].
constexpr std::size_t CRC_OFFSET = 12;

/**
 * @param bytes a serialized header
 * @param size its length [byte]
 * @return the CRC of all fields but the CRC itself
 */
uint16_t
HeaderCrc(const uint8_t* bytes, uint32_t size)
{
    const uint32_t before = Crc32(bytes, CRC_OFFSET);
    return static_cast<uint16_t>(Crc32(bytes + CRC_OFFSET + 2, size - CRC_OFFSET - 2, before));
}

} // namespace

TypeId
DatagramHeader::GetTypeId()
{
    static TypeId tid = TypeId("ns3::fl::DatagramHeader")
                            .SetParent<Header>()
                            .SetGroupName("Fl")
                            .AddConstructor<DatagramHeader>();
    return tid;
}

TypeId
DatagramHeader::GetInstanceTypeId() const
{
    return GetTypeId();
}

uint32_t
DatagramHeader::GetSerializedSize() const
{
    return kind == ACK ? ACK_SIZE : SHORT_SIZE;
}

void
DatagramHeader::Serialize(Buffer::Iterator start) const
{
    std::array<uint8_t, ACK_SIZE> bytes;
    Write(bytes.data());
    start.Write(bytes.data(), GetSerializedSize());
}

uint32_t
DatagramHeader::Deserialize(Buffer::Iterator start)
{
    std::array<uint8_t, ACK_SIZE> bytes;
    const auto size = std::min<uint32_t>(start.GetRemainingSize(), ACK_SIZE);
    start.Read(bytes.data(), size);
    return Read(bytes.data(), size) ? GetSerializedSize() : 0;
}

void
DatagramHeader::Print(std::ostream& os) const
{
    os << (kind == DATA  ? "DATA"
           : kind == ACK ? "ACK"
                         : "RESET")
       << " sequence " << sequence << " order " << order << " flags "
       << static_cast<unsigned>(flags);
}

void
DatagramHeader::Write(uint8_t* bytes) const
{
    StoreNumber(bytes, MAGIC);
    StoreNumber(bytes + 2, static_cast<uint8_t>(kind));
    StoreNumber(bytes + 3, flags);
    StoreNumber(bytes + 4, sequence);
    StoreNumber(bytes + 8, order);
    if (kind == ACK)
    {
        StoreNumber(bytes + SHORT_SIZE, received);
    }
    StoreNumber(bytes + CRC_OFFSET, HeaderCrc(bytes, GetSerializedSize()));
}

bool
DatagramHeader::Read(const uint8_t* bytes, uint32_t size)
{
    if (size < SHORT_SIZE || LoadNumber<uint16_t>(bytes) != MAGIC || bytes[2] < DATA ||
        bytes[2] > RESET)
    {
        return false;
    }
    kind = static_cast<Kind>(bytes[2]);
    if (size < GetSerializedSize() ||
        LoadNumber<uint16_t>(bytes + CRC_OFFSET) != HeaderCrc(bytes, GetSerializedSize()))
    {
        return false;
    }
    flags = bytes[3];
    sequence = LoadNumber<uint32_t>(bytes + 4);
    order = LoadNumber<uint32_t>(bytes + 8);
    received = kind == ACK ? LoadNumber<uint64_t>(bytes + SHORT_SIZE) : 0;
    return true;
}

} // namespace fl
} // namespace ns3
