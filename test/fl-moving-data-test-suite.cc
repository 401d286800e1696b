/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-federation.h"
#include "fl-test-refusal.h"

#include "ns3/double.h"
#include "ns3/fl-async-coordinator.h"
#include "ns3/fl-dma-optimizer.h"
#include "ns3/fl-drift.h"
#include "ns3/fl-mix-seed.h"

#include <cmath>

/**
 * @file
 * @ingroup fl
 * Data that change during a simulation: what is trained on, what the optimizer is told, drift that
 * is measured, data sets that become empty.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/**
 * @param initial number of samples at first
 * @param idle while it does not compute
 * @param computing while it does
 * @return options of a data stream
 */
DataStreamOptions
MakeStream(uint32_t initial, DataRates idle, DataRates computing)
{
    DataStreamOptions options;
    options.initialSamples = initial;
    options.idle = idle;
    options.computing = computing;
    options.seed = 5;
    return options;
}

/// @return an asynchronous setup of one device in flight, whose model replaces the global one
/// @param aggregations number of them
FederationSetup
MakeAsyncSetup(uint32_t aggregations)
{
    FederationSetup setup;
    setup.isAsync = true;
    setup.rounds = aggregations;
    setup.devices = 1;
    return setup;
}

/// What a device has trained on and measured, from the times at which it computed.
class TrainingTestCase : public TestCase
{
  public:
    TrainingTestCase()
        : TestCase("training uses the samples that are there, and drift is that of the changed "
                   "data")
    {
    }

  private:
    static constexpr uint32_t AGGREGATIONS = 6; ///< in a run

    void DoRun() override
    {
        const auto options = MakeStream(5, {100, 0}, {0, 50});
        std::string dumps[2];
        for (const uint32_t threads : {0, 2})
        {
            auto setup = MakeAsyncSetup(AGGREGATIONS);
            setup.threads = threads;
            setup.samplesStep = 0;
            setup.devices = 2;
            setup.profile = [](DeviceProfile& profile, DeviceId) { profile.cyclesPerSample = 2e6; };
            setup.configure = [&options](FederationHelper& helper) {
                helper.SetCoordinatorAttribute("Alpha", DoubleValue(1));
                helper.SetCoordinatorAttribute("MaxInFlight", UintegerValue(1));
                helper.SetDataStream(0, 0, options);
            };
            TestFederation run(setup);
            run.Run();
            NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), AGGREGATIONS, "all aggregations");
            Follow(run, options);
            dumps[threads / 2] = run.Dump();
            for (const auto& state : run.states)
            {
                dumps[threads / 2] += state.drift.empty() ? ""
                                                          : Describe(state.drift[0].idlePerS,
                                                                     " ",
                                                                     state.drift[0].computingPerS,
                                                                     "\n");
            }
        }
        NS_TEST_EXPECT_MSG_EQ((dumps[0] == dumps[1]), true, "the same bytes on two threads");
    }

    /// Do what the devices should have done, after them.
    void Follow(const TestFederation& run, const DataStreamOptions& options)
    {
        DataStream stream(run.parts[0], options);
        const auto& model = *run.task->model;
        Eigen::VectorXf parameters = model.InitialParameters(run.task->seed);
        DataChange change;
        change.idle.samples = stream.Samples();
        double endS = 0;
        DataDrift drift;
        size_t begun = 0;
        size_t planned = 0;
        uint32_t largest = 0;
        for (size_t i = 0; i < run.log.size(); ++i)
        {
            const double nowS = run.logS[i];
            const bool isMine = run.log[i].find(' ') != std::string::npos &&
                                run.log[i].substr(run.log[i].find(' '), 3) == " 0 ";
            if (run.log[i].rfind("begin ", 0) == 0)
            {
                stream.Advance(nowS, false);
                ExpectState(run.states[planned++], stream.GetSize(), drift);
            }
            else if (run.log[i].rfind("compute ", 0) == 0)
            {
                const auto& order = run.plans[begun++].orders.front();
                auto samples = run.parts[order.device];
                if (isMine)
                {
                    stream.Advance(nowS, false);
                    samples = stream.Samples();
                    change.idle.durationS = nowS - endS;
                    change.now = samples;
                    drift.Add(MeasureChange(model, parameters, *run.task->train, change));
                    change.computing.samples = samples;
                }
                largest = std::max(largest, static_cast<uint32_t>(samples.size()));
                parameters = Train(model,
                                   parameters,
                                   *run.task->train,
                                   samples,
                                   order.samples,
                                   run.task->trainer,
                                   MixSeed({run.task->seed,
                                            order.device,
                                            order.task,
                                            order.round,
                                            order.baseVersion}))
                                 .parameters;
            }
            else if (run.log[i].rfind("computed ", 0) == 0 && isMine)
            {
                const double beginS = stream.GetNowS();
                stream.Advance(nowS, true);
                change.computing.durationS = nowS - beginS;
                change.idle.samples = stream.Samples();
                endS = nowS;
            }
        }
        NS_TEST_EXPECT_MSG_EQ(AreSame(run.federation.coordinator->GetParameters(), parameters),
                              true,
                              "trained on the samples that are there, to the bit");
        NS_TEST_EXPECT_MSG_EQ(begun, AGGREGATIONS, "computations");
        NS_TEST_EXPECT_MSG_GT(largest, 5, "samples came");
        NS_TEST_EXPECT_MSG_GT(stream.GetDiscarded(), 0, "samples went");
        NS_TEST_EXPECT_MSG_GT(drift.computingS, 0, "measured");
        NS_TEST_EXPECT_MSG_GT(drift.idleRise + drift.computingRise, 0, "the loss has changed");
        stream.Advance(Simulator::Now().GetSeconds(), false);
        NS_TEST_EXPECT_MSG_EQ(run.federation.clients[0]->GetNSamples(0),
                              stream.GetSize(),
                              "at the end");
    }

    /// What the optimizer saw.
    void ExpectState(const SystemState& state, uint32_t samples, const DataDrift& drift)
    {
        NS_TEST_EXPECT_MSG_EQ(state.profiles[1].samples, 10, "it has no stream");
        if (!state.available[0])
        {
            return; // about the other one
        }
        NS_TEST_EXPECT_MSG_EQ(state.profiles[0].samples, samples, "follows the data");
        NS_TEST_ASSERT_MSG_EQ(state.drift.size(), 2, "by device");
        // (11), (12): divided by the number of devices. Sums of doubles in the same order.
        if (drift.idleS > 0)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(state.drift[0].idlePerS,
                                      drift.idleRise / (2 * drift.idleS),
                                      1e-15,
                                      "while idle");
        }
        NS_TEST_EXPECT_MSG_EQ(std::isnan(state.drift[0].idlePerS), (drift.idleS == 0), "measured");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(state.drift[0].computingPerS),
                              (drift.computingS == 0),
                              "measured");
        if (drift.computingS > 0)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(state.drift[0].computingPerS,
                                      drift.computingRise / (2 * drift.computingS),
                                      1e-15,
                                      "while computing");
        }
    }
};

/// A device whose data are gone has no work until it has data again.
class EmptyTestCase : public TestCase
{
  public:
    EmptyTestCase()
        : TestCase("a data set that drift empties: no work of that task until samples come")
    {
    }

  private:
    void DoRun() override
    {
        // 10 samples go in 1 s of computing; one comes in 4 s.
        auto setup = MakeAsyncSetup(400);
        setup.devices = 2;
        setup.samplesStep = 0;
        setup.configure = [](FederationHelper& helper) {
            helper.SetDataStream(0, 0, MakeStream(10, {0.25, 0}, {0, 10}));
        };
        TestFederation run(setup);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 400, "the other one goes on");
        double pauseS = 0;
        uint32_t nAfter = 0;
        double lastS = 0;
        uint32_t left = 10;
        for (const auto& record : run.rounds)
        {
            for (const auto& work : record.ended)
            {
                NS_TEST_EXPECT_MSG_NE(ToString(work.measured.status), std::string("refused"), "");
                if (work.order.device != 0)
                {
                    continue;
                }
                const double beginS = work.order.earliestStartS;
                nAfter += pauseS > 3;
                if (work.measured.status == WorkStatus::MERGED)
                {
                    NS_TEST_EXPECT_MSG_LT_OR_EQ(work.measured.samples, left, "there are no more");
                    left = pauseS > 3 ? left : work.measured.samples;
                    pauseS = std::max(pauseS, beginS - lastS);
                    left = pauseS > 3 ? 10 : left;
                    lastS = record.endS;
                }
            }
        }
        NS_TEST_EXPECT_MSG_GT(pauseS, 3, "until the next sample");
        NS_TEST_EXPECT_MSG_LT(pauseS, 6, "looked at again each second");
        NS_TEST_EXPECT_MSG_GT(nAfter, 0, "work again");
    }
};

/// Samples go while an order is on its way.
class EmptyOnTheWayTestCase : public TestCase
{
  public:
    EmptyOnTheWayTestCase()
        : TestCase("a data set that becomes empty while an order is on its way")
    {
    }

  private:
    void DoRun() override
    {
        auto setup = MakeAsyncSetup(5);
        setup.delay = Seconds(1); // HELLO arrives at 1 s, WORK at 2 s
        setup.configure = [](FederationHelper& helper) {
            helper.SetDataStream(0, 0, MakeStream(10, {0, 7}, {0, 0}));
            helper.SetCoordinatorAttribute("WaitTimeout", TimeValue(Seconds(20)));
        };
        setup.transport = TRANSPORTS[1];
        TestFederation run(setup);
        run.Run();
        NS_TEST_EXPECT_MSG_EQ(run.Count("sent 0"), 1, "it had samples");
        NS_TEST_EXPECT_MSG_EQ(run.Count("upload 0"), 0, "nothing trained");
        NS_TEST_ASSERT_MSG_EQ(run.clientAborted.size(), 1, "given up");
        NS_TEST_EXPECT_MSG_EQ(run.clientAborted[0], "device 0 has no samples of task 0", "why");
        NS_TEST_ASSERT_MSG_EQ(run.finished.size(), 1, "not for ever");
        NS_TEST_EXPECT_MSG_EQ(run.federation.coordinator->IsFinished(), true, "ended");
        NS_TEST_EXPECT_MSG_LT(run.logS.back(), 30, "after WaitTimeout");
    }
};

/// The same with a horizon, and with rounds.
class EmptyPlansTestCase : public TestCase
{
  public:
    EmptyPlansTestCase()
        : TestCase("horizons and rounds leave out a device without samples")
    {
    }

  private:
    void DoRun() override
    {
        // Device 0's are gone before it could begin, device 1's stay.
        auto setup = MakeAsyncSetup(4);
        setup.devices = 2;
        setup.distanceM = 100;
        setup.profile = [](DeviceProfile& profile, DeviceId) { profile.minCpuHz = 1e8; };
        setup.configure = [](FederationHelper& helper) {
            helper.SetDataStream(0, 0, MakeStream(1, {0, 1e6}, {0, 0}));
            helper.SetOptimizer("dma");
        };
        {
            TestFederation run(setup);
            run.Run();
            NS_TEST_EXPECT_MSG_EQ(run.rounds.size(), 4, "all aggregations");
            NS_TEST_EXPECT_MSG_EQ(run.Count("sent 0"), 0, "no samples, no work");
        }
        setup.configure = [](FederationHelper& helper) {
            helper.SetOptimizer("dma");
            helper.SetCoordinatorAttribute("WaitTimeout", TimeValue(Seconds(20)));
            for (const DeviceId device : {0, 1})
            {
                helper.SetDataStream(device, 0, MakeStream(1, {0, 1e6}, {0, 0}));
            }
        };
        {
            TestFederation run(setup);
            run.Run();
            NS_TEST_EXPECT_MSG_EQ(run.rounds.size(), 0, "nobody");
            NS_TEST_EXPECT_MSG_EQ(run.federation.coordinator->IsFinished(), true, "not for ever");
        }
        setup.isAsync = false;
        setup.distanceM = 0;
        setup.configure = [](FederationHelper& helper) {
            helper.SetDataStream(0, 0, MakeStream(1, {0, 1e6}, {0, 0}));
            helper.SetDataStream(1, 0, MakeStream(3, {200, 0}, {0, 0}));
        };
        TestFederation run(setup);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 4, "all rounds");
        NS_TEST_EXPECT_MSG_EQ(run.Count("sent 0"), 0, "no samples, no work");
        NS_TEST_EXPECT_MSG_GT(run.Find(4, 1)->measured.samples,
                              run.Find(1, 1)->measured.samples,
                              "those of the other one come");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[3].unselected.size(), 1, "as recorded");
    }
};

/// What is refused; and that an optimizer prefers what was measured.
class OptionsTestCase : public TestCase
{
  public:
    OptionsTestCase()
        : TestCase("streams that are refused; drift that DmaOptimizer takes")
    {
    }

  private:
    void DoRun() override
    {
        const auto refusal = [](DeviceId device, uint32_t task, uint32_t initial, bool isStudy) {
            auto setup = MakeAsyncSetup(1);
            setup.statedBytes = isStudy ? 1000 : 0;
            setup.configure = [&](FederationHelper& helper) {
                helper.SetDataStream(device, task, MakeStream(initial, {1, 0}, {1, 0}));
            };
            const std::string why = RefusalOf([&] { TestFederation run(setup); });
            Simulator::Destroy(); // what was built until then
            return why;
        };
        NS_TEST_EXPECT_MSG_EQ(refusal(0, 0, 10, false), "accepted", "valid");
        NS_TEST_EXPECT_MSG_EQ(refusal(1, 0, 10, false),
                              "data stream of device 1 and task 0: must be of 1 devices and 1 "
                              "tasks, from 0",
                              "no such device");
        NS_TEST_EXPECT_MSG_EQ(refusal(0, 2, 10, false),
                              "data stream of device 0 and task 2: must be of 1 devices and 1 "
                              "tasks, from 0",
                              "no such task");
        NS_TEST_EXPECT_MSG_EQ(refusal(0, 0, 11, false),
                              "data stream: 11 samples at first: must be at most 10, the device's "
                              "in all",
                              "too many");
        NS_TEST_EXPECT_MSG_EQ(refusal(0, 0, 0, true),
                              "device 0: data stream of task 0, a timing study: must be of a task "
                              "with training data",
                              "nothing is trained");
        TestDrift();
    }

    void TestDrift()
    {
        auto optimizer = CreateObject<DmaOptimizer>();
        DmaConstants constants;
        constants.devices = {{0.1, 1, 1e-3, 2e-3}, {0.1, 1, 3e-3, 4e-3}};
        optimizer->SetConstants(0, constants);
        SystemState state;
        state.aggregationsLeft = 2;
        state.downloadBits = state.uploadBits = 1e6;
        state.profiles.resize(2);
        state.profiles[0].samples = state.profiles[1].samples = 10;
        state.available.assign(2, true);
        state.cells = {{1e6, 1e6, 1, 4e-21}};
        state.gains = GainTable(2, 1);
        for (const DeviceId device : {0, 1})
        {
            for (const auto direction : {Direction::UPLINK, Direction::DOWNLINK})
            {
                state.gains.At(device, 0, direction) = 1e-10;
            }
        }
        state.drift.resize(2);
        state.drift[1].idlePerS = 0.25;
        optimizer->MakeHorizon({&state});
        const auto& devices = optimizer->GetProblem().devices;
        NS_TEST_EXPECT_MSG_EQ(devices.at(0).tasks[0].idleDrift, 1e-3, "given");
        NS_TEST_EXPECT_MSG_EQ(devices.at(0).tasks[0].activeDrift, 2e-3, "given");
        NS_TEST_EXPECT_MSG_EQ(devices.at(1).tasks[0].idleDrift, 0.25, "measured");
        NS_TEST_EXPECT_MSG_EQ(devices.at(1).tasks[0].activeDrift, 4e-3, "given");
    }
};

/// The suite.
class MovingDataTestSuite : public TestSuite
{
  public:
    MovingDataTestSuite()
        : TestSuite("fl-moving-data", TestSuite::Type::UNIT)
    {
        AddTestCase(new TrainingTestCase);
        AddTestCase(new EmptyTestCase);
        AddTestCase(new EmptyOnTheWayTestCase);
        AddTestCase(new EmptyPlansTestCase);
        AddTestCase(new OptionsTestCase);
    }
};

MovingDataTestSuite g_movingDataTestSuite; //!< registers itself

} // namespace
