/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"
#include "fl-test-split.h"

#include "ns3/boolean.h"
#include "ns3/fl-formula-rounds.h"
#include "ns3/fl-round-plan.h"
#include "ns3/fl-schedule-optimizer.h"
#include "ns3/fl-split-learner.h"
#include "ns3/test.h"

#include <cmath>
#include <set>

/**
 * @file
 * @ingroup fl
 * Split federated LoRA without packets: the bits of packets; shared heads, and what mu counts.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// A way to learn.
struct Variant
{
    const char* name;                        //!< in messages
    std::function<void(SplitModel&)> change; //!< of the plain one
};

/// @return heads are shared @param [in,out] model of a small transformer
void
ShareHead(SplitModel& model)
{
    model.shared =
        MakeSharedStructure(SmallTransformer(), CLASSES, model.encoder->GetModel().GetFrozen());
}

/// Descend by Adam. @param [in,out] model both rules
void
UseAdam(SplitModel& model)
{
    for (auto* step : {&model.headStep, &model.adapterStep})
    {
        step->rule = StepOptions::Rule::ADAM;
        step->learningRate = 0.02;
    }
}

/// Send half as many bits. @param [in,out] model all payloads
void
UseFloat16(SplitModel& model)
{
    model.activations = Encoding::FLOAT16;
    model.features = Encoding::FLOAT16;
    model.gradients = Encoding::FLOAT16;
}

/// Four devices in an FDMA cell. @param [in,out] setup a small federation
void
UseCell(SplitSetup& setup)
{
    setup.devices = 4;
    setup.rounds = 6;
    setup.samplesStep = 5;
    setup.distanceM = 100;
}

/// @return who schedules two devices at random
Ptr<Optimizer>
ScheduleTwo()
{
    auto optimizer = CreateOptimizer("schedule-random");
    optimizer->SetAttribute("Scheduled", UintegerValue(2));
    optimizer->AssignStreams(77);
    return optimizer;
}

/// @return who schedules by a tight limit, and by plans alone
Ptr<Optimizer>
ScheduleTightly()
{
    auto optimizer = CreateOptimizer("schedule");
    optimizer->SetAttribute("DelayLimitPerBit", DoubleValue(1e-7));
    optimizer->SetAttribute("MeasuredDelay", BooleanValue(false));
    return optimizer;
}

/// The same devices in the same rounds: the same bits as packets.
class SameAsPacketsTestCase : public TestCase
{
  public:
    SameAsPacketsTestCase()
        : TestCase("the same devices in the same rounds: the bits of packets")
    {
    }

  private:
    void DoRun() override
    {
        const Variant variants[] = {
            {"plain", [](SplitModel&) {}},
            {"Adam", UseAdam},
            {"float16", UseFloat16},
            {"shared head", ShareHead},
            {"caches", [](SplitModel& model) { model.keepCaches = true; }},
            {"all of it",
             [](SplitModel& model) {
                 UseAdam(model);
                 UseFloat16(model);
                 ShareHead(model);
                 model.keepCaches = true;
             }},
        };
        for (const auto& variant : variants)
        {
            Compare(variant);
        }
    }

    void Compare(const Variant& variant)
    {
        SplitSetup setup;
        variant.change(setup.model);
        UseCell(setup);
        TestFederation run(setup);
        run.federation.coordinator->SetOptimizer(ScheduleTwo());
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), setup.rounds, variant.name << ": all rounds");
        SplitLearner learner(std::make_shared<const SplitModel>(setup.model),
                             *run.task->train,
                             run.parts,
                             run.task->seed);
        ThreadPool pool(2);
        std::set<std::vector<DeviceId>> sets;
        for (const auto& record : run.rounds)
        {
            const auto devices = FormulaRounds::MergedDevices(record);
            NS_TEST_ASSERT_MSG_EQ(devices.size(), 2, variant.name << ": two take part");
            sets.insert(devices);
            const auto learned = learner.Learn(record.round, devices, &pool);
            double loss = 0;
            for (const auto& work : record.ended)
            {
                loss += work.measured.loss / 2;
            }
            NS_TEST_EXPECT_MSG_EQ_TOL(learned.loss, loss, 1e-12, variant.name << ": loss");
            double accuracy = 0;
            for (const auto& evaluation : learner.Evaluate(*run.task->test))
            {
                accuracy += evaluation.accuracy / setup.devices;
            }
            NS_TEST_EXPECT_MSG_EQ_TOL(accuracy,
                                      record.accuracy,
                                      1e-12,
                                      variant.name << ": accuracy of round " << record.round);
        }
        NS_TEST_EXPECT_MSG_GT(sets.size(), 2, variant.name << ": not always the same devices");
        NS_TEST_EXPECT_MSG_EQ(learner.GetVersion(), setup.rounds, variant.name << ": version");
        NS_TEST_EXPECT_MSG_EQ(
            AreSame(learner.GetParameters(), run.federation.coordinator->GetParameters()),
            true,
            variant.name << ": what the server holds");
        for (DeviceId device = 0; device < setup.devices; ++device)
        {
            NS_TEST_EXPECT_MSG_EQ(
                AreSame(learner.GetHead(device).GetParameters(), HeadOf(run, setup, device)),
                true,
                variant.name << ": head of device " << device);
        }
    }
};

/// The same gains: the same devices as packets, and times as they are predicted there.
class RoundsTestCase : public TestCase
{
  public:
    RoundsTestCase()
        : TestCase("rounds by formula: plans and times of packets at the same gains")
    {
    }

  private:
    void DoRun() override
    {
        SplitSetup setup;
        UseCell(setup);
        TestFederation run(setup);
        run.federation.coordinator->SetOptimizer(ScheduleTightly());
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), setup.rounds, "all rounds ended");
        FormulaRounds rounds(ScheduleTightly(),
                             run.states.front(),
                             std::make_shared<ShannonRateModel>());
        double endS = run.states.front().nowS;
        for (uint32_t round = 1; round <= setup.rounds; ++round)
        {
            const auto& state = run.states[round - 1];
            std::vector<double> gains;
            for (DeviceId device = 0; device < setup.devices; ++device)
            {
                gains.push_back(state.gains(device, 0, Direction::UPLINK));
            }
            const auto record = rounds.Next(gains);
            const auto& packets = run.GetRound(round);
            NS_TEST_EXPECT_MSG_EQ(
                (FormulaRounds::MergedDevices(record) == FormulaRounds::MergedDevices(packets)),
                true,
                "devices of round " << round);
            NS_TEST_EXPECT_MSG_EQ(record.objective, packets.objective, "objective of " << round);
            NS_TEST_EXPECT_MSG_EQ(record.selected + record.unselected.size(),
                                  setup.devices,
                                  "the others sit it out");
            NS_TEST_EXPECT_MSG_EQ(record.startS, endS, "round after round");
            endS = record.endS;
            CheckOrders(record);
        }
        NS_TEST_EXPECT_MSG_GT(run.GetRound(1).selected, 0, "somebody takes part");
    }

    void CheckOrders(const RoundRecord& record)
    {
        double longestS = 0;
        double energyJ = 0;
        for (const auto& work : record.ended)
        {
            NS_TEST_EXPECT_MSG_EQ(work.order.baseVersion + 1,
                                  work.measured.aggregation,
                                  "merged into the next version");
            NS_TEST_EXPECT_MSG_EQ(work.measured.phases.size(), 7, "all phases");
            longestS = std::max(longestS, work.measured.DurationS());
            energyJ += work.measured.EnergyJ();
        }
        const double expectedS = record.selected > 0 ? longestS : FormulaRounds::EMPTY_ROUND_S;
        NS_TEST_EXPECT_MSG_EQ_TOL(record.endS - record.startS,
                                  expectedS,
                                  1e-9,
                                  "the slowest ends the round");
        NS_TEST_EXPECT_MSG_EQ_TOL(record.energyJ, energyJ, 1e-12, "energy");
    }
};

/// What a shared head costs, and that mu may count z.
class PayloadTestCase : public TestCase
{
  public:
    PayloadTestCase()
        : TestCase("mu: a shared head, and features where the paper counts them")
    {
    }

  private:
    void DoRun() override
    {
        SplitSetup setup;
        const double personal = UploadBits(setup.model);
        const double features = 8 * (4 + 4.0 * 10 * 8);
        ShareHead(setup.model);
        // As a matrix of one column: a prefix, and 8 weights and a bias for each class.
        const double head = 8 * (4 + 4.0 * 9 * CLASSES);
        NS_TEST_EXPECT_MSG_EQ(UploadBits(setup.model), personal + head, "the head goes up");
        setup.model.countsFeatures = true;
        NS_TEST_EXPECT_MSG_EQ(UploadBits(setup.model), personal + head + features + head, "all");
        setup.rounds = 1;
        setup.distanceM = 100;
        TestFederation run(setup);
        run.federation.coordinator->SetOptimizer(CreateOptimizer("schedule-all"));
        std::vector<ScheduleRound> rounds;
        run.federation.coordinator->GetOptimizer()->TraceConnectWithoutContext(
            "Scheduled",
            MakeFlCallback<void, const ScheduleRound&>(
                [&rounds](const ScheduleRound& round) { rounds.push_back(round); }));
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(rounds.size(), 1, "one round");
        const auto& work = run.Find(1, 0)->measured;
        NS_TEST_EXPECT_MSG_EQ(work.payloadBits, personal + head, "what was really sent up");
        NS_TEST_EXPECT_MSG_EQ_TOL(rounds[0].limitS,
                                  SCHEDULE_DELAY_PER_BIT_S * (personal + 2 * head + features),
                                  1e-12,
                                  "the limit is for all of mu");
        NS_TEST_EXPECT_MSG_EQ_TOL(rounds[0].measuredS * (personal + head) /
                                      (personal + 2 * head + features),
                                  LongestUploadS(run.GetRound(1)),
                                  1e-9,
                                  "longer by what was not sent up");
        NS_TEST_EXPECT_MSG_EQ(HeadsAreAlike(run, setup), false, "each after its own step");
        const auto& global = run.federation.coordinator->GetParameters();
        Eigen::VectorXd mean = Eigen::VectorXd::Zero(9 * CLASSES);
        for (DeviceId device = 0; device < setup.devices; ++device)
        {
            mean += HeadOf(run, setup, device).cast<double>() / setup.devices;
        }
        NS_TEST_EXPECT_MSG_LT(
            (global.tail(mean.size()).cast<double>() - mean).cwiseAbs().maxCoeff(),
            1e-6,
            "the mean of what came up");
        auto broken = setup.model;
        broken.shared = {broken.encoder, &broken.encoder->GetModel()};
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { broken.Validate(); }),
            Describe("split model: ",
                     broken.encoder->AdapterCount(),
                     " shared parameters: must be ",
                     broken.encoder->AdapterCount() + broken.head->ParameterCount(),
                     ", adapters and head"),
            "refused");
    }

    /// @return mu @param model the learning task
    static double UploadBits(const SplitModel& model)
    {
        const SplitJobs jobs(model, 1);
        return jobs.Describe(*MakeSamples(40, 1)).UploadBits(model.batch);
    }

    /// @return longest measured upload [s] @param record a round
    static double LongestUploadS(const RoundRecord& record)
    {
        double longestS = 0;
        for (const auto& work : record.ended)
        {
            longestS = std::max(longestS, work.measured.uploadS);
        }
        return longestS;
    }

    /// @return whether all devices' heads are the same @param run the federation @param setup of it
    static bool HeadsAreAlike(const TestFederation& run, const SplitSetup& setup)
    {
        return AreSame(HeadOf(run, setup, 0), HeadOf(run, setup, 1)) &&
               AreSame(HeadOf(run, setup, 0), HeadOf(run, setup, 2));
    }
};

/// The suite.
class SplitFormulaTestSuite : public TestSuite
{
  public:
    SplitFormulaTestSuite()
        : TestSuite("fl-split-formula", TestSuite::Type::UNIT)
    {
        AddTestCase(new SameAsPacketsTestCase);
        AddTestCase(new RoundsTestCase);
        AddTestCase(new PayloadTestCase);
    }
};

SplitFormulaTestSuite g_splitFormulaTestSuite; //!< registers itself

} // namespace
