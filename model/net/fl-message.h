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

/// Maximum length of a message's prefix (work order or report) [byte]; a longer one is refused.
inline constexpr std::size_t MAX_PREFIX_BYTES = 65536;

/**
 * @ingroup fl
 * Type of a message; values are those on the wire.
 */
enum class MessageType : uint8_t
{
    HELLO = 1, //!< client (or server) to server: registers the sender; prefix: Hello
    WELCOME,   //!< reply to HELLO: confirms the registration; prefix: none, or a double, the factor
               //!< by which periods of keep-alive are longer than the attributes say
    WORK,      //!< server to client: a work order begins; prefix: WorkOrder, AppendExpectedUpload;
               //!< payload: that of the StartPhase(), if this is a downlink transfer
    UPDATE,    //!< client to server: a work order ends; prefix: WorkReport; payload: that of its
               //!< last uplink transfer, if nothing follows it
    DATA,      //!< payload of any other transfer, training samples that precede their order, or
               //!< data between servers
    PING,      //!< keep-alive request
    PONG,      //!< reply to PING
    ABORT,     //!< server to client: abort the order of this task and round; reply of the client:
               //!< it is aborted
    BYE,   //!< client to server: leaves deliberately; server to client: there are no more orders
    LEDGER //!< of the ledger, between servers, and between a server and a client; prefix: one byte,
           //!< LedgerItem, which says what the payload is
};

/// @return the enumerator's name, as in "UPDATE"; "?" for an invalid value
/// @param type of a message
const char* ToString(MessageType type);

/**
 * @ingroup fl
 * Why received bytes were refused as a message.
 */
enum class WireError : uint8_t
{
    NONE = 0,        //!< valid
    SHORT,           //!< fewer than MessageHeader::SIZE bytes
    BAD_MAGIC,       //!< not MessageHeader::MAGIC
    BAD_VERSION,     //!< another protocol version than MessageHeader::VERSION
    BAD_HEADER_CRC,  //!< checksum error in the header
    BAD_TYPE,        //!< no such MessageType
    BAD_FLAGS,       //!< unknown flag bits, or a step in a type of message that has none
    TOO_LARGE,       //!< larger than MaxMessageBytes, or its prefix than MAX_PREFIX_BYTES
    BAD_PREFIX_CRC,  //!< checksum error in the prefix (work order or report)
    BAD_PAYLOAD_CRC, //!< checksum error in the payload (model, samples, ...)
    BAD_DATAGRAM     //!< datagram without a valid DatagramHeader, or of an unknown session
};

/// @return the error in lower case with spaces, for logs and result files
/// @param error reason of the refusal
const char* ToString(WireError error);

/**
 * @ingroup fl
 * The fixed part of every message, 40 bytes, little endian:
 *
 *     0 magic u16 | 2 version u8 | 3 type u8 | 4 flags u8 | 5 step u8 | 6 header CRC u16
 *     8 task u32  | 12 round u32 | 16 sender u32 | 20 prefix bytes u32
 *    24 payload bytes u64        | 32 prefix CRC-32 u32 | 36 payload CRC-32 u32
 *
 * The body follows: first the prefix (a work order or report), then the payload. Each has its own
 * checksum, so that the checksum of a broadcast model is computed once and not once per receiver.
 * The header CRC is the lower half of the CRC-32 over the header with that field left out. A
 * VIRTUAL payload is a number of bytes without content, as in timing studies; its CRC is 0 and is
 * not checked. The step of WORK, UPDATE and DATA is the index, plus one, of the order's phase whose
 * payload the message carries; it is 0 if it carries none, and in all other messages.
 */
class MessageHeader : public Header
{
  public:
    /// Serialized size [byte].
    static constexpr std::size_t SIZE = 40;
    /// First two bytes on the wire: 'F' 'L'.
    static constexpr uint16_t MAGIC = 0x4c46;
    /// Version of the protocol.
    static constexpr uint8_t VERSION = 2;
    /// Flag: the payload has a size but no content.
    static constexpr uint8_t VIRTUAL = 1;
    /// Flag: sent by a server to a server; header.sender is then a server's number.
    static constexpr uint8_t SERVER = 2;

    /// @return the TypeId
    static TypeId GetTypeId();
    /// @return the most derived type, as ns-3 wants it of a Header
    TypeId GetInstanceTypeId() const override;
    uint32_t GetSerializedSize() const override;
    void Serialize(Buffer::Iterator start) const override;
    /**
     * Never asserts, as bytes may be damaged: see GetError().
     * @param start first byte of the header
     * @return SIZE, or 0 if there are fewer bytes
     */
    uint32_t Deserialize(Buffer::Iterator start) override;
    void Print(std::ostream& os) const override;

    /**
     * Serialize, with the header's checksum.
     * @param bytes destination of SIZE bytes
     */
    void Write(uint8_t* bytes) const;
    /**
     * Parse and validate; the fields are set only if the header is valid.
     * @param bytes first byte of the header
     * @param size number of bytes, at least 0; only the first SIZE are read [byte]
     * @return NONE, or the first error found; also kept for GetError()
     */
    WireError Read(const uint8_t* bytes, std::size_t size);

    /// @return the result of the last Read() or Deserialize()
    WireError GetError() const
    {
        return m_error;
    }

    /// @return whether the payload has a size but no content
    bool IsVirtual() const
    {
        return (flags & VIRTUAL) != 0;
    }

    /// @return whether the sender is a server that sends to another server
    bool IsFromServer() const
    {
        return (flags & SERVER) != 0;
    }

    MessageType type{MessageType::PING}; //!< type of the message
    uint8_t flags{0};         //!< bitwise or of VIRTUAL, which Message::Seal() sets, and SERVER
    uint8_t step{0};          //!< index of the order's phase plus one, 1 to 255; 0: none
    uint32_t task{0};         //!< number of the learning task
    uint32_t round{0};        //!< round (or aggregation) of the work order
    uint32_t sender{0};       //!< DeviceId, or number of the server
    uint32_t prefixBytes{0};  //!< length of the prefix, set by Message::Seal() [byte]
    uint64_t payloadBytes{0}; //!< length of the payload, set by Message::Seal() [byte]
    uint32_t prefixCrc{0};    //!< CRC-32 of the prefix, set by Message::Seal()
    uint32_t payloadCrc{0};   //!< CRC-32 of the payload, set by Message::Seal()

  private:
    WireError m_error{WireError::NONE}; //!< see GetError
};

/**
 * @ingroup fl
 * Immutable bytes with their checksum, shared by all messages that carry them: a model that is
 * broadcast to 10,000 clients exists once. Held by std::shared_ptr and not ns3::Ptr, since training
 * threads may hold it too and ns-3's reference counts are not atomic.
 */
class Payload
{
  public:
    /// @param bytes the content, moved from
    explicit Payload(std::vector<uint8_t> bytes);
    /**
     * @param bytes the content
     * @param size length of the content [byte]
     */
    Payload(std::unique_ptr<uint8_t[]> bytes, std::size_t size);
    Payload(const Payload&) = delete;
    Payload& operator=(const Payload&) = delete;

    /// @return the content, GetSize() bytes
    const uint8_t* GetData() const
    {
        return m_data;
    }

    /// @return length of the content [byte]
    std::size_t GetSize() const
    {
        return m_size;
    }

    /// @return CRC-32 of the content
    uint32_t GetCrc32() const
    {
        return m_crc;
    }

  private:
    std::vector<uint8_t> m_vector;      //!< storage, if constructed from a vector
    std::unique_ptr<uint8_t[]> m_block; //!< storage, if received from the network
    const uint8_t* m_data;              //!< content in one of the two
    std::size_t m_size;                 //!< length of the content [byte]
    uint32_t m_crc;                     //!< CRC-32 of the content
};

/**
 * @ingroup fl
 * One message. A sender sets header.type, task, round, step and sender, and prefix, payload or
 * virtualBytes as needed; Session::Send() sets sizes, the flag VIRTUAL and checksums (Seal()).
 */
struct Message
{
    MessageHeader header;        //!< type and fields
    std::vector<uint8_t> prefix; //!< work order or report (fl-work-codec.h)
    std::shared_ptr<const Payload>
        payload;              //!< content, may be shared with other messages; null: none
    uint64_t virtualBytes{0}; //!< size of a virtual payload [byte]; 0: none
    Time firstByteAt;         //!< received messages: arrival of the first byte
    Time expected; //!< messages to send: predicted duration of the transfer; 0: not known

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
