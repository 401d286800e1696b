/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-plan.h"
#include "ns3/fl-schedule-convergence.h"
#include "ns3/test.h"

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

/// The suite.
class FlScheduleConvergenceTestSuite : public TestSuite
{
  public:
    FlScheduleConvergenceTestSuite()
        : TestSuite("fl-schedule-convergence", TestSuite::Type::UNIT)
    {
        AddTestCase(new ConvergenceTestCase);
    }
};

FlScheduleConvergenceTestSuite g_flScheduleConvergenceTestSuite; ///< registers the suite

} // namespace
