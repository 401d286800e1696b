/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-datagram-session.h"

#include "ns3/fl-ns3-compat.h"
#include "ns3/log.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <array>
#include <deque>
#include <list>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlDatagramSession");

namespace
{

/// A fragment is lost when one sent this many transmissions later was acknowledged (RFC 5681,
/// 6675).
constexpr uint64_t REORDERING = 3;

/// Retransmissions of the farewell: the peer may have gone first.
constexpr uint32_t FAREWELL_RETRIES = 4;

/// The window never closes below this many fragments.
constexpr uint32_t MIN_WINDOW = 2;

/**
 * @param base a number in full
 * @param wire the lower half of a number not far from it
 * @return by how much the latter is larger
 */
int32_t
Distance(uint64_t base, uint32_t wire)
{
    return static_cast<int32_t>(wire - static_cast<uint32_t>(base));
}

} // namespace

/// A message that is queued, or waits for acknowledgement.
struct DatagramSession::Outgoing
{
    Message message;         //!< the message
    uint64_t bytes;          //!< on the wire
    uint64_t offset{0};      //!< bytes that were cut into fragments
    uint64_t endSequence{0}; //!< number after that of its last fragment, when all are cut
};

/// A fragment that was sent.
struct DatagramSession::Fragment
{
    const Outgoing* source; //!< what it is a piece of; null: FIN
    uint64_t offset;        //!< from where [byte]
    uint32_t bytes;         //!< how long [byte]
    uint64_t order{0};      //!< number of its last transmission
    Time sentAt{};          //!< when that was
    bool isAcked{false};    //!< acknowledged, though an earlier one is not
    bool isLost{false};     //!< to be sent again
};

/// What a session needs while something is queued or not acknowledged.
struct DatagramSession::Sender
{
    std::list<Outgoing> queue;          //!< not acknowledged or not sent, in order
    std::list<Outgoing>::iterator next; //!< the first one not cut to its end
    std::deque<Fragment> flight;        //!< sent, from the oldest one not acknowledged on
    uint64_t base{0};                   //!< number of that one
    uint64_t flightBytes{0};            //!< in flight: neither acknowledged nor lost [byte]
    uint32_t nLost{0};                  //!< fragments to be sent again
    uint64_t highestOrder{0};           //!< newest transmission of full size that was acknowledged
    double windowBytes{0};              //!< the congestion window [byte]
    double thresholdBytes{0};           //!< up to here it grows by slow start [byte]
    uint64_t recoveryEnd{0};            //!< losses below this number are of one and the same window
    uint32_t sinceAsked{0};             //!< fragments since the last one that asked
    uint32_t retries{0};                //!< timeouts in a row
    Time expected;                      //!< the longest predicted transfer among the messages
    Time srtt;                          //!< smoothed round-trip time
    Time rttvar;                        //!< its variation
    bool isMeasured{false};             //!< those two are known
    Time deadline;                      //!< when the timer runs out
    EventId timer;                      //!< comes then, or earlier
    bool isSending{false};              //!< in SendMore()
    bool isFinQueued{false};            //!< send a FIN after the queue
    bool isFinSent{false};              //!< it was cut

    Sender()
        : next(queue.end())
    {
    }

    /// @return whether there is something left to be cut
    bool HasNext() const
    {
        return next != queue.end() || (isFinQueued && !isFinSent);
    }

    /**
     * @param fragmentBytes size of a full fragment
     * @return size of the next fragment [byte]
     */
    uint32_t GetNextBytes(uint32_t fragmentBytes) const
    {
        return next == queue.end()
                   ? 0
                   : static_cast<uint32_t>(
                         std::min<uint64_t>(next->bytes - next->offset, fragmentBytes));
    }

    /**
     * @param bytes size of a fragment
     * @return whether it may be sent now
     */
    bool Allows(uint32_t bytes) const
    {
        return flightBytes == 0 || flightBytes + bytes <= windowBytes;
    }

    /// @param sample a round-trip time measured (RFC 6298)
    void Measure(Time sample)
    {
        if (!isMeasured)
        {
            isMeasured = true;
            srtt = sample;
            rttvar = sample / 2;
            return;
        }
        rttvar = (rttvar * 3 + Abs(srtt - sample)) / 4;
        srtt = (srtt * 7 + sample) / 8;
    }
};

DatagramSession::DatagramSession(DatagramTransport* transport,
                                 SessionHandler* handler,
                                 Ptr<Socket> socket,
                                 const Address& peer,
                                 bool ownsSocket)
    : Session(transport, handler),
      m_socket(socket),
      m_peer(peer),
      m_ownsSocket(ownsSocket)
{
    if (ownsSocket)
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
    if (m_out)
    {
        m_out->timer.Cancel(); // not Remove: the simulator may be gone already
        m_out.reset();
    }
    m_early.reset();
    if (m_socket && m_ownsSocket)
    {
        m_socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
        m_socket->Close();
    }
    m_socket = nullptr;
}

DatagramTransport&
DatagramSession::GetTransport() const
{
    return static_cast<DatagramTransport&>(*m_transport);
}

Address
DatagramSession::GetPeer() const
{
    return m_peer;
}

uint64_t
DatagramSession::GetPendingBytes() const
{
    if (!m_out)
    {
        return 0;
    }
    uint64_t pending = m_out->flightBytes;
    for (auto out = m_out->next; out != m_out->queue.end(); ++out)
    {
        pending += out->bytes - out->offset;
    }
    return pending;
}

bool
DatagramSession::IsMidMessage() const
{
    return m_in.IsMidMessage();
}

void
DatagramSession::DoSend(Message&& message)
{
    if (!m_out)
    {
        const auto& transport = GetTransport();
        m_out = std::make_unique<Sender>();
        m_out->base = m_nextOut;
        m_out->windowBytes = std::min<double>(static_cast<double>(transport.m_initialWindow) *
                                                  transport.m_fragmentBytes,
                                              transport.m_windowBytes);
        m_out->thresholdBytes = transport.m_windowBytes;
    }
    m_out->expected = std::max(m_out->expected, message.expected);
    const uint64_t bytes = message.GetWireBytes();
    m_out->queue.push_back(Outgoing{std::move(message), bytes});
    if (m_out->next == m_out->queue.end())
    {
        --m_out->next;
    }
    SendMore();
}

void
DatagramSession::DoClose()
{
    if (!m_socket)
    {
        return;
    }
    if (m_nextOut == 0 && m_nextIn == 0 && !m_out)
    {
        Finish(); // the peer knows nothing of it
        return;
    }
    if (!m_out)
    {
        m_out = std::make_unique<Sender>();
        m_out->base = m_nextOut;
        m_out->windowBytes = m_out->thresholdBytes = GetTransport().m_windowBytes;
    }
    m_out->isFinQueued = true;
    SendMore();
}

void
DatagramSession::DoAbort()
{
    if (!m_socket)
    {
        return;
    }
    SendReset();
    Finish();
}

void
DatagramSession::SendReset()
{
    if (m_nextOut > 0 || m_nextIn > 0)
    {
        DatagramHeader reset;
        reset.kind = DatagramHeader::RESET;
        SendDatagram(reset, Create<Packet>());
    }
}

void
DatagramSession::Finish()
{
    if (m_socket)
    {
        if (m_out)
        {
            Simulator::Remove(m_out->timer);
        }
        DoDetach();
        if (!m_ownsSocket)
        {
            GetTransport().Bury(m_peer);
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
    while (m_socket)
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
            GetTransport().CountRefused(m_peer, WireError::BAD_DATAGRAM);
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
        TellClosed(!m_opened        ? CloseReason::UNREACHABLE
                   : IsMidMessage() ? CloseReason::TRUNCATED
                                    : CloseReason::LOST);
        Finish();
        return;
    }
    TellOpened();
    if (!m_socket)
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
    const int32_t ahead = Distance(m_nextIn, header.sequence);
    if (ahead > static_cast<int32_t>(MAX_FLIGHT))
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
            ++GetTransport().m_nDuplicates;
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
    if (fillsGap || (header.flags & DatagramHeader::ASK))
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
    if (!m_socket)
    {
        return;
    }
    if (packet)
    {
        m_in.Consume(*this, packet);
        return;
    }
    TellClosed(IsMidMessage() ? CloseReason::TRUNCATED : CloseReason::PEER);
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
    ++GetTransport().m_nAcks;
    SendDatagram(ack, Create<Packet>());
}

void
DatagramSession::SendDatagram(const DatagramHeader& header, Ptr<Packet> packet)
{
    packet->AddHeader(header);
    // If the node has no route for now, this is a loss as any other.
    if (m_ownsSocket)
    {
        m_socket->Send(packet);
    }
    else
    {
        m_socket->SendTo(packet, 0, m_peer);
    }
}

void
DatagramSession::HandleAck(const DatagramHeader& header)
{
    if (!m_out || !TakeAck(header))
    {
        return;
    }
    FinishAcknowledged();
    if (m_out)
    {
        MarkLost();
        SendMore();
    }
}

bool
DatagramSession::TakeAck(const DatagramHeader& header)
{
    Sender& out = *m_out;
    const int32_t nAcked = Distance(out.base, header.sequence);
    if (nAcked < 0 || nAcked > static_cast<int32_t>(out.flight.size()))
    {
        return false; // late, or not for us
    }
    uint64_t ackedBytes = 0;
    bool isNews = false;
    const auto take = [&](Fragment& fragment) {
        if (fragment.isAcked)
        {
            return;
        }
        isNews = true;
        ackedBytes += fragment.bytes;
        if (fragment.isLost)
        {
            --out.nLost;
            fragment.isLost = false;
        }
        else
        {
            out.flightBytes -= fragment.bytes;
        }
        fragment.isAcked = true;
        if (static_cast<uint32_t>(fragment.order) == header.order &&
            !(header.flags & DatagramHeader::SMALL))
        {
            // The very transmission that was answered, so that Karn's ambiguity does not arise; and
            // a full one, since at low rates a small one tells nothing about how long those take.
            out.Measure(Simulator::Now() - fragment.sentAt);
        }
    };
    for (int32_t i = 0; i < nAcked; ++i)
    {
        take(out.flight.front());
        out.flight.pop_front();
    }
    out.base += nAcked;
    if (nAcked > 0)
    {
        Acknowledged();
    }
    for (std::size_t i = 1; header.received >> (i - 1) && i < out.flight.size(); ++i)
    {
        if ((header.received >> (i - 1)) & 1)
        {
            take(out.flight[i]);
        }
        if (i == MAX_FLIGHT)
        {
            break;
        }
    }
    const int32_t back = Distance(m_order, header.order);
    if (!(header.flags & DatagramHeader::SMALL) && back <= 0)
    {
        out.highestOrder = std::max(out.highestOrder, m_order + back);
    }
    if (isNews)
    {
        out.retries = 0;
        const uint32_t fragmentBytes = GetTransport().m_fragmentBytes;
        out.windowBytes += out.windowBytes < out.thresholdBytes
                               ? static_cast<double>(ackedBytes)
                               : static_cast<double>(fragmentBytes) *
                                     static_cast<double>(ackedBytes) / out.windowBytes;
        out.windowBytes = std::min<double>(out.windowBytes, GetTransport().m_windowBytes);
        RestartTimer();
    }
    return true;
}

void
DatagramSession::MarkLost()
{
    Sender& out = *m_out;
    for (std::size_t i = 0; i < out.flight.size(); ++i)
    {
        Fragment& fragment = out.flight[i];
        if (fragment.order + REORDERING > out.highestOrder)
        {
            if (i == 0)
            {
                return; // the usual case: nothing newer than the oldest one was acknowledged
            }
            continue;
        }
        if (fragment.isAcked || fragment.isLost)
        {
            continue;
        }
        fragment.isLost = true;
        ++out.nLost;
        out.flightBytes -= fragment.bytes;
        if (out.base + i >= out.recoveryEnd)
        {
            out.recoveryEnd = m_nextOut;
            out.windowBytes =
                std::max<double>(out.windowBytes / 2, MIN_WINDOW * GetTransport().m_fragmentBytes);
            out.thresholdBytes = out.windowBytes;
        }
    }
}

void
DatagramSession::FinishAcknowledged()
{
    std::list<Outgoing> done;
    auto& queue = m_out->queue;
    while (queue.begin() != m_out->next && queue.front().endSequence <= m_out->base)
    {
        done.splice(done.end(), queue, queue.begin());
    }
    if (m_out->flight.empty() && !m_out->HasNext())
    {
        const bool isOver = m_out->isFinSent;
        // Not Cancel, which would leave thousands of dead timers in the simulator's list.
        Simulator::Remove(m_out->timer);
        m_out.reset();
        if (isOver)
        {
            Finish();
        }
    }
    for (const auto& out : done)
    {
        TellDelivered(out.message.header);
    }
}

void
DatagramSession::SendMore()
{
    // The handler may send from within MessageStarted: the loops below see what it queued.
    if (m_out->isSending)
    {
        return;
    }
    m_out->isSending = true;
    while (m_out && m_out->nLost > 0 && SendLost())
    {
    }
    while (m_out && m_out->nLost == 0 && SendNew())
    {
    }
    if (m_out)
    {
        m_out->isSending = false;
    }
}

bool
DatagramSession::SendLost()
{
    auto& flight = m_out->flight;
    const auto lost =
        std::find_if(flight.begin(), flight.end(), [](const auto& f) { return f.isLost; });
    if (!m_out->Allows(lost->bytes))
    {
        return false;
    }
    ++GetTransport().m_nRetransmitted;
    Transmit(lost - flight.begin(), true);
    return true;
}

bool
DatagramSession::SendNew()
{
    Sender& out = *m_out;
    const auto& transport = GetTransport();
    const uint32_t bytes = out.GetNextBytes(transport.m_fragmentBytes);
    if (!out.HasNext() || out.flight.size() >= MAX_FLIGHT || !out.Allows(bytes))
    {
        return false;
    }
    if (out.next == out.queue.end())
    {
        out.isFinSent = true;
        out.flight.push_back(Fragment{nullptr, 0, 0});
        ++m_nextOut;
        out.flight.back().isLost = true;
        ++out.nLost;
        Transmit(out.flight.size() - 1, true);
        return true;
    }
    Outgoing& source = *out.next;
    const bool isFirst = source.offset == 0;
    out.flight.push_back(Fragment{&source, source.offset, bytes});
    source.offset += bytes;
    ++m_nextOut;
    if (source.offset == source.bytes)
    {
        source.endSequence = m_nextOut;
        ++out.next;
    }
    // Ask when there will be no next fragment for now, or every so many.
    const uint32_t nextBytes = out.GetNextBytes(transport.m_fragmentBytes);
    const bool ask = ++out.sinceAsked >= transport.m_ackEvery || !out.HasNext() ||
                     out.flight.size() >= MAX_FLIGHT ||
                     out.flightBytes + bytes + nextBytes > out.windowBytes;
    Transmit(out.flight.size() - 1, ask);
    if (isFirst)
    {
        const MessageHeader header = source.message.header;
        TellStarted(header);
    }
    return true;
}

void
DatagramSession::Transmit(std::size_t index, bool ask)
{
    Sender& out = *m_out;
    Fragment& fragment = out.flight[index];
    if (fragment.isLost)
    {
        fragment.isLost = false;
        --out.nLost;
    }
    out.flightBytes += fragment.bytes;
    fragment.sentAt = Simulator::Now();
    fragment.order = ++m_order;

    DatagramHeader header;
    header.kind = DatagramHeader::DATA;
    header.sequence = static_cast<uint32_t>(out.base + index);
    header.order = static_cast<uint32_t>(fragment.order);
    header.flags = (ask ? DatagramHeader::ASK : 0) | (fragment.source ? 0 : DatagramHeader::FIN) |
                   (fragment.bytes < GetTransport().m_fragmentBytes ? DatagramHeader::SMALL : 0);
    if (ask)
    {
        out.sinceAsked = 0;
    }
    if (!IsPending(out.timer))
    {
        RestartTimer();
    }
    SendDatagram(header,
                 fragment.source
                     ? CutPacket(fragment.source->message, fragment.offset, fragment.bytes)
                     : Create<Packet>());
}

void
DatagramSession::RestartTimer()
{
    Sender& out = *m_out;
    const auto& transport = GetTransport();
    const Time first = transport.GetFirstTimeout(out.expected);
    // A longer one than MaxRto where the transfer is known to be slow.
    const Time longest = std::max(transport.m_maxRto, first);
    Time rto = out.isMeasured ? out.srtt + out.rttvar * 4 : first;
    rto = std::max(rto, transport.m_minRto);
    // Bounded before it is doubled so many times that the clock cannot hold it.
    for (uint32_t i = 0; i < out.retries && rto < longest; ++i)
    {
        rto = rto * 2;
    }
    rto = std::min(rto, longest);
    out.deadline = Simulator::Now() + rto;
    // A timer that is on is left alone unless it would come too late: it looks at the deadline.
    if (IsPending(out.timer) && Simulator::GetDelayLeft(out.timer) > rto)
    {
        Simulator::Remove(out.timer);
    }
    if (!IsPending(out.timer))
    {
        out.timer = Simulator::Schedule(rto, &DatagramSession::HandleTimer, this);
    }
}

void
DatagramSession::HandleTimer()
{
    const Time left = m_out->deadline - Simulator::Now();
    if (left.IsStrictlyPositive())
    {
        m_out->timer = Simulator::Schedule(left, &DatagramSession::HandleTimer, this);
        return;
    }
    HandleTimeout();
}

void
DatagramSession::HandleTimeout()
{
    const Ptr<Session> self(this);
    Sender& out = *m_out;
    const auto& transport = GetTransport();
    const uint32_t retries = m_open ? transport.m_maxRetries : FAREWELL_RETRIES;
    if (++out.retries > retries)
    {
        NS_LOG_INFO("no answer after " << retries << " retransmissions");
        TellClosed(!m_opened        ? CloseReason::UNREACHABLE
                   : IsMidMessage() ? CloseReason::TRUNCATED
                                    : CloseReason::LOST);
        DoAbort();
        return;
    }
    out.thresholdBytes =
        std::max<double>(out.windowBytes / 2, MIN_WINDOW * transport.m_fragmentBytes);
    out.windowBytes = MIN_WINDOW * transport.m_fragmentBytes;
    out.recoveryEnd = m_nextOut;
    // This one was sent so much later than all others that its acknowledgement proves them lost:
    // leave a gap in the numbers, so that MarkLost() finds them.
    m_order += REORDERING;
    if (!out.flight.front().isLost)
    {
        out.flightBytes -= out.flight.front().bytes;
    }
    ++GetTransport().m_nRetransmitted;
    Transmit(0, true);
    RestartTimer();
}

} // namespace fl
} // namespace ns3
