/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MESSAGE_H
#define FL_MESSAGE_H

#include "ns3/header.h"
#include "ns3/nstime.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ostream>
#include <vector>

namespace ns3
{
namespace fl
{

/// A longer prefix is refused [byte]: it is for orders and reports; models are payload.
inline constexpr std::size_t MAX_PREFIX_BYTES = 65536;

/**
 * @ingroup fl
 * What a message is for.
 */
enum class MessageType : uint8_t
{
    HELLO = 1, //!< to a server: who I am (body: Hello)
    WELCOME,   //!< from a server: you are registered
    WORK,      //!< server to client: a WorkOrder begins; payload: its first downlink transfer's
    UPDATE,    //!< client to server: it is over: a WorkReport; payload: its last uplink transfer's
    DATA,      //!< payload of another transfer, samples ahead of an order, or between servers
    PING,      //!< are you there?
    PONG,      //!< yes
    ABORT,     //!< drop the work of this task and round; client to server: it is dropped
    BYE        //!< to the server: I leave on purpose; to the client: there is no more work
};

/// @return the name, as in "UPDATE"; "?" for what is no type
/// @param type of a message
const char* ToString(MessageType type);

/**
 * @ingroup fl
 * Why a message (or what should have been one) was refused.
 */
enum class WireError : uint8_t
{
    NONE = 0,
    SHORT,           //!< fewer bytes than a header has
    BAD_MAGIC,       //!< not ours
    BAD_VERSION,     //!< of another protocol version
    BAD_HEADER_CRC,  //!< the header was damaged
    BAD_TYPE,        //!< no such message type
    BAD_FLAGS,       //!< unknown flags, or a phase's number where none may be
    TOO_LARGE,       //!< larger than MaxMessageBytes
    BAD_PREFIX_CRC,  //!< order or report damaged
    BAD_PAYLOAD_CRC, //!< model or data damaged
    BAD_DATAGRAM     //!< a datagram that is none of ours, or from no session
};

/// @return the name in lower case with spaces, for logs and result files
/// @param error what is wrong with a message
const char* ToString(WireError error);

/**
 * @ingroup fl
 * The fixed part of every message, 40 bytes, little endian:
 *
 *     0 magic u16 | 2 version u8 | 3 type u8 | 4 flags u8 | 5 step u8 | 6 header CRC u16
 *     8 task u32  | 12 round u32 | 16 sender u32 | 20 prefix bytes u32
 *    24 payload bytes u64        | 32 prefix CRC-32 u32 | 36 payload CRC-32 u32
 *
 * The body is the prefix (an order, a report), then the payload. The two have a checksum each, so
 * that the checksum of a model is computed once and not once per receiver. The header CRC is the
 * lower half of the CRC-32 over the header with that field zero. A VIRTUAL payload is a stated
 * number of bytes without content; its CRC is 0 and is not checked. The step of WORK, UPDATE and
 * DATA is the index of the order's phase that the payload is of, plus one; it is 0 where there is
 * no such phase, and in all other messages.
 */
class MessageHeader : public Header
{
  public:
    /// Bytes on the wire.
    static constexpr std::size_t SIZE = 40;
    /// First two bytes: 'F' 'L'.
    static constexpr uint16_t MAGIC = 0x4c46;
    /// Version of the protocol.
    static constexpr uint8_t VERSION = 2;
    /// Flag: the payload has a size but no content.
    static constexpr uint8_t VIRTUAL = 1;
    /// Flag: the sender is a server that speaks to a server.
    static constexpr uint8_t SERVER = 2;

    /// @return the TypeId
    static TypeId GetTypeId();
    /// @return the most derived type, as ns-3 wants it of a Header
    TypeId GetInstanceTypeId() const override;
    uint32_t GetSerializedSize() const override;
    void Serialize(Buffer::Iterator start) const override;
    /**
     * Never asserts: see GetError().
     * @param start where the header begins
     * @return SIZE, or 0 if there are fewer bytes
     */
    uint32_t Deserialize(Buffer::Iterator start) override;
    void Print(std::ostream& os) const override;

    /**
     * @param bytes SIZE bytes to write to
     */
    void Write(uint8_t* bytes) const;
    /**
     * Read and validate; the fields are set only if all is well.
     * @param bytes the bytes
     * @param size how many there are
     * @return NONE, or what is wrong with them; also kept for GetError()
     */
    WireError Read(const uint8_t* bytes, std::size_t size);

    /// @return what was wrong with the bytes last read
    WireError GetError() const
    {
        return m_error;
    }

    /// @return whether the payload is virtual
    bool IsVirtual() const
    {
        return (flags & VIRTUAL) != 0;
    }

    /// @return whether a server sent it to a server
    bool IsFromServer() const
    {
        return (flags & SERVER) != 0;
    }

    MessageType type{MessageType::PING}; //!< what for
    uint8_t flags{0};                    //!< VIRTUAL, which is set on sending, and SERVER
    uint8_t step{0};                     //!< index of the payload's phase, plus one; 0: none
    uint32_t task{0};                    //!< learning task
    uint32_t round{0};                   //!< round (or aggregation)
    uint32_t sender{0};                  //!< DeviceId, or number of the server
    uint32_t prefixBytes{0};             //!< set on sending [byte]
    uint64_t payloadBytes{0};            //!< set on sending [byte]
    uint32_t prefixCrc{0};               //!< set on sending
    uint32_t payloadCrc{0};              //!< set on sending

  private:
    WireError m_error{WireError::NONE}; //!< of the last Read or Deserialize
};

/**
 * @ingroup fl
 * Bytes that never change, with their checksum, shared by all messages that carry them: a model
 * broadcast to 10,000 clients exists once. Held by std::shared_ptr, since training threads may hold
 * it too and ns-3's reference counts are not atomic.
 */
class Payload
{
  public:
    /// @param bytes the content
    explicit Payload(std::vector<uint8_t> bytes);
    /**
     * @param bytes the content
     * @param size how many bytes
     */
    Payload(std::unique_ptr<uint8_t[]> bytes, std::size_t size);
    Payload(const Payload&) = delete;
    Payload& operator=(const Payload&) = delete;

    /// @return the bytes
    const uint8_t* GetData() const
    {
        return m_data;
    }

    /// @return how many [byte]
    std::size_t GetSize() const
    {
        return m_size;
    }

    /// @return their CRC-32
    uint32_t GetCrc32() const
    {
        return m_crc;
    }

  private:
    std::vector<uint8_t> m_vector;      //!< owns them, if made from a vector
    std::unique_ptr<uint8_t[]> m_block; //!< owns them, if received
    const uint8_t* m_data;              //!< in one of the two
    std::size_t m_size;                 //!< [byte]
    uint32_t m_crc;                     //!< CRC-32
};

/**
 * @ingroup fl
 * One message: to send, set header.type, task, round, step, sender, and prefix, payload or
 * virtualBytes as needed; sizes, the flag VIRTUAL and checksums are the session's business.
 */
struct Message
{
    MessageHeader header;                   //!< the fields
    std::vector<uint8_t> prefix;            //!< order or report (fl-work-codec.h), per receiver
    std::shared_ptr<const Payload> payload; //!< model, update or samples, shared; null: none
    uint64_t virtualBytes{0};               //!< stated size in place of a payload [byte]
    Time firstByteAt;                       //!< of a received message: when its first byte came
    Time expected; //!< of one to send: how long it is predicted to take; 0: not known

    /// @return size on the wire, header included [byte]
    uint64_t GetWireBytes() const;
    /**
     * Set the header's flags, sizes and checksums from the body.
     * @throws InvalidInput if there are both a payload and virtual bytes, or if the prefix is
     * longer than MAX_PREFIX_BYTES
     */
    void Seal();
};

} // namespace fl
} // namespace ns3

#endif /* FL_MESSAGE_H */
