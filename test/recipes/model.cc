/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief The model of the documentation's recipe, trained in a cell: what stands around the recipe.
 *
 * `--phy` says over which medium. Prints the accuracy after some rounds, and why they ended.
 */

#include "ns3/double.h"
#include "ns3/fl-cell-radio.h"
#include "ns3/fl-federation-helper.h"
#include "ns3/fl-layer.h"
#include "ns3/fl-main.h"
#include "ns3/fl-model.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-option-parser.h"
#include "ns3/fl-task-builder.h"
#include "ns3/mobility-helper.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <iostream>

namespace ns3
{
namespace fl
{

#include "tanh-net.inc"

/// Train it on the devices of a cell.
void
Learn(const Options& options)
{
    NodeContainer station(1);
    NodeContainer devices(options.devices);
    MobilityHelper mobility;
    mobility.SetPositionAllocator("ns3::GridPositionAllocator", "DeltaX", DoubleValue(10));
    mobility.Install(station);
    mobility.Install(devices);
    const auto radio = MakeCellRadio(options);
    radio->Install(station.Get(0), devices);

    auto task = std::make_shared<LearningTask>(*BuildTask(options, LoadData(options), 1));
    task->model = std::make_shared<const TanhNet>(task->train->Dimension(), task->train->Classes());
    FederationHelper helper(task);
    helper.SetRadioControl(radio->GetRadioControl());
    helper.SetCoordinatorAttribute("Rounds", UintegerValue(options.rounds));
    auto federation = helper.Install(radio->GetServerNode(),
                                     radio->GetServerAddress(9000),
                                     devices,
                                     std::vector<DeviceProfile>(options.devices),
                                     BuildParts(options, *task, 1));
    federation.applications.Start(radio->GetStartTime());
    federation.coordinator->TraceConnectWithoutContext(
        "RoundEnd",
        MakeFlCallback<void, const RoundRecord&>([](const RoundRecord& record) {
            std::cout << "round " << record.round << ": " << record.received
                      << " updates, accuracy " << 100 * record.accuracy << " %" << std::endl;
        }));
    Simulator::Run();
    Simulator::Destroy();
}

} // namespace fl
} // namespace ns3

int
main(int argc, char* argv[])
{
    return ns3::fl::RunMain(argc, argv, [](int argc, char* argv[]) {
        ns3::fl::Options options;
        options.devices = 4;
        options.rounds = 5;
        options.trainSamples = 2000;
        options.testSamples = 500;
        ns3::fl::OptionParser parser("fl-recipe-model", "The model of a recipe");
        parser.Add("phy", "the cell's PHY", options.phy, ns3::fl::OneOf(ns3::fl::AvailablePhys()));
        parser.Parse(argc, argv);
        ns3::fl::Learn(options);
        return ns3::fl::EXIT_DONE;
    });
}
