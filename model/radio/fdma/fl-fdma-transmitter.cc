/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fdma-transmitter.h"

#include "fl-fdma-channel.h"
#include "fl-fdma-radio.h"

#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-predictor.h"
#include "ns3/node.h"
#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

FdmaTransmitter::FdmaTransmitter(FdmaRadio* sender, uint32_t index, Direction direction)
    : m_sender(sender),
      m_index(index)
{
    m_grant.direction = direction;
}

FdmaTransmitter::~FdmaTransmitter()
{
    m_event.Cancel();
    if (m_medium)
    {
        m_medium->Forget(this);
    }
}

void
FdmaTransmitter::SetGrant(const Grant& grant)
{
    // Without a medium the place in the band does not matter.
    const bool same =
        grant.bandwidthHz == m_grant.bandwidthHz && grant.txPowerW == m_grant.txPowerW &&
        (grant.startHz == m_grant.startHz || !m_sender->GetFdmaChannel()->GetMedium());
    m_grant = grant;
    if (same || GetNFrames() == 0)
    {
        return;
    }
    if (m_onAir)
    {
        Settle();
    }
    m_event.Cancel();
    // In the sender's context, not in that of the caller.
    m_event = EventId();
    Simulator::ScheduleWithContext(m_sender->GetNode()->GetId(),
                                   Time(0),
                                   &FdmaRadio::ResumeLink,
                                   Ptr<FdmaRadio>(m_sender),
                                   m_index);
}

const Grant&
FdmaTransmitter::GetGrant() const
{
    return m_grant;
}

bool
FdmaTransmitter::Enqueue(Ptr<Packet> frame)
{
    if (!GetQueue()->Enqueue(frame))
    {
        return false;
    }
    Resume();
    return true;
}

void
FdmaTransmitter::Resume()
{
    if (m_onAir || IsPending(m_event))
    {
        return;
    }
    if (!m_frame && m_queue)
    {
        m_frame = m_queue->Dequeue();
        m_begun = false;
        m_progress.bitsLeft = m_frame ? 8.0 * m_frame->GetSize() : 0;
    }
    if (m_frame)
    {
        StartSegment();
    }
    ReportState();
}

void
FdmaTransmitter::ReportState()
{
    m_sender->UpdateTxPower();
    const auto channel = m_sender->GetFdmaChannel();
    if (!channel || !channel->GetMedium())
    {
        return;
    }
    Grant now = m_grant;
    now.txPowerW = GetTxPowerNowW();
    const bool same = now.txPowerW == m_announced.txPowerW &&
                      (now.txPowerW == 0 || (now.startHz == m_announced.startHz &&
                                             now.bandwidthHz == m_announced.bandwidthHz));
    if (!same)
    {
        m_announced = now;
        m_medium = channel->GetMedium();
        m_medium->Announce(this, channel->LinkOf(m_index, now));
    }
}

void
FdmaTransmitter::InterferenceChanged()
{
    if (m_onAir)
    {
        Settle();
        m_event.Cancel();
        m_event = EventId();
        Resume();
    }
}

void
FdmaTransmitter::StartSegment()
{
    if (m_grant.bandwidthHz <= 0 || m_grant.txPowerW <= 0)
    {
        return; // the next grant resumes
    }
    const auto channel = m_sender->GetFdmaChannel();
    const double gain = channel->GetGain(m_index, m_grant.direction);
    const double rateBps = channel->GetRateBps(m_index, m_grant, gain);
    if (rateBps < channel->GetMinRateBps())
    {
        m_event = Simulator::Schedule(channel->GetRetryInterval(), &FdmaTransmitter::Resume, this);
        return;
    }
    AdaptSegment(gain);
    m_rateBps = rateBps;
    m_txPowerW = m_grant.txPowerW;
    m_progress.start = Simulator::Now();
    m_progress.isLast = m_progress.bitsLeft / rateBps <= m_progress.segment.GetSeconds();
    m_onAir = true;
    const bool isWhole = m_progress.isLast || channel->HasFixedGain(m_index);
    m_event = Simulator::Schedule(
        (isWhole ? GetFrameEnd() : m_progress.start + m_progress.segment) - m_progress.start,
        &FdmaTransmitter::EndSegment,
        this);
    if (!m_begun)
    {
        m_begun = true;
        m_sender->NotifyTxBegin(m_frame);
    }
}

void
FdmaTransmitter::AdaptSegment(double gain)
{
    const auto channel = m_sender->GetFdmaChannel();
    if (gain != m_gain)
    {
        m_progress.segment = channel->GetMinSegment();
    }
    else if (!m_progress.isLast)
    {
        m_progress.segment =
            std::min(m_progress.segment + m_progress.segment, channel->GetMaxSegment());
    }
    m_gain = gain;
}

void
FdmaTransmitter::RenewRate()
{
    if (!m_onAir)
    {
        return;
    }
    m_progress = GetProgress();
    if (!m_progress.isLast)
    {
        m_event.Cancel();
        m_event = Simulator::Schedule(m_progress.start + m_progress.segment - Simulator::Now(),
                                      &FdmaTransmitter::EndSegment,
                                      this);
    }
}

void
FdmaTransmitter::EndSegment()
{
    Settle();
    if (m_progress.isLast)
    {
        // Out of m_frame first: a trace sink may send, and so begin the next one.
        Ptr<Packet> frame = m_frame;
        m_frame = nullptr;
        m_sender->NotifyTxEnd(frame);
        m_sender->GetFdmaChannel()->Deliver(frame, m_index, m_grant.direction);
    }
    Resume();
}

void
FdmaTransmitter::Settle(Progress& progress, Time end) const
{
    const Time airtime = end - progress.start;
    progress.bitsLeft = std::max(progress.bitsLeft - m_rateBps * airtime.GetSeconds(), 0.0);
    progress.energyJ += m_txPowerW * airtime.GetSeconds();
    progress.airtime += airtime;
    progress.start = end;
}

void
FdmaTransmitter::NextSegment(Progress& progress) const
{
    const auto longest = m_sender->GetFdmaChannel()->GetMaxSegment();
    progress.segment = std::min(progress.segment + progress.segment, longest);
    progress.isLast = progress.bitsLeft / m_rateBps <= progress.segment.GetSeconds();
}

Time
FdmaTransmitter::GetFrameEnd() const
{
    Progress progress = m_progress;
    while (!progress.isLast)
    {
        Settle(progress, progress.start + progress.segment);
        NextSegment(progress);
    }
    return progress.start + Seconds(progress.bitsLeft / m_rateBps);
}

FdmaTransmitter::Progress
FdmaTransmitter::GetProgress() const
{
    Progress progress = m_progress;
    while (m_onAir && !progress.isLast && progress.start + progress.segment < Simulator::Now())
    {
        Settle(progress, progress.start + progress.segment);
        NextSegment(progress);
    }
    return progress;
}

void
FdmaTransmitter::Settle()
{
    m_progress = GetProgress();
    Settle(m_progress, Simulator::Now());
    m_onAir = false;
}

void
FdmaTransmitter::Flush()
{
    if (m_onAir)
    {
        Settle();
    }
    m_event.Cancel();
    if (m_frame)
    {
        Ptr<Packet> frame = m_frame;
        m_frame = nullptr;
        m_sender->NotifyTxDrop(frame);
    }
    while (Ptr<Packet> frame = m_queue ? m_queue->Dequeue() : nullptr)
    {
        m_sender->NotifyTxDrop(frame);
    }
    ReportState();
}

Ptr<Queue<Packet>>
FdmaTransmitter::GetQueue()
{
    if (!m_queue)
    {
        m_queue = m_sender->GetFdmaChannel()->GetQueueFactory().Create<Queue<Packet>>();
    }
    return m_queue;
}

uint32_t
FdmaTransmitter::GetNFrames() const
{
    return (m_queue ? m_queue->GetNPackets() : 0) + (m_frame ? 1 : 0);
}

double
FdmaTransmitter::GetTxPowerNowW() const
{
    return m_onAir ? m_txPowerW : 0;
}

double
FdmaTransmitter::GetEnergyJ() const
{
    const Progress progress = GetProgress();
    const Time current = m_onAir ? Simulator::Now() - progress.start : Time(0);
    return progress.energyJ + m_txPowerW * current.GetSeconds();
}

Time
FdmaTransmitter::GetAirtime() const
{
    const Progress progress = GetProgress();
    return progress.airtime + (m_onAir ? Simulator::Now() - progress.start : Time(0));
}

} // namespace fl
} // namespace ns3
