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
 * Messages to packets and back: what all transports have in common.
 */

namespace ns3
{
namespace fl
{

class Session;

/**
 * @ingroup fl
 * Cut a piece out of a message.
 *
 * Virtual bytes stay virtual even where real ones stand in the same packet, and then cost neither
 * memory nor time.
 *
 * @param message a sealed message
 * @param offset where the piece begins, counted from the message's header [byte]
 * @param bytes its length; must not go beyond the message's end [byte]
 * @return a packet with these bytes
 */
Ptr<Packet> CutPacket(const Message& message, uint64_t offset, uint32_t bytes);

/**
 * @ingroup fl
 * Rebuilds messages from the bytes that came, in their order, however they are cut. Between two
 * messages it holds no buffer; the one for a body is made when a valid header has announced its
 * size, and its pages are touched only as bytes come.
 */
class MessageAssembler
{
  public:
    MessageAssembler();
    ~MessageAssembler();

    /**
     * Take the next bytes; tell the session's handler about messages, and about what is none.
     * @param session on whose behalf; kept alive by the caller. Stops when it is closed
     * @param packet the bytes; consumed
     */
    void Consume(Session& session, Ptr<Packet> packet);

    /// @return whether part of a message has come
    bool IsMidMessage() const
    {
        return m_headerFill > 0;
    }

  private:
    struct Body;

    /**
     * @param session on whose behalf
     * @param packet the bytes
     * @return how many were taken [byte]
     */
    uint32_t TakeHeader(Session& session, const Packet& packet);
    /**
     * @param packet the bytes
     * @return how many were taken [byte]
     */
    uint32_t TakeBody(const Packet& packet);
    /**
     * The message is complete: check and deliver it.
     * @param session on whose behalf
     */
    void Finish(Session& session);

    std::unique_ptr<Body> m_body;                      //!< while a body is coming in
    Time m_firstByteAt;                                //!< when the message began to come
    std::array<uint8_t, MessageHeader::SIZE> m_header; //!< bytes of the header so far
    uint8_t m_headerFill{0};                           //!< how many; 0 between two messages
};

} // namespace fl
} // namespace ns3

#endif /* FL_MESSAGE_STREAM_H */
