/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-federation-parts.h"
#include "fl-test-refusal.h"

#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fl-async-aggregator.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-dma-bound.h"
#include "ns3/fl-dma-optimizer.h"
#include "ns3/fl-mix-seed.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-trainer.h"
#include "ns3/fl-work-codec.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * DMA-FL's plans over packets: horizons that AsyncCoordinator carries out.
 */

using namespace ns3;
using namespace ns3::fl;

namespace
{

/// A cell whose devices are planned by DmaOptimizer.
class DmaCell
{
  public:
    /// @param optimizer as in `--optimizer`
    /// @param budgetJ energy budget of each device; 0: none [J]
    explicit DmaCell(const std::string& optimizer, double budgetJ = 0)
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        Options options;
        options.devices = 5;
        options.rounds = 15;
        options.coordinator = "async";
        options.optimizer = optimizer;
        options.payloadBits = 1e6;
        options.samplesPerDevice = 300;
        options.out = "none";
        m_data = LoadData(options);
        Config::SetDefault("ns3::fl::DmaOptimizer::EnergyBudget", DoubleValue(budgetJ));
        cell = std::make_unique<CellRun>(options, m_data);
        Config::Reset();
        cell->GetFederation().coordinator->TraceConnectWithoutContext(
            "RoundEnd",
            MakeFlCallback<void, const RoundRecord&>(
                [this](const RoundRecord& record) { records.push_back(record); }));
    }

    /// @return the optimizer
    Ptr<DmaOptimizer> GetOptimizer() const
    {
        return DynamicCast<DmaOptimizer>(cell->GetFederation().coordinator->GetOptimizer());
    }

    std::vector<RoundRecord> records; //!< one per aggregation
    std::unique_ptr<CellRun> cell;    //!< the cell

  private:
    LearningData m_data; //!< none: a timing study
};

/// The schedule of the plan is carried out, and takes the time that was predicted.
class HorizonTestCase : public TestCase
{
  public:
    /// @param optimizer as in `--optimizer`
    explicit HorizonTestCase(const std::string& optimizer)
        : TestCase("the schedule of " + optimizer + " over packets"),
          m_optimizer(optimizer)
    {
    }

  private:
    void DoRun() override
    {
        DmaCell run(m_optimizer);
        Simulator::Run();
        NS_TEST_ASSERT_MSG_EQ(run.records.size(), 15, "one record per aggregation");
        const auto optimizer = run.GetOptimizer();
        const auto& schedule = optimizer->GetSolution().schedule.front();
        for (size_t n = 1; n <= run.records.size(); ++n)
        {
            const auto& ended = run.records[n - 1].ended;
            NS_TEST_ASSERT_MSG_EQ(ended.size(), 1, "one update each");
            const auto& work = ended.front();
            NS_TEST_EXPECT_MSG_EQ(work.order.device, schedule[n - 1].device, "who, " << n);
            NS_TEST_EXPECT_MSG_EQ(work.measured.baseVersion, schedule[n - 1].base, "from, " << n);
            NS_TEST_EXPECT_MSG_EQ(*work.order.forAggregation, n, "planned for");
            NS_TEST_EXPECT_MSG_EQ(work.measured.aggregation, n, "merged into");
            NS_TEST_EXPECT_MSG_EQ(work.measured.staleness, n - 1 - schedule[n - 1].base, "stale");
            // FdmaRateModel has no fitted parameter: what differs is the clock's nanosecond, of
            // which there is one per segment and direction at most (90 each) in 1 ms and more.
            NS_TEST_EXPECT_MSG_EQ_TOL(work.measured.uploadS / work.predicted.uploadS,
                                      1,
                                      2e-4,
                                      "upload, " << n);
        }
    }

    std::string m_optimizer; //!< as in `--optimizer`
};

/// The plan keeps energy budgets; packets exceed them by headers at most.
class BudgetTestCase : public TestCase
{
  public:
    BudgetTestCase()
        : TestCase("energy budgets: held by the plan, overrun by packets")
    {
    }

  private:
    /**
     * @param run a cell after its run
     * @param of the measured or the predicted outcome of an order
     * @return energy by device [J]
     */
    static std::vector<double> Sum(const DmaCell& run, WorkOutcome WorkRecord::* of)
    {
        std::vector<double> sumJ(5, 0);
        for (const auto& record : run.records)
        {
            for (const auto& work : record.ended)
            {
                sumJ[work.order.device] += (work.*of).EnergyJ();
            }
        }
        return sumJ;
    }

    /// @param run a cell after its run
    /// @return planned energy by device [J]
    static std::vector<double> Planned(const DmaCell& run)
    {
        std::vector<double> plannedJ(5, 0);
        const auto optimizer = run.GetOptimizer();
        const auto& solution = optimizer->GetSolution();
        const auto outcomes =
            DmaOutcomes(optimizer->GetProblem(), solution.schedule, solution.allocation);
        for (size_t n = 0; n < outcomes.front().size(); ++n)
        {
            plannedJ[solution.schedule.front()[n].device] +=
                outcomes.front()[n].computeJ + outcomes.front()[n].uploadJ;
        }
        return plannedJ;
    }

    void DoRun() override
    {
        double budgetJ = 0;
        {
            DmaCell unlimited("dma");
            Simulator::Run();
            const auto plannedJ = Planned(unlimited);
            budgetJ = 0.8 * *std::max_element(plannedJ.begin(), plannedJ.end());
        }
        DmaCell run("dma", budgetJ);
        Simulator::Run();
        const auto plannedJ = Planned(run);
        const auto spentJ = Sum(run, &WorkRecord::measured);
        const auto predictedJ = Sum(run, &WorkRecord::predicted);
        for (size_t device = 0; device < plannedJ.size(); ++device)
        {
            NS_TEST_EXPECT_MSG_LT_OR_EQ(plannedJ[device], budgetJ * (1 + 1e-7), "the plan's");
            // What headers and acknowledgements cost beside the formula's bits is predicted, up to
            // the nanosecond of each packet's duration, of 0.1 ms and more.
            NS_TEST_EXPECT_MSG_GT_OR_EQ(spentJ[device], plannedJ[device], "overrun");
            NS_TEST_EXPECT_MSG_EQ_TOL(spentJ[device],
                                      predictedJ[device],
                                      predictedJ[device] * 1e-4 + 1e-15,
                                      "overrun as predicted");
        }
    }
};

/// One device at a time, with e, B and f in the middle of their ranges.
class MiddleTestCase : public TestCase
{
  public:
    MiddleTestCase()
        : TestCase("the method middle plans one device")
    {
    }

  private:
    void DoRun() override
    {
        const auto optimizer = CreateOptimizer("dma-middle");
        optimizer->SetAttribute("Tasks", UintegerValue(3));
        NS_TEST_EXPECT_MSG_EQ(optimizer->PlansHorizon(), false, "no horizon");
        SystemState state;
        state.profiles.resize(2);
        state.available = {false, true};
        state.gains = GainTable(2, 1);
        state.gains.At(1, 0, Direction::UPLINK) = 1e-9;
        state.gains.At(1, 0, Direction::DOWNLINK) = 1e-9;
        state.cells.push_back({1e6, 2e5, 0.1, 4e-21});
        auto& profile = state.profiles[1];
        profile.samples = 60;
        profile.cyclesPerSample = 100;
        profile.minCpuHz = 2e6;
        profile.maxCpuHz = 4e6;
        NS_TEST_EXPECT_MSG_EQ(fl::test::RefusalOf([&] { optimizer->MakePlan(state); }),
                              "ns3::fl::DmaOptimizer plans asynchronous aggregations: must be used "
                              "with --coordinator=async (ns3::fl::AsyncCoordinator)",
                              "rounds of others");
        state.offered = {1};
        state.round = 5;
        state.modelVersion = 4;
        const auto plan = optimizer->MakePlan(state);
        NS_TEST_ASSERT_MSG_EQ(plan.orders.size(), 1, "one device");
        const auto& order = plan.orders.front();
        NS_TEST_EXPECT_MSG_EQ(order.device, 1, "which");
        NS_TEST_EXPECT_MSG_EQ(order.round, 5, "the round that is asked for");
        NS_TEST_EXPECT_MSG_EQ(order.baseVersion, 4, "from the present model");
        // e in [1, 20] and B in [1, 60], rounded down; a third of 3 MHz.
        NS_TEST_EXPECT_MSG_EQ(order.localIterations, 10, "e");
        NS_TEST_EXPECT_MSG_EQ(order.batch, 30, "B");
        for (const auto& phase : order.phases)
        {
            if (const auto* compute = std::get_if<Compute>(&phase))
            {
                NS_TEST_EXPECT_MSG_EQ(compute->cycles, 100 * 10 * 30, "cycles");
                NS_TEST_EXPECT_MSG_EQ_TOL(compute->cpuHz, 1e6, 1e-9, "f");
            }
        }
        state.cells.clear();
        NS_TEST_EXPECT_MSG_EQ(fl::test::RefusalOf([&] { optimizer->MakePlan(state); }),
                              "ns3::fl::DmaOptimizer: there is no bandwidth to be shared: must "
                              "have a RadioControl",
                              "no radio");
    }
};

/// What is refused.
class RefusalTestCase : public TestCase
{
  public:
    RefusalTestCase()
        : TestCase("refused: rounds, orders that no horizon may have, methods")
    {
    }

  private:
    void DoRun() override
    {
        const auto optimizer = CreateObject<DmaOptimizer>();
        SystemState state;
        state.profiles.resize(2);
        state.available.assign(2, true);
        NS_TEST_EXPECT_MSG_EQ(fl::test::RefusalOf([&] { optimizer->MakePlan(state); }),
                              "ns3::fl::DmaOptimizer plans asynchronous aggregations: must be used "
                              "with --coordinator=async (ns3::fl::AsyncCoordinator)",
                              "rounds");
        state.aggregationsLeft = 1;
        state.profiles[0].samples = state.profiles[1].samples = 10;
        NS_TEST_EXPECT_MSG_EQ(fl::test::RefusalOf([&] { optimizer->MakeHorizon({&state}); }),
                              "ns3::fl::DmaOptimizer: there is no bandwidth to be shared: must "
                              "have a RadioControl",
                              "no radio");
        NS_TEST_EXPECT_MSG_EQ(
            fl::test::RefusalOf([&] {
                optimizer->SetAttribute("Method", StringValue("worst"));
            }).rfind("ns3::fl::DmaOptimizer: Method = 'worst': must be one of ", 0),
            0,
            "method");

        const auto scripted = CreateObject<fl::test::ScriptedHorizon>();
        state.modelVersion = 3;
        WorkOrder order;
        order.baseVersion = 3;
        order.forAggregation = 4;
        scripted->orders = {order};
        NS_TEST_EXPECT_MSG_EQ(IsRefused(scripted, state), false, "valid");
        const auto refuse = [&](const char* what, auto change) {
            scripted->orders = {order};
            change(scripted->orders.front());
            NS_TEST_EXPECT_MSG_EQ(IsRefused(scripted, state), true, what);
        };
        refuse("unknown device", [](auto& o) { o.device = 2; });
        refuse("unknown task", [](auto& o) { o.task = 1; });
        refuse("a version of the past", [](auto& o) { o.baseVersion = 2; });
        refuse("no aggregation", [](auto& o) { o.forAggregation.reset(); });
        refuse("an earlier aggregation", [](auto& o) { o.forAggregation = 3; });
        state.available[0] = false;
        scripted->orders = {order};
        NS_TEST_EXPECT_MSG_EQ(IsRefused(scripted, state), true, "a device that is away");
        state.active.push_back({0, 2, 10});
        NS_TEST_EXPECT_MSG_EQ(IsRefused(scripted, state), false, "one that is busy");
    }

    /// @param optimizer the optimizer
    /// @param state of task 0
    /// @return whether its horizon is a logic error
    static bool IsRefused(Ptr<Optimizer> optimizer, const SystemState& state)
    {
        try
        {
            optimizer->MakeHorizon({&state});
            return false;
        }
        catch (const std::logic_error&)
        {
            return true;
        }
    }
};

/// What an order with a minibatch size trains.
class StepsTestCase : public TestCase
{
  public:
    StepsTestCase()
        : TestCase("the planned SGD steps, minibatch size and learning rate, to the bit")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        Options options;
        options.devices = 3;
        options.rounds = 1;
        options.coordinator = "async";
        options.optimizer = "dma-nr";
        options.trainSamples = 300;
        options.testSamples = 10;
        options.out = "none";
        const LearningData data = LoadData(options);
        // As CellRun has it.
        constexpr uint64_t SEED = 1000003 + 1;
        const auto task = BuildTask(options, data, SEED);
        const auto parts = BuildParts(options, *task, SEED);
        CellRun cell(options, data);
        WorkRecord merged;
        const auto coordinator = cell.GetFederation().coordinator;
        coordinator->TraceConnectWithoutContext(
            "RoundEnd",
            MakeFlCallback<void, const RoundRecord&>([&merged](const RoundRecord& record) {
                for (const auto& work : record.ended)
                {
                    merged = work.measured.status == WorkStatus::MERGED ? work : merged;
                }
            }));
        Simulator::Run();
        const auto& order = merged.order;
        NS_TEST_ASSERT_MSG_GT(order.batch, 0, "there is an update");
        TrainerOptions trainer = task->trainer;
        trainer.iteration = TrainerOptions::Iteration::STEP;
        trainer.localIterations = order.localIterations;
        trainer.batchSize = order.batch;
        trainer.learningRate = order.learningRate;
        const Eigen::VectorXf start = task->model->InitialParameters(SEED);
        const auto trained =
            Train(*task->model,
                  start,
                  *task->train,
                  parts[order.device],
                  order.samples,
                  trainer,
                  MixSeed({SEED, order.device, order.task, order.round, order.baseVersion}));
        Eigen::VectorXf expected = start;
        FedAsync aggregator(0.6);
        aggregator.Begin(expected.size());
        aggregator.Add({trained.parameters, 1, 0, order.device});
        aggregator.Finish(expected);
        NS_TEST_EXPECT_MSG_EQ((coordinator->GetParameters() == expected), true, "to the bit");
        NS_TEST_EXPECT_MSG_EQ(merged.measured.iterations, order.localIterations, "steps");
    }
};

/// Batch and learning rate of an order.
class HyperparametersTestCase : public TestCase
{
  public:
    HyperparametersTestCase()
        : TestCase("an order's minibatch size and learning rate on the wire")
    {
    }

  private:
    void DoRun() override
    {
        WorkOrder order;
        std::vector<uint8_t> without;
        Append(without, order);
        order.batch = 17;
        order.learningRate = 0.03;
        std::vector<uint8_t> bytes;
        Append(bytes, order);
        NS_TEST_EXPECT_MSG_EQ(bytes.size(), without.size() + 12, "4 and 8 byte, where they are");
        WorkOrder parsed;
        parsed.batch = 1;
        ByteReader reader(bytes.data(), bytes.size());
        NS_TEST_ASSERT_MSG_EQ(Parse(reader, parsed), true, "valid");
        NS_TEST_EXPECT_MSG_EQ(parsed.batch, 17, "batch");
        NS_TEST_EXPECT_MSG_EQ(parsed.learningRate, 0.03, "learning rate");
        ByteReader plain(without.data(), without.size());
        NS_TEST_ASSERT_MSG_EQ(Parse(plain, parsed), true, "valid");
        NS_TEST_EXPECT_MSG_EQ(parsed.batch, 0, "the task's");
        for (const double wrong : {-1.0, std::numeric_limits<double>::quiet_NaN()})
        {
            order.learningRate = wrong;
            bytes.clear();
            Append(bytes, order);
            ByteReader refused(bytes.data(), bytes.size());
            NS_TEST_EXPECT_MSG_EQ(Parse(refused, parsed), false, "learning rate " << wrong);
        }
    }
};

/// The suite.
class DmaPacketsTestSuite : public TestSuite
{
  public:
    DmaPacketsTestSuite()
        : TestSuite("fl-dma-packets", TestSuite::Type::UNIT)
    {
        for (const char* optimizer : {"dma", "dma-ns", "dma-nr", "dma-fedasync"})
        {
            AddTestCase(new HorizonTestCase(optimizer));
        }
        AddTestCase(new BudgetTestCase);
        AddTestCase(new MiddleTestCase);
        AddTestCase(new RefusalTestCase);
        AddTestCase(new StepsTestCase);
        AddTestCase(new HyperparametersTestCase);
    }
};

const DmaPacketsTestSuite g_suite; //!< registers itself

} // namespace
