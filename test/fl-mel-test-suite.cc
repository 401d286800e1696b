/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-mel.h"

#include "ns3/fl-error.h"
#include "ns3/fl-mel-base.h"
#include "ns3/fl-mel-methods.h"
#include "ns3/fl-random-stream.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

/**
 * @file
 * @ingroup fl
 * Task allocation for mobile edge learning: the exact solver against enumeration and a plain
 * dynamic program, the other methods against it.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// Limits are met to within this, relative, see MelProblem.
constexpr double TOLERANCE = 1e-12;

/// @return whether a learner's work fits, from the constraints as they are written
bool
Fits(const MelProblem& problem, const MelLearner& learner, int64_t tau, int64_t d)
{
    const auto work = static_cast<double>(tau) * static_cast<double>(d);
    const auto samples = static_cast<double>(d);
    return learner.c2 * work + learner.c1 * samples + learner.c0 <=
               problem.cycleTimeS * (1 + TOLERANCE) &&
           learner.g2 * work + learner.g1 * samples + learner.g0 <=
               learner.energyJ * (1 + TOLERANCE);
}

/// All allocations of small instances.
class Enumeration
{
  public:
    /// Iterations from here on are not looked at.
    static constexpr int64_t MOST = 400;

    /// @param problem a small one
    explicit Enumeration(const MelProblem& problem)
        : m_problem(problem)
    {
        for (const auto& learner : problem.learners)
        {
            std::vector<int64_t> capacities;
            for (int64_t tau = 0; tau < MOST; ++tau)
            {
                int64_t most = -1;
                while (most < problem.samples && Fits(problem, learner, tau, most + 1))
                {
                    ++most;
                }
                if (most < problem.minSamples)
                {
                    break;
                }
                capacities.push_back(most);
            }
            m_capacities.push_back(capacities);
        }
        const auto count = static_cast<int64_t>(problem.learners.size());
        if (count * problem.minSamples <= problem.samples)
        {
            Extend(0, 0, 0, 0, 0);
        }
    }

    /// @return the largest sum of iterations, or -1 if nothing fits
    int64_t GetBest() const
    {
        return m_best;
    }

  private:
    /// Go through all iterations of learner k and those after it.
    void Extend(size_t k, int64_t least, int64_t most, int64_t samples, int64_t sum)
    {
        if (k == m_capacities.size())
        {
            m_best = samples >= m_problem.samples ? std::max(m_best, sum) : m_best;
            return;
        }
        const auto end = static_cast<int64_t>(m_capacities[k].size());
        for (int64_t tau = 0; tau < end; ++tau)
        {
            const int64_t low = k > 0 ? std::min(least, tau) : tau;
            const int64_t high = std::max(most, tau);
            if (high - low <= m_problem.staleness)
            {
                Extend(k + 1,
                       low,
                       high,
                       samples + m_capacities[k][static_cast<size_t>(tau)],
                       sum + tau);
            }
        }
    }

    const MelProblem& m_problem;                    //!< what is asked
    std::vector<std::vector<int64_t>> m_capacities; //!< by learner and iterations
    int64_t m_best{-1};                             //!< so far
};

/// @return a random small instance: many of them tight, with ties, with limits met exactly
MelProblem
DrawSmall(RandomStream& random)
{
    MelProblem problem;
    const size_t count = 1 + random.Below(4);
    // Two decimals, so that limits are met exactly.
    const bool decimals = random.Below(3) == 0;
    const auto draw = [&](double most) {
        const double value = random.Uniform(0, most);
        return decimals ? std::round(value * 100) / 100 : value;
    };
    problem.cycleTimeS = 0.5 + draw(4);
    problem.staleness = static_cast<int64_t>(random.Below(5));
    problem.samples = static_cast<int64_t>(1 + random.Below(40));
    problem.minSamples = static_cast<int64_t>(random.Below(4));
    if (random.Below(30) == 0 && count < 3)
    {
        problem.staleness = static_cast<int64_t>(65 + random.Below(20));
    }
    for (size_t k = 0; k < count; ++k)
    {
        MelLearner learner;
        if (k > 0 && random.Below(8) == 0)
        {
            problem.learners.push_back(problem.learners.back());
            continue;
        }
        learner.c2 = 0.01 + draw(0.2);
        learner.c1 = random.Below(4) == 0 ? 0 : draw(0.1);
        learner.c0 = draw(0.4);
        learner.g2 = random.Below(4) == 0 ? 0 : draw(0.2);
        learner.g1 = random.Below(2) == 0 ? 0 : draw(0.1);
        learner.g0 = draw(0.3);
        learner.energyJ = draw(8);
        problem.learners.push_back(learner);
    }
    return problem;
}

/// The exact solver finds what enumeration finds, all other methods no more, and bounds hold.
class EnumerationTestCase : public TestCase
{
  public:
    EnumerationTestCase()
        : TestCase("thousands of small instances against enumeration")
    {
    }

  private:
    void DoRun() override
    {
        constexpr uint64_t INSTANCES = 2500;
        size_t infeasible = 0;
        for (uint64_t i = 0; i < INSTANCES; ++i)
        {
            RandomStream random(1, i);
            const MelProblem problem = DrawSmall(random);
            const int64_t best = Enumeration(problem).GetBest();
            if (best < 0)
            {
                ++infeasible;
                CheckRefused(problem, i);
                continue;
            }
            CheckAnswers(problem, best, i);
        }
        // Both kinds are looked at, and the tables are needed: the relaxation alone falls short.
        NS_TEST_EXPECT_MSG_GT(infeasible, INSTANCES / 20, "instances without an answer");
        NS_TEST_EXPECT_MSG_LT(infeasible, INSTANCES / 2, "instances with one");
        NS_TEST_EXPECT_MSG_GT(m_beyondRelaxation, 30, "better than the rounded relaxations");
        NS_TEST_EXPECT_MSG_GT(m_equalBatches, 300, "equal batches that fit");
    }

    /// Answers of all methods.
    void CheckAnswers(const MelProblem& problem, int64_t best, uint64_t number)
    {
        const auto count = static_cast<int64_t>(problem.learners.size());
        for (const auto& method : MelMethods())
        {
            MelSolution solution;
            try
            {
                solution = SolveMel(method.name, problem);
            }
            catch (const Infeasible& error)
            {
                NS_TEST_EXPECT_MSG_EQ(method.name.substr(0, 2),
                                      "hu",
                                      number << ": only what fixes batches has no answer");
                continue;
            }
            m_equalBatches += method.name == "hu-sync" ? 1 : 0;
            const int64_t sum = CheckFeasible(problem, solution, number);
            NS_TEST_EXPECT_MSG_LT_OR_EQ(sum, best, number << ": " << method.name);
            NS_TEST_EXPECT_MSG_GT_OR_EQ(std::llround(solution.upperBound * count),
                                        best,
                                        number << ": bound of " << method.name);
            if (solution.status == SolveStatus::OPTIMAL)
            {
                NS_TEST_EXPECT_MSG_EQ(sum, best, number << ": " << method.name << " is the best");
            }
            if (method.name == "exact")
            {
                NS_TEST_EXPECT_MSG_EQ(StatusOf(solution), "optimal", number << ": proved");
                NS_TEST_EXPECT_MSG_EQ(sum, best, number << ": the optimum");
                NS_TEST_EXPECT_MSG_EQ(solution.Gap(), 0, number << ": no gap");
            }
            if (method.name.find("-sync") != std::string::npos)
            {
                NS_TEST_EXPECT_MSG_EQ(sum,
                                      count * solution.learners[0].iterations,
                                      number << ": " << method.name << " is synchronous");
            }
        }
        int64_t relaxed = 0;
        for (int64_t m = MelSynchronousIterations(problem); m >= 0; --m)
        {
            const auto base = MakeMelBase(problem, m, problem.staleness);
            const auto bound = BoundMelBase(*base);
            relaxed = std::max(relaxed, count * m + bound.found);
            NS_TEST_EXPECT_MSG_LT_OR_EQ(bound.bound - bound.found,
                                        problem.staleness,
                                        number << ": as close as is said");
        }
        m_beyondRelaxation += best > relaxed ? 1 : 0;
    }

    /// All constraints, as they are written. @return the sum of the iterations
    int64_t CheckFeasible(const MelProblem& problem, const MelSolution& solution, uint64_t number)
    {
        const auto count = problem.learners.size();
        NS_TEST_EXPECT_MSG_EQ(solution.learners.size(), count, "all learners");
        int64_t samples = 0;
        int64_t sum = 0;
        int64_t least = std::numeric_limits<int64_t>::max();
        int64_t most = 0;
        for (size_t k = 0; k < count; ++k)
        {
            const auto& work = solution.learners[k];
            MelProblem rounded = problem;
            rounded.cycleTimeS *= 1 + TOLERANCE; // rounding errors of the terms
            MelLearner learner = problem.learners[k];
            learner.energyJ *= 1 + TOLERANCE;
            NS_TEST_EXPECT_MSG_EQ(Fits(rounded, learner, work.iterations, work.samples),
                                  true,
                                  number << ": limits of learner " << k);
            NS_TEST_EXPECT_MSG_GT_OR_EQ(work.samples, problem.minSamples, number);
            samples += work.samples;
            sum += work.iterations;
            least = std::min(least, work.iterations);
            most = std::max(most, work.iterations);
        }
        NS_TEST_EXPECT_MSG_EQ(samples, problem.samples, number << ": all samples");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(most - least, problem.staleness, number << ": staleness");
        NS_TEST_EXPECT_MSG_EQ(solution.objective,
                              static_cast<double>(sum) / static_cast<double>(count),
                              number << ": the mean");
        return sum;
    }

    /// The limits that are named are the smallest that work.
    void CheckRefused(const MelProblem& problem, uint64_t number)
    {
        for (const auto& method : MelMethods())
        {
            try
            {
                SolveMel(method.name, problem);
                NS_TEST_EXPECT_MSG_EQ(true, false, number << ": " << method.name << " answers");
            }
            catch (const Infeasible& error)
            {
                if (method.name == "exact")
                {
                    CheckLimits(problem, error, number);
                }
            }
        }
    }

    /// @return whether an allocation exists
    static bool HasAnswer(const MelProblem& problem, double timeS, double energyJ)
    {
        MelProblem changed = problem;
        changed.cycleTimeS = timeS;
        for (auto& learner : changed.learners)
        {
            learner.energyJ = std::max(learner.energyJ, energyJ);
        }
        return Enumeration(changed).GetBest() >= 0;
    }

    /// @return the limit of that name, if any value works
    static std::optional<double> Limit(const Infeasible& error, const std::string& name)
    {
        for (const auto& [key, value] : error.GetLimits())
        {
            if (key == name && !std::isnan(value))
            {
                return value;
            }
        }
        return std::nullopt;
    }

    void CheckLimits(const MelProblem& problem, const Infeasible& error, uint64_t number)
    {
        // Larger than the tolerance of limits.
        constexpr double HAIR = 1e-9;
        constexpr double PLENTY = 1e6;
        const auto timeS = Limit(error, "min_cycle_time_s");
        NS_TEST_EXPECT_MSG_EQ(HasAnswer(problem, PLENTY, 0),
                              timeS.has_value(),
                              number << ": time alone: " << error.what());
        if (timeS)
        {
            NS_TEST_EXPECT_MSG_EQ(HasAnswer(problem, *timeS, 0), true, number << ": is enough");
            NS_TEST_EXPECT_MSG_EQ(HasAnswer(problem, *timeS * (1 - HAIR), 0),
                                  false,
                                  number << ": " << *timeS << " s is the smallest");
        }
        const auto energyJ = Limit(error, "min_energy_j");
        NS_TEST_EXPECT_MSG_EQ(HasAnswer(problem, problem.cycleTimeS, PLENTY),
                              energyJ.has_value(),
                              number << ": energy alone: " << error.what());
        if (energyJ)
        {
            NS_TEST_EXPECT_MSG_EQ(HasAnswer(problem, problem.cycleTimeS, *energyJ),
                                  true,
                                  number << ": is enough");
            NS_TEST_EXPECT_MSG_EQ(HasAnswer(problem, problem.cycleTimeS, *energyJ * (1 - HAIR)),
                                  false,
                                  number << ": " << *energyJ << " J is the smallest");
        }
    }

    size_t m_beyondRelaxation{0}; //!< instances where the tables find more
    size_t m_equalBatches{0};     //!< instances where equal batches fit
};

/// The dynamic program without any bound: all sums, at all bases.
int64_t
PlainOptimum(const MelProblem& problem)
{
    const auto count = static_cast<int64_t>(problem.learners.size());
    int64_t best = -1;
    for (int64_t m = 0;; ++m)
    {
        std::vector<int64_t> row{0}; // by sum: the most samples
        for (size_t k = 0; k < problem.learners.size(); ++k)
        {
            std::vector<int64_t> next(row.size() + static_cast<size_t>(problem.staleness), -1);
            for (int64_t extra = 0; extra <= problem.staleness; ++extra)
            {
                const int64_t capacity = MelCapacity(problem, k, m + extra);
                for (size_t i = 0; i < row.size() && capacity >= problem.minSamples; ++i)
                {
                    auto& entry = next[i + static_cast<size_t>(extra)];
                    entry = row[i] < 0 ? entry : std::max(entry, row[i] + capacity);
                }
            }
            row = std::move(next);
        }
        bool fits = false;
        for (size_t i = 0; i < row.size(); ++i)
        {
            if (row[i] >= problem.samples)
            {
                best = std::max(best, count * m + static_cast<int64_t>(i));
                fits = true;
            }
        }
        if (!fits)
        {
            return best;
        }
    }
}

/// What bounds and prices leave out of the tables holds no optimum.
class PlainTableTestCase : public TestCase
{
  public:
    PlainTableTestCase()
        : TestCase("up to 24 learners against the dynamic program without bounds")
    {
    }

  private:
    void DoRun() override
    {
        for (uint64_t i = 0; i < 300; ++i)
        {
            RandomStream random(6, i);
            MelProblem problem;
            const size_t count = 5 + random.Below(20);
            problem.cycleTimeS = random.Uniform(5, 25);
            problem.staleness = static_cast<int64_t>(1 + random.Below(6));
            problem.samples = static_cast<int64_t>(count * (5 + random.Below(60)));
            problem.minSamples = static_cast<int64_t>(random.Below(4));
            for (size_t k = 0; k < count; ++k)
            {
                MelLearner learner;
                learner.c2 = 0.02 * std::exp(random.Uniform(-1.5, 1.5));
                learner.c1 = random.Uniform(0, 0.02);
                learner.c0 = random.Uniform(0, 1);
                learner.g2 = random.Uniform(0, 0.02);
                learner.g0 = 0.1;
                learner.energyJ = random.Uniform(5, 15);
                problem.learners.push_back(learner);
            }
            const auto solution = SolveMel("exact", problem);
            NS_TEST_EXPECT_MSG_EQ(StatusOf(solution), "optimal", i << ": proved");
            NS_TEST_EXPECT_MSG_EQ(std::llround(solution.objective * static_cast<double>(count)),
                                  PlainOptimum(problem),
                                  i << ": the optimum");
        }
    }
};

/// On instances of the paper's size: exact is never worse, c = 0 coincides, more c is no worse.
class PaperSizeTestCase : public TestCase
{
  public:
    PaperSizeTestCase()
        : TestCase("instances of the paper's size")
    {
    }

  private:
    void DoRun() override
    {
        size_t better = 0;
        for (uint64_t i = 0; i < 40; ++i)
        {
            double before = 0;
            for (const int64_t staleness : {0, 1, 2, 5})
            {
                RandomStream random(2, i);
                const auto problem = DrawLarge(random, 20, staleness);
                const auto exact = SolveMel("exact", problem);
                const auto sai = SolveMel("sai", problem);
                const auto synchronous = SolveMel("ha-sync", problem);
                NS_TEST_EXPECT_MSG_EQ(StatusOf(exact), "optimal", "proved");
                NS_TEST_EXPECT_MSG_NE(StatusOf(sai), "failed", "an answer");
                NS_TEST_EXPECT_MSG_GT_OR_EQ(exact.objective, sai.objective, "never worse");
                NS_TEST_EXPECT_MSG_GT_OR_EQ(exact.objective, before, "more freedom is no worse");
                NS_TEST_EXPECT_MSG_GT_OR_EQ(sai.upperBound, exact.objective, "a bound");
                if (staleness == 0)
                {
                    NS_TEST_EXPECT_MSG_EQ(exact.objective, synchronous.objective, "c = 0");
                }
                better += exact.objective > sai.objective ? 1 : 0;
                before = exact.objective;
            }
        }
        NS_TEST_EXPECT_MSG_GT(better, 20, "the optimum is worth it");
    }
};

/// The suite.
class FlMelTestSuite : public TestSuite
{
  public:
    FlMelTestSuite()
        : TestSuite("fl-mel", TestSuite::Type::UNIT)
    {
        AddTestCase(new EnumerationTestCase);
        AddTestCase(new PlainTableTestCase);
        AddTestCase(new PaperSizeTestCase);
    }
};

FlMelTestSuite g_flMelTestSuite; ///< registers the suite

} // namespace
