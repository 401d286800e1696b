/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-tcp-reset.h"

#include "ns3/simulator.h"
#include "ns3/tcp-socket-base.h"
#include "ns3/tcp-socket-state.h"

namespace ns3
{
namespace fl
{

namespace
{

/// How long a connection that was reset answers: several times the 60 s at most between two
/// retransmissions of the peer.
const Time ANSWER_TIME = Minutes(5);

/// Reaches protected members of any TCP socket: by pointers to members of the base, as a derived
/// class may have them.
class TcpAccess : public TcpSocketBase
{
  public:
    /// @param tcp a connection, to end with a reset
    static void End(TcpSocketBase& tcp)
    {
        (tcp.*(&TcpAccess::SendRST))();
    }

    /// @param tcp a connection, to end with a reset and keep its endpoint
    static void EndAndAnswer(TcpSocketBase& tcp)
    {
        (tcp.*(&TcpAccess::SendEmptyPacket))(TcpHeader::RST);
        (tcp.*(&TcpAccess::CancelAllTimers))();
        tcp.*(&TcpAccess::m_state) = TcpSocket::CLOSED;
    }

    /// @param tcp a connection that answers: give its endpoint back
    static void Forget(TcpSocketBase& tcp)
    {
        (tcp.*(&TcpAccess::DeallocateEndPoint))();
    }

    /**
     * @param tcp a connection
     * @return its congestion control's state
     */
    static const TcpSocketState* GetState(TcpSocketBase& tcp)
    {
        return PeekPointer(tcp.*(&TcpAccess::m_tcb));
    }
};

/// @param socket the connection to reset and keep answering
void
ResetAndAnswer(Ptr<Socket> socket)
{
    if (const auto tcp = DynamicCast<TcpSocketBase>(socket))
    {
        TcpAccess::EndAndAnswer(*tcp);
    }
    else
    {
        socket->Close();
    }
}

} // namespace

const TcpSocketState*
GetTcpState(Ptr<Socket> socket)
{
    const auto tcp = DynamicCast<TcpSocketBase>(socket);
    return tcp ? TcpAccess::GetState(*tcp) : nullptr;
}

void
ResetTcp(Ptr<Socket> socket)
{
    if (const auto tcp = DynamicCast<TcpSocketBase>(socket))
    {
        TcpAccess::End(*tcp);
    }
    else
    {
        socket->Close();
    }
}

void
TcpResets::Reset(Ptr<Socket> socket)
{
    const Time now = Simulator::Now();
    while (!m_sockets.empty() && m_sockets.front().first <= now)
    {
        if (const auto tcp = DynamicCast<TcpSocketBase>(m_sockets.front().second))
        {
            TcpAccess::Forget(*tcp);
        }
        m_sockets.pop_front();
    }
    m_sockets.emplace_back(now + ANSWER_TIME, socket);
    Simulator::ScheduleNow(&ResetAndAnswer, socket);
}

void
TcpResets::Clear()
{
    m_sockets.clear();
}

} // namespace fl
} // namespace ns3
