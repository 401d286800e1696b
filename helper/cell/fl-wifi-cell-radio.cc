/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-wifi-cell-radio.h"

#include "ns3/ap-wifi-mac.h"
#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/fl-fdma-helper.h"
#include "ns3/fl-wifi-compat.h"
#include "ns3/fl-wifi-station-cut.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/multi-model-spectrum-channel.h"
#include "ns3/propagation-delay-model.h"
#include "ns3/qos-txop.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/traffic-control-helper.h"
#include "ns3/udp-socket-factory.h"
#include "ns3/uinteger.h"
#include "ns3/wifi-helper.h"
#include "ns3/wifi-mac-queue.h"
#include "ns3/wifi-radio-energy-model-helper.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace ns3
{
namespace fl
{

namespace
{

/// Best effort: what all traffic here is, by default.
constexpr uint8_t TID = 0;
/// Beacons come every 102.4 ms: who scans for longer hears one.
const Time FIRST_SCAN = MilliSeconds(104);
/// From one association to the next.
const Time ASSOCIATION_GAP = MilliSeconds(3);
/// How often a station that is not ready is looked after.
const Time WARM_UP_INTERVAL = MilliSeconds(40);
/// For lost frames, and the last station's datagrams.
const Time WARM_UP_RESERVE = MilliSeconds(300);
/// The discard service, which no one offers: the answer is a frame in the other direction.
constexpr uint16_t DISCARD_PORT = 9;
/// The longest IP packet [byte].
constexpr uint16_t MTU_BYTES = 1500;

/// Association ids end there (IEEE 802.11-2020, 9.4.1.8).
constexpr uint32_t MAX_DEVICES = 2007;
/// Widths that a channel can have [MHz], ascending.
constexpr uint32_t WIDTHS_MHZ[] = {20, 40, 80, 160};

/**
 * @param bandwidthHz of the scenario [Hz]
 * @return the channel width that is as large [MHz]
 * @throws InvalidInput if Wi-Fi has no such width
 */
uint32_t
WidthMhzOf(double bandwidthHz)
{
    for (const uint32_t widthMhz : WIDTHS_MHZ)
    {
        if (bandwidthHz == 1e6 * widthMhz)
        {
            return widthMhz;
        }
    }
    throw InvalidInput(Describe("--bandwidth=",
                                bandwidthHz,
                                ": must be 20e6, 40e6, 80e6 or 160e6 with --phy=wifi"));
}

} // namespace

WifiCellRadio::WifiCellRadio(const Scenario& scenario)
    : m_scenario(scenario)
{
}

WifiCellRadio::~WifiCellRadio() = default;

PhyLimits
WifiCellRadio::GetLimits()
{
    PhyLimits limits;
    limits.devices = MAX_DEVICES;
    for (const uint32_t widthMhz : WIDTHS_MHZ)
    {
        limits.bandwidthsHz.push_back(1e6 * widthMhz);
    }
    return limits;
}

void
WifiCellRadio::Install(Ptr<Node> station, const NodeContainer& devices)
{
    if (devices.GetN() > MAX_DEVICES)
    {
        throw InvalidInput(Describe("devices = ",
                                    devices.GetN(),
                                    ": a Wi-Fi cell can have ",
                                    MAX_DEVICES,
                                    " at most"));
    }
    m_nodes = NodeContainer(NodeContainer(station), devices);
    m_warm.assign(devices.GetN(), false);
    m_control = CreateObject<WifiRadioControl>();
    m_control->SetAttribute("MaxTxPower", DoubleValue(WattOfDbm(m_scenario.maxPowerDbm)));
    CreateLosses();
    InstallDevices();
    InstallInternet();
    Simulator::Schedule(GetStartTime(), &WifiCellRadio::Begin, this);
}

void
WifiCellRadio::CreateLosses()
{
    Ptr<PropagationLossModel> last;
    for (const auto& factory : CellLossFactories(m_scenario))
    {
        const auto next = factory.Create<PropagationLossModel>();
        if (last)
        {
            last->SetNext(next);
        }
        else
        {
            m_loss = next;
        }
        last = next;
    }
    m_cut = CreateObject<WifiStationCut>();
    m_cut->SetAccessPoint(m_nodes.Get(0)->GetObject<MobilityModel>());
    m_cut->SetNext(m_loss);
}

void
WifiCellRadio::PreparePhy()
{
    const auto channel = CreateObject<MultiModelSpectrumChannel>();
    constexpr double MAX_LOSS_DB = 500; // what is cut loses more
    channel->SetAttribute("MaxLossDb", DoubleValue(MAX_LOSS_DB));
    channel->AddPropagationLossModel(m_cut);
    channel->SetPropagationDelayModel(CreateObject<ConstantSpeedPropagationDelayModel>());

    m_phyHelper.SetChannel(channel);
    m_phyHelper.SetErrorRateModel("ns3::TableBasedErrorRateModel");
    // Signals below ns-3's -82 dBm, of which 802.11 says that a receiver must detect them, are
    // detected by real ones as well, as far as they stand out of the noise.
    m_phyHelper.SetPreambleDetectionModel("ns3::ThresholdPreambleDetectionModel",
                                          "MinimumRssi",
                                          DoubleValue(-101));
    m_phyHelper.Set(
        "ChannelSettings",
        StringValue(Describe("{0, ", WidthMhzOf(m_scenario.bandwidthHz), ", BAND_5GHZ, 0}")));
}

void
WifiCellRadio::InstallDevices()
{
    PreparePhy();
    WifiHelper wifi;
    wifi.SetStandard(WIFI_STANDARD_80211ax);
    wifi.SetRemoteStationManager("ns3::IdealWifiManager");

    const Ssid ssid("fl");
    constexpr uint32_t MAX_AMPDU_BYTES = 6500631;
    WifiMacHelper mac;
    mac.SetType("ns3::ApWifiMac",
                "Ssid",
                SsidValue(ssid),
                "EnableBeaconJitter",
                BooleanValue(false),
                "BE_MaxAmpduSize",
                UintegerValue(MAX_AMPDU_BYTES));
    if (m_control->IsEnforcing())
    {
        mac.SetMultiUserScheduler("ns3::fl::WifiScheduler");
    }
    m_netDevices = wifi.Install(m_phyHelper, mac, m_nodes.Get(0));
    for (uint32_t i = 1; i < m_nodes.GetN(); ++i)
    {
        WifiMacHelper stationMac;
        stationMac.SetType("ns3::StaWifiMac",
                           "Ssid",
                           SsidValue(ssid),
                           "WaitBeaconTimeout",
                           TimeValue(FIRST_SCAN + (i - 1) * ASSOCIATION_GAP),
                           "MaxMissedBeacons",
                           UintegerValue(1000000),
                           "BE_MaxAmpduSize",
                           UintegerValue(MAX_AMPDU_BYTES));
        m_netDevices.Add(wifi.Install(m_phyHelper, stationMac, m_nodes.Get(i)));
    }
    for (uint32_t i = 0; i < m_netDevices.GetN(); ++i)
    {
        const auto device = DynamicCast<WifiNetDevice>(m_netDevices.Get(i));
        device->SetMtu(MTU_BYTES);
        SetMpduBufferSize(device, 256);
        // Nothing is dropped for being too late or too much: transports have their own windows.
        const auto queue = device->GetMac()->GetQosTxop(AC_BE)->GetWifiMacQueue();
        queue->SetMaxSize(QueueSize("1000000p"));
        queue->SetMaxDelay(Seconds(1e6));
    }
    ConnectControl();
}

void
WifiCellRadio::ConnectControl()
{
    const auto station = DynamicCast<WifiNetDevice>(m_netDevices.Get(0));
    m_control->SetAccessPoint(station, m_loss, station->GetMac()->GetObject<WifiScheduler>());
    for (uint32_t i = 1; i < m_netDevices.GetN(); ++i)
    {
        const auto device = DynamicCast<WifiNetDevice>(m_netDevices.Get(i));
        const DeviceId id = m_control->Add(device);
        device->GetMac()->TraceConnectWithoutContext(
            "Assoc",
            MakeFlCallback<void, Mac48Address>([this, id](Mac48Address) {
                // After the IP layer, which forgets addresses when the link comes up.
                Simulator::ScheduleNow(&WifiCellRadio::Associated, this, id);
            }));
    }
}

void
WifiCellRadio::InstallInternet()
{
    InternetStackHelper stack;
    stack.SetIpv6StackInstall(false);
    stack.Install(m_nodes);
    Ipv4AddressHelper addresses("10.0.0.0", "255.0.0.0");
    m_addresses = addresses.Assign(m_netDevices);
    // Packets wait in the MAC's queue alone, where the scheduler sees them.
    TrafficControlHelper().Uninstall(m_netDevices);
}

void
WifiCellRadio::InstallEnergyModels(const EnergySourceContainer& sources)
{
    WifiRadioEnergyModelHelper helper;
    helper.SetTxCurrentModel("ns3::LinearWifiTxCurrentModel");
    for (uint32_t device = 0; device < sources.GetN(); ++device)
    {
        const auto models = helper.Install(m_netDevices.Get(device + 1), sources.Get(device));
        m_control->SetEnergyModel(device, models.Get(0));
    }
}

void
WifiCellRadio::Associated(DeviceId device)
{
    FdmaHelper::PopulateNeighbourCache(m_addresses);
    WarmUp(device);
}

bool
WifiCellRadio::IsReady(DeviceId device) const
{
    const auto station = DynamicCast<WifiNetDevice>(m_netDevices.Get(0));
    const auto other = DynamicCast<WifiNetDevice>(m_netDevices.Get(device + 1));
    const auto hasAgreement = [](Ptr<WifiNetDevice> from, Ptr<WifiNetDevice> to) {
        return HasBlockAckAgreement(from->GetMac(), to->GetMac()->GetAddress(), TID);
    };
    const auto scheduler = m_control->GetScheduler();
    return hasAgreement(station, other) && hasAgreement(other, station) &&
           (!scheduler || scheduler->IsReady(device));
}

void
WifiCellRadio::WarmUp(DeviceId device)
{
    if (m_warm[device])
    {
        return;
    }
    if (!IsReady(device))
    {
        const auto socket =
            Socket::CreateSocket(m_nodes.Get(device + 1), UdpSocketFactory::GetTypeId());
        socket->Bind();
        socket->SendTo(Create<Packet>(1),
                       0,
                       InetSocketAddress(m_addresses.GetAddress(0), DISCARD_PORT));
        socket->Close();
        Simulator::Schedule(WARM_UP_INTERVAL, &WifiCellRadio::WarmUp, this, device);
        return;
    }
    m_warm[device] = true;
    if (!m_control->IsEnforcing())
    {
        return;
    }
    m_control->EndAccess(device);
    if (std::find(m_warm.begin(), m_warm.end(), false) == m_warm.end())
    {
        m_cut->SetCut(true);
        Simulator::Schedule(UntilBetweenBeacons(), &WifiRadioControl::EndContention, m_control);
    }
}

Time
WifiCellRadio::UntilBetweenBeacons() const
{
    const auto station = DynamicCast<WifiNetDevice>(m_netDevices.Get(0));
    const int64_t interval =
        DynamicCast<ApWifiMac>(station->GetMac())->GetBeaconInterval().GetTimeStep();
    // The first one goes out at time 0, without jitter.
    const int64_t sinceBeacon = Simulator::Now().GetTimeStep() % interval;
    return TimeStep((interval + interval / 2 - sinceBeacon) % interval);
}

void
WifiCellRadio::Begin()
{
    m_control->ResetUplinkBytes();
}

Ptr<RadioControl>
WifiCellRadio::GetRadioControl() const
{
    return m_control;
}

Ptr<Node>
WifiCellRadio::GetServerNode() const
{
    return m_nodes.Get(0);
}

Address
WifiCellRadio::GetServerAddress(uint16_t port) const
{
    return InetSocketAddress(m_addresses.GetAddress(0), port);
}

int64_t
WifiCellRadio::AssignStreams(int64_t stream)
{
    int64_t next = stream;
    next += m_loss->AssignStreams(next);
    next += WifiHelper().AssignStreams(m_netDevices, next);
    next += InternetStackHelper().AssignStreams(m_nodes, next);
    return next - stream;
}

void
WifiCellRadio::EnablePcap(const std::string& prefix)
{
    m_phyHelper.EnablePcap(prefix, m_netDevices.Get(0), false, false);
}

Time
WifiCellRadio::GetStartTime() const
{
    return FIRST_SCAN + m_warm.size() * ASSOCIATION_GAP + WARM_UP_RESERVE;
}

std::map<std::string, double>
WifiCellRadio::GetCounters() const
{
    const auto& bytes = m_control->GetUplinkBytes();
    return {{"wifi_uplink_bytes", static_cast<double>(bytes.all)},
            {"wifi_triggered_bytes", static_cast<double>(bytes.triggered)},
            {"wifi_triggered_share", bytes.TriggeredShare()}};
}

std::string
WifiCellRadio::ToText() const
{
    const auto& bytes = m_control->GetUplinkBytes();
    if (bytes.all == 0)
    {
        return "";
    }
    std::ostringstream text;
    text << std::fixed << std::setprecision(1)
         << "In trigger-based PPDUs: " << 100 * bytes.TriggeredShare() << " % of " << bytes.all
         << " uplink bytes at the access point.";
    return text.str();
}

const NetDeviceContainer&
WifiCellRadio::GetNetDevices() const
{
    return m_netDevices;
}

} // namespace fl
} // namespace ns3
