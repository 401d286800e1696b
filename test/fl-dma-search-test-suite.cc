/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-dma.h"
#include "fl-test-refusal.h"

#include "ns3/fl-dma-baselines.h"
#include "ns3/fl-dma-methods.h"
#include "ns3/fl-dma-resources.h"
#include "ns3/fl-dma-search.h"
#include "ns3/fl-dma-timing.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <string>

/**
 * @file
 * @ingroup fl
 * Schedules of DMA-FL: searches against enumeration, baselines, horizons that begin in the middle.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// The interior point method's gap, with room for another solver's.
constexpr double GAP = 1e-6;

/// A fifth more time than FedAsync takes. @param [in,out] problem gets it
void
SetTime(DmaProblem& problem)
{
    const auto baseline = FedAsyncDmaBaseline(problem);
    for (size_t j = 0; j < problem.tasks.size(); ++j)
    {
        problem.tasks[j].qoeS = 1.2 * baseline.allocation[j].back().arrivalS;
    }
}

/// Searches against enumeration, and each other.
class SearchTestCase : public TestCase
{
  public:
    SearchTestCase()
        : TestCase("searches against enumeration")
    {
    }

  private:
    void DoRun() override
    {
        NS_TEST_EXPECT_MSG_EQ(LiteralDmaStep({0, 1, 1, 0}, 0.3), 0, "as printed it can't move");
        NS_TEST_EXPECT_MSG_GT(LiteralDmaStep({0.1}, 0.3), -1, "no square root of less than 0");
        double sum = 0;
        constexpr uint64_t DRAWS = 12;
        for (uint64_t seed = 1; seed <= DRAWS; ++seed)
        {
            DmaDraw draw;
            draw.devices = 2;
            draw.versions = 3;
            draw.staleness = 2;
            RandomStream stream(seed);
            auto problem = DrawDmaProblem(draw, stream);
            SetTime(problem);
            if (seed % 2 == 0)
            {
                const auto free = SolveDma("best", problem);
                problem.devices[0].energyBudgetJ =
                    0.8 * free.value.deviceEnergyJ[0] + 0.3 * free.value.deviceEnergyJ[1];
            }
            Check(problem, sum);
        }
        // The default method is to be within 1 % of the optimum.
        NS_TEST_EXPECT_MSG_LT_OR_EQ(sum / DRAWS, 0.01, "mean distance to the optimum");
        CheckUploads();
        CheckTightBudgets();
    }

    /// No device has the energy for a task on its own: the work is spread.
    void CheckTightBudgets()
    {
        DmaDraw draw;
        draw.versions = 16;
        RandomStream stream(31);
        auto problem = DrawDmaProblem(draw, stream);
        double airJ = 0;
        for (size_t i = 0; i < problem.devices.size(); ++i)
        {
            for (size_t j = 0; j < problem.tasks.size(); ++j)
            {
                airJ += 16 * 0.25 * problem.UploadS(i, j) / 4;
            }
        }
        for (auto& device : problem.devices)
        {
            // All uploads of all tasks are 4 such parts.
            device.energyBudgetJ = 1.6 * airJ / 4;
        }
        const auto solution = SolveDma("best", problem);
        NS_TEST_EXPECT_MSG_EQ(ToString(solution.status), std::string("feasible"), "spread");
    }

    /// All methods on one instance.
    void Check(const DmaProblem& problem, double& sum)
    {
        const auto best = SolveDma("enumerate", problem);
        NS_TEST_EXPECT_MSG_EQ(ToString(best.status), std::string("optimal"), "proved");
        for (const auto* method : {"best", "local", "sca", "ns"})
        {
            if (problem.devices[0].energyBudgetJ && method == std::string("ns"))
            {
                // FedAsync asks nobody's budget.
                continue;
            }
            const auto solution = SolveDma(method, problem);
            NS_TEST_EXPECT_MSG_EQ(ToString(solution.status), std::string("feasible"), method);
            NS_TEST_EXPECT_MSG_GT(solution.value.objective,
                                  best.value.objective * (1 - GAP),
                                  method);
            NS_TEST_EXPECT_MSG_EQ(std::isnan(solution.lowerBound), true, "no claim");
        }
        const auto found = SolveDma("best", problem);
        sum += found.value.objective / best.value.objective - 1;
        const auto one = SearchDmaSchedule(problem, {});
        for (size_t k = 1; k < one.history.size(); ++k)
        {
            NS_TEST_EXPECT_MSG_LT(one.history[k], one.history[k - 1], "falls");
        }
        NS_TEST_EXPECT_MSG_EQ((SearchDmaSchedule(problem, {}).schedule == one.schedule),
                              true,
                              "the same again");
    }

    /// Each device is to take part.
    void CheckUploads()
    {
        DmaDraw draw;
        draw.devices = 3;
        draw.versions = 7;
        RandomStream stream(9);
        auto problem = DrawDmaProblem(draw, stream);
        problem.minUploads = 2;
        const auto solution = SolveDma("best", problem);
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ValidateDmaSchedule(problem, solution.schedule); }),
                              "accepted",
                              "each device twice");
        NS_TEST_EXPECT_MSG_EQ(ToString(solution.status), std::string("feasible"), "feasible");
    }
};

/// What nobody has optimized.
class BaselinesTestCase : public TestCase
{
  public:
    BaselinesTestCase()
        : TestCase("baselines")
    {
    }

  private:
    void DoRun() override
    {
        DmaDraw draw;
        draw.devices = 5;
        draw.versions = 30;
        draw.relaxed = false;
        RandomStream stream(11);
        auto problem = DrawDmaProblem(draw, stream);
        CheckFedAsync(problem);
        const auto fedasync = SolveDma("fedasync", problem);
        const auto ns = SolveDma("ns", problem);
        NS_TEST_EXPECT_MSG_EQ((ns.schedule == fedasync.schedule), true, "the same schedule");
        NS_TEST_EXPECT_MSG_LT(ns.value.objective, fedasync.value.objective, "better resources");
        const auto nr = SolveDma("nr", problem);
        NS_TEST_EXPECT_MSG_EQ(ToString(nr.status), std::string("feasible"), "feasible");
        const auto work = MiddleDmaWork(problem);
        for (size_t n = 0; n < nr.schedule[0].size(); ++n)
        {
            const auto i = nr.schedule[0][n].device;
            NS_TEST_EXPECT_MSG_EQ(nr.allocation[0][n].batch, work[i][0].batch, "the middle");
        }
        DmaOptions options;
        options.uniform = [&] { return stream.Uniform(); };
        const auto random = SolveDma("conventional", problem, options);
        NS_TEST_EXPECT_MSG_EQ(ToString(random.status), std::string("feasible"), "feasible");
        const auto literal = SolveDma("sca-literal", problem);
        NS_TEST_EXPECT_MSG_EQ((literal.schedule == fedasync.schedule), true, "it has not moved");
    }

    /// Every device always takes the current model, at once.
    void CheckFedAsync(const DmaProblem& problem)
    {
        const auto baseline = FedAsyncDmaBaseline(problem);
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ValidateDmaSchedule(problem, baseline.schedule); }),
                              "accepted",
                              "a valid schedule");
        const auto outcomes = DmaOutcomes(problem, baseline.schedule, baseline.allocation);
        for (size_t n = 0; n < baseline.schedule[0].size(); ++n)
        {
            const auto& entry = baseline.schedule[0][n];
            const double startS = outcomes[0][n].previousS + outcomes[0][n].idleS;
            const auto v = static_cast<size_t>(entry.base);
            NS_TEST_EXPECT_MSG_GT(startS + 1e-9,
                                  v ? baseline.allocation[0][v - 1].arrivalS : 0,
                                  "the version exists");
            NS_TEST_EXPECT_MSG_LT_OR_EQ(startS,
                                        baseline.allocation[0][v].arrivalS + 1e-9,
                                        "and is current");
        }
        const auto residuals = CheckDma(problem, baseline.schedule, baseline.allocation);
        NS_TEST_EXPECT_MSG_LT_OR_EQ(WorstResidual(residuals).second, 1e-9, "all is kept");
    }
};

/// A horizon that begins in the middle: devices that are busy, updates in flight.
class MiddleTestCase : public TestCase
{
  public:
    MiddleTestCase()
        : TestCase("a horizon that begins in the middle")
    {
    }

  private:
    void DoRun() override
    {
        RandomStream stream(21);
        auto problem = DrawDmaProblem({}, stream);
        problem.devices[0].tasks[0].inFlight = DmaInFlight{7, 1};
        problem.devices[1].tasks[0].startS = 20;
        const DmaSchedule schedule{{{0, DMA_IN_FLIGHT}, {1, 1}, {0, 1}, {1, 2}, {0, 3}, {2, 5}},
                                   {{0, 0}, {1, 0}, {2, 0}, {3, 0}, {0, 3}, {1, 3}}};
        const auto solution = SolveDmaResources(problem, schedule);
        NS_TEST_EXPECT_MSG_EQ(ToString(solution.status), std::string("optimal"), "optimal");
        NS_TEST_EXPECT_MSG_GT(solution.allocation[0][0].arrivalS, 7 - 1e-6, "when it is ready");
        const auto outcomes = DmaOutcomes(problem, schedule, solution.allocation);
        NS_TEST_EXPECT_MSG_GT(outcomes[0][1].idleS, 20 - 1e-5, "not before it is free");
        for (const auto* method : {"best", "fedasync"})
        {
            const auto searched = SolveDma(method, problem);
            NS_TEST_EXPECT_MSG_EQ(
                RefusalOf([&] { ValidateDmaSchedule(problem, searched.schedule); }),
                "accepted",
                "in flight first");
            NS_TEST_EXPECT_MSG_EQ(ToString(searched.status), std::string("feasible"), method);
        }
    }
};

/// Budgets that FedAsync's schedule just keeps: it is a plan, and searches begin with it as well.
class BudgetTestCase : public TestCase
{
  public:
    BudgetTestCase()
        : TestCase("budgets of the energy that FedAsync's dearest device spends")
    {
    }

  private:
    void DoRun() override
    {
        for (const uint64_t seed : {1, 2})
        {
            Check(MakeProblem(seed));
        }
    }

    /// @return an instance in which uploads take nearly all of the energy
    /// @param seed of its random numbers
    static DmaProblem MakeProblem(uint64_t seed)
    {
        DmaDraw draw;
        draw.devices = 6;
        draw.tasks = 3;
        draw.versions = 16;
        draw.staleness = 5;
        draw.mixing = 0.6;
        draw.relaxed = false;
        draw.hasShares = false;
        draw.isVaried = false;
        RandomStream stream(seed);
        auto problem = DrawDmaProblem(draw, stream);
        for (auto& device : problem.devices)
        {
            device.uplinkBps = 1e7 * std::pow(10, stream.Uniform(-0.5, 0.5));
            device.downlinkBps = 1e6 * std::pow(10, stream.Uniform(-0.5, 0.5));
            device.effectiveCapacitance = 1e-22;
        }
        const auto spent = SolveDma("fedasync", problem).value.deviceEnergyJ;
        for (auto& device : problem.devices)
        {
            device.energyBudgetJ = *std::max_element(spent.begin(), spent.end());
        }
        SetTime(problem);
        return problem;
    }

    /// No method is worse than FedAsync's schedule with the resources that the method has.
    void Check(const DmaProblem& problem)
    {
        const auto ns = SolveDma("ns", problem);
        for (const auto* method : {"best", "local", "sca"})
        {
            const auto found = SolveDma(method, problem);
            NS_TEST_EXPECT_MSG_EQ(ToString(found.status), std::string("feasible"), method);
            NS_TEST_EXPECT_MSG_LT_OR_EQ(found.value.objective, ns.value.objective, method);
        }
        DmaResourceOptions middle;
        middle.pairWork = MiddleDmaWork(problem);
        const auto fedAsync = SolveDmaResources(WithMiddleDmaFrequency(problem),
                                                FedAsyncDmaBaseline(problem).schedule,
                                                middle);
        const auto nr = SolveDma("nr", problem);
        NS_TEST_EXPECT_MSG_EQ(ToString(nr.status), std::string("feasible"), "nr");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(nr.value.objective, fedAsync.value.objective * (1 + GAP), "nr");
    }
};

/// Schedules of DMA-FL.
class FlDmaSearchTestSuite : public TestSuite
{
  public:
    FlDmaSearchTestSuite()
        : TestSuite("fl-dma-search", TestSuite::Type::UNIT)
    {
        AddTestCase(new SearchTestCase);
        AddTestCase(new BaselinesTestCase);
        AddTestCase(new MiddleTestCase);
        AddTestCase(new BudgetTestCase);
    }
};

FlDmaSearchTestSuite g_flDmaSearchTestSuite; ///< registers the suite

} // namespace
