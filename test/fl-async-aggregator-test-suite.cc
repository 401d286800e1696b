/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-async-aggregator.h"
#include "ns3/test.h"

#include <cmath>
#include <limits>

/**
 * @file
 * @ingroup fl
 * FedAsync, FedBuff and the weights of stale updates, against numbers computed by hand.
 */

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

/// A value below 8 that is stored as a float is off by half of 2^-21 at most.
constexpr double ROUNDING = 8.0 / (1 << 24);
/// A double below 1 that is a few operations old.
constexpr double DOUBLE_ROUNDING = 4 * std::numeric_limits<double>::epsilon();

/// @return three equal parameters
/// @param value of each
Eigen::VectorXf
Model(float value)
{
    return Eigen::VectorXf::Constant(3, value);
}

/**
 * Merge updates.
 * @param aggregator FedAsync or FedBuff
 * @param global parameter of the global model
 * @param updates parameter and staleness of each
 * @return parameter of the new global model
 */
double
Merge(Aggregator& aggregator, float global, const std::vector<std::pair<float, uint32_t>>& updates)
{
    Eigen::VectorXf model = Model(global);
    aggregator.Begin(3);
    for (const auto& [value, staleness] : updates)
    {
        const Eigen::VectorXf parameters = Model(value);
        // The number of samples does not count.
        aggregator.Add({parameters, 10.0 + value, staleness, 0});
    }
    aggregator.Finish(model);
    return model[2];
}

/// The three functions of staleness.
class StalenessWeightTestCase : public TestCase
{
  public:
    StalenessWeightTestCase()
        : TestCase("weights of stale updates: constant, hinge, polynomial")
    {
    }

  private:
    void Expect(const StalenessWeight& weight, uint32_t staleness, double expected)
    {
        NS_TEST_EXPECT_MSG_EQ_TOL(weight(staleness),
                                  expected,
                                  DOUBLE_ROUNDING,
                                  "kind " << +weight.kind << ", a = " << weight.a
                                          << ", b = " << weight.b << ", s = " << staleness);
    }

    void DoRun() override
    {
        const StalenessWeight constant{StalenessWeight::CONSTANT};
        const StalenessWeight hinge{StalenessWeight::HINGE, 0.5, 4};
        const StalenessWeight steep{StalenessWeight::HINGE, 10, 2.5};
        const StalenessWeight root{StalenessWeight::POLYNOMIAL, 0.5};
        const StalenessWeight square{StalenessWeight::POLYNOMIAL, 2};
        const StalenessWeight flat{StalenessWeight::POLYNOMIAL, 0};
        for (const auto& weight : {constant, hinge, steep, root, square, flat})
        {
            NS_TEST_EXPECT_MSG_EQ(weight(0), 1, "a fresh update, exactly");
        }
        Expect(constant, 1000000, 1);
        Expect(hinge, 4, 1);
        Expect(hinge, 5, 2.0 / 3);
        Expect(hinge, 8, 1.0 / 3);
        Expect(steep, 2, 1);
        Expect(steep, 3, 1.0 / 6);
        Expect(root, 3, 0.5);
        Expect(root, 8, 1.0 / 3);
        Expect(root, 1, 1 / std::sqrt(2.0));
        Expect(square, 1, 0.25);
        Expect(square, 4, 0.04);
        Expect(flat, 7, 1);
        const StalenessWeight byDefault;
        Expect(byDefault, 3, 0.5);
    }
};

/// w = (1 - alpha_s) w + alpha_s x.
class FedAsyncTestCase : public TestCase
{
  public:
    FedAsyncTestCase()
        : TestCase("FedAsync")
    {
    }

  private:
    void DoRun() override
    {
        FedAsync fedAsync(0.6);
        NS_TEST_EXPECT_MSG_EQ(fedAsync.TakesDifferences(), false, "takes models");
        NS_TEST_EXPECT_MSG_EQ_TOL(Merge(fedAsync, 1, {{3, 0}}), 0.4 + 1.8, ROUNDING, "fresh");
        NS_TEST_EXPECT_MSG_EQ_TOL(Merge(fedAsync, 1, {{3, 3}}), 0.7 + 0.9, ROUNDING, "alpha / 2");
        // Weights 0.6 and 0.3: x = 3.9 / 0.9, alpha = 0.45.
        NS_TEST_EXPECT_MSG_EQ_TOL(Merge(fedAsync, 1, {{3, 0}, {7, 3}}),
                                  0.55 + 0.45 * 3.9 / 0.9,
                                  ROUNDING,
                                  "two together");
        FedAsync replaces(1, {StalenessWeight::CONSTANT});
        NS_TEST_EXPECT_MSG_EQ(Merge(replaces, 7, {{0.1F, 9}}), 0.1F, "alpha = 1, bit for bit");
        NS_TEST_EXPECT_MSG_EQ(Merge(replaces, 7, {}), 7, "without updates it is left alone");

        const std::string must = ": must be above 0 and at most 1";
        for (const double alpha : {0.0, -0.5, 1.5})
        {
            NS_TEST_EXPECT_MSG_EQ(RefusalOf([alpha] { FedAsync refused(alpha); }),
                                  Describe("alpha = ", alpha, must),
                                  "out of range");
        }
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { FedAsync refused(std::nan("")); }),
                              "alpha = nan" + must,
                              "no number");
    }
};

/// w = w + eta / K sum_k weight(s_k) d_k.
class FedBuffTestCase : public TestCase
{
  public:
    FedBuffTestCase()
        : TestCase("FedBuff")
    {
    }

  private:
    void DoRun() override
    {
        FedBuff fedBuff(1);
        NS_TEST_EXPECT_MSG_EQ(fedBuff.TakesDifferences(), true, "takes differences");
        NS_TEST_EXPECT_MSG_EQ_TOL(Merge(fedBuff, 1, {{2, 0}}), 3, ROUNDING, "one");
        NS_TEST_EXPECT_MSG_EQ_TOL(Merge(fedBuff, 1, {{2, 0}, {4, 3}}),
                                  1 + (2 + 0.5 * 4) / 2,
                                  ROUNDING,
                                  "two, one of half the weight");
        FedBuff slow(0.25);
        NS_TEST_EXPECT_MSG_EQ_TOL(Merge(slow, 1, {{2, 0}, {4, 3}, {-8, 0}}),
                                  1 + 0.25 * (2 + 0.5 * 4 - 8) / 3,
                                  ROUNDING,
                                  "server learning rate");
        const std::string must = ": must be positive and finite";
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { FedBuff refused(0); }),
                              "server learning rate = 0" + must,
                              "no step");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([] { FedBuff refused(std::numeric_limits<double>::infinity()); }),
            "server learning rate = inf" + must,
            "no number");
    }
};

/// The suite.
class AsyncAggregatorTestSuite : public TestSuite
{
  public:
    AsyncAggregatorTestSuite()
        : TestSuite("fl-async-aggregator", TestSuite::Type::UNIT)
    {
        AddTestCase(new StalenessWeightTestCase);
        AddTestCase(new FedAsyncTestCase);
        AddTestCase(new FedBuffTestCase);
    }
};

AsyncAggregatorTestSuite g_asyncAggregatorTestSuite; //!< registers itself

} // namespace
