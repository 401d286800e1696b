/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-transformer.h"

#include "ns3/fl-attention.h"
#include "ns3/fl-chain.h"
#include "ns3/fl-embedding.h"
#include "ns3/fl-model.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-token-layers.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Gradients and tangents of the layers of transformers, in double, against central differences.
 */

using namespace ns3;
using namespace ns3::fl;
using fl::test::MakeNumbers;
using fl::test::SmallConfig;

namespace
{

/// A batch, and what its input is to be.
struct TestBatch
{
    BatchShape shape;   ///< of the input
    bool tokens{false}; ///< ids and types below this vocabulary's 7 and 2
};

/// Three sequences of 3, 1 and 5 tokens.
const std::vector<uint32_t> RAGGED{0, 3, 4, 9};
/// Padding within and at the end, also of the first token.
const std::vector<uint8_t> MASK{1, 1, 0, 1, 0, 1, 1, 0, 1};

/**
 * One layer or chain in double, as a model of which all parameters train: dL/d(parameters) and
 * dL/d(input) against central differences, L = sum of (random numbers times outputs).
 *
 * Differences of f with step h have a truncation error of h^2 f''' / 6 and a rounding error of
 * |f| eps / h: with h = 2^-15 about 1e-9 and 4e-11 for the sizes here. So 1e-7 of the largest
 * element has room for third derivatives of size 100, and any wrong term is larger by orders.
 */
class DoubleGradientTestCase : public TestCase
{
  public:
    /// Makes the layers.
    using Maker = std::function<BasicChain<double>::Layers()>;

    /**
     * @param name of the test case: the layers
     * @param make makes the layers
     * @param batch what goes in
     */
    DoubleGradientTestCase(const std::string& name, Maker make, const TestBatch& batch)
        : TestCase("gradient in double: " + name),
          m_make(std::move(make)),
          m_batch(batch)
    {
    }

  private:
    /// Numbers in a row.
    using Vector = Eigen::VectorXd;
    static constexpr double STEP = 0x1p-15;   ///< of differences
    static constexpr double TOLERANCE = 1e-7; ///< of the largest element

    /// L.
    double Objective(const Vector& parameters, const Vector& input)
    {
        const auto output = Run(parameters, input, false);
        double sum = 0;
        for (Eigen::Index i = 0; i < output.size(); i++)
        {
            sum += output.data()[i] * m_above[i];
        }
        return sum;
    }

    /// Forward.
    BasicConstMatrixView<double> Run(const Vector& parameters, const Vector& input, bool keeps)
    {
        return m_model->Forward(
            parameters,
            BasicConstMatrixView<double>(input.data(), m_model->InputSize(), m_batch.shape.columns),
            m_batch.shape,
            m_workspace,
            keeps);
    }

    /// Compare a gradient with differences of L.
    void Compare(const Vector& gradient,
                 const Vector& at,
                 const std::function<double(const Vector&)>& f,
                 const char* what)
    {
        Vector x = at;
        Vector expected(x.size());
        for (Eigen::Index i = 0; i < x.size(); i++)
        {
            x[i] = at[i] + STEP;
            const double up = f(x);
            x[i] = at[i] - STEP;
            expected[i] = (up - f(x)) / (2 * STEP);
            x[i] = at[i];
        }
        const double largest = expected.cwiseAbs().maxCoeff();
        NS_TEST_EXPECT_MSG_GT(largest, 1e-3, what << ": there is a gradient");
        NS_TEST_EXPECT_MSG_LT((gradient - expected).cwiseAbs().maxCoeff() / largest,
                              TOLERANCE,
                              what << ": as finite differences");
    }

    /// Compare forward-mode derivatives with differences of the outputs, and with the gradients:
    /// each is the transpose of the other, to rounding errors of some thousand sums of size 10.
    void CompareTangents(const Vector& parameters,
                         const Vector& input,
                         const Vector& gradient,
                         const Vector& inputGradient)
    {
        // Of length 1 at most, so that a step goes as far as one of a single element.
        Vector direction = MakeNumbers<double>(parameters.size(), 4);
        Vector inputDirection = MakeNumbers<double>(input.size(), 5);
        direction /= std::max(1.0, direction.norm());
        inputDirection /= std::max(1.0, inputDirection.norm());
        const BasicConstMatrixView<double> none(nullptr, 0, 0);
        for (const bool movesInput : {false, true})
        {
            if (m_batch.tokens && movesInput)
            {
                continue;
            }
            const BasicConstMatrixView<double> moves(inputDirection.data(),
                                                     m_model->InputSize(),
                                                     m_batch.shape.columns);
            const double inputStep = movesInput ? STEP : 0;
            Run(parameters, input, true);
            const auto tangent = m_model->Tangent(
                direction,
                BasicConstMatrixView<double>(input.data(), moves.rows(), m_batch.shape.columns),
                m_workspace,
                movesInput ? moves : none);
            const Vector change = Eigen::Map<const Vector>(tangent.data(), tangent.size());
            const double sum =
                gradient.dot(direction) + (movesInput ? inputGradient.dot(inputDirection) : 0);
            NS_TEST_EXPECT_MSG_EQ_TOL(change.dot(m_above), sum, 1e-11, "as back-propagation");
            auto outputs = [&](double sign) -> Vector {
                const Vector at = input + sign * inputStep * inputDirection;
                const auto output = Run(parameters + sign * STEP * direction, at, false);
                return Eigen::Map<const Vector>(output.data(), output.size());
            };
            const Vector expected = (outputs(1) - outputs(-1)) / (2 * STEP);
            NS_TEST_EXPECT_MSG_LT((change - expected).cwiseAbs().maxCoeff(),
                                  TOLERANCE * std::max(1.0, expected.cwiseAbs().maxCoeff()),
                                  "tangents as finite differences");
        }
    }

    void DoRun() override
    {
        m_model = std::make_unique<const BasicModel<double>>(m_make());
        const auto count = static_cast<Eigen::Index>(m_model->ParameterCount());
        const Vector parameters = MakeNumbers<double>(count, 1);
        Vector input = MakeNumbers<double>(m_model->InputSize() * m_batch.shape.columns, 2);
        if (m_batch.tokens)
        {
            for (Eigen::Index i = 0; i < input.size(); i++)
            {
                input[i] = std::floor((input[i] + 1) * (i % 2 == 0 ? 3.5 : 1));
            }
        }
        const auto output = Run(parameters, input, true);
        m_above = MakeNumbers<double>(output.size(), 3);
        const Vector first = Eigen::Map<const Vector>(output.data(), output.size());
        Vector gradient = Vector::Zero(count);
        const auto below = m_model->Backward(
            parameters,
            BasicConstMatrixView<double>(input.data(), m_model->InputSize(), m_batch.shape.columns),
            BasicConstMatrixView<double>(m_above.data(), output.rows(), output.cols()),
            m_model->Trainable(),
            m_workspace,
            gradient,
            true);
        const Vector inputGradient = Eigen::Map<const Vector>(below.data(), below.size());
        CompareTangents(parameters, input, gradient, inputGradient);
        const auto again = Run(parameters, input, false);
        NS_TEST_EXPECT_MSG_EQ((Eigen::Map<const Vector>(again.data(), again.size()) == first),
                              true,
                              "the same without keeping caches");
        if (count > 0)
        {
            Compare(
                gradient,
                parameters,
                [&](const Vector& p) { return Objective(p, input); },
                "parameters");
        }
        if (!m_batch.tokens)
        {
            Compare(
                inputGradient,
                input,
                [&](const Vector& x) { return Objective(parameters, x); },
                "input");
        }
    }

    Maker m_make;                                      ///< makes the layers
    TestBatch m_batch;                                 ///< what goes in
    std::unique_ptr<const BasicModel<double>> m_model; ///< under test
    BasicWorkspace<double> m_workspace;                ///< its memory
    Vector m_above;                                    ///< dL/d(output)
};

/// One layer alone.
template <typename LayerType, typename... Arguments>
DoubleGradientTestCase::Maker
Alone(Arguments... arguments)
{
    return [=] {
        BasicChain<double>::Layers layers;
        layers.push_back(std::make_unique<LayerType>(arguments...));
        return layers;
    };
}

/// Gradients of layers of transformers.
class TransformerGradientTestSuite : public TestSuite
{
  public:
    TransformerGradientTestSuite();
};

TransformerGradientTestSuite::TransformerGradientTestSuite()
    : TestSuite("fl-transformer-gradient", TestSuite::Type::UNIT)
{
    const BatchShape ragged{9, 3, RAGGED.data(), nullptr};
    const BatchShape masked{9, 3, RAGGED.data(), MASK.data()};
    const TestBatch samples{BatchShape::OfSamples(5), false};
    auto add = [this](const std::string& name,
                      const DoubleGradientTestCase::Maker& maker,
                      const TestBatch& batch) {
        AddTestCase(new DoubleGradientTestCase(name, maker, batch));
    };
    const LoraOptions lora{2, 3};
    using D = BasicDense<double>;
    add("dense", Alone<D>("d", 3, 4, DenseStart::ZERO), samples);
    add("dense, adapter",
        Alone<D>("d", 3, 4, DenseStart::ZERO, WeightOrder::OUTPUTS_FIRST, lora),
        samples);
    add("dense, inputs first, adapter",
        Alone<D>("d", 3, 4, DenseStart::ZERO, WeightOrder::INPUTS_FIRST, lora),
        samples);
    add("tanh", Alone<BasicTanh<double>>("t", 4), samples);
    add("layer norm", Alone<BasicLayerNorm<double>>("n", 19, 1e-6), samples);
    add("GELU", Alone<BasicGelu<double>>("g", 19), samples);
    add("first token", Alone<BasicFirstToken<double>>("f", 3), {ragged, false});
    const AttentionOptions attention{2, DenseStart::GLOROT, lora, {}, lora, {1, 1}};
    add("attention", Alone<BasicAttention<double>>("a", 6, attention), {ragged, false});
    add("attention, mask", Alone<BasicAttention<double>>("a", 6, attention), {masked, false});
    add("token embedding",
        Alone<BasicTokenEmbedding<double>>("e", TokenShape{7, 5, 2}, 4),
        {ragged, true});
    add("patch embedding",
        Alone<BasicPatchEmbedding<double>>("e", ImageShape{2, 4, 6}, 2, 3),
        {BatchShape::OfSamples(2), false});
    add(
        "residual that needs its branch's output",
        [] {
            BasicChain<double>::Layers layers;
            layers.push_back(std::make_unique<BasicResidual<double>>(
                "",
                std::make_unique<BasicTanh<double>>("", 4)));
            return layers;
        },
        samples);
    for (const auto norm : {TransformerConfig::Norm::POST, TransformerConfig::Norm::PRE})
    {
        const bool isPost = norm == TransformerConfig::Norm::POST;
        const std::string name = isPost ? ", norm after" : ", norm before";
        add("encoder" + name,
            [norm] { return MakeEncoderLayers<double>(SmallConfig(true, norm)); },
            {masked, false});
        add("text classifier" + name,
            [norm] { return MakeTransformerLayers<double>(SmallConfig(true, norm), 3); },
            {ragged, true});
        add("image classifier" + name,
            [norm] { return MakeTransformerLayers<double>(SmallConfig(false, norm), 3); },
            {BatchShape::OfSamples(2), false});
    }
}

/// The suite registers itself.
TransformerGradientTestSuite g_transformerGradientTestSuite;

} // namespace
