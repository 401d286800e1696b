/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_EMPTY_MODELS_H
#define FL_TEST_EMPTY_MODELS_H

#include "ns3/fl-federation-helper.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-phys.h"
#include "ns3/mobility-helper.h"
#include "ns3/mobility-model.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <vector>

namespace ns3
{
namespace fl
{
namespace test
{

/**
 * @ingroup fl
 * Rounds over a PHY in which models and updates have 0 bits: messages are headers and nothing else.
 * The command line cannot ask for that, since 0 means the real model there.
 * @param scenario `phy` and `devices` count
 * @return two rounds
 */
inline std::vector<RoundRecord>
RunEmptyModels(const Scenario& scenario)
{
    RngSeedManager::SetSeed(1);
    RngSeedManager::SetRun(1);
    NodeContainer station(1);
    NodeContainer devices(scenario.devices);
    MobilityHelper mobility;
    mobility.SetMobilityModel("ns3::ConstantPositionMobilityModel");
    mobility.Install(station);
    mobility.Install(devices);
    for (uint32_t i = 0; i < scenario.devices; ++i)
    {
        devices.Get(i)->GetObject<MobilityModel>()->SetPosition({10.0 + i, 0, 0});
    }
    const auto radio = MakeCellRadio(scenario);
    radio->Install(station.Get(0), devices);
    radio->AssignStreams(1);
    FederationHelper helper(std::make_shared<LearningTask>());
    helper.SetOptimizer("equal");
    helper.SetRadioControl(radio->GetRadioControl());
    helper.SetCoordinatorAttribute("Rounds", UintegerValue(2));
    std::vector<DeviceProfile> profiles(scenario.devices);
    for (auto& profile : profiles)
    {
        profile.samples = 10;
    }
    auto federation = helper.Install(radio->GetServerNode(),
                                     radio->GetServerAddress(9000),
                                     devices,
                                     profiles,
                                     {});
    federation.applications.Start(radio->GetStartTime());
    FederationHelper::AssignStreams(federation, 1000);
    std::vector<RoundRecord> rounds;
    federation.coordinator->TraceConnectWithoutContext(
        "RoundEnd",
        MakeFlCallback<void, const RoundRecord&>(
            [&rounds](const RoundRecord& record) { rounds.push_back(record); }));
    // Rounds take some milliseconds; what hangs is to fail and not to run for ever.
    Simulator::Stop(Seconds(100));
    Simulator::Run();
    Simulator::Destroy();
    return rounds;
}

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_EMPTY_MODELS_H */
