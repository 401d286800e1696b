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

/// A transport packet that carries a segment of a message.
struct TransportPacket
{
    double messageBytes{0};  //!< length of the segment, without packet headers [byte]
    bool requestsAck{false}; //!< whether it requests an acknowledgement
};

/**
 * @ingroup fl
 * Model of sender and receiver of a session in one direction: segmentation, acknowledgements and
 * congestion window while nothing is lost. Time is the caller's. A packet requests an
 * acknowledgement after TransportProfile::ackAfterBytes, if the window does not allow the next
 * packet, and, with TransportProfile::acksEnd, at the end of the data. The window grows by the
 * bytes acknowledged (slow start, RFC 5681, with appropriate byte counting, RFC 3465) up to
 * TransportProfile::maxWindowBytes. A packet may always be sent while nothing is in flight.
 */
class TransportFlow
{
  public:
    /**
     * @param transport segmentation, acknowledgements, windows; must outlive this object
     * @param windowBytes initial congestion window [byte]
     */
    TransportFlow(const TransportProfile& transport, double windowBytes);

    /**
     * Queue a message.
     * @param bytes size of the message, header included, at least 0; 0: nothing is queued [byte]
     */
    void Queue(double bytes);
    /**
     * Send the next packet, if there is one and the window allows it.
     * @param [out] packet the packet; unchanged if none is sent
     * @return whether one is sent
     */
    bool Send(TransportPacket& packet);
    /**
     * Receive a packet; packets are received in the order in which they were sent.
     * @param packet the packet
     * @return bytes acknowledged by the acknowledgement that the receiver sends; 0: it sends none
     *         [byte]
     */
    double Receive(const TransportPacket& packet);
    /**
     * Receive an acknowledgement.
     * @param bytes number of bytes that it acknowledges, as returned by Receive() [byte]
     */
    void Acknowledge(double bytes);
    /// @return whether all that was queued is received
    bool IsComplete() const;

  private:
    /**
     * @param bytes length of the next packet's segment [byte]
     * @return whether the window allows it; always true if nothing is in flight
     */
    bool Allows(double bytes) const;

    const TransportProfile& m_transport; //!< segmentation, acknowledgements, windows
    std::deque<double> m_left;           //!< unsent part of each queued message [byte]
    double m_flightBytes{0};             //!< sent and not acknowledged [byte]
    double m_windowBytes;                //!< congestion window [byte]
    double m_sinceRequestBytes{0};       //!< sent since the last requestsAck [byte]
    double m_expectedBytes{0};           //!< queued and not yet received [byte]
    double m_unackedBytes{0};            //!< received, not yet acknowledged [byte]
};

} // namespace fl
} // namespace ns3

#endif /* FL_TRANSPORT_FLOW_H */
