/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-async.h"

#include "ns3/double.h"

#include <cmath>

/**
 * @file
 * @ingroup fl
 * AsyncCoordinator, update by update: order of aggregations, weights, staleness and its policies,
 * turns, versions in use.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// Round-off of one parameter up to 8 that is stored as a float: half of 2^-21.
constexpr double ROUNDING = 8.0 / (1 << 24);

/// Updates in a given order: versions, weights and staleness are those of FedAsync, computed here.
class TraceTestCase : public TestCase
{
  public:
    TraceTestCase()
        : TestCase("aggregation order, alpha and staleness of a given trace")
    {
    }

  private:
    void DoRun() override
    {
        AsyncBench bench(3);
        bench.coordinator->SetAttribute("Aggregations", UintegerValue(7));
        bench.JoinAll();
        // One update per aggregation: device 1 is fast, 0 and 2 began with version 0.
        const DeviceId order[] = {1, 1, 0, 2, 1, 0};
        const uint32_t bases[] = {0, 1, 0, 0, 2, 3};
        const uint32_t stale[] = {0, 0, 2, 3, 2, 2};
        double expected = bench.Parameter();
        double tolerance = 0;
        for (uint32_t i = 0; i < 6; ++i)
        {
            const auto work = bench.OrderOf(order[i]);
            NS_TEST_EXPECT_MSG_EQ(work.baseVersion, bases[i], "base of update " << i);
            const float value = static_cast<float>(i) - 2;
            bench.Update(order[i], value);
            const double alpha = 0.6 / std::sqrt(1.0 + stale[i]);
            expected = (1 - alpha) * expected + alpha * value;
            tolerance = (1 - alpha) * tolerance + ROUNDING;
            NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(), i + 1, "one each");
            NS_TEST_EXPECT_MSG_EQ_TOL(bench.Parameter(), expected, tolerance, "after " << i);
            NS_TEST_ASSERT_MSG_EQ(bench.rounds.size(), i + 1, "a record each");
            const auto& record = bench.rounds.back();
            NS_TEST_EXPECT_MSG_EQ(record.round, i + 1, "its number");
            NS_TEST_EXPECT_MSG_EQ(record.received, 1, "one update");
            NS_TEST_ASSERT_MSG_EQ(record.ended.size(), 1, "one order");
            const auto& measured = record.ended[0].measured;
            NS_TEST_EXPECT_MSG_EQ(measured.device, order[i], "whose");
            NS_TEST_EXPECT_MSG_EQ(measured.staleness, stale[i], "as recorded");
            NS_TEST_EXPECT_MSG_EQ(measured.aggregation, i + 1, "as recorded");
            NS_TEST_EXPECT_MSG_EQ(measured.baseVersion, bases[i], "as recorded");
            NS_TEST_EXPECT_MSG_EQ(bench.OrderOf(order[i]).baseVersion, i + 1, "gets the newest");
        }
        NS_TEST_EXPECT_MSG_EQ(bench.staleness, "1/0:0 1/0:0 0/0:2 2/0:3 1/0:2 0/0:2 ", "as traced");
        TestRefusals(bench);
        TestEnd(bench);
    }

    /// What is no update of an order in flight.
    void TestRefusals(AsyncBench& bench)
    {
        const auto order = bench.OrderOf(2);
        auto other = order;
        ++other.round;
        bench.Update(2, 0, other);
        other = order;
        other.task = 1;
        bench.Update(2, 0, other);
        NS_TEST_EXPECT_MSG_EQ(bench.dropped.size(), 2, "of no order");
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(), 6, "not merged");
        // Another base than that of the order: refused, and new work is sent.
        other = order;
        --other.baseVersion;
        bench.Update(2, 0, other);
        NS_TEST_EXPECT_MSG_EQ(bench.dropped.size(), 3, "refused");
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(), 6, "not merged");
        NS_TEST_EXPECT_MSG_GT(bench.OrderOf(2).round, order.round, "new work");
        // The device says that it cannot.
        const auto next = bench.OrderOf(2);
        bench.Refuse(2, next);
        NS_TEST_EXPECT_MSG_GT(bench.OrderOf(2).round, next.round, "new work");
    }

    /// The last aggregation ends the others' orders.
    void TestEnd(AsyncBench& bench)
    {
        bench.Update(0);
        NS_TEST_ASSERT_MSG_EQ(bench.rounds.size(), 7, "the last one");
        NS_TEST_EXPECT_MSG_EQ(AsyncBench::EndedIn(bench.rounds.back()),
                              "0:merged 1:aborted 2:refused 2:refused 2:aborted ",
                              "all that ended since the one before");
        NS_TEST_ASSERT_MSG_EQ(bench.finished.size(), 1, "over");
        NS_TEST_EXPECT_MSG_EQ(bench.finished.at(0), "all aggregations are done", "why");
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->IsFinished(), true, "finished");
        NS_TEST_EXPECT_MSG_EQ(bench.CountSent(0, MessageType::BYE), 1, "told");
        NS_TEST_EXPECT_MSG_EQ(bench.CountSent(1, MessageType::ABORT), 1, "told to stop");
        bench.Update(1);
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(), 7, "no more");
    }
};

/// Several updates are merged together: FedBuff takes differences to each one's own base.
class BufferTestCase : public TestCase
{
  public:
    BufferTestCase()
        : TestCase("FedBuff merges K updates, each a difference to its base")
    {
    }

  private:
    void DoRun() override
    {
        AsyncBench bench(3);
        bench.coordinator->SetAttribute("Method", EnumValue(AsyncCoordinator::FEDBUFF));
        bench.coordinator->SetAttribute("Buffer", UintegerValue(2));
        bench.coordinator->SetAttribute("ServerRate", DoubleValue(0.5));
        bench.JoinAll();
        const double w0 = bench.Parameter();
        bench.Update(1, 4);
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(), 0, "one is not enough");
        NS_TEST_EXPECT_MSG_EQ(bench.rounds.size(), 0, "no aggregation yet");
        bench.Update(1, 2); // base 0 as well
        NS_TEST_ASSERT_MSG_EQ(bench.rounds.size(), 1, "two are");
        const double w1 = w0 + 0.5 / 2 * ((4 - w0) + (2 - w0));
        // The two differences and the sum are each rounded once.
        NS_TEST_EXPECT_MSG_EQ_TOL(bench.Parameter(), w1, 2 * ROUNDING, "the first version");
        NS_TEST_EXPECT_MSG_EQ(bench.rounds.at(0).received, 2, "of two");
        NS_TEST_EXPECT_MSG_EQ(AsyncBench::EndedIn(bench.rounds.at(0)), "1:merged 1:merged ", "two");

        bench.Update(0, 3); // base 0, staleness 1
        bench.Update(1, 1); // base 1, staleness 0
        const double w2 = w1 + 0.5 / 2 * ((3 - w0) / std::sqrt(2) + (1 - w1));
        NS_TEST_EXPECT_MSG_EQ_TOL(bench.Parameter(), w2, 4 * ROUNDING, "the second version");
        NS_TEST_EXPECT_MSG_EQ(bench.staleness, "1/0:0 1/0:0 0/0:1 1/0:0 ", "as traced");
    }
};

/// Updates beyond StalenessLimit: merged, dropped, or their orders ended as soon as they are.
class StalePolicyTestCase : public TestCase
{
  public:
    StalePolicyTestCase()
        : TestCase("an update beyond StalenessLimit, with each StalePolicy")
    {
    }

  private:
    void DoRun() override
    {
        for (const auto policy :
             {AsyncCoordinator::MERGE, AsyncCoordinator::DROP, AsyncCoordinator::ABORT})
        {
            AsyncBench bench(2);
            bench.coordinator->SetAttribute("StalenessLimit", UintegerValue(2));
            bench.coordinator->SetAttribute("StalePolicy", EnumValue(policy));
            bench.JoinAll();
            const auto slow = bench.OrderOf(0);
            for (int i = 0; i < 2; ++i)
            {
                bench.Update(1);
            }
            NS_TEST_EXPECT_MSG_EQ(bench.CountSent(0, MessageType::ABORT), 0, "2 is allowed");
            bench.Update(1); // device 0 has 3 now
            if (policy == AsyncCoordinator::ABORT)
            {
                ExpectAborted(bench, slow);
                continue;
            }
            NS_TEST_EXPECT_MSG_EQ(bench.CountSent(0, MessageType::ABORT), 0, "it goes on");
            const double before = bench.Parameter();
            bench.Update(0, 5, slow);
            const bool isMerged = policy == AsyncCoordinator::MERGE;
            NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(), (isMerged ? 4 : 3), "");
            const double alpha = isMerged ? 0.6 / 2 : 0;
            NS_TEST_EXPECT_MSG_EQ_TOL(bench.Parameter(),
                                      (1 - alpha) * before + alpha * 5,
                                      (isMerged ? ROUNDING : 0),
                                      "the model");
            NS_TEST_EXPECT_MSG_EQ(bench.dropped.size(), 0, "it was expected");
            NS_TEST_EXPECT_MSG_EQ(bench.OrderOf(0).baseVersion, (isMerged ? 4 : 3), "new work");
            NS_TEST_EXPECT_MSG_EQ(bench.staleness,
                                  std::string("1/0:0 1/0:0 1/0:0 0/0:3") + (isMerged ? " " : "! "),
                                  "as traced");
            bench.Update(1);
            NS_TEST_EXPECT_MSG_EQ(
                AsyncBench::EndedIn(isMerged ? bench.rounds.at(3) : bench.rounds.back()),
                (isMerged ? "0:merged " : "0:stale 1:merged "),
                "as recorded");
        }
    }

    void ExpectAborted(AsyncBench& bench, const WorkOrder& slow)
    {
        NS_TEST_EXPECT_MSG_EQ(bench.CountSent(0, MessageType::ABORT), 1, "told to stop");
        NS_TEST_EXPECT_MSG_EQ(AsyncBench::EndedIn(bench.rounds.back()),
                              "0:stale 1:merged ",
                              "as recorded");
        NS_TEST_EXPECT_MSG_EQ(bench.rounds.back().ended[0].measured.staleness, 3, "staleness");
        NS_TEST_EXPECT_MSG_EQ(bench.rounds.back().ended[0].measured.aggregation, 0, "into none");
        NS_TEST_EXPECT_MSG_EQ(bench.CountSent(0, MessageType::WORK), 1, "no new work yet");
        // Its update was on its way: it counts for nothing, and the answer frees the device.
        bench.Update(0, 5, slow);
        NS_TEST_EXPECT_MSG_EQ(bench.dropped.size(), 1, "no longer expected");
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(), 3, "not merged");
        bench.Refuse(0, slow);
        NS_TEST_EXPECT_MSG_EQ(bench.OrderOf(0).baseVersion, 3, "the newest model");
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetNVersionsInUse(0), 1, "only that is in use");
    }
};

/// With fewer slots than devices, devices take turns, each with the same share of the radio.
class TurnsTestCase : public TestCase
{
  public:
    TurnsTestCase()
        : TestCase("MaxInFlight rotates over all devices, each in a slot of the bands")
    {
    }

  private:
    void DoRun() override
    {
        constexpr uint32_t DEVICES = 5;
        TestCell cell(DEVICES, 100);
        AsyncBench bench(DEVICES, {10}, cell.control);
        bench.coordinator->SetAttribute("MaxInFlight", UintegerValue(2));
        bench.JoinAll();
        ExpectGrants(cell, {0, 1});
        // The second one in flight is always the first to return.
        std::vector<DeviceId> expected{0, 1};
        DeviceId fast = 1;
        for (uint32_t i = 0; i < 20; ++i)
        {
            bench.Update(fast);
            fast = bench.asked.back();
            expected.push_back(fast);
            ExpectGrants(cell, {0, fast});
        }
        NS_TEST_EXPECT_MSG_EQ((bench.asked == expected), true, "one at a time");
        for (uint32_t i = 2; i < expected.size(); ++i)
        {
            // Device 0 is busy: 2, 3, 4, 1, 2, ...
            NS_TEST_EXPECT_MSG_EQ(expected[i], 1 + (i - 1) % 4, "in turns, " << i);
        }
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetMaxVersionsInUse(), 2, "that of each");
        bench.Update(0);
        NS_TEST_EXPECT_MSG_EQ(bench.staleness.substr(bench.staleness.rfind('/')),
                              "/0:20 ",
                              "all that the others made");
        // Device 0 is behind the three that wait.
        bench.Update(bench.asked[bench.asked.size() - 2]);
        const auto next = static_cast<DeviceId>(bench.asked.back());
        NS_TEST_EXPECT_MSG_NE(next, 0, "not yet");
    }

    void ExpectGrants(const TestCell& cell, const std::vector<DeviceId>& devices)
    {
        for (const auto direction : {Direction::UPLINK, Direction::DOWNLINK})
        {
            double sumHz = 0;
            double sumW = 0;
            for (uint32_t i = 0; i < cell.devices.GetN(); ++i)
            {
                const auto& grant = cell.Device(i)->GetGrant(direction);
                const bool isIn = std::count(devices.begin(), devices.end(), i) > 0;
                NS_TEST_EXPECT_MSG_EQ(grant.bandwidthHz, (isIn ? 9.5e6 : 0), "half of 19 MHz");
                sumHz += isIn ? grant.startHz : 0;
                sumW += grant.txPowerW;
            }
            NS_TEST_EXPECT_MSG_EQ(sumHz, 9.5e6, "from 0, and from the middle on");
            if (direction == Direction::DOWNLINK)
            {
                NS_TEST_EXPECT_MSG_EQ(sumW, 1, "the station's power in halves");
            }
        }
    }
};

/// A device that leaves and one that returns do not collide in the bands, in whatever order.
class ReturnTestCase : public TestCase
{
  public:
    ReturnTestCase()
        : TestCase("devices that leave and return in another order keep their sub-bands apart")
    {
    }

  private:
    void DoRun() override
    {
        for (const uint32_t inFlight : {0, 2})
        {
            TestCell cell(3, 100);
            AsyncBench bench(3, {10, 10}, cell.control);
            bench.coordinator->SetAttribute("MaxInFlight", UintegerValue(inFlight));
            bench.JoinAll();
            bench.Leave(0);
            bench.Leave(1);
            bench.Join(0);
            bench.Join(1);
            bench.Update(2, 0, 0);
            bench.Update(2, 0, 1);
            NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(0), 1, "merged");
            // The server restarts, and devices come in another order than before.
            bench.server->Stop();
            bench.server->Start();
            for (const DeviceId device : {2, 1, 0})
            {
                bench.Join(device);
            }
            bench.Update(2, 0, 0);
            bench.Update(2, 0, 1);
            NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(1), 2, "merged");
            const double slots = inFlight > 0 ? inFlight : 3;
            NS_TEST_EXPECT_MSG_EQ_TOL(cell.Device(1)->GetGrant(Direction::UPLINK).bandwidthHz,
                                      19e6 / slots,
                                      1e-6,
                                      "a slot");
        }
    }
};

/// Old versions of a model are let go of when the last order that needs them is over.
class VersionsTestCase : public TestCase
{
  public:
    VersionsTestCase()
        : TestCase("versions in use are bounded by devices in flight, and old models are freed")
    {
    }

  private:
    void DoRun() override
    {
        constexpr uint32_t DEVICES = 4;
        AsyncBench bench(DEVICES);
        bench.coordinator->SetAttribute("Method", EnumValue(AsyncCoordinator::FEDBUFF));
        bench.coordinator->SetAttribute("Aggregations", UintegerValue(1000));
        bench.JoinAll();
        std::vector<std::weak_ptr<const Payload>> models;
        RandomStream random(1);
        for (uint32_t i = 0; i < 200; ++i)
        {
            const auto device = static_cast<DeviceId>(random.Uniform(0, DEVICES));
            const auto order = bench.OrderOf(device);
            bench.Update(device, static_cast<float>(random.Uniform(-1, 1)), order);
            models.emplace_back(bench.FindWork(device)->payload);
        }
        const uint32_t inUse = bench.coordinator->GetNVersionsInUse(0);
        NS_TEST_EXPECT_MSG_LT_OR_EQ(bench.coordinator->GetMaxVersionsInUse(), DEVICES, "bounded");
        NS_TEST_EXPECT_MSG_GT_OR_EQ(bench.coordinator->GetMaxVersionsInUse(), inUse, "");
        bench.ForgetSent(); // only the server holds models now
        uint32_t alive = 0;
        for (const auto& model : models)
        {
            alive += !model.expired();
        }
        // Each update made a version, and its device was sent it: all are different.
        NS_TEST_EXPECT_MSG_EQ(alive, inUse, "those of orders in flight, the newest among them");
    }
};

/// The suite.
class AsyncTestSuite : public TestSuite
{
  public:
    AsyncTestSuite()
        : TestSuite("fl-async", TestSuite::Type::UNIT)
    {
        AddTestCase(new TraceTestCase);
        AddTestCase(new BufferTestCase);
        AddTestCase(new StalePolicyTestCase);
        AddTestCase(new TurnsTestCase);
        AddTestCase(new ReturnTestCase);
        AddTestCase(new VersionsTestCase);
    }
};

AsyncTestSuite g_asyncTestSuite; //!< registers itself

} // namespace
