/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-wifi-flow.h"

#include "fl-wifi-ppdu.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

WifiFlow::WifiFlow(const TransportProfile& transport,
                   Direction direction,
                   uint32_t station,
                   double bytes)
    : m_transport(&transport),
      m_station(station),
      m_bytes(bytes)
{
    const auto window = transport.Window(direction, station);
    m_window = WindowGrowth(transport, window);
    // The receiver waits for more before it acknowledges the end of the last message, unless the
    // transport acknowledges ends at once; for what was before that, acknowledgements are on their
    // way.
    const double everyBytes = transport.acksEnd ? 0 : transport.ackAfterBytes;
    m_flightBytes = everyBytes > 0 ? std::fmod(window.flightBytes, everyBytes) : 0;
    m_bytesSinceAckRequest = m_flightBytes;
    m_unacknowledgedBytes = m_flightBytes;
    m_unacknowledgedSinceS = window.flightS;
}

void
WifiFlow::EndDelayedAck(double timeS)
{
    const double ackS = m_unacknowledgedSinceS + m_transport->ackDelayS;
    if (m_flightBytes > 0 && ackS < timeS)
    {
        m_window.Acknowledge(ackS, m_flightBytes, m_unacknowledgedSinceS, 0);
        m_flightBytes = 0;
        m_bytesSinceAckRequest = 0;
        m_unacknowledgedBytes = 0;
    }
}

void
WifiFlow::Begin(double timeS)
{
    EndDelayedAck(timeS);
    m_leftBytes = m_bytes;
}

bool
WifiFlow::Admits(double bytes) const
{
    return m_flightBytes == 0 || m_flightBytes + bytes <= m_window.GetBytes();
}

std::optional<WifiQueuedPacket>
WifiFlow::NextSegment(double timeS)
{
    const double bytes = std::min(m_transport->segmentBytes, m_leftBytes);
    if (!(bytes > 0) || !Admits(bytes))
    {
        return std::nullopt;
    }
    m_leftBytes -= bytes;
    m_flightBytes += bytes;
    m_bytesSinceAckRequest += bytes;
    const double next = std::min(m_transport->segmentBytes, m_leftBytes);
    WifiQueuedPacket segment;
    segment.station = m_station;
    segment.subframeBytes = WifiSubframeBytes(bytes + m_transport->headerBytes);
    segment.messageBytes = bytes;
    segment.sentS = timeS;
    segment.requestsAck = m_bytesSinceAckRequest >= m_transport->ackAfterBytes ||
                          (next == 0 ? m_transport->acksEnd : !Admits(next));
    if (segment.requestsAck)
    {
        m_bytesSinceAckRequest = 0;
    }
    return segment;
}

std::optional<WifiQueuedPacket>
WifiFlow::Receive(const WifiQueuedPacket& segment, double timeS)
{
    if (m_unacknowledgedBytes == 0)
    {
        m_unacknowledgedSinceS = segment.sentS;
    }
    m_arrivedBytes += segment.messageBytes;
    m_unacknowledgedBytes += segment.messageBytes;
    if (IsComplete())
    {
        m_endS = timeS;
    }
    if (!segment.requestsAck)
    {
        return std::nullopt;
    }
    WifiQueuedPacket ack;
    ack.station = m_station;
    ack.subframeBytes = WifiSubframeBytes(m_transport->ackBytes);
    ack.acknowledgedBytes = m_unacknowledgedBytes;
    ack.sentS = m_unacknowledgedSinceS;
    m_unacknowledgedBytes = 0;
    return ack;
}

void
WifiFlow::Acknowledge(const WifiQueuedPacket& ack, double timeS)
{
    if (ack.acknowledgedBytes == 0)
    {
        return; // it has waited since before the round
    }
    m_flightBytes = std::max(0.0, m_flightBytes - ack.acknowledgedBytes);
    m_window.Acknowledge(timeS, ack.acknowledgedBytes, ack.sentS, m_flightBytes);
}

double
WifiFlow::GetBytes() const
{
    return m_bytes;
}

bool
WifiFlow::IsComplete() const
{
    return m_arrivedBytes >= m_bytes;
}

double
WifiFlow::GetEndS() const
{
    return m_endS;
}

} // namespace fl
} // namespace ns3
