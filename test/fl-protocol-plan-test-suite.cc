/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-federation.h"
#include "fl-test-rounding.h"

#include "ns3/fl-round-plan.h"

#include <cmath>
#include <stdexcept>

/**
 * @file
 * @ingroup fl
 * Federated learning when nothing goes wrong: what is planned, and what is measured of it. Unless a
 * test says otherwise it runs over links of 10 Mbit/s and 2 ms.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// Times and energies are those of the formulas, and add up.
class MeasureTestCase : public TestCase
{
  public:
    MeasureTestCase()
        : TestCase("times and energies of a timing study")
    {
    }

  private:
    void DoRun() override
    {
        constexpr double BYTES = 100000;
        FederationSetup setup;
        setup.statedBytes = static_cast<uint64_t>(BYTES);
        setup.profile = [](DeviceProfile& profile, DeviceId device) {
            profile.effectiveCapacitance = (1 + device) * 1e-28;
            profile.maxCpuHz = (1 + device) * 0.7e9;
        };
        TestFederation run(setup);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended");
        NS_TEST_EXPECT_MSG_EQ(run.federation.coordinator->GetParameters().size(), 0, "no model");
        double endS = 0;
        double totalJ = 0;
        for (const auto& round : run.rounds)
        {
            NS_TEST_EXPECT_MSG_EQ(round.received, 3, "all came");
            NS_TEST_EXPECT_MSG_EQ(std::isnan(round.accuracy), true, "nothing to evaluate");
            NS_TEST_EXPECT_MSG_EQ((round.startS >= endS), true, "one after the other");
            endS = round.endS;
            double sumJ = 0;
            for (const auto& work : round.ended)
            {
                const double hz = (1 + work.order.device) * 0.7e9;
                const double cycles = (10 + 5 * work.order.device) * 1e6 * 2;
                const auto& measured = work.measured;
                NS_TEST_EXPECT_MSG_EQ_TOL(measured.computeS,
                                          cycles / hz,
                                          2 * ROUNDING_S,
                                          "C / f, from one event's time to another's");
                const double joule = (1 + work.order.device) * 1e-28 * cycles * hz * hz;
                NS_TEST_EXPECT_MSG_EQ_TOL(measured.computeEnergyJ,
                                          joule,
                                          joule * ROUND_OFF,
                                          "kappa C f^2");
                NS_TEST_EXPECT_MSG_EQ_TOL(work.predicted.computeS, cycles / hz, ROUND_OFF, "told");
                NS_TEST_EXPECT_MSG_EQ(std::isnan(work.predicted.uploadS), true, "nobody can tell");
                NS_TEST_EXPECT_MSG_EQ(measured.payloadBits, 8 * BYTES, "as stated");
                // A link of its own: not faster than that, nor slower than slow start makes it.
                // From 10 segments on the window doubles each round trip: 72 segments of 1400
                // bytes take at most 4 round trips of some 4 ms more than at full rate, and
                // 1480/1400 and headers are 8 %.
                const double atRateS = BYTES * 8 / 10e6;
                NS_TEST_EXPECT_MSG_GT(measured.uploadS, atRateS, "not faster than the link");
                NS_TEST_EXPECT_MSG_LT(measured.uploadS, 1.08 * atRateS + 4 * 0.006, "nor idle");
                // Three models share the server's link.
                NS_TEST_EXPECT_MSG_GT(measured.downloadS, atRateS, "not faster than the link");
                NS_TEST_EXPECT_MSG_EQ_TOL(measured.idleS, 0, ROUNDING_S, "no pause");
                NS_TEST_EXPECT_MSG_LT(measured.startS + measured.DurationS(),
                                      round.endS + 4 * ROUNDING_S,
                                      "phases fit the round");
                sumJ += measured.EnergyJ();
            }
            totalJ += round.energyJ;
            NS_TEST_EXPECT_MSG_EQ_TOL(round.energyJ, sumJ, sumJ * ROUND_OFF, "the devices' sum");
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(run.federation.coordinator->GetEnergyJ(),
                                  totalJ,
                                  totalJ * ROUND_OFF,
                                  "the rounds' sum");
    }
};

/// Pauses before and after the download, and before the upload, take their time and are measured.
class IdleTestCase : public TestCase
{
  public:
    IdleTestCase()
        : TestCase("pauses and the earliest start are honoured")
    {
    }

  private:
    /// @return when something of round 1 happened [s]
    static double When(const TestFederation& run, const std::string& what)
    {
        const auto entry = std::find(run.log.begin(), run.log.end(), what);
        return entry == run.log.end() ? ABSENT : run.logS[entry - run.log.begin()];
    }

    void DoRun() override
    {
        FederationSetup setup;
        setup.devices = 2;
        setup.rounds = 1;
        TestFederation run(setup);
        auto optimizer = CreateObject<ScriptedOptimizer>();
        optimizer->script = [](const SystemState& state) {
            auto plan = MakeRoundPlan(state, {{0, 1e9, 0, 0, 0.5}, {1, 1e9}});
            plan.orders[0].earliestStartS = state.nowS + 2;
            auto& phases = plan.orders[0].phases;
            phases.insert(phases.begin() + 2, Idle{0.25});
            phases.insert(phases.begin() + 4, Idle{0.125});
            return plan;
        };
        run.federation.coordinator->SetOptimizer(optimizer);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 1, "the round ended");
        const double beginS = When(run, "begin 1");
        NS_TEST_EXPECT_MSG_EQ_TOL(When(run, "sent 1 1"), beginS, ROUNDING_S, "at once");
        NS_TEST_EXPECT_MSG_EQ_TOL(When(run, "sent 0 1"), beginS + 2.5, ROUNDING_S, "start, pause");
        NS_TEST_EXPECT_MSG_EQ_TOL(When(run, "compute 0 1"),
                                  When(run, "received 0 1") + 0.25,
                                  ROUNDING_S,
                                  "pause after the download");
        NS_TEST_EXPECT_MSG_EQ_TOL(When(run, "upload 0 1"),
                                  When(run, "computed 0 1") + 0.125,
                                  ROUNDING_S,
                                  "pause before the upload");
        const auto& work = *run.Find(1, 0);
        NS_TEST_EXPECT_MSG_EQ_TOL(work.measured.startS, beginS + 2, ROUNDING_S, "start");
        NS_TEST_EXPECT_MSG_EQ_TOL(work.measured.idleS, 0.875, 3 * ROUNDING_S, "measured");
        NS_TEST_EXPECT_MSG_EQ_TOL(work.predicted.idleS, 0.875, ROUND_OFF, "predicted");
        NS_TEST_EXPECT_MSG_EQ_TOL(work.measured.startS + work.measured.DurationS(),
                                  When(run, "update 0 1"),
                                  4 * ROUNDING_S,
                                  "the phases are all of it");
        NS_TEST_EXPECT_MSG_EQ_TOL(run.Find(1, 1)->measured.idleS, 0, ROUNDING_S, "no pause");
    }
};

/// A subset takes part, the others are reported as sitting out.
class SubsetTestCase : public TestCase
{
  public:
    SubsetTestCase()
        : TestCase("a subset of the devices takes part")
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup;
        setup.devices = 5;
        setup.rounds = 8;
        TestFederation run(setup);
        run.federation.coordinator->GetOptimizer()->SetAttribute("DevicesPerRound",
                                                                 UintegerValue(2));
        FederationHelper::AssignStreams(run.federation, 7);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 8, "all rounds ended");
        std::vector<uint32_t> times(5, 0);
        for (const auto& round : run.rounds)
        {
            NS_TEST_EXPECT_MSG_EQ(round.selected, 2, "two of them");
            NS_TEST_EXPECT_MSG_EQ(round.received, 2, "merged");
            NS_TEST_EXPECT_MSG_EQ(round.unselected.size(), 3, "three sit out");
            for (const auto& work : round.ended)
            {
                ++times[work.order.device];
                NS_TEST_EXPECT_MSG_EQ(
                    std::count(round.unselected.begin(), round.unselected.end(), work.order.device),
                    0,
                    "either or");
            }
        }
        // A device is left out of all 8 rounds with probability 0.6^8 = 1.7 %; the stream is fixed.
        NS_TEST_EXPECT_MSG_GT(*std::min_element(times.begin(), times.end()), 0, "not always same");
        NS_TEST_EXPECT_MSG_EQ(
            AreSame(run.federation.coordinator->GetParameters(), run.ExpectedParameters()),
            true,
            "FedAvg of those who took part");
    }
};

/// Plans that are empty, or cannot be.
class PlanTestCase : public TestCase
{
  public:
    PlanTestCase()
        : TestCase("plans that are empty, or cannot be")
    {
    }

  private:
    void RunEmpty()
    {
        FederationSetup setup;
        setup.configure = [](FederationHelper& helper) {
            helper.SetCoordinatorAttribute("EmptyRound", TimeValue(Seconds(2.5)));
        };
        TestFederation run(setup);
        auto optimizer = CreateObject<ScriptedOptimizer>();
        run.federation.coordinator->SetOptimizer(optimizer);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "empty rounds are rounds");
        for (const auto& round : run.rounds)
        {
            NS_TEST_EXPECT_MSG_EQ(round.selected + round.received, 0, "nobody");
            NS_TEST_EXPECT_MSG_EQ(round.unselected.size(), 3, "all sit out");
            NS_TEST_EXPECT_MSG_EQ_TOL(round.endS - round.startS, 2.5, ROUNDING_S, "EmptyRound");
            NS_TEST_EXPECT_MSG_EQ(round.energyJ, 0, "no work, no energy");
            NS_TEST_EXPECT_MSG_EQ(std::isfinite(round.accuracy), true, "evaluated all the same");
        }
        NS_TEST_EXPECT_MSG_EQ(run.federation.coordinator->GetModelVersion(), 0, "no new version");
        NS_TEST_ASSERT_MSG_EQ(optimizer->observed.size(), 3, "the optimizer is told");
        NS_TEST_EXPECT_MSG_EQ(optimizer->observed[1].round, 2, "of each round");
        NS_TEST_EXPECT_MSG_EQ(optimizer->observed[1].work.size(), 0, "that it was empty");
    }

    void RunUnavailable()
    {
        FederationSetup setup;
        setup.configure = [](FederationHelper& helper) {
            helper.SetCoordinatorAttribute("JoinTimeout", TimeValue(Seconds(1)));
        };
        TestFederation run(setup);
        run.federation.clients[1]->SetAvailable(false);
        auto optimizer = CreateObject<ScriptedOptimizer>();
        optimizer->script = [](const SystemState& state) {
            return MakeRoundPlan(state, {{1, 1e9}});
        };
        run.federation.coordinator->SetOptimizer(optimizer);
        std::string error;
        bool isInput = false;
        try
        {
            run.Run();
        }
        catch (const std::logic_error& caught)
        {
            error = caught.what();
            isInput = dynamic_cast<const InvalidInput*>(&caught) != nullptr;
        }
        NS_TEST_EXPECT_MSG_NE(error.find("ns3::fl::test::ScriptedOptimizer planned for device 1"),
                              std::string::npos,
                              "says who and whom: " << error);
        NS_TEST_EXPECT_MSG_EQ(isInput, false, "not the user's fault");
    }

    /// Orders that would never be over.
    void RunEndless(const std::string& expected, const std::function<void(WorkOrder&)>& change)
    {
        TestFederation run((FederationSetup()));
        auto optimizer = CreateObject<ScriptedOptimizer>();
        optimizer->script = [&change](const SystemState& state) {
            auto plan = MakeRoundPlan(state, {{0, 1e9}, {2, 1e9}});
            change(plan.orders[1]);
            return plan;
        };
        run.federation.coordinator->SetOptimizer(optimizer);
        std::string error;
        try
        {
            run.Run();
        }
        catch (const std::logic_error& caught)
        {
            error = caught.what();
        }
        NS_TEST_EXPECT_MSG_EQ(error,
                              "ns3::fl::test::ScriptedOptimizer planned for device 2 an order of " +
                                  expected + ": must be 0, 1, 0, with an upload",
                              "names it");
    }

    void RunTooWide()
    {
        FederationSetup setup;
        setup.distanceM = 100;
        TestFederation run(setup);
        auto optimizer = CreateObject<ScriptedOptimizer>();
        optimizer->script = [](const SystemState& state) {
            const double hz = state.cells[0].uplinkBandwidthHz;
            return MakeRoundPlan(state, {{0, 1e9, 0.7 * hz, 0.01}, {2, 1e9, 0.4 * hz, 0.01}});
        };
        run.federation.coordinator->SetOptimizer(optimizer);
        const std::string error = RefusalOf<Infeasible>([&run] { run.Run(); });
        // 20 MHz less the control share of 5 %: 19 MHz, of which a tenth is too much.
        NS_TEST_EXPECT_MSG_NE(error.find("1.9e+06 Hz more than the planned band of 1.9e+07 Hz"),
                              std::string::npos,
                              "names the excess: " << error);
    }

    void DoRun() override
    {
        RunEmpty();
        RunUnavailable();
        RunEndless("task 0, round 7, base version 0", [](WorkOrder& order) { order.round = 7; });
        RunEndless("task 1, round 1, base version 0", [](WorkOrder& order) { order.task = 1; });
        RunEndless("task 0, round 1, base version 3",
                   [](WorkOrder& order) { order.baseVersion = 3; });
        RunEndless("task 0, round 1, base version 0",
                   [](WorkOrder& order) { order.phases.pop_back(); });
        RunTooWide();
    }
};

/// A frequency that the processor does not have: the order is refused, the others go on.
class FrequencyTestCase : public TestCase
{
  public:
    FrequencyTestCase()
        : TestCase("a CPU frequency above MaxFrequency")
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup;
        TestFederation run(setup);
        auto optimizer = CreateObject<ScriptedOptimizer>();
        optimizer->script = [](const SystemState& state) {
            std::vector<RoundShare> shares;
            for (const auto device : AvailableDevices(state))
            {
                shares.push_back({device, device == 1 && state.round == 2 ? 3e9 : 1e9});
            }
            return MakeRoundPlan(state, shares);
        };
        run.federation.coordinator->SetOptimizer(optimizer);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[1].received, 2, "without that device");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(2, 1), "refused", "by the device");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(3, 1), "merged", "and is there again");
        NS_TEST_ASSERT_MSG_EQ(run.clientAborted.size(), 1, "given up");
        NS_TEST_EXPECT_MSG_NE(run.clientAborted[0].find("frequency = 3e+09 Hz: must not exceed"),
                              std::string::npos,
                              "why: " << run.clientAborted[0]);
        NS_TEST_EXPECT_MSG_EQ(
            AreSame(run.federation.coordinator->GetParameters(), run.ExpectedParameters()),
            true,
            "FedAvg of the others");
    }
};

/// A client on a node without Processor says so.
class NoProcessorTestCase : public TestCase
{
  public:
    NoProcessorTestCase()
        : TestCase("a node without Processor")
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup;
        setup.hasOutsider = true;
        TestFederation run(setup);
        run.federation.clients[1]->SetAvailable(false);
        auto client = CreateObject<Client>();
        client->SetAttribute("Remote", AddressValue(run.serverAddress));
        client->SetAttribute("DeviceId", UintegerValue(1));
        client->SetTask(0, run.task, run.parts[1]);
        run.outsider.Get(0)->AddApplication(client);
        std::string error;
        try
        {
            run.Run();
        }
        catch (const std::logic_error& caught)
        {
            error = caught.what();
        }
        NS_TEST_EXPECT_MSG_EQ(error,
                              "device 1: its node has no Processor to compute on",
                              "says what is missing");
    }
};

/// The suite.
class FlProtocolPlanTestSuite : public TestSuite
{
  public:
    FlProtocolPlanTestSuite()
        : TestSuite("fl-protocol-plan", TestSuite::Type::UNIT)
    {
        AddTestCase(new MeasureTestCase);
        AddTestCase(new IdleTestCase);
        AddTestCase(new SubsetTestCase);
        AddTestCase(new PlanTestCase);
        AddTestCase(new FrequencyTestCase);
        AddTestCase(new NoProcessorTestCase);
    }
};

FlProtocolPlanTestSuite g_flProtocolPlanTestSuite; ///< registers the suite

} // namespace
