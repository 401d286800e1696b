/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-async.h"
#include "fl-test-refusal.h"

#include "ns3/fl-dma-optimizer.h"

/**
 * @file
 * @ingroup fl
 * AsyncCoordinator in rounds (CloseAfter): FedAvg with all devices and with the first ones, of
 * several tasks at once.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// Round-off of one parameter up to 8 that is stored as a float: half of 2^-21.
constexpr double ROUNDING = 8.0 / (1 << 24);

/**
 * FedAvg with equal weights: the mean of the updates replaces the model.
 * @param bench a server that has not started
 * @param closeAfter updates that close a round
 */
void
UseFedAvg(const AsyncBench& bench, uint32_t closeAfter)
{
    bench.coordinator->SetAttribute("CloseAfter", UintegerValue(closeAfter));
    bench.coordinator->SetAttribute("Alpha", DoubleValue(1));
    bench.coordinator->SetAttribute("Staleness", EnumValue(StalenessWeight::CONSTANT));
}

/// All devices: nobody begins a round before it, and each task has its own.
class FullTestCase : public TestCase
{
  public:
    FullTestCase()
        : TestCase("rounds of two tasks close with the updates of all devices")
    {
    }

  private:
    void DoRun() override
    {
        AsyncBench bench(3, {10, 20});
        UseFedAvg(bench, 3);
        bench.coordinator->SetAttribute("Aggregations", UintegerValue(2));
        bench.Join(0);
        bench.Join(1);
        NS_TEST_EXPECT_MSG_EQ(bench.asked.size(), 0, "not before all are there");
        bench.Join(2);
        NS_TEST_EXPECT_MSG_EQ(bench.asked.size(), 6, "both tasks of all");
        bench.Update(0, 1);
        bench.Update(2, 2);
        NS_TEST_EXPECT_MSG_EQ(bench.CountWork(0, 0), 1, "waits");
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(0), 0, "the round is open");
        bench.Update(1, 6);
        NS_TEST_EXPECT_MSG_EQ_TOL(bench.Parameter(0), 3, ROUNDING, "the mean");
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(0), 1, "closed");
        NS_TEST_EXPECT_MSG_EQ(bench.coordinator->GetModelVersion(1), 0, "another task");
        for (const DeviceId device : {0, 1, 2})
        {
            NS_TEST_EXPECT_MSG_EQ(bench.CountWork(device, 0), 2, "the next round");
            NS_TEST_EXPECT_MSG_EQ(bench.OrderOf(device, 0).baseVersion, 1, "from the new model");
            NS_TEST_EXPECT_MSG_EQ(bench.CountWork(device, 1), 1, "the other task goes on");
        }
        for (const uint32_t task : {0, 1, 1})
        {
            for (const DeviceId device : {2, 1, 0})
            {
                bench.Update(device, 4, task);
            }
        }
        NS_TEST_ASSERT_MSG_EQ(bench.rounds.size(), 4, "two rounds of each task");
        for (const auto& round : bench.rounds)
        {
            NS_TEST_EXPECT_MSG_EQ(round.received, 3, "all devices");
            for (const auto& work : round.ended)
            {
                NS_TEST_EXPECT_MSG_EQ(work.measured.staleness, 0, "nobody is late");
            }
        }
        NS_TEST_EXPECT_MSG_EQ(bench.finished.size(), 1, "it ends");
    }
};

/// The first two of three: what is late counts in the next round, or is dropped.
class PartialTestCase : public TestCase
{
  public:
    PartialTestCase()
        : TestCase("rounds that close with the first updates: late ones are stale or dropped")
    {
    }

  private:
    void DoRun() override
    {
        CheckStale();
        CheckDropped();
    }

    void CheckStale()
    {
        AsyncBench bench(3);
        UseFedAvg(bench, 2);
        bench.JoinAll();
        bench.Update(0, 1);
        bench.Update(1, 3);
        NS_TEST_EXPECT_MSG_EQ_TOL(bench.Parameter(), 2, ROUNDING, "the first two");
        NS_TEST_EXPECT_MSG_EQ(bench.CountWork(2, 0), 1, "goes on with what it has");
        bench.Update(2, 5);
        NS_TEST_EXPECT_MSG_EQ(bench.CountWork(2, 0), 1, "waits for the end of the round");
        bench.Update(0, 2);
        NS_TEST_EXPECT_MSG_EQ_TOL(bench.Parameter(), 3.5, ROUNDING, "with what was late");
        NS_TEST_EXPECT_MSG_EQ(bench.staleness, "0/0:0 1/0:0 2/0:1 0/0:0 ", "as traced");
        NS_TEST_EXPECT_MSG_EQ(bench.CountWork(2, 0), 2, "begins with the third round");
        NS_TEST_EXPECT_MSG_EQ(bench.CountWork(1, 0), 2, "is late now");
    }

    void CheckDropped()
    {
        AsyncBench bench(3);
        UseFedAvg(bench, 2);
        bench.coordinator->SetAttribute("StalenessLimit", UintegerValue(0));
        bench.coordinator->SetAttribute("StalePolicy", EnumValue(AsyncCoordinator::ABORT));
        bench.JoinAll();
        const auto late = bench.OrderOf(2);
        bench.Update(0, 1);
        bench.Update(1, 3);
        NS_TEST_EXPECT_MSG_EQ(bench.CountSent(2, MessageType::ABORT), 1, "told to stop");
        NS_TEST_EXPECT_MSG_EQ(bench.CountWork(2, 0), 1, "has not stopped yet");
        bench.Refuse(2, late);
        NS_TEST_EXPECT_MSG_EQ(bench.CountWork(2, 0), 2, "begins anew");
        NS_TEST_EXPECT_MSG_EQ(bench.OrderOf(2).baseVersion, 1, "with the new model");
        bench.Update(2, 5);
        bench.Update(1, 2);
        NS_TEST_EXPECT_MSG_EQ_TOL(bench.Parameter(), 3.5, ROUNDING, "of the second round");
        NS_TEST_EXPECT_MSG_EQ(bench.staleness, "0/0:0 1/0:0 2/0:0 1/0:0 ", "nobody is stale");
    }
};

/// Rounds that nobody completes.
class DesertedTestCase : public TestCase
{
  public:
    DesertedTestCase()
        : TestCase("rounds without all devices: lost ones, ones that never come")
    {
    }

  private:
    void DoRun() override
    {
        {
            AsyncBench bench(3);
            UseFedAvg(bench, 3);
            bench.JoinAll();
            bench.Update(0, 1);
            bench.Update(1, 2);
            NS_TEST_EXPECT_MSG_EQ(bench.rounds.size(), 0, "waits for the third one");
            bench.Leave(2);
            NS_TEST_ASSERT_MSG_EQ(bench.rounds.size(), 1, "which is lost");
            NS_TEST_EXPECT_MSG_EQ(bench.rounds[0].received, 2, "without it");
            NS_TEST_EXPECT_MSG_EQ(bench.CountWork(0, 0), 2, "and on");
            bench.Update(0, 1);
            bench.Update(1, 2);
            NS_TEST_EXPECT_MSG_EQ(bench.rounds.size(), 2, "nobody else is there");
        }
        AsyncBench bench(3);
        UseFedAvg(bench, 3);
        bench.coordinator->SetAttribute("JoinTimeout", TimeValue(Seconds(2)));
        bench.Join(0);
        AsyncBench::Step(1);
        NS_TEST_EXPECT_MSG_EQ(bench.asked.size(), 0, "waits for the others");
        AsyncBench::Step(1);
        NS_TEST_EXPECT_MSG_EQ(bench.asked.size(), 1, "no longer");
        bench.Update(0, 1);
        NS_TEST_EXPECT_MSG_EQ(bench.rounds.size(), 1, "alone");
        bench.Join(1);
        NS_TEST_EXPECT_MSG_EQ(bench.CountWork(1, 0), 1, "takes part at once");
    }
};

/// What does not go together with rounds.
class RefusalTestCase : public TestCase
{
  public:
    RefusalTestCase()
        : TestCase("refused: rounds with a buffer, and of a horizon")
    {
    }

  private:
    void DoRun() override
    {
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] {
                                  AsyncBench bench(1);
                                  UseFedAvg(bench, 2);
                                  bench.coordinator->SetAttribute("Buffer", UintegerValue(3));
                                  AsyncBench::Step();
                              }),
                              "ns3::fl::AsyncCoordinator::CloseAfter = 2: must be 0 with Buffer "
                              "above 1",
                              "buffer");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] {
                                  AsyncBench bench(1);
                                  UseFedAvg(bench, 2);
                                  bench.coordinator->SetOptimizer(CreateObject<DmaOptimizer>());
                                  AsyncBench::Step();
                              }),
                              "ns3::fl::AsyncCoordinator::CloseAfter = 2: must be 0 with an "
                              "optimizer that plans a horizon",
                              "horizon");
    }
};

/// AsyncCoordinator in rounds.
class FlAsyncRoundsTestSuite : public TestSuite
{
  public:
    FlAsyncRoundsTestSuite()
        : TestSuite("fl-async-rounds", TestSuite::Type::UNIT)
    {
        AddTestCase(new FullTestCase);
        AddTestCase(new PartialTestCase);
        AddTestCase(new DesertedTestCase);
        AddTestCase(new RefusalTestCase);
    }
};

FlAsyncRoundsTestSuite g_flAsyncRoundsTestSuite; ///< registers the suite

} // namespace
