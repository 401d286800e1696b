/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "../examples/study/fl-claims.h"
#include "../examples/study/fl-joint-claims.h"

#include "ns3/fl-plan.h"
#include "ns3/fl-plot-script.h"
#include "ns3/test.h"

#include <set>
#include <sstream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The rule by which studies judge claims, and the looks of the curves in their plots.
 */

using namespace ns3;
using namespace ns3::fl;

namespace
{

/// @return a sample of these values
Sample
MakeSample(const std::vector<double>& values)
{
    Sample sample;
    for (const double value : values)
    {
        sample.Add(value);
    }
    return sample;
}

/// Numbers, counts and orders.
class RuleTestCase : public TestCase
{
  public:
    RuleTestCase()
        : TestCase("claims are judged by one rule")
    {
    }

  private:
    void DoRun() override
    {
        TestNumbers();
        TestOrders();
        TestTexts();
    }

    void TestNumbers()
    {
        const auto judge = [](double measured) {
            return JudgeNumber(29, 0.5, measured, "percentage points");
        };
        NS_TEST_EXPECT_MSG_EQ(judge(29.4), "met", "within the number's own precision");
        NS_TEST_EXPECT_MSG_EQ(judge(28.5), "met", "at its end");
        NS_TEST_EXPECT_MSG_EQ(judge(16.7), "missed by 12.3 percentage points", "29 - 16.7");
        NS_TEST_EXPECT_MSG_EQ(judge(31), "exceeded by 2 percentage points", "31 - 29");
        NS_TEST_EXPECT_MSG_EQ(judge(ABSENT), "not tested", "nothing was measured");
        NS_TEST_EXPECT_MSG_EQ(JudgeCount(2, 3, 9, "cases"), "met", "more than enough");
        NS_TEST_EXPECT_MSG_EQ(JudgeCount(2, 0, 9, "cases"), "missed by 2 cases", "none");
        NS_TEST_EXPECT_MSG_EQ(JudgeCount(2, 0, 0, "cases"), "not tested", "of none");
    }

    /// @return the verdict on points where one is above the other by these differences, with half
    /// intervals of about 1.3 in all: t(0.975, 2) / sqrt(3) = 2.48, times 0.25, twice
    static std::string Judge(const std::vector<double>& differences, ClaimedOrder order)
    {
        OrderCount count;
        for (const double difference : differences)
        {
            count.Add(MakeSample({difference - 0.25, difference, difference + 0.25}),
                      MakeSample({-0.25, 0, 0.25}));
        }
        return count.Judge(order);
    }

    void TestOrders()
    {
        using Order = ClaimedOrder;
        const auto expect = [this](const std::vector<double>& differences,
                                   Order order,
                                   const std::string& verdict) {
            NS_TEST_EXPECT_MSG_EQ(Judge(differences, order),
                                  verdict,
                                  differences.size() << " points");
        };
        expect({2, 3}, Order::ABOVE, "holds beyond intervals");
        expect({2, 1}, Order::ABOVE, "holds within intervals");
        expect({2, -0.1}, Order::ABOVE, "does not hold");
        expect({2, 0}, Order::ABOVE, "does not hold"); // equal is not above
        expect({}, Order::ABOVE, "not tested");
        expect({2, 2, -3}, Order::MOSTLY_ABOVE, "holds beyond intervals");
        expect({0.1, 0.1, -3}, Order::MOSTLY_ABOVE, "holds within intervals");
        expect({0.1, -0.1}, Order::MOSTLY_ABOVE, "does not hold"); // half is not most
        expect({-2, 2}, Order::ONCE_ABOVE, "holds beyond intervals");
        expect({-2, 1}, Order::ONCE_ABOVE, "holds within intervals");
        expect({-2, 0}, Order::ONCE_ABOVE, "does not hold");
        expect({-2, -3}, Order::NOT_ABOVE, "holds beyond intervals");
        expect({-2, 1}, Order::NOT_ABOVE, "holds within intervals");
        expect({-2, 2}, Order::NOT_ABOVE, "does not hold");
        expect({1, -1}, Order::SAME, "holds within intervals");
        expect({1, -2}, Order::SAME, "does not hold");
        OrderCount once;
        once.Add(MakeSample({5}), MakeSample({1}));
        NS_TEST_EXPECT_MSG_EQ(once.Judge(Order::ABOVE),
                              "holds within intervals",
                              "without repetitions nothing is beyond");
        OrderCount limit;
        limit.Add(MakeSample({0.5, 0.6, 0.7}), 1);
        NS_TEST_EXPECT_MSG_EQ(limit.Judge(Order::NOT_ABOVE), "holds beyond intervals", "a limit");
        OrderCount absent;
        absent.Add(MakeSample({}), MakeSample({1, 2}));
        NS_TEST_EXPECT_MSG_EQ(absent.Judge(Order::ABOVE), "not tested", "no value of one");
    }

    void TestTexts()
    {
        OrderCount count;
        count.Add(MakeSample({3, 3}), MakeSample({1, 1}));
        count.Add(MakeSample({1, 2}), MakeSample({1, 1}));
        const std::vector<Claim> claims{count.ToClaim("a above b", "always", ClaimedOrder::ABOVE)};
        NS_TEST_EXPECT_MSG_EQ(ClaimsCsv(claims),
                              "claim,paper,measured,verdict\n"
                              "a above b,always,mean above at 2 of 2 points; by more than both "
                              "intervals at 1; below by more at 0,holds within intervals\n",
                              "claims.csv");
        std::ostringstream out;
        PrintClaims(out, claims);
        NS_TEST_EXPECT_MSG_NE(out.str().find("verdict:  holds within intervals"),
                              std::string::npos,
                              out.str());
    }
};

/// Claims about figures.
class JointClaimsTestCase : public TestCase
{
  public:
    JointClaimsTestCase()
        : TestCase("claims about energy and time")
    {
    }

  private:
    void DoRun() override
    {
        const auto none = JudgeJointClaims({});
        for (const auto& claim : none)
        {
            NS_TEST_EXPECT_MSG_EQ(claim.verdict, "not tested", claim.claim);
        }
        const auto figure = MakeJointFigure("7", {}, "global");
        // Uploads take less than computation; the other methods are 10 % above the optimum.
        std::vector<JointRowStatistics> statistics(figure.rows.size());
        for (size_t i = 0; i < statistics.size(); ++i)
        {
            const bool optimum = figure.curves[figure.rows[i].curve].name == "global";
            statistics[i].energyJ = MakeSample({10, 11, 12});
            statistics[i].uploadEnergyJ = MakeSample({1, 1, 1});
            statistics[i].computeEnergyJ = MakeSample({9, 10, 11});
            statistics[i].excess = optimum ? MakeSample({0, 0, 0}) : MakeSample({0.09, 0.1, 0.11});
        }
        const auto verdict = [&](const std::string& what) {
            for (const auto& claim : JudgeJointClaims({{&figure, &statistics}}))
            {
                if (claim.claim == what)
                {
                    return claim.verdict;
                }
            }
            return std::string("no such claim");
        };
        const auto expect = [&](const std::string& what, const std::string& expected) {
            NS_TEST_EXPECT_MSG_EQ(verdict(what), expected, what);
        };
        expect("joint optimum below communication only", "holds beyond intervals");
        expect("energy of transmission leads the total", "does not hold");
        expect("communication only below computation only", "does not hold"); // they are equal
        expect("more devices: less energy", "not tested");
    }
};

/// Curves.
class LooksTestCase : public TestCase
{
  public:
    LooksTestCase()
        : TestCase("no two curves of a plot look alike")
    {
    }

  private:
    void DoRun() override
    {
        for (const std::string with : {"lines", "linespoints", "yerrorlines"})
        {
            std::set<std::string> looks;
            double last = 1e9;
            for (size_t i = 0; i < 16; ++i)
            {
                const auto style = CurveStyle({with}, i, 16);
                const auto dash = style.substr(style.find("dashtype"), 10);
                looks.insert(dash + style.substr(style.find("linecolor")));
                const double width = std::stod(style.substr(style.find("linewidth") + 10));
                NS_TEST_EXPECT_MSG_LT(width, last, "those below show beside those above");
                NS_TEST_EXPECT_MSG_EQ(style.find("pointsize 0 "), std::string::npos, style);
                last = width;
            }
            NS_TEST_EXPECT_MSG_EQ(looks.size(), 16, with << ": colour and dashes differ");
        }
        NS_TEST_EXPECT_MSG_EQ(CurveStyle({"lines", "red", 3}, 1, 3),
                              "with lines linewidth 3 dashtype 3 linecolor rgb 'red'",
                              "what is given stays");
    }
};

/// The suite.
class FlClaimsTestSuite : public TestSuite
{
  public:
    FlClaimsTestSuite()
        : TestSuite("fl-claims", TestSuite::Type::UNIT)
    {
        AddTestCase(new RuleTestCase);
        AddTestCase(new JointClaimsTestCase);
        AddTestCase(new LooksTestCase);
    }
};

FlClaimsTestSuite g_flClaimsTestSuite; ///< registers the suite

} // namespace
