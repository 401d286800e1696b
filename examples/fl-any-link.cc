/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief Federated learning over plain point-to-point links: any NetDevice will do, no optimizer.
 *
 * A star of hosts around a server. Links are as they are, nothing is planned: every device takes
 * part in every round at its full CPU frequency. It shows all that is needed to put federated
 * learning on nodes of one's own.
 */

#include "ns3/data-rate.h"
#include "ns3/fl-federation-helper.h"
#include "ns3/fl-main.h"
#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"
#include "ns3/fl-task-builder.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <iomanip>
#include <iostream>

using namespace ns3;

namespace
{

/// Print a line per round.
void
PrintRound(const fl::RoundRecord& round)
{
    std::cout << "round " << round.round << ": " << round.received << " updates, accuracy "
              << std::fixed << std::setprecision(2) << 100 * round.accuracy << " %, "
              << std::setprecision(3) << round.endS << " s\n";
}

/// Build the star, learn, clean up.
void
Simulate(const fl::Options& options, double rateBps, double delayS)
{
    // Nodes, links and addresses: plain ns-3.
    NodeContainer server(1);
    NodeContainer devices(options.devices);
    InternetStackHelper().Install(NodeContainer(server, devices));
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate",
                            DataRateValue(DataRate(static_cast<uint64_t>(std::ceil(rateBps)))));
    link.SetChannelAttribute("Delay", TimeValue(Seconds(delayS)));
    Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
    Ipv4InterfaceContainer atServer;
    for (uint32_t i = 0; i < devices.GetN(); ++i)
    {
        const auto pair = addresses.Assign(link.Install(server.Get(0), devices.Get(i)));
        atServer.Add(pair.Get(0));
        addresses.NewNetwork();
    }

    // What is learned: digits, shared out among the devices.
    const auto task = fl::BuildTask(options, fl::LoadData(options), 1);
    const auto parts = fl::BuildParts(options, *task, 1);

    // Who learns: a server and its clients. A client reaches the server by any of its addresses,
    // which its link knows how to route to.
    fl::FederationHelper helper(task);
    helper.SetCoordinatorAttribute("Rounds", UintegerValue(options.rounds));
    auto federation = helper.Install(server.Get(0),
                                     InetSocketAddress(atServer.GetAddress(0), 9000),
                                     devices,
                                     std::vector<fl::DeviceProfile>(options.devices),
                                     parts);
    for (uint32_t i = 0; i < devices.GetN(); ++i)
    {
        federation.clients[i]->SetAttribute(
            "Remote",
            AddressValue(InetSocketAddress(atServer.GetAddress(i), 9000)));
    }
    federation.applications.Start(Seconds(0));
    federation.coordinator->TraceConnectWithoutContext("RoundEnd", MakeCallback(&PrintRound));

    Simulator::Run();
    Simulator::Destroy();
}

} // namespace

int
main(int argc, char* argv[])
{
    return fl::RunMain(argc, argv, [](int argc, char* argv[]) {
        fl::Options options;
        double rateBps = 10e6;
        double delayS = 0.005;
        fl::OptionParser parser("fl-any-link", "Federated learning over point-to-point links");
        parser.Add("devices", "hosts around the server", options.devices, fl::InRange(1U, 10000U));
        parser.Add("rounds", "rounds of learning", options.rounds, fl::InRange(1U, 1000000U));
        parser.Add("train-samples",
                   "synthetic digits to train on",
                   options.trainSamples,
                   fl::InRange(1U, 10000000U));
        parser.Add("test-samples",
                   "synthetic digits held out",
                   options.testSamples,
                   fl::InRange(1U, 1000000U));
        parser.Add("rate", "of each link [bit/s]", rateBps, fl::Positive(1e12));
        parser.Add("delay", "of each link [s]", delayS, fl::InRange(0.0, 10.0));
        parser.Parse(argc, argv);
        Simulate(options, rateBps, delayS);
        return fl::EXIT_DONE;
    });
}
