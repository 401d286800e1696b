/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * Robust rules against brute force and numbers by hand; attacks against their definitions.
 */

#include "fl-test-refusal.h"

#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-poison-attack.h"
#include "ns3/fl-robust-aggregator.h"
#include "ns3/fl-robust-rule.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

using Values = std::vector<Eigen::VectorXf>; ///< vectors of one length

/// @return inputs of weight 1 @param values theirs
std::vector<RobustInput>
InputsOf(const Values& values)
{
    std::vector<RobustInput> inputs;
    for (const auto& value : values)
    {
        inputs.push_back({&value, 1});
    }
    return inputs;
}

/// @return normal vectors @param count how many @param length of each @param random where from
Values
DrawValues(uint32_t count, Eigen::Index length, RandomStream& random)
{
    Values values;
    for (uint32_t i = 0; i < count; ++i)
    {
        values.push_back(Eigen::VectorXf::NullaryExpr(length, [&](Eigen::Index) {
            return static_cast<float>(random.Normal());
        }));
    }
    return values;
}

/// @return values of one coordinate each @param numbers they
Values
Scalars(const std::vector<float>& numbers)
{
    Values values;
    for (const float number : numbers)
    {
        values.push_back(Eigen::VectorXf::Constant(1, number));
    }
    return values;
}

/// @return what a rule makes of values
/// @param name of the rule @param values the inputs @param byzantine f
Eigen::VectorXf
Combined(const std::string& name, const Values& values, uint32_t byzantine = 0)
{
    RobustOptions options;
    options.byzantine = byzantine;
    return MakeRobustRule(name, options)->Combine(InputsOf(values));
}

/// Numbers by hand, on a line.
class RuleByHandTestCase : public TestCase
{
  public:
    RuleByHandTestCase()
        : TestCase("Robust rules: by hand")
    {
    }

  private:
    /// Expect a number that float32 holds exactly.
    void Expect(const std::string& name,
                const std::vector<float>& numbers,
                uint32_t byzantine,
                float expected)
    {
        NS_TEST_EXPECT_MSG_EQ(Combined(name, Scalars(numbers), byzantine)[0], expected, name);
    }

    void DoRun() override
    {
        const std::vector<float> five{1, 2, 4, 9, 100};
        Expect("mean", five, 0, 23.2F);
        Expect("median", five, 0, 4);
        Expect("median", {9, 1, 4, 2}, 0, 3);
        Expect("trimmed-mean", five, 1, 5);
        Expect("trimmed-mean", five, 2, 4);
        // n - f - 2 = 2 nearest: 1: 1 + 9; 2: 1 + 4; 4: 4 + 9; 9: 25 + 49; 100: far.
        const Values values = Scalars(five);
        const auto scores = KrumScores(InputsOf(values), 1);
        const std::vector<double> byHand{10, 5, 13, 74, 91.0 * 91 + 96.0 * 96};
        NS_TEST_EXPECT_MSG_EQ((scores == byHand), true, "scores of Krum");
        Expect("krum", five, 1, 2);
        Expect("multi-krum", five, 1, 4); // of 1, 2, 4, 9
        Expect("geometric-median", five, 0, 4);
        // Weights: 3 of 5 at 1.
        const Values two = Scalars({1, 7});
        const auto rule = MakeRobustRule("geometric-median");
        NS_TEST_EXPECT_MSG_EQ(rule->Combine({{&two[0], 3}, {&two[1], 2}})[0], 1, "weights count");
        NS_TEST_EXPECT_MSG_EQ_TOL(MakeRobustRule("mean")->Combine({{&two[0], 3}, {&two[1], 2}})[0],
                                  3.4F,
                                  1e-6F,
                                  "weights count");
        // From 0 with radius 2: (1 + 2 + 2 + 2 + 2) / 5 = 1.8, and again from there.
        RobustOptions options;
        options.clipRadius = 2;
        options.clipSteps = 1;
        const Eigen::VectorXf start = Eigen::VectorXf::Zero(1);
        const auto clipped =
            MakeRobustRule("centred-clipping", options)->Combine(InputsOf(values), &start);
        NS_TEST_EXPECT_MSG_EQ_TOL(clipped[0], 1.8F, 1e-6F, "one step");
        options.clipSteps = 2;
        const auto twice =
            MakeRobustRule("centred-clipping", options)->Combine(InputsOf(values), &start);
        NS_TEST_EXPECT_MSG_EQ_TOL(twice[0],
                                  1.8F + (-0.8F + 0.2F + 2 + 2 + 2) / 5,
                                  1e-6F,
                                  "two steps");
        // One of two values is what Vardi and Zhang's condition decides in the plane: the corner of
        // an obtuse triangle (above 120 degrees) is its geometric median.
        const Values triangle{Eigen::Vector2f(0, 0), Eigen::Vector2f(4, 1), Eigen::Vector2f(-4, 1)};
        NS_TEST_EXPECT_MSG_EQ_TOL(Combined("geometric-median", triangle).norm(),
                                  0,
                                  1e-12,
                                  "corner");
    }
};

/// Rules against a brute force of their definitions, and whatever the order of the inputs.
class BruteForceTestCase : public TestCase
{
  public:
    BruteForceTestCase()
        : TestCase("Robust rules: brute force and permutations")
    {
    }

  private:
    void DoRun() override
    {
        RandomStream random(14);
        for (int draw = 0; draw < 60; ++draw)
        {
            const auto byzantine = static_cast<uint32_t>(random.Below(3));
            // One more than Krum takes: where one neighbour counts, two nearest to each other tie.
            const auto count = static_cast<uint32_t>(2 * byzantine + 4 + random.Below(4));
            const Values values = DrawValues(count, 4, random);
            CheckKrum(values, byzantine);
            CheckGeometricMedian(values);
            CheckOrder(values, byzantine, random);
        }
    }

    /// The input whose n - f - 2 nearest others are nearest, over all subsets of so many.
    void CheckKrum(const Values& values, uint32_t byzantine)
    {
        const auto count = static_cast<uint32_t>(values.size());
        double best = std::numeric_limits<double>::infinity();
        uint32_t chosen = 0;
        for (uint32_t i = 0; i < count; ++i)
        {
            for (uint32_t set = 0; set < (1U << count); ++set)
            {
                double sum = 0;
                uint32_t members = 0;
                for (uint32_t j = 0; j < count; ++j)
                {
                    const bool isIn = (set >> j & 1U) != 0;
                    members += isIn;
                    sum += isIn ? (values[i] - values[j]).cast<double>().squaredNorm() : 0;
                }
                if ((set >> i & 1U) == 0 && members == count - byzantine - 2 && sum < best)
                {
                    best = sum;
                    chosen = i;
                }
            }
        }
        NS_TEST_EXPECT_MSG_EQ((Combined("krum", values, byzantine) == values[chosen]),
                              true,
                              count << " inputs, f = " << byzantine);
    }

    /// No point of a fine cross around the answer has a smaller sum of distances.
    void CheckGeometricMedian(const Values& values)
    {
        const auto sum = [&values](const Eigen::VectorXd& point) {
            double distances = 0;
            for (const auto& value : values)
            {
                distances += (value.cast<double>() - point).norm();
            }
            return distances;
        };
        const Eigen::VectorXd median = Combined("geometric-median", values).cast<double>();
        for (Eigen::Index i = 0; i < median.size(); ++i)
        {
            for (const double step : {-1e-1, -1e-2, -1e-3, 1e-3, 1e-2, 1e-1})
            {
                Eigen::VectorXd other = median;
                other[i] += step;
                // It may be above the least sum by its tolerance, and is rounded to float32: 1e-7
                // of about 1 in each of 4 coordinates, times n.
                NS_TEST_EXPECT_MSG_LT(sum(median),
                                      sum(other) * (1 + 1e-6) + 4e-7 * values.size(),
                                      "a step of " << step << " along " << i);
            }
        }
    }

    void CheckOrder(const Values& values, uint32_t byzantine, RandomStream& random)
    {
        Values shuffled = values;
        random.Shuffle(shuffled);
        for (const auto& [name, text] : RobustRuleNames())
        {
            const auto one = Combined(name, values, byzantine);
            const auto other = Combined(name, shuffled, byzantine);
            // Float32 rounds to 6e-8 of values of some units; the geometric median has a tolerance
            // of 1e-6 in its sum, which is quadratic in the distance: 1e-3.
            const double tolerance = name == "geometric-median" ? 5e-3 : 1e-6;
            NS_TEST_EXPECT_MSG_LT((one - other).norm(), tolerance, name << " in another order");
        }
    }
};

/// One arbitrary input moves the mean anywhere, and the others not.
class BreakdownTestCase : public TestCase
{
  public:
    BreakdownTestCase()
        : TestCase("Robust rules: breakdown")
    {
    }

  private:
    void DoRun() override
    {
        RandomStream random(15);
        Values values = DrawValues(11, 6, random);
        double radius = 0;
        for (const auto& value : values)
        {
            radius = std::max<double>(radius, value.norm());
        }
        for (uint32_t i = 0; i < 4; ++i)
        {
            values[3 * i].setConstant(1e6F);
        }
        for (const auto& [name, text] : RobustRuleNames())
        {
            // The honest ones are within the radius of 0. Of n points with f arbitrary ones the
            // geometric median is within 2 (n - f) / (n - 2 f) radii (Lemma 2.1 of S. Minsker,
            // "Geometric median and robust estimation", 2015): 14 / 3 for n = 11, f = 4. A median
            // is within the radius in each of the 6 coordinates. Clipping starts there, with a
            // radius that is at most that of the farthest honest one, and goes at most 3 such
            // steps.
            const double bound = radius * std::sqrt(6.0) * (1 + 3 * 2);
            const double norm = Combined(name, values, 4).norm();
            if (name == "mean")
            {
                NS_TEST_EXPECT_MSG_GT(norm, 1e5, name);
            }
            else if (name == "multi-krum")
            {
                NS_TEST_EXPECT_MSG_LT(norm, radius, name);
            }
            else
            {
                NS_TEST_EXPECT_MSG_LT(norm, bound, name);
            }
        }
    }
};

/// What rules do not take.
class RuleRefusalTestCase : public TestCase
{
  public:
    RuleRefusalTestCase()
        : TestCase("Robust rules: what is refused, and as an Aggregator")
    {
    }

  private:
    void DoRun() override
    {
        const auto refusal = [](const std::string& name, const Values& values, uint32_t byzantine) {
            return RefusalOf([&] { Combined(name, values, byzantine); });
        };
        const Values four = Scalars({1, 2, 3, 4});
        NS_TEST_EXPECT_MSG_EQ(refusal("krum", four, 1),
                              "krum of 4 inputs, 1 of which may be anything: must have at least 5",
                              "2 f + 3");
        NS_TEST_EXPECT_MSG_EQ(
            refusal("trimmed-mean", four, 2),
            "trimmed-mean of 4 inputs, 2 of which may be anything: must have at least 5",
            "2 f + 1");
        NS_TEST_EXPECT_MSG_EQ(
            refusal("median", {}, 0),
            "median of 0 inputs, 0 of which may be anything: must have at least 1",
            "nothing");
        NS_TEST_EXPECT_MSG_EQ(refusal("median", Scalars({1, std::nanf("")}), 0),
                              "input 1: has a number that is not finite: all must be",
                              "NaN");
        NS_TEST_EXPECT_MSG_EQ(refusal("median", {four[0], Eigen::VectorXf::Zero(2)}, 0),
                              "input 1: 2 numbers: must have 1, as the first one",
                              "length");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { MakeRobustRule("mean")->Combine({{&four[0], 1}, {&four[1], -1}}); }),
            "input 1: weight -1: must be positive and finite",
            "weight");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { MakeRobustRule("mode"); }),
                              "rule 'mode': must be one of mean, krum, multi-krum, median, "
                              "trimmed-mean, geometric-median, centred-clipping",
                              "name");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] {
                                  RobustOptions options;
                                  options.tolerance = 0;
                                  MakeRobustRule("median", options);
                              }),
                              "tolerance 0: must be above 0 and below 1",
                              "constants");
        CheckAggregator();
    }

    void CheckAggregator()
    {
        const Values values = Scalars({1, 2, 4, 9, 100});
        RobustAggregator aggregator(MakeRobustRule("median"));
        aggregator.Begin(1);
        Eigen::VectorXf global = Eigen::VectorXf::Zero(1);
        NS_TEST_EXPECT_MSG_EQ(aggregator.Finish(global), false, "no updates");
        for (int round = 0; round < 2; ++round)
        {
            for (const auto& value : values)
            {
                aggregator.Add({value, 10, 0, 0});
            }
            NS_TEST_EXPECT_MSG_EQ(aggregator.GetCount(), 5, "updates");
            NS_TEST_EXPECT_MSG_EQ(aggregator.Finish(global), true, "updates");
            NS_TEST_EXPECT_MSG_EQ(global[0], 4, "their median, anew in each round");
        }
        RobustOptions options;
        options.byzantine = 1;
        RobustAggregator krum(MakeRobustRule("krum", options));
        krum.Begin(1);
        krum.Add({values[0], 1, 0, 0});
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { krum.Finish(global); }),
                              "krum of 1 inputs, 1 of which may be anything: must have at least 5",
                              "too few updates");
    }
};

/// Attacks do what their publications say.
class AttackTestCase : public TestCase
{
  public:
    AttackTestCase()
        : TestCase("Attacks: by hand")
    {
    }

  private:
    /// @return what an attack makes of values @param attack which @param values all's @param who
    Values Attacked(const PoisonAttack& attack, Values values, const std::vector<uint32_t>& who)
    {
        RandomStream random(16);
        attack.Apply(values, who, random);
        return values;
    }

    void DoRun() override
    {
        const Values values = Scalars({1, 2, 6, 50});
        const std::vector<uint32_t> last{3};
        NS_TEST_EXPECT_MSG_EQ(Attacked(PoisonAttack("none"), values, last)[3][0], 50, "none");
        NS_TEST_EXPECT_MSG_EQ(Attacked(PoisonAttack("sign-flip"), values, last)[3][0], -50, "sign");
        NS_TEST_EXPECT_MSG_EQ(Attacked(PoisonAttack("sign-flip", 2), values, last)[3][0],
                              -100,
                              "2");
        NS_TEST_EXPECT_MSG_EQ(Attacked(PoisonAttack("inner-product"), values, last)[3][0],
                              -1.5F,
                              "half of the honest mean");
        NS_TEST_EXPECT_MSG_EQ(Attacked(PoisonAttack("label-flip"), values, last)[3][0],
                              50,
                              "labels");
        // Honest: mean 3, variance (4 + 1 + 9) / 3.
        NS_TEST_EXPECT_MSG_EQ_TOL(Attacked(PoisonAttack("alie", 2), values, last)[3][0],
                                  3 - 2 * std::sqrt(14.0 / 3),
                                  1e-6,
                                  "two deviations");
        for (const auto& [name, text] : PoisonAttackNames())
        {
            const auto attacked = Attacked(PoisonAttack(name), values, last);
            NS_TEST_EXPECT_MSG_EQ((attacked[0] == values[0] && attacked[2] == values[2]),
                                  true,
                                  name << ": the honest ones are as they were");
        }
        // The table of the paper's example: n = 50, f = 24: s = 2, Phi(z) = 24 / 26.
        NS_TEST_EXPECT_MSG_EQ_TOL(AlieDeviations(50, 24), 1.426077, 1e-6, "Phi(z) = 24 / 26");
        // n = 10, f = 2: s = 4, Phi(z) = 4 / 8.
        NS_TEST_EXPECT_MSG_EQ(AlieDeviations(10, 2), 0, "the median");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { Attacked(PoisonAttack("alie"), values, {0, 1, 2, 3}); }),
            "4 attackers by alie, the last one number 3: must be from 0 to 3, and fewer than all",
            "nobody to hide among");
        NS_TEST_EXPECT_MSG_EQ(Attacked(PoisonAttack("sign-flip"), values, {0, 1, 2, 3})[1][0],
                              -2,
                              "all of them");
        CheckNoise();
        CheckLabels();
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { PoisonAttack("bribe"); }),
                              "attack 'bribe': must be one of none, noise, gaussian, sign-flip, "
                              "label-flip, alie, inner-product",
                              "name");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { PoisonAttack("noise", -1); }),
                              "strength -1 of noise: must be at least 0 and finite",
                              "strength");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Attacked(PoisonAttack("noise"), values, {4}); }),
                              "1 attackers by noise, the last one number 4: must be from 0 to 3",
                              "index");
    }

    /// Moments of 40,000 normal numbers: the mean has a deviation of 1 / 200, the variance of
    /// sqrt(2 / 40,000) = 1 / 141; five of these.
    void CheckNoise()
    {
        const Values ones{Eigen::VectorXf::Ones(40000), Eigen::VectorXf::Ones(40000)};
        for (const double mean : {1.0, 0.0})
        {
            const std::string name = mean == 1 ? "noise" : "gaussian";
            const auto attacked = Attacked(PoisonAttack(name, 3), ones, {1});
            const Eigen::ArrayXd noise = attacked[1].cast<double>().array() - mean;
            NS_TEST_EXPECT_MSG_EQ_TOL(noise.mean(), 0, 3 * 5.0 / 200, name);
            NS_TEST_EXPECT_MSG_EQ_TOL(noise.square().mean(), 9, 9 * 5.0 / 141, name);
        }
    }

    void CheckLabels()
    {
        const Dataset data(Eigen::MatrixXf::Identity(3, 3), {0, 1, 4}, 5, {1, 3, 1});
        const Dataset flipped = FlipLabels(data, {2, 0});
        NS_TEST_EXPECT_MSG_EQ((flipped.Labels() == std::vector<uint8_t>{0, 4}), true, "mirrored");
        NS_TEST_EXPECT_MSG_EQ(flipped.Features()(2, 0), 1, "features as they were");
    }
};

/// Suite of robust rules and attacks.
class RobustTestSuite : public TestSuite
{
  public:
    RobustTestSuite()
        : TestSuite("fl-robust", Type::UNIT)
    {
        AddTestCase(new RuleByHandTestCase);
        AddTestCase(new BruteForceTestCase);
        AddTestCase(new BreakdownTestCase);
        AddTestCase(new RuleRefusalTestCase);
        AddTestCase(new AttackTestCase);
    }
};

RobustTestSuite g_robustTestSuite; ///< registers the suite

} // namespace
