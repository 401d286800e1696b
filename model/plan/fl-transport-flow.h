/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TRANSPORT_FLOW_H
#define FL_TRANSPORT_FLOW_H

#include "fl-predictor.h"

#include <deque>

namespace ns3
{
namespace fl
{

/// A packet of a message.
struct TransportPacket
{
    double messageBytes{0}; //!< of the message [byte]
    bool asks{false};       //!< for an acknowledgement
};

/**
 * @ingroup fl
 * One session's messages in one direction, as a transport cuts and acknowledges them while nothing
 * is lost: both ends of it, on paper. The window grows by what is acknowledged (slow start), up to
 * the transport's largest.
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
     * @param [out] packet the next packet
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
    double m_unaskedBytes{0};            //!< sent since a packet asked for an acknowledgement
    double m_expectedBytes{0};           //!< queued and not arrived
    double m_unackedBytes{0};            //!< arrived, and not in an acknowledgement yet
};

} // namespace fl
} // namespace ns3

#endif /* FL_TRANSPORT_FLOW_H */
