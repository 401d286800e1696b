/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-transport-flow.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace fl
{

TransportFlow::TransportFlow(const TransportProfile& transport, double windowBytes)
    : m_transport(transport),
      m_windowBytes(windowBytes)
{
}

void
TransportFlow::Queue(double bytes)
{
    if (bytes > 0)
    {
        m_left.push_back(bytes);
        m_expectedBytes += bytes;
    }
}

bool
TransportFlow::Allows(double bytes) const
{
    return m_flightBytes == 0 || m_flightBytes + bytes <= m_windowBytes;
}

bool
TransportFlow::Send(TransportPacket& packet)
{
    if (m_left.empty())
    {
        return false;
    }
    const double bytes = std::min(m_transport.segmentBytes, m_left.front());
    if (!Allows(bytes))
    {
        return false;
    }
    m_left.front() -= bytes;
    if (m_left.front() == 0)
    {
        m_left.pop_front();
    }
    m_flightBytes += bytes;
    m_sinceRequestBytes += bytes;
    const double next = m_left.empty() ? 0 : std::min(m_transport.segmentBytes, m_left.front());
    packet.messageBytes = bytes;
    packet.requestsAck = m_sinceRequestBytes >= m_transport.ackAfterBytes ||
                         (next == 0 ? m_transport.acksEnd : !Allows(next));
    if (packet.requestsAck)
    {
        m_sinceRequestBytes = 0;
    }
    return true;
}

double
TransportFlow::Receive(const TransportPacket& packet)
{
    m_expectedBytes -= packet.messageBytes;
    m_unackedBytes += packet.messageBytes;
    return packet.requestsAck ? std::exchange(m_unackedBytes, 0) : 0;
}

void
TransportFlow::Acknowledge(double bytes)
{
    m_flightBytes = std::max(0.0, m_flightBytes - bytes);
    m_windowBytes =
        std::min(m_windowBytes + bytes, std::max(m_windowBytes, m_transport.maxWindowBytes));
}

bool
TransportFlow::IsComplete() const
{
    return m_expectedBytes <= 0;
}

} // namespace fl
} // namespace ns3
