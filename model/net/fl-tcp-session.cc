/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-tcp-session.h"

#include "fl-tcp-reset.h"

#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * Throw away what comes to a socket that has no session any more: ns-3 answers a close with unread
 * data by a reset, and what the peer has still to acknowledge would be lost.
 * @param socket the socket
 */
void
Drain(Ptr<Socket> socket)
{
    for (auto packet = socket->Recv(); packet && packet->GetSize() > 0; packet = socket->Recv())
    {
    }
}

} // namespace

TcpSession::TcpSession(Transport* transport,
                       SessionHandler* handler,
                       Ptr<Socket> socket,
                       const Address& peer,
                       uint32_t segmentBytes,
                       TcpResets* resets)
    : Session(transport, handler),
      m_socket(socket),
      m_peer(peer),
      m_nextOut(m_out.end()),
      m_bufferBytes(socket->GetTxAvailable()),
      m_resets(resets),
      m_state(GetTcpState(socket))
{
    m_segmentBytes = std::max<uint32_t>(1, std::min(segmentBytes, m_bufferBytes));
    socket->SetRecvCallback(MakeCallback(&TcpSession::HandleReceive, this));
    socket->SetSendCallback(MakeCallback(&TcpSession::HandleRoom, this));
    socket->SetCloseCallbacks(MakeCallback(&TcpSession::HandlePeerClosed, this),
                              MakeCallback(&TcpSession::HandleError, this));
}

TcpSession::~TcpSession()
{
    TcpSession::DoDetach();
}

void
TcpSession::DoDetach()
{
    if (m_socket)
    {
        m_socket->SetConnectCallback(MakeNullCallback<void, Ptr<Socket>>(),
                                     MakeNullCallback<void, Ptr<Socket>>());
        m_socket->SetRecvCallback(MakeCallback(&Drain));
        m_socket->SetSendCallback(MakeNullCallback<void, Ptr<Socket>, uint32_t>());
        m_socket->SetCloseCallbacks(MakeNullCallback<void, Ptr<Socket>>(),
                                    MakeNullCallback<void, Ptr<Socket>>());
        m_socket = nullptr;
        m_state = nullptr;
    }
    m_out.clear();
    m_nextOut = m_out.end();
}

Address
TcpSession::GetPeer() const
{
    return m_peer;
}

uint64_t
TcpSession::GetPendingBytes() const
{
    uint64_t queued = 0;
    for (auto out = m_nextOut; out != m_out.end(); ++out)
    {
        queued += out->bytes - out->offset;
    }
    return queued + (m_socket ? m_bufferBytes - m_socket->GetTxAvailable() : 0);
}

void
TcpSession::WatchThreshold()
{
    if (m_state && m_state->m_ssThresh != m_threshold)
    {
        m_threshold = m_state->m_ssThresh;
        m_thresholdS = Simulator::Now().GetSeconds();
    }
}

SendWindow
TcpSession::GetSendWindow() const
{
    SendWindow window;
    window.flightBytes = static_cast<double>(GetPendingBytes());
    window.flightS = m_flightS;
    if (!m_state)
    {
        return window;
    }
    window.bytes = m_state->m_cWnd;
    // ns-3 begins with the highest number that there is.
    if (m_threshold < UINT32_MAX)
    {
        window.thresholdBytes = m_threshold;
        window.thresholdS = m_thresholdS;
    }
    window.rttS = m_state->m_lastRtt.Get().GetSeconds();
    window.minRttS = m_state->m_minRtt == Time::Max() ? 0 : m_state->m_minRtt.GetSeconds();
    return window;
}

bool
TcpSession::IsMidMessage() const
{
    return m_in.IsMidMessage();
}

void
TcpSession::DoSend(Message&& message)
{
    const uint64_t bytes = message.GetWireBytes();
    m_out.push_back(Outgoing{std::move(message), bytes});
    if (m_nextOut == m_out.end())
    {
        --m_nextOut;
    }
    Write();
}

void
TcpSession::DoClose()
{
    if (m_nextOut == m_out.end())
    {
        Finish();
    }
}

void
TcpSession::DoAbort()
{
    if (m_socket)
    {
        const auto socket = m_socket;
        DoDetach();
        // Not Socket::Close(): its FIN waits for, or arrives behind, data that may wait for a grant
        // for ever, and until then the peer takes the session for alive. Not from within a callback
        // of the socket, which goes on with its work when that returns.
        if (m_resets)
        {
            m_resets->Reset(socket);
        }
        else
        {
            Simulator::ScheduleNow(&ResetTcp, socket);
        }
        Leave();
    }
}

void
TcpSession::Finish()
{
    if (m_socket)
    {
        const auto socket = m_socket;
        DoDetach();
        socket->Close();
        Leave();
    }
}

void
TcpSession::Write()
{
    // The handler may send from within MessageStarted: the loop below sees what it queued.
    if (!m_connected || m_writing)
    {
        return;
    }
    m_writing = true;
    while (m_socket && m_nextOut != m_out.end() && WriteChunk(*m_nextOut))
    {
        if (m_nextOut->offset == m_nextOut->bytes)
        {
            m_nextOut->end = m_written;
            m_nextOut->message.payload.reset();
            std::vector<uint8_t>().swap(m_nextOut->message.prefix);
            ++m_nextOut;
        }
    }
    m_writing = false;
    if (!m_open && m_nextOut == m_out.end())
    {
        Finish();
    }
}

bool
TcpSession::WriteChunk(Outgoing& out)
{
    // Whole segments only, since the socket would have to split and merge smaller pieces.
    const auto want =
        static_cast<uint32_t>(std::min<uint64_t>(out.bytes - out.offset, m_segmentBytes));
    if (m_socket->GetTxAvailable() < want)
    {
        return false;
    }
    const int sent = m_socket->Send(CutPacket(out.message, out.offset, want));
    if (sent <= 0)
    {
        return false;
    }
    const bool isFirst = out.offset == 0;
    out.offset += static_cast<uint32_t>(sent);
    m_written += static_cast<uint32_t>(sent);
    m_flightS = Simulator::Now().GetSeconds();
    if (isFirst)
    {
        ReportStarted(out.message.header);
    }
    return m_socket != nullptr;
}

void
TcpSession::ReportAcknowledged()
{
    const uint64_t acknowledged = m_written - (m_bufferBytes - m_socket->GetTxAvailable());
    // ns-3 also says that there is room when it sends, and even when it sends again what got lost;
    // only more acknowledged bytes are a sign of life.
    if (acknowledged > m_acknowledged)
    {
        m_acknowledged = acknowledged;
        m_flightS = Simulator::Now().GetSeconds();
        WatchThreshold();
        Heard();
        Acknowledged();
    }
    while (m_socket && m_out.begin() != m_nextOut && m_out.front().end <= acknowledged)
    {
        const MessageHeader header = m_out.front().message.header;
        m_out.pop_front();
        ReportDelivered(header);
    }
}

void
TcpSession::WatchConnecting()
{
    m_socket->SetConnectCallback(MakeCallback(&TcpSession::HandleConnected, this),
                                 MakeCallback(&TcpSession::HandleConnectFailed, this));
}

void
TcpSession::Established()
{
    m_connected = true;
    Heard();
    ReportOpened();
    if (m_socket)
    {
        Write();
    }
}

void
TcpSession::HandleConnected(Ptr<Socket> /* socket */)
{
    const Ptr<Session> self(this);
    Established();
}

void
TcpSession::HandleConnectFailed(Ptr<Socket> /* socket */)
{
    const Ptr<Session> self(this);
    ReportClosed(CloseReason::UNREACHABLE);
    Finish();
}

void
TcpSession::HandleReceive(Ptr<Socket> socket)
{
    const Ptr<Session> self(this);
    Heard();
    Received();
    while (m_socket)
    {
        // One segment at a time: ns-3 would copy a longer run once per segment in it.
        const auto packet = socket->Recv(m_segmentBytes, 0);
        if (!packet || packet->GetSize() == 0)
        {
            return;
        }
        m_in.Consume(*this, packet);
    }
    Drain(socket);
}

void
TcpSession::HandleRoom(Ptr<Socket> /* socket */, uint32_t /* room */)
{
    if (m_out.empty())
    {
        return;
    }
    const Ptr<Session> self(this);
    ReportAcknowledged();
    if (m_socket)
    {
        Write();
    }
}

void
TcpSession::HandlePeerClosed(Ptr<Socket> /* socket */)
{
    const Ptr<Session> self(this);
    ReportClosed(!m_connected     ? CloseReason::UNREACHABLE
                 : IsMidMessage() ? CloseReason::TRUNCATED
                                  : CloseReason::PEER);
    Finish();
}

void
TcpSession::HandleError(Ptr<Socket> /* socket */)
{
    const Ptr<Session> self(this);
    ReportClosed(!m_connected     ? CloseReason::UNREACHABLE
                 : IsMidMessage() ? CloseReason::TRUNCATED
                                  : CloseReason::LOST);
    Finish();
}

} // namespace fl
} // namespace ns3
