/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-mel.h"
#include "fl-test-refusal.h"

#include "ns3/fl-error.h"
#include "ns3/fl-mel-base.h"
#include "ns3/fl-mel-methods.h"
#include "ns3/fl-mel-sai.h"
#include "ns3/fl-random-stream.h"
#include "ns3/test.h"

#include <Eigen/Dense>
#include <algorithm>
#include <limits>
#include <string>

/**
 * @file
 * @ingroup fl
 * Task allocation for mobile edge learning: what answers are worth, the relaxed problem, how much
 * work there is to a solver, messages.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// What is no allocation.
class EvaluateTestCase : public TestCase
{
  public:
    EvaluateTestCase()
        : TestCase("what answers are worth")
    {
    }

  private:
    void DoRun() override
    {
        MelProblem problem;
        problem.cycleTimeS = 0.3;
        problem.staleness = 1;
        problem.samples = 3;
        problem.minSamples = 1;
        problem.learners.assign(2, {0.1, 0, 0, 0.01, 0, 0, 0.06});
        // 0.1 * 3 is above 0.3 in binary.
        const auto status = [&](std::vector<MelWork> work) {
            return StatusOf(EvaluateMel(problem, std::move(work)));
        };
        NS_TEST_EXPECT_MSG_EQ(status({{1, 2}, {2, 1}}), "feasible", "fits");
        NS_TEST_EXPECT_MSG_EQ(status({{1, 2}, {3, 1}}), "infeasible", "staleness");
        NS_TEST_EXPECT_MSG_EQ(status({{1, 2}, {2, 2}}), "infeasible", "time, and too many");
        NS_TEST_EXPECT_MSG_EQ(status({{1, 1}, {2, 1}}), "infeasible", "too few samples");
        NS_TEST_EXPECT_MSG_EQ(status({{1, 3}, {2, 0}}), "infeasible", "less than the least");
        NS_TEST_EXPECT_MSG_EQ(status({{1, 2}}), "infeasible", "a learner is missing");
        NS_TEST_EXPECT_MSG_EQ(MelCapacity(problem, 0, 3), 1, "the limit is met exactly");
        NS_TEST_EXPECT_MSG_EQ(MelMaxIterations(problem, 0, 1, 100), 3, "the same, turned round");
        problem.learners[0].energyJ = 0.02;
        NS_TEST_EXPECT_MSG_EQ(MelMaxIterations(problem, 0, 1, 100), 2, "energy");
        NS_TEST_EXPECT_MSG_EQ(MelMaxIterations(problem, 0, 1, 1), 1, "as many as asked for");
        problem.learners[0].c0 = 0.4;
        NS_TEST_EXPECT_MSG_EQ(MelMaxIterations(problem, 0, 0, 100), -1, "can't take part");
        NS_TEST_EXPECT_MSG_EQ(MelCapacity(problem, 0, 0), -1, "can't take part");
    }
};

/// The relaxed synchronous problem, and the semidefinite program that it stands in for.
class RelaxationTestCase : public TestCase
{
  public:
    RelaxationTestCase()
        : TestCase("the relaxed synchronous problem")
    {
    }

  private:
    void DoRun() override
    {
        for (uint64_t i = 0; i < 30; ++i)
        {
            RandomStream random(3, i);
            const auto problem = DrawLarge(random, 8, 3);
            auto point = RelaxMel(problem);
            const double tau = point.iterations[0];
            // Whole numbers are real ones.
            NS_TEST_EXPECT_MSG_GT_OR_EQ(tau,
                                        static_cast<double>(MelSynchronousIterations(problem)),
                                        "an upper bound of the integer optimum");
            CheckPoint(problem, point, 0);
            ImproveMel(problem, point);
            CheckPoint(problem, point, 3);
            double mean = 0;
            for (const double iterations : point.iterations)
            {
                mean += iterations / 8;
            }
            NS_TEST_EXPECT_MSG_GT(mean, tau, "improved");
            // Not bounded by the integer optimum, since it is not of whole numbers.
            CheckSemidefinite(problem, random);
        }
    }

    /// A real point meets all constraints.
    void CheckPoint(const MelProblem& problem, const MelRelaxed& point, double staleness)
    {
        // The descent moves samples between pairs: rounding errors add up over its moves.
        constexpr double ROUNDING = 1e-9;
        double total = 0;
        for (size_t k = 0; k < problem.learners.size(); ++k)
        {
            const auto& learner = problem.learners[k];
            const double tau = point.iterations[k];
            const double d = point.samples[k];
            total += d;
            NS_TEST_EXPECT_MSG_LT_OR_EQ(learner.c2 * tau * d + learner.c1 * d + learner.c0,
                                        problem.cycleTimeS * (1 + ROUNDING),
                                        "time");
            NS_TEST_EXPECT_MSG_LT_OR_EQ(learner.g2 * tau * d + learner.g1 * d + learner.g0,
                                        learner.energyJ * (1 + ROUNDING),
                                        "energy");
        }
        const auto [least, most] =
            std::minmax_element(point.iterations.begin(), point.iterations.end());
        NS_TEST_EXPECT_MSG_LT_OR_EQ(*most - *least, staleness + ROUNDING, "staleness");
        const auto samples = static_cast<double>(problem.samples);
        NS_TEST_EXPECT_MSG_EQ_TOL(total, samples, ROUNDING * samples, "samples");
    }

    /**
     * (19) has no feasible point. F2 has the diagonal 0 and the entries (lambda_k C2_k + gamma_k
     * G2_k) / 2 in its first row, so that its smallest eigenvalue is minus their norm: it is not
     * negative only for lambda = gamma = 0. Then the first entry of f1, -1 - omega, must be 0.
     */
    void CheckSemidefinite(const MelProblem& problem, RandomStream& random)
    {
        const auto count = static_cast<Eigen::Index>(problem.learners.size());
        Eigen::MatrixXd f2 = Eigen::MatrixXd::Zero(count + 1, count + 1);
        for (Eigen::Index k = 0; k < count; ++k)
        {
            const auto& learner = problem.learners[static_cast<size_t>(k)];
            const double entry =
                (random.Uniform(0, 1) * learner.c2 + random.Uniform(0, 1) * learner.g2) / 2;
            f2(0, k + 1) = entry;
            f2(k + 1, 0) = entry;
        }
        const double norm = f2.row(0).norm();
        const auto values = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(f2).eigenvalues();
        // Eigenvalues of a symmetric matrix are found to some epsilons of its norm.
        NS_TEST_EXPECT_MSG_EQ_TOL(values.minCoeff(), -norm, 1e-12 * norm, "never semidefinite");
    }
};

/// Small limits of work: an answer with a bound.
class WorkTestCase : public TestCase
{
  public:
    WorkTestCase()
        : TestCase("tables that would be too large, and large numbers")
    {
    }

  private:
    void DoRun() override
    {
        size_t bounded = 0;
        for (uint64_t i = 0; i < 40; ++i)
        {
            RandomStream random(4, i);
            const auto problem = DrawLarge(random, 30, 5);
            MelOptions little;
            little.maxWork = 200;
            const auto best = SolveMel("exact", problem);
            const auto quick = SolveMel("exact", problem, little);
            NS_TEST_EXPECT_MSG_LT_OR_EQ(quick.objective, best.objective, "no better");
            NS_TEST_EXPECT_MSG_GT_OR_EQ(quick.upperBound, best.objective, "a bound");
            const bool proved = quick.status == SolveStatus::OPTIMAL;
            NS_TEST_EXPECT_MSG_EQ(proved, !(quick.upperBound > quick.objective), "what is proved");
            NS_TEST_EXPECT_MSG_NE(StatusOf(quick), "failed", "an answer");
            bounded += proved ? 0 : 1;
        }
        NS_TEST_EXPECT_MSG_GT(bounded, 10, "limits that were reached");

        // No staleness to speak of, and as many samples as there may be.
        RandomStream random(5);
        auto problem = DrawLarge(random, 4, MEL_MAX_STALENESS);
        problem.samples = 500;
        problem.minSamples = 3;
        const auto free = SolveMel("exact", problem);
        NS_TEST_EXPECT_MSG_GT(free.upperBound, 0, "an answer");
        NS_TEST_EXPECT_MSG_GT_OR_EQ(free.upperBound, free.objective, "bounded");
        problem.samples = MEL_MAX_SAMPLES;
        problem.staleness = 5;
        for (auto& learner : problem.learners)
        {
            learner = {1e-12, 1e-14, 1, 1e-15, 0, 0, 1e3};
        }
        problem.cycleTimeS = 100;
        const auto large = SolveMel("exact", problem);
        NS_TEST_EXPECT_MSG_EQ(StatusOf(large), "optimal", "large numbers");
        // 99 s / (0.25e12 samples) = 396e-12 s = tau c2 + c1.
        NS_TEST_EXPECT_MSG_GT_OR_EQ(large.objective, 395, "as many as fit");
    }
};

/// Input that is refused, with its message.
class ValidationTestCase : public TestCase
{
  public:
    ValidationTestCase()
        : TestCase("validation")
    {
    }

  private:
    /// @return the message for the problem after a change
    template <typename Change>
    static std::string After(Change change)
    {
        MelProblem problem;
        problem.cycleTimeS = 20;
        problem.staleness = 2;
        problem.samples = 100;
        problem.minSamples = 10;
        problem.learners.assign(2, {1e-3, 1e-4, 0.5, 1e-3, 0, 0.1, 10});
        change(problem);
        try
        {
            SolveMel("exact", problem);
        }
        catch (const Infeasible& error)
        {
            return error.what();
        }
        catch (const InvalidInput& error)
        {
            return error.what();
        }
        return "accepted";
    }

    void DoRun() override
    {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        const double infinite = std::numeric_limits<double>::infinity();
        NS_TEST_EXPECT_MSG_EQ(After([](MelProblem&) {}), "accepted", "valid");
        for (const double value : {0.0, -1.0, nan, infinite, 1e41, 1e-41})
        {
            NS_TEST_EXPECT_MSG_EQ(After([&](MelProblem& p) { p.cycleTimeS = value; }),
                                  Describe("cycleTimeS = ", value, ": must be from 1e-40 to 1e+40"),
                                  "T");
        }
        const std::pair<const char*, double MelLearner::*> fields[] = {
            {"c2", &MelLearner::c2},
            {"c1", &MelLearner::c1},
            {"c0", &MelLearner::c0},
            {"g2", &MelLearner::g2},
            {"g1", &MelLearner::g1},
            {"g0", &MelLearner::g0},
            {"energyJ", &MelLearner::energyJ}};
        for (const auto& [key, field] : fields)
        {
            for (const double value : {-1.0, nan, infinite, 1e41, 1e-41})
            {
                const auto change = [&, member = field](MelProblem& p) {
                    p.learners[1].*member = value;
                };
                NS_TEST_EXPECT_MSG_EQ(After(change),
                                      Describe("learners[1].",
                                               key,
                                               " = ",
                                               value,
                                               ": must be 0 or from 1e-40 to 1e+40"),
                                      key);
            }
        }
        CheckCounts();
        CheckInfeasible();
    }

    void CheckCounts()
    {
        NS_TEST_EXPECT_MSG_EQ(After([](MelProblem& p) { p.staleness = -1; }),
                              "staleness = -1: must be from 0 to 1000000",
                              "c");
        NS_TEST_EXPECT_MSG_EQ(After([](MelProblem& p) { p.samples = 0; }),
                              "samples = 0: must be from 1 to 1000000000000",
                              "d");
        NS_TEST_EXPECT_MSG_EQ(After([](MelProblem& p) { p.minSamples = -5; }),
                              "minSamples = -5: must be from 0 to 1000000000000",
                              "d_l");
        NS_TEST_EXPECT_MSG_EQ(After([](MelProblem& p) { p.learners.clear(); }),
                              "learners: 0 of them: must be from 1 to 1000000",
                              "K");
        NS_TEST_EXPECT_MSG_EQ(After([](MelProblem& p) { p.learners[1].c2 = p.learners[1].g2 = 0; }),
                              "learners[1].c2 = 0: must be above 0 where g2 is 0, or its "
                              "iterations are without limit",
                              "no limit");
        NS_TEST_EXPECT_MSG_EQ(After([](MelProblem& p) {
                                  p.learners[0].c2 = p.learners[1].c2 = 1e-30;
                                  p.learners[0].g2 = p.learners[1].g2 = 0;
                              }),
                              "cycleTimeS = 20: must be shorter, or c2 and g2 larger: more than "
                              "1000000000000 iterations of each learner fit",
                              "too many iterations");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] {
                                  MelProblem problem;
                                  problem.cycleTimeS = 1;
                                  problem.samples = 1;
                                  problem.learners.assign(1, {1, 0, 0, 1, 0, 0, 1});
                                  SolveMel("nonesuch", problem);
                              }),
                              "method = 'nonesuch': must be one of exact, sai, ha-sync, hu-sync, "
                              "hu-asyn",
                              "a method");
    }

    void CheckInfeasible()
    {
        NS_TEST_EXPECT_MSG_EQ(After([](MelProblem& p) { p.minSamples = 51; }),
                              "minSamples = 51: must not exceed 50, so that 2 learners have no "
                              "more than samples = 100 together",
                              "the least is too much");
        // 0.5 s and 50 samples of 0.1 ms for each.
        NS_TEST_EXPECT_MSG_EQ(After([](MelProblem& p) { p.cycleTimeS = 0.5; }),
                              "no allocation of samples = 100 to 2 learners fits, with no "
                              "iteration at all even, within cycleTimeS = 0.5 and each energyJ: "
                              "cycleTimeS must be at least 0.505; no energyJ helps at the one "
                              "given",
                              "time");
        NS_TEST_EXPECT_MSG_EQ(After([](MelProblem& p) { p.learners[1].energyJ = 0.05; }),
                              "no allocation of samples = 100 to 2 learners fits, with no "
                              "iteration at all even, within cycleTimeS = 20 and each energyJ: "
                              "each energyJ must be at least 0.1; no cycleTimeS helps with "
                              "those given",
                              "energy");
        NS_TEST_EXPECT_MSG_EQ(After([](MelProblem& p) {
                                  p.cycleTimeS = 0.5;
                                  p.learners[1].energyJ = 0.05;
                              }),
                              "no allocation of samples = 100 to 2 learners fits, with no "
                              "iteration at all even, within cycleTimeS = 0.5 and each energyJ: "
                              "cycleTimeS must be at least 0.505 and, with that, each energyJ "
                              "at least 0.1; neither helps alone",
                              "both");
        // The first can take 60 by time, the second 20 by energy: either limit may give.
        NS_TEST_EXPECT_MSG_EQ(After([](MelProblem& p) {
                                  p.cycleTimeS = 0.506;
                                  p.learners[1].g1 = 0.01;
                                  p.learners[1].energyJ = 0.3;
                              }),
                              "no allocation of samples = 100 to 2 learners fits, with no "
                              "iteration at all even, within cycleTimeS = 0.506 and each "
                              "energyJ: cycleTimeS must be at least 0.508, or each energyJ at "
                              "least 0.5",
                              "either");
    }
};

/// The suite.
class FlMelAnswersTestSuite : public TestSuite
{
  public:
    FlMelAnswersTestSuite()
        : TestSuite("fl-mel-answers", TestSuite::Type::UNIT)
    {
        AddTestCase(new EvaluateTestCase);
        AddTestCase(new RelaxationTestCase);
        AddTestCase(new WorkTestCase);
        AddTestCase(new ValidationTestCase);
    }
};

FlMelAnswersTestSuite g_flMelAnswersTestSuite; ///< registers the suite

} // namespace
