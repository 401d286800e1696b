/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-links.h"

#include "ns3/fl-fdma-helper.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/mobility-helper.h"
#include "ns3/nstime.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/string.h"

namespace ns3
{
namespace fl
{

namespace
{

void
ConnectPointToPoint(BenchStar& star)
{
    // 100 Mbit/s times a round trip of 10 ms is what fits into a socket's buffer, so that queues
    // stay short and nothing is lost.
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", StringValue("100Mbps"));
    link.SetChannelAttribute("Delay", TimeValue(MilliSeconds(5)));
    Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
    for (auto client = star.clients.Begin(); client != star.clients.End(); ++client)
    {
        const auto pair = addresses.Assign(link.Install(star.server.Get(0), *client));
        star.atServer.push_back(pair.GetAddress(0));
        star.atClients.push_back(pair.GetAddress(1));
        addresses.NewNetwork();
    }
}

void
ConnectFdma(BenchStar& star)
{
    // All at one place, 100 m away: the rate is then the same for all.
    MobilityHelper mobility;
    mobility.Install(star.server);
    auto positions = CreateObject<ListPositionAllocator>();
    positions->Add(Vector(100, 0, 0));
    mobility.SetPositionAllocator(positions);
    mobility.Install(star.clients);

    FdmaHelper cell;
    const auto devices = cell.Install(star.server.Get(0), star.clients);
    const auto interfaces = Ipv4AddressHelper("10.0.0.0", "255.0.0.0").Assign(devices);
    FdmaHelper::PopulateNeighbourCache(interfaces);
    star.radio = cell.GetRadioControl();
    for (uint32_t i = 1; i < interfaces.GetN(); ++i)
    {
        star.atServer.push_back(interfaces.GetAddress(0));
        star.atClients.push_back(interfaces.GetAddress(i));
    }
}

} // namespace

BenchStar
MakeBenchStar(BenchLink link, uint32_t clients)
{
    BenchStar star;
    star.server.Create(1);
    star.clients.Create(clients);
    InternetStackHelper stack;
    stack.SetIpv6StackInstall(false);
    stack.Install(NodeContainer(star.server, star.clients));
    link == BenchLink::FDMA ? ConnectFdma(star) : ConnectPointToPoint(star);
    return star;
}

} // namespace fl
} // namespace ns3
