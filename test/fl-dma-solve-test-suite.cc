/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-dma.h"
#include "fl-test-refusal.h"

#include "ns3/fl-dma-baselines.h"
#include "ns3/fl-dma-enumerate.h"
#include "ns3/fl-dma-json.h"
#include "ns3/fl-dma-methods.h"
#include "ns3/fl-dma-search.h"
#include "ns3/fl-dma-shares.h"
#include "ns3/fl-dma-timing.h"
#include "ns3/fl-solve-instance.h"
#include "ns3/test.h"

#include <cmath>
#include <nlohmann/json.hpp>

/**
 * @file
 * @ingroup fl
 * The solvers of DMA-FL: golden instances, feasibility and bounds of random ones, what is
 * infeasible, shares of the CPU, searches against enumeration, baselines.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// The interior point method's gap, with room for another solver's.
constexpr double GAP = 1e-6;

/// Golden instances, through ./fl solve's reader and printer.
class GoldenTestCase : public TestCase
{
  public:
    /// @param name without .json
    explicit GoldenTestCase(const std::string& name)
        : TestCase("golden " + name),
          m_name(name)
    {
    }

  private:
    void DoRun() override
    {
        const auto path = CreateDataDirFilename("golden/" + m_name + ".json");
        const auto text = ReadJsonText(path);
        const auto expected = nlohmann::json::parse(
            ReadJsonText(CreateDataDirFilename("golden/" + m_name + ".expected.json")));
        const auto answer = Solve(text, path, "resources");
        Compare(answer, expected["objective"], expected["rel_tol"]);
        NS_TEST_EXPECT_MSG_EQ(answer["status"].get<std::string>(), "optimal", "with a proof");
        for (size_t j = 0; j < expected["terms"].size(); ++j)
        {
            for (const auto& [term, value] : expected["terms"][j].items())
            {
                // Terms of two optima within the tolerance differ by its square root at most.
                NS_TEST_EXPECT_MSG_EQ_TOL(answer["tasks"][j]["terms"][term].get<double>(),
                                          value.get<double>(),
                                          1e-3 * value.get<double>(),
                                          "term " << term);
            }
        }
        if (expected.contains("global_objective"))
        {
            auto open = nlohmann::json::parse(text);
            open.erase("schedule");
            const double best = expected["global_objective"];
            Compare(Solve(open.dump(), path, "enumerate"), best, expected["rel_tol"]);
            Compare(Solve(open.dump(), path, "best"), best, expected["search_rel_tol"]);
        }
    }

    /// @return the answer
    nlohmann::json Solve(const std::string& text, const std::string& path, const char* method)
    {
        const auto report = SolveInstance(FindSolveProblem("dma"), text, path, {method, 1, 1});
        NS_TEST_EXPECT_MSG_EQ(report.exitCode, 0, report.reason);
        auto answer = nlohmann::json::parse(report.ToText());
        for (const auto& [name, residual] : answer["residuals"].items())
        {
            NS_TEST_EXPECT_MSG_LT_OR_EQ(residual.get<double>(), 1e-7, "constraint " << name);
        }
        return answer;
    }

    /// The objective is what it must be, the bound below.
    void Compare(const nlohmann::json& answer, double expected, double tolerance)
    {
        NS_TEST_EXPECT_MSG_EQ_TOL(answer["objective"].get<double>() / expected,
                                  1,
                                  tolerance,
                                  answer["method"]);
        if (answer.contains("lower_bound"))
        {
            NS_TEST_EXPECT_MSG_LT_OR_EQ(answer["lower_bound"].get<double>(),
                                        expected * (1 + 1e-9),
                                        "a bound");
        }
    }

    std::string m_name; //!< without .json
};

/// Random instances of random schedules: feasible, bounded, what is infeasible named.
class RandomTestCase : public TestCase
{
  public:
    RandomTestCase()
        : TestCase("resources of random schedules")
    {
    }

  private:
    void DoRun() override
    {
        for (uint64_t seed = 1; seed <= 60; ++seed)
        {
            DmaDraw draw;
            draw.relaxed = seed % 3 != 0;
            RandomStream stream(seed);
            auto problem = DrawDmaProblem(draw, stream);
            const auto schedule = DrawDmaSchedule(problem, stream);
            if (!SetTime(problem, schedule, 1.2))
            {
                NS_TEST_EXPECT_MSG_EQ(Refusal(problem, schedule).substr(0, 10),
                                      "causality:",
                                      "held for too long");
                continue;
            }
            Expect(problem, schedule);
            CheckTime(problem, schedule);
            CheckEnergy(problem, schedule);
        }
    }

    /// Set the time allowed to a factor times what a schedule takes at least.
    static bool SetTime(DmaProblem& problem, const DmaSchedule& schedule, double factor)
    {
        const auto model = MakeDmaModel(problem, schedule);
        std::vector<double> leastS;
        std::vector<double> mostS;
        for (const auto& period : model.periods)
        {
            leastS.push_back(period.LeastS(model.tasks[period.task].minSteps));
            mostS.push_back(period.MostS(model.tasks[period.task].maxSteps));
        }
        std::vector<double> arrivalS(model.periods.size());
        for (size_t j = 0; j < model.tasks.size(); ++j)
        {
            const auto earliest = EarliestDmaArrivals(model, j, leastS, mostS, 0, arrivalS);
            if (!earliest.exists)
            {
                return false;
            }
            problem.tasks[j].qoeS = factor * earliest.lastS;
        }
        return true;
    }

    /// @return why there is no answer
    static std::string Refusal(const DmaProblem& problem, const DmaSchedule& schedule)
    {
        return RefusalOf<Infeasible>([&] { SolveDmaResources(problem, schedule); });
    }

    /// It has an answer that keeps all constraints, near its bound.
    DmaSolution Expect(const DmaProblem& problem, const DmaSchedule& schedule)
    {
        const auto solution = SolveDmaResources(problem, schedule);
        const auto [name, worst] = WorstResidual(solution.residuals);
        NS_TEST_EXPECT_MSG_LT_OR_EQ(worst, DMA_FEASIBILITY_TOLERANCE, "constraint " << name);
        // Of whole e and B the relaxed optimum is the bound: they cost a few percent at most.
        const double most = problem.relaxed ? GAP : 0.05;
        NS_TEST_EXPECT_MSG_LT_OR_EQ(solution.Gap(), most, "the gap");
        NS_TEST_EXPECT_MSG_GT(solution.Gap(), -1e-9, "the bound is one");
        return solution;
    }

    /// Too little time is named, with the least that works.
    void CheckTime(DmaProblem problem, const DmaSchedule& schedule)
    {
        problem.tasks[1].qoeS *= 0.7;
        try
        {
            SolveDmaResources(problem, schedule);
            NS_TEST_EXPECT_MSG_EQ(true, false, "too little time");
        }
        catch (const Infeasible& error)
        {
            const std::string message = error.what();
            NS_TEST_EXPECT_MSG_EQ(message.substr(0, 21), "29b: tasks[1].qoe_s =", message);
            if (problem.relaxed)
            {
                problem.tasks[1].qoeS = error.GetLimits().at(0).second;
                NS_TEST_EXPECT_MSG_EQ(Refusal(problem, schedule), "accepted", "the least works");
            }
        }
    }

    /// So is too little energy.
    void CheckEnergy(DmaProblem problem, const DmaSchedule& schedule)
    {
        problem.relaxed = true;
        const auto free = SolveDmaResources(problem, schedule);
        const size_t i = schedule[0][0].device;
        double airJ = 0;
        for (size_t j = 0; j < schedule.size(); ++j)
        {
            for (const auto& entry : schedule[j])
            {
                airJ += entry.device == i ? 0.25 * problem.UploadS(i, j) : 0;
            }
        }
        problem.devices[i].energyBudgetJ = airJ / 2;
        NS_TEST_EXPECT_MSG_EQ(Refusal(problem, schedule).substr(0, 13), "29c: devices[", "on air");
        problem.devices[i].energyBudgetJ = airJ + (free.value.deviceEnergyJ[i] - airJ) / 1e6;
        try
        {
            Expect(problem, schedule);
        }
        catch (const Infeasible& error)
        {
            NS_TEST_ASSERT_MSG_EQ(error.GetLimits().size(), 1, error.what());
            problem.devices[i].energyBudgetJ = error.GetLimits()[0].second;
            NS_TEST_EXPECT_MSG_EQ(Refusal(problem, schedule), "accepted", "the least works");
        }
        problem.devices[i].energyBudgetJ = airJ + (free.value.deviceEnergyJ[i] - airJ) * 0.9;
        const auto bound = Refusal(problem, schedule) == "accepted"
                               ? Expect(problem, schedule).value.objective
                               : HUGE_VAL;
        NS_TEST_EXPECT_MSG_GT(bound, free.value.objective * (1 - GAP), "a budget costs");
    }
};

/// The bound holds for any multipliers, and limits of what numbers can hold.
class BoundTestCase : public TestCase
{
  public:
    BoundTestCase()
        : TestCase("weak duality, large numbers")
    {
    }

  private:
    void DoRun() override
    {
        for (uint64_t seed = 1; seed <= 30; ++seed)
        {
            RandomStream stream(seed);
            const auto problem = DrawDmaProblem({}, stream);
            const auto schedule = FedAsyncDmaBaseline(problem).schedule;
            const auto model = MakeDmaModel(problem, schedule);
            const auto result = SolveDmaModel(model, {});
            auto multipliers = result.multipliers;
            NS_TEST_EXPECT_MSG_EQ_TOL(DmaLowerBound(model, multipliers) / result.cost.Sum(),
                                      1,
                                      GAP,
                                      "the solver's own");
            for (auto* values : {&multipliers.order,
                                 &multipliers.early,
                                 &multipliers.late,
                                 &multipliers.steps,
                                 &multipliers.horizon})
            {
                for (auto& value : *values)
                {
                    value *= stream.Uniform(-0.1, 2);
                }
            }
            NS_TEST_EXPECT_MSG_LT_OR_EQ(DmaLowerBound(model, multipliers),
                                        result.cost.Sum() * (1 + 1e-12),
                                        "any others");
        }
        CheckLarge();
    }

    /// (K alpha)^G far beyond sense.
    void CheckLarge()
    {
        DmaDraw draw;
        draw.devices = 10;
        draw.tasks = 3;
        draw.versions = 150;
        draw.staleness = 5;
        draw.mixing = 0.6;
        RandomStream stream(4);
        auto problem = DrawDmaProblem(draw, stream);
        const auto baseline = FedAsyncDmaBaseline(problem);
        const auto solution = SolveDmaResources(problem, baseline.schedule);
        NS_TEST_EXPECT_MSG_EQ(solution.value.vacuous, true, "K alpha = 3");
        NS_TEST_EXPECT_MSG_EQ(std::isfinite(solution.value.objective), true, "finite");
        NS_TEST_EXPECT_MSG_GT(solution.value.objective, 1e50, "and large");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(WorstResidual(solution.residuals).second,
                                    DMA_FEASIBILITY_TOLERANCE,
                                    "feasible");
        // All at e^min: that is the bound's only advice.
        for (const auto& plan : solution.allocation[0])
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(plan.iterations,
                                      problem.tasks[0].minIterations,
                                      1e-6,
                                      "the least e");
        }
    }
};

/// Shares of the CPU.
class SharesTestCase : public TestCase
{
  public:
    SharesTestCase()
        : TestCase("shares of the CPU")
    {
    }

  private:
    void DoRun() override
    {
        for (uint64_t seed = 1; seed <= 8; ++seed)
        {
            DmaDraw draw;
            draw.devices = 1;
            draw.versions = 3;
            draw.hasShares = false;
            RandomStream stream(seed);
            const auto problem = DrawDmaProblem(draw, stream);
            const DmaTaskSchedule one{{0, 0}, {0, 1}, {0, 2}};
            const DmaSchedule schedule{one, one};
            const auto improved = ImproveDmaShares(problem, schedule);
            const auto value = [&](double share) {
                return SolveDmaModel(
                           MakeDmaModel(WithDmaShares(problem, {{share, 1 - share}}), schedule),
                           {})
                    .cost.Sum();
            };
            NS_TEST_EXPECT_MSG_LT_OR_EQ(improved.cost.Sum(),
                                        value(0.5) * (1 + GAP),
                                        "no worse than equal shares");
            double best = HUGE_VAL;
            for (int k = 1; k < 100; ++k)
            {
                best = std::min(best, value(k / 100.0));
            }
            NS_TEST_EXPECT_MSG_LT_OR_EQ(improved.cost.Sum(),
                                        best * (1 + 1e-4),
                                        "no worse than a grid");
            for (size_t k = 1; k < improved.history.size(); ++k)
            {
                NS_TEST_EXPECT_MSG_LT(improved.history[k], improved.history[k - 1], "falls");
            }
        }
    }
};

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

    /// Time for what is fastest, and a little more.
    static void SetTime(DmaProblem& problem)
    {
        const auto baseline = FedAsyncDmaBaseline(problem);
        for (size_t j = 0; j < problem.tasks.size(); ++j)
        {
            problem.tasks[j].qoeS = 1.2 * baseline.allocation[j].back().arrivalS;
        }
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

/// The suite.
class FlDmaSolveTestSuite : public TestSuite
{
  public:
    FlDmaSolveTestSuite()
        : TestSuite("fl-dma-solve", TestSuite::Type::UNIT)
    {
        SetDataDir(NS_TEST_SOURCEDIR);
        for (const auto* name : {"dma-budgets-4x2", "dma-enum-2x2", "dma-medium-6x3"})
        {
            AddTestCase(new GoldenTestCase(name));
        }
        AddTestCase(new RandomTestCase);
        AddTestCase(new BoundTestCase);
        AddTestCase(new SharesTestCase);
        AddTestCase(new SearchTestCase);
        AddTestCase(new BaselinesTestCase);
        AddTestCase(new MiddleTestCase);
    }
};

FlDmaSolveTestSuite g_flDmaSolveTestSuite; ///< registers the suite

} // namespace
