/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-split.h"

#include "ns3/double.h"
#include "ns3/test.h"

#include <cmath>
#include <set>

/**
 * @file
 * @ingroup fl
 * Split federated LoRA in packets: it computes what the model in one piece does, whoever is first.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// One device: K split steps and K steps of the model in one piece end in the same bits.
class OneDeviceTestCase : public TestCase
{
  public:
    OneDeviceTestCase()
        : TestCase("one device: the bits of the model in one piece")
    {
    }

  private:
    void DoRun() override
    {
        constexpr uint32_t ROUNDS = 6;
        SplitSetup setup;
        setup.devices = 1;
        setup.rounds = ROUNDS;
        setup.model.batch = 8;
        TestFederation run(setup);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), ROUNDS, "all rounds ended");

        UnsplitModel whole(setup.model);
        const SplitJobs initial(setup.model, run.task->seed);
        auto parameters = UnsplitModel::Join(run.task->model->InitialParameters(run.task->seed),
                                             initial.HeadOf(nullptr).GetParameters());
        const auto begin = parameters;
        GradientStep step(setup.model.adapterStep); // the head's is the same
        for (uint32_t round = 1; round <= ROUNDS; ++round)
        {
            double loss = 0;
            const auto samples = MinibatchOf(run, 0, round, round - 1, setup.model.batch);
            const auto gradient = whole.Gradient(parameters, *run.task->train, samples, loss);
            step.Apply(gradient, parameters);
            const auto& work = run.Find(round, 0)->measured;
            NS_TEST_EXPECT_MSG_EQ(work.loss, loss, "loss of round " << round);
            NS_TEST_EXPECT_MSG_EQ(work.samples, 8, "a minibatch");
        }
        const auto n = whole.GetNAdapters();
        NS_TEST_EXPECT_MSG_EQ(
            AreSame(run.federation.coordinator->GetParameters(), parameters.head(n)),
            true,
            "the adapters");
        NS_TEST_EXPECT_MSG_EQ(
            AreSame(HeadOf(run, setup, 0), parameters.tail(parameters.size() - n)),
            true,
            "the head");
        NS_TEST_EXPECT_MSG_GT((parameters - begin).head(n).norm(), 1e-3, "the adapters moved");
        NS_TEST_EXPECT_MSG_LT(run.GetRound(ROUNDS).loss, run.GetRound(1).loss, "it learns");
    }
};

/// Several devices: the mean of their gradients is that of their batches put together. All heads
/// begin alike, so this is exact in the first round but for rounding.
class MeanTestCase : public TestCase
{
  public:
    MeanTestCase()
        : TestCase("several devices: the gradient of their batches put together")
    {
    }

  private:
    void DoRun() override
    {
        SplitSetup setup;
        setup.devices = 4;
        setup.rounds = 1;
        setup.samplesStep = 5; // all have at least the minibatch's 10
        TestFederation run(setup);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.GetRound(1).received, 4, "all gradients came");
        std::vector<uint32_t> all;
        for (DeviceId device = 0; device < 4; ++device)
        {
            const auto samples = MinibatchOf(run, device, 1, 0, setup.model.batch);
            all.insert(all.end(), samples.begin(), samples.end());
        }
        UnsplitModel whole(setup.model);
        const SplitJobs initial(setup.model, run.task->seed);
        const auto adapters = run.task->model->InitialParameters(run.task->seed);
        double loss = 0;
        const Eigen::VectorXf expected =
            whole
                .Gradient(UnsplitModel::Join(adapters, initial.HeadOf(nullptr).GetParameters()),
                          *run.task->train,
                          all,
                          loss)
                .head(whole.GetNAdapters());
        // From B = 0 a step is exact, and A, whose gradient is 0 then, does not move.
        const Eigen::VectorXf mean = (adapters - run.federation.coordinator->GetParameters()) /
                                     static_cast<float>(setup.model.adapterStep.learningRate);
        const float largest = expected.cwiseAbs().maxCoeff();
        NS_TEST_EXPECT_MSG_GT(largest, 1e-4, "there is a gradient");
        NS_TEST_EXPECT_MSG_LT((mean - expected).cwiseAbs().maxCoeff() / largest, 1e-6, "the mean");
    }
};

/// A run's learning, bit by bit.
struct Learned
{
    Eigen::VectorXf adapters;           //!< at the end
    std::vector<Eigen::VectorXf> heads; //!< at the end, by device
    std::vector<double> losses;         //!< by round, then by device
    std::vector<DeviceId> arrivals;     //!< as gradients came in the first round

    /// @return whether all learning is the same
    /// @param other another run's
    bool IsSame(const Learned& other) const
    {
        bool isSame = AreSame(adapters, other.adapters) && losses == other.losses;
        for (size_t i = 0; i < heads.size(); ++i)
        {
            isSame = isSame && AreSame(heads[i], other.heads.at(i));
        }
        return isSame;
    }
};

/// @return what a federation learns
/// @param setup what it is built of
Learned
Learn(SplitSetup& setup)
{
    setup.rounds = 4;
    setup.samplesStep = 5;
    TestFederation run(setup);
    run.Run();
    Learned learned;
    learned.adapters = run.federation.coordinator->GetParameters();
    for (DeviceId device = 0; device < setup.devices; ++device)
    {
        learned.heads.push_back(HeadOf(run, setup, device));
    }
    for (const auto& round : run.rounds)
    {
        learned.losses.push_back(round.loss);
        for (const auto& work : round.ended)
        {
            learned.losses.push_back(work.measured.loss);
        }
    }
    learned.arrivals = run.mergedIn[1];
    return learned;
}

/// Threads, transport, order of arrival, and whether caches are kept: the same bits.
class SameBitsTestCase : public TestCase
{
  public:
    SameBitsTestCase()
        : TestCase("threads, transport, order of arrival, caches: the same bits")
    {
    }

  private:
    void DoRun() override
    {
        SplitSetup plain;
        const auto learned = Learn(plain);
        NS_TEST_ASSERT_MSG_EQ(learned.losses.size(), 4 * (1 + 3), "all rounds, all devices");
        for (const uint32_t threads : {1, 3})
        {
            SplitSetup setup;
            setup.threads = threads;
            NS_TEST_EXPECT_MSG_EQ(Learn(setup).IsSame(learned), true, threads << " threads");
        }
        {
            SplitSetup setup;
            setup.transport = TRANSPORTS[1];
            NS_TEST_EXPECT_MSG_EQ(Learn(setup).IsSame(learned), true, "datagrams");
        }
        {
            SplitSetup setup;
            setup.model.keepCaches = true;
            NS_TEST_EXPECT_MSG_EQ(Learn(setup).IsSame(learned), true, "caches are kept");
        }
        {
            SplitSetup setup;
            setup.profile = [](DeviceProfile& profile, DeviceId device) {
                profile.cyclesPerSample = 1e9 / (1 + device);
            };
            const auto other = Learn(setup);
            NS_TEST_EXPECT_MSG_EQ((other.arrivals == std::vector<DeviceId>{2, 1, 0}),
                                  true,
                                  "the last one is first");
            NS_TEST_EXPECT_MSG_EQ((learned.arrivals == other.arrivals), false, "it was not");
            NS_TEST_EXPECT_MSG_EQ(other.IsSame(learned), true, "the other way round");
        }
        {
            SplitSetup setup;
            setup.model.activations = Encoding::FLOAT16;
            setup.model.features = Encoding::FLOAT16;
            setup.model.gradients = Encoding::FLOAT16;
            const auto rounded = Learn(setup);
            NS_TEST_EXPECT_MSG_EQ(rounded.IsSame(learned), false, "float16 is rounded");
            // 4 rounds, each with three roundings of 2^-11 of the largest number.
            NS_TEST_EXPECT_MSG_LT((rounded.adapters - learned.adapters).norm() /
                                      learned.adapters.norm(),
                                  4 * 3 * std::ldexp(1, -11),
                                  "but little");
        }
    }
};

/// The order's phases, sizes and times; what the optimizer sees; and the round's accuracy.
class RoundTestCase : public TestCase
{
  public:
    RoundTestCase()
        : TestCase("phases and sizes of a round, and its accuracy")
    {
    }

  private:
    void DoRun() override
    {
        SplitSetup setup;
        setup.model.batch = 12;
        setup.samplesStep = 5;                             // 10, 15, 20
        std::vector<std::pair<ComputeNode, size_t>> sizes; // what each computation takes
        setup.watch = [&sizes](const JobContext& context) {
            for (const auto& payload : context.content.payloads)
            {
                const auto& model = context.content.Of(PayloadKind::MODEL);
                if (payload && payload != model && context.order.device == 1)
                {
                    sizes.emplace_back(context.phase.node, payload->GetSize());
                }
            }
        };
        setup.configureSplit = [](FederationHelper& helper) {
            helper.SetCoordinatorAttribute("ForwardCycles", DoubleValue(1e8));
            helper.SetCoordinatorAttribute("BackwardCycles", DoubleValue(2e8));
        };
        TestFederation run(setup);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended");
        CheckState(run.states.at(0));
        CheckOrder(*run.Find(1, 1));
        // 12 samples of 7 tokens of 8 numbers; 12 features and gradients of 8.
        const std::vector<std::pair<ComputeNode, size_t>> expected{
            {ComputeNode::SERVER, 4 + 4 + 4 * 12 + 4 * 12 * 7 * 8},
            {ComputeNode::DEVICE, 4 + 4 * 12 * 8},
            {ComputeNode::SERVER, 4 + 4 * 12 * 8}};
        NS_TEST_ASSERT_MSG_EQ(sizes.size(), 3 * expected.size(), "three rounds");
        for (size_t i = 0; i < expected.size(); ++i)
        {
            NS_TEST_EXPECT_MSG_EQ((sizes[i] == expected[i]), true, "payload " << i);
        }
        NS_TEST_EXPECT_MSG_EQ(setup.jobs->CountKept(), 0, "nothing is kept");
        CheckAccuracy(run, setup);
    }

    void CheckState(const SystemState& state)
    {
        const double up = 8 * (4 + 4 + 4 * 12 + 4 * 12 * 7 * 8) + 8 * (4 + 4 * 12 * 8);
        NS_TEST_EXPECT_MSG_EQ(state.uploadBits, up, "both uplinks");
        NS_TEST_EXPECT_MSG_EQ(state.downloadBits, 8 * (4 + 4 * 12 * 8), "features");
        NS_TEST_EXPECT_MSG_EQ(state.profiles[0].samples, 10, "all that it has");
        NS_TEST_EXPECT_MSG_EQ(state.profiles[2].samples, 12, "a minibatch");
    }

    void CheckOrder(const WorkRecord& work)
    {
        const auto& measured = work.measured;
        NS_TEST_ASSERT_MSG_EQ(measured.phases.size(), 7, "phases");
        NS_TEST_EXPECT_MSG_EQ(measured.payloadBits,
                              work.order.TransferBits(Direction::UPLINK),
                              "both uplinks");
        NS_TEST_EXPECT_MSG_EQ(work.predicted.payloadBits, measured.payloadBits, "as predicted");
        double sumS = 0;
        for (size_t i = 0; i < 7; ++i)
        {
            const auto& times = measured.phases[i];
            NS_TEST_EXPECT_MSG_GT(times.endS, times.startS, "phase " << i);
            sumS += times.endS - times.startS;
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(measured.DurationS(), sumS, 1e-9, "all phases");
        // 12 samples of 1e6 cycles at 1 GHz; 12 samples at 10 GHz, which three devices share.
        NS_TEST_EXPECT_MSG_EQ_TOL(measured.phases[0].endS - measured.phases[0].startS,
                                  0.006,
                                  1e-8,
                                  "embedding");
        NS_TEST_EXPECT_MSG_GT(measured.phases[2].endS - measured.phases[2].startS, 0.12, "forward");
        NS_TEST_EXPECT_MSG_LT(measured.phases[2].endS - measured.phases[2].startS, 0.36, "forward");
        // kappa cycles f^2 of the device alone.
        NS_TEST_EXPECT_MSG_EQ_TOL(measured.computeEnergyJ, 1e-28 * 12e6 * 1e18, 1e-9, "its own");
    }

    void CheckAccuracy(const TestFederation& run, const SplitSetup& setup)
    {
        const auto& last = run.GetRound(3);
        NS_TEST_ASSERT_MSG_EQ(last.deviceAccuracy.size(), 3, "each device has its own");
        double mean = 0;
        double meanLoss = 0;
        UnsplitModel whole(setup.model);
        std::vector<uint32_t> all(run.task->test->Size());
        std::iota(all.begin(), all.end(), 0);
        std::set<std::string> heads;
        for (DeviceId device = 0; device < 3; ++device)
        {
            const auto head = HeadOf(run, setup, device);
            heads.insert(Describe(head.transpose()));
            double loss = 0;
            whole.Gradient(UnsplitModel::Join(run.federation.coordinator->GetParameters(), head),
                           *run.task->test,
                           all,
                           loss);
            meanLoss += loss / 3;
            mean += last.deviceAccuracy[device] / 3;
        }
        NS_TEST_EXPECT_MSG_EQ(heads.size(), 3, "heads are personal");
        NS_TEST_EXPECT_MSG_EQ_TOL(last.accuracy, mean, 1e-12, "the mean");
        NS_TEST_EXPECT_MSG_EQ_TOL(last.loss, meanLoss, 1e-6 * meanLoss, "of encoder and own head");
    }
};

/// Each optimizer of rounds can drive split rounds, in an FDMA cell.
class OptimizersTestCase : public TestCase
{
  public:
    OptimizersTestCase()
        : TestCase("each optimizer drives split rounds")
    {
    }

  private:
    void DoRun() override
    {
        for (const auto& entry : NamedOptimizers())
        {
            // DMA-FL plans horizons of AsyncCoordinator. The paper's formulas taken literally have
            // no answer here, whatever the orders consist of; scheme 1 needs a deadline. Offloading
            // sends samples, which split learning keeps at the devices.
            if (entry.typeId == "ns3::fl::DmaOptimizer" || entry.name == "joint-paper-literal" ||
                entry.name == "joint-scheme1" || entry.typeId == "ns3::fl::OffloadOptimizer")
            {
                continue;
            }
            SplitSetup setup;
            setup.distanceM = 100;
            setup.rounds = 1;
            setup.configureSplit = [&entry](FederationHelper& helper) {
                helper.SetOptimizer(entry.name);
            };
            TestFederation run(setup);
            run.Run(1000);
            NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 1, entry.name);
            const auto& round = run.GetRound(1);
            NS_TEST_EXPECT_MSG_EQ(round.received, round.selected, entry.name << ": all came");
            NS_TEST_EXPECT_MSG_GT(round.received, 0, entry.name << ": somebody did");
            for (const auto& work : round.ended)
            {
                // The formula has no headers of TCP's acknowledgements, and no sharing of the
                // server.
                NS_TEST_EXPECT_MSG_EQ_TOL(work.measured.uploadS,
                                          work.predicted.uploadS,
                                          0.1 * work.predicted.uploadS,
                                          entry.name << ": both uplinks are predicted");
            }
        }
    }
};

/// The suite.
class SplitTestSuite : public TestSuite
{
  public:
    SplitTestSuite()
        : TestSuite("fl-split", TestSuite::Type::UNIT)
    {
        AddTestCase(new OneDeviceTestCase);
        AddTestCase(new MeanTestCase);
        AddTestCase(new SameBitsTestCase);
        AddTestCase(new RoundTestCase);
        AddTestCase(new OptimizersTestCase);
    }
};

SplitTestSuite g_splitTestSuite; //!< registers itself

} // namespace
