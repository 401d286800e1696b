/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WIFI_FLOW_H
#define FL_WIFI_FLOW_H

#include "ns3/fl-predictor.h"
#include "ns3/fl-window-growth.h"

#include <cstdint>
#include <limits>
#include <optional>

namespace ns3
{
namespace fl
{

/// A packet in the queue of a MAC: a segment of a message, or an acknowledgement.
struct WifiQueuedPacket
{
    uint32_t station{0};         //!< index of its sender or receiver; the other is the access point
    double subframeBytes{0};     //!< as a subframe of an A-MPDU [byte]
    double messageBytes{0};      //!< of a message [byte]; 0: it is an acknowledgement
    double acknowledgedBytes{0}; //!< of a message, by this acknowledgement [byte]
    double sentS{0};             //!< when the first of these bytes was sent [s]
    bool requestsAck{false};     //!< whether its arrival is acknowledged at once
    double queuedS{0};           //!< when the MAC got it [s]
};

/**
 * @ingroup fl
 * A message between the access point and a station as its transport sees it, at both ends: it is
 * cut into segments, as many as the window admits, and each acknowledgement makes room for more.
 */
class WifiFlow
{
  public:
    /**
     * A message that is yet to begin. Its window, and what is in flight of the messages before, are
     * those of the transport profile.
     * @param transport how messages travel; must outlive this object
     * @param direction of the message
     * @param station index of the station that sends or receives it
     * @param bytes its size [byte]; 0: there is none
     */
    WifiFlow(const TransportProfile& transport,
             Direction direction,
             uint32_t station,
             double bytes);

    /// @param timeS when the sender has the message [s]
    void Begin(double timeS);
    /**
     * Cut the next segment off, if the window admits it.
     * @param timeS now [s]
     * @return the segment; empty: the window is full, or all is cut
     */
    std::optional<WifiQueuedPacket> NextSegment(double timeS);
    /**
     * A segment arrives.
     * @param segment as NextSegment() made it
     * @param timeS when [s]
     * @return the acknowledgement, if it is due now
     */
    std::optional<WifiQueuedPacket> Receive(const WifiQueuedPacket& segment, double timeS);
    /**
     * An acknowledgement arrives: its bytes are in flight no more, and the window grows.
     * @param ack as Receive() made it; one of no bytes is of a message before, and changes nothing
     * @param timeS when [s]
     */
    void Acknowledge(const WifiQueuedPacket& ack, double timeS);

    /// @return size of the message [byte]; 0: there is none
    double GetBytes() const;
    /// @return whether all of the message has arrived
    bool IsComplete() const;
    /// @return when all of the message had arrived [s]; infinite before
    double GetEndS() const;

  private:
    /// @return whether the window admits so many bytes more
    /// @param bytes of a segment [byte]
    bool Admits(double bytes) const;
    /// The receiver's delayed acknowledgement of the message before, if it was due earlier.
    /// @param timeS now [s]
    void EndDelayedAck(double timeS);

    const TransportProfile* m_transport; //!< how messages travel
    uint32_t m_station;                  //!< index of the station
    double m_bytes;                      //!< of the message
    WindowGrowth m_window;               //!< most bytes in flight
    double m_leftBytes{0};               //!< not cut into segments yet
    double m_flightBytes{0};             //!< sent and not acknowledged
    double m_bytesSinceAckRequest{0};    //!< sent since the last segment that requested one
    double m_arrivedBytes{0};            //!< at the receiver
    double m_unacknowledgedBytes{0};     //!< at the receiver, and in no acknowledgement yet
    double m_unacknowledgedSinceS{0};    //!< when the first of these was sent
    double m_endS{std::numeric_limits<double>::infinity()}; //!< when all had arrived
};

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_FLOW_H */
