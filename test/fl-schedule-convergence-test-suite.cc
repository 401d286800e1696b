/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-plan.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-schedule-convergence.h"
#include "ns3/test.h"

#include <Eigen/Core>

/**
 * @file
 * @ingroup fl
 * Device scheduling: the bound of Theorem 1.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// Rounding errors of a few dozen operations.
constexpr double ROUNDING = 1e-13;

/// Theorem 1's terms by hand.
class ConvergenceTestCase : public TestCase
{
  public:
    ConvergenceTestCase()
        : TestCase("Theorem 1")
    {
    }

  private:
    void DoRun() override
    {
        ConvergenceAssumptions a;
        a.devices = 5;
        a.learningRate = 0.5;
        a.smoothness = 0.2;
        a.polyakLojasiewicz = 2;
        a.gradientVariance = 0.01;
        a.sharedParameters = 30;
        a.localParameters = 7;
        a.initialGap = 3;
        // -(0.05 - 0.5)/25 - 3 * 0.2 / (2 * 2 * 4 * 25)
        const double sigma = 0.018 - 0.0015;
        NS_TEST_EXPECT_MSG_EQ_TOL(a.Sigma(2), sigma, ROUNDING, "(14)");
        NS_TEST_EXPECT_MSG_EQ_TOL(a.Sigma(5), 0.018, ROUNDING, "(14), everybody");
        NS_TEST_EXPECT_MSG_EQ_TOL(a.Alpha(2), 0.01 * 25 * sigma * 30, ROUNDING, "(15)");
        NS_TEST_EXPECT_MSG_EQ_TOL(a.Beta(), 7 * -0.45 * 0.01, ROUNDING, "(16)");
        NS_TEST_EXPECT_MSG_EQ_TOL(a.LargestSmoothness(), 0.4, ROUNDING, "condition");
        NS_TEST_EXPECT_MSG_EQ_TOL(a.LargestSmoothness(1), 0.4, ROUNDING, "condition, N = 1");
        // 0.5 * 2 * 4 / (4 * 2 * 0.25 + 3)
        NS_TEST_EXPECT_MSG_EQ_TOL(a.LargestSmoothness(2), 0.8, ROUNDING, "condition, N = 2");
        NS_TEST_EXPECT_MSG_EQ(a.Warning(), "", "it holds");

        // (13) by its sums and products.
        const std::vector<size_t> selected{2, 5, 1, 3};
        ConvergenceBound bound(a);
        for (const auto count : selected)
        {
            bound.Round(count);
        }
        double initial = 3;
        double shared = 0;
        double local = 0;
        for (size_t t = 0; t < selected.size(); ++t)
        {
            double weight = 1;
            for (size_t later = t + 1; later < selected.size(); ++later)
            {
                weight *= 1 - 4 * a.Sigma(selected[later]);
            }
            initial *= 1 - 4 * a.Sigma(selected[t]);
            shared -= weight * a.Alpha(selected[t]);
            local += weight * a.Beta();
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(bound.InitialGap(), initial, ROUNDING, "initial gap");
        NS_TEST_EXPECT_MSG_EQ_TOL(bound.SharedGap(), shared, ROUNDING, "shared gap");
        NS_TEST_EXPECT_MSG_EQ_TOL(bound.LocalGap(), local, ROUNDING, "local gap");
        NS_TEST_EXPECT_MSG_EQ_TOL(bound.Get(), initial + shared + local, ROUNDING, "(13)");
        const double before = bound.Get();
        bound.Round(0);
        NS_TEST_EXPECT_MSG_EQ(bound.Get(), before, "nobody took part");

        // With the paper's learning rate it would take L < 1e-4.
        const ConvergenceAssumptions paper;
        NS_TEST_EXPECT_MSG_EQ(paper.Warning().substr(0, 58),
                              "Theorem 1 does not hold: L = 1 is not below eta / (eta^2 +",
                              "the condition fails");
        a.smoothness = -1;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ConvergenceBound{a}; }),
                              "smoothness = -1: must be positive",
                              "sign");
        a.smoothness = 1;
        a.initialGap = ABSENT;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ConvergenceBound{a}; }),
                              "initial gap = nan: must be at least 0",
                              "NaN");
    }
};

/// Lemma 1 as printed is false for more than two devices; with K in place of 2 on the shared part
/// it holds. Gradients are drawn, and the global one is computed from them.
class LemmaTestCase : public TestCase
{
  public:
    LemmaTestCase()
        : TestCase("Lemma 1, and its counterexample")
    {
    }

  private:
    /// @return both sides' norms
    /// @param shared gradients by the adapters, a column per device
    /// @param local gradients by the task modules, a column per device
    static GradientNorms NormsOf(const Eigen::MatrixXd& shared, const Eigen::MatrixXd& local)
    {
        GradientNorms norms;
        norms.devices = static_cast<size_t>(shared.cols());
        const auto count = static_cast<double>(shared.cols());
        norms.sharedSquares = shared.squaredNorm();
        norms.localSquares = local.squaredNorm();
        norms.globalSquare =
            (shared.rowwise().sum() / count).squaredNorm() + (local / count).squaredNorm();
        return norms;
    }

    void DoRun() override
    {
        for (const int devices : {1, 2, 3, 20})
        {
            // K equal gradients by the adapters: |g|^2 against 2 |g|^2 / K.
            const Eigen::MatrixXd equal = Eigen::VectorXd::Ones(4).replicate(1, devices);
            const auto norms = NormsOf(equal, Eigen::MatrixXd::Zero(2, devices));
            NS_TEST_EXPECT_MSG_EQ_TOL(norms.globalSquare, 4, ROUNDING, "|g|^2");
            NS_TEST_EXPECT_MSG_EQ_TOL(norms.PrintedBound(), 8.0 / devices, ROUNDING, "printed");
            NS_TEST_EXPECT_MSG_EQ((norms.PrintedBound() < norms.globalSquare - ROUNDING),
                                  (devices > 2),
                                  "false for K > 2: K = " << devices);
            NS_TEST_EXPECT_MSG_EQ_TOL(norms.CorrectedBound(), 4, ROUNDING, "met with equality");
        }
        RandomStream random(5);
        const auto draw = [&random](Eigen::Index rows, Eigen::Index columns) {
            Eigen::MatrixXd matrix(rows, columns);
            for (Eigen::Index i = 0; i < matrix.size(); ++i)
            {
                matrix.data()[i] = random.Uniform(-1, 2);
            }
            return matrix;
        };
        for (int trial = 0; trial < 200; ++trial)
        {
            const int devices = 1 + trial % 20;
            const auto norms = NormsOf(draw(6, devices), draw(3, devices));
            NS_TEST_EXPECT_MSG_LT(norms.globalSquare,
                                  norms.CorrectedBound() * (1 + ROUNDING),
                                  "it holds, K = " << devices);
        }
        ExpectPrintedGap();
    }

    /// (13) prints the product times F(W(0)), and takes F(W*) from that.
    void ExpectPrintedGap()
    {
        ConvergenceAssumptions a;
        a.devices = 2;
        a.learningRate = 0.5;
        a.smoothness = 0.2;
        a.initialGap = 3;
        ConvergenceBound bound(a);
        bound.Round(2);
        const double factor = 1 - 2 * (0.5 - 0.05) / 4;
        NS_TEST_EXPECT_MSG_EQ_TOL(bound.InitialGap(), factor * 3, ROUNDING, "corrected");
        NS_TEST_EXPECT_MSG_EQ_TOL(bound.PrintedInitialGap(0.5),
                                  factor * 3.5 - 0.5,
                                  ROUNDING,
                                  "printed: below, where F(W*) is above 0");
    }
};

/// The suite.
class FlScheduleConvergenceTestSuite : public TestSuite
{
  public:
    FlScheduleConvergenceTestSuite()
        : TestSuite("fl-schedule-convergence", TestSuite::Type::UNIT)
    {
        AddTestCase(new ConvergenceTestCase);
        AddTestCase(new LemmaTestCase);
    }
};

FlScheduleConvergenceTestSuite g_flScheduleConvergenceTestSuite; ///< registers the suite

} // namespace
