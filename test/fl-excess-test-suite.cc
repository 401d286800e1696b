/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-error.h"
#include "ns3/fl-main.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-phys.h"
#include "ns3/fl-round-plan.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/test.h"

#include <csignal>
#include <iostream>
#include <sstream>
#include <string>

/**
 * @file
 * @ingroup fl
 * A plan that does not fit the cell, over each PHY that this build has: the program that runs it
 * exits with 3, and says by how much.
 */

using namespace ns3;
using namespace ns3::fl;

namespace
{

/// Equal shares of a multiple of the band, at a multiple of the devices' highest power.
class GreedyOptimizer : public Optimizer
{
  public:
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::fl::test::GreedyOptimizer")
                                .SetParent<Optimizer>()
                                .SetGroupName("Fl")
                                .AddConstructor<GreedyOptimizer>()
                                .AddAttribute("BandFactor",
                                              "Bandwidth of all shares, as a part of the band",
                                              DoubleValue(1),
                                              MakeDoubleAccessor(&GreedyOptimizer::m_bandFactor),
                                              MakeDoubleChecker<double>(0))
                                .AddAttribute("PowerFactor",
                                              "Power of each device, as a part of its highest",
                                              DoubleValue(1),
                                              MakeDoubleAccessor(&GreedyOptimizer::m_powerFactor),
                                              MakeDoubleChecker<double>(0));
        return tid;
    }

    static double s_bandHz;    //!< of the last plan's cell [Hz]
    static double s_maxPowerW; //!< highest power of its device 0 [W]

  private:
    Plan DoPlan(const SystemState& state) override
    {
        s_bandHz = state.cells[0].uplinkBandwidthHz;
        s_maxPowerW = state.profiles[0].maxTxPowerW;
        auto shares = EqualShares(state, AvailableDevices(state));
        for (auto& share : shares)
        {
            share.uplinkHz *= m_bandFactor;
            share.txPowerW *= m_powerFactor;
        }
        return MakeRoundPlan(state, shares);
    }

    double m_bandFactor;  //!< see the attribute
    double m_powerFactor; //!< see the attribute
};

double GreedyOptimizer::s_bandHz = 0;
double GreedyOptimizer::s_maxPowerW = 0;

NS_OBJECT_ENSURE_REGISTERED(GreedyOptimizer);

/// One PHY.
class ExcessTestCase : public TestCase
{
  public:
    /// @param phy as in `--phy`
    ExcessTestCase(const std::string& phy)
        : TestCase("a plan that does not fit the cell, over " + phy),
          m_phy(phy)
    {
    }

  private:
    /// What a program ended with.
    struct End
    {
        int code;         //!< its exit code
        std::string line; //!< on standard error
    };

    /**
     * Run a round as a program would.
     * @param factor the attribute of the optimizer to set
     * @param value its value
     */
    End Run(const std::string& factor, double value)
    {
        const std::string attribute = "ns3::fl::test::GreedyOptimizer::" + factor;
        Config::SetDefault(attribute, DoubleValue(value));
        Options options;
        options.phy = m_phy;
        options.devices = 2;
        options.rounds = 1;
        options.payloadBits = 28100;
        options.radius = 20;
        options.optimizer = "ns3::fl::test::GreedyOptimizer";
        std::ostringstream captured;
        std::streambuf* const original = std::cerr.rdbuf(captured.rdbuf());
        char name[] = "program";
        char* argv[] = {name, nullptr};
        const int code = RunMain(1, argv, [&](int, char**) {
            RngSeedManager::SetSeed(1);
            RngSeedManager::SetRun(1);
            const LearningData data = LoadData(options);
            CellRun cell(options, data);
            Simulator::Run();
            return EXIT_DONE;
        });
        std::cerr.rdbuf(original);
        std::signal(SIGXFSZ, SIG_DFL);
        Config::SetDefault(attribute, DoubleValue(1));
        return {code, captured.str()};
    }

    void DoRun() override
    {
        const auto fitting = Run("BandFactor", 1);
        NS_TEST_EXPECT_MSG_EQ(fitting.code, EXIT_DONE, fitting.line);

        // Two halves, half as wide again.
        const auto wide = Run("BandFactor", 1.5);
        const double bandHz = GreedyOptimizer::s_bandHz;
        NS_TEST_EXPECT_MSG_EQ(wide.code, EXIT_INFEASIBLE, "band");
        NS_TEST_EXPECT_MSG_EQ(wide.line,
                              Describe("program: error: uplink grants take ",
                                       1.5 * bandHz,
                                       " Hz in all: ",
                                       0.5 * bandHz,
                                       " Hz more than the planned band of ",
                                       bandHz,
                                       " Hz\n"),
                              "band");

        const auto loud = Run("PowerFactor", 2);
        const double powerW = GreedyOptimizer::s_maxPowerW;
        NS_TEST_EXPECT_MSG_EQ(loud.code, EXIT_INFEASIBLE, "power");
        NS_TEST_EXPECT_MSG_EQ(loud.line,
                              Describe("program: error: device 0: uplink grant of ",
                                       2 * powerW,
                                       " W: ",
                                       powerW,
                                       " W more than the device's MaxTxPower of ",
                                       powerW,
                                       " W\n"),
                              "power");

        // No share at all is no matter of limits.
        const auto empty = Run("BandFactor", 0);
        NS_TEST_EXPECT_MSG_EQ(empty.code, EXIT_INVALID_INPUT, "no bandwidth");
        NS_TEST_EXPECT_MSG_EQ(empty.line,
                              "program: error: device 0: uplink grant's bandwidthHz = 0: must be "
                              "finite and above 0\n",
                              "no bandwidth");
    }

    std::string m_phy; //!< as in `--phy`
};

/// The suite.
class ExcessTestSuite : public TestSuite
{
  public:
    ExcessTestSuite()
        : TestSuite("fl-excess", TestSuite::Type::UNIT)
    {
        for (const auto& phy : AvailablePhys())
        {
            AddTestCase(new ExcessTestCase(phy));
        }
    }
};

ExcessTestSuite g_excessTestSuite; //!< registers itself

} // namespace
