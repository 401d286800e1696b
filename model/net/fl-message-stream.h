/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MESSAGE_STREAM_H
#define FL_MESSAGE_STREAM_H

#include "fl-message.h"

#include "ns3/packet.h"

#include <array>
#include <cstdint>
#include <memory>

/**
 * @file
 * @ingroup fl
 * Segmentation of messages into packets, and reassembly; common to all transports.
 */

namespace ns3
{
namespace fl
{

class Session;

/**
 * @ingroup fl
 * Copy a segment of a message into a new packet.
 *
 * The bytes of a virtual payload become zero-filled payload of ns3::Packet, which is not allocated,
 * even where a packet has real bytes as well.
 *
 * @param message a message after Message::Seal()
 * @param offset of the segment from the first byte of the message's header [byte]
 * @param bytes length of the segment; offset + bytes is at most GetWireBytes() [byte]
 * @return a packet of that size without headers
 */
Ptr<Packet> CutPacket(const Message& message, uint64_t offset, uint32_t bytes);

/**
 * @ingroup fl
 * Reassembles messages from a byte stream, whatever the boundaries of its packets. Between two
 * messages it holds no buffer. The buffer of a body is allocated when a valid header has announced
 * its size, at most MaxMessageBytes, and is not initialised, so that memory is committed only as
 * bytes arrive.
 */
class MessageAssembler
{
  public:
    MessageAssembler();
    ~MessageAssembler();

    /**
     * Consume the next bytes of the stream. Each complete message is passed to the session's
     * handler, or refused (MessageRefused) if it is damaged; after an invalid header the session is
     * closed, since a stream has no way to find the next one.
     * @param session the session that received the bytes, which the caller keeps alive. No more is
     *        consumed once it is closed
     * @param packet the bytes; modified
     */
    void Consume(Session& session, Ptr<Packet> packet);

    /// @return whether part of a message was received, but not all of it
    bool IsMidMessage() const
    {
        return m_headerFill > 0;
    }

  private:
    struct Body;

    /**
     * Consume bytes of a message's header; validate it when it is complete.
     * @param session the session that received the bytes
     * @param packet the bytes
     * @return number of bytes consumed [byte]
     */
    uint32_t TakeHeader(Session& session, const Packet& packet);
    /**
     * Consume bytes of the prefix or of the payload.
     * @param packet the bytes
     * @return number of bytes consumed [byte]
     */
    uint32_t TakeBody(const Packet& packet);
    /**
     * The message is complete: verify its checksums and deliver it.
     * @param session the session that received it
     */
    void Finish(Session& session);

    std::unique_ptr<Body> m_body; //!< the message being received after its header; else null
    Time m_firstByteAt;           //!< arrival of the first byte of the message being received
    std::array<uint8_t, MessageHeader::SIZE> m_header; //!< header being received
    uint8_t m_headerFill{0}; //!< valid bytes of m_header; 0 between messages
};

} // namespace fl
} // namespace ns3

#endif /* FL_MESSAGE_STREAM_H */
