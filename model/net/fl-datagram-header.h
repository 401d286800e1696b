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
 * The header of each datagram of DatagramTransport; byte offset, field and type, little endian:
 *
 *     0 magic u16 | 2 kind u8 | 3 flags u8 | 4 sequence u32 | 8 order u32 | 12 CRC u16
 *    14 received u64 (ACK only)
 *
 * The CRC is the lower half of the CRC-32 over the header with that field left out. It does not
 * cover the fragment: MessageHeader has checksums of the whole message.
 *
 * Numbers of fragments and of transmissions are the lower 32 bits of counters of the session.
 */
class DatagramHeader : public Header
{
  public:
    /// The type of a datagram.
    enum Kind : uint8_t
    {
        DATA = 1, //!< carries a fragment of the session's messages
        ACK = 2,  //!< cumulative and selective acknowledgement; no payload
        RESET = 3 //!< the sender has no such session (any more); no payload
    };

    /// Bits of the field flags; a receiver ignores unknown ones.
    enum Flag : uint8_t
    {
        ACK_REQUEST = 1, //!< DATA: requests an acknowledgement without delay
        FIN = 2,         //!< DATA: the last fragment, empty: its sender closes the session
        SMALL = 4 //!< DATA: less than a full fragment, a radio may let it overtake others; ACK:
                  //!< copied from the fragment that triggered it
    };

    /// First two bytes on the wire: 'F' 'D'.
    static constexpr uint16_t MAGIC = 0x4446;
    /// Serialized size of DATA and RESET [byte].
    static constexpr uint32_t SHORT_SIZE = 14;
    /// Serialized size of ACK [byte].
    static constexpr uint32_t ACK_SIZE = 22;

    /// @return the TypeId
    static TypeId GetTypeId();
    /// @return the most derived type, as ns-3 wants it of a Header
    TypeId GetInstanceTypeId() const override;
    uint32_t GetSerializedSize() const override;
    void Serialize(Buffer::Iterator start) const override;
    /**
     * Never asserts, as bytes may be damaged.
     * @param start first byte of the header
     * @return GetSerializedSize(), or 0 if there is no valid header
     */
    uint32_t Deserialize(Buffer::Iterator start) override;
    void Print(std::ostream& os) const override;

    /**
     * Parse and validate magic, kind and CRC.
     * @param bytes first byte of a datagram
     * @param size length of the datagram, at least 0 [byte]
     * @return whether it begins with a valid header; if not, the fields are unspecified
     */
    bool Read(const uint8_t* bytes, uint32_t size);

    Kind kind{DATA};      //!< type of the datagram
    uint8_t flags{0};     //!< bitwise or of Flag
    uint32_t sequence{0}; //!< DATA: number of the fragment, from 0; ACK: the next one expected
    uint32_t order{0};    //!< DATA: number of the transmission, which a retransmission has anew;
                          //!< ACK: that of the DATA that triggered it
    uint64_t received{0}; //!< ACK: bit i is set if fragment `sequence` + 1 + i was received

  private:
    /// @param bytes destination of GetSerializedSize() bytes
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
