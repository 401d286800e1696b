/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fdma-control-band.h"

#include "fl-fdma-channel.h"
#include "fl-fdma-radio.h"

#include "ns3/fl-predictor.h"
#include "ns3/node.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

FdmaControlBand::FdmaControlBand(FdmaChannel* channel, Direction direction)
    : m_channel(channel),
      m_direction(direction)
{
}

bool
FdmaControlBand::Enqueue(Ptr<Packet> frame, uint32_t index)
{
    if (GetNFrames() >= m_channel->GetControlQueueSize())
    {
        return false;
    }
    m_queue.push_back({frame, index, 8.0 * frame->GetSize(), false});
    Serve();
    return true;
}

uint32_t
FdmaControlBand::GetNFrames() const
{
    return m_queue.size() + m_deferred.size() + (m_busy ? 1 : 0);
}

void
FdmaControlBand::Serve()
{
    while (!m_busy && !m_queue.empty())
    {
        Item item = std::move(m_queue.front());
        m_queue.pop_front();
        const double rateBps = RateBps(item.index);
        if (rateBps < m_channel->GetControlMinRateBps())
        {
            Defer(std::move(item));
            continue;
        }
        m_current = std::move(item);
        StartSegment(rateBps);
    }
}

void
FdmaControlBand::StartSegment(double rateBps)
{
    const auto sender = Sender(m_current.index);
    const Time needed = Seconds(m_current.bitsLeft / rateBps);
    m_last = needed <= m_channel->GetMinSegment();
    m_busy = true;
    m_rateBps = rateBps;
    m_txPowerW = TxPowerW(m_current.index);
    m_start = Simulator::Now();
    Simulator::ScheduleWithContext(sender->GetNode()->GetId(),
                                   m_last ? needed : m_channel->GetMinSegment(),
                                   &FdmaControlBand::EndSegment,
                                   this,
                                   ++m_segment);
    if (!m_current.begun)
    {
        m_current.begun = true;
        sender->NotifyTxBegin(m_current.frame);
    }
    sender->SetControlTxPowerNow(m_txPowerW);
}

void
FdmaControlBand::EndSegment(uint64_t segment)
{
    if (segment != m_segment || !m_busy)
    {
        return;
    }
    Settle();
    // Out of m_current first: a trace sink may send, and so begin the next one.
    Item item = std::exchange(m_current, Item());
    const auto sender = Sender(item.index);
    if (m_last)
    {
        sender->NotifyTxEnd(item.frame);
        Deliver(item);
    }
    else
    {
        m_queue.push_back(std::move(item));
    }
    Serve();
    // After Serve, so that a sender that continues does not switch off in between.
    if (!m_busy || Sender(m_current.index) != sender)
    {
        sender->SetControlTxPowerNow(0);
    }
}

void
FdmaControlBand::Settle()
{
    const Time airtime = Simulator::Now() - m_start;
    m_current.bitsLeft -= m_rateBps * airtime.GetSeconds();
    Sender(m_current.index)->AddControlEnergyJ(m_txPowerW * airtime.GetSeconds());
    m_busy = false;
}

void
FdmaControlBand::Defer(Item item)
{
    m_deferred.push_back(std::move(item));
    if (!m_retryPending)
    {
        m_retryPending = true;
        Simulator::Schedule(m_channel->GetRetryInterval(), &FdmaControlBand::Retry, this);
    }
}

void
FdmaControlBand::Retry()
{
    m_retryPending = false;
    for (auto& item : m_deferred)
    {
        m_queue.push_back(std::move(item));
    }
    m_deferred.clear();
    Serve();
}

void
FdmaControlBand::Deliver(const Item& item) const
{
    if (item.index != ALL)
    {
        m_channel->Deliver(item.frame, item.index, m_direction);
        return;
    }
    for (uint32_t index = 0; index < m_channel->GetNMembers(); ++index)
    {
        if (RateBps(index) < m_channel->GetControlMinRateBps())
        {
            m_channel->GetMember(index)->NotifyRxDrop(item.frame);
        }
        else
        {
            m_channel->Deliver(item.frame, index, m_direction);
        }
    }
}

void
FdmaControlBand::Flush(uint32_t index)
{
    FlushQueue(m_queue, index);
    FlushQueue(m_deferred, index);
    if (m_busy && (index == ALL || index == m_current.index))
    {
        Settle();
        const Item item = std::exchange(m_current, Item());
        const auto sender = Sender(item.index);
        sender->SetControlTxPowerNow(0);
        sender->NotifyTxDrop(item.frame);
        Serve();
    }
}

void
FdmaControlBand::FlushQueue(std::deque<Item>& queue, uint32_t index)
{
    const auto isKept = [index](const Item& item) { return index != ALL && item.index != index; };
    const auto first = std::stable_partition(queue.begin(), queue.end(), isKept);
    const std::vector<Item> dropped(std::make_move_iterator(first),
                                    std::make_move_iterator(queue.end()));
    queue.erase(first, queue.end());
    for (const auto& item : dropped)
    {
        Sender(item.index)->NotifyTxDrop(item.frame);
    }
}

double
FdmaControlBand::RateBps(uint32_t index) const
{
    if (index == ALL)
    {
        return BroadcastRateBps();
    }
    return ShannonRateBps(m_channel->GetControlBandwidthHz(m_direction),
                          TxPowerW(index),
                          m_channel->GetGain(index, m_direction),
                          m_channel->GetNoiseWPerHz());
}

double
FdmaControlBand::BroadcastRateBps() const
{
    const uint32_t members = m_channel->GetNMembers();
    double lowest = std::numeric_limits<double>::infinity();
    bool any = members == 0;
    for (uint32_t index = 0; index < members; ++index)
    {
        const double rateBps = RateBps(index);
        if (rateBps >= m_channel->GetControlMinRateBps())
        {
            lowest = std::min(lowest, rateBps);
            any = true;
        }
    }
    return any ? lowest : 0;
}

double
FdmaControlBand::TxPowerW(uint32_t index) const
{
    return m_direction == Direction::UPLINK ? m_channel->GetMember(index)->GetControlTxPowerW()
                                            : m_channel->GetStationControlTxPowerW();
}

Ptr<FdmaRadio>
FdmaControlBand::Sender(uint32_t index) const
{
    return m_direction == Direction::UPLINK ? m_channel->GetMember(index)
                                            : m_channel->GetBaseStation();
}

} // namespace fl
} // namespace ns3
