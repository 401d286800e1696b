/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fdma-cell-radio.h"

#include "ns3/double.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"

namespace ns3
{
namespace fl
{

FdmaCellRadio::FdmaCellRadio(const Scenario& scenario)
    : m_scenario(scenario)
{
}

FdmaCellRadio::~FdmaCellRadio() = default;

void
FdmaCellRadio::Install(Ptr<Node> station, const NodeContainer& devices)
{
    for (const auto& factory : CellLossFactories(m_scenario))
    {
        m_helper.AddPropagationLoss(factory);
    }
    m_helper.SetChannelAttribute("UplinkBandwidth", DoubleValue(m_scenario.bandwidthHz));
    const double downlinkHz = m_scenario.downlinkBandwidthHz;
    m_helper.SetChannelAttribute("DownlinkBandwidth",
                                 DoubleValue(downlinkHz > 0 ? downlinkHz : m_scenario.bandwidthHz));
    if (m_scenario.downlinkPowerW > 0)
    {
        m_helper.SetChannelAttribute("StationTxPower", DoubleValue(m_scenario.downlinkPowerW));
    }
    m_helper.SetDeviceAttribute("MaxTxPower", DoubleValue(WattOfDbm(m_scenario.maxPowerDbm)));
    m_netDevices = m_helper.Install(station, devices);

    m_nodes = NodeContainer(NodeContainer(station), devices);
    InternetStackHelper stack;
    stack.SetIpv6StackInstall(false);
    stack.Install(m_nodes);
    Ipv4AddressHelper addresses("10.0.0.0", "255.0.0.0");
    m_addresses = addresses.Assign(m_netDevices);
    FdmaHelper::PopulateNeighbourCache(m_addresses);
}

Ptr<RadioControl>
FdmaCellRadio::GetRadioControl() const
{
    return m_helper.GetRadioControl();
}

Ptr<Node>
FdmaCellRadio::GetServerNode() const
{
    return m_nodes.Get(0);
}

Address
FdmaCellRadio::GetServerAddress(uint16_t port) const
{
    return InetSocketAddress(m_addresses.GetAddress(0), port);
}

int64_t
FdmaCellRadio::AssignStreams(int64_t stream)
{
    int64_t next = stream;
    next += FdmaHelper::AssignStreams(m_netDevices, next);
    next += InternetStackHelper().AssignStreams(m_nodes, next);
    return next - stream;
}

void
FdmaCellRadio::EnablePcap(const std::string& prefix)
{
    m_helper.EnablePcap(prefix, m_netDevices.Get(0), true, false);
}

} // namespace fl
} // namespace ns3
