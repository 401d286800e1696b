/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-async.h"

#include <cmath>
#include <functional>

/**
 * @file
 * @ingroup fl
 * AsyncCoordinator whose server stops with orders of several tasks in flight: by itself, and from a
 * trace sink.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// Round-off of one parameter up to 8 that is stored as a float: half of 2^-21.
constexpr double ROUNDING = 8.0 / (1 << 24);

/// The server stops with orders of two tasks in flight, and starts again.
class RestartTestCase : public TestCase
{
  public:
    RestartTestCase()
        : TestCase("server stop and restart with orders of two tasks in flight")
    {
    }

  private:
    void DoRun() override
    {
        AsyncBench bench(2, {10, 10});
        bench.coordinator->SetAttribute("Aggregations", UintegerValue(2));
        bench.coordinator->SetAttribute("Buffer", UintegerValue(2));
        bench.JoinAll();
        bench.Update(0, 1, 0);
        bench.Update(1, 3, 0); // version 1 of task 0
        bench.Update(0, 5, 1); // collected, and thrown away
        const auto old = bench.OrderOf(1, 1);
        const float before[] = {bench.Parameter(0), bench.Parameter(1)};
        bench.server->Stop();
        ExpectAborted(bench);
        bench.server->Start();
        NS_TEST_EXPECT_MSG_EQ(bench.Parameter(0), before[0], "as it was");
        NS_TEST_EXPECT_MSG_EQ(bench.Parameter(1), before[1], "as it was");
        bench.JoinAll();
        NS_TEST_EXPECT_MSG_EQ(bench.OrderOf(0, 0).baseVersion, 1, "goes on");
        NS_TEST_EXPECT_MSG_GT(bench.OrderOf(1, 1).round, old.round, "orders have new numbers");
        bench.Update(1, 7, old);
        NS_TEST_EXPECT_MSG_EQ(bench.dropped.size(), 1, "of an order before the stop");
        for (int i = 0; i < 2; ++i)
        {
            bench.Update(0, 2, 1);
            bench.Update(1, 2, 1);
        }
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(1), 2, "both versions");
        // What was thrown away and what came late is in neither.
        const double w1 = 0.4 * before[1] + 0.6 * 2;
        // Device 0 was sent version 0 again, as its first update did not fill the buffer.
        const double alpha = 0.6 * (1 + 1 / std::sqrt(2)) / 2;
        NS_TEST_EXPECT_MSG_EQ_TOL(bench.Parameter(1),
                                  (1 - alpha) * w1 + alpha * 2,
                                  2 * ROUNDING,
                                  "task 1");
        const auto& again = bench.rounds.at(3);
        NS_TEST_EXPECT_MSG_EQ(again.round, 1, "the aggregation that was aborted");
        NS_TEST_EXPECT_MSG_EQ(again.task, 1, "of task 1");
        NS_TEST_EXPECT_MSG_EQ(again.aborted, false, "is made now");
        bench.Update(0, 0, 0);
        bench.Update(1, 0, 0);
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->IsFinished(), true, "both are done");
        NS_TEST_EXPECT_MSG_EQ(bench.finished.back(), "all aggregations are done", "why");
    }

    void ExpectAborted(const AsyncBench& bench)
    {
        NS_TEST_ASSERT_MSG_EQ(bench.finished.size(), 1, "interrupted");
        NS_TEST_EXPECT_MSG_EQ(bench.finished.at(0),
                              "the server stopped before all aggregations were done",
                              "why");
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->IsFinished(), false, "it may start again");
        NS_TEST_ASSERT_MSG_EQ(bench.rounds.size(), 3, "one was made, one of each task was not");
        NS_TEST_EXPECT_MSG_EQ(AsyncBench::EndedIn(bench.rounds.at(0)), "0:merged 1:merged ", "");
        NS_TEST_EXPECT_MSG_EQ(bench.rounds.at(1).aborted, true, "of task 0");
        NS_TEST_EXPECT_MSG_EQ(bench.rounds.at(1).round, 2, "of task 0");
        NS_TEST_EXPECT_MSG_EQ(AsyncBench::EndedIn(bench.rounds.at(1)), "0:aborted 1:aborted ", "");
        NS_TEST_EXPECT_MSG_EQ(bench.rounds.at(2).aborted, true, "of task 1");
        // Also the one that had come, whose update is in no model.
        NS_TEST_EXPECT_MSG_EQ(AsyncBench::EndedIn(bench.rounds.at(2)),
                              "0:aborted 0:aborted 1:aborted ",
                              "of task 1");
        for (const auto& work : bench.rounds.at(2).ended)
        {
            NS_TEST_EXPECT_MSG_EQ(work.measured.aggregation, 0, "into none");
        }
    }
};

/// A trace sink may stop the server, at any point of what the coordinator does.
class StopFromTraceTestCase : public TestCase
{
  public:
    StopFromTraceTestCase()
        : TestCase("a trace sink stops the server")
    {
    }

  private:
    void DoRun() override
    {
        TestFrom("RoundBegin", [](AsyncBench& bench, const auto& stop) {
            bench.coordinator->TraceConnectWithoutContext(
                "RoundBegin",
                MakeFlCallback<void, const SystemState&, const Plan&, const Outcome&>(
                    [stop](const SystemState&, const Plan&, const Outcome&) { stop(); }));
        });
        TestFrom("RoundEnd", [](AsyncBench& bench, const auto& stop) {
            bench.coordinator->TraceConnectWithoutContext(
                "RoundEnd",
                MakeFlCallback<void, const RoundRecord&>([stop](const RoundRecord&) { stop(); }));
        });
        TestFrom("Staleness", [](AsyncBench& bench, const auto& stop) {
            bench.coordinator->TraceConnectWithoutContext(
                "Staleness",
                MakeFlCallback<void, DeviceId, uint32_t, uint32_t, bool>(
                    [stop](DeviceId, uint32_t, uint32_t, bool) { stop(); }));
        });
        TestFrom("Aggregated", [](AsyncBench& bench, const auto& stop) {
            bench.coordinator->TraceConnectWithoutContext(
                "Aggregated",
                MakeFlCallback<void, uint32_t, uint32_t, uint32_t>(
                    [stop](uint32_t, uint32_t, uint32_t) { stop(); }));
        });
        TestFrom("ModelSent", [](AsyncBench& bench, const auto& stop) {
            bench.server->TraceConnectWithoutContext(
                "ModelSent",
                MakeFlCallback<void, DeviceId, uint32_t, uint32_t>(
                    [stop](DeviceId, uint32_t, uint32_t) { stop(); }));
        });
    }

    /**
     * @param trace name of a trace source
     * @param connect connects a function to it
     */
    template <typename Connect>
    void TestFrom(const std::string& trace, Connect connect)
    {
        AsyncBench bench(2);
        bench.coordinator->SetAttribute("Aggregations", UintegerValue(3));
        int calls = 0;
        connect(bench, std::function<void()>([&] {
                    // Not the first one, so that there is something to lose.
                    if (++calls == 2)
                    {
                        bench.server->Stop();
                    }
                }));
        bench.JoinAll();
        while (bench.server->IsRunning() && bench.FindWork(0))
        {
            bench.Update(0, 1);
        }
        NS_TEST_EXPECT_MSG_EQ(bench.server->IsRunning(), false, "stopped from " << trace);
        const uint32_t version = bench.coordinator->GetModelVersion();
        uint32_t made = 0;
        for (const auto& record : bench.rounds)
        {
            made += !record.aborted;
            NS_TEST_EXPECT_MSG_EQ(record.received, (record.aborted ? 0 : 1), "from " << trace);
        }
        NS_TEST_EXPECT_MSG_EQ(made, version, "a record of each version, from " << trace);
        bench.server->Start();
        bench.JoinAll();
        for (int i = 0; i < 3 && !bench.coordinator->IsFinished(); ++i)
        {
            bench.Update(1, 1);
        }
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(), 3, "it went on, " << trace);
    }
};

/// The suite.
class AsyncStopsTestSuite : public TestSuite
{
  public:
    AsyncStopsTestSuite()
        : TestSuite("fl-async-stops", TestSuite::Type::UNIT)
    {
        AddTestCase(new RestartTestCase);
        AddTestCase(new StopFromTraceTestCase);
    }
};

AsyncStopsTestSuite g_asyncStopsTestSuite; //!< registers itself

} // namespace
