/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-split.h"

#include "ns3/basic-energy-source-helper.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-processor-helper.h"
#include "ns3/fl-round-plan.h"
#include "ns3/simple-device-energy-model.h"
#include "ns3/test.h"

#include <cmath>
#include <limits>

/**
 * @file
 * @ingroup fl
 * Split federated LoRA with faults in the middle of an order: the round goes on, nothing of that
 * device is averaged, its head stays as it was, its memory is freed, its status is told.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;
using namespace ns3::energy;

namespace
{

/// The device to which something happens.
constexpr DeviceId FAULTY = 1;
/// The round in which it does.
constexpr uint32_t FAULTY_ROUND = 2;

/// @return whether it is the computation to which something happens
bool
IsFaulty(const JobContext& context, ComputeNode node, ComputeJob job)
{
    return context.order.device == FAULTY && context.order.round == FAULTY_ROUND &&
           context.phase.node == node && context.phase.job == job;
}

/// Three devices, of which something happens to one in the second of three rounds.
class SplitFaultTestCase : public TestCase
{
  public:
    /**
     * @param name what happens
     * @param status of the order
     * @param isLearned whether the device has done step (3) of its head before it
     */
    SplitFaultTestCase(const std::string& name, std::string status, bool isLearned)
        : TestCase(name),
          m_status(std::move(status)),
          m_isLearned(isLearned)
    {
    }

  private:
    /// Make it happen.
    /// @param [in,out] setup what the federation is built of
    virtual void Prepare(SplitSetup& setup) = 0;

    /// The federation has been built.
    virtual void Built(TestFederation&)
    {
    }

    /// It is over: more to check.
    virtual void Check(const TestFederation&)
    {
    }

    void DoRun() override
    {
        LearnFirstRound();
        SplitSetup setup;
        setup.configureSplit = [this](FederationHelper& helper) {
            helper.SetServerAttribute("KeepAlive", TimeValue(Seconds(1)));
            for (const auto& [name, value] : m_attributes)
            {
                helper.SetCoordinatorAttribute(name, *value);
            }
        };
        Prepare(setup);
        TestFederation run(setup);
        // Heads of the faulty device when its rounds end, and what is still kept then.
        std::vector<Eigen::VectorXf> heads;
        std::vector<size_t> kept;
        std::vector<Eigen::VectorXf> adapters;
        run.federation.coordinator->TraceConnectWithoutContext(
            "RoundEnd",
            MakeFlCallback<void, const RoundRecord&>([&](const RoundRecord&) {
                heads.push_back(HeadOf(run, setup, FAULTY));
                adapters.push_back(run.federation.coordinator->GetParameters());
                kept.push_back(setup.jobs->CountKept());
            }));
        Built(run);
        run.Run(60);
        NS_TEST_ASSERT_MSG_GT(run.rounds.size(), 2, "the rounds go on");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(1, FAULTY), "merged", "nothing happens at first");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(2, FAULTY), m_status, "what happened");
        NS_TEST_EXPECT_MSG_EQ(run.GetRound(2).received, 2, "nothing of it is averaged");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(2, 0), "merged", "the others");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(3, 2), "merged", "the others");
        NS_TEST_EXPECT_MSG_EQ((heads[1] == heads[0]), !m_isLearned, "its head");
        NS_TEST_EXPECT_MSG_EQ(kept[1], m_isKept, "what orders kept is freed");
        NS_TEST_EXPECT_MSG_EQ(std::isfinite(run.GetRound(3).loss), true, "no NaN");
        ExpectMeanOfOthers(run, setup, adapters);
        Check(run);
    }

    /// Adapters and heads before round 2 are what a run of one round leaves.
    void LearnFirstRound()
    {
        SplitSetup setup;
        setup.rounds = 1;
        TestFederation run(setup);
        run.Run();
        m_adapters = run.federation.coordinator->GetParameters();
        for (DeviceId device = 0; device < setup.devices; ++device)
        {
            m_heads.push_back(HeadOf(run, setup, device));
        }
    }

    /// The adapters took one step along the mean of the other two devices' gradients.
    void ExpectMeanOfOthers(const TestFederation& run,
                            const SplitSetup& setup,
                            const std::vector<Eigen::VectorXf>& adapters)
    {
        NS_TEST_ASSERT_MSG_EQ((m_adapters == adapters[0]), true, "round 1 is the same");
        UnsplitModel whole(setup.model);
        Eigen::VectorXd mean = Eigen::VectorXd::Zero(whole.GetNAdapters());
        for (const DeviceId device : {0, 2})
        {
            double loss = 0;
            mean += 0.5 * whole
                              .Gradient(UnsplitModel::Join(adapters[0], m_heads[device]),
                                        *run.task->train,
                                        MinibatchOf(run, device, 2, 1, setup.model.batch),
                                        loss)
                              .head(whole.GetNAdapters())
                              .cast<double>();
        }
        const Eigen::VectorXf expected =
            adapters[0] -
            static_cast<float>(setup.model.adapterStep.learningRate) * mean.cast<float>();
        NS_TEST_EXPECT_MSG_LT((adapters[1] - expected).cwiseAbs().maxCoeff(),
                              4 * std::numeric_limits<float>::epsilon(),
                              "one step along the mean of those that came");
        NS_TEST_EXPECT_MSG_GT((adapters[1] - adapters[0]).norm(), 1e-4, "a step");
    }

    std::string m_status;                 //!< of the order
    bool m_isLearned;                     //!< see the constructor
    Eigen::VectorXf m_adapters;           //!< after round 1
    std::vector<Eigen::VectorXf> m_heads; //!< after round 1, by device

  protected:
    /// Attributes of the coordinator.
    std::vector<std::pair<std::string, Ptr<AttributeValue>>> m_attributes;
    size_t m_isKept{0}; //!< what orders keep when round 2 ends: late ones go on
};

/// A device goes away between forward and backward.
class GoneTestCase : public SplitFaultTestCase
{
  public:
    GoneTestCase()
        : SplitFaultTestCase("a device gone between forward and backward", "lost", false)
    {
    }

  private:
    void Prepare(SplitSetup& setup) override
    {
        setup.watch = [this](const JobContext& context) {
            if (IsFaulty(context, ComputeNode::SERVER, ComputeJob::FORWARD))
            {
                Simulator::ScheduleNow(&Client::SetAvailable, m_client, false);
            }
        };
    }

    void Built(TestFederation& run) override
    {
        m_client = run.federation.clients[FAULTY];
    }

    Ptr<Client> m_client; //!< the device's
};

/// FEATURES of a wrong size.
class WrongFeaturesTestCase : public SplitFaultTestCase
{
  public:
    WrongFeaturesTestCase()
        : SplitFaultTestCase("features of a wrong size", "refused", false)
    {
    }

  private:
    void Prepare(SplitSetup& setup) override
    {
        setup.watch = [](const JobContext& context) {
            if (IsFaulty(context, ComputeNode::DEVICE, ComputeJob::BACKWARD))
            {
                auto& payload = context.content.Of(PayloadKind::FEATURES);
                payload = std::make_shared<const Payload>(
                    std::vector<uint8_t>(payload->GetData(),
                                         payload->GetData() + payload->GetSize() - 4));
            }
        };
    }

    void Check(const TestFederation& run) override
    {
        NS_TEST_ASSERT_MSG_EQ(run.clientDropped.size(), 1, "the device says why");
        NS_TEST_EXPECT_MSG_EQ(run.clientDropped[0], "features of 320 bytes: must be 324", "so");
    }
};

/// FEATURES damaged on the air.
class DamagedFeaturesTestCase : public SplitFaultTestCase
{
  public:
    DamagedFeaturesTestCase()
        : SplitFaultTestCase("features damaged on the air", "refused", false)
    {
    }

  private:
    void Prepare(SplitSetup&) override
    {
    }

    void Built(TestFederation& run) override
    {
        m_flipper = run.Flip(1 + FAULTY, 0);
        // Orders are smaller than features, which are in one packet: the second one is round 2's.
        m_flipper->minBytes = 330;
        m_flipper->countdown = 2;
    }

    void Check(const TestFederation&) override
    {
        NS_TEST_EXPECT_MSG_EQ(m_flipper->flipped, 1, "one bit");
    }

    Ptr<BitFlipper> m_flipper; //!< damages them
};

/// A GRADIENT with NaN.
class NanGradientTestCase : public SplitFaultTestCase
{
  public:
    NanGradientTestCase()
        : SplitFaultTestCase("a gradient with NaN", "refused", true)
    {
    }

  private:
    void Prepare(SplitSetup& setup) override
    {
        setup.watch = [](const JobContext& context) {
            if (IsFaulty(context, ComputeNode::SERVER, ComputeJob::BACKWARD))
            {
                auto& payload = context.content.Of(PayloadKind::GRADIENTS);
                std::vector<uint8_t> bytes(payload->GetData(),
                                           payload->GetData() + payload->GetSize());
                bytes[bytes.size() - 1] = 0x7F;
                bytes[bytes.size() - 2] = 0xC0;
                payload = std::make_shared<const Payload>(std::move(bytes));
            }
        };
    }
};

/// A GRADIENT that is too short.
class ShortGradientTestCase : public SplitFaultTestCase
{
  public:
    ShortGradientTestCase()
        : SplitFaultTestCase("a gradient of a wrong size", "refused", true)
    {
    }

  private:
    void Prepare(SplitSetup& setup) override
    {
        setup.watch = [](const JobContext& context) {
            if (IsFaulty(context, ComputeNode::SERVER, ComputeJob::BACKWARD))
            {
                context.content.Of(PayloadKind::GRADIENTS) =
                    std::make_shared<const Payload>(std::vector<uint8_t>(12));
            }
        };
    }
};

/// The deadline of a round passes in the middle of an order. Of LatePolicy NextRound the order goes
/// on: its gradient is of an older round then, and not used.
class DeadlineTestCase : public SplitFaultTestCase
{
  public:
    /// @param isDropped LatePolicy
    explicit DeadlineTestCase(bool isDropped)
        : SplitFaultTestCase(isDropped ? "a deadline in mid-order: dropped"
                                       : "a gradient of an older round: not used",
                             isDropped ? "deadline" : "",
                             false),
          m_isDropped(isDropped)
    {
        m_attributes.emplace_back("RoundDeadline", Create<TimeValue>(Seconds(1)));
        m_attributes.emplace_back(
            "LatePolicy",
            Create<EnumValue>(isDropped ? RoundCoordinator::DROP : RoundCoordinator::NEXT_ROUND));
        m_isKept = isDropped ? 1 : 2; // at the device, till ABORT is there; at both nodes
    }

  private:
    void Prepare(SplitSetup& setup) override
    {
        setup.rounds = 8;
        setup.profile = [](DeviceProfile& profile, DeviceId) { profile.cyclesPerSample = 2e7; };
    }

    void Built(TestFederation& run) override
    {
        // The server's forward pass of that order takes until long after the deadline: 1.5 s, and
        // rounds of 0.2 s go on meanwhile.
        auto optimizer = CreateObject<ScriptedOptimizer>();
        optimizer->script = [](const SystemState& state) {
            Plan plan = MakeRoundPlan(state, EqualShares(state, AvailableDevices(state)));
            for (auto& order : plan.orders)
            {
                for (auto& phase : order.phases)
                {
                    auto* compute = std::get_if<Compute>(&phase);
                    if (compute && compute->node == ComputeNode::SERVER &&
                        compute->job == ComputeJob::FORWARD && order.device == FAULTY &&
                        order.round == FAULTY_ROUND)
                    {
                        compute->cycles = 1.5 * compute->cpuHz;
                    }
                }
            }
            return plan;
        };
        run.federation.coordinator->SetOptimizer(optimizer);
    }

    void Check(const TestFederation& run) override
    {
        NS_TEST_EXPECT_MSG_EQ_TOL(run.GetRound(2).endS - run.GetRound(2).startS,
                                  1,
                                  1e-6,
                                  "the deadline");
        if (m_isDropped)
        {
            NS_TEST_EXPECT_MSG_EQ(run.StatusOf(3, FAULTY), "merged", "it takes part again");
            return;
        }
        uint32_t late = 0;
        for (const auto& round : run.rounds)
        {
            for (const auto& work : round.ended)
            {
                if (work.measured.status == WorkStatus::LATE)
                {
                    ++late;
                    NS_TEST_EXPECT_MSG_EQ(work.order.round, 2, "of the older round");
                    NS_TEST_EXPECT_MSG_EQ(work.measured.aggregation, 0, "of no aggregation");
                    NS_TEST_EXPECT_MSG_GT(work.measured.staleness, 0, "of older adapters");
                    NS_TEST_EXPECT_MSG_EQ(round.received,
                                          round.ended.size() - 1,
                                          "all others are averaged");
                }
            }
        }
        NS_TEST_EXPECT_MSG_EQ(late, 1, "it came late");
    }

    bool m_isDropped; //!< LatePolicy
};

/// A battery is depleted while the device waits for features.
class BatteryTestCase : public SplitFaultTestCase
{
  public:
    BatteryTestCase()
        : SplitFaultTestCase("a battery empties while waiting for features", "battery", false)
    {
    }

  private:
    void Prepare(SplitSetup& setup) override
    {
        setup.watch = [this](const JobContext& context) {
            if (IsFaulty(context, ComputeNode::SERVER, ComputeJob::FORWARD))
            {
                // At 3 V: the threshold of 10 % is reached after 0.3 s, and 0.4 J are left when the
                // load ends. ns-3 asserts that a source has what is drawn from it, and this load
                // does not end by itself.
                m_load->SetCurrentA(10);
                Simulator::Schedule(Seconds(0.32), [this] { m_load->SetCurrentA(0); });
            }
        };
        m_attributes.emplace_back("ForwardCycles", Create<DoubleValue>(1e9)); // 1 s
    }

    void Built(TestFederation& run) override
    {
        BasicEnergySourceHelper batteries;
        batteries.Set("BasicEnergySourceInitialEnergyJ", DoubleValue(10));
        batteries.Set("PeriodicEnergyUpdateInterval", TimeValue(MilliSeconds(10)));
        const auto sources = batteries.Install(run.devices.Get(FAULTY));
        ProcessorHelper::InstallEnergyModels(sources);
        m_load = CreateObject<SimpleDeviceEnergyModel>();
        m_load->SetEnergySource(sources.Get(0));
        m_load->SetNode(run.devices.Get(FAULTY));
        sources.Get(0)->AppendDeviceEnergyModel(m_load);
    }

    void Check(const TestFederation& run) override
    {
        const auto& phases = run.Find(2, FAULTY)->measured.phases;
        NS_TEST_ASSERT_MSG_EQ(phases.size(), 7, "known");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(phases[2].startS), false, "the server had begun");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(phases[3].startS), true, "and sent nothing");
    }

    Ptr<SimpleDeviceEnergyModel> m_load; //!< what drains it
};

/// The server stops in the middle of a round, and starts again: heads are kept, the round is
/// repeated with the same minibatches, nothing of it was averaged.
class ServerStopTestCase : public TestCase
{
  public:
    ServerStopTestCase()
        : TestCase("a server that stops in mid-round, and starts again")
    {
    }

  private:
    void DoRun() override
    {
        SplitSetup setup;
        Ptr<Server> server;
        int stopped = 0;
        setup.watch = [&](const JobContext& context) {
            if (stopped == 0 && IsFaulty(context, ComputeNode::SERVER, ComputeJob::BACKWARD))
            {
                ++stopped;
                Simulator::Schedule(MicroSeconds(1), [&server] { server->Stop(); });
                Simulator::Schedule(Seconds(5), [&server] { server->Start(); });
            }
        };
        setup.configureSplit = [](FederationHelper& helper) {
            helper.SetCoordinatorAttribute("BackwardCycles", DoubleValue(1e8));
        };
        TestFederation run(setup);
        server = run.federation.server;
        Eigen::VectorXf atStop;
        std::vector<Eigen::VectorXf> heads;
        run.federation.coordinator->TraceConnectWithoutContext(
            "RoundEnd",
            MakeFlCallback<void, const RoundRecord&>([&](const RoundRecord& round) {
                if (round.round == 1)
                {
                    atStop = run.federation.coordinator->GetParameters();
                }
                if (round.aborted)
                {
                    heads = {HeadOf(run, setup, 0), HeadOf(run, setup, 1)};
                    NS_TEST_EXPECT_MSG_EQ((run.federation.coordinator->GetParameters() == atStop),
                                          true,
                                          "nothing of the round is averaged");
                }
            }));
        run.Run(60);
        NS_TEST_ASSERT_MSG_EQ(stopped, 1, "it stopped");
        NS_TEST_ASSERT_MSG_EQ(heads.size(), 2, "a round was aborted");
        NS_TEST_EXPECT_MSG_EQ(run.GetRound(2).received, 3, "it is repeated");
        NS_TEST_EXPECT_MSG_EQ(run.GetRound(3).received, 3, "and the last one done");
        NS_TEST_EXPECT_MSG_EQ(setup.jobs->CountKept(), 0, "nothing is kept");
        const SplitJobs initial(setup.model, run.task->seed);
        NS_TEST_EXPECT_MSG_EQ((heads[1] == initial.HeadOf(nullptr).GetParameters()),
                              false,
                              "heads are kept");
    }
};

/// The suite.
class SplitFaultsTestSuite : public TestSuite
{
  public:
    SplitFaultsTestSuite()
        : TestSuite("fl-split-faults", TestSuite::Type::UNIT)
    {
        AddTestCase(new GoneTestCase);
        AddTestCase(new WrongFeaturesTestCase);
        AddTestCase(new DamagedFeaturesTestCase);
        AddTestCase(new NanGradientTestCase);
        AddTestCase(new ShortGradientTestCase);
        AddTestCase(new DeadlineTestCase(true));
        AddTestCase(new DeadlineTestCase(false));
        AddTestCase(new BatteryTestCase);
        AddTestCase(new ServerStopTestCase);
    }
};

SplitFaultsTestSuite g_splitFaultsTestSuite; //!< registers itself

} // namespace
