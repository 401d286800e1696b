/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/test.h"

#include <set>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What options say about a cell arrives at its radio and its devices: bandwidth and power of the
 * downlink, effective capacitances.
 */

namespace
{

using namespace ns3;
using namespace ns3::fl;

/// A cell of two tasks, and what its orders and plans show.
class CellTestCase : public TestCase
{
  public:
    CellTestCase()
        : TestCase("bandwidth and power of the downlink, effective capacitances")
    {
    }

  private:
    void DoRun() override
    {
        Options options;
        options.devices = 3;
        options.rounds = 2;
        options.coordinator = "async";
        options.optimizer = "equal";
        options.payloadBits = 1e5;
        options.tasks = {"samples-per-device=10", "samples-per-device=20"};
        options.bandwidthHz = 3e6;
        options.out = "none";
        // 5 % of a band are the control channel's; each of three devices has a third of the rest.
        Watch(options, 0.95e6, 1.0 / 3);
        NS_TEST_EXPECT_MSG_EQ((m_capacitances == std::set<double>{1e-28}), true, "all alike");
        options.downlinkBandwidthHz = 3e5;
        options.downlinkPowerW = 0.6;
        options.maxCapacitance = 1e-26;
        Watch(options, 0.95e5, 0.2);
        NS_TEST_EXPECT_MSG_EQ(m_capacitances.size(), 3, "one of each device, for both tasks");
        NS_TEST_EXPECT_MSG_GT_OR_EQ(*m_capacitances.begin(), 1e-28, "from");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(*m_capacitances.rbegin(), 1e-26, "to");
    }

    /**
     * Run a cell.
     * @param options of it
     * @param downlinkHz of each device
     * @param powerW of the base station for each device
     */
    void Watch(const Options& options, double downlinkHz, double powerW)
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        m_capacitances.clear();
        const LearningData data = LoadData(options);
        CellRun cell(options, data);
        uint32_t orders = 0;
        cell.GetFederation().coordinator->TraceConnectWithoutContext(
            "RoundBegin",
            MakeFlCallback<void, const SystemState&, const Plan&, const Outcome&>(
                [&](const SystemState& state, const Plan& plan, const Outcome&) {
                    ++orders;
                    for (const auto& profile : state.profiles)
                    {
                        m_capacitances.insert(profile.effectiveCapacitance);
                    }
                    Check(plan.orders.front(), downlinkHz, powerW);
                }));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_GT(orders, 3, "orders of both tasks");
    }

    /// @param order as planned @param downlinkHz of each device @param powerW for each device
    void Check(const WorkOrder& order, double downlinkHz, double powerW)
    {
        for (const auto& phase : order.phases)
        {
            if (const auto* transfer = std::get_if<Transfer>(&phase))
            {
                const bool isDown = transfer->direction == Direction::DOWNLINK;
                const double bandwidthHz = isDown ? downlinkHz : 0.95e6;
                NS_TEST_EXPECT_MSG_EQ_TOL(transfer->grant->bandwidthHz,
                                          bandwidthHz,
                                          1e-6,
                                          "a third of the band");
                if (isDown)
                {
                    NS_TEST_EXPECT_MSG_EQ_TOL(transfer->grant->txPowerW,
                                              powerW,
                                              1e-12,
                                              "a third of the power");
                }
            }
        }
    }

    std::set<double> m_capacitances; //!< of all devices and tasks [J s^2]
};

/// The suite.
class CellOptionsTestSuite : public TestSuite
{
  public:
    CellOptionsTestSuite()
        : TestSuite("fl-cell-options", TestSuite::Type::UNIT)
    {
        AddTestCase(new CellTestCase);
    }
};

CellOptionsTestSuite g_suite; //!< registers itself

} // namespace
