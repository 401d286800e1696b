/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/fl-mel-drop.h"
#include "ns3/fl-mel-methods.h"
#include "ns3/fl-random-stream.h"
#include "ns3/test.h"

#include <string>

/**
 * @file
 * @ingroup fl
 * Task allocation for mobile edge learning: many learners, much staleness.
 */

using namespace ns3;
using namespace ns3::fl;

namespace
{

/// @return a cell of the paper's learners, with 3,000 samples each and at least 300
MelProblem
DrawCell(uint32_t learners, int64_t staleness)
{
    RandomStream random(4, 0);
    MelDropOptions options;
    options.learners = learners;
    options.staleness = staleness;
    options.samples = int64_t{3000} * learners;
    return DrawMelDrop(options, random);
}

/// The exact solver where its tables are large: near its bound, and no other method is better.
class ExactTestCase : public TestCase
{
  public:
    /// @param learners K @param staleness c
    ExactTestCase(uint32_t learners, int64_t staleness)
        : TestCase("exact, K = " + std::to_string(learners) + ", c = " + std::to_string(staleness)),
          m_learners(learners),
          m_staleness(staleness)
    {
    }

  private:
    void DoRun() override
    {
        const auto problem = DrawCell(m_learners, m_staleness);
        const auto exact = SolveMel("exact", problem);
        NS_TEST_EXPECT_MSG_LT(exact.Gap(), 1e-3, "near the bound");
        for (const auto& method : MelMethods())
        {
            const auto other = SolveMel(method.name, problem);
            NS_TEST_EXPECT_MSG_LT_OR_EQ(other.objective, exact.objective, method.name);
            NS_TEST_EXPECT_MSG_GT_OR_EQ(other.upperBound, exact.objective, method.name);
        }
    }

    uint32_t m_learners; //!< K
    int64_t m_staleness; //!< c
};

/// What is kept where tables, or choices, would be too many.
class LittleWorkTestCase : public TestCase
{
  public:
    LittleWorkTestCase()
        : TestCase("little work: within c by K of the bound, and no worse than other methods")
    {
    }

  private:
    void DoRun() override
    {
        const auto problem = DrawCell(200, 30);
        const auto best = SolveMel("exact", problem);
        for (const uint64_t work : {uint64_t{1}, uint64_t{10000}, uint64_t{250000}})
        {
            MelOptions options;
            options.maxWork = work;
            const auto exact = SolveMel("exact", problem, options);
            NS_TEST_EXPECT_MSG_GT_OR_EQ(exact.upperBound, best.objective, "a bound");
            for (const auto& method : MelMethods())
            {
                NS_TEST_EXPECT_MSG_LT_OR_EQ(SolveMel(method.name, problem, options).objective,
                                            exact.objective,
                                            method.name);
            }
            // There are no more than c + 1 bases of K (c + 1) choices.
            if (work >= 200 * 31 * 31)
            {
                NS_TEST_EXPECT_MSG_LT_OR_EQ(exact.upperBound - exact.objective,
                                            30.0 / 200 + 1e-12,
                                            "c / K");
            }
        }
    }
};

/// The paper's way with many learners: not all pairs are gone through then.
class SaiTestCase : public TestCase
{
  public:
    SaiTestCase()
        : TestCase("sai, K = 10000, c = 10")
    {
    }

  private:
    void DoRun() override
    {
        const auto problem = DrawCell(10000, 10);
        const auto sai = SolveMel("sai", problem);
        NS_TEST_EXPECT_MSG_EQ(ToString(sai.status), std::string("feasible"), "an answer");
        // 3.5 % at K = 1000, where all pairs are.
        NS_TEST_EXPECT_MSG_LT(sai.Gap(), 0.05, "about as good");
    }
};

/// The suite.
class FlMelLargeTestSuite : public TestSuite
{
  public:
    FlMelLargeTestSuite()
        : TestSuite("fl-mel-large", TestSuite::Type::UNIT)
    {
        AddTestCase(new ExactTestCase(1000, 50));
        AddTestCase(new ExactTestCase(3000, 20));
        AddTestCase(new ExactTestCase(3000, 100));
        AddTestCase(new ExactTestCase(10000, 50));
        AddTestCase(new ExactTestCase(1000, 100000));
        AddTestCase(new LittleWorkTestCase);
        AddTestCase(new SaiTestCase);
    }
};

FlMelLargeTestSuite g_flMelLargeTestSuite; ///< registers the suite

} // namespace
