/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-wifi-radio-control.h"

#include "ns3/ampdu-subframe-header.h"
#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/error-rate-model.h"
#include "ns3/log.h"
#include "ns3/mobility-model.h"
#include "ns3/node.h"
#include "ns3/simulator.h"
#include "ns3/table-based-error-rate-model.h"
#include "ns3/uinteger.h"
#include "ns3/wifi-mac-header.h"
#include "ns3/wifi-phy.h"
#include "ns3/wifi-psdu.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlWifiRadioControl");

NS_OBJECT_ENSURE_REGISTERED(WifiRadioControl);

namespace
{

/// Thermal noise as ns-3's interference helper has it: Boltzmann's constant times 290 K [W/Hz].
constexpr double THERMAL_NOISE_W_PER_HZ = 1.3803e-23 * 290;

/// What a station without power sends with, were it to send: nothing that is received [dBm].
constexpr double SILENT_DBM = -200;

} // namespace

double
WifiUplinkBytes::TriggeredShare() const
{
    return all == 0 ? ABSENT : static_cast<double>(triggered) / static_cast<double>(all);
}

TypeId
WifiRadioControl::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::WifiRadioControl")
            .SetParent<RadioControl>()
            .SetGroupName("Fl")
            .AddConstructor<WifiRadioControl>()
            .AddAttribute("CellId",
                          "Number of the cell in plans and states",
                          UintegerValue(0),
                          MakeUintegerAccessor(&WifiRadioControl::m_cell),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("EnforcePlan",
                          "Whether stations send by triggers on the RUs of their grants; else they "
                          "contend as plain 802.11ax stations, with the power of the plan",
                          BooleanValue(true),
                          MakeBooleanAccessor(&WifiRadioControl::m_enforce),
                          MakeBooleanChecker())
            .AddAttribute("MaxTxPower",
                          "Highest transmit power of a station, and that of stations without a "
                          "grant [W]",
                          DoubleValue(0.1),
                          MakeDoubleAccessor(&WifiRadioControl::m_maxTxPowerW),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("NoiseFigure",
                          "Of the access point's receiver [dB]",
                          DoubleValue(7),
                          MakeDoubleAccessor(&WifiRadioControl::m_noiseFigureDb),
                          MakeDoubleChecker<double>(0, 50))
            .AddAttribute("ControlShare",
                          "Part of the airtime of triggers for stations without a grant, while "
                          "those with one have something to send too",
                          DoubleValue(0.05),
                          MakeDoubleAccessor(&WifiRadioControl::m_controlShare),
                          MakeDoubleChecker<double>(1e-3, 0.999))
            .AddAttribute("PacketSuccess",
                          "Probability of arrival of a packet of 1500 bytes, at least, with which "
                          "an MCS is chosen",
                          DoubleValue(0.999),
                          MakeDoubleAccessor(&WifiRadioControl::m_success),
                          MakeDoubleChecker<double>(0.5, 0.999999));
    return tid;
}

WifiRadioControl::WifiRadioControl() = default;

WifiRadioControl::~WifiRadioControl() = default;

void
WifiRadioControl::DoDispose()
{
    m_stations.clear();
    m_station = nullptr;
    m_loss = nullptr;
    m_scheduler = nullptr;
    RadioControl::DoDispose();
}

void
WifiRadioControl::SetAccessPoint(Ptr<WifiNetDevice> station,
                                 Ptr<PropagationLossModel> loss,
                                 Ptr<WifiScheduler> scheduler)
{
    m_station = station;
    m_loss = loss;
    m_scheduler = scheduler;
    station->GetPhy()->SetRxNoiseFigure(m_noiseFigureDb);
    m_mcsTable =
        std::make_unique<WifiMcsTable>(CreateObject<TableBasedErrorRateModel>(), m_success);
    if (scheduler)
    {
        scheduler->SetMcsCallback([this](DeviceId device, uint32_t tones) {
            return m_mcsTable->McsFor(GetUplinkSnr(device, tones));
        });
    }
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

DeviceId
WifiRadioControl::Add(Ptr<WifiNetDevice> device)
{
    const DeviceId id = m_stations.size();
    m_stations.push_back({device, nullptr});
    const auto phy = device->GetPhy();
    phy->TraceConnectWithoutContext(
        "PhyTxPsduBegin",
        MakeFlCallback<void, WifiConstPsduMap, WifiTxVector, double>(
            [this, id, band = phy->GetPhyBand()](const WifiConstPsduMap& psdus,
                                                 const WifiTxVector& vector,
                                                 double powerW) {
                NotifyTx(id, WifiPhy::CalculateTxDuration(psdus, vector, band), powerW);
            }));
    SetPower(id, m_maxTxPowerW);
    if (m_scheduler)
    {
        m_scheduler->AddStation(device);
        m_scheduler->SetGroups(MakeGroups(OthersThan({}), 1));
    }
    return id;
}

void
WifiRadioControl::SetEnergyModel(DeviceId device, Ptr<DeviceEnergyModel> model)
{
    m_stations.at(device).energy = model;
}

bool
WifiRadioControl::IsEnforcing() const
{
    return m_enforce;
}

const WifiUplinkBytes&
WifiRadioControl::GetUplinkBytes() const
{
    return m_uplinkBytes;
}

void
WifiRadioControl::ResetUplinkBytes()
{
    m_uplinkBytes = {};
}

Ptr<WifiScheduler>
WifiRadioControl::GetScheduler() const
{
    return m_scheduler;
}

void
WifiRadioControl::NotifyTx(DeviceId device, Time duration, double powerW)
{
    if (device < m_stations.size())
    {
        m_stations[device].radiatedJ += powerW * duration.GetSeconds();
    }
}

void
WifiRadioControl::NotifyRx(Ptr<const Packet> packet, const WifiTxVector& vector, bool aggregated)
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
WifiRadioControl::SetPower(DeviceId device, double powerW)
{
    const double dbm = powerW > 0 ? 10 * std::log10(powerW * 1e3) : SILENT_DBM;
    const auto phy = m_stations[device].device->GetPhy();
    phy->SetTxPowerStart(dbm);
    phy->SetTxPowerEnd(dbm);
}

double
WifiRadioControl::GetGain(DeviceId device, Direction direction) const
{
    const auto here = m_station->GetNode()->GetObject<MobilityModel>();
    const auto there = m_stations[device].device->GetNode()->GetObject<MobilityModel>();
    const bool up = direction == Direction::UPLINK;
    return std::pow(10, m_loss->CalcRxPower(0, up ? there : here, up ? here : there) / 10);
}

CellState
WifiRadioControl::GetCellState() const
{
    const auto phy = m_station->GetPhy();
    CellState cell;
    cell.uplinkBandwidthHz = ChannelTones(phy->GetChannelWidth()) * TONE_HZ;
    cell.downlinkBandwidthHz = cell.uplinkBandwidthHz;
    cell.downlinkTxPowerW = 1e-3 * std::pow(10, phy->GetTxPowerEnd() / 10);
    cell.noiseWPerHz = THERMAL_NOISE_W_PER_HZ * std::pow(10, m_noiseFigureDb / 10);
    return cell;
}

double
WifiRadioControl::GetUplinkSnr(DeviceId device, uint32_t tones) const
{
    const double dbm = m_stations.at(device).device->GetPhy()->GetTxPowerEnd();
    const double receivedW = 1e-3 * std::pow(10, dbm / 10) * GetGain(device, Direction::UPLINK);
    return receivedW / (GetCellState().noiseWPerHz * NoiseBandwidthHz(tones));
}

uint32_t
WifiRadioControl::MinTones(DeviceId device) const
{
    TimeValue longest;
    m_scheduler->GetAttribute("MaxPpduDuration", longest);
    UintegerValue guardNs;
    m_scheduler->GetAttribute("GuardInterval", guardNs);
    const uint32_t widthMhz = m_station->GetPhy()->GetChannelWidth();
    const uint32_t bytes = AmpduBytes(m_station->GetMtu(), 1);
    for (const uint32_t tones : RuSizes(widthMhz))
    {
        const auto mcs = m_mcsTable->McsFor(GetUplinkSnr(device, tones));
        if (!mcs)
        {
            return 26; // cannot be heard anyway
        }
        const auto vector = UplinkTxVector({{1, {tones, 1}, *mcs}}, widthMhz, guardNs.Get());
        const auto band = m_station->GetPhy()->GetPhyBand();
        if (WifiPhy::CalculateTxDuration(bytes, vector, band, 1) <= longest.Get())
        {
            return tones;
        }
    }
    return 26;
}

std::vector<OwnedGrant>
WifiRadioControl::OthersThan(const std::vector<OwnedGrant>& grants) const
{
    std::vector<bool> has(m_stations.size(), false);
    for (const auto& owned : grants)
    {
        has[owned.device] = true;
    }
    std::vector<OwnedGrant> others;
    for (DeviceId device = 0; device < m_stations.size(); ++device)
    {
        if (!has[device])
        {
            others.push_back({device, {}});
        }
    }
    for (auto& owned : others)
    {
        owned.grant.bandwidthHz = GetCellState().uplinkBandwidthHz / others.size();
        owned.grant.txPowerW = m_maxTxPowerW;
    }
    return others;
}

std::vector<WifiScheduler::Group>
WifiRadioControl::MakeGroups(const std::vector<OwnedGrant>& grants, double share) const
{
    std::vector<RuDemand> demands;
    std::vector<DeviceId> devices;
    for (const auto& owned : grants)
    {
        if (owned.grant.txPowerW > 0)
        {
            demands.push_back({owned.grant.bandwidthHz / TONE_HZ, MinTones(owned.device)});
            devices.push_back(owned.device);
        }
    }
    std::vector<WifiScheduler::Group> groups;
    for (const auto& rounded : AllocateRuGroups(m_station->GetPhy()->GetChannelWidth(), demands))
    {
        WifiScheduler::Group group;
        group.share = rounded.airtime * share;
        for (size_t i = 0; i < rounded.members.size(); ++i)
        {
            group.users.push_back({devices[rounded.members[i]], rounded.rus[i]});
        }
        groups.push_back(std::move(group));
    }
    return groups;
}

void
WifiRadioControl::DoApply(const Plan& plan)
{
    NS_LOG_FUNCTION(this << plan.orders.size());
    GrantLimits limits;
    limits.cell = m_cell;
    limits.state = GetCellState();
    limits.maxTxPowerW.assign(m_stations.size(), m_maxTxPowerW);
    const auto grants = CheckedGrants(plan, Direction::UPLINK, limits);
    CheckedDeviceGrants(plan, limits); // the downlink's must be sound too
    const auto others = OthersThan(grants);
    for (const auto* list : {&grants, &others})
    {
        for (const auto& owned : *list)
        {
            SetPower(owned.device, owned.grant.txPowerW);
        }
    }
    if (!m_scheduler)
    {
        return;
    }
    auto groups = MakeGroups(grants, 1 - m_controlShare);
    for (auto& group : MakeGroups(others, m_controlShare))
    {
        groups.push_back(std::move(group));
    }
    m_scheduler->SetGroups(std::move(groups));
}

void
WifiRadioControl::DoReport(SystemState& state) const
{
    state.cells.assign(m_cell + 1, CellState());
    state.cells[m_cell] = GetCellState();
    state.gains = GainTable(m_stations.size(), m_cell + 1);
    for (DeviceId device = 0; device < m_stations.size(); ++device)
    {
        for (const auto direction : {Direction::UPLINK, Direction::DOWNLINK})
        {
            state.gains.At(device, m_cell, direction) = GetGain(device, direction);
        }
    }
}

double
WifiRadioControl::DoGetRadiatedEnergyJ(DeviceId device) const
{
    return m_stations.at(device).radiatedJ;
}

double
WifiRadioControl::DoGetCircuitEnergyJ(DeviceId device) const
{
    const auto& station = m_stations.at(device);
    return station.energy ? station.energy->GetTotalEnergyConsumption() - station.radiatedJ
                          : ABSENT;
}

uint32_t
WifiRadioControl::DoGetNDevices() const
{
    return m_stations.size();
}

} // namespace fl
} // namespace ns3
