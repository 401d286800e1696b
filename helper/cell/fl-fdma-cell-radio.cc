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
FdmaCellRadio::Configure()
{
    // With a medium it is that which fades, by sub-channel.
    const bool hasMedium = m_medium != nullptr;
    for (const auto& factory : CellLossFactories(m_scenario))
    {
        if (!hasMedium || factory.GetTypeId() != BlockFadingLossModel::GetTypeId())
        {
            m_helper.AddPropagationLoss(factory);
        }
        else
        {
            m_medium->SetFading(factory.Create<BlockFadingLossModel>());
        }
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
}

void
FdmaCellRadio::Install(Ptr<Node> station, const NodeContainer& devices)
{
    Configure();
    m_cells.push_back({m_helper.Install(station, devices), {}});
    InstallInternet(NodeContainer(station), devices);
}

void
FdmaCellRadio::InstallCells(const NodeContainer& stations, const NodeContainer& devices)
{
    if (stations.GetN() == 1 && m_scenario.subChannels == 0)
    {
        Install(stations.Get(0), devices);
        return;
    }
    m_medium = CreateObject<FdmaMedium>();
    Configure();
    for (const auto& netDevices : m_helper.InstallCells(stations, devices, m_medium))
    {
        m_cells.push_back({netDevices, {}});
    }
    if (m_scenario.subChannels > 0)
    {
        const double bandHz = m_helper.GetChannel()->GetPlannedBandwidthHz(Direction::UPLINK);
        m_medium->SetSubChannelHz(bandHz / (m_scenario.subChannels + 1));
    }
    InstallInternet(stations, devices);
}

void
FdmaCellRadio::InstallInternet(const NodeContainer& stations, const NodeContainer& devices)
{
    m_stations = stations;
    m_nodes = NodeContainer(stations, devices);
    InternetStackHelper stack;
    stack.SetIpv6StackInstall(false);
    stack.Install(m_nodes);
    // One cell has all of 10.0.0.0, several have a part each.
    Ipv4AddressHelper addresses("10.0.0.0", m_cells.size() > 1 ? "255.240.0.0" : "255.0.0.0");
    for (auto& cell : m_cells)
    {
        cell.addresses = addresses.Assign(cell.netDevices);
        FdmaHelper::PopulateNeighbourCache(cell.addresses);
        addresses.NewNetwork();
    }
}

Ptr<RadioControl>
FdmaCellRadio::GetRadioControl() const
{
    if (m_medium)
    {
        return m_helper.GetCellsControl();
    }
    return m_helper.GetRadioControl();
}

Ptr<Node>
FdmaCellRadio::GetServerNode() const
{
    return m_stations.Get(0);
}

NodeContainer
FdmaCellRadio::GetServerNodes() const
{
    return m_stations;
}

Address
FdmaCellRadio::GetServerAddress(uint16_t port) const
{
    return GetServerAddresses(port).front();
}

std::vector<Address>
FdmaCellRadio::GetServerAddresses(uint16_t port) const
{
    std::vector<Address> addresses;
    for (const auto& cell : m_cells)
    {
        addresses.push_back(InetSocketAddress(cell.addresses.GetAddress(0), port));
    }
    return addresses;
}

int64_t
FdmaCellRadio::AssignStreams(int64_t stream)
{
    int64_t next = stream;
    for (const auto& cell : m_cells)
    {
        next += FdmaHelper::AssignStreams(cell.netDevices, next);
    }
    if (m_medium && m_medium->GetFading())
    {
        next += m_medium->GetFading()->AssignStreams(next);
    }
    next += InternetStackHelper().AssignStreams(m_nodes, next);
    return next - stream;
}

void
FdmaCellRadio::EnablePcap(const std::string& prefix)
{
    for (const auto& cell : m_cells)
    {
        m_helper.EnablePcap(prefix, cell.netDevices.Get(0), true, false);
    }
}

} // namespace fl
} // namespace ns3
