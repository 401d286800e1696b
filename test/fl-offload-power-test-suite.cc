/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/fl-offload-deadline.h"
#include "ns3/fl-offload-matching.h"
#include "ns3/fl-offload-packing.h"
#include "ns3/fl-offload-power.h"
#include "ns3/fl-random-stream.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What the solvers of offloading are made of: powers on one sub-channel, deadlines, matchings,
 * packings.
 */

using namespace ns3;
using namespace ns3::fl;

namespace
{

/// Those who share a sub-channel, and what their powers are worth: code of its own.
struct Channel
{
    std::vector<OffloadLink> links;         //!< of the cells
    std::vector<std::vector<double>> gains; //!< by receiver, by sender [1/W]

    /// Draw one. @param decades spread of the gains @param budgetJ about what each may spend
    Channel(size_t count, double decades, double budgetJ, RandomStream& random)
    {
        for (size_t i = 0; i < count; ++i)
        {
            gains.emplace_back();
            for (size_t j = 0; j < count; ++j)
            {
                gains[i].push_back(
                    std::pow(10, (j == i ? 2 : 0.5) + 0.5 * decades * random.Normal()));
            }
            OffloadLink link;
            link.unitS = random.Uniform(0.1, 2);
            link.budgetJ = budgetJ * random.Uniform(1, 2);
            // All have at least twice the energy that they need.
            gains[i][i] = std::max(gains[i][i], 2 * link.unitS / link.budgetJ);
            link.maxPowerW =
                std::min(1.0, LargestOffloadPowerW(link.unitS, gains[i][i], link.budgetJ));
            links.push_back(link);
        }
    }

    /// Hand it to a method.
    template <typename Method>
    void Load(Method& method) const
    {
        method.Begin(links.size());
        for (size_t i = 0; i < links.size(); ++i)
        {
            method.Link(i) = links[i];
            for (size_t j = 0; j < links.size(); ++j)
            {
                method.Gain(i, j) = gains[i][j];
            }
        }
    }

    /// @return noise and interference over noise
    double Disturbance(const std::vector<double>& powers, size_t i) const
    {
        double sum = 1;
        for (size_t j = 0; j < links.size(); ++j)
        {
            sum += j == i ? 0 : gains[i][j] * powers[j];
        }
        return sum;
    }

    /// @return durations of all
    std::vector<double> Durations(const std::vector<double>& powers) const
    {
        std::vector<double> durations;
        for (size_t i = 0; i < links.size(); ++i)
        {
            const double sinr = gains[i][i] * powers[i] / Disturbance(powers, i);
            durations.push_back(links[i].unitS / std::log1p(sinr));
        }
        return durations;
    }

    /// @return of ln T_i by ln p_j
    double Slope(const std::vector<double>& powers, size_t i, size_t j) const
    {
        const double disturbance = Disturbance(powers, i);
        const double sinr = gains[i][i] * powers[i] / disturbance;
        const double change = j == i ? sinr : -sinr * gains[i][j] * powers[j] / disturbance;
        return -change / (1 + sinr) / std::log1p(sinr);
    }

    /**
     * A bound on ln of the sum of durations by weak duality: the Lagrangian is convex in ln p, so
     * that it is above its tangent, of which the least is at a corner of where answers can be.
     */
    double LnBound(const std::vector<double>& powers,
                   const std::vector<double>& boxPrices,
                   const std::vector<double>& budgetPrices) const
    {
        const auto durations = Durations(powers);
        double cost = 0;
        double freeS = 0;
        std::vector<double> least;
        for (size_t i = 0; i < links.size(); ++i)
        {
            cost += durations[i];
            least.push_back(links[i].unitS / std::log1p(gains[i][i] * links[i].maxPowerW));
            freeS += least[i];
        }
        double bound = std::log(cost);
        for (size_t i = 0; i < links.size(); ++i)
        {
            bound += boxPrices[i] * std::log(powers[i] / links[i].maxPowerW) +
                     budgetPrices[i] * std::log(powers[i] * durations[i] / links[i].budgetJ);
        }
        for (size_t j = 0; j < links.size(); ++j)
        {
            double slope = boxPrices[j] + budgetPrices[j];
            for (size_t i = 0; i < links.size(); ++i)
            {
                slope += (durations[i] / cost + budgetPrices[i]) * Slope(powers, i, j);
            }
            // With less power the device alone would take longer than all do now.
            const double longestS = cost - freeS + least[j];
            const double low = std::expm1(links[j].unitS / longestS) / gains[j][j];
            const double room =
                slope > 0 ? std::log(powers[j] / low) : -std::log(links[j].maxPowerW / powers[j]);
            bound -= slope * room;
        }
        return bound;
    }
};

/// Powers: limits, budgets, the bound.
class PowerTestCase : public TestCase
{
  public:
    PowerTestCase()
        : TestCase("powers on one sub-channel, and their bound")
    {
    }

  private:
    void DoRun() override
    {
        RandomStream random(31);
        size_t binding = 0;
        for (int k = 0; k < 2000; ++k)
        {
            const size_t count = 1 + random.Below(5);
            const Channel channel(count,
                                  random.Uniform(0.5, 4),
                                  std::pow(10, random.Uniform(-1.5, 0.5)),
                                  random);
            binding += Check(channel, random);
        }
        NS_TEST_EXPECT_MSG_GT(binding, 500, "budgets bind in many");
    }

    /// @return how many budgets bind
    size_t Check(const Channel& channel, RandomStream& random)
    {
        const size_t count = channel.links.size();
        OffloadPower method(5);
        channel.Load(method);
        NS_TEST_EXPECT_MSG_EQ(method.Solve(), true, "to its tolerance");
        std::vector<double> powers;
        std::vector<double> boxPrices;
        std::vector<double> budgetPrices;
        for (size_t i = 0; i < count; ++i)
        {
            powers.push_back(method.PowerW(i));
            boxPrices.push_back(method.PowerPrice(i));
            budgetPrices.push_back(method.BudgetPrice(i));
        }
        const auto durations = channel.Durations(powers);
        double sumS = 0;
        size_t binding = 0;
        for (size_t i = 0; i < count; ++i)
        {
            const auto& link = channel.links[i];
            sumS += durations[i];
            NS_TEST_EXPECT_MSG_LT_OR_EQ(powers[i], link.maxPowerW, "a limit");
            NS_TEST_EXPECT_MSG_LT_OR_EQ(powers[i] * durations[i] / link.budgetJ,
                                        1 + 1e-12,
                                        "a budget");
            binding += powers[i] * durations[i] > (1 - 1e-6) * link.budgetJ ? 1 : 0;
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(method.CostS() / sumS, 1, 1e-12, "the sum of durations");
        NS_TEST_EXPECT_MSG_EQ_TOL(method.BoundS() / sumS, 1, 1e-9, "its own bound is met");
        if (count > 1)
        {
            const double gap = std::log(sumS) - channel.LnBound(powers, boxPrices, budgetPrices);
            NS_TEST_EXPECT_MSG_LT(gap, 1e-9, "ours is met");
            NS_TEST_EXPECT_MSG_GT(gap, -1e-12, "and is one");
        }
        // Nothing near is better that keeps the limits.
        for (int k = 0; k < 20; ++k)
        {
            auto others = powers;
            for (size_t i = 0; i < count; ++i)
            {
                others[i] = std::min(channel.links[i].maxPowerW,
                                     powers[i] * std::exp(0.1 * random.Normal()));
            }
            const auto times = channel.Durations(others);
            double otherS = 0;
            bool fits = true;
            for (size_t i = 0; i < count; ++i)
            {
                otherS += times[i];
                fits &= others[i] * times[i] <= channel.links[i].budgetJ;
            }
            NS_TEST_EXPECT_MSG_EQ((fits && otherS < method.BoundS() * (1 - 1e-12)),
                                  false,
                                  "nothing is better");
        }
        return binding;
    }
};

/// Where budgets hardly suffice and interference is strong.
class HardPowerTestCase : public TestCase
{
  public:
    HardPowerTestCase()
        : TestCase("powers where little is possible")
    {
    }

  private:
    void DoRun() override
    {
        RandomStream random(32);
        for (int k = 0; k < 500; ++k)
        {
            const size_t count = 2 + random.Below(4);
            Channel channel(count, 8, 0.1, random);
            for (size_t i = 0; i < count; ++i)
            {
                auto& link = channel.links[i];
                link.budgetJ =
                    link.unitS / channel.gains[i][i] * (1 + std::pow(10, random.Uniform(-6, 0)));
                link.maxPowerW =
                    LargestOffloadPowerW(link.unitS, channel.gains[i][i], link.budgetJ);
            }
            OffloadPower method(5);
            channel.Load(method);
            const bool isSolved = method.Solve();
            NS_TEST_EXPECT_MSG_EQ(std::isnan(method.CostS()), false, "a number");
            NS_TEST_EXPECT_MSG_LT_OR_EQ(method.BoundS(), method.CostS(), "a bound");
            NS_TEST_EXPECT_MSG_GT(method.BoundS(), 0, "a bound that says something");
            NS_TEST_EXPECT_MSG_EQ(isSolved,
                                  (method.CostS() - method.BoundS() <= 1e-9 * method.CostS()),
                                  "it says whether the bound is met");
        }
    }
};

/// Least deadlines.
class DeadlineTestCase : public TestCase
{
  public:
    DeadlineTestCase()
        : TestCase("least deadlines on one sub-channel")
    {
    }

  private:
    void DoRun() override
    {
        RandomStream random(33);
        for (int k = 0; k < 500; ++k)
        {
            const size_t count = 1 + random.Below(5);
            const Channel channel(count, 2, std::pow(10, random.Uniform(-1.5, 0.5)), random);
            OffloadDeadline method(5);
            channel.Load(method);
            const double deadlineS = method.Solve();
            std::vector<double> powers;
            for (size_t i = 0; i < count; ++i)
            {
                powers.push_back(method.PowerW(i));
            }
            const auto durations = channel.Durations(powers);
            double tightest = 0;
            for (size_t i = 0; i < count; ++i)
            {
                const auto& link = channel.links[i];
                NS_TEST_EXPECT_MSG_EQ_TOL(durations[i] / deadlineS, 1, 1e-9, "done just then");
                NS_TEST_EXPECT_MSG_LT_OR_EQ(powers[i], link.maxPowerW, "a limit");
                NS_TEST_EXPECT_MSG_LT_OR_EQ(powers[i] * deadlineS, link.budgetJ, "a budget");
                tightest = std::max(
                    {tightest, powers[i] / link.maxPowerW, powers[i] * deadlineS / link.budgetJ});
            }
            // With the least powers, a limit is met: less time would exceed it. Near the spectral
            // radius of 1 powers rise beyond all limits within the tolerance.
            NS_TEST_EXPECT_MSG_GT(tightest, 1 - 1e-6, "no sooner");
        }
    }
};

/// Matchings against enumeration, packings against their duals.
class PartsTestCase : public TestCase
{
  public:
    PartsTestCase()
        : TestCase("matchings and packings")
    {
    }

  private:
    void DoRun() override
    {
        RandomStream random(34);
        for (int k = 0; k < 300; ++k)
        {
            CheckMatching(random);
            CheckPacking(random);
        }
    }

    /// @return the largest sum of weights of rows from one on
    double Best(const std::vector<double>& weights, size_t row, size_t columns, unsigned used)
    {
        if (row * columns == weights.size())
        {
            return 0;
        }
        double best = Best(weights, row + 1, columns, used);
        for (size_t c = 0; c < columns; ++c)
        {
            if (!(used >> c & 1))
            {
                best = std::max(best,
                                weights[row * columns + c] +
                                    Best(weights, row + 1, columns, used | 1U << c));
            }
        }
        return best;
    }

    /// The sum is the largest.
    void CheckMatching(RandomStream& random)
    {
        const size_t rows = 1 + random.Below(5);
        const size_t columns = 1 + random.Below(5);
        std::vector<double> weights;
        for (size_t k = 0; k < rows * columns; ++k)
        {
            weights.push_back(random.Below(5) == 0 ? -HUGE_VAL : random.Uniform(-1, 1));
        }
        const auto matched = LargestMatching(weights, rows, columns);
        double sum = 0;
        std::vector<int> uses(columns, 0);
        for (size_t r = 0; r < rows; ++r)
        {
            if (matched[r] != UNMATCHED)
            {
                sum += weights[r * columns + matched[r]];
                NS_TEST_EXPECT_MSG_EQ(++uses[matched[r]], 1, "once each");
            }
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(sum, Best(weights, 0, columns, 0), 1e-12, "the largest");
    }

    /// Prices are at least 0, no column is below them, and they add up to the objective.
    void CheckPacking(RandomStream& random)
    {
        const size_t rows = 2 + random.Below(6);
        OffloadPacking packing(rows);
        std::vector<std::pair<double, std::vector<uint32_t>>> columns;
        for (size_t k = 0; k < 30; ++k)
        {
            std::vector<uint32_t> some;
            for (uint32_t r = 0; r < rows; ++r)
            {
                if (random.Below(2) == 0 || (some.empty() && r + 1 == rows))
                {
                    some.push_back(r);
                }
            }
            columns.emplace_back(random.Uniform(-2, 0.5), some);
            packing.Add(columns.back().first, some);
            if (k == 15)
            {
                packing.Solve();
            }
        }
        NS_TEST_EXPECT_MSG_EQ(packing.Solve(), true, "an optimum");
        double sum = 0;
        for (size_t r = 0; r < rows; ++r)
        {
            sum -= packing.Price(r);
        }
        // Right-hand sides are not 1 but for a millionth.
        NS_TEST_EXPECT_MSG_EQ_TOL(sum, packing.Objective(), 1e-5, "duality");
        for (const auto& [cost, some] : columns)
        {
            double reduced = cost;
            for (const uint32_t r : some)
            {
                reduced += packing.Price(r);
            }
            NS_TEST_EXPECT_MSG_GT(reduced, -1e-9, "no column is worth more");
        }
    }
};

/// The suite.
class FlOffloadPowerTestSuite : public TestSuite
{
  public:
    FlOffloadPowerTestSuite()
        : TestSuite("fl-offload-power", TestSuite::Type::UNIT)
    {
        AddTestCase(new PowerTestCase);
        AddTestCase(new HardPowerTestCase);
        AddTestCase(new DeadlineTestCase);
        AddTestCase(new PartsTestCase);
    }
};

FlOffloadPowerTestSuite g_flOffloadPowerTestSuite; ///< registers the suite

} // namespace
