/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-dma.h"
#include "fl-test-refusal.h"

#include "ns3/fl-dma-baselines.h"
#include "ns3/fl-dma-bound.h"
#include "ns3/fl-dma-methods.h"
#include "ns3/fl-dma-problem.h"
#include "ns3/test.h"

#include <cmath>
#include <functional>
#include <limits>

/**
 * @file
 * @ingroup fl
 * The bound (19) of DMA-FL computed two ways, how its terms move, the constraints by name, and what
 * is refused.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// Sums of some hundred positive terms in two orders.
constexpr double ROUNDING = 1e-12;

/// An answer that keeps all constraints but time: middle resources, one period after the other.
struct Sample
{
    DmaProblem problem;       //!< valid
    DmaSchedule schedule;     //!< FedAsync's
    DmaAllocation allocation; //!< FedAsync's
};

/// @return FedAsync's answer to a random instance
Sample
DrawSample(uint64_t seed, DmaDraw draw = {})
{
    RandomStream stream(seed);
    Sample sample;
    sample.problem = DrawDmaProblem(draw, stream);
    auto baseline = FedAsyncDmaBaseline(sample.problem);
    sample.schedule = std::move(baseline.schedule);
    sample.allocation = std::move(baseline.allocation);
    return sample;
}

/// @return its value
DmaValue
ValueOf(const Sample& sample)
{
    return EvaluateDma(sample.problem, sample.schedule, sample.allocation);
}

/// (19) by periods and as it is printed.
class TwoWaysTestCase : public TestCase
{
  public:
    TwoWaysTestCase()
        : TestCase("the bound computed two ways")
    {
    }

  private:
    void DoRun() override
    {
        for (uint64_t seed = 1; seed <= 40; ++seed)
        {
            DmaDraw draw;
            draw.versions = 1 + seed % 13;
            draw.staleness = seed % 6;
            // K alpha below, at and above 1.
            draw.mixing = seed % 3 == 0 ? 0.15 : seed % 3 == 1 ? 0.5 : 0.9;
            const auto sample = DrawSample(seed, draw);
            const auto value = ValueOf(sample);
            const auto printed =
                EvaluateDmaAsPrinted(sample.problem, sample.schedule, sample.allocation);
            NS_TEST_EXPECT_MSG_EQ_TOL(value.objective / printed.objective,
                                      1,
                                      ROUNDING,
                                      "objective");
            for (size_t j = 0; j < value.terms.size(); ++j)
            {
                for (const auto term : {&DmaTerms::a,
                                        &DmaTerms::b,
                                        &DmaTerms::c,
                                        &DmaTerms::d,
                                        &DmaTerms::e,
                                        &DmaTerms::f})
                {
                    const double left = value.terms[j].*term;
                    const double right = printed.terms[j].*term;
                    NS_TEST_EXPECT_MSG_EQ_TOL(left, right, ROUNDING * std::abs(right), "term");
                }
            }
            NS_TEST_EXPECT_MSG_EQ(value.vacuous, printed.vacuous, "K alpha >= 1");
        }
        CheckByHand();
    }

    /// One device, one task, two aggregations: every term by hand.
    void CheckByHand()
    {
        DmaDraw draw;
        draw.devices = draw.tasks = 1;
        draw.versions = 2;
        draw.isVaried = false;
        auto sample = DrawSample(3, draw);
        auto& task = sample.problem.tasks[0];
        auto& pair = sample.problem.devices[0].tasks[0];
        task.learningRate = {0.1};
        task.mixingLow = 0.2;
        task.mixingHigh = 0.5;
        task.lossDrop = 0.3;
        task.smoothness = 2;
        task.dataVariability = 0.5;
        pair.samples = 11;
        pair.dissimilarity = 0.7;
        pair.sampleVariance = 40;
        pair.idleDrift = 0.01;
        pair.activeDrift = 0.02;
        sample.schedule = {{{0, 0}, {0, 1}}};
        const double airS = sample.problem.UploadS(0, 0) + sample.problem.DownloadS(0, 0);
        sample.allocation = {{{airS + 5 + 2, 2, 5, 3}, {2 * airS + 12, 4, 2, 1}}};
        const auto terms = ValueOf(sample).terms[0];
        NS_TEST_EXPECT_MSG_EQ_TOL(terms.a, 2 / (2 * 0.2 * 0.1) * 0.3, ROUNDING * 100, "(a)");
        NS_TEST_EXPECT_MSG_EQ_TOL(terms.b, (3 + 1) * 0.7 / 2, ROUNDING, "(b)");
        const double noise = 4 * 2 * 0.1 / 2 * 10 * 0.25 * 40 / 11;
        NS_TEST_EXPECT_MSG_EQ_TOL(terms.c,
                                  noise * (3 * (1 - 5.0 / 11) / 5 + (1 - 2.0 / 11) / 2),
                                  ROUNDING * 100,
                                  "(c)");
        const double steps = 2 * 0.1 / 2 * 5;
        NS_TEST_EXPECT_MSG_EQ_TOL(terms.d, steps * (3 * (0.05 * 2 + 3) + 1), ROUNDING * 10, "(d)");
        NS_TEST_EXPECT_MSG_EQ(terms.e, 0, "no staleness");
        const double computing = 0.02 * (2 + 4);
        const double idle = 0.01 * (2 * airS + 12 - 6);
        NS_TEST_EXPECT_MSG_EQ_TOL(terms.f, 2 / (2 * 0.1) * (computing + idle), 1e-11, "(f)");
    }
};

/// How terms move when their causes do: Section IV-C's remarks, and where they are wrong.
class RemarksTestCase : public TestCase
{
  public:
    RemarksTestCase()
        : TestCase("the remarks on the bound")
    {
    }

  private:
    /// @return the terms of task 0 after a change, and before
    static std::pair<DmaTerms, DmaTerms> Terms(const std::function<void(Sample&)>& change)
    {
        DmaDraw draw;
        draw.isVaried = false;
        auto sample = DrawSample(5, draw);
        const auto before = ValueOf(sample).terms[0];
        change(sample);
        return {ValueOf(sample).terms[0], before};
    }

    /// One term rises or falls, others are as they were.
    void Expect(const char* what,
                double DmaTerms::* moved,
                double sign,
                const std::function<void(Sample&)>& change)
    {
        const auto [after, before] = Terms(change);
        NS_TEST_EXPECT_MSG_GT(sign * (after.*moved - before.*moved), 0, what);
        for (const auto term :
             {&DmaTerms::a, &DmaTerms::b, &DmaTerms::c, &DmaTerms::d, &DmaTerms::e, &DmaTerms::f})
        {
            if (term != moved)
            {
                NS_TEST_EXPECT_MSG_EQ(after.*term, before.*term, what << ", another term");
            }
        }
    }

    void DoRun() override
    {
        const auto all = [](Sample& s, const std::function<void(DmaDeviceTask&)>& change) {
            for (auto& device : s.problem.devices)
            {
                change(device.tasks[0]);
            }
        };
        Expect("(a) rises with the loss", &DmaTerms::a, 1, [](Sample& s) {
            s.problem.tasks[0].lossDrop *= 2;
        });
        Expect("(b) rises with dissimilarity", &DmaTerms::b, 1, [&](Sample& s) {
            all(s, [](DmaDeviceTask& pair) { pair.dissimilarity *= 2; });
        });
        Expect("(c) rises with data variability", &DmaTerms::c, 1, [](Sample& s) {
            s.problem.tasks[0].dataVariability *= 2;
        });
        Expect("(c) rises with the variance of samples", &DmaTerms::c, 1, [&](Sample& s) {
            all(s, [](DmaDeviceTask& pair) { pair.sampleVariance *= 2; });
        });
        Expect("(f) rises with idle drift", &DmaTerms::f, 1, [&](Sample& s) {
            all(s, [](DmaDeviceTask& pair) { pair.idleDrift *= 2; });
        });
        Expect("(f) rises with active drift", &DmaTerms::f, 1, [&](Sample& s) {
            all(s, [](DmaDeviceTask& pair) { pair.activeDrift *= 2; });
        });
        Expect("(c) falls with the minibatch", &DmaTerms::c, -1, [](Sample& s) {
            s.allocation[0][0].batch += 1;
        });
        Expect("(e) falls with the largest alpha", &DmaTerms::e, -1, [](Sample& s) {
            s.problem.tasks[0].mixingHigh /= 1.5;
        });
        CheckSteps();
        CheckWrongRemarks();
    }

    /// "As devices conduct more SGD updates": (b), (c), (d), and (e) by the largest.
    void CheckSteps()
    {
        const auto [after, before] = Terms([](Sample& s) {
            for (auto& plan : s.allocation[0])
            {
                plan.iterations += 1;
            }
        });
        NS_TEST_EXPECT_MSG_GT(after.b, before.b, "(b) rises with e");
        NS_TEST_EXPECT_MSG_GT(after.c, before.c, "(c) rises with e");
        NS_TEST_EXPECT_MSG_GT(after.d, before.d, "(d) rises with e");
        NS_TEST_EXPECT_MSG_GT(after.e, before.e, "(e) rises with e");
        NS_TEST_EXPECT_MSG_EQ(after.a, before.a, "(a) does not");
        NS_TEST_EXPECT_MSG_EQ(after.f, before.f, "(f) does not, the times being the same");
    }

    /**
     * "A smaller weighting coefficient could alleviate the impact of staleness": on (e), yes; but
     * (a) rises by 1/alpha, which the remark leaves out, and with little staleness the bound rises.
     */
    void CheckWrongRemarks()
    {
        DmaDraw draw;
        draw.staleness = 0;
        auto sample = DrawSample(6, draw);
        const auto before = ValueOf(sample).terms[0];
        sample.problem.tasks[0].mixingLow /= 2;
        sample.problem.tasks[0].mixingHigh /= 2;
        const auto after = ValueOf(sample).terms[0];
        NS_TEST_EXPECT_MSG_EQ(before.e, 0, "K = 0: no staleness");
        NS_TEST_EXPECT_MSG_GT(after.Sum(), before.Sum(), "smaller alpha makes the bound worse");
        // "Reducing the idle time leads to improvements": not where computing takes its place and
        // drifts more.
        const auto [busy, idle] = Terms([](Sample& s) {
            for (auto& device : s.problem.devices)
            {
                device.tasks[0].activeDrift = 2;
            }
        });
        NS_TEST_EXPECT_MSG_GT(busy.f, idle.f, "active drift counts");
    }
};

/// Each constraint, broken alone, is named with its size.
class ConstraintsTestCase : public TestCase
{
  public:
    ConstraintsTestCase()
        : TestCase("constraints by name")
    {
    }

  private:
    /// @return what a change breaks: names that are above the tolerance
    std::string Broken(const std::function<void(Sample&)>& change)
    {
        auto sample = DrawSample(8);
        change(sample);
        std::string names;
        for (const auto& [name, residual] :
             CheckDma(sample.problem, sample.schedule, sample.allocation))
        {
            names += residual > DMA_FEASIBILITY_TOLERANCE ? (names.empty() ? "" : " ") + name : "";
        }
        return names;
    }

    void DoRun() override
    {
        NS_TEST_EXPECT_MSG_EQ(Broken([](Sample&) {}), "", "nothing is broken");
        NS_TEST_EXPECT_MSG_EQ(Broken([](Sample& s) {
                                  s.problem.tasks[0].qoeS = 0.9 * s.allocation[0].back().arrivalS;
                              }),
                              "29b 29q",
                              "too late");
        NS_TEST_EXPECT_MSG_EQ(Broken([](Sample& s) { s.problem.devices[0].energyBudgetJ = 1e-3; }),
                              "29c",
                              "energy");
        NS_TEST_EXPECT_MSG_EQ(Broken([](Sample& s) { s.problem.tasks[0].maxIterations = 0.5; }),
                              "29n",
                              "iterations");
        NS_TEST_EXPECT_MSG_EQ(Broken([](Sample& s) {
                                  s.problem.relaxed = false;
                                  s.allocation[0][0].batch += 0.5;
                              }),
                              "29r",
                              "whole numbers");
        NS_TEST_EXPECT_MSG_EQ(Broken([](Sample& s) { s.problem.tasks[0].stalenessLimit = 0; }),
                              "staleness",
                              "staleness");
        NS_TEST_EXPECT_MSG_EQ(Broken([](Sample& s) { s.allocation[0][2].batch = 1e4; }),
                              "29m 29o",
                              "minibatch");
        NS_TEST_EXPECT_MSG_EQ(Broken([](Sample& s) {
                                  for (auto& device : s.problem.devices)
                                  {
                                      device.maxCpuHz = device.minCpuHz;
                                  }
                              }),
                              "29m",
                              "frequency");
        // A device that trains on a model that does not exist yet.
        NS_TEST_EXPECT_MSG_NE(Broken([](Sample& s) {
                                  s.schedule[0].back().base =
                                      static_cast<int32_t>(s.schedule[0].size() - 1);
                                  s.allocation[0].back().computeS *= 3;
                              }).find("causality"),
                              std::string::npos,
                              "causality");
        NS_TEST_EXPECT_MSG_NE(
            Broken([](Sample& s) { s.schedule[0][1] = s.schedule[0][0]; }).find("29d"),
            std::string::npos,
            "a version received twice");
    }
};

/// Messages: one line that names the thing, the value and what is allowed.
class RefusalsTestCase : public TestCase
{
  public:
    RefusalsTestCase()
        : TestCase("refusals")
    {
    }

  private:
    /// A message that begins so.
    void Refuse(const std::string& message, const std::function<void(DmaProblem&)>& change)
    {
        RandomStream stream(2);
        auto problem = DrawDmaProblem({}, stream);
        change(problem);
        const auto refusal = RefusalOf([&] { problem.Validate(); });
        NS_TEST_EXPECT_MSG_EQ(refusal.substr(0, message.size()), message, "the message");
    }

    void DoRun() override
    {
        using P = DmaProblem;
        const double nan = std::numeric_limits<double>::quiet_NaN();
        Refuse("accepted", [](P&) {});
        Refuse("tasks: must have at least one", [](P& p) { p.tasks.clear(); });
        Refuse("devices: must have at least one", [](P& p) { p.devices.clear(); });
        Refuse("weightModel = -1: must be 0 or from", [](P& p) { p.weightModel = -1; });
        Refuse("rho = nan: must be", [&](P& p) { p.rho = nan; });
        Refuse("tasks[1].qoeS = 0: must be from", [](P& p) { p.tasks[1].qoeS = 0; });
        Refuse("tasks[0].aggregations = 0: must be a whole number from 1 to 100000",
               [](P& p) { p.tasks[0].aggregations = 0; });
        Refuse("tasks[0].mixingHigh = 1.5: must be at most 1",
               [](P& p) { p.tasks[0].mixingHigh = 1.5; });
        Refuse("tasks[0].mixingLow = 0.5: must not exceed tasks[0].mixingHigh = 0.15",
               [](P& p) { p.tasks[0].mixingLow = 0.5; });
        Refuse("tasks[0].minIterations = 0.5: must be at least 1",
               [](P& p) { p.tasks[0].minIterations = 0.5; });
        Refuse("tasks[0].minIterations = 1.2: must have a whole number between it and "
               "tasks[0].maxIterations = 1.8",
               [](P& p) {
                   p.relaxed = false;
                   p.tasks[0].minIterations = 1.2;
                   p.tasks[0].maxIterations = 1.8;
               });
        Refuse("tasks[0].learningRate has 2 entries: must be a number, or have 6",
               [](P& p) { p.tasks[0].learningRate = {0.1, 0.1}; });
        Refuse("devices[1].minCpuHz = 2e+09: must not exceed devices[1].maxCpuHz = 1e+09",
               [](P& p) {
                   p.devices[1].minCpuHz = 2e9;
                   p.devices[1].maxCpuHz = 1e9;
               });
        Refuse("devices[0].tasks has 1 entries: must have 2, one per task",
               [](P& p) { p.devices[0].tasks.pop_back(); });
        Refuse("devices[0].tasks[1].samples = 1.5: must be a whole number",
               [](P& p) { p.devices[0].tasks[1].samples = 1.5; });
        Refuse("devices[0].tasks: the sum of cpuShare is 1.3: must be at most 1",
               [](P& p) { p.devices[0].tasks[1].cpuShare = 0.8; });
        Refuse("devices[2].tasks[0].cpuShare: is missing: must be given of all",
               [](P& p) { p.devices[2].tasks[0].cpuShare.reset(); });
        Refuse("minUploads = 2: must be a whole number from 0 to 1",
               [](P& p) { p.minUploads = 2; });
        CheckSchedules();
    }

    /// Schedules.
    void CheckSchedules()
    {
        const auto with = [&](const std::string& message, const DmaTaskSchedule& first) {
            Refuse(message, [&](DmaProblem& p) {
                RandomStream stream(1);
                p.schedule = DrawDmaSchedule(p, stream);
                p.schedule[0] = first;
            });
        };
        const DmaTaskSchedule good{{0, 0}, {1, 0}, {2, 0}, {3, 0}, {0, 3}, {1, 3}};
        with("accepted", good);
        with("schedule[0] has 1 entries: must have 6", {{0, 0}});
        auto bad = good;
        bad[2].device = 9;
        with("schedule[0][2].device = 9: must be a whole number from 0 to 3", bad);
        bad = good;
        bad[4].base = 0;
        with("schedule[0][4].base = 0: must be a whole number from 1 to 4", bad);
        bad = good;
        bad[5] = {0, 4};
        with("schedule[0][5].base = 4: must be a whole number from 5 to 5: not before", bad);
        bad = good;
        bad[0].base = DMA_IN_FLIGHT;
        with("schedule[0][0].base = -1: must be", bad);
        Refuse("schedule has 1 entries: must have 2, one per task",
               [&](DmaProblem& p) { p.schedule = {good}; });
        Refuse("schedule[0]: device 3 makes 0 aggregations: must make at least minUploads = 1",
               [&](DmaProblem& p) {
                   p.minUploads = 1;
                   p.schedule = {{{0, 0}, {1, 0}, {2, 0}, {0, 1}, {0, 4}, {1, 3}},
                                 {{0, 0}, {1, 0}, {2, 0}, {3, 0}, {0, 3}, {1, 3}}};
               });
        RandomStream stream(2);
        const auto problem = DrawDmaProblem({}, stream);
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { SolveDma("nonesuch", problem); }).substr(0, 36),
                              "method = 'nonesuch': must be one of ",
                              "no such method");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { SolveDma("resources", problem); }),
                              "schedule: is missing: must be given for method resources",
                              "no schedule");
    }
};

/// The suite.
class FlDmaBoundTestSuite : public TestSuite
{
  public:
    FlDmaBoundTestSuite()
        : TestSuite("fl-dma-bound", TestSuite::Type::UNIT)
    {
        AddTestCase(new TwoWaysTestCase);
        AddTestCase(new RemarksTestCase);
        AddTestCase(new ConstraintsTestCase);
        AddTestCase(new RefusalsTestCase);
    }
};

FlDmaBoundTestSuite g_flDmaBoundTestSuite; ///< registers the suite

} // namespace
