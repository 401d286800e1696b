/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/config.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-options.h"
#include "ns3/fl-phys.h"
#include "ns3/fl-scenario-rules.h"
#include "ns3/fl-work-program.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/test.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Training that is offloaded to the servers of several cells, by packets.
 */

using namespace ns3;
using namespace ns3::fl;

namespace
{

/// What a run left.
struct OffloadRun
{
    std::vector<RoundRecord> rounds; //!< all of them
    Eigen::VectorXf parameters;      //!< of the last model
};

/// A scenario with offloading, small.
Scenario
SmallScenario(uint32_t cells, const std::string& optimizer)
{
    Scenario scenario;
    scenario.cells = cells;
    scenario.subChannels = 3;
    scenario.devices = 10;
    scenario.rounds = 2;
    scenario.optimizer = optimizer;
    scenario.localIterations = 2;
    scenario.trainSamples = 400;
    scenario.testSamples = 50;
    scenario.fading = "rayleigh";
    scenario.attributes["ns3::fl::BlockFadingLossModel::CoherenceTime"] = "100000s";
    scenario.maxPowerDbm = 20;
    // 40 samples: 1 Gcycle or so, and 1 Mbit.
    scenario.minCycles = 1e7;
    scenario.maxCycles = 3e7;
    scenario.maxCpuHz = 1e9;
    return scenario;
}

/// A test of offloading.
class OffloadPacketsTestCase : public TestCase
{
  public:
    using TestCase::TestCase;

  protected:
    /// Simulate.
    static OffloadRun Run(const Scenario& scenario)
    {
        OffloadRun result;
        ValidateScenario(scenario);
        scenario.Apply();
        {
            CellRun run(scenario, LoadData(scenario, 0));
            const auto& coordinator = run.GetFederation().coordinator;
            coordinator->TraceConnectWithoutContext(
                "RoundEnd",
                MakeFlCallback<void, const RoundRecord&>(
                    [&](const RoundRecord& record) { result.rounds.push_back(record); }));
            Simulator::Run();
            result.parameters = coordinator->GetParameters();
        }
        Config::Reset();
        return result;
    }

    void DoTeardown() override
    {
        Simulator::Destroy();
        Config::Reset();
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
    }
};

/// Three cells: all orders are merged, and phases take what was predicted.
class PhasesTestCase : public OffloadPacketsTestCase
{
  public:
    PhasesTestCase()
        : OffloadPacketsTestCase("offloading in three cells: phases, predictions, interference")
    {
    }

  private:
    void DoRun() override
    {
        const auto run = Run(SmallScenario(3, "offload"));
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 2, "rounds");
        uint32_t offloaded = 0;
        std::vector<bool> used(3, false);
        for (const auto& round : run.rounds)
        {
            NS_TEST_EXPECT_MSG_EQ(round.received, 10, "every device's update is merged");
            NS_TEST_EXPECT_MSG_EQ((round.bound <= round.objective * (1 + 1e-9)), true, "bound");
            for (const auto& work : round.ended)
            {
                offloaded += IsOffloaded(work.order) ? 1 : 0;
                used[work.order.server] = true;
                CheckPhases(work);
            }
        }
        NS_TEST_EXPECT_MSG_GT(offloaded, 8, "some are offloaded");
        NS_TEST_EXPECT_MSG_EQ(std::count(used.begin(), used.end(), true), 3, "to all servers");
    }

    /// @return whether the device sends its samples
    static bool IsOffloaded(const WorkOrder& order)
    {
        const auto first = NextTransfer(order, 0, Direction::UPLINK);
        return TransferAt(order, *first)->kind == PayloadKind::SAMPLES;
    }

    /// Check times of an order's phases.
    void CheckPhases(const WorkRecord& work)
    {
        const auto& measured = work.measured;
        NS_TEST_EXPECT_MSG_EQ(static_cast<int>(measured.status),
                              static_cast<int>(WorkStatus::MERGED),
                              "merged");
        NS_TEST_EXPECT_MSG_EQ(measured.samples, 40, "a tenth of the samples");
        NS_TEST_EXPECT_MSG_EQ(measured.iterations, 2, "passes");
        NS_TEST_EXPECT_MSG_EQ(std::isfinite(measured.loss), true, "loss");
        NS_TEST_ASSERT_MSG_EQ(measured.phases.size(), work.order.phases.size(), "phases");
        NS_TEST_ASSERT_MSG_EQ(work.predicted.phases.size(), work.order.phases.size(), "phases");
        for (size_t i = 0; i < measured.phases.size(); ++i)
        {
            const auto& took = measured.phases[i];
            NS_TEST_EXPECT_MSG_EQ((took.endS > took.startS), true, "phase " << i);
            const double tookS = took.endS - took.startS;
            const auto& planned = work.predicted.phases[i];
            const double plannedS = planned.endS - planned.startS;
            const auto* transfer = TransferAt(work.order, i);
            if (transfer && transfer->kind == PayloadKind::SAMPLES)
            {
                // Others send at most all the time. The handshake of a window that grows, and
                // queueing on the control channel, are beyond the prediction: 2 ms and 2 %.
                NS_TEST_EXPECT_MSG_LT(tookS, 1.02 * plannedS + 2e-3, "offloading");
            }
            if (const auto* compute = std::get_if<Compute>(&work.order.phases[i]))
            {
                // A server shares its processor among those whose samples have come.
                const double aloneS = compute->cycles / compute->cpuHz;
                NS_TEST_EXPECT_MSG_GT(tookS, aloneS * (1 - 1e-6), "computing");
                if (compute->node == ComputeNode::DEVICE)
                {
                    NS_TEST_EXPECT_MSG_EQ_TOL(tookS, aloneS, 1e-8, "computing alone");
                }
            }
        }
    }
};

/// Where training happens does not change what is learned.
class SameModelTestCase : public OffloadPacketsTestCase
{
  public:
    SameModelTestCase()
        : OffloadPacketsTestCase("a server trains as the device would: the same bits")
    {
    }

  private:
    void DoRun() override
    {
        const auto local = Run(SmallScenario(1, "offload-local"));
        for (const uint32_t cells : {1, 3})
        {
            for (const char* optimizer : {"offload-all", "offload-random", "offload-blind"})
            {
                const auto other = Run(SmallScenario(cells, optimizer));
                NS_TEST_ASSERT_MSG_EQ(other.parameters.size(), local.parameters.size(), "size");
                NS_TEST_EXPECT_MSG_EQ((other.parameters == local.parameters),
                                      true,
                                      optimizer << " with " << cells << " cells");
            }
        }
        NS_TEST_EXPECT_MSG_EQ((local.rounds.front().ended.front().measured.computeEnergyJ > 0),
                              true,
                              "the device computed");
    }
};

/// What scenarios with cells must be.
class CellsRefusalTestCase : public OffloadPacketsTestCase
{
  public:
    CellsRefusalTestCase()
        : OffloadPacketsTestCase("cells and sub-channels: what is refused")
    {
    }

  private:
    /// @return why a scenario is refused
    static std::string RefusalOf(const std::function<void(Scenario&)>& change)
    {
        Scenario scenario = SmallScenario(3, "offload");
        change(scenario);
        return fl::test::RefusalOf([&] { Run(scenario); });
    }

    void DoRun() override
    {
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([](auto& s) { s.cells = 0; }),
                              "--cells=0: must be a whole number from 1 to 16",
                              "");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([](auto& s) { s.subChannels = 65; }),
                              "--sub-channels=65: must be a whole number from 0 to 64",
                              "");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([](auto& s) { s.coordinator = "async"; }),
                              "--cells=3: must be 1 with --coordinator=async",
                              "");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([](auto& s) { s.background = 1e5; }),
                              "--background=1e+05: must be 0 with --cells=3",
                              "");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([](auto& s) { s.serverCpuHz = 0; }),
                              "--server-cpu=0: must be a number above 0, up to 1e+15",
                              "");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([](auto& s) { s.payloadBits = 1e5; }),
                              "ns3::fl::OffloadOptimizer: there are no samples to offload: must "
                              "not be a timing study or split learning",
                              "");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([](auto& s) { s.optimizer = "offload-agent"; }),
            "ns3::fl::OffloadOptimizer::Agent: must be the file of a trained agent with the "
            "method agent",
            "");
        for (const auto& phy : AvailablePhys())
        {
            if (phy == "fdma")
            {
                continue;
            }
            NS_TEST_EXPECT_MSG_EQ(RefusalOf([&](auto& s) {
                                      s.phy = phy;
                                      s.devices = 4;
                                      s.subChannels = 0;
                                  }),
                                  "--cells=3: must be 1 with --phy=" + phy,
                                  "");
            NS_TEST_EXPECT_MSG_EQ(RefusalOf([&](auto& s) {
                                      s.phy = phy;
                                      s.devices = 4;
                                      s.cells = 1;
                                  }),
                                  "--sub-channels=3: must be left out with --phy=" + phy,
                                  "");
        }
    }
};

/// The suite.
class FlOffloadPacketsTestSuite : public TestSuite
{
  public:
    FlOffloadPacketsTestSuite()
        : TestSuite("fl-offload-packets", TestSuite::Type::UNIT)
    {
        AddTestCase(new PhasesTestCase);
        AddTestCase(new SameModelTestCase);
        AddTestCase(new CellsRefusalTestCase);
    }
};

FlOffloadPacketsTestSuite g_flOffloadPacketsTestSuite; ///< registers the suite

} // namespace
