/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "../examples/study/fl-first-phases.h"
#include "../examples/study/fl-schedule-cell.h"
#include "../examples/study/fl-schedule-simulation.h"
#include "fl-test-refusal.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-schedule-optimizer.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/mobility-model.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>

/**
 * @file
 * @ingroup fl
 * Device scheduling over rounds: the virtual queue, the optimizer on the spine, the study.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// Rounding errors of a few dozen operations.
constexpr double ROUNDING = 1e-12;

/// The queue by hand.
class QueueTestCase : public TestCase
{
  public:
    QueueTestCase()
        : TestCase("virtual queue")
    {
    }

  private:
    void DoRun() override
    {
        DelayQueueOptions options;
        options.limitS = 0.5;
        options.zeta = 2;
        options.zetaDecay = 0.5;
        DelayQueue plain(options);
        options.update = QueueUpdate::WEIGHTED;
        DelayQueue weighted(options);
        NS_TEST_EXPECT_MSG_EQ(plain.Weight(), 0, "empty at first");
        NS_TEST_EXPECT_MSG_EQ(plain.Zeta(), 2, "zeta(1)");
        // D / Dbar - 1: 2, then -0.5, then -3.
        for (auto* queue : {&plain, &weighted})
        {
            queue->Update(1.5);
        }
        NS_TEST_EXPECT_MSG_EQ(plain.Get(), 2, "(18a)");
        NS_TEST_EXPECT_MSG_EQ(weighted.Get(), 4, "Algorithm 1: zeta(1) = 2");
        const double zeta = 2 / std::sqrt(2.0);
        NS_TEST_EXPECT_MSG_EQ_TOL(plain.Zeta(), zeta, ROUNDING, "zeta(2)");
        NS_TEST_EXPECT_MSG_EQ_TOL(plain.Weight(), zeta * 2 / 0.5, ROUNDING, "zeta(2) Dq(1)");
        plain.Update(0.25);
        weighted.Update(0.25);
        NS_TEST_EXPECT_MSG_EQ_TOL(plain.Get(), 1.5, ROUNDING, "(18a)");
        NS_TEST_EXPECT_MSG_EQ_TOL(weighted.Get(), 4 - 0.5 * zeta, ROUNDING, "Algorithm 1");
        NS_TEST_EXPECT_MSG_EQ(plain.GetRound(), 3, "the third comes");
        plain.Update(0);
        plain.Update(0);
        NS_TEST_EXPECT_MSG_EQ(plain.Get(), 0, "not below 0");
        for (const auto& [field, message] :
             {std::pair(&DelayQueueOptions::limitS, "delay limit = 0: must be positive"),
              {&DelayQueueOptions::zeta, "zeta = 0: must be positive"}})
        {
            DelayQueueOptions bad;
            bad.*field = 0;
            NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { DelayQueue{bad}; }), message, "sign");
            bad.*field = ABSENT;
            NS_TEST_EXPECT_MSG_NE(RefusalOf([&] { DelayQueue{bad}; }), "accepted", "NaN");
        }
        DelayQueueOptions bad;
        bad.zetaDecay = 1;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { DelayQueue{bad}; }),
                              "zeta's decay = 1: must be at least 0 and below 1",
                              "decay");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { QueueUpdateFromText("18b"); }),
                              "QueueUpdate = '18b': must be one of 18a, algorithm1",
                              "no such update");
    }
};

/// @return a state of so many devices; device d has a gain over noise of (d + 1) 1e5 Hz at full
/// power
SystemState
MakeState(uint32_t devices, uint32_t round)
{
    SystemState state;
    state.round = round;
    state.uploadBits = 1000;
    state.profiles.resize(devices);
    state.available.assign(devices, true);
    state.gains = GainTable(devices, 1);
    CellState cell;
    cell.uplinkBandwidthHz = 1e6;
    cell.noiseWPerHz = 1e-11;
    state.cells.push_back(cell);
    for (DeviceId device = 0; device < devices; ++device)
    {
        state.profiles[device].samples = 10;
        state.profiles[device].maxTxPowerW = 0.5;
        state.gains.At(device, 0, Direction::UPLINK) = (device + 1) * 1e5 * 1e-11 / 0.5;
    }
    return state;
}

/// @return the outcome of a plan whose uploads take so long
Outcome
MakeOutcome(const Plan& plan, uint32_t round, double uploadS)
{
    Outcome outcome;
    outcome.round = round;
    for (const auto& order : plan.orders)
    {
        WorkOutcome work;
        work.device = order.device;
        work.round = round;
        work.uploadS = uploadS;
        work.status = WorkStatus::MERGED;
        outcome.work.push_back(work);
    }
    return outcome;
}

/// The optimizer's plans are the solver's answers, at the queue's price.
class OptimizerTestCase : public TestCase
{
  public:
    OptimizerTestCase()
        : TestCase("optimizer")
    {
    }

  private:
    void DoRun() override
    {
        CheckRounds();
        CheckAttributes();
        CheckAverages();
    }

    /// Some rounds, with measured delays.
    void CheckRounds()
    {
        auto optimizer = CreateObject<ScheduleOptimizer>();
        optimizer->SetAttribute("DelayLimitPerBit", DoubleValue(5e-6));
        optimizer->SetAttribute("Zeta", DoubleValue(0.5));
        std::vector<ScheduleRound> rounds;
        std::vector<std::string> warnings;
        optimizer->TraceConnectWithoutContext(
            "Scheduled",
            MakeFlCallback<void, const ScheduleRound&>(
                [&](const ScheduleRound& round) { rounds.push_back(round); }));
        optimizer->TraceConnectWithoutContext(
            "Warning",
            MakeFlCallback<void, const std::string&>(
                [&](const std::string& warning) { warnings.push_back(warning); }));
        DelayQueueOptions options;
        options.limitS = 5e-3;
        options.zeta = 0.5;
        options.zetaDecay = 0.25;
        DelayQueue queue(options);
        ConvergenceAssumptions assumptions;
        assumptions.devices = 5;
        ConvergenceBound bound(assumptions);
        for (const double delayS : {0.04, 0.001, 0.03, 0.2, 0.0})
        {
            const auto number = static_cast<uint32_t>(queue.GetRound());
            const auto state = MakeState(5, number);
            ScheduleProblem problem;
            problem.bandwidthHz = 1e6;
            problem.payloadBits = 1000;
            problem.queueWeight = queue.Weight();
            problem.gainOverNoiseHz = {1e5, 2e5, 3e5, 4e5, 5e5};
            const auto expected = SolveSchedule("exact", problem);
            const Plan plan = optimizer->MakePlan(state);
            NS_TEST_ASSERT_MSG_EQ(plan.orders.size(), expected.selected, "as many");
            NS_TEST_EXPECT_MSG_EQ_TOL(plan.objective, expected.objective, ROUNDING, "J");
            NS_TEST_EXPECT_MSG_EQ_TOL(plan.bound, expected.upperBound, ROUNDING, "its bound");
            for (const auto& order : plan.orders)
            {
                const auto& grant = *FirstTransfer(order, Direction::UPLINK)->grant;
                const double hz = expected.bandwidthHz[order.device];
                NS_TEST_EXPECT_MSG_EQ_TOL(grant.bandwidthHz, hz, 1e-9 * hz, "the band");
                NS_TEST_EXPECT_MSG_EQ(grant.txPowerW, 0.5, "full power");
            }
            // With nobody planned nothing takes any time.
            const double measuredS = plan.orders.empty() ? 0 : delayS;
            queue.Update(measuredS);
            bound.Round(plan.orders.size());
            optimizer->Observe(MakeOutcome(plan, number, delayS));
            const auto& round = rounds.back();
            NS_TEST_EXPECT_MSG_EQ(rounds.size(), number, "reported once");
            NS_TEST_EXPECT_MSG_EQ(round.selected, plan.orders.size(), "N");
            NS_TEST_EXPECT_MSG_EQ(round.measuredS, measuredS, "measured");
            NS_TEST_EXPECT_MSG_EQ_TOL(round.plannedS, expected.delayS, ROUNDING, "planned");
            NS_TEST_EXPECT_MSG_EQ_TOL(round.weight, problem.queueWeight, 1e-9, "price");
            NS_TEST_EXPECT_MSG_EQ_TOL(round.queue, queue.Get(), 1e-9, "queue");
            NS_TEST_EXPECT_MSG_EQ_TOL(round.convergence, bound.Get(), 1e-9, "Theorem 1");
            // Of another round, and once more: neither counts.
            optimizer->Observe(MakeOutcome(plan, number, 7));
            NS_TEST_EXPECT_MSG_EQ(rounds.size(), number, "nothing new");
        }
        NS_TEST_EXPECT_MSG_EQ(rounds.front().selected, 5, "an empty queue");
        NS_TEST_EXPECT_MSG_LT(rounds.back().selected, 5, "a long queue");
        NS_TEST_EXPECT_MSG_EQ(warnings.size(), 1, "once");
        NS_TEST_EXPECT_MSG_EQ(warnings.front().rfind("Theorem 1 does not hold", 0), 0, "says it");
        optimizer->Dispose();
    }

    /// @return what became of the queue after a round of 5 devices
    static double QueueAfter(const std::vector<std::pair<std::string, Ptr<AttributeValue>>>& values,
                             double uploadS)
    {
        auto optimizer = CreateObject<ScheduleOptimizer>();
        for (const auto& [name, value] : values)
        {
            optimizer->SetAttribute(name, *value);
        }
        double queue = ABSENT;
        optimizer->TraceConnectWithoutContext(
            "Scheduled",
            MakeFlCallback<void, const ScheduleRound&>(
                [&](const ScheduleRound& round) { queue = round.queue; }));
        const auto plan = optimizer->MakePlan(MakeState(5, 1));
        optimizer->Observe(MakeOutcome(plan, 1, uploadS));
        optimizer->Dispose();
        return queue;
    }

    /// Attributes do what they say; bad ones are refused.
    void CheckAttributes()
    {
        // The limit is 0.05 s.
        NS_TEST_EXPECT_MSG_EQ_TOL(QueueAfter({}, 0.2), 3, ROUNDING, "(18a)");
        NS_TEST_EXPECT_MSG_EQ_TOL(
            QueueAfter({{"QueueUpdate", Create<StringValue>("algorithm1")}}, 0.2),
            0.3,
            ROUNDING,
            "zeta(1) = 0.1");
        NS_TEST_EXPECT_MSG_EQ_TOL(QueueAfter({}, ABSENT),
                                  QueueAfter({{"MeasuredDelay", Create<BooleanValue>(false)}}, 9),
                                  ROUNDING,
                                  "planned, where nothing is measured");
        auto optimizer = CreateObject<ScheduleOptimizer>();
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] {
                optimizer->SetAttribute("Method", StringValue("nonesuch"));
            }).rfind("ns3::fl::ScheduleOptimizer: Method = 'nonesuch': must be one of exact, ", 0),
            0,
            "no such method");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { optimizer->SetAttribute("QueueUpdate", StringValue("none")); }),
            "ns3::fl::ScheduleOptimizer: QueueUpdate = 'none': must be one of 18a, algorithm1",
            "no such update");
        auto state = MakeState(2, 1);
        state.cells.clear();
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] {
                                  optimizer->MakePlan(state);
                              }).rfind("ns3::fl::ScheduleOptimizer: there is no bandwidth", 0),
                              0,
                              "no cell");
        // Who cannot be heard is left out; nobody is a plan.
        state = MakeState(3, 1);
        state.gains.At(1, 0, Direction::UPLINK) = 0;
        NS_TEST_EXPECT_MSG_EQ(optimizer->MakePlan(state).orders.size(), 2, "one is silent");
        state.available.assign(3, false);
        NS_TEST_EXPECT_MSG_EQ(optimizer->MakePlan(state).orders.size(), 0, "nobody is there");
        optimizer->Dispose();
    }

    /// Proportional fair by averages over the rounds, round robin by its turns.
    void CheckAverages()
    {
        for (const std::string method : {"proportional-fair", "round-robin"})
        {
            auto optimizer = CreateObject<ScheduleOptimizer>();
            optimizer->SetAttribute("Method", StringValue(method));
            optimizer->SetAttribute("Scheduled", UintegerValue(1));
            const auto first = optimizer->MakePlan(MakeState(3, 1));
            optimizer->Observe(MakeOutcome(first, 1, 0.01));
            auto state = MakeState(3, 2);
            // The second is the only one that is better than it was.
            state.gains.At(1, 0, Direction::UPLINK) *= 1.2;
            const auto second = optimizer->MakePlan(state);
            NS_TEST_ASSERT_MSG_EQ(second.orders.size(), 1, "one");
            NS_TEST_EXPECT_MSG_EQ(second.orders[0].device, 1, method);
            optimizer->Dispose();
        }
    }
};

/// Drives federated learning packet by packet.
class PacketsTestCase : public TestCase
{
  public:
    PacketsTestCase()
        : TestCase("packets")
    {
    }

  private:
    void DoRun() override
    {
        SetScheduleDefaults();
        Options options = ScheduleCellDefaults();
        options.devices = 4;
        options.rounds = 6;
        options.payloadBits = 20000;
        options.fading = "none";
        options.out = "unused";
        const Options cell = MakeScheduleCell(options);
        std::vector<ScheduleRound> rounds;
        {
            CellRun run(cell, LoadData(cell));
            const auto& federation = run.GetFederation();
            federation.coordinator->GetOptimizer()->TraceConnectWithoutContext(
                "Scheduled",
                MakeFlCallback<void, const ScheduleRound&>(
                    [&](const ScheduleRound& round) { rounds.push_back(round); }));
            for (uint32_t i = 0; i < 4; ++i)
            {
                // From the base station at the origin to the disc of 50 m at 300 m.
                const auto mobility = run.GetDevices().Get(i)->GetObject<MobilityModel>();
                const auto position = mobility->GetPosition();
                NS_TEST_EXPECT_MSG_LT_OR_EQ(std::hypot(position.x - 300, position.y), 50, "disc");
            }
            Simulator::Run();
        }
        Config::Reset();
        NS_TEST_ASSERT_MSG_EQ(rounds.size(), 6, "every round");
        for (const auto& round : rounds)
        {
            NS_TEST_EXPECT_MSG_EQ(round.selected, 4, "all");
            NS_TEST_EXPECT_MSG_EQ_TOL(round.limitS, 1, 0.01, "20 kbit at 0.05 ms per bit");
            // Headers of frames and messages add 2 to 15 % to 20 kbit; nothing makes it faster.
            NS_TEST_EXPECT_MSG_GT(round.measuredS, round.plannedS, "headers");
            NS_TEST_EXPECT_MSG_LT(round.measuredS, 1.15 * round.plannedS, "nothing but headers");
        }
    }
};

/// The study by formula.
class StudyTestCase : public TestCase
{
  public:
    StudyTestCase()
        : TestCase("figures by formula")
    {
    }

  private:
    void DoRun() override
    {
        ScheduleSetting setting;
        setting.devices = 8;
        setting.rounds = 300;
        std::vector<ScheduleCurve> curves;
        for (const std::string method : {"exact", "paper", "greedy", "aaba", "all", "random"})
        {
            DelayQueueOptions queue;
            queue.limitS = 2e-6;
            queue.zeta = 0.1;
            curves.push_back({method, method, queue});
        }
        ThreadPool none(0);
        ThreadPool two(2);
        const auto statistics = SimulateSchedules(setting, curves, 3, 5, none);
        const auto again = SimulateSchedules(setting, curves, 3, 5, two);
        for (size_t i = 0; i < curves.size(); ++i)
        {
            const auto& of = statistics[i];
            NS_TEST_EXPECT_MSG_EQ(of.scheduled.Mean(), again[i].scheduled.Mean(), "threads");
            NS_TEST_EXPECT_MSG_EQ(of.delayOverLimit.Mean(),
                                  again[i].delayOverLimit.Mean(),
                                  "threads");
            NS_TEST_EXPECT_MSG_EQ(of.scheduled.GetN(), 3, "runs");
            NS_TEST_EXPECT_MSG_EQ(of.queueAt.back().Mean(), of.queue.Mean(), "the last round");
            NS_TEST_EXPECT_MSG_EQ_TOL(of.averageAt.back().Mean(),
                                      of.delayOverLimit.Mean(),
                                      ROUNDING,
                                      "the last round");
            // What (18a) promises: the sum of D / Dbar - 1 is at most the queue.
            NS_TEST_EXPECT_MSG_LT_OR_EQ(300 * (of.delayOverLimit.Mean() - 1),
                                        of.queue.Mean() + 1e-9,
                                        "the queue bounds the excess");
        }
        const auto& greedy = statistics[2];
        NS_TEST_EXPECT_MSG_EQ_TOL(greedy.delayOverLimit.Mean(),
                                  1 - greedy.emptyShare.Mean(),
                                  1e-9,
                                  "the limit in every round that has somebody");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(statistics[3].delayOverLimit.Mean(),
                                    1,
                                    "the limit, equal shares");
        NS_TEST_EXPECT_MSG_EQ(statistics[4].scheduled.Mean(), 8, "everybody");
        NS_TEST_EXPECT_MSG_EQ(statistics[5].scheduled.Mean(), 4, "half");
        const auto trace = ScheduleTraceRounds(5000);
        NS_TEST_EXPECT_MSG_EQ(trace.back(), 5000, "the last round");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(trace.size(), 250, "points");
        NS_TEST_EXPECT_MSG_EQ(std::is_sorted(trace.begin(), trace.end()), true, "in order");
        NS_TEST_EXPECT_MSG_EQ(ScheduleTraceRounds(1).size(), 1, "one round");
    }
};

/// The suite.
class FlScheduleOptimizerTestSuite : public TestSuite
{
  public:
    FlScheduleOptimizerTestSuite()
        : TestSuite("fl-schedule-optimizer", TestSuite::Type::UNIT)
    {
        AddTestCase(new QueueTestCase);
        AddTestCase(new OptimizerTestCase);
        AddTestCase(new StudyTestCase);
        AddTestCase(new PacketsTestCase);
    }
};

FlScheduleOptimizerTestSuite g_flScheduleOptimizerTestSuite; ///< registers the suite

} // namespace
