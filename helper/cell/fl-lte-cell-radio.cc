/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-lte-cell-radio.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/data-rate.h"
#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/fl-lte-link.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/lte-enb-phy.h"
#include "ns3/lte-enb-rrc.h"
#include "ns3/lte-spectrum-phy.h"
#include "ns3/lte-ue-phy.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/spectrum-channel.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace fl
{

namespace
{

/// An LTE bandwidth (3GPP TS 36.101, table 5.6-1). 1.4 MHz leaves no block to be planned.
struct LteBand
{
    double hz;       //!< [Hz]
    uint32_t blocks; //!< resource blocks
};

/// UEs connect one by one: all at once, many random accesses collide or find no room for their
/// answer, and each keeps a sounding slot for a while.
constexpr uint32_t ATTACH_INTERVAL_MS = 5;

/// Bandwidths of LTE that are supported, ascending.
constexpr LteBand BANDS[] = {{3e6, 15}, {5e6, 25}, {10e6, 50}, {15e6, 75}, {20e6, 100}};

/// Change the default of an attribute, unless the user has.
void
SetDefaultUnlessGiven(const std::string& type, const std::string& name, const AttributeValue& value)
{
    TypeId::AttributeInformation info;
    const TypeId tid = TypeId::LookupByName(type);
    if (tid.LookupAttributeByName(name, &info) &&
        info.initialValue->SerializeToString(info.checker) ==
            info.originalInitialValue->SerializeToString(info.checker))
    {
        Config::SetDefault(type + "::" + name, value);
    }
}

/// Random accesses that fail keep a sounding slot for a while.
constexpr uint32_t SPARE_SOUNDING_SLOTS = 8;
/// Periods of the sounding reference signal (SRS) that are used here [ms], ascending.
constexpr uint32_t SRS_PERIODS[] = {20, 40, 80, 160, 320};
/// UEs that a cell has room for: the longest period, less the slots to spare.
constexpr uint32_t MAX_DEVICES = 320 - SPARE_SOUNDING_SLOTS;

/// The smallest SRS period that has a place for every UE [ms] (3GPP TS 36.213, table 8.2-1).
uint32_t
SrsPeriod(uint32_t devices)
{
    for (const uint32_t period : SRS_PERIODS)
    {
        if (period >= devices + SPARE_SOUNDING_SLOTS)
        {
            return period;
        }
    }
    throw InvalidInput(Describe("devices = ",
                                devices,
                                ": an LTE cell has room for at most ",
                                MAX_DEVICES,
                                " sounding UEs"));
}

/**
 * @param factories of propagation loss models, in the order in which losses are applied
 * @return the first model, with all others behind it; null if there are none
 */
Ptr<PropagationLossModel>
MakeChain(const std::vector<ObjectFactory>& factories)
{
    Ptr<PropagationLossModel> first;
    for (size_t i = factories.size(); i-- > 0;)
    {
        const auto model = factories[i].Create<PropagationLossModel>();
        if (first)
        {
            model->SetNext(first);
        }
        first = model;
    }
    return first;
}

} // namespace

LteCellRadio::LteCellRadio(const Scenario& scenario)
    : m_scenario(scenario)
{
}

LteCellRadio::~LteCellRadio() = default;

PhyLimits
LteCellRadio::GetLimits()
{
    PhyLimits limits;
    limits.devices = MAX_DEVICES;
    for (const auto& band : BANDS)
    {
        limits.bandwidthsHz.push_back(band.hz);
    }
    return limits;
}

uint32_t
LteCellRadio::GetBlocks() const
{
    for (const auto& band : BANDS)
    {
        if (band.hz == m_scenario.bandwidthHz)
        {
            return band.blocks;
        }
    }
    throw InvalidInput(Describe("--bandwidth=",
                                m_scenario.bandwidthHz,
                                ": must be 3e6, 5e6, 10e6, 15e6 or 20e6 with --phy=lte"));
}

void
LteCellRadio::Install(Ptr<Node> station, const NodeContainer& devices)
{
    // An upload may wait for its turn as a whole; ns-3's default drops all beyond 10 kB.
    SetDefaultUnlessGiven("ns3::LteRlcUm", "MaxTxBufferSize", UintegerValue(1U << 30));
    SetDefaultUnlessGiven("ns3::LteRlcAm", "MaxTxBufferSize", UintegerValue(0));
    SetDefaultUnlessGiven("ns3::LteRlcAm",
                          "TxOpportunityForRetxAlwaysBigEnough",
                          BooleanValue(true));
    m_lte = CreateObject<LteHelper>();
    m_epc = CreateObject<PointToPointEpcHelper>();
    m_lte->SetEpcHelper(m_epc);
    m_lte->SetSchedulerType("ns3::fl::LteFlScheduler");
    CreateRemoteHost();
    InstallEnb(station);
    InstallUes(devices);
}

void
LteCellRadio::CreateRemoteHost()
{
    m_server = CreateObject<Node>();
    InternetStackHelper stack;
    stack.SetIpv6StackInstall(false);
    stack.Install(m_server);
    m_stacks.Add(m_server);
    m_pointToPoint.SetDeviceAttribute("DataRate", DataRateValue(DataRate("100Gbps")));
    m_pointToPoint.SetDeviceAttribute("Mtu", UintegerValue(2000));
    m_pointToPoint.SetChannelAttribute("Delay", TimeValue(Time(0)));
    m_serverLink = m_pointToPoint.Install(m_epc->GetPgwNode(), m_server);
    Ipv4AddressHelper addresses("10.0.0.0", "255.0.0.0");
    m_serverAddress = addresses.Assign(m_serverLink).GetAddress(1);
    Ipv4StaticRoutingHelper routing;
    routing.GetStaticRouting(m_server->GetObject<Ipv4>())
        ->AddNetworkRouteTo(Ipv4Address("7.0.0.0"), Ipv4Mask("255.0.0.0"), 1);
}

void
LteCellRadio::InstallEnb(Ptr<Node> station)
{
    const uint32_t blocks = GetBlocks();
    m_lte->SetEnbDeviceAttribute("DlBandwidth", UintegerValue(blocks));
    m_lte->SetEnbDeviceAttribute("UlBandwidth", UintegerValue(blocks));
    // LteHelper makes one path loss object per direction, without a loss here; all losses are
    // chained to both, so that `Reciprocal` means what it says.
    m_lte->SetAttribute("PathlossModel", TypeIdValue(MatrixPropagationLossModel::GetTypeId()));
    m_lte->SetPathlossModelAttribute("DefaultLoss", DoubleValue(0));
    m_radio.Add(m_lte->InstallEnbDevice(NodeContainer(station)));
    const auto enb = DynamicCast<LteEnbNetDevice>(m_radio.Get(0));
    const auto uplink = enb->GetPhy()->GetUplinkSpectrumPhy()->GetChannel();
    const auto downlink = enb->GetPhy()->GetDownlinkSpectrumPhy()->GetChannel();
    m_loss = MakeChain(CellLossFactories(m_scenario));
    uplink->GetPropagationLossModel()->SetNext(m_loss);
    downlink->GetPropagationLossModel()->SetNext(m_loss);

    PointerValue scheduler;
    enb->GetCcMap().at(0)->GetAttribute("FfMacScheduler", scheduler);
    m_control = CreateObject<LteRadioControl>();
    m_control->SetCell(enb, scheduler.Get<LteFlScheduler>(), m_loss, m_loss);
}

void
LteCellRadio::InstallUes(const NodeContainer& devices)
{
    const auto enb = DynamicCast<LteEnbNetDevice>(m_radio.Get(0));
    enb->GetRrc()->SetSrsPeriodicity(SrsPeriod(devices.GetN()));
    const auto ues = m_lte->InstallUeDevice(devices);
    InternetStackHelper stack;
    stack.SetIpv6StackInstall(false);
    stack.Install(devices);
    m_stacks.Add(devices);
    m_epc->AssignUeIpv4Address(ues);
    Ipv4StaticRoutingHelper routing;
    for (uint32_t i = 0; i < ues.GetN(); ++i)
    {
        const auto ue = DynamicCast<LteUeNetDevice>(ues.Get(i));
        ue->GetPhy()->SetAttribute("EnableUplinkPowerControl", BooleanValue(false));
        const auto ipv4 = ue->GetNode()->GetObject<Ipv4>();
        routing.GetStaticRouting(ipv4)->SetDefaultRoute(
            m_epc->GetUeDefaultGatewayAddress(),
            static_cast<uint32_t>(ipv4->GetInterfaceForDevice(ue)));
        m_control->Add(ue, WattOfDbm(m_scenario.maxPowerDbm));
        m_radio.Add(ue);
    }
    for (uint32_t i = 0; i < ues.GetN(); ++i)
    {
        Simulator::Schedule(MilliSeconds(ATTACH_INTERVAL_MS * i),
                            &LteCellRadio::Attach,
                            m_lte,
                            ues.Get(i),
                            m_radio.Get(0));
    }
}

void
LteCellRadio::Attach(Ptr<LteHelper> lte, Ptr<NetDevice> ue, Ptr<NetDevice> enb)
{
    lte->Attach(ue, enb);
}

Ptr<RadioControl>
LteCellRadio::GetRadioControl() const
{
    return m_control;
}

Ptr<Node>
LteCellRadio::GetServerNode() const
{
    return m_server;
}

Address
LteCellRadio::GetServerAddress(uint16_t port) const
{
    return InetSocketAddress(m_serverAddress, port);
}

int64_t
LteCellRadio::AssignStreams(int64_t stream)
{
    // Losses first, as with every PHY, so that the same run has the same shadowing on all.
    int64_t next = stream;
    next += m_loss->AssignStreams(next);
    next += m_lte->AssignStreams(m_radio, next);
    next += InternetStackHelper().AssignStreams(m_stacks, next);
    return next - stream;
}

void
LteCellRadio::EnablePcap(const std::string& prefix)
{
    m_pointToPoint.EnablePcap(prefix, m_serverLink.Get(1), true, false);
}

void
LteCellRadio::InstallEnergyModels(const EnergySourceContainer& sources)
{
    for (auto source = sources.Begin(); source != sources.End(); ++source)
    {
        m_control->DrawFrom(*source);
    }
}

Time
LteCellRadio::GetStartTime() const
{
    // A UE waits for SIB2, which comes every 80 ms, before its random access, which takes some
    // 10 ms, more after a collision. Who is later still connects later.
    return MilliSeconds(ATTACH_INTERVAL_MS * m_scenario.devices + 200);
}

Ptr<LteHelper>
LteCellRadio::GetLteHelper() const
{
    return m_lte;
}

} // namespace fl
} // namespace ns3
