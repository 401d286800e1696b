/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DATAGRAM_HEADER_H
#define FL_DATAGRAM_HEADER_H

#include "ns3/header.h"

#include <cstdint>
#include <ostream>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * What stands before each datagram of DatagramTransport, little endian:
 *
 *     0 magic u16 | 2 kind u8 | 3 flags u8 | 4 sequence u32 | 8 order u32 | 12 CRC u16
 *    14 received u64 (ACK only)
 *
 * The CRC (lower half of a CRC-32) covers the header alone: the content has its own, in the
 * message.
 */
class DatagramHeader : public Header
{
  public:
    /// What a datagram is.
    enum Kind : uint8_t
    {
        DATA = 1, //!< a fragment
        ACK = 2,  //!< acknowledges fragments
        RESET = 3 //!< there is no such session (any more)
    };

    /// What is special about it.
    enum Flag : uint8_t
    {
        ASK = 1,  //!< DATA: acknowledge at once
        FIN = 2,  //!< DATA: the last one, empty: the session is over
        SMALL = 4 //!< DATA: less than a full fragment, may overtake others; ACK: of such a one
    };

    /// First two bytes: 'F' 'D'.
    static constexpr uint16_t MAGIC = 0x4446;
    /// Bytes of DATA and RESET.
    static constexpr uint32_t SHORT_SIZE = 14;
    /// Bytes of ACK.
    static constexpr uint32_t ACK_SIZE = 22;

    /// @return the TypeId
    static TypeId GetTypeId();
    /// @return the most derived type, as ns-3 wants it of a Header
    TypeId GetInstanceTypeId() const override;
    uint32_t GetSerializedSize() const override;
    void Serialize(Buffer::Iterator start) const override;
    uint32_t Deserialize(Buffer::Iterator start) override;
    void Print(std::ostream& os) const override;

    /**
     * Read and validate.
     * @param bytes the bytes
     * @param size how many there are
     * @return whether they begin with a valid header
     */
    bool Read(const uint8_t* bytes, uint32_t size);

    Kind kind{DATA};      //!< what it is
    uint8_t flags{0};     //!< Flag, combined
    uint32_t sequence{0}; //!< DATA: number of the fragment; ACK: the first one still missing
    uint32_t order{0};    //!< DATA: number of the transmission; ACK: of the one that triggered it
    uint64_t received{0}; //!< ACK: bit i: fragment `sequence` + 1 + i was received

  private:
    /// @param bytes GetSerializedSize() bytes to write to
    void Write(uint8_t* bytes) const;
};

/**
 * @param base a number of 64 bits
 * @param wire the lower half of a number less than 2^31 away from it
 * @return the latter minus the former
 */
inline int32_t
SequenceDistance(uint64_t base, uint32_t wire)
{
    return static_cast<int32_t>(wire - static_cast<uint32_t>(base));
}

} // namespace fl
} // namespace ns3

#endif /* FL_DATAGRAM_HEADER_H */
