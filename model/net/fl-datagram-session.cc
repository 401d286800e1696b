/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-datagram-session.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ns3
{
namespace fl
{

DatagramSession::DatagramSession(Transport* transport,
                                 const DatagramConfig& config,
                                 DatagramCounters& counters,
                                 SessionHandler* handler,
                                 Ptr<Socket> socket,
                                 const Address& peer,
                                 EndedCallback onEnded)
    : Session(transport, handler),
      m_config(config),
      m_counters(counters),
      m_onEnded(std::move(onEnded)),
      m_endpoint{socket, peer, !m_onEnded}
{
    if (m_endpoint.isConnected)
    {
        socket->SetRecvCallback(MakeCallback(&DatagramSession::Receive, this));
    }
}

DatagramSession::~DatagramSession()
{
    DatagramSession::DoDetach();
}

void
DatagramSession::DoDetach()
{
    m_out.reset();
    m_early.reset();
    const Ptr<Socket> socket = m_endpoint.socket;
    if (socket && m_endpoint.isConnected)
    {
        socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
        socket->Close();
    }
    m_endpoint.socket = nullptr;
}

Address
DatagramSession::GetPeer() const
{
    return m_endpoint.peer;
}

uint64_t
DatagramSession::GetPendingBytes() const
{
    return m_out ? m_out->GetPendingBytes() : 0;
}

bool
DatagramSession::IsMidMessage() const
{
    return m_in.IsMidMessage();
}

void
DatagramSession::BeginBurst(double windowBytes)
{
    m_out = std::make_unique<DatagramSender>(m_config,
                                             m_counters,
                                             m_endpoint,
                                             m_numbers,
                                             windowBytes,
                                             [this] { GiveUp(); });
}

void
DatagramSession::DoSend(Message&& message)
{
    if (!m_out)
    {
        BeginBurst(
            std::min<double>(static_cast<double>(m_config.initialWindow) * m_config.fragmentBytes,
                             m_config.windowBytes));
    }
    m_out->Queue(std::move(message));
    SendMore();
}

void
DatagramSession::DoClose()
{
    if (!m_endpoint.socket)
    {
        return;
    }
    if (!IsKnownToPeer() && !m_out)
    {
        Finish();
        return;
    }
    if (!m_out)
    {
        BeginBurst(m_config.windowBytes);
    }
    m_out->QueueFin();
    SendMore();
}

void
DatagramSession::GiveUp()
{
    const Ptr<Session> self(this);
    ReportLost();
    DoAbort();
}

void
DatagramSession::ReportLost()
{
    ReportClosed(!m_opened        ? CloseReason::UNREACHABLE
                 : IsMidMessage() ? CloseReason::TRUNCATED
                                  : CloseReason::LOST);
}

void
DatagramSession::DoAbort()
{
    if (!m_endpoint.socket)
    {
        return;
    }
    SendReset();
    Finish();
}

void
DatagramSession::SendReset()
{
    if (IsKnownToPeer())
    {
        DatagramHeader reset;
        reset.kind = DatagramHeader::RESET;
        m_endpoint.Send(reset, Create<Packet>());
    }
}

void
DatagramSession::Finish()
{
    if (m_endpoint.socket)
    {
        if (m_out)
        {
            m_out->RemoveTimer();
        }
        DoDetach();
        if (m_onEnded)
        {
            m_onEnded(m_endpoint.peer);
        }
        Leave();
    }
}

bool
DatagramSession::TakeHeader(Ptr<Packet> packet, DatagramHeader& header)
{
    std::array<uint8_t, DatagramHeader::ACK_SIZE> bytes;
    const uint32_t size = packet->CopyData(bytes.data(), bytes.size());
    if (!header.Read(bytes.data(), size))
    {
        return false;
    }
    packet->RemoveAtStart(header.GetSerializedSize());
    return true;
}

void
DatagramSession::Receive(Ptr<Socket> socket)
{
    const Ptr<Session> self(this);
    while (m_endpoint.socket)
    {
        const auto packet = socket->Recv();
        if (!packet)
        {
            return;
        }
        DatagramHeader header;
        if (TakeHeader(packet, header))
        {
            HandleDatagram(header, packet);
        }
        else
        {
            CountRefused(WireError::BAD_DATAGRAM);
        }
    }
}

void
DatagramSession::HandleDatagram(const DatagramHeader& header, Ptr<Packet> packet)
{
    const Ptr<Session> self(this);
    Heard();
    if (header.kind == DatagramHeader::RESET)
    {
        ReportLost();
        Finish();
        return;
    }
    ReportOpened();
    if (!m_endpoint.socket)
    {
        return;
    }
    if (header.kind == DatagramHeader::DATA)
    {
        HandleData(header, packet);
    }
    else
    {
        HandleAck(header);
    }
}

void
DatagramSession::HandleData(const DatagramHeader& header, Ptr<Packet> packet)
{
    const int32_t ahead = SequenceDistance(m_nextIn, header.sequence);
    if (ahead > static_cast<int32_t>(DatagramSender::MAX_FLIGHT))
    {
        return; // no honest peer sends it
    }
    if (header.flags & DatagramHeader::FIN)
    {
        packet = nullptr;
    }
    if (ahead != 0)
    {
        if (ahead > 0 && !m_early)
        {
            m_early = std::make_unique<std::map<uint64_t, Ptr<Packet>>>();
        }
        if (ahead < 0 || !m_early->emplace(m_nextIn + ahead, packet).second)
        {
            ++m_counters.nDuplicates;
        }
        SendAck(header);
        return;
    }
    Received();
    // Acknowledge first: what is delivered may make the handler send a great deal.
    std::vector<Ptr<Packet>> waiting;
    ++m_nextIn;
    const bool fillsGap = m_early != nullptr;
    while (m_early && m_early->begin()->first == m_nextIn)
    {
        ++m_nextIn;
        waiting.push_back(m_early->begin()->second);
        m_early->erase(m_early->begin());
        if (m_early->empty())
        {
            m_early.reset();
        }
    }
    if (fillsGap || (header.flags & DatagramHeader::ACK_REQUEST))
    {
        SendAck(header);
    }
    Deliver(packet);
    for (const auto& later : waiting)
    {
        Deliver(later);
    }
}

void
DatagramSession::Deliver(Ptr<Packet> packet)
{
    if (!m_endpoint.socket)
    {
        return;
    }
    if (packet)
    {
        m_in.Consume(*this, packet);
        return;
    }
    ReportClosed(IsMidMessage() ? CloseReason::TRUNCATED : CloseReason::PEER);
    Finish();
}

void
DatagramSession::SendAck(const DatagramHeader& trigger)
{
    DatagramHeader ack;
    ack.kind = DatagramHeader::ACK;
    ack.flags = trigger.flags & DatagramHeader::SMALL;
    ack.sequence = static_cast<uint32_t>(m_nextIn);
    ack.order = trigger.order;
    if (m_early)
    {
        for (const auto& [sequence, packet] : *m_early)
        {
            ack.received |= uint64_t{1} << (sequence - m_nextIn - 1);
        }
    }
    ++m_counters.nAcks;
    m_endpoint.Send(ack, Create<Packet>());
}

void
DatagramSession::HandleAck(const DatagramHeader& header)
{
    if (!m_out)
    {
        return;
    }
    const auto acked = m_out->TakeAck(header);
    if (!acked.isValid)
    {
        return;
    }
    if (acked.isOldest)
    {
        Acknowledged();
    }
    const auto delivered = m_out->TakeDelivered();
    if (m_out->IsIdle())
    {
        const bool isOver = m_out->IsFinSent();
        m_out->RemoveTimer();
        m_out.reset();
        if (isOver)
        {
            Finish();
        }
    }
    for (const auto& message : delivered)
    {
        ReportDelivered(message);
    }
    if (m_out)
    {
        m_out->MarkLost();
        SendMore();
    }
}

void
DatagramSession::SendMore()
{
    // The handler may send from within MessageStarted: the loop below sees what it queued.
    if (m_isSending)
    {
        return;
    }
    m_isSending = true;
    while (m_out)
    {
        const auto sent = m_out->Send();
        if (!sent.isSent)
        {
            break;
        }
        if (sent.started)
        {
            ReportStarted(*sent.started);
        }
    }
    m_isSending = false;
}

} // namespace fl
} // namespace ns3
