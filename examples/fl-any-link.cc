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
 *
 * `--help` names the options, `results/fl-any-link/` holds tables and plots afterwards.
 */

#include "ns3/data-rate.h"
#include "ns3/fl-federation-helper.h"
#include "ns3/fl-main.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"
#include "ns3/fl-run-report.h"
#include "ns3/fl-task-builder.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <nlohmann/json.hpp>

using namespace ns3;

namespace
{

/// What the links are.
struct Link
{
    double rateBps{10e6}; ///< [bit/s]
    double delayS{0.005}; ///< [s]
};

/**
 * Build the star, learn, clean up: one run.
 * @param options number of devices and rounds, learning task and partition
 * @param links data rate [bit/s] and delay [s] of each device's link to the server
 * @param data what all runs learn from
 * @param writer gets the records of the rounds
 * @param progress shows them
 * @return why the run ended, for people
 */
std::string
Simulate(const fl::Options& options,
         const Link& links,
         const fl::LearningData& data,
         fl::ResultWriter& writer,
         fl::Progress& progress)
{
    // Nodes, links and addresses: plain ns-3.
    NodeContainer server(1);
    NodeContainer devices(options.devices);
    InternetStackHelper().Install(NodeContainer(server, devices));
    PointToPointHelper link;
    link.SetDeviceAttribute(
        "DataRate",
        DataRateValue(DataRate(static_cast<uint64_t>(std::ceil(links.rateBps)))));
    link.SetChannelAttribute("Delay", TimeValue(Seconds(links.delayS)));
    Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
    Ipv4InterfaceContainer atServer;
    for (uint32_t i = 0; i < devices.GetN(); ++i)
    {
        const auto pair = addresses.Assign(link.Install(server.Get(0), devices.Get(i)));
        atServer.Add(pair.Get(0));
        addresses.NewNetwork();
    }

    // What is learned: digits, shared out among the devices.
    const uint64_t seed = RngSeedManager::GetRun();
    const auto task = fl::BuildTask(options, data, seed);
    const auto parts = fl::BuildParts(options, *task, seed);

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

    // What comes of it: rounds go to files and to the screen.
    std::string reason = "no event was left";
    federation.coordinator->TraceConnectWithoutContext(
        "Finished",
        fl::MakeFlCallback<void, const std::string&>(
            [&reason](const std::string& text) { reason = text; }));
    fl::RecordRounds(federation.coordinator, writer, progress);

    Simulator::Run();
    Simulator::Destroy();
    return reason;
}

/// All runs, into one results folder.
void
Run(const fl::OptionParser& parser, const fl::Options& options, const Link& links)
{
    fl::ResultFolder results(options.out,
                             options.runs,
                             parser.GetProgram(),
                             parser.ToJson(),
                             fl::RunTotals(1, options.levels));
    const fl::LearningData data = fl::LoadData(options);
    fl::Progress progress(options.rounds, options.runs);
    const uint64_t firstRun = RngSeedManager::GetRun();
    std::string reason;
    for (uint32_t run = 0; run < options.runs; ++run)
    {
        if (run > 0)
        {
            progress.BeginRun();
        }
        RngSeedManager::SetRun(firstRun + run);
        reason = Simulate(options, links, data, results.BeginRun(), progress);
    }
    fl::PlotRequest plots;
    plots.curve = "point-to-point links";
    fl::FinishRuns(results, progress, plots, reason);
}

} // namespace

int
main(int argc, char* argv[])
{
    return fl::RunMain(argc, argv, [](int argc, char* argv[]) {
        fl::Options options;
        Link links;
        fl::OptionParser parser("fl-any-link", "Federated learning over point-to-point links");
        parser.Add("devices", "hosts around the server", options.devices, fl::InRange(1U, 10000U));
        parser.Add("rounds", "rounds of learning", options.rounds, fl::InRange(1U, 1000000U));
        parser.Add("runs",
                   "independent repetitions, with run numbers from --RngRun on",
                   options.runs,
                   fl::InRange(1U, 500U));
        parser.BeginGroup(fl::OptionGroup::LEARNING);
        parser.Add("train-samples",
                   "synthetic digits to train on",
                   options.trainSamples,
                   fl::InRange(1U, 10000000U));
        parser.Add("test-samples",
                   "synthetic digits held out",
                   options.testSamples,
                   fl::InRange(1U, 1000000U));
        parser.BeginGroup(fl::OptionGroup::RADIO);
        parser.Add("rate", "of each link [bit/s]", links.rateBps, fl::Positive(1e12));
        parser.Add("delay", "of each link [s]", links.delayS, fl::InRange(0.0, 10.0));
        fl::AddOutputOptions(parser, options);
        parser.SetsAttribute("ns3::fl::SyncCoordinator::Rounds", "rounds");
        parser.SetsAttribute("ns3::PointToPointNetDevice::DataRate", "rate");
        parser.SetsAttribute("ns3::PointToPointChannel::Delay", "delay");
        parser.Parse(argc, argv);
        Run(parser, options, links);
        return fl::EXIT_DONE;
    });
}
