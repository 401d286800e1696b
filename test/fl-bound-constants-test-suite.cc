/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-bound-constants.h"
#include "ns3/fl-classifiers.h"
#include "ns3/fl-loss-gradient.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-synthetic-digits.h"
#include "ns3/test.h"

#include <cmath>
#include <limits>

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

constexpr double EPS = std::numeric_limits<float>::epsilon();

/**
 * Constants with a known answer.
 *
 * Softmax regression with one feature x, two classes, begun at zero: probabilities are 1/2, a
 * sample of label 0 has the gradient u(x) = (-1/2, 1/2) (x, 1)^T, one of label 1 -u(x); |u|^2 =
 * (x^2 + 1) /
 * 2. The Hessian at zero is 1/4 (1, -1; -1, 1) times the mean of (x, 1)(x, 1)^T, and smaller
 * elsewhere.
 */
class KnownConstantsTestCase : public TestCase
{
  public:
    KnownConstantsTestCase()
        : TestCase("constants of the bound: known answers")
    {
    }

  private:
    /// Samples of these features and labels.
    static Dataset MakeData(const std::vector<float>& features, std::vector<uint8_t> labels)
    {
        const Eigen::MatrixXf row =
            Eigen::Map<const Eigen::MatrixXf>(features.data(),
                                              1,
                                              static_cast<Eigen::Index>(features.size()));
        return Dataset(row, std::move(labels), 2, {1, 1, 1});
    }

    void DoRun() override
    {
        AtZero();
        Smoothness();
        Regularizer();
    }

    /// A run that hardly moves: what is measured is that of the first model, to 1e-4.
    void AtZero()
    {
        const SoftmaxRegression model(1, 2);
        const Dataset data = MakeData({2, 4, 2, 4, 4, 2, 4, 2}, {0, 0, 0, 0, 1, 1, 1, 1});
        BoundConstantsOptions options;
        options.learningRate = 1e-6;
        options.models = 2;
        const BoundConstants constants =
            EstimateBoundConstants(model, data, {{0, 1, 2, 3}, {4, 5, 6, 7}}, options);
        NS_TEST_EXPECT_MSG_EQ_TOL(constants.lossDrop, std::log(2.0), 4 * EPS, "F of the first");
        NS_TEST_EXPECT_MSG_EQ_TOL(constants.dataVariability,
                                  std::sqrt(0.5),
                                  1e-4,
                                  "|u(4) - u(2)| / 2");
        NS_TEST_EXPECT_MSG_EQ_TOL(constants.gradientBound, 8.5, 1e-3, "|u(4)|^2");
        NS_TEST_EXPECT_MSG_EQ_TOL(constants.regularizedGradientBound, 8.5, 1e-3, "the same");
        NS_TEST_EXPECT_MSG_EQ(constants.devices.size(), 2, "devices");
        for (const auto& device : constants.devices)
        {
            // Devices' gradients are opposite: the mean is 0, and |u(3)|^2 = 5.
            NS_TEST_EXPECT_MSG_EQ_TOL(device.dissimilarity, 5, 1e-3, "delta");
            NS_TEST_EXPECT_MSG_EQ_TOL(device.sampleVariance, 4.0 / 3, 1e-12, "S, exact");
            NS_TEST_EXPECT_MSG_EQ(device.samples, 4, "D");
        }
        NS_TEST_EXPECT_MSG_EQ(constants.sampleGradients, 3 * 2 * 20 * 2, "all that were drawn");
        NS_TEST_EXPECT_MSG_GT(constants.samplePairs, 0, "some were of different samples");
        NS_TEST_EXPECT_MSG_LT(constants.samplePairs, 3 * 2 * 20, "some were of equal ones");
        // Of features 0 and 3 and labels 0 and 1, the means 3/2 and 1/2: 2 (9/4 + 2/4).
        const Dataset two = MakeData({0, 3}, {0, 1});
        NS_TEST_EXPECT_MSG_EQ_TOL(SampleVariance(two, {0, 1}), 5.5, 1e-12, "with its label");
        NS_TEST_EXPECT_MSG_EQ(SampleVariance(two, {1}), 0, "one sample");
    }

    /**
     * All samples alike, x = 2: the run goes along the Hessian's eigenvector, eigenvalue 2 p (1 -
     * p) 5, p in [0.487, 1/2] on the first step of 0.01: its mean is 2.5 less 0.02 %. The two
     * gradients, of size 1.6, differ by 0.04: roundings are some 1e-5 of that.
     */
    void Smoothness()
    {
        const SoftmaxRegression model(1, 2);
        const Dataset data = MakeData({2, 2, 2, 2}, {0, 0, 0, 0});
        BoundConstantsOptions options;
        options.learningRate = 0.01;
        options.steps = 1;
        options.models = 4;
        const BoundConstants constants =
            EstimateBoundConstants(model, data, {{0, 1}, {2, 3}}, options);
        NS_TEST_EXPECT_MSG_GT(constants.smoothness, 2.5 * (1 - 5e-4), "nearly beta");
        NS_TEST_EXPECT_MSG_LT(constants.smoothness, 2.5 * (1 + 1e-4), "not above beta");
        // Ten pairs of five models, and four neighbours for each of two devices.
        NS_TEST_EXPECT_MSG_EQ(constants.modelPairs, 10 + 8, "pairs");
        NS_TEST_EXPECT_MSG_EQ(constants.samplePairs, 0, "equal samples have no distance");
        NS_TEST_EXPECT_MSG_EQ(constants.dataVariability, 0, "nor a variability");
        for (const auto& device : constants.devices)
        {
            NS_TEST_EXPECT_MSG_LT(device.dissimilarity, 1e-12, "alike");
        }
    }

    /**
     * Three samples of label 0, one of label 1, x = 2, one step of 0.01 on all: the mean gradient
     * is u / 2. The sample of label 1 then has the gradient -2 p u with p = 1 / (1 + exp(-0.025)),
     * and the regularizer adds -rho 0.01 u / 2.
     */
    void Regularizer()
    {
        const SoftmaxRegression model(1, 2);
        const Dataset data = MakeData({2, 2, 2, 2}, {0, 0, 0, 1});
        BoundConstantsOptions options;
        options.learningRate = 0.01;
        options.steps = 1;
        options.models = 1;
        options.rho = 10;
        const BoundConstants constants =
            EstimateBoundConstants(model, data, {{0, 1, 2, 3}}, options);
        const double twice = 2 / (1 + std::exp(-0.025));
        NS_TEST_EXPECT_MSG_EQ_TOL(constants.gradientBound, 2.5 * twice * twice, 1e-5, "V1");
        NS_TEST_EXPECT_MSG_EQ_TOL(constants.regularizedGradientBound,
                                  2.5 * (twice + 0.05) * (twice + 0.05),
                                  1e-5,
                                  "V2");
    }
};

/// Gradients and estimates on images, and refusals.
class ConstantsOnImagesTestCase : public TestCase
{
  public:
    ConstantsOnImagesTestCase()
        : TestCase("constants of the bound: images, determinism, refusals")
    {
    }

  private:
    void DoRun() override
    {
        const Dataset data = MakeSyntheticDigits(1, 0, 600, nullptr);
        const auto model = MakeModel("softmax", 784, 10);
        std::vector<std::vector<uint32_t>> parts(3);
        for (uint32_t i = 0; i < 600; i++)
        {
            parts[i / 300 + (i % 2 ? 1 : 0)].push_back(i);
        }
        BoundConstantsOptions options;
        options.models = 3;
        const auto a = EstimateBoundConstants(*model, data, parts, options);
        const auto b = EstimateBoundConstants(*model, data, parts, options);
        NS_TEST_EXPECT_MSG_EQ(a.smoothness, b.smoothness, "to the bit");
        NS_TEST_EXPECT_MSG_EQ(a.dataVariability, b.dataVariability, "to the bit");
        // The softmax's part of the Hessian is at most 1/2, the images' the mean of |x|^2 + 1.
        const double squares = data.Features().cast<double>().colwise().squaredNorm().maxCoeff();
        NS_TEST_EXPECT_MSG_GT(a.smoothness, 0, "beta");
        NS_TEST_EXPECT_MSG_LT(a.smoothness, (squares + 1) / 2, "within its bound");
        // |p - y|^2 is at most 2.
        NS_TEST_EXPECT_MSG_LT(a.gradientBound, 2 * (squares + 1), "within its bound");
        NS_TEST_EXPECT_MSG_EQ_TOL(a.lossDrop, std::log(10.0), 1e-5, "all classes alike at first");
        Blocks(data);
        Refusals(*model, data);
    }

    /// More samples than a block: the mean of the means of halves.
    void Blocks(const Dataset& data)
    {
        const auto model = MakeModel("mlp:20", 784, 10);
        const Eigen::VectorXf w = model->InitialParameters(1);
        std::vector<uint32_t> all;
        for (uint32_t i = 0; i < 600; i++)
        {
            all.push_back(i);
        }
        Eigen::VectorXf gradient;
        Eigen::VectorXf half;
        Eigen::VectorXf otherHalf;
        const double loss = LossGradient(*model, w, data, all, gradient);
        const double one = LossGradient(*model, w, data, {all.begin(), all.begin() + 300}, half);
        const double two = LossGradient(*model, w, data, {all.begin() + 300, all.end()}, otherHalf);
        // Sums of 600 terms of size up to 3, in another order.
        NS_TEST_EXPECT_MSG_EQ_TOL(loss, (one + two) / 2, 600 * 3 * EPS, "loss");
        NS_TEST_EXPECT_MSG_LT((gradient - (half + otherHalf) / 2).norm(),
                              600 * EPS * gradient.norm(),
                              "gradient");
        NS_TEST_EXPECT_MSG_EQ(loss, MeanLoss(*model, w, data, all), "with and without gradient");
    }

    void Refusals(const Model& model, const Dataset& data)
    {
        auto refusal = [&](auto change, const std::vector<std::vector<uint32_t>>& parts) {
            BoundConstantsOptions options;
            change(options);
            return RefusalOf([&] { EstimateBoundConstants(model, data, parts, options); });
        };
        auto same = [](auto&) {};
        NS_TEST_EXPECT_MSG_EQ(refusal(same, {}),
                              "bound constants: 0 devices: must be at least 1",
                              "devices");
        NS_TEST_EXPECT_MSG_EQ(refusal(same, {{0}, {}}),
                              "sample variance: 0 samples: must be at least 1",
                              "no samples");
        NS_TEST_EXPECT_MSG_EQ(refusal(same, {{600}}),
                              "sample variance: sample 600: must be below 600, the data set's size",
                              "index");
        NS_TEST_EXPECT_MSG_EQ(refusal([](auto& o) { o.models = 0; }, {{0}}),
                              "bound constants: models 0: must be at least 1",
                              "models");
        NS_TEST_EXPECT_MSG_EQ(refusal([](auto& o) { o.rho = -1; }, {{0}}),
                              "bound constants: rho -1: must be at least 0 and finite",
                              "rho");
        NS_TEST_EXPECT_MSG_EQ(refusal([](auto& o) { o.learningRate = 0; }, {{0}}),
                              "bound constants: learning rate 0: must be positive and finite",
                              "rate");
        NS_TEST_EXPECT_MSG_EQ(refusal([](auto& o) { o.learningRate = 1e38; }, {{0, 1}}),
                              "bound constants: learning rate 1e+38: must be smaller, the run "
                              "diverges",
                              "diverges");
    }
};

/// Constants of DMA-FL's bound, measured.
class BoundConstantsTestSuite : public TestSuite
{
  public:
    BoundConstantsTestSuite()
        : TestSuite("fl-bound-constants", TestSuite::Type::UNIT)
    {
        AddTestCase(new KnownConstantsTestCase);
        AddTestCase(new ConstantsOnImagesTestCase);
    }
};

BoundConstantsTestSuite g_boundConstantsTestSuite; ///< registers the suite

} // namespace
