/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"
#include "fl-test-rl.h"

#include "ns3/fl-hybrid-distribution.h"
#include "ns3/fl-hybrid-policy.h"
#include "ns3/fl-random-stream.h"
#include "ns3/test.h"

#include <cmath>
#include <functional>
#include <string>

/**
 * @file
 * @ingroup fl
 * Derivatives, divergences and Fisher products of policies against finite differences, the chain
 * rule against enumeration.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

using Distribution = BasicHybridDistribution<double>;
using Vector = Eigen::VectorXd;

/**
 * What a distribution is given by, as one vector: outputs for choices, for parameters, deviations.
 */
struct Flat
{
    Eigen::Index choices;    ///< how many
    Eigen::Index parameters; ///< how many
    Eigen::Index spreads;    ///< how many

    /// @return of a distribution
    static Flat Of(const Distribution& distribution)
    {
        return {distribution.ChoiceOutputs(),
                distribution.ParameterOutputs(),
                distribution.Spreads()};
    }

    /// @return all of them
    Eigen::Index Size() const
    {
        return choices + parameters + spreads;
    }

    /// @return pointers into a vector
    HybridOutputs<double> At(const Vector& v) const
    {
        return {v.data(), v.data() + choices, v.data() + choices + parameters};
    }

    /// @return the same, to be written
    HybridGradient<double> Into(Vector& v) const
    {
        return {v.data(), v.data() + choices, v.data() + choices + parameters};
    }
};

/**
 * u'Hv of the second derivative H of a divergence that is 0 and least at 0, by u'Hv = (D(u + v) -
 * D(u - v)) / 4 and D(d) = (f(h d) + f(-h d)) / h^2. With h = 2^-9 the error of truncation is h^2 /
 * 12 times a fourth derivative, about 1e-6, that of rounding 1e-15 / h^2 = 3e-10.
 */
double
SecondDifference(const std::function<double(const Vector&)>& f, const Vector& u, const Vector& v)
{
    constexpr double H = 0x1p-9;
    auto along = [&](const Vector& d) { return (f(H * d) + f(-H * d)) / (H * H); };
    return (along(u + v) - along(u - v)) / 4;
}

/// One kind of distribution.
class DistributionTestCase : public TestCase
{
  public:
    DistributionTestCase(const std::string& name, const DistributionKind& kind)
        : TestCase("derivatives: " + name),
          m_kind(kind)
    {
    }

  private:
    void DoRun() override
    {
        Distribution distribution(SmallSpace(), m_kind);
        const Flat flat = Flat::Of(distribution);
        const Vector at = Numbers(flat.Size(), 1);
        RandomStream random(2);
        for (int draw = 0; draw < 20; ++draw)
        {
            HybridSample sample;
            distribution.Draw(flat.At(at), random, sample);
            CheckGradient(distribution, flat, at, sample);
            CheckFisher(distribution, flat, at, sample);
        }
    }

    /// The gradient of ln pi, element by element.
    void CheckGradient(Distribution& distribution,
                       const Flat& flat,
                       const Vector& at,
                       const HybridSample& sample)
    {
        Vector gradient = Vector::Zero(flat.Size());
        distribution.AddGradient(flat.At(at), sample, 2.0, flat.Into(gradient));
        for (Eigen::Index i = 0; i < flat.Size(); ++i)
        {
            // Errors: h^2 / 6 times a third derivative of up to 100 at h = 2^-15, and 1e-14 / h.
            constexpr double H = 0x1p-15;
            Vector x = at;
            x[i] = at[i] + H;
            const double up = distribution.LogProbability(flat.At(x), sample);
            x[i] = at[i] - H;
            const double down = distribution.LogProbability(flat.At(x), sample);
            NS_TEST_EXPECT_MSG_EQ_TOL(gradient[i], (up - down) / H, 1e-7, "output " << i);
        }
    }

    /// Products with the Fisher matrix.
    void CheckFisher(Distribution& distribution,
                     const Flat& flat,
                     const Vector& at,
                     const HybridSample& sample)
    {
        const Vector u = Numbers(flat.Size(), 3);
        const Vector v = Numbers(flat.Size(), 4);
        Vector product = Vector::Zero(flat.Size());
        distribution.FisherProduct(flat.At(at), sample, flat.At(v), flat.Into(product));
        auto divergence = [&](const Vector& d) {
            const Vector now = at + d;
            return distribution.Divergence(flat.At(at), flat.At(now), sample);
        };
        NS_TEST_EXPECT_MSG_EQ_TOL(u.dot(product), SecondDifference(divergence, u, v), 1e-4, "H");
        NS_TEST_EXPECT_MSG_EQ_TOL(divergence(0 * u), 0, 1e-15, "none from itself");
        NS_TEST_EXPECT_MSG_GT(divergence(u), 0.01, "some from another one");
    }

    DistributionKind m_kind; ///< under test
};

/// Draws have the probabilities that are said, and divergences are whole ones by the chain rule.
class EnumerationTestCase : public TestCase
{
  public:
    EnumerationTestCase()
        : TestCase("prefixes: enumeration, frequencies, integral")
    {
    }

  private:
    void DoRun() override
    {
        ActionSpace space;
        space.units = 3;
        space.options = 3;
        space.isExclusive = true;
        Distribution distribution(space, {});
        const Flat flat = Flat::Of(distribution);
        const Vector old = 2 * Numbers(flat.Size(), 5);
        const Vector now = 2 * Numbers(flat.Size(), 6);
        double sum = 0;
        double whole = 0;
        double byPrefix = 0;
        std::vector<double> expected(27, 0);
        for (uint32_t joint = 0; joint < 27; ++joint)
        {
            HybridSample sample;
            sample.action.options = {joint / 9, joint / 3 % 3, joint % 3};
            if (!IsAllowed(sample.action.options))
            {
                continue;
            }
            const double p = std::exp(distribution.LogProbability(flat.At(old), sample));
            const double q = std::exp(distribution.LogProbability(flat.At(now), sample));
            expected[joint] = p;
            sum += p;
            whole += p * std::log(p / q);
            byPrefix += p * distribution.Divergence(flat.At(old), flat.At(now), sample);
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(sum, 1, 1e-13, "a distribution");
        NS_TEST_EXPECT_MSG_EQ_TOL(byPrefix, whole, 1e-13, "the chain rule");
        Frequencies(distribution, flat, old, expected);
        Integral();
    }

    /// @return whether slots are taken once
    static bool IsAllowed(const std::vector<uint32_t>& options)
    {
        int taken[3] = {0, 0, 0};
        for (const uint32_t option : options)
        {
            taken[option]++;
        }
        return taken[1] <= 1 && taken[2] <= 1;
    }

    /// Draws against probabilities, within six standard deviations each.
    void Frequencies(Distribution& distribution,
                     const Flat& flat,
                     const Vector& at,
                     const std::vector<double>& expected)
    {
        constexpr int DRAWS = 20000;
        std::vector<int> counts(27, 0);
        RandomStream random(7);
        HybridSample sample;
        for (int k = 0; k < DRAWS; ++k)
        {
            distribution.Draw(flat.At(at), random, sample);
            const auto& options = sample.action.options;
            counts[options[0] * 9 + options[1] * 3 + options[2]]++;
        }
        for (size_t joint = 0; joint < 27; ++joint)
        {
            const double p = expected[joint];
            NS_TEST_EXPECT_MSG_EQ_TOL(counts[joint] / double{DRAWS},
                                      p,
                                      6 * std::sqrt(p * (1 - p) / DRAWS),
                                      "action " << joint);
        }
    }

    /// The divergence of two normal distributions against its integral.
    void Integral()
    {
        ActionSpace space;
        space.parameters = 1;
        space.uses.push_back(1);
        Distribution distribution(space, {});
        const Vector old = (Vector(3) << 0, 0.3, -0.5).finished();
        const Vector now = (Vector(3) << 0, -0.1, -0.2).finished();
        const Flat flat = Flat::Of(distribution);
        double sum = 0;
        HybridSample sample;
        sample.action.options.assign(1, 0);
        sample.normals.resize(1);
        // The sum of a smooth function that vanishes at both ends is its integral.
        constexpr double STEP = 0x1p-6;
        for (double x = -8; x <= 8; x += STEP)
        {
            sample.normals[0] = static_cast<float>(x);
            const double p = distribution.LogProbability(flat.At(old), sample);
            const double q = distribution.LogProbability(flat.At(now), sample);
            sum += STEP * std::exp(p) * (p - q);
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(distribution.Divergence(flat.At(old), flat.At(now), sample),
                                  sum,
                                  1e-9,
                                  "of normal distributions");
    }
};

/// A policy's networks and its distribution together.
class PolicyTestCase : public TestCase
{
  public:
    PolicyTestCase(const std::string& name, const DistributionKind& kind)
        : TestCase("policy: " + name),
          m_kind(kind)
    {
    }

  private:
    using Policy = BasicHybridPolicy<double>;
    static constexpr int STATES = 5;     ///< of the batch
    static constexpr int STATE_SIZE = 4; ///< numbers of each

    void DoRun() override
    {
        Policy policy(STATE_SIZE, SmallSpace(), m_kind, {{6, 5}, {7, 6}}, 1);
        m_at = Numbers(policy.Size(), 8);
        policy.SetParameters(m_at);
        NS_TEST_EXPECT_MSG_EQ((policy.GetParameters() == m_at), true, "all of them");
        RandomStream random(9);
        const Vector numbers = Numbers(STATES * STATE_SIZE, 10);
        m_batch.states = Eigen::Map<const Eigen::MatrixXd>(numbers.data(), STATE_SIZE, STATES);
        m_batch.samples.resize(STATES);
        for (int i = 0; i < STATES; ++i)
        {
            policy.Draw(m_batch.states.col(i), random, m_batch.samples[i]);
        }
        CheckGradient(policy);
        CheckFisher(policy);
        CheckFloat(policy);
    }

    /// The gradient of the weighted sum of ln pi along directions, and some elements.
    void CheckGradient(Policy& policy)
    {
        const Vector weights = Numbers(STATES, 11);
        Vector gradient;
        policy.Forward(m_batch.states);
        policy.Gradient(m_batch.samples, weights, gradient);
        auto sum = [&](const Vector& at) {
            policy.SetParameters(at);
            policy.Forward(m_batch.states);
            return policy.LogProbabilities(m_batch.samples).dot(weights);
        };
        for (Eigen::Index i = 0; i < policy.Size(); ++i)
        {
            constexpr double H = 0x1p-15;
            const Vector step = H * Vector::Unit(policy.Size(), i);
            const double slope = (sum(m_at + step) - sum(m_at - step)) / (2 * H);
            NS_TEST_EXPECT_MSG_EQ_TOL(gradient[i], slope, 1e-6, "parameter " << i);
        }
        policy.SetParameters(m_at);
    }

    /// Fisher products against differences of the mean divergence.
    void CheckFisher(Policy& policy)
    {
        const Vector u = Numbers(policy.Size(), 12) / 4;
        const Vector v = Numbers(policy.Size(), 13) / 4;
        Vector product;
        Vector other;
        policy.Forward(m_batch.states);
        const auto old = policy.Keep();
        policy.FisherProduct(m_batch.samples, v, product);
        policy.FisherProduct(m_batch.samples, u, other);
        auto divergence = [&](const Vector& d) {
            policy.SetParameters(m_at + d);
            policy.Forward(m_batch.states);
            return policy.Divergence(old, m_batch.samples);
        };
        const double expected = SecondDifference(divergence, u, v);
        NS_TEST_EXPECT_MSG_EQ_TOL(u.dot(product), expected, 1e-4, "H");
        NS_TEST_EXPECT_MSG_EQ_TOL(v.dot(other) / u.dot(product), 1, 1e-10, "is symmetric");
        NS_TEST_EXPECT_MSG_GT(v.dot(product), 0, "and positive");
        policy.SetParameters(m_at);
    }

    /// Products in float32: within the roundings of some ten layers' sums.
    void CheckFloat(Policy& policy)
    {
        HybridPolicy same(STATE_SIZE, SmallSpace(), m_kind, {{6, 5}, {7, 6}}, 1);
        same.SetParameters(m_at.cast<float>());
        const Vector v = Numbers(policy.Size(), 14);
        Vector product;
        Eigen::VectorXf floats;
        policy.Forward(m_batch.states);
        policy.FisherProduct(m_batch.samples, v, product);
        const Eigen::MatrixXf states = m_batch.states.cast<float>();
        same.Forward(states);
        same.FisherProduct(m_batch.samples, v.cast<float>(), floats);
        NS_TEST_EXPECT_MSG_LT((floats.cast<double>() - product).norm() / product.norm(),
                              1e-5,
                              "in float32");
    }

    DistributionKind m_kind; ///< of its actions
    Vector m_at;             ///< parameters
    Policy::Batch m_batch;   ///< states and actions
};

/// What is refused.
class RefusalTestCase : public TestCase
{
  public:
    RefusalTestCase()
        : TestCase("refusals")
    {
    }

  private:
    void DoRun() override
    {
        auto refusal = [](const ActionSpace& space, const DistributionKind& kind) {
            return RefusalOf([&] { Distribution(space, kind); });
        };
        ActionSpace space = SmallSpace();
        space.units = 0;
        NS_TEST_EXPECT_MSG_EQ(refusal(space, {}),
                              "action space: 0 units and 4 options: must be at least 1 each",
                              "nobody");
        space = SmallSpace();
        space.uses.pop_back();
        NS_TEST_EXPECT_MSG_EQ(
            refusal(space, {}),
            "action space: uses has 11 entries: must have 12, one per option and parameter",
            "too few");
        NS_TEST_EXPECT_MSG_EQ(
            refusal(SmallSpace(), {ChoiceKind::SOFTMAX, ParameterKind::LEVELS, 1}),
            "levels of parameters: 1: must be at least 2",
            "no levels");
    }
};

/// The suite.
class RlPolicyTestSuite : public TestSuite
{
  public:
    RlPolicyTestSuite()
        : TestSuite("fl-rl-policy", TestSuite::Type::UNIT)
    {
        for (const auto choice : {ChoiceKind::SOFTMAX, ChoiceKind::RELAXED})
        {
            for (const auto parameter : {ParameterKind::NORMAL, ParameterKind::LEVELS})
            {
                const std::string name =
                    std::string(choice == ChoiceKind::SOFTMAX ? "softmax" : "relaxed") +
                    (parameter == ParameterKind::NORMAL ? ", normal" : ", levels");
                AddTestCase(new DistributionTestCase(name, {choice, parameter, 4}));
                AddTestCase(new PolicyTestCase(name, {choice, parameter, 4}));
            }
        }
        AddTestCase(new EnumerationTestCase);
        AddTestCase(new RefusalTestCase);
    }
};

RlPolicyTestSuite g_rlPolicyTestSuite; ///< registers the suite

} // namespace
