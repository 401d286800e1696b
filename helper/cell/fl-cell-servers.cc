/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * The part of CellRun that installs the servers of several cells, and links between them; the rest
 * is in fl-cell-experiment.cc.
 */

#include "fl-cell-experiment.h"

#include "ns3/data-rate.h"
#include "ns3/fl-consensus-coordinator.h"
#include "ns3/fl-offload-optimizer.h"
#include "ns3/fl-processor-helper.h"
#include "ns3/inet-socket-address.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/point-to-point-helper.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

void
CellRun::InstallServers(FederationHelper& helper) const
{
    const auto nodes = m_radio->GetServerNodes();
    const auto addresses = m_radio->GetServerAddresses(SERVER_PORT);
    const bool offloads = m_scenario.optimizer.rfind("offload", 0) == 0 ||
                          m_scenario.optimizer == OffloadOptimizer::GetTypeId().GetName();
    for (uint32_t i = 0; i < nodes.GetN(); ++i)
    {
        if (offloads)
        {
            DeviceProfile profile;
            profile.maxCpuHz = m_scenario.serverCpuHz;
            ProcessorHelper().Install(nodes.Get(i), profile);
        }
        if (i > 0)
        {
            helper.AddServer(nodes.Get(i), addresses[i]);
        }
    }
}

ServerGraph
CellRun::MakeGraph() const
{
    const auto names = ServerGraphNames();
    const bool isKnown = std::any_of(names.begin(), names.end(), [this](const auto& known) {
        return known.first == m_scenario.consensus;
    });
    return isKnown ? MakeServerGraph(m_scenario.consensus, m_scenario.cells)
                   : ReadServerGraph(m_scenario.consensus, m_scenario.cells);
}

void
CellRun::InstallServerLinks()
{
    const auto coordinator = DynamicCast<ConsensusCoordinator>(m_federation.coordinator);
    if (!coordinator)
    {
        return;
    }
    const auto graph = MakeGraph();
    coordinator->SetGraph(graph);
    coordinator->SetLinks(m_scenario.linkRateBps, Seconds(m_scenario.linkDelayS));
    PointToPointHelper links;
    links.SetDeviceAttribute(
        "DataRate",
        DataRateValue(DataRate(static_cast<uint64_t>(m_scenario.linkRateBps))));
    links.SetChannelAttribute("Delay", TimeValue(Seconds(m_scenario.linkDelayS)));
    Ipv4AddressHelper addresses("172.16.0.0", "255.255.255.252");
    const auto nodes = m_radio->GetServerNodes();
    for (const auto& [a, b] : graph.edges)
    {
        const auto devices = links.Install(nodes.Get(a), nodes.Get(b));
        const auto interfaces = addresses.Assign(devices);
        addresses.NewNetwork();
        m_federation.servers[a]->ConnectTo(
            InetSocketAddress(interfaces.GetAddress(1), SERVER_PORT));
    }
}

} // namespace fl
} // namespace ns3
