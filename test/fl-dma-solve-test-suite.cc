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
 * infeasible, shares of the CPU.
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
            NS_TEST_EXPECT_MSG_EQ(message.substr(0, 20), "29b: tasks[1].qoeS =", message);
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
    }
};

FlDmaSolveTestSuite g_flDmaSolveTestSuite; ///< registers the suite

} // namespace
