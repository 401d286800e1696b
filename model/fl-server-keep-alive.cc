/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * The part of Server that finds sessions of which nothing is heard any more.
 */

#include "fl-server.h"

#include "ns3/log.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlServerKeepAlive");

namespace
{

/// Where KeepAliveRate makes the period of keep-alive longer, it is looked that often for who was
/// silent so long: PINGs are spread over time.
constexpr int64_t CHECKS_PER_PERIOD = 8;

} // namespace

bool
Server::IsStalled(const Peer& peer, Time period) const
{
    const Session& session = *peer.session;
    const auto isStalled = [&](const std::shared_ptr<ServerWork>& work) {
        const Time since =
            work->GetProgress(session.GetLastAcknowledged(), session.GetLastReceived());
        const Time limit = std::max({m_stallTimeout,
                                     m_transport->GetFirstTimeout(work->GetExpectedDuration()) * 2,
                                     period * m_keepAliveMisses});
        return Simulator::Now() - since >= limit;
    };
    return m_stallTimeout.IsStrictlyPositive() &&
           std::any_of(peer.work.begin(), peer.work.end(), isStalled);
}

Time
Server::GetKeepAlive(size_t nClients) const
{
    return std::max(m_keepAlive, Seconds(static_cast<double>(nClients) / m_keepAliveRate));
}

bool
Server::NeedsPing(Peer& peer, Time period)
{
    const auto oldest =
        std::min_element(peer.work.begin(), peer.work.end(), [](const auto& a, const auto& b) {
            return a->GetStart() < b->GetStart();
        });
    const Time silence =
        Simulator::Now() - std::max(peer.session->GetLastHeard(), (*oldest)->GetStart());
    if (silence >= m_keepAliveMisses * period)
    {
        NS_LOG_INFO("device " << peer.device << " is lost");
        Disconnect(peer);
        return false;
    }
    if (IsStalled(peer, period))
    {
        NS_LOG_INFO("device " << peer.device << " is lost: nothing but small packets passes");
        Disconnect(peer);
        return false;
    }
    return silence >= period;
}

void
Server::CheckAlive()
{
    const auto isWatched = [](const Peer& peer) { return peer.session && !peer.work.empty(); };
    const auto nWatched =
        static_cast<size_t>(std::count_if(m_peers.begin(), m_peers.end(), isWatched));
    // Without work there is nothing to watch, and the simulation may come to its end.
    if (nWatched == 0)
    {
        return;
    }
    const Time period = GetKeepAlive(nWatched);
    const Time interval = std::max(m_keepAlive, period / CHECKS_PER_PERIOD);
    auto left = static_cast<size_t>(m_keepAliveRate * interval.GetSeconds()) + 1;
    const size_t first = std::exchange(m_nextPing, 0);
    for (size_t i = 0; i < m_peers.size(); ++i)
    {
        Peer& peer = m_peers[(first + i) % m_peers.size()];
        if (left > 0 && isWatched(peer) && NeedsPing(peer, period))
        {
            Send(peer, MessageType::PING, 0, 0);
            if (--left == 0)
            {
                m_nextPing = peer.device + 1; // the others have their turn next time
            }
        }
    }
    if (m_running)
    {
        m_keepAliveEvent = Simulator::Schedule(interval, &Server::CheckAlive, this);
    }
}

} // namespace fl
} // namespace ns3
