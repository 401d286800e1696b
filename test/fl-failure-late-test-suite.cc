/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "../examples/study/fl-first-phases.h"
#include "fl-test-federation.h"
#include "fl-test-rounding.h"
#include "fl-test-transport-case.h"

#include "ns3/boolean.h"
#include "ns3/enum.h"

#include <cmath>

/**
 * @file
 * @ingroup fl
 * Federated learning with devices that are late: deadlines, late updates, no band.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// After the deadline the round is closed, and who is late told to stop.
class DropLateTestCase : public TransportTestCase
{
  public:
    explicit DropLateTestCase(const std::string& transport)
        : TransportTestCase("late updates are dropped", transport)
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup = MakeSetup();
        setup.profile = ComputingFor(2, 0);
        setup.configure = [](FederationHelper& helper) {
            helper.SetCoordinatorAttribute("RoundDeadline", TimeValue(Seconds(0.5)));
            // The device is told to stop when the last round is over, too.
            helper.SetCoordinatorAttribute("StopSimulation", BooleanValue(false));
        };
        TestFederation run(setup);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended, and no more began");
        double energyJ = 0;
        for (const auto& round : run.rounds)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(round.endS - round.startS, 0.5, ROUNDING_S, "the deadline");
            NS_TEST_EXPECT_MSG_EQ(round.selected, 3, "who was late is asked again");
            NS_TEST_EXPECT_MSG_EQ(round.received, 2, "those in time");
            NS_TEST_EXPECT_MSG_EQ(run.StatusOf(round.round, 0), "deadline", "who was late");
            const auto& late = run.Find(round.round, 0)->measured;
            // From the download to the deadline, at kappa f^3 = 0.1 W.
            NS_TEST_EXPECT_MSG_EQ_TOL(late.downloadS + late.computeS,
                                      0.5,
                                      3 * ROUNDING_S,
                                      "it computed until then");
            NS_TEST_EXPECT_MSG_EQ_TOL(late.computeEnergyJ,
                                      0.1 * late.computeS,
                                      0.1 * 2 * ROUNDING_S,
                                      "and has paid for that");
            NS_TEST_EXPECT_MSG_EQ(std::isnan(late.uploadS), true, "it sent nothing");
            energyJ += round.energyJ;
        }
        NS_TEST_EXPECT_MSG_EQ(run.clientAborted.size(), 3, "it stopped");
        NS_TEST_EXPECT_MSG_EQ(run.clientAborted.at(0), "the server said ABORT", "being told so");
        // Between deadline and ABORT's arrival it spends a little more, which is of no order: in
        // each of three rounds at most 10 ms at 0.1 W.
        NS_TEST_EXPECT_MSG_EQ_TOL(run.federation.coordinator->GetEnergyJ(),
                                  energyJ,
                                  3 * 0.1 * 0.01,
                                  "the rounds' sum");
        NS_TEST_EXPECT_MSG_EQ(run.federation.server->GetNDropped(), 0, "nothing else came");
        ExpectFedAvg(run);
    }
};

/// After the deadline the round is closed, and who is late goes on: its sub-band is kept, it is not
/// asked meanwhile, and its update is merged into the round in which it arrives.
class NextRoundTestCase : public TransportTestCase
{
  public:
    explicit NextRoundTestCase(const std::string& transport)
        : TransportTestCase("late updates enter a later round", transport)
    {
    }

  private:
    void CheckBusy(const TestFederation& run, uint32_t round, const Grant& held)
    {
        const auto& state = run.states[round - 1];
        NS_TEST_EXPECT_MSG_EQ(state.available[0], false, "busy in round " << round);
        // 20 MHz less the control share of 5 %.
        NS_TEST_EXPECT_MSG_EQ_TOL(state.cells[0].uplinkBandwidthHz,
                                  19e6 - held.bandwidthHz,
                                  1,
                                  "the optimizer has the rest");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[round - 1].selected, 2, "the others");
    }

    void RoundBegin(const SystemState&, const Plan&, const Outcome&)
    {
        double sumHz = 0;
        for (DeviceId device = 0; device < 3; ++device)
        {
            const auto& grant = m_run->radio->GetDevice(device)->GetGrant(Direction::UPLINK);
            sumHz += grant.bandwidthHz;
        }
        m_heldHz.push_back(m_run->radio->GetDevice(0)->GetGrant(Direction::UPLINK).bandwidthHz);
        // That they do not overlap either is checked by Apply.
        NS_TEST_EXPECT_MSG_LT(sumHz, 19e6 + 1, "sub-bands fit the band");
    }

    void DoRun() override
    {
        FederationSetup setup = MakeSetup();
        setup.distanceM = 100;
        setup.rounds = 12;
        setup.profile = ComputingFor(0.5, 0);
        setup.configure = [](FederationHelper& helper) {
            helper.SetCoordinatorAttribute("RoundDeadline", TimeValue(Seconds(0.3)));
            helper.SetCoordinatorAttribute("LatePolicy", EnumValue(SyncCoordinator::NEXT_ROUND));
        };
        TestFederation run(setup);
        m_run = &run;
        run.federation.coordinator->TraceConnectWithoutContext(
            "RoundBegin",
            MakeCallback(&NextRoundTestCase::RoundBegin, this));
        run.Run();

        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 12, "all rounds ended");
        uint32_t late = 0;
        for (uint32_t round = 12; round > 1; --round)
        {
            late = run.StatusOf(round, 0) == "late" ? round : late;
        }
        NS_TEST_ASSERT_MSG_GT(late, 2, "its update came in a later round");
        NS_TEST_ASSERT_MSG_LT(late, 12, "before the last");
        NS_TEST_EXPECT_MSG_EQ_TOL(run.rounds[0].endS - run.rounds[0].startS,
                                  0.3,
                                  ROUNDING_S,
                                  "round 1 was closed at its deadline");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[0].received, 2, "without it");
        const Grant held = *FirstTransfer(run.plans[0].orders[0], Direction::UPLINK)->grant;
        for (uint32_t round = 2; round <= late; ++round)
        {
            CheckBusy(run, round, held);
            NS_TEST_EXPECT_MSG_EQ(m_heldHz[round - 1], held.bandwidthHz, "its sub-band is kept");
            NS_TEST_EXPECT_MSG_LT(run.rounds[round - 1].predictedDurationS,
                                  0.3,
                                  "the prediction is of the round's own orders");
        }
        const auto& work = *run.Find(late, 0);
        NS_TEST_EXPECT_MSG_EQ(work.measured.round, 1, "its own round");
        NS_TEST_EXPECT_MSG_EQ(work.measured.baseVersion, 0, "what it was trained from");
        NS_TEST_EXPECT_MSG_EQ(work.measured.staleness, late - 1, "versions since");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[late - 1].received, 3, "merged with the others");
        NS_TEST_EXPECT_MSG_EQ(run.states[late].available[0], true, "then it is asked again");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[late].selected, 3, "then it is asked again");
        NS_TEST_EXPECT_MSG_EQ(run.federation.server->GetNDropped(), 0, "nothing was dropped");
        ExpectFedAvg(run);
    }

    TestFederation* m_run{nullptr}; //!< under test
    std::vector<double> m_heldHz;   //!< device 0's sub-band as each round begins
};

/// All are late: the next round waits for the first, and each order is reported once.
class AllLateTestCase : public TestCase
{
  public:
    AllLateTestCase()
        : TestCase("all updates are late")
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup;
        setup.rounds = 5;
        setup.profile = [](DeviceProfile& profile, DeviceId) { profile.cyclesPerSample = 3e7; };
        setup.configure = [](FederationHelper& helper) {
            helper.SetCoordinatorAttribute("RoundDeadline", TimeValue(Seconds(0.1)));
            helper.SetCoordinatorAttribute("LatePolicy", EnumValue(SyncCoordinator::NEXT_ROUND));
        };
        TestFederation run(setup);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 5, "all rounds ended");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[0].received, 0, "nobody was in time");
        // Device 0 computes for 2 * 10 * 3e7 / 1e9 = 0.6 s.
        NS_TEST_EXPECT_MSG_GT(run.rounds[1].startS, run.rounds[0].startS + 0.6, "it waited");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(2, 0), "late", "for this one");
        std::map<std::pair<uint32_t, DeviceId>, uint32_t> times;
        uint32_t received = 0;
        uint32_t late = 0;
        for (const auto& round : run.rounds)
        {
            received += round.received;
            for (const auto& work : round.ended)
            {
                ++times[{work.order.round, work.order.device}];
                late += work.measured.status == WorkStatus::LATE;
            }
        }
        NS_TEST_EXPECT_MSG_EQ(received, late, "each that was merged is reported");
        for (const auto& [order, count] : times)
        {
            NS_TEST_EXPECT_MSG_EQ(count, 1, "each order is reported once");
        }
        NS_TEST_EXPECT_MSG_EQ(
            AreSame(run.federation.coordinator->GetParameters(), run.ExpectedParameters()),
            true,
            "FedAvg of what was merged");
    }
};

/// A late device holds the whole band: a device that joins meanwhile waits for it.
class NoBandTestCase : public TestCase
{
  public:
    NoBandTestCase()
        : TestCase("a late device holds the whole band")
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup;
        setup.distanceM = 100;
        setup.devices = 2;
        setup.profile = ComputingFor(2, 0);
        setup.configure = [](FederationHelper& helper) {
            helper.SetCoordinatorAttribute("RoundDeadline", TimeValue(Seconds(0.3)));
            helper.SetCoordinatorAttribute("JoinTimeout", TimeValue(Seconds(0.5)));
            helper.SetCoordinatorAttribute("LatePolicy", EnumValue(SyncCoordinator::NEXT_ROUND));
        };
        TestFederation run(setup);
        run.federation.clients[1]->SetAvailable(false);
        Simulator::Schedule(Seconds(1), &Client::SetAvailable, run.federation.clients[1], true);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[0].selected, 1, "one is there");
        NS_TEST_EXPECT_MSG_GT(run.rounds[1].startS, 2.5, "the other waits for its band");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[1].selected, 2, "both");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(2, 0), "late", "the first came");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(2, 1), "merged", "the second too");
    }
};

/// The suite.
class FlFailureLateTestSuite : public TestSuite
{
  public:
    FlFailureLateTestSuite()
        : TestSuite("fl-failure-late", TestSuite::Type::UNIT)
    {
        for (const auto& transport : TRANSPORTS)
        {
            AddTestCase(new DropLateTestCase(transport));
            AddTestCase(new NextRoundTestCase(transport));
        }
        AddTestCase(new AllLateTestCase);
        AddTestCase(new NoBandTestCase);
    }
};

FlFailureLateTestSuite g_flFailureLateTestSuite; ///< registers the suite

} // namespace
