/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-wifi-radio-control.h"

#include "fl-wifi-compat.h"
#include "fl-wifi-rate-model.h"
#include "fl-wifi-timing.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/error-rate-model.h"
#include "ns3/fl-gain-report.h"
#include "ns3/log.h"
#include "ns3/mobility-model.h"
#include "ns3/node.h"
#include "ns3/qos-txop.h"
#include "ns3/sta-wifi-mac.h"
#include "ns3/table-based-error-rate-model.h"
#include "ns3/uinteger.h"
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

/// Transmit power of a station without power: below any receiver's sensitivity [dBm].
constexpr double SILENT_DBM = -200;

} // namespace

TypeId
WifiRadioControl::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::WifiRadioControl")
            .SetParent<RadioControl>()
            .SetGroupName("Fl")
            .AddConstructor<WifiRadioControl>()
            .AddAttribute("CellId",
                          "Index of the cell in plans and states",
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
                          "Noise figure of the access point's receiver [dB]",
                          DoubleValue(7),
                          MakeDoubleAccessor(&WifiRadioControl::m_noiseFigureDb),
                          MakeDoubleChecker<double>(0, 50))
            .AddAttribute("ControlShare",
                          "Fraction of the airtime of triggers for stations without a grant, while "
                          "those with one have something to send too",
                          DoubleValue(0.05),
                          MakeDoubleAccessor(&WifiRadioControl::m_controlShare),
                          MakeDoubleChecker<double>(1e-3, 0.999))
            .AddAttribute("AccessPointCw",
                          "Contention window of the access point once no station contends any more "
                          "[slots] (IEEE 802.11-2020, dot11QAPEDCATableCWmin and CWmax): with 0 it "
                          "waits for an AIFS and no backoff",
                          UintegerValue(0),
                          MakeUintegerAccessor(&WifiRadioControl::m_accessPointCw),
                          MakeUintegerChecker<uint32_t>(0, 255))
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
    m_apWatch.Disconnect();
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
    m_apWatch.Connect(station);
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
        m_scheduler->SetGroups(MakeGroups(OthersThan({}), 1, GetUplinkGains()));
    }
    return id;
}

void
WifiRadioControl::SetEnergyModel(DeviceId device, Ptr<DeviceEnergyModel> model)
{
    m_stations.at(device).energy = model;
}

void
WifiRadioControl::EndAccess(DeviceId device)
{
    constexpr double FOR_GOOD_S = 3e7; // a year
    const auto edca = m_stations.at(device).device->GetMac()->GetQosTxop(AC_BE);
    DisableEdca(edca, Seconds(FOR_GOOD_S));
}

void
WifiRadioControl::EndContention()
{
    SetContentionWindow(m_station->GetMac()->GetQosTxop(AC_BE), m_accessPointCw);
    // ns-3's access point advertises its own contention window in its beacons. A station whose
    // access has ended must not be given another one (ns-3 asserts), so each has it already.
    for (DeviceId device = 0; device < m_stations.size(); ++device)
    {
        const auto edca = m_stations[device].device->GetMac()->GetQosTxop(AC_BE);
        EnableEdca(edca);
        SetContentionWindow(edca, m_accessPointCw);
        EndAccess(device);
    }
}

bool
WifiRadioControl::IsEnforcing() const
{
    return m_enforce;
}

const WifiUplinkBytes&
WifiRadioControl::GetUplinkBytes() const
{
    return m_apWatch.GetUplinkBytes();
}

void
WifiRadioControl::ResetUplinkBytes()
{
    m_apWatch.ResetUplinkBytes();
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
    return UplinkSnr(1e-3 * std::pow(10, dbm / 10), GetGain(device, Direction::UPLINK), tones);
}

double
WifiRadioControl::UplinkSnr(double powerW, double gain, uint32_t tones) const
{
    return powerW * gain / (GetCellState().noiseWPerHz * NoiseBandwidthHz(tones));
}

std::vector<double>
WifiRadioControl::GetUplinkGains() const
{
    std::vector<double> gains;
    for (DeviceId device = 0; device < m_stations.size(); ++device)
    {
        gains.push_back(GetGain(device, Direction::UPLINK));
    }
    return gains;
}

std::pair<Time, uint16_t>
WifiRadioControl::GetUplinkLimits() const
{
    TimeValue longest;
    m_scheduler->GetAttribute("MaxPpduDuration", longest);
    UintegerValue guardNs;
    m_scheduler->GetAttribute("GuardInterval", guardNs);
    return {longest.Get(), static_cast<uint16_t>(guardNs.Get())};
}

uint32_t
WifiRadioControl::MinTones(double powerW, double gain) const
{
    const auto [longest, guardNs] = GetUplinkLimits();
    const uint32_t widthMhz = m_station->GetPhy()->GetChannelWidth();
    const uint32_t bytes = AmpduBytes(m_station->GetMtu(), 1);
    for (const uint32_t tones : RuSizes(widthMhz))
    {
        const auto mcs = m_mcsTable->McsFor(UplinkSnr(powerW, gain, tones));
        if (!mcs)
        {
            return 26; // cannot be heard anyway
        }
        const auto vector = UplinkTxVector({{1, {tones, 1}, *mcs}}, widthMhz, guardNs);
        const auto band = m_station->GetPhy()->GetPhyBand();
        if (WifiPhy::CalculateTxDuration(bytes, vector, band, 1) <= longest)
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
WifiRadioControl::MakeGroups(const std::vector<OwnedGrant>& grants,
                             double share,
                             const std::vector<double>& gains) const
{
    std::vector<RuDemand> demands;
    std::vector<DeviceId> devices;
    for (const auto& owned : grants)
    {
        if (owned.grant.txPowerW > 0)
        {
            demands.push_back({owned.grant.bandwidthHz / TONE_HZ,
                               MinTones(owned.grant.txPowerW, gains[owned.device])});
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

std::vector<WifiScheduler::Group>
WifiRadioControl::MakeAllGroups(const std::vector<OwnedGrant>& grants,
                                const std::vector<OwnedGrant>& others,
                                const std::vector<double>& gains) const
{
    auto groups = MakeGroups(grants, 1 - m_controlShare, gains);
    for (auto& group : MakeGroups(others, m_controlShare, gains))
    {
        groups.push_back(std::move(group));
    }
    return groups;
}

std::pair<std::vector<OwnedGrant>, std::vector<OwnedGrant>>
WifiRadioControl::DivideGrants(const Plan& plan) const
{
    GrantLimits limits;
    limits.cell = m_cell;
    limits.state = GetCellState();
    limits.maxTxPowerW.assign(m_stations.size(), m_maxTxPowerW);
    auto grants = CheckedGrants(plan, Direction::UPLINK, limits);
    CheckedDeviceGrants(plan, limits); // the downlink's must be sound too
    auto others = OthersThan(grants);
    return {std::move(grants), std::move(others)};
}

void
WifiRadioControl::DoApply(const Plan& plan)
{
    NS_LOG_FUNCTION(this << plan.orders.size());
    const auto [grants, others] = DivideGrants(plan);
    for (const auto* list : {&grants, &others})
    {
        for (const auto& owned : *list)
        {
            SetPower(owned.device, owned.grant.txPowerW);
        }
    }
    if (m_scheduler)
    {
        m_scheduler->SetGroups(MakeAllGroups(grants, others, GetUplinkGains()));
    }
}

std::unique_ptr<const RateModel>
WifiRadioControl::DoMakeRateModel(const SystemState& state,
                                  const Plan& plan,
                                  const TransportProfile& transport) const
{
    if (!m_scheduler)
    {
        // Contention is random: there is no model of it.
        return std::make_unique<ShannonRateModel>();
    }
    std::vector<double> gains;
    for (DeviceId device = 0; device < m_stations.size(); ++device)
    {
        gains.push_back(state.gains(device, m_cell, Direction::UPLINK));
    }
    const auto [grants, others] = DivideGrants(plan);
    std::vector<double> powersW(m_stations.size());
    for (const auto* list : {&grants, &others})
    {
        for (const auto& owned : *list)
        {
            powersW[owned.device] = owned.grant.txPowerW;
        }
    }
    WifiAirtimeCell cell;
    cell.transport = transport;
    const auto [longest, guardNs] = GetUplinkLimits();
    cell.maxPpduS = longest.GetSeconds();
    UintegerValue maxDownlinkFrames;
    m_scheduler->GetAttribute("MaxDownlinkFrames", maxDownlinkFrames);
    cell.maxDownlinkFrames = maxDownlinkFrames.Get();
    AddAccessTiming(m_station, cell);
    std::vector<Mac48Address> addresses;
    for (const auto& station : m_stations)
    {
        addresses.push_back(station.device->GetMac()->GetAddress());
        cell.stations.push_back(DownlinkTiming(m_station, station.device));
    }
    for (const auto& group : MakeAllGroups(grants, others, gains))
    {
        AddAirtimeGroup(group, gains, powersW, guardNs, cell);
    }
    cell.waiting = WaitingPackets(m_station, addresses);
    cell.beaconS = m_apWatch.GetBeaconDuration().GetSeconds();
    cell.beaconIntervalS = m_apWatch.GetBeaconInterval().GetSeconds();
    cell.nextBeaconS = m_apWatch.GetNextBeacon().GetSeconds();
    // A round begins when the last update of the one before, or the last HELLO, has arrived: its
    // block ack is due.
    cell.busyUntilS = !cell.groups.empty()
                          ? state.nowS + cell.sifsS + cell.groups.front().multiBlockAckS.front()
                          : 0;
    return std::make_unique<WifiRateModel>(std::move(cell), m_cell, state, plan);
}

void
WifiRadioControl::AddAirtimeGroup(const WifiScheduler::Group& group,
                                  const std::vector<double>& gains,
                                  const std::vector<double>& powersW,
                                  uint16_t guardNs,
                                  WifiAirtimeCell& cell) const
{
    const uint32_t widthMhz = m_station->GetPhy()->GetChannelWidth();
    WifiAirtimeGroup timing;
    timing.share = group.share;
    std::vector<WifiUplinkUser> users;
    std::vector<Mac48Address> addresses;
    for (const auto& user : group.users)
    {
        const double snr = UplinkSnr(powersW[user.device], gains[user.device], user.ru.tones);
        const auto mcs = m_mcsTable->McsFor(snr);
        const auto mac = DynamicCast<StaWifiMac>(m_stations[user.device].device->GetMac());
        // A station that is not associated is not triggered; ns-3 aborts for a block ack to it.
        if (!mcs || !mac->IsAssociated())
        {
            continue;
        }
        // Association ids only distinguish users here.
        const auto aid = static_cast<uint16_t>(user.device + 1);
        users.push_back({aid, user.ru, *mcs});
        addresses.push_back(mac->GetAddress());
        timing.stations.push_back(user.device);
        auto& station = cell.stations[user.device];
        station.uplink = TimingOf(UplinkTxVector({users.back()}, widthMhz, guardNs), aid);
        station.uplinkSuccess = m_mcsTable->Success(snr, *mcs);
        station.uplinkHz = user.ru.tones * TONE_HZ * group.share / (1 - m_controlShare);
    }
    if (!users.empty())
    {
        AddTriggerTiming(m_station, users, addresses, guardNs, timing);
        cell.groups.push_back(std::move(timing));
    }
}

void
WifiRadioControl::DoReport(SystemState& state) const
{
    state.cells.assign(m_cell + 1, CellState());
    state.cells[m_cell] = GetCellState();
    CellLinks links;
    links.cell = m_cell;
    links.uplink = m_loss;
    links.downlink = m_loss;
    links.station = m_station->GetNode();
    for (const auto& station : m_stations)
    {
        links.devices.push_back(station.device->GetNode());
    }
    ReportGains(links, state);
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
