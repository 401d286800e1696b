/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "../examples/study/fl-multitask-claims.h"
#include "../examples/study/fl-multitask-report.h"
#include "../examples/study/fl-multitask-study-options.h"
#include "fl-test-refusal.h"

#include "ns3/fl-dma-methods.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/fl-trainer.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <set>

/**
 * @file
 * @ingroup fl
 * The study of dynamic multi-task asynchronous learning (DMA-FL).
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// @param devices of which device i takes (i + 1) s to compute, and 1 s for each transfer
/// @return a run with one task
MultitaskCase
HandMadeCase(uint32_t devices)
{
    MultitaskCase run;
    DmaTask task;
    task.aggregations = 3;
    task.modelBits = 100;
    task.minIterations = 2;
    task.maxIterations = 2;
    task.learningRate = {0.1};
    task.qoeS = 1e6;
    task.mixingLow = task.mixingHigh = 0.5;
    task.stalenessLimit = 5;
    run.problem.tasks = {task};
    for (uint32_t i = 0; i < devices; ++i)
    {
        DmaDevice device;
        device.uplinkBps = device.downlinkBps = 100;
        device.txPowerW = 2;
        device.downlinkPowerW = 3;
        device.effectiveCapacitance = 1;
        device.minCpuHz = device.maxCpuHz = 1;
        DmaDeviceTask of;
        of.samples = 1;
        of.cpuShare = 1;
        of.cyclesPerSample = (i + 1) / 2.0; // times e = 2 and B = 1
        device.tasks = {of};
        run.problem.devices.push_back(device);
    }
    return run;
}

/// @param features per sample @param samples of them @return two classes, apart
std::shared_ptr<const Dataset>
MakeData(uint32_t features, uint32_t samples)
{
    RandomStream random(7);
    Eigen::MatrixXf x(features, samples);
    std::vector<uint8_t> labels;
    for (uint32_t i = 0; i < samples; ++i)
    {
        labels.push_back(static_cast<uint8_t>(i % 2));
        for (uint32_t k = 0; k < features; ++k)
        {
            x(k, i) = static_cast<float>(random.Normal() + (i % 2 ? 1 : -1));
        }
    }
    return std::make_shared<const Dataset>(std::move(x),
                                           std::move(labels),
                                           2,
                                           ImageShape{1, 1, features});
}

/// @return a task of softmax regression
MultitaskTask
MakeTask()
{
    auto task = std::make_shared<LearningTask>();
    task->train = MakeData(4, 60);
    task->test = MakeData(4, 20);
    task->model = MakeModel("softmax", 4, 2);
    task->trainer.iteration = TrainerOptions::Iteration::STEP;
    return {"toy", "toy", "softmax", task};
}

/// Rounds of synchronous schemes against a trace by hand.
class RoundsTestCase : public TestCase
{
  public:
    RoundsTestCase()
        : TestCase("synchronous rounds, by hand")
    {
    }

  private:
    void DoRun() override
    {
        // Periods of 3, 4 and 5 s.
        const auto run = HandMadeCase(3);
        MultitaskSetting setting;
        setting.devices = 3;
        setting.aggregations = 3;
        const MultitaskScheme full{"full", nullptr, 0};
        const auto all = MakeMultitaskTimeline(full, setting, run, LateUpdates::STALE).tasks[0];
        NS_TEST_ASSERT_MSG_EQ(all.size(), 9, "all, three times");
        Check(all[0], 0, 0, 1, 3);
        Check(all[2], 2, 0, 1, 5);
        Check(all[3], 0, 1, 2, 8);
        Check(all[8], 2, 2, 3, 15);
        const MultitaskScheme partial{"partial", nullptr, 2};
        // Round 1 closes at 4 s with devices 0 and 1; 2 comes at 5 s, and 0 at 7 s closes round 2;
        // then 1, of round 2, and both that begin at 7 s: 1 at 8 s, 0 at 10 s.
        const auto stale =
            MakeMultitaskTimeline(partial, setting, run, LateUpdates::STALE).tasks[0];
        NS_TEST_ASSERT_MSG_EQ(stale.size(), 6, "two, three times");
        Check(stale[1], 1, 0, 1, 4);
        Check(stale[2], 2, 0, 2, 5);
        Check(stale[3], 0, 1, 2, 7);
        Check(stale[4], 1, 1, 3, 8);
        Check(stale[5], 0, 2, 3, 10);
        const auto dropped =
            MakeMultitaskTimeline(partial, setting, run, LateUpdates::DROP).tasks[0];
        NS_TEST_ASSERT_MSG_EQ(dropped.size(), 9, "two count and one is stopped, three times");
        Check(dropped[2], 2, 0, 0, 4);
        // Device 2 is stopped as its upload begins: E^C = 1 * 3 * 1^2, all of its download.
        NS_TEST_EXPECT_MSG_EQ_TOL(dropped[2].computeJ, 3, 1e-12, "computed");
        NS_TEST_EXPECT_MSG_EQ_TOL(dropped[2].uploadJ, 0, 1e-12, "nothing sent");
        NS_TEST_EXPECT_MSG_EQ_TOL(dropped[2].downloadJ, 3, 1e-12, "received");
        Check(dropped[5], 2, 1, 0, 8);
        NS_TEST_EXPECT_MSG_EQ_TOL(all[2].DeviceJ(), 5, 1e-12, "3 J to compute, 2 J to send");
    }

    /// Expect a period.
    void Check(const MultitaskPeriod& period,
               uint32_t device,
               uint32_t base,
               uint32_t aggregation,
               double endS)
    {
        NS_TEST_EXPECT_MSG_EQ(period.device, device, "device");
        NS_TEST_EXPECT_MSG_EQ(period.base, base, "base version");
        NS_TEST_EXPECT_MSG_EQ(period.aggregation, aggregation, "aggregation");
        NS_TEST_EXPECT_MSG_EQ_TOL(period.endS, endS, 1e-12, "end");
    }
};

/// Models along a timeline, against the same steps by hand.
class CourseTestCase : public TestCase
{
  public:
    CourseTestCase()
        : TestCase("learning along a timeline, to the bit")
    {
    }

  private:
    void DoRun() override
    {
        m_setting.devices = 2;
        m_setting.aggregations = 2;
        m_setting.growEvery = 1;
        m_parts.parts = {Range(0, 20), Range(20, 40)};
        CheckGrowth();
        MultitaskTimeline timeline;
        timeline.feasible = true;
        // Device 1 trains from version 0 as device 0 does, and is merged second: staleness 1.
        timeline.tasks = {{Period(0, 0, 1), Period(1, 0, 2)}};
        MultitaskFollow follow;
        follow.evaluateEvery = 1;
        follow.learningRate = 0.1;
        const auto course = LearnMultitask(m_setting, m_task, m_parts, timeline, 0, follow, 5);
        NS_TEST_ASSERT_MSG_EQ(course.size(), 3, "initial model and two aggregations");
        const auto initial = m_task.task->model->InitialParameters(RandomStream(5, 4).Next());
        const auto first = Mix(initial, Trained(initial, 0, 0), 0.6);
        const auto second = Mix(first, Trained(initial, 1, 1), 0.6 / std::sqrt(2.0));
        Expect(course[0], initial, "initial");
        Expect(course[1], first, "alpha");
        Expect(course[2], second, "alpha of staleness 1");
        NS_TEST_EXPECT_MSG_EQ(course[2].deviceJ, 6, "two periods of 3 J");
        NS_TEST_EXPECT_MSG_EQ(course[2].stationJ, 4, "two downloads of 2 J");

        timeline.synchronous = true;
        timeline.tasks = {{Period(0, 0, 1), Period(1, 0, 1)}};
        const auto round = LearnMultitask(m_setting, m_task, m_parts, timeline, 0, follow, 5);
        NS_TEST_ASSERT_MSG_EQ(round.size(), 2, "initial model and one round");
        Expect(round[1],
               Mix(Trained(initial, 0, 0), Trained(initial, 1, 1), 0.5),
               "the mean of both");
        CheckEffort(timeline, follow);
    }

    /// Samples that arrive.
    void CheckGrowth()
    {
        MultitaskSetting setting;
        setting.aggregations = 21;
        setting.growEvery = 10;
        NS_TEST_EXPECT_MSG_EQ(m_parts.CountAt(setting, 0, 0), 10, "half at first");
        NS_TEST_EXPECT_MSG_EQ(m_parts.CountAt(setting, 0, 9), 10, "until");
        NS_TEST_EXPECT_MSG_EQ(m_parts.CountAt(setting, 0, 10), 15, "half of the rest");
        NS_TEST_EXPECT_MSG_EQ(m_parts.CountAt(setting, 0, 20), 20, "all");
        NS_TEST_EXPECT_MSG_EQ(m_parts.CountAt(setting, 0, 99), 20, "no more");
        NS_TEST_EXPECT_MSG_EQ((m_parts.SamplesAt(setting, 1, 0) == Range(20, 30)),
                              true,
                              "those that come first");
    }

    /// What a lesson costs.
    void CheckEffort(const MultitaskTimeline& timeline, MultitaskFollow follow)
    {
        const double evaluations = 2 * 20 / 3.0;
        NS_TEST_EXPECT_MSG_EQ_TOL(MultitaskEffort(timeline.tasks[0], follow, 20),
                                  2 * 3 * 4 + evaluations,
                                  1e-9,
                                  "two periods, two evaluations");
        follow.periods = 1;
        NS_TEST_EXPECT_MSG_EQ_TOL(MultitaskEffort(timeline.tasks[0], follow, 20),
                                  2 * 3 * 4 + evaluations,
                                  1e-9,
                                  "an aggregation is made of all of its periods");
    }

    /// @param first sample @param last behind the last one @return them
    static std::vector<uint32_t> Range(uint32_t first, uint32_t last)
    {
        std::vector<uint32_t> range;
        for (uint32_t i = first; i < last; ++i)
        {
            range.push_back(i);
        }
        return range;
    }

    /// @return a period of three steps on four samples
    static MultitaskPeriod Period(uint32_t device, uint32_t base, uint32_t aggregation)
    {
        MultitaskPeriod period;
        period.device = device;
        period.base = base;
        period.aggregation = aggregation;
        period.iterations = 3;
        period.batch = 4;
        period.computeJ = 1;
        period.uploadJ = 2;
        period.downloadJ = 2;
        return period;
    }

    /// @return the model that a period trains
    Eigen::VectorXf Trained(const Eigen::VectorXf& from, uint32_t device, uint64_t number) const
    {
        TrainerOptions options = m_task.task->trainer;
        options.localIterations = 3;
        options.batchSize = 4;
        options.learningRate = 0.1;
        options.proximalMu = 1;
        return Train(*m_task.task->model,
                     from,
                     *m_task.task->train,
                     m_parts.SamplesAt(m_setting, device, 0),
                     0,
                     options,
                     RandomStream(5, 1000 + number).Next())
            .parameters;
    }

    /// @return (1 - alpha) one + alpha other
    static Eigen::VectorXf Mix(const Eigen::VectorXf& one,
                               const Eigen::VectorXf& other,
                               double alpha)
    {
        return ((1 - alpha) * one.cast<double>() + alpha * other.cast<double>()).cast<float>();
    }

    /// Expect a model's loss. Rounding of the mix in another order moves it by few float epsilons.
    void Expect(const MultitaskPoint& point, const Eigen::VectorXf& model, const char* what)
    {
        const auto result = Evaluate(*m_task.task->model, model, *m_task.task->test);
        NS_TEST_EXPECT_MSG_EQ_TOL(point.loss, result.loss, 1e-5 * result.loss, what);
    }

    MultitaskTask m_task{MakeTask()}; //!< model and data
    MultitaskSetting m_setting;       //!< two devices, two aggregations
    MultitaskParts m_parts;           //!< twenty samples each
};

/// Problem P of a run, and curves.
class CaseTestCase : public TestCase
{
  public:
    CaseTestCase()
        : TestCase("drawn runs, schemes, and the number of threads")
    {
    }

  private:
    void DoRun() override
    {
        MultitaskSetting setting;
        setting.devices = 4;
        setting.aggregations = 12;
        setting.growEvery = 4;
        setting.partition = "iid@12";
        const std::vector<MultitaskTask> tasks{MakeTask(), MakeTask()};
        std::vector<MultitaskParts> parts;
        for (const auto& task : tasks)
        {
            parts.push_back(MakeMultitaskParts(setting, task, 3));
        }
        const auto run = MakeMultitaskCase(setting, tasks, parts, {0.1, 0.1}, 3);
        const auto fedAsync = SolveDma("fedasync", run.problem);
        const auto& spentJ = fedAsync.value.deviceEnergyJ;
        for (size_t j = 0; j < 2; ++j)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(run.problem.tasks[j].qoeS,
                                      1.2 * fedAsync.allocation[j].back().arrivalS,
                                      1e-9 * run.problem.tasks[j].qoeS,
                                      "T_j");
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(run.problem.devices[0].energyBudgetJ.value(),
                                  *std::max_element(spentJ.begin(), spentJ.end()),
                                  1e-9,
                                  "E^B");
        for (const auto& scheme : MultitaskSchemes())
        {
            const auto timeline = MakeMultitaskTimeline(scheme, setting, run, LateUpdates::STALE);
            NS_TEST_ASSERT_MSG_EQ(timeline.feasible, true, scheme.name);
            CheckTimeline(timeline, setting, scheme.name);
        }
        CheckThreads(setting, tasks);
    }

    /// Each aggregation is made, from models that exist, in the order of time.
    void CheckTimeline(const MultitaskTimeline& timeline,
                       const MultitaskSetting& setting,
                       const char* scheme)
    {
        for (const auto& periods : timeline.tasks)
        {
            std::set<uint32_t> aggregations;
            double endS = 0;
            for (const auto& period : periods)
            {
                NS_TEST_EXPECT_MSG_GT_OR_EQ(period.endS, endS, scheme << ": in order");
                NS_TEST_EXPECT_MSG_LT(period.base, period.aggregation, scheme << ": exists");
                endS = period.endS;
                aggregations.insert(period.aggregation);
            }
            NS_TEST_EXPECT_MSG_EQ(aggregations.size(), setting.aggregations, scheme);
        }
    }

    /// The same curves with any number of threads.
    void CheckThreads(const MultitaskSetting& setting, const std::vector<MultitaskTask>& tasks)
    {
        MultitaskCurveOptions options;
        options.setting = setting;
        options.runs = 2;
        options.samples = 12;
        const std::vector<MultitaskGroup> groups{
            {"toy", "none", "iid", {{"DMA-FL", MultitaskSchemes()[0], {}, 0}}}};
        std::string tables[2];
        for (const uint32_t threads : {0, 2})
        {
            ThreadPool pool(threads);
            tables[threads / 2] =
                MultitaskCurvesCsv(LearnMultitaskCurves(groups, tasks, options, pool), {"a", "b"});
        }
        NS_TEST_EXPECT_MSG_EQ(tables[0], tables[1], "one thread or two");
        NS_TEST_EXPECT_MSG_EQ(std::count(tables[0].begin(), tables[0].end(), '\n'),
                              1 + 2 * 4,
                              "aggregations 0, 5, 10 and 12 of each task");
    }
};

/// @param accuracies by task and run @return a curve of one evaluation, of 1 J each
MultitaskResult
MakeResult(const std::string& group,
           const std::string& name,
           const std::vector<std::vector<double>>& accuracies,
           double energyJ)
{
    MultitaskResult result;
    result.group = group;
    result.curve.name = name;
    result.runs.resize(accuracies.front().size());
    for (size_t r = 0; r < result.runs.size(); ++r)
    {
        auto& run = result.runs[r];
        run.feasible = true;
        for (const auto& task : accuracies)
        {
            MultitaskPoint point;
            point.accuracy = task[r];
            point.deviceJ = energyJ;
            run.courses.push_back({point});
        }
    }
    return result;
}

/// Verdicts on claims, and what figures ask for.
class ClaimsTestCase : public TestCase
{
  public:
    ClaimsTestCase()
        : TestCase("figures and verdicts")
    {
    }

  private:
    void DoRun() override
    {
        const auto figures = ParseMultitaskFigures("remarks,8,5");
        NS_TEST_EXPECT_MSG_EQ(figures.remarks, true, "remarks");
        NS_TEST_EXPECT_MSG_EQ((figures.numbers == std::vector<uint32_t>{5, 8}), true, "in order");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { ParseMultitaskFigures("4"); }),
                              "figure '4': must be one of 5 to 14 and remarks",
                              "a drawing");
        NS_TEST_EXPECT_MSG_EQ(MultitaskGroups({8}, 7).size(), 0, "figure 8 learns nothing");
        NS_TEST_EXPECT_MSG_EQ(MultitaskGroups({6}, 7).front().curves.size(), 8, "six, two again");
        NS_TEST_EXPECT_MSG_EQ(MultitaskGroups({6}, 0).front().curves.size(), 6, "six");
        NS_TEST_EXPECT_MSG_EQ(MultitaskGroups({7, 12, 14}, 7).size(), 3, "7, 12, 14");
        NS_TEST_EXPECT_MSG_EQ(MultitaskSweeps({8, 9}, true, {"a", "b", "c"}, false).size(),
                              3 + 3 + 5,
                              "three panels each, five remarks");
        const std::vector<std::string> names{"SVHN", "MNIST", "Fashion-MNIST"};
        const std::vector<std::vector<double>> low{{0.2, 0.21}, {0.2, 0.21}, {0.2, 0.21}};
        const std::vector<std::vector<double>> high{{0.8, 0.81}, {0.2, 0.21}, {0.2, 0.21}};
        const std::vector<MultitaskResult> curves{MakeResult("varied", "DMA-FL", high, 1),
                                                  MakeResult("varied", "asynchronous", low, 2),
                                                  MakeResult("varied", "synchronous", low, 3e3)};
        const auto claims = JudgeMultitaskClaims(curves, {}, names);
        NS_TEST_ASSERT_MSG_EQ(claims.size(), 8, "of figures 11 and 12");
        NS_TEST_EXPECT_MSG_EQ(claims[0].verdict, VERDICT_NOT, "the same on two tasks");
        NS_TEST_EXPECT_MSG_EQ(claims[1].verdict, VERDICT_BEYOND, "SVHN");
        NS_TEST_EXPECT_MSG_EQ(claims[2].verdict, VERDICT_NOT, "not above");
        NS_TEST_EXPECT_MSG_EQ(claims[4].verdict, VERDICT_NOT_TESTED, "65 % is not reached");
        NS_TEST_EXPECT_MSG_EQ(claims[7].verdict, VERDICT_BEYOND, "1 J against 2 and 3000");
        const auto energy = MultitaskEnergyCsv({curves[2]}, names);
        NS_TEST_EXPECT_MSG_NE(energy.find("varied,synchronous,SVHN,0.2,2,2,3000,0"),
                              std::string::npos,
                              "20 % are reached by both runs");
        NS_TEST_EXPECT_MSG_NE(energy.find("varied,synchronous,SVHN,0.25,2,0,,"),
                              std::string::npos,
                              "25 % by none");
    }
};

/// The suite.
class MultitaskStudyTestSuite : public TestSuite
{
  public:
    MultitaskStudyTestSuite()
        : TestSuite("fl-multitask-study", TestSuite::Type::UNIT)
    {
        AddTestCase(new RoundsTestCase);
        AddTestCase(new CourseTestCase);
        AddTestCase(new CaseTestCase);
        AddTestCase(new ClaimsTestCase);
    }
};

MultitaskStudyTestSuite g_multitaskStudyTestSuite; ///< registers the suite

} // namespace
