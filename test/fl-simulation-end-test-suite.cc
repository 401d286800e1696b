/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * When FederationHelper stops a simulation that would go on for ever, as a radio with beacons does.
 */

#include "fl-test-federation.h"

#include "ns3/boolean.h"
#include "ns3/ipv4-address-generator.h"

#include <algorithm>
#include <functional>
#include <memory>

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// When a simulation is given up that did not end by itself [s]: rounds take tenths of a second.
constexpr double GUARD_S = 1000;

/// In place of a time: with the last round of the last coordinator.
constexpr double LAST_ROUND = 0;

/// From one beacon to the next [s].
constexpr double BEACON_S = 0.1;

/// An event that calls for the next one, for ever.
void
Beacon()
{
    Simulator::Schedule(Seconds(BEACON_S), &Beacon);
}

/// A simulation with an event that never ends, and one or two federations in it.
class SimulationEndTestCase : public TestCase
{
  public:
    /// What to do to the first federation before the simulation begins.
    using Prepare = std::function<void(TestFederation&)>;

    /**
     * @param name of the case
     * @param prepare what to do to the first federation
     * @param endS when the simulation is to end [s], or LAST_ROUND; GUARD_S: not by itself
     * @param secondRounds rounds of a second federation, from 1; 0: there is none
     */
    SimulationEndTestCase(const std::string& name,
                          Prepare prepare,
                          double endS,
                          uint32_t secondRounds = 0)
        : TestCase(name),
          m_prepare(std::move(prepare)),
          m_endS(endS),
          m_secondRounds(secondRounds)
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup;
        TestFederation first(setup);
        m_prepare(first);
        std::unique_ptr<TestFederation> second;
        if (m_secondRounds > 0)
        {
            // It has a network of its own, with the same addresses.
            Ipv4AddressGenerator::Reset();
            FederationSetup other;
            other.rounds = m_secondRounds;
            second = std::make_unique<TestFederation>(other);
        }
        Simulator::ScheduleNow(&Beacon);
        first.Run(GUARD_S);

        NS_TEST_ASSERT_MSG_EQ(first.finished.empty(), false, "it came to an end");
        double expectedS = m_endS;
        if (m_endS == LAST_ROUND)
        {
            expectedS = first.rounds.back().endS;
            if (second)
            {
                NS_TEST_EXPECT_MSG_EQ(second->rounds.size(), m_secondRounds, "nobody was cut off");
                expectedS = std::max(expectedS, second->rounds.back().endS);
            }
        }
        // Times are whole nanoseconds.
        NS_TEST_EXPECT_MSG_EQ_TOL(Simulator::Now().GetSeconds(), expectedS, 1e-9, "its end");
        if (first.finished.back() == "all rounds are done")
        {
            NS_TEST_EXPECT_MSG_EQ(first.federation.coordinator->GetModelVersion() + 1,
                                  setup.rounds + 1,
                                  "all rounds were run");
        }
    }

    Prepare m_prepare;       //!< what to do to the first federation
    double m_endS;           //!< when the simulation is to end [s], or LAST_ROUND
    uint32_t m_secondRounds; //!< of the second federation; 0: there is none
};

/// Simulations end with their last coordinator.
class FlSimulationEndTestSuite : public TestSuite
{
  public:
    FlSimulationEndTestSuite()
        : TestSuite("fl-simulation-end", TestSuite::Type::UNIT)
    {
        const auto nothing = [](TestFederation&) {};
        AddTestCase(new SimulationEndTestCase("all rounds are done", nothing, LAST_ROUND));
        AddTestCase(new SimulationEndTestCase(
            "the attribute forbids it",
            [](TestFederation& run) {
                run.federation.coordinator->SetAttribute("StopSimulation", BooleanValue(false));
            },
            GUARD_S));
        AddTestCase(
            new SimulationEndTestCase("the other one has fewer rounds", nothing, LAST_ROUND, 1));
        AddTestCase(
            new SimulationEndTestCase("the other one has more rounds", nothing, LAST_ROUND, 9));
        AddTestCase(new SimulationEndTestCase(
            "the other one must not be cut off by who forbids it",
            [](TestFederation& run) {
                run.federation.coordinator->SetAttribute("StopSimulation", BooleanValue(false));
            },
            GUARD_S,
            9));
        AddTestCase(new SimulationEndTestCase(
            "the server stops and starts again",
            [](TestFederation& run) {
                const auto server = run.federation.server;
                Simulator::Schedule(Seconds(0.06), &Server::Stop, server);
                Simulator::Schedule(Seconds(2), &Server::Start, server);
            },
            LAST_ROUND));
        AddTestCase(new SimulationEndTestCase(
            "a server that was stopped might be started again",
            [](TestFederation& run) {
                const auto server = run.federation.server;
                Simulator::Schedule(Seconds(0.06), &Server::Stop, server);
            },
            GUARD_S));
        AddTestCase(new SimulationEndTestCase(
            "the application's stop time comes",
            [](TestFederation& run) { run.federation.server->SetStopTime(Seconds(0.06)); },
            0.06));
        AddTestCase(new SimulationEndTestCase(
            "the stop time of a stopped server comes",
            [](TestFederation& run) {
                const auto server = run.federation.server;
                Simulator::Schedule(Seconds(0.06), &Server::Stop, server);
                server->SetStopTime(Seconds(5));
            },
            5));
    }
};

FlSimulationEndTestSuite g_flSimulationEndTestSuite; ///< registers the suite

} // namespace
