/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-federation.h"
#include "fl-test-transport-case.h"

#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/fl-async-coordinator.h"

#include <cmath>
#include <queue>

/**
 * @file
 * @ingroup fl
 * Asynchronous learning in packets, of one task: what is learned, the staleness that follows from
 * durations, devices that are told to stop, threads.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// @return a setup with an AsyncCoordinator
/// @param aggregations number of aggregations until the run ends
FederationSetup
MakeAsyncSetup(uint32_t aggregations)
{
    FederationSetup setup;
    setup.isAsync = true;
    setup.rounds = aggregations;
    return setup;
}

/// One device at a time whose model replaces the global one: training in sequence, bit for bit.
class SequentialTestCase : public TestCase
{
  public:
    SequentialTestCase()
        : TestCase("one device in flight and alpha = 1 equal sequential training, bit for bit")
    {
    }

  private:
    void DoRun() override
    {
        for (const uint32_t devices : {1, 3})
        {
            auto setup = MakeAsyncSetup(7);
            setup.devices = devices;
            setup.configure = [](FederationHelper& helper) {
                helper.SetCoordinatorAttribute("MaxInFlight", UintegerValue(1));
                helper.SetCoordinatorAttribute("Alpha", DoubleValue(1));
            };
            TestFederation run(setup);
            run.Run();
            NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 7, "all aggregations");
            Eigen::VectorXf model = run.task->model->InitialParameters(run.task->seed);
            const auto& trainer = run.task->trainer;
            for (uint32_t i = 0; i < 7; ++i)
            {
                const DeviceId device = i % devices;
                NS_TEST_EXPECT_MSG_NE(run.Find(i + 1, device), nullptr, "in turns: " << i);
                model = Train(*run.task->model,
                              model,
                              *run.task->train,
                              run.parts[device],
                              0,
                              trainer,
                              0)
                            .parameters;
            }
            NS_TEST_EXPECT_MSG_EQ(AreSame(run.federation.coordinator->GetParameters(), model),
                                  true,
                                  "with " << devices << " devices");
        }
    }
};

/// FedBuff of all devices' updates is a round of FedAvg, if their data are equal in size.
class RoundTestCase : public TestCase
{
  public:
    RoundTestCase()
        : TestCase("FedBuff of all devices with equal data is a synchronous round")
    {
    }

  private:
    void DoRun() override
    {
        constexpr uint32_t DEVICES = 4;
        auto setup = MakeAsyncSetup(1);
        setup.devices = DEVICES;
        setup.samplesStep = 0;
        setup.configure = [](FederationHelper& helper) {
            helper.SetCoordinatorAttribute("Method", EnumValue(AsyncCoordinator::FEDBUFF));
            helper.SetCoordinatorAttribute("Buffer", UintegerValue(DEVICES));
        };
        Eigen::VectorXf buffered;
        double largest = 0; // difference of a device's model to the one that it was sent
        {
            TestFederation run(setup);
            run.Run();
            NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 1, "one aggregation");
            NS_TEST_EXPECT_MSG_EQ(run.rounds[0].received, DEVICES, "of all");
            buffered = run.federation.coordinator->GetParameters();
            const Eigen::VectorXf base = run.task->model->InitialParameters(run.task->seed);
            for (const auto& part : run.parts)
            {
                const auto trained =
                    Train(*run.task->model, base, *run.task->train, part, 0, run.task->trainer, 0);
                largest =
                    std::max<double>(largest, (trained.parameters - base).cwiseAbs().maxCoeff());
            }
        }
        setup.isAsync = false;
        setup.configure = nullptr;
        TestFederation run(setup);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 1, "one round");
        const auto& averaged = run.federation.coordinator->GetParameters();
        // As floats: each difference is rounded to 2^-24 of it (their mean is off by no more), and
        // so are both results; sums are in double precision.
        const double unit = std::pow(2, -24);
        for (Eigen::Index i = 0; i < averaged.size(); ++i)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(buffered[i],
                                      averaged[i],
                                      unit * (largest + 2 * std::abs(averaged[i])) + 1e-15,
                                      "parameter " << i);
        }
        NS_TEST_EXPECT_MSG_GT(largest, 0.01, "something was learned");
    }
};

/// The staleness of all updates is that of an event simulation with the durations measured.
class EventSimulationTestCase : public TestCase
{
  public:
    EventSimulationTestCase()
        : TestCase("staleness equals that of an event simulation of the same durations")
    {
    }

  private:
    static constexpr uint32_t DEVICES = 9;        ///< devices
    static constexpr uint32_t AGGREGATIONS = 300; ///< until then

    /// An order: when it is sent, and how long it takes [ns].
    struct Period
    {
        int64_t beginNs; ///< simulated time
        int64_t lastsNs; ///< duration
    };

    /// The simulation of the comment above. @return staleness by aggregation
    /// @param periods by device, in their order
    static std::vector<uint32_t> Simulate(const std::vector<std::vector<Period>>& periods)
    {
        using Event = std::tuple<int64_t, DeviceId, uint32_t>; // time, device, base version
        std::priority_queue<Event, std::vector<Event>, std::greater<>> events;
        std::vector<size_t> nOrders(periods.size(), 0);
        const auto begin = [&](int64_t timeNs, DeviceId device, uint32_t version) {
            const size_t order = nOrders[device]++;
            if (order < periods[device].size()) // others do not end in time
            {
                events.emplace(timeNs + periods[device][order].lastsNs, device, version);
            }
        };
        for (DeviceId device = 0; device < periods.size(); ++device)
        {
            begin(periods[device].front().beginNs, device, 0);
        }
        std::vector<uint32_t> staleness;
        for (uint32_t version = 0; version < AGGREGATIONS && !events.empty(); ++version)
        {
            const auto [timeNs, device, base] = events.top();
            events.pop();
            staleness.push_back(version - base);
            begin(timeNs, device, version + 1);
        }
        return staleness;
    }

    void DoRun() override
    {
        auto setup = MakeAsyncSetup(AGGREGATIONS);
        setup.devices = DEVICES;
        setup.transport = TRANSPORTS[1];
        setup.statedBytes = 2000;
        setup.profile = [](DeviceProfile& profile, DeviceId device) {
            // From 0.05 to 1.1 s: their ratios are no small numbers.
            profile.cyclesPerSample = 5e7 * std::pow(1.47, device) / (2.0 * profile.samples);
        };
        TestFederation run(setup);
        std::vector<uint32_t> measured;
        DynamicCast<AsyncCoordinator>(run.federation.coordinator)
            ->TraceConnectWithoutContext(
                "Staleness",
                MakeFlCallback<void, DeviceId, uint32_t, uint32_t, bool>(
                    [&measured](DeviceId, uint32_t, uint32_t staleness, bool) {
                        measured.push_back(staleness);
                    }));
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(measured.size(), AGGREGATIONS, "an update each");
        std::vector<std::vector<Period>> periods(DEVICES);
        for (const auto& record : run.rounds)
        {
            for (const auto& work : record.ended)
            {
                if (work.measured.status == WorkStatus::MERGED)
                {
                    const double endS = work.measured.phases.back().endS;
                    const auto beginNs = std::llround(work.order.earliestStartS * 1e9);
                    periods[work.order.device].push_back(
                        {beginNs, std::llround(endS * 1e9) - beginNs});
                }
            }
        }
        const auto simulated = Simulate(periods);
        NS_TEST_EXPECT_MSG_EQ((measured == simulated), true, "exactly");
        const uint32_t most = *std::max_element(measured.begin(), measured.end());
        NS_TEST_EXPECT_MSG_GT(most, DEVICES, "slow devices fall behind by more than one each");
    }
};

/// A slow device is told to stop, and begins anew with the newest model.
class AbortTestCase : public TransportTestCase
{
  public:
    explicit AbortTestCase(const std::string& transport)
        : TransportTestCase("StalePolicy Abort ends an order early", transport)
    {
    }

  private:
    void DoRun() override
    {
        auto setup = MakeSetup();
        setup.isAsync = true;
        setup.rounds = 20;
        setup.profile = ComputingFor(3, 2); // the others take some 50 ms
        setup.configure = [](FederationHelper& helper) {
            helper.SetCoordinatorAttribute("StalenessLimit", UintegerValue(6));
            helper.SetCoordinatorAttribute("StalePolicy", EnumValue(AsyncCoordinator::ABORT));
        };
        TestFederation run(setup);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 20, "all aggregations");
        std::vector<uint32_t> stale;
        for (const auto& record : run.rounds)
        {
            if (run.StatusOf(record.round, 2) == "stale")
            {
                stale.push_back(record.round);
                NS_TEST_EXPECT_MSG_EQ(run.Find(record.round, 2)->measured.staleness, 7, "");
            }
        }
        NS_TEST_ASSERT_MSG_EQ(stale.size(), 2, "twice");
        NS_TEST_EXPECT_MSG_EQ(stale.at(0), 7, "as soon as the limit was passed");
        // One version may have been made until the device had answered.
        NS_TEST_EXPECT_MSG_GT_OR_EQ(stale.at(1), 14, "again");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(stale.at(1), 15, "again");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(20, 2), "aborted", "the end");
        NS_TEST_ASSERT_MSG_GT_OR_EQ(run.clientAborted.size(), 2, "at the device");
        NS_TEST_EXPECT_MSG_EQ(run.clientAborted[0], "the server said ABORT", "why");
        NS_TEST_EXPECT_MSG_LT(run.rounds.back().endS, 2, "it did not compute to its end");
        NS_TEST_EXPECT_MSG_EQ(run.Count("joined"), 3, "the session went on");
    }
};

/// The number of threads changes nothing, to the last bit.
class ThreadsTestCase : public TestCase
{
  public:
    ThreadsTestCase()
        : TestCase("the same bytes on one thread and on two")
    {
    }

  private:
    void DoRun() override
    {
        std::vector<std::string> dumps;
        for (const uint32_t threads : {0, 1, 2})
        {
            auto setup = MakeAsyncSetup(30);
            setup.devices = 5;
            setup.threads = threads;
            setup.trainer = TrainerOptions();
            setup.trainer.batchSize = 4;
            setup.configure = [](FederationHelper& helper) {
                helper.SetCoordinatorAttribute("Buffer", UintegerValue(2));
                helper.SetCoordinatorAttribute("MaxInFlight", UintegerValue(4));
            };
            TestFederation run(setup);
            run.Run();
            NS_TEST_EXPECT_MSG_EQ(run.rounds.size(), 30, "all aggregations");
            dumps.push_back(run.Dump());
        }
        NS_TEST_EXPECT_MSG_EQ((dumps[0] == dumps[1]), true, "the simulator's own and one");
        NS_TEST_EXPECT_MSG_EQ((dumps[1] == dumps[2]), true, "one and two");
    }
};

/// The suite.
class AsyncPacketsTestSuite : public TestSuite
{
  public:
    AsyncPacketsTestSuite()
        : TestSuite("fl-async-packets", TestSuite::Type::UNIT)
    {
        AddTestCase(new SequentialTestCase);
        AddTestCase(new RoundTestCase);
        AddTestCase(new EventSimulationTestCase);
        for (const auto& transport : TRANSPORTS)
        {
            AddTestCase(new AbortTestCase(transport));
        }
        AddTestCase(new ThreadsTestCase);
    }
};

AsyncPacketsTestSuite g_asyncPacketsTestSuite; //!< registers itself

} // namespace
