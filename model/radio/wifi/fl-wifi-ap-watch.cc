/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-wifi-ap-watch.h"

#include "ns3/ampdu-subframe-header.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-plan.h"
#include "ns3/simulator.h"
#include "ns3/wifi-mac-header.h"
#include "ns3/wifi-mac.h"
#include "ns3/wifi-phy.h"
#include "ns3/wifi-psdu.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

double
WifiUplinkBytes::TriggeredShare() const
{
    return all == 0 ? ABSENT : static_cast<double>(triggered) / static_cast<double>(all);
}

void
WifiApWatch::Connect(Ptr<WifiNetDevice> station)
{
    m_station = station;
    station->GetPhy()->TraceConnectWithoutContext(
        "PhyTxPsduBegin",
        MakeFlCallback<void, WifiConstPsduMap, WifiTxVector, double>(
            [this](const WifiConstPsduMap& psdus, const WifiTxVector& vector, double) {
                NotifyTx(psdus, vector);
            }));
    station->GetPhy()->TraceConnectWithoutContext(
        "MonitorSnifferRx",
        MakeFlCallback<void,
                       Ptr<const Packet>,
                       uint16_t,
                       WifiTxVector,
                       MpduInfo,
                       SignalNoiseDbm,
                       uint16_t>(
            [this](Ptr<const Packet> packet,
                   uint16_t,
                   const WifiTxVector& vector,
                   MpduInfo info,
                   SignalNoiseDbm,
                   uint16_t) { NotifyRx(packet, vector, info.type != NORMAL_MPDU); }));
}

void
WifiApWatch::Disconnect()
{
    m_station = nullptr;
}

const WifiUplinkBytes&
WifiApWatch::GetUplinkBytes() const
{
    return m_uplinkBytes;
}

void
WifiApWatch::ResetUplinkBytes()
{
    m_uplinkBytes = {};
}

void
WifiApWatch::NotifyRx(Ptr<const Packet> packet, const WifiTxVector& vector, bool aggregated)
{
    const auto copy = packet->Copy();
    if (aggregated)
    {
        AmpduSubframeHeader delimiter;
        copy->RemoveHeader(delimiter);
    }
    WifiMacHeader header;
    copy->RemoveHeader(header);
    if (!header.IsQosData() || !header.HasData() || !header.IsToDs() || !m_station ||
        header.GetAddr1() != m_station->GetMac()->GetAddress())
    {
        return;
    }
    constexpr uint32_t LLC_AND_FCS_BYTES = 12;
    const uint32_t bytes = copy->GetSize() - std::min(copy->GetSize(), LLC_AND_FCS_BYTES);
    m_uplinkBytes.all += bytes;
    if (vector.GetPreambleType() == WIFI_PREAMBLE_HE_TB)
    {
        m_uplinkBytes.triggered += bytes;
    }
}

void
WifiApWatch::NotifyTx(const WifiConstPsduMap& psdus, const WifiTxVector& vector)
{
    if (m_station && psdus.begin()->second->GetHeader(0).IsBeacon())
    {
        m_beaconAt = Simulator::Now();
        if (m_beaconDuration.IsZero())
        {
            m_firstBeaconAt = m_beaconAt;
        }
        m_beaconDuration =
            WifiPhy::CalculateTxDuration(psdus, vector, m_station->GetPhy()->GetPhyBand());
    }
}

Time
WifiApWatch::GetBeaconInterval() const
{
    TimeValue interval;
    m_station->GetMac()->GetAttribute("BeaconInterval", interval);
    return interval.Get();
}

Time
WifiApWatch::GetBeaconDuration() const
{
    return m_beaconDuration;
}

Time
WifiApWatch::GetNextBeacon() const
{
    // The medium was idle before the first one. A later one may have been sent after it was due.
    const Time interval = GetBeaconInterval();
    const int64_t sent =
        (m_beaconAt - m_firstBeaconAt).GetNanoSeconds() / interval.GetNanoSeconds();
    return m_firstBeaconAt + (sent + 1) * interval;
}

} // namespace fl
} // namespace ns3
