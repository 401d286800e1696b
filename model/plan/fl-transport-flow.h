/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TRANSPORT_FLOW_H
#define FL_TRANSPORT_FLOW_H

#include "fl-transport-profile.h"

#include <deque>

namespace ns3
{
namespace fl
{

/// A packet of a message.
struct TransportPacket
{
    double messageBytes{0}; //!< what it carries of the message, headers not counted [byte]
    bool asks{false};       //!< whether it requests an acknowledgement
};

/**
 * @ingroup fl
 * One session's messages in one direction, as a transport segments and acknowledges them while
 * nothing is lost: a model of sender and receiver, without time. A packet requests an
 * acknowledgement after TransportProfile::ackAfterBytes, where the window is closed behind it, and,
 * with TransportProfile::acksEnd, at the end of the data.
 * The window grows by what is acknowledged (slow start, RFC 5681, with byte counting, RFC 3465), up
 * to the transport's largest. A packet may always be sent while nothing is in flight.
 */
class TransportFlow
{
  public:
    /**
     * @param transport how messages travel; must outlive this
     * @param windowBytes what may be sent before the first acknowledgement [byte]
     */
    TransportFlow(const TransportProfile& transport, double windowBytes);

    /**
     * Queue a message.
     * @param bytes of it, header included; 0: there is none [byte]
     */
    void Queue(double bytes);
    /**
     * Take the next packet out of the queue, into flight.
     * @param [out] packet the next packet; unchanged if there is none
     * @return whether there is one that the window allows
     */
    bool Send(TransportPacket& packet);
    /**
     * A packet arrives; they do in order.
     * @param packet the packet
     * @return what an acknowledgement that is sent now acknowledges; 0: none is sent [byte]
     */
    double Receive(const TransportPacket& packet);
    /**
     * An acknowledgement arrives.
     * @param bytes that it acknowledges [byte]
     */
    void Acknowledge(double bytes);
    /// @return whether all that was queued has arrived
    bool IsComplete() const;

  private:
    /**
     * @param bytes of the next packet's part of a message
     * @return whether the window allows so much more; always if nothing is in flight
     */
    bool Allows(double bytes) const;

    const TransportProfile& m_transport; //!< how messages travel
    std::deque<double> m_left;           //!< of messages not cut to their end [byte]
    double m_flightBytes{0};             //!< sent and not acknowledged
    double m_windowBytes;                //!< may be in flight
    double m_sinceRequestBytes{0};       //!< sent since a packet requested an acknowledgement
    double m_expectedBytes{0};           //!< queued and not arrived
    double m_unackedBytes{0};            //!< arrived, and not in an acknowledgement yet
};

} // namespace fl
} // namespace ns3

#endif /* FL_TRANSPORT_FLOW_H */
