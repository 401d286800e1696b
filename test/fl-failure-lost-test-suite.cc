/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-federation.h"
#include "fl-test-rounding.h"
#include "fl-test-transport-case.h"

#include "ns3/basic-energy-source-helper.h"
#include "ns3/double.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-processor-helper.h"

#include <cmath>

/**
 * @file
 * @ingroup fl
 * Federated learning with devices that disappear, that are away, and whose batteries run empty.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// A link is cut without a word in mid-round: the device is found lost, the round goes on; when the
/// link is back, so is the device.
class CutTestCase : public TransportTestCase
{
  public:
    explicit CutTestCase(const std::string& transport)
        : TransportTestCase("a link is cut, and comes back", transport)
    {
    }

  private:
    void DoRun() override
    {
        constexpr double CUT_S = 1.5;
        FederationSetup setup = MakeSetup();
        setup.rounds = 60;
        setup.model = "mlp:200";
        // 1 s of computation for all: rounds of a little more.
        setup.profile = ComputingFor(1);
        setup.configure = [](FederationHelper& helper) {
            helper.SetServerAttribute("KeepAlive", TimeValue(Seconds(1)));
        };
        TestFederation run(setup);
        run.CutBetween(1, CUT_S, CUT_S + 10);
        run.Run();

        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 60, "all rounds ended");
        uint32_t lost = 0;
        uint32_t back = 0;
        for (const auto& round : run.rounds)
        {
            const auto status = run.StatusOf(round.round, 1);
            lost = status == "lost" && lost == 0 ? round.round : lost;
            back = status == "merged" && lost > 0 && back == 0 ? round.round : back;
        }
        NS_TEST_ASSERT_MSG_GT(lost, 0, "found lost");
        NS_TEST_EXPECT_MSG_EQ(run.GetRound(lost).received, 2, "the round goes on");
        // KeepAliveMisses = 3 periods of silence, found at the next look.
        NS_TEST_EXPECT_MSG_GT(run.GetRound(lost).endS, CUT_S + 2, "not at once");
        NS_TEST_EXPECT_MSG_LT(run.GetRound(lost).endS, CUT_S + 4 + 0.1, "but soon");
        NS_TEST_ASSERT_MSG_GT(back, lost, "it is served again");
        // TCP's timeout doubles from 1 s: within 15 s of the cut's begin it tries at 1 + 2 + 4 + 8,
        // and then the client connects after 1 s; a round later it takes part.
        NS_TEST_EXPECT_MSG_LT(run.GetRound(back).startS, CUT_S + 10 + 16 + 4, "soon");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(60, 1), "merged", "until the end");
        ExpectFedAvg(run);
    }
};

/// A link is cut in mid-download, for longer than any transport tries again: with KeepAlive the
/// client, who only waits, notices, and is back when the link is.
class LongCutTestCase : public TransportTestCase
{
  public:
    explicit LongCutTestCase(const std::string& transport)
        : TransportTestCase("a link is cut for hours, in mid-download", transport)
    {
    }

  private:
    void DoRun() override
    {
        constexpr double BACK_S = 5400;
        FederationSetup setup = MakeSetup();
        setup.rounds = 55;
        setup.dataRate = "500kbps";
        setup.statedBytes = 50000; // 0.8 s of the server's link each
        setup.profile = ComputingFor(120);
        setup.configure = [](FederationHelper& helper) {
            helper.SetClientAttribute("KeepAlive", TimeValue(Seconds(60)));
        };
        TestFederation run(setup);
        run.CutBetween(1, 1, BACK_S);
        run.Run(8000);
        NS_TEST_ASSERT_MSG_EQ(run.finished.size(), 1, "all rounds ended");
        NS_TEST_EXPECT_MSG_EQ(std::count(run.log.begin(), run.log.end(), "received 1 1"),
                              0,
                              "cut in mid-download");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(1, 1), "lost", "found lost");
        uint32_t back = 0;
        for (uint32_t round = 55; round > 1; --round)
        {
            back = run.StatusOf(round, 1) == "merged" ? round : back;
        }
        NS_TEST_ASSERT_MSG_GT(back, 1, "it is served again");
        // It connects again and again; ns-3's TCP tries SYN at intervals of up to 96 s, datagrams
        // of up to 60 s. Then a round of some 125 s has to end.
        NS_TEST_EXPECT_MSG_LT(run.GetRound(back).startS, BACK_S + 96 + 125 + 5, "soon");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(55, 1), "merged", "until the end");
        NS_TEST_EXPECT_MSG_EQ(run.federation.server->GetNDropped(), 0, "a PING is no misdeed");
        // Nobody else was disturbed: devices that compute for 120 s are silent, but there.
        for (const auto& round : run.rounds)
        {
            NS_TEST_EXPECT_MSG_EQ(run.StatusOf(round.round, 0), "merged", "always there");
        }
    }
};

/// A client that goes away on purpose is missed at once; one that comes back is served again.
class AwayTestCase : public TransportTestCase
{
  public:
    explicit AwayTestCase(const std::string& transport)
        : TransportTestCase("devices go away, and come back", transport)
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup = MakeSetup();
        setup.rounds = 6;
        setup.profile = ComputingFor(1);
        TestFederation run(setup);
        const auto& clients = run.federation.clients;
        Simulator::Schedule(Seconds(1.5), &Client::SetAvailable, clients[0], false);
        Simulator::Schedule(Seconds(3.5), &Client::SetAvailable, clients[0], true);
        clients[2]->SetStopTime(Seconds(2.5));
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 6, "all rounds ended");
        const std::vector<std::string> first{"merged", "lost", "", "", "merged", "merged"};
        const std::vector<std::string> third{"merged", "merged", "lost", "", "", ""};
        for (uint32_t round = 1; round <= 6; ++round)
        {
            NS_TEST_EXPECT_MSG_EQ(run.StatusOf(round, 0), first[round - 1], "round " << round);
            NS_TEST_EXPECT_MSG_EQ(run.StatusOf(round, 1), "merged", "is always there");
            NS_TEST_EXPECT_MSG_EQ(run.StatusOf(round, 2), third[round - 1], "round " << round);
            // 1 s of computation, and the rest takes milliseconds: nothing waits for the lost.
            NS_TEST_EXPECT_MSG_LT(run.GetRound(round).endS, run.GetRound(round).startS + 1.1, "");
        }
        NS_TEST_EXPECT_MSG_EQ(run.clientAborted.at(0), "the device went away", "why");
        NS_TEST_EXPECT_MSG_EQ(run.clientAborted.at(1), "the client stopped", "why");
        ExpectFedAvg(run);
    }
};

/// All links are cut: the run ends after WaitTimeout.
class AllGoneTestCase : public TransportTestCase
{
  public:
    explicit AllGoneTestCase(const std::string& transport)
        : TransportTestCase("all devices disappear", transport)
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup = MakeSetup();
        setup.profile = ComputingFor(1);
        setup.configure = [](FederationHelper& helper) {
            helper.SetServerAttribute("KeepAlive", TimeValue(Seconds(1)));
            helper.SetCoordinatorAttribute("WaitTimeout", TimeValue(Seconds(20)));
        };
        TestFederation run(setup);
        double finishedS = 0;
        run.federation.coordinator->TraceConnectWithoutContext(
            "Finished",
            MakeFlCallback<void, const std::string&>(
                [&finishedS](const std::string&) { finishedS = Simulator::Now().GetSeconds(); }));
        Simulator::Schedule(Seconds(1.5), [&run] {
            for (DeviceId device = 0; device < 3; ++device)
            {
                run.Cut(device);
            }
        });
        run.Run(1000);
        NS_TEST_ASSERT_MSG_EQ(run.finished.size(), 1, "it ends");
        NS_TEST_EXPECT_MSG_EQ(run.finished.at(0),
                              "no device became available for 20 s",
                              "and says why");
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 2, "round 2 was closed");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[1].received, 0, "with nothing");
        NS_TEST_EXPECT_MSG_EQ_TOL(finishedS, run.rounds[1].endS + 20, ROUNDING_S, "WaitTimeout");
    }
};

/**
 * @param run where
 * @param device whose node gets one
 * @param joule that it holds, all of which can be used
 */
void
InstallBattery(const TestFederation& run, DeviceId device, double joule)
{
    BasicEnergySourceHelper batteries;
    constexpr double RESERVE_J = 1e-7; // for what ns-3 rounds, see LoadEnergyModel
    batteries.Set("BasicEnergySourceInitialEnergyJ", DoubleValue(joule + RESERVE_J));
    batteries.Set("BasicEnergyLowBatteryThreshold", DoubleValue(RESERVE_J / (joule + RESERVE_J)));
    ProcessorHelper::InstallEnergyModels(batteries.Install(run.devices.Get(device)));
}

/// The battery runs empty while the device computes.
class BatteryComputeTestCase : public TransportTestCase
{
  public:
    explicit BatteryComputeTestCase(const std::string& transport)
        : TransportTestCase("a battery runs empty in mid-computation", transport)
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup = MakeSetup();
        setup.configure = [](FederationHelper& helper) {
            helper.SetServerAttribute("KeepAlive", TimeValue(Seconds(1)));
        };
        TestFederation run(setup);
        // kappa C f^2 = 1e-28 * 2 * 15 * 1e6 * 1e18 = 3 mJ a round: enough for one and a half.
        constexpr double CAPACITY_J = 4.5e-3;
        InstallBattery(run, 1, CAPACITY_J);
        run.Run(20); // ns-3's sources look at their charge for ever
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(1, 1), "merged", "enough");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(2, 1), "battery", "not enough");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[1].received, 2, "the round goes on");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[2].selected, 2, "without it");
        // ns-3's source counts in nJ, rounded down at each of some ten looks; at kappa f^3 = 0.1 W.
        constexpr double tolJ = 10e-9;
        const auto& work = *run.Find(2, 1);
        NS_TEST_EXPECT_MSG_EQ_TOL(work.measured.computeEnergyJ, 1.5e-3, tolJ, "what was left");
        NS_TEST_EXPECT_MSG_EQ_TOL(work.measured.computeS, 0.015, tolJ / 0.1, "for so long");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(work.measured.uploadS), true, "nothing was sent");
        NS_TEST_EXPECT_MSG_EQ_TOL(run.federation.clients[1]->GetComputeEnergyJ(),
                                  CAPACITY_J,
                                  tolJ,
                                  "all that it held, and no more");
        NS_TEST_EXPECT_MSG_EQ(run.clientAborted.at(0), "the battery is empty", "why");
        // Three misses of 1 s, found at the next look.
        NS_TEST_EXPECT_MSG_LT(run.rounds[1].endS, run.rounds[1].startS + 4.2, "found in time");
        NS_TEST_EXPECT_MSG_EQ(run.Count("joined"), 3, "it does not come back");
        ExpectFedAvg(run);
    }
};

/// The battery runs empty while the device sends.
class BatteryUploadTestCase : public TransportTestCase
{
  public:
    explicit BatteryUploadTestCase(const std::string& transport)
        : TransportTestCase("a battery runs empty in mid-upload", transport)
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup = MakeSetup();
        setup.distanceM = 100;
        setup.statedBytes = 200000;
        setup.configure = [](FederationHelper& helper) {
            helper.SetServerAttribute("KeepAlive", TimeValue(Seconds(1)));
        };
        double capacityJ = 0;
        {
            // What one round takes, with a battery that lasts.
            TestFederation full(setup);
            full.Run();
            const auto& measured = full.Find(1, 1)->measured;
            NS_TEST_ASSERT_MSG_GT(measured.radioEnergyJ, 1e-4, "sending costs something");
            capacityJ = measured.computeEnergyJ + 0.5 * measured.radioEnergyJ;
        }
        TestFederation run(setup);
        InstallBattery(run, 1, capacityJ);
        run.Run(20);
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(1, 1), "battery", "not enough");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[0].received, 2, "the round goes on");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[1].selected, 2, "without it");
        const auto& measured = run.Find(1, 1)->measured;
        // Half the energy, less what HELLO took before: a little less than half of the upload.
        NS_TEST_EXPECT_MSG_GT(measured.uploadS, 0, "it was sending");
        NS_TEST_EXPECT_MSG_LT(measured.uploadS,
                              0.6 * run.Find(1, 0)->measured.uploadS,
                              "not until it was found lost");
        const double spentJ =
            run.federation.clients[1]->GetComputeEnergyJ() + run.radio->GetRadiatedEnergyJ(1);
        // ns-3's source counts in nJ, rounded down each time that a frame begins or ends: some 150
        // data frames and as many acknowledgements.
        NS_TEST_EXPECT_MSG_EQ_TOL(spentJ, capacityJ, 600e-9, "all that it held");
        NS_TEST_EXPECT_MSG_EQ(run.radio->GetDevice(1)->IsLinkUp(), false, "the radio is off");
    }
};

/// The suite.
class FlFailureLostTestSuite : public TestSuite
{
  public:
    FlFailureLostTestSuite()
        : TestSuite("fl-failure-lost", TestSuite::Type::UNIT)
    {
        for (const auto& transport : TRANSPORTS)
        {
            AddTestCase(new CutTestCase(transport));
            AddTestCase(new LongCutTestCase(transport));
            AddTestCase(new AwayTestCase(transport));
            AddTestCase(new AllGoneTestCase(transport));
            AddTestCase(new BatteryComputeTestCase(transport));
            AddTestCase(new BatteryUploadTestCase(transport));
        }
    }
};

FlFailureLostTestSuite g_flFailureLostTestSuite; ///< registers the suite

} // namespace
