/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "../examples/study/fl-first-phases.h"
#include "fl-test-federation.h"
#include "fl-test-refusal.h"
#include "fl-test-rounding.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fl-mel-coefficients.h"
#include "ns3/fl-mel-optimizer.h"
#include "ns3/fl-sample-allotment.h"
#include "ns3/fl-sample-codec.h"
#include "ns3/string.h"

#include <numeric>
#include <set>

/**
 * @file
 * @ingroup fl
 * Task allocation for mobile edge learning in rounds: plans, samples on the air, what is trained.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// @return a federation in an FDMA cell, planned by task allocation
FederationSetup
MakeSetup(bool parallelised, const std::string& method)
{
    FederationSetup setup;
    setup.distanceM = 100;
    setup.configure = [method](FederationHelper& helper) { helper.SetOptimizer("mel-" + method); };
    // Learners of the paper's kind: speeds that differ.
    setup.profile = [](DeviceProfile& profile, DeviceId device) {
        profile.maxCpuHz = 1e9 * (1 + 2 * device);
        profile.effectiveCapacitance = 1e-20;
    };
    Config::SetDefault("ns3::fl::MelOptimizer::Parallelised", BooleanValue(parallelised));
    Config::SetDefault("ns3::fl::MelOptimizer::CycleTime", TimeValue(MilliSeconds(200)));
    return setup;
}

/// Coefficients by hand.
class CoefficientsTestCase : public TestCase
{
  public:
    CoefficientsTestCase()
        : TestCase("coefficients of (10) and (11)")
    {
    }

  private:
    void DoRun() override
    {
        MelWorkload workload;
        workload.cyclesPerSample = 1e6;
        workload.downloadBits = 4e6;
        workload.uploadBits = 2e6;
        workload.modelBitsPerSample = 100;
        workload.sampleBits = 6000;
        MelDevice device;
        device.cpuHz = 2e9;
        device.energyPerCycleJ = 1e-20 * 2e9;
        device.downlinkBps = 4e6;
        device.uplinkBps = 1e6;
        device.txPowerW = 0.2;
        device.energyJ = 10;
        const auto learner = MakeMelLearner(workload, device);
        const auto near = [this](double value, double expected, const char* what) {
            NS_TEST_EXPECT_MSG_EQ_TOL(value, expected, ROUND_OFF * expected, what);
        };
        near(learner.c2, 0.5e-3, "1e6 cycles at 2 GHz");
        near(learner.c1, 6100 / 4e6 + 100 / 1e6, "sample and its part of the model");
        near(learner.c0, 1 + 2, "model down and up");
        near(learner.g2, 2e-5, "20 pJ per cycle");
        near(learner.g1, 0.2 * 1e-4, "its part of the model up");
        near(learner.g0, 0.2 * 2, "model up");
        near(learner.energyJ, 10, "budget");
    }
};

/// Samples are dealt out once, and as the seed says.
class AllotmentTestCase : public TestCase
{
  public:
    AllotmentTestCase()
        : TestCase("the server's samples are dealt out")
    {
    }

  private:
    void DoRun() override
    {
        LearningTask task;
        task.model = MakeModel("softmax", DIMENSION, CLASSES);
        task.train = MakeSamples(50, 1);
        NS_TEST_EXPECT_MSG_EQ(SampleAllotment::GetSampleBits(task),
                              8 * (4 * DIMENSION + 1),
                              "features and label");
        NS_TEST_EXPECT_MSG_EQ(SampleAllotment::GetSampleBits(LearningTask()), 0, "none");
        Plan plan;
        plan.orders.resize(3);
        plan.orders[0].samples = 20;
        plan.orders[0].samplesSent = true;
        plan.orders[1].samples = 30;
        plan.orders[2].samples = 30;
        plan.orders[2].samplesSent = true;
        SampleAllotment allotment;
        std::vector<std::vector<float>> seen;
        for (const uint32_t round : {1, 2, 1})
        {
            for (auto& order : plan.orders)
            {
                order.round = round;
            }
            allotment.Draw(task, plan);
            seen.emplace_back();
            for (const auto& order : plan.orders)
            {
                const auto payload = allotment.Take(task, order);
                NS_TEST_ASSERT_MSG_EQ((payload != nullptr), order.samplesSent, "who gets some");
                if (payload)
                {
                    const auto data = DecodeSamples(payload->GetData(), payload->GetSize());
                    NS_TEST_EXPECT_MSG_EQ(data.Size(), order.samples, "so many");
                    for (Eigen::Index i = 0; i < data.Features().cols(); ++i)
                    {
                        seen.back().push_back(data.Features()(0, i));
                    }
                }
            }
            const std::set<float> different(seen.back().begin(), seen.back().end());
            NS_TEST_EXPECT_MSG_EQ(different.size(), 50, "each sample once");
        }
        NS_TEST_EXPECT_MSG_EQ((seen[0] == seen[1]), false, "other rounds, other samples");
        NS_TEST_EXPECT_MSG_EQ((seen[0] == seen[2]), true, "the same round, the same samples");
        plan.orders[0].samples = 21;
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { allotment.Draw(task, plan); }),
            "the plan of round 1 sends 51 samples: must not exceed the server's 50",
            "too many");
    }
};

/// Rounds in an FDMA cell, federated and parallelised: what is planned is trained, on exactly the
/// samples that were sent, in time and within the energy.
class RoundsTestCase : public TestCase
{
  public:
    /// @param parallelised whether samples are sent @param method of the optimizer
    RoundsTestCase(bool parallelised, const std::string& method)
        : TestCase(method + (parallelised ? ", parallelised" : ", federated")),
          m_parallelised(parallelised),
          m_method(method)
    {
    }

  private:
    void DoRun() override
    {
        TestFederation run(MakeSetup(m_parallelised, m_method));
        // Plans are compared with predictions by the formula that they were made with.
        run.radio->SetAttribute("RateModel", StringValue("Shannon"));
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended");
        Eigen::VectorXf expected = run.task->model->InitialParameters(run.task->seed);
        for (size_t i = 0; i < run.rounds.size(); ++i)
        {
            CheckPlan(run, i);
            expected = Aggregate(run, i, expected);
        }
        const auto& parameters = run.federation.coordinator->GetParameters();
        NS_TEST_EXPECT_MSG_EQ(
            (parameters - expected).cwiseAbs().maxCoeff(),
            0,
            "bit for bit what training on these samples, weighted by (3), comes to");
        Config::Reset();
    }

    void CheckPlan(const TestFederation& run, size_t i)
    {
        const auto& plan = run.plans[i];
        const auto& record = run.rounds[i];
        NS_TEST_ASSERT_MSG_EQ(plan.orders.size(), 3, "all learn");
        NS_TEST_EXPECT_MSG_EQ(record.received, 3, "all updates are merged");
        uint64_t samples = 0;
        double iterations = 0;
        for (const auto& order : plan.orders)
        {
            samples += order.samples;
            iterations += order.localIterations;
            const auto* work = run.Find(record.round, order.device);
            NS_TEST_EXPECT_MSG_EQ(work->measured.samples, order.samples, "trained on all");
            NS_TEST_EXPECT_MSG_EQ(work->measured.iterations, order.localIterations, "so often");
            const double cycles = 1e6 * order.samples * order.localIterations;
            NS_TEST_EXPECT_MSG_EQ(FirstCompute(order)->cycles, cycles, "cycles");
            const double bits = run.states[i].downloadBits +
                                (m_parallelised ? order.samples * run.states[i].sampleBits : 0);
            NS_TEST_EXPECT_MSG_EQ(FirstTransfer(order, Direction::DOWNLINK)->payloadBits,
                                  bits,
                                  "what goes down");
            // Formula and plan are of the same times: c2 tau d + c1 d + c0.
            NS_TEST_EXPECT_MSG_LT_OR_EQ(work->predicted.DurationS(),
                                        0.2 * (1 + ROUND_OFF),
                                        "in time");
            NS_TEST_EXPECT_MSG_GT(work->measured.downloadS,
                                  work->predicted.downloadS,
                                  "all of it crossed the air");
        }
        NS_TEST_EXPECT_MSG_EQ(plan.objective, iterations / 3, "the mean");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(samples, 45, "not more than there are");
        if (m_parallelised)
        {
            NS_TEST_EXPECT_MSG_EQ(samples, 45, "all samples");
        }
        else
        {
            for (const auto& order : plan.orders)
            {
                NS_TEST_EXPECT_MSG_LT_OR_EQ(order.samples,
                                            run.parts[order.device].size(),
                                            "of its own");
            }
        }
        if (m_method == "exact")
        {
            NS_TEST_EXPECT_MSG_EQ(plan.bound, plan.objective, "proved");
        }
    }

    /// @return (3), on samples as they must have been sent
    static Eigen::VectorXf Aggregate(const TestFederation& run,
                                     size_t i,
                                     const Eigen::VectorXf& global)
    {
        SampleAllotment allotment;
        const auto& plan = run.plans[i];
        allotment.Draw(*run.task, plan);
        std::vector<std::shared_ptr<const Payload>> sent;
        for (const auto& order : plan.orders)
        {
            sent.push_back(allotment.Take(*run.task, order));
        }
        Eigen::VectorXd sum = Eigen::VectorXd::Zero(global.size());
        double total = 0;
        // In the order in which they came: sums of doubles are rounded.
        for (const auto device : run.mergedIn.at(run.rounds[i].round))
        {
            const auto& order = plan.orders[device];
            auto options = run.task->trainer;
            options.localIterations = order.localIterations;
            Eigen::VectorXf trained;
            if (sent[device])
            {
                const auto data = DecodeSamples(sent[device]->GetData(), sent[device]->GetSize());
                std::vector<uint32_t> all(data.Size());
                std::iota(all.begin(), all.end(), 0);
                trained = Train(*run.task->model, global, data, all, 0, options, 0).parameters;
            }
            else
            {
                const auto& client = run.federation.clients[device];
                trained = Train(*run.task->model,
                                global,
                                *run.task->train,
                                run.parts[device],
                                order.samples,
                                options,
                                SeedOf(run, order, client->GetDeviceId()))
                              .parameters;
            }
            sum += order.samples * trained.cast<double>();
            total += order.samples;
        }
        return (sum / total).cast<float>();
    }

    /// @return the seed by which a client chooses among its own samples
    static uint64_t SeedOf(const TestFederation& run, const WorkOrder& order, DeviceId device)
    {
        uint64_t seed = 0;
        for (const uint64_t part : {run.task->seed,
                                    uint64_t{device},
                                    uint64_t{order.task},
                                    uint64_t{order.round},
                                    uint64_t{order.baseVersion}})
        {
            seed = RandomStream(seed, part).Next();
        }
        return seed;
    }

    bool m_parallelised;  //!< whether samples are sent
    std::string m_method; //!< of the optimizer
};

/// The exponent of the frequency, as the paper has it, is the processor's and the prediction's.
class EnergyTestCase : public TestCase
{
  public:
    EnergyTestCase()
        : TestCase("energy proportional to the frequency, and a budget of it")
    {
    }

  private:
    void DoRun() override
    {
        Config::SetDefault("ns3::fl::Processor::FrequencyExponent", DoubleValue(1));
        // 45 samples, 10 uJ per sample and iteration at 1 GHz: a few iterations only.
        Config::SetDefault("ns3::fl::MelOptimizer::EnergyBudget", DoubleValue(1e-3));
        Config::SetDefault("ns3::fl::MelOptimizer::Staleness", UintegerValue(1));
        TestFederation run(MakeSetup(true, "exact"));
        // Plans are compared with predictions by the formula that they were made with.
        run.radio->SetAttribute("RateModel", StringValue("Shannon"));
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended");
        uint32_t most = 0;
        uint32_t least = UINT32_MAX;
        for (const auto& order : run.plans[0].orders)
        {
            const auto* work = run.Find(1, order.device);
            const double hz = 1e9 * (1 + 2 * order.device);
            const double energyJ = 1e-20 * FirstCompute(order)->cycles * hz;
            NS_TEST_EXPECT_MSG_EQ_TOL(work->predicted.computeEnergyJ,
                                      energyJ,
                                      ROUND_OFF * energyJ,
                                      "predicted");
            // The simulator's clock has nanoseconds: a job ends up to one late.
            NS_TEST_EXPECT_MSG_EQ_TOL(work->measured.computeEnergyJ,
                                      energyJ,
                                      1e-20 * hz * hz * 1e-9 + ROUND_OFF * energyJ,
                                      "measured");
            NS_TEST_EXPECT_MSG_LT_OR_EQ(work->predicted.EnergyJ(),
                                        1e-3 * (1 + ROUND_OFF),
                                        "within the budget");
            most = std::max(most, order.localIterations);
            least = std::min(least, order.localIterations);
        }
        NS_TEST_EXPECT_MSG_LT_OR_EQ(most - least, 1, "staleness");
        // With one iteration more for all, someone would spend too much: the budget binds.
        const auto optimizer =
            DynamicCast<MelOptimizer>(run.federation.coordinator->GetOptimizer());
        const auto problem = optimizer->MakeProblem(run.states[0], {0, 1, 2});
        auto rich = problem;
        for (auto& learner : rich.learners)
        {
            learner.energyJ = 1;
        }
        NS_TEST_EXPECT_MSG_GT(SolveMel("exact", rich).objective,
                              run.plans[0].objective,
                              "the budget binds");
        Config::Reset();
    }
};

/// What can't be planned.
class RefusalTestCase : public TestCase
{
  public:
    RefusalTestCase()
        : TestCase("refusals")
    {
    }

  private:
    void DoRun() override
    {
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] {
                                  CreateObject<MelOptimizer>()->SetAttribute("Method",
                                                                             StringValue("best"));
                              }),
                              "ns3::fl::MelOptimizer: Method = 'best': must be one of exact, sai, "
                              "ha-sync, hu-sync, hu-asyn",
                              "a method");
        DeviceProfile profile;
        profile.frequencyExponent = -1;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { profile.Validate(3); }),
                              "device 3: frequencyExponent = -1: must be finite and at least 0",
                              "an exponent");
        auto setup = MakeSetup(false, "exact");
        setup.distanceM = 0;
        NS_TEST_EXPECT_MSG_EQ(RunOf(setup),
                              "ns3::fl::MelOptimizer: there is no bandwidth to be shared: must "
                              "have a cell whose radio is controlled",
                              "no cell");
        setup = MakeSetup(true, "exact");
        setup.statedBytes = 1000;
        NS_TEST_EXPECT_MSG_EQ(
            RunOf(setup),
            "ns3::fl::MelOptimizer: Parallelised = true: must be false in a timing "
            "study, in split learning and with an asynchronous coordinator, which send no samples",
            "a timing study");
        setup = MakeSetup(false, "exact");
        Config::SetDefault("ns3::fl::MelOptimizer::CycleTime", TimeValue(MicroSeconds(1)));
        NS_TEST_EXPECT_MSG_NE(RunOf(setup).find("cycleTimeS must be at least"),
                              std::string::npos,
                              "names what would do");
        Config::SetDefault("ns3::fl::MelOptimizer::CycleTime", TimeValue(Seconds(1e8)));
        NS_TEST_EXPECT_MSG_NE(RunOf(setup).find("s: must be shorter, device"),
                              std::string::npos,
                              "more iterations than an order can ask for");
        Config::SetDefault("ns3::fl::MelOptimizer::CycleTime", TimeValue(MilliSeconds(200)));
        Config::SetDefault("ns3::fl::MelOptimizer::Samples", UintegerValue(46));
        Config::SetDefault("ns3::fl::MelOptimizer::Parallelised", BooleanValue(true));
        NS_TEST_EXPECT_MSG_EQ(
            RunOf(setup),
            "the plan of round 1 sends 46 samples: must not exceed the server's 45",
            "more than there are");
        Config::Reset();
    }

    /// @return what a run of it throws
    static std::string RunOf(const FederationSetup& setup)
    {
        TestFederation run(setup);
        try
        {
            run.Run();
        }
        catch (const std::exception& error)
        {
            return error.what();
        }
        return "done";
    }
};

/// The suite.
class FlMelRoundsTestSuite : public TestSuite
{
  public:
    FlMelRoundsTestSuite()
        : TestSuite("fl-mel-rounds", TestSuite::Type::UNIT)
    {
        AddTestCase(new CoefficientsTestCase);
        AddTestCase(new AllotmentTestCase);
        for (const bool parallelised : {false, true})
        {
            for (const auto& method : MelMethods())
            {
                AddTestCase(new RoundsTestCase(parallelised, method.name));
            }
        }
        AddTestCase(new EnergyTestCase);
        AddTestCase(new RefusalTestCase);
    }
};

FlMelRoundsTestSuite g_flMelRoundsTestSuite; ///< registers the suite

} // namespace
