/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-async.h"

#include "ns3/fl-round-plan.h"

#include <cmath>

/**
 * @file
 * @ingroup fl
 * AsyncCoordinator with several tasks, and when things go wrong: devices that leave, a task that
 * nobody trains, an optimizer that plans nothing. Servers that stop: fl-async-stops.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// Round-off of one parameter up to 8 that is stored as a float: half of 2^-21.
constexpr double ROUNDING = 8.0 / (1 << 24);

/// @return the only grant of an order in one direction
/// @param order the order
/// @param direction uplink or downlink
const Grant&
GrantOf(const WorkOrder& order, Direction direction)
{
    for (const auto& phase : order.phases)
    {
        const auto* transfer = std::get_if<Transfer>(&phase);
        if (transfer && transfer->direction == direction)
        {
            return transfer->grant.value();
        }
    }
    throw std::out_of_range("an order without a transfer");
}

/// Two tasks at once on each device: each has its own model, versions, rounds and staleness.
class TwoTasksTestCase : public TestCase
{
  public:
    TwoTasksTestCase()
        : TestCase("two tasks in flight on each device")
    {
    }

  private:
    void DoRun() override
    {
        TestCell cell(2, 100);
        AsyncBench bench(2, {10, 20}, cell.control);
        bench.coordinator->SetAttribute("Aggregations", UintegerValue(3));
        auto optimizer = CreateObject<ScriptedOptimizer>();
        optimizer->script = [](const SystemState& state) {
            auto shares = EqualShares(state, AvailableDevices(state));
            shares[0].uplinkHz /= 1 + state.task; // the second task would have another grant
            return MakeRoundPlan(state, shares);
        };
        bench.coordinator->SetOptimizer(optimizer);
        bench.JoinAll();
        NS_TEST_EXPECT_MSG_EQ((bench.asked == std::vector<DeviceId>{0, 0, 1, 1}), true, "both");
        for (const DeviceId device : {0, 1})
        {
            for (const auto direction : {Direction::UPLINK, Direction::DOWNLINK})
            {
                const Grant one = GrantOf(bench.OrderOf(device, 0), direction);
                const Grant other = GrantOf(bench.OrderOf(device, 1), direction);
                NS_TEST_EXPECT_MSG_EQ(one.startHz, 9.5e6 * device, "its half of the band");
                NS_TEST_EXPECT_MSG_EQ(one.bandwidthHz, 9.5e6, "half of the band");
                NS_TEST_EXPECT_MSG_EQ(other.startHz, one.startHz, "one grant for both");
                NS_TEST_EXPECT_MSG_EQ(other.bandwidthHz, one.bandwidthHz, "one grant for both");
            }
            NS_TEST_EXPECT_MSG_EQ(bench.OrderOf(device, 1).samples, 20, "of the second task");
        }
        const double w0 = bench.Parameter(0);
        const double w1 = bench.Parameter(1);
        bench.Update(0, 3, 1);
        bench.Update(1, 2, 0);
        bench.Update(0, 1, 1);
        bench.Update(1, -1, 1); // staleness 2
        NS_TEST_EXPECT_MSG_EQ(bench.staleness, "0/1:0 1/0:0 0/1:0 1/1:2 ", "by task");
        NS_TEST_EXPECT_MSG_EQ_TOL(bench.Parameter(0), 0.4 * w0 + 0.6 * 2, ROUNDING, "task 0");
        double expected = 0.4 * (0.4 * w1 + 0.6 * 3) + 0.6;
        const double alpha = 0.6 / std::sqrt(3);
        expected = (1 - alpha) * expected - alpha;
        NS_TEST_EXPECT_MSG_EQ_TOL(bench.Parameter(1), expected, 3 * ROUNDING, "task 1");
        // Task 1 is done: its orders end, and only task 0 goes on.
        NS_TEST_EXPECT_MSG_EQ(bench.rounds.back().task, 1, "whose aggregation");
        NS_TEST_EXPECT_MSG_EQ(AsyncBench::EndedIn(bench.rounds.back()),
                              "0:aborted 1:merged ",
                              "the other one's order");
        bench.Refuse(0, bench.OrderOf(0, 1));
        const size_t asked = bench.asked.size();
        bench.Update(0, 0, 0);
        NS_TEST_EXPECT_MSG_EQ(bench.asked.size(), asked + 1, "of one task");
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->IsFinished(), false, "not yet");
        bench.Update(1, 0, 0);
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->IsFinished(), true, "both are");
    }
};

/// With turns, a device keeps its slot until its orders of all tasks are over.
class TwoTasksInTurnsTestCase : public TestCase
{
  public:
    TwoTasksInTurnsTestCase()
        : TestCase("a device with two tasks gives way when both are over")
    {
    }

  private:
    void DoRun() override
    {
        AsyncBench bench(3, {10, 10});
        bench.coordinator->SetAttribute("MaxInFlight", UintegerValue(1));
        bench.JoinAll();
        for (const DeviceId device : {0, 1, 2, 0, 1})
        {
            NS_TEST_EXPECT_MSG_EQ(bench.asked.back(), device, "in turns");
            const size_t asked = bench.asked.size();
            bench.Update(device, 0, 1);
            NS_TEST_EXPECT_MSG_EQ(bench.asked.size(), asked, "still at work");
            bench.Update(device, 0, 0);
            NS_TEST_EXPECT_MSG_EQ(bench.asked.size(), asked + 2, "the next one");
        }
    }
};

/// A device that leaves loses both of its orders, and gets both anew when it is back.
class LeaveTestCase : public TestCase
{
  public:
    LeaveTestCase()
        : TestCase("a device that dies with two tasks in flight")
    {
    }

  private:
    void DoRun() override
    {
        AsyncBench bench(2, {10, 10});
        bench.coordinator->SetAttribute("Aggregations", UintegerValue(2));
        bench.JoinAll();
        const auto lost = bench.OrderOf(0, 0);
        bench.Leave(0);
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetNVersionsInUse(0), 1, "device 1's");
        bench.Update(1, 0, 0);
        bench.Update(1, 0, 1);
        for (const auto& record : bench.rounds)
        {
            NS_TEST_EXPECT_MSG_EQ(AsyncBench::EndedIn(record), "0:lost 1:merged ", "each task's");
        }
        bench.Join(0);
        NS_TEST_EXPECT_MSG_EQ(bench.OrderOf(0, 0).baseVersion, 1, "the newest");
        NS_TEST_EXPECT_MSG_EQ(bench.OrderOf(0, 1).baseVersion, 1, "the newest");
        bench.Update(0, 0, lost);
        NS_TEST_EXPECT_MSG_EQ(bench.dropped.size(), 1, "its order was lost");
        // All leave, and nobody comes back.
        bench.coordinator->SetAttribute("WaitTimeout", TimeValue(Seconds(5)));
        bench.Leave(0);
        bench.Leave(1);
        NS_TEST_EXPECT_MSG_EQ(bench.finished.size(), 0, "it waits");
        AsyncBench::Step(6);
        NS_TEST_ASSERT_MSG_EQ(bench.finished.size(), 1, "not for ever");
        NS_TEST_EXPECT_MSG_EQ(bench.finished.at(0), "no device became available for 5 s", "why");
    }
};

/// A task that no device has samples of: the others are learned, and then the run ends.
class NobodyTrainsTestCase : public TestCase
{
  public:
    NobodyTrainsTestCase()
        : TestCase("a task nobody trains")
    {
    }

  private:
    void DoRun() override
    {
        AsyncBench bench(2, {10, 0});
        bench.coordinator->SetAttribute("Aggregations", UintegerValue(2));
        bench.coordinator->SetAttribute("WaitTimeout", TimeValue(Seconds(5)));
        bench.JoinAll();
        NS_TEST_EXPECT_MSG_EQ((bench.asked == std::vector<DeviceId>{0, 1}), true, "one task each");
        NS_TEST_EXPECT_MSG_EQ((bench.FindWork(0, 1) == nullptr), true, "no order of task 1");
        AsyncBench::Step(20);
        NS_TEST_EXPECT_MSG_EQ(bench.finished.size(), 0, "orders are in flight");
        bench.Update(0);
        bench.Update(1);
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(0), 2, "task 0 is done");
        bench.Refuse(0, bench.OrderOf(0));
        AsyncBench::Step(6);
        NS_TEST_ASSERT_MSG_EQ(bench.finished.size(), 1, "not for ever");
        NS_TEST_EXPECT_MSG_EQ(bench.finished.at(0), "no device became available for 5 s", "why");
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(1), 0, "as at the beginning");
    }
};

/// An optimizer that has no work for a device is asked again after EmptyPlan, once a device.
class EmptyPlanTestCase : public TestCase
{
  public:
    EmptyPlanTestCase()
        : TestCase("an optimizer that plans nothing is asked again, once a device")
    {
    }

  private:
    void DoRun() override
    {
        uint32_t nAsked = 0;
        auto optimizer = CreateObject<ScriptedOptimizer>();
        optimizer->script = [&nAsked](const SystemState& state) {
            nAsked += state.task;
            return state.task == 1
                       ? Plan()
                       : MakeRoundPlan(state, EqualShares(state, AvailableDevices(state)));
        };
        {
            AsyncBench bench(1, {10, 10});
            bench.coordinator->SetOptimizer(optimizer);
            // No multiple of 0.1 s, the time between updates, up to 4.3 s.
            bench.coordinator->SetAttribute("EmptyPlan", TimeValue(Seconds(0.43)));
            bench.JoinAll();
            for (int i = 0; i < 50; ++i)
            {
                bench.Update(0);
                AsyncBench::Step(0.09);
            }
            NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(0), 50, "task 0 goes on");
            // When it joined, with each update, and each 0.43 s of 5 s: 11 times, one of which may
            // be that of an update.
            NS_TEST_EXPECT_MSG_GT_OR_EQ(nAsked, 1 + 50 + 10, "asked again");
            NS_TEST_EXPECT_MSG_LT_OR_EQ(nAsked, 1 + 50 + 12, "not more and more often");
        }
        // Nothing for anybody: the run ends.
        optimizer = CreateObject<ScriptedOptimizer>();
        AsyncBench bench(1);
        bench.coordinator->SetAttribute("WaitTimeout", TimeValue(Seconds(5)));
        bench.coordinator->SetOptimizer(optimizer);
        bench.JoinAll();
        AsyncBench::Step(6);
        NS_TEST_ASSERT_MSG_EQ(bench.finished.size(), 1, "not for ever");
        NS_TEST_EXPECT_MSG_EQ(bench.finished.at(0), "no device became available for 5 s", "why");
    }
};

/// Samples that an optimizer wants to be sent are refused, instead of being forgotten.
class SamplesSentTestCase : public TestCase
{
  public:
    SamplesSentTestCase()
        : TestCase("a plan that sends samples is refused")
    {
    }

  private:
    void DoRun() override
    {
        auto optimizer = CreateObject<ScriptedOptimizer>();
        optimizer->script = [](const SystemState& state) {
            Plan plan = MakeRoundPlan(state, EqualShares(state, AvailableDevices(state)));
            plan.orders[0].samplesSent = true;
            return plan;
        };
        AsyncBench bench(1);
        bench.coordinator->SetOptimizer(optimizer);
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&bench] {
                bench.JoinAll();
                AsyncBench::Step();
            }),
            "ns3::fl::test::ScriptedOptimizer plans to send samples to device 0: with an "
            "asynchronous coordinator devices must have their own",
            "refused");
    }
};

/// A device that refuses all orders of a task at once: not for ever, and the others go on.
class RefusalsTestCase : public TestCase
{
  public:
    RefusalsTestCase()
        : TestCase("a device that refuses every order gets no more after MaxRefusals")
    {
    }

  private:
    void DoRun() override
    {
        AsyncBench bench(2, {10, 10});
        bench.coordinator->SetAttribute("MaxRefusals", UintegerValue(3));
        bench.coordinator->SetAttribute("WaitTimeout", TimeValue(Seconds(5)));
        bench.JoinAll();
        for (uint32_t i = 0; i < 3; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(bench.CountWork(0, 0), i + 1, "a new one each time");
            bench.Refuse(0, bench.OrderOf(0, 0));
            bench.Update(0, 0, 1); // its other task goes well
        }
        NS_TEST_EXPECT_MSG_EQ(bench.CountWork(0, 0), 3, "no more of task 0");
        NS_TEST_EXPECT_MSG_EQ(bench.CountWork(0, 1), 4, "task 1 goes on");
        bench.Update(1, 0, 0);
        NS_TEST_EXPECT_MSG_EQ(AsyncBench::EndedIn(bench.rounds.back()),
                              "0:refused 0:refused 0:refused 1:merged ",
                              "as recorded");
        // When it is back, it is tried again; and an update in between counts.
        bench.Leave(0);
        bench.Join(0);
        for (uint32_t i = 0; i < 8; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(bench.CountWork(0, 0), i + 1, "of its new session");
            i % 3 == 2 ? bench.Update(0, 0, 0) : bench.Refuse(0, bench.OrderOf(0, 0));
        }
        TestAll();
    }

    /// Nobody does what it is told: the run ends, without a limit it does not.
    void TestAll()
    {
        for (const uint32_t limit : {3, 0})
        {
            AsyncBench bench(1);
            bench.coordinator->SetAttribute("MaxRefusals", UintegerValue(limit));
            bench.coordinator->SetAttribute("WaitTimeout", TimeValue(Seconds(5)));
            bench.JoinAll();
            for (uint32_t i = 0; i < 20; ++i)
            {
                bench.Refuse(0, bench.OrderOf(0, 0));
            }
            AsyncBench::Step(6);
            NS_TEST_EXPECT_MSG_EQ(bench.CountWork(0, 0), (limit > 0 ? limit : 21), "orders");
            NS_TEST_ASSERT_MSG_EQ(bench.finished.size(), (limit > 0 ? 1 : 0), "the end");
        }
    }
};

/// An order that waits has the model of the time at which it is sent, or that of the plan.
class WaitTestCase : public TestCase
{
  public:
    WaitTestCase()
        : TestCase("a model replaced while it waits to be sent")
    {
    }

  private:
    void DoRun() override
    {
        for (const auto method : {AsyncCoordinator::FEDASYNC, AsyncCoordinator::FEDBUFF})
        {
            TestNewest(method);
        }
        TestPlanned();
    }

    /// An optimizer that plans one order: the newest model when it is sent.
    void TestNewest(AsyncCoordinator::Method method)
    {
        auto optimizer = CreateObject<ScriptedOptimizer>();
        optimizer->script = [](const SystemState& state) {
            auto shares = EqualShares(state, AvailableDevices(state));
            shares[0].idleS = shares[0].device == 0 ? 2 : 0;
            return MakeRoundPlan(state, shares);
        };
        AsyncBench bench(2);
        bench.coordinator->SetOptimizer(optimizer);
        bench.coordinator->SetAttribute("Method", EnumValue(method));
        // An order that waits is not stale.
        bench.coordinator->SetAttribute("StalenessLimit", UintegerValue(0));
        bench.coordinator->SetAttribute("StalePolicy", EnumValue(AsyncCoordinator::ABORT));
        bench.JoinAll();
        bench.Update(1, 3);
        bench.Update(1, 5);
        NS_TEST_EXPECT_MSG_EQ((bench.FindWork(0) == nullptr), true, "it waits");
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetNVersionsInUse(0), 1, "device 1's");
        AsyncBench::Step(2);
        NS_TEST_ASSERT_MSG_NE((bench.FindWork(0) == nullptr), true, "sent");
        NS_TEST_EXPECT_MSG_EQ(bench.OrderOf(0).baseVersion, 2, "the newest version");
        NS_TEST_EXPECT_MSG_EQ(FirstParameterSent(bench, 0), bench.Parameter(), "and its model");
        const double before = bench.Parameter();
        bench.Update(0, 7);
        NS_TEST_EXPECT_MSG_EQ(bench.staleness, "1/0:0 1/0:0 0/0:0 ", "since it was sent");
        const double alpha = method == AsyncCoordinator::FEDASYNC ? 0.6 : 1;
        NS_TEST_EXPECT_MSG_EQ_TOL(bench.Parameter(),
                                  before + alpha * (7 - before),
                                  2 * ROUNDING,
                                  "the difference to what it was sent");
        NS_TEST_ASSERT_MSG_EQ(bench.rounds.size(), 3, "three");
        NS_TEST_EXPECT_MSG_EQ(bench.rounds[2].ended.at(0).measured.baseVersion, 2, "recorded");
        // One that still waits when the server stops, or its device leaves.
        bench.Leave(0);
        bench.server->Stop();
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetNVersionsInUse(0), 0, "none");
    }

    /// A horizon: the version that it names, though a newer one is made meanwhile.
    void TestPlanned()
    {
        auto optimizer = CreateObject<ScriptedHorizon>();
        for (const DeviceId device : {0, 1})
        {
            WorkOrder order;
            order.device = device;
            order.samples = 10;
            order.forAggregation = device == 0 ? 2 : 1;
            if (device == 0)
            {
                order.phases.emplace_back(Idle{2});
            }
            order.phases.emplace_back(Transfer{0, Direction::DOWNLINK, 1000, {}});
            order.phases.emplace_back(Compute{1e6, 1e9});
            order.phases.emplace_back(
                Transfer{0, Direction::UPLINK, 1000, {}, PayloadKind::UPDATE});
            optimizer->orders.push_back(order);
        }
        AsyncBench bench(2);
        bench.coordinator->SetOptimizer(optimizer);
        const float first = bench.InitialParameter();
        bench.JoinAll();
        bench.Update(1, 3);
        NS_TEST_EXPECT_MSG_EQ((bench.FindWork(0) == nullptr), true, "it waits");
        AsyncBench::Step(2);
        NS_TEST_ASSERT_MSG_NE((bench.FindWork(0) == nullptr), true, "sent");
        NS_TEST_EXPECT_MSG_EQ(bench.OrderOf(0).baseVersion, 0, "as planned");
        NS_TEST_EXPECT_MSG_EQ(FirstParameterSent(bench, 0), first, "and its model");
        bench.Update(0, 7);
        NS_TEST_EXPECT_MSG_EQ(bench.staleness, "1/0:0 0/0:1 ", "as planned");
    }

    /// @return the first parameter of the model in the last WORK of a device
    static float FirstParameterSent(const AsyncBench& bench, DeviceId device)
    {
        const auto& payload = *bench.FindWork(device)->payload;
        return Decode(Encoding::FLOAT32,
                      payload.GetData(),
                      payload.GetSize(),
                      AsyncBench::N_PARAMETERS)[0];
    }
};

/// A horizon in which a task waits for a version that its device, now lost, was to make.
class StarvedTestCase : public TestCase
{
  public:
    StarvedTestCase()
        : TestCase("a schedule that starves a task is planned anew")
    {
    }

  private:
    void DoRun() override
    {
        auto optimizer = CreateObject<ScriptedHorizon>();
        // Task 0 by device 0; task 1 by device 1, but not before device 0 has made a version.
        const auto plan = [&optimizer](DeviceId maker) {
            optimizer->orders.clear();
            for (const uint32_t n : {1, 2})
            {
                WorkOrder order;
                order.device = n == 1 ? maker : 1;
                order.task = 1;
                order.baseVersion = n - 1;
                order.forAggregation = n;
                order.samples = 10;
                order.phases.emplace_back(Transfer{0, Direction::DOWNLINK, 1000, {}});
                order.phases.emplace_back(
                    Transfer{0, Direction::UPLINK, 1000, {}, PayloadKind::UPDATE});
                optimizer->orders.push_back(order);
            }
        };
        optimizer->onHorizon = [&](uint32_t nAsked) { plan(nAsked); };
        AsyncBench bench(2, {10, 10});
        bench.coordinator->SetOptimizer(optimizer);
        bench.coordinator->SetAttribute("Aggregations", UintegerValue(2));
        bench.coordinator->SetAttribute("WaitTimeout", TimeValue(Seconds(5)));
        bench.JoinAll();
        NS_TEST_EXPECT_MSG_EQ((bench.FindWork(1, 1) == nullptr), true, "it waits for version 1");
        bench.Leave(0);
        AsyncBench::Step(1.5);
        NS_TEST_EXPECT_MSG_EQ(optimizer->nAsked, 2, "planned anew after EmptyPlan");
        NS_TEST_ASSERT_MSG_NE((bench.FindWork(1, 1) == nullptr), true, "the other one");
        bench.Update(1, 0, 1);
        bench.Update(1, 0, 1);
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(1), 2, "made");
        // Nothing is planned for task 0, ever: the run ends.
        optimizer->onHorizon = [&optimizer](uint32_t) { optimizer->orders.clear(); };
        AsyncBench::Step(7);
        NS_TEST_ASSERT_MSG_EQ(bench.finished.size(), 1, "not for ever");
        NS_TEST_EXPECT_MSG_EQ(bench.finished.at(0), "no device became available for 5 s", "why");
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(0), 0, "starved");
    }
};

/// The suite.
class AsyncFaultsTestSuite : public TestSuite
{
  public:
    AsyncFaultsTestSuite()
        : TestSuite("fl-async-faults", TestSuite::Type::UNIT)
    {
        AddTestCase(new TwoTasksTestCase);
        AddTestCase(new TwoTasksInTurnsTestCase);
        AddTestCase(new LeaveTestCase);
        AddTestCase(new NobodyTrainsTestCase);
        AddTestCase(new EmptyPlanTestCase);
        AddTestCase(new SamplesSentTestCase);
        AddTestCase(new RefusalsTestCase);
        AddTestCase(new WaitTestCase);
        AddTestCase(new StarvedTestCase);
    }
};

AsyncFaultsTestSuite g_asyncFaultsTestSuite; //!< registers itself

} // namespace
