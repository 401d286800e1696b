/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-datagram-sender.h"

#include "fl-message-stream.h"

#include "ns3/fl-ns3-compat.h"
#include "ns3/log.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlDatagramSender");

namespace
{

/// A fragment is lost when one sent this many transmissions later was acknowledged (RFC 5681,
/// 6675).
constexpr uint64_t REORDERING = 3;

/// Retransmissions of the FIN: the peer may have gone first.
constexpr uint32_t FIN_RETRIES = 4;

/// The window never closes below this many fragments.
constexpr uint32_t MIN_WINDOW = 2;

} // namespace

void
DatagramEndpoint::Send(const DatagramHeader& header, Ptr<Packet> packet) const
{
    packet->AddHeader(header);
    // Without a route, as while a node is detached, the datagram is lost, and is sent again after
    // the timeout (RFC 6298).
    if (isConnected)
    {
        socket->Send(packet);
    }
    else
    {
        socket->SendTo(packet, 0, peer);
    }
}

DatagramSender::DatagramSender(const DatagramConfig& config,
                               DatagramCounters& counters,
                               const DatagramEndpoint& endpoint,
                               Numbers& numbers,
                               double windowBytes,
                               std::function<void()> onGivenUp)
    : m_config(config),
      m_counters(counters),
      m_endpoint(endpoint),
      m_numbers(numbers),
      m_onGivenUp(std::move(onGivenUp)),
      m_next(m_queue.end()),
      m_base(numbers.nextFragment),
      m_windowBytes(windowBytes),
      m_thresholdBytes(config.windowBytes)
{
}

DatagramSender::~DatagramSender()
{
    m_timer.Cancel(); // not Remove: the simulator may be gone already
}

void
DatagramSender::RemoveTimer()
{
    Simulator::Remove(m_timer);
}

void
DatagramSender::Queue(Message&& message)
{
    m_expected = std::max(m_expected, message.expected);
    const uint64_t bytes = message.GetWireBytes();
    m_queue.push_back(Outgoing{std::move(message), bytes});
    if (m_next == m_queue.end())
    {
        --m_next;
    }
}

void
DatagramSender::QueueFin()
{
    m_isFinQueued = true;
}

uint64_t
DatagramSender::GetPendingBytes() const
{
    uint64_t pending = m_flightBytes;
    for (std::list<Outgoing>::const_iterator out = m_next; out != m_queue.end(); ++out)
    {
        pending += out->bytes - out->offset;
    }
    return pending;
}

uint32_t
DatagramSender::GetNextBytes() const
{
    return m_next == m_queue.end()
               ? 0
               : static_cast<uint32_t>(
                     std::min<uint64_t>(m_next->bytes - m_next->offset, m_config.fragmentBytes));
}

bool
DatagramSender::Allows(uint32_t bytes) const
{
    return m_flightBytes == 0 || m_flightBytes + bytes <= m_windowBytes;
}

void
DatagramSender::Measure(Time sample)
{
    if (!m_isMeasured)
    {
        m_isMeasured = true;
        m_srtt = sample;
        m_rttvar = sample / 2;
        return;
    }
    m_rttvar = (m_rttvar * 3 + Abs(m_srtt - sample)) / 4;
    m_srtt = (m_srtt * 7 + sample) / 8;
}

std::optional<uint32_t>
DatagramSender::Acknowledge(Fragment& fragment, const DatagramHeader& header)
{
    if (fragment.isAcked)
    {
        return std::nullopt;
    }
    if (fragment.isLost)
    {
        --m_nLost;
        fragment.isLost = false;
    }
    else
    {
        m_flightBytes -= fragment.bytes;
    }
    fragment.isAcked = true;
    if (static_cast<uint32_t>(fragment.order) == header.order &&
        !(header.flags & DatagramHeader::SMALL))
    {
        // The very transmission that was answered, so that Karn's ambiguity does not arise; and a
        // full one, since at low rates a small one tells nothing about how long those take.
        Measure(Simulator::Now() - fragment.sentAt);
    }
    return fragment.bytes;
}

DatagramSender::Acked
DatagramSender::TakeAck(const DatagramHeader& header)
{
    const int32_t nAcked = SequenceDistance(m_base, header.sequence);
    if (nAcked < 0 || nAcked > static_cast<int32_t>(m_flight.size()))
    {
        return {}; // late, or not of this burst
    }
    uint64_t ackedBytes = 0;
    bool isNews = false;
    const auto take = [&](Fragment& fragment) {
        if (const auto bytes = Acknowledge(fragment, header))
        {
            isNews = true;
            ackedBytes += *bytes;
        }
    };
    std::for_each(m_flight.begin(), m_flight.begin() + nAcked, take);
    m_flight.erase(m_flight.begin(), m_flight.begin() + nAcked);
    m_base += nAcked;
    const std::size_t end = std::min<std::size_t>(m_flight.size(), MAX_FLIGHT + 1);
    for (std::size_t i = 1; i < end && header.received >> (i - 1); ++i)
    {
        if ((header.received >> (i - 1)) & 1)
        {
            take(m_flight[i]);
        }
    }
    const int32_t back = SequenceDistance(m_numbers.lastTransmission, header.order);
    if (!(header.flags & DatagramHeader::SMALL) && back <= 0)
    {
        m_highestOrder = std::max(m_highestOrder, m_numbers.lastTransmission + back);
    }
    if (isNews)
    {
        m_retries = 0;
        OpenWindow(ackedBytes);
        RestartTimer();
    }
    return {true, nAcked > 0};
}

void
DatagramSender::OpenWindow(uint64_t ackedBytes)
{
    m_windowBytes += m_windowBytes < m_thresholdBytes
                         ? static_cast<double>(ackedBytes)
                         : static_cast<double>(m_config.fragmentBytes) *
                               static_cast<double>(ackedBytes) / m_windowBytes;
    m_windowBytes = std::min<double>(m_windowBytes, m_config.windowBytes);
}

void
DatagramSender::MarkLost()
{
    for (std::size_t i = 0; i < m_flight.size(); ++i)
    {
        Fragment& fragment = m_flight[i];
        if (fragment.order + REORDERING > m_highestOrder)
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
        ++m_nLost;
        m_flightBytes -= fragment.bytes;
        if (m_base + i >= m_recoveryEnd)
        {
            m_recoveryEnd = m_numbers.nextFragment;
            m_windowBytes =
                std::max<double>(m_windowBytes / 2, MIN_WINDOW * m_config.fragmentBytes);
            m_thresholdBytes = m_windowBytes;
        }
    }
}

std::vector<MessageHeader>
DatagramSender::TakeDelivered()
{
    std::vector<MessageHeader> delivered;
    while (m_queue.begin() != m_next && m_queue.front().endSequence <= m_base)
    {
        delivered.push_back(m_queue.front().message.header);
        m_queue.pop_front();
    }
    return delivered;
}

DatagramSender::Sent
DatagramSender::Send()
{
    return m_nLost > 0 ? Sent{SendLost(), {}} : SendNew();
}

bool
DatagramSender::SendLost()
{
    const auto lost =
        std::find_if(m_flight.begin(), m_flight.end(), [](const auto& f) { return f.isLost; });
    if (!Allows(lost->bytes))
    {
        return false;
    }
    ++m_counters.nRetransmitted;
    Transmit(lost - m_flight.begin(), true);
    return true;
}

void
DatagramSender::SendFin()
{
    m_isFinSent = true;
    m_flight.push_back(Fragment{nullptr, 0, 0});
    ++m_numbers.nextFragment;
    m_flight.back().isLost = true;
    ++m_nLost;
    Transmit(m_flight.size() - 1, true);
}

DatagramSender::Sent
DatagramSender::SendNew()
{
    const uint32_t bytes = GetNextBytes();
    if (!HasNext() || m_flight.size() >= MAX_FLIGHT || !Allows(bytes))
    {
        return {};
    }
    if (m_next == m_queue.end())
    {
        SendFin();
        return {true, {}};
    }
    Outgoing& source = *m_next;
    const bool isFirst = source.offset == 0;
    m_flight.push_back(Fragment{&source, source.offset, bytes});
    source.offset += bytes;
    ++m_numbers.nextFragment;
    if (source.offset == source.bytes)
    {
        source.endSequence = m_numbers.nextFragment;
        ++m_next;
    }
    // Request one with the last fragment that the queue or the window allows, and every AckEvery
    // fragments.
    const bool isAckRequested = ++m_sinceAckRequest >= m_config.ackEvery || !HasNext() ||
                                m_flight.size() >= MAX_FLIGHT ||
                                m_flightBytes + bytes + GetNextBytes() > m_windowBytes;
    Transmit(m_flight.size() - 1, isAckRequested);
    Sent sent{true, {}};
    if (isFirst)
    {
        sent.started = source.message.header;
    }
    return sent;
}

void
DatagramSender::Transmit(std::size_t index, bool isAckRequested)
{
    Fragment& fragment = m_flight[index];
    if (fragment.isLost)
    {
        fragment.isLost = false;
        --m_nLost;
    }
    m_flightBytes += fragment.bytes;
    fragment.sentAt = Simulator::Now();
    fragment.order = ++m_numbers.lastTransmission;

    DatagramHeader header;
    header.kind = DatagramHeader::DATA;
    header.sequence = static_cast<uint32_t>(m_base + index);
    header.order = static_cast<uint32_t>(fragment.order);
    header.flags = (isAckRequested ? DatagramHeader::ACK_REQUEST : 0) |
                   (fragment.source ? 0 : DatagramHeader::FIN) |
                   (fragment.bytes < m_config.fragmentBytes ? DatagramHeader::SMALL : 0);
    if (isAckRequested)
    {
        m_sinceAckRequest = 0;
    }
    if (!IsPending(m_timer))
    {
        RestartTimer();
    }
    m_endpoint.Send(header,
                    fragment.source
                        ? CutPacket(fragment.source->message, fragment.offset, fragment.bytes)
                        : Create<Packet>());
}

Time
DatagramSender::GetTimeout() const
{
    const Time first = m_config.GetFirstTimeout(m_expected);
    // A longer one than MaxRto where the transfer is known to be slow.
    const Time longest = std::max(m_config.maxRto, first);
    Time rto = m_isMeasured ? m_srtt + m_rttvar * 4 : first;
    rto = std::max(rto, m_config.minRto);
    // Bounded before it is doubled so many times that the clock cannot hold it.
    for (uint32_t i = 0; i < m_retries && rto < longest; ++i)
    {
        rto = rto * 2;
    }
    return std::min(rto, longest);
}

void
DatagramSender::RestartTimer()
{
    const Time rto = GetTimeout();
    m_deadline = Simulator::Now() + rto;
    // A pending timer is left alone unless it would expire too late: it looks at the deadline.
    if (IsPending(m_timer) && Simulator::GetDelayLeft(m_timer) > rto)
    {
        Simulator::Remove(m_timer);
    }
    if (!IsPending(m_timer))
    {
        m_timer = Simulator::Schedule(rto, &DatagramSender::HandleTimer, this);
    }
}

void
DatagramSender::HandleTimer()
{
    const Time left = m_deadline - Simulator::Now();
    if (left.IsStrictlyPositive())
    {
        m_timer = Simulator::Schedule(left, &DatagramSender::HandleTimer, this);
        return;
    }
    HandleTimeout();
}

void
DatagramSender::HandleTimeout()
{
    const uint32_t retries = m_isFinQueued ? FIN_RETRIES : m_config.maxRetries;
    if (++m_retries > retries)
    {
        NS_LOG_INFO("no answer after " << retries << " retransmissions");
        const auto onGivenUp = m_onGivenUp; // the owner deletes this sender
        onGivenUp();
        return;
    }
    m_thresholdBytes = std::max<double>(m_windowBytes / 2, MIN_WINDOW * m_config.fragmentBytes);
    m_windowBytes = MIN_WINDOW * m_config.fragmentBytes;
    m_recoveryEnd = m_numbers.nextFragment;
    // This one is sent so much later than all others that its acknowledgement proves them lost:
    // leave a gap in the numbers, so that MarkLost() finds them.
    m_numbers.lastTransmission += REORDERING;
    if (!m_flight.front().isLost)
    {
        m_flightBytes -= m_flight.front().bytes;
    }
    ++m_counters.nRetransmitted;
    Transmit(0, true);
    RestartTimer();
}

} // namespace fl
} // namespace ns3
