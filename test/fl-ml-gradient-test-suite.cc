/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-ml.h"
#include "fl-test-refusal.h"

#include "ns3/fl-classifiers.h"
#include "ns3/fl-convolution.h"
#include "ns3/fl-loss.h"
#include "ns3/fl-model.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>

/**
 * @file
 * @ingroup fl
 * Gradients of layers and models against finite differences, convolution and pooling against their
 * definitions.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// Where a layer's matrices begin in a vector that has them one after the other.
template <typename Values>
auto
MatricesOf(const Layer& layer, Values& values)
{
    std::vector<decltype(values.data())> matrices;
    size_t next = 0;
    for (const auto& shape : layer.Parameters())
    {
        matrices.push_back(values.data() + next);
        next += shape.Size();
    }
    return matrices;
}

/// Put a batch of samples through a layer.
void
RunForward(const Layer& layer,
           const Eigen::VectorXf& parameters,
           const Eigen::VectorXf& input,
           MatrixView output,
           std::vector<float>& scratch)
{
    const auto matrices = MatricesOf(layer, parameters);
    const ConstMatrixView view = AsMatrix(input, layer.InputSize());
    ForwardPass pass{matrices.data(),
                     BatchShape::OfSamples(static_cast<uint32_t>(view.cols())),
                     view,
                     output,
                     nullptr,
                     scratch.data()};
    layer.Forward(pass);
}

/// A gradient by central differences, and how far off it may be.
struct Differences
{
    Eigen::VectorXd gradient;
    Eigen::VectorXd tolerance;
};

/**
 * Differentiate f numerically: D(h) = (f(x + h) - f(x - h)) / 2 h.
 *
 * Its truncation error is c h^2 + O(h^4), so that D(h) and D(h / 2) differ by 3/4 of D(h)'s error,
 * three times that of D(h / 2), which is returned: |D(h) - D(h / 2)| bounds it with a margin of 3.
 * Its rounding error is that of f over h / 2.
 *
 * @param f the function, with the rounding error given
 * @param x where
 * @param roundingError of f, at most
 * @return D(h / 2) and its tolerance
 */
Differences
Differentiate(const std::function<double(const Eigen::VectorXf&)>& f,
              Eigen::VectorXf x,
              double roundingError)
{
    constexpr float H = 0x1p-4F;
    Differences result{Eigen::VectorXd(x.size()), Eigen::VectorXd(x.size())};
    auto difference = [&](Eigen::Index i, float h) {
        const float old = x[i];
        x[i] = old + h;
        const float up = x[i];
        const double high = f(x);
        x[i] = old - h;
        const float down = x[i];
        const double low = f(x);
        x[i] = old;
        // what was really added, after rounding
        return (high - low) / (double{up} - double{down});
    };
    for (Eigen::Index i = 0; i < x.size(); i++)
    {
        const double coarse = difference(i, H);
        result.gradient[i] = difference(i, H / 2);
        result.tolerance[i] = std::abs(coarse - result.gradient[i]) + 2 * roundingError / H;
    }
    return result;
}

/// Base of the gradient checks: |g - g'| / |g + g'| against its derived tolerance.
class GradientTestCase : public TestCase
{
  public:
    explicit GradientTestCase(const std::string& name)
        : TestCase("gradient: " + name)
    {
    }

  protected:
    void Compare(const Eigen::VectorXf& gradient, const Differences& expected, const char* what)
    {
        const Eigen::VectorXd g = gradient.cast<double>();
        const double scale = (g + expected.gradient).norm();
        const double error = (g - expected.gradient).norm() / scale;
        const double tolerance = expected.tolerance.norm() / scale;
        NS_TEST_EXPECT_MSG_GT(scale, 0.1, what << ": there is a gradient");
        NS_TEST_EXPECT_MSG_LT(tolerance, 0.02, what << ": the comparison is sharp");
        NS_TEST_EXPECT_MSG_LT(error, tolerance, what << ": as finite differences");
    }
};

/// How a layer's inputs are chosen, so that a step of Differentiate() crosses no kink.
enum class Inputs
{
    ANY,      ///< uniform in [-1, 1): the layer is smooth
    NOT_ZERO, ///< by two steps away from 0, where a ReLU has no derivative
    APART     ///< all different, by four steps: which one is the largest does not change
};

/// One layer, with f = sum of (random numbers times outputs).
class LayerGradientTestCase : public GradientTestCase
{
  public:
    /**
     * @param layer the layer
     * @param inputs how they are chosen
     */
    LayerGradientTestCase(std::unique_ptr<const Layer> layer, Inputs inputs)
        : GradientTestCase("layer " + layer->Name()),
          m_layer(std::move(layer)),
          m_inputs(inputs),
          m_scratch(m_layer->ScratchSize(BatchShape::OfSamples(BATCH)), NAN)
    {
    }

  private:
    static constexpr int BATCH = 5;

    double Objective(const Eigen::VectorXf& parameters, const Eigen::VectorXf& input)
    {
        Eigen::MatrixXf output(m_layer->OutputSize(), BATCH);
        RunForward(*m_layer,
                   parameters,
                   input,
                   MatrixView(output.data(), output.rows(), BATCH),
                   m_scratch);
        return output.cast<double>().cwiseProduct(m_outputGradient.cast<double>()).sum();
    }

    /// Forward-mode derivatives against the gradients, of which they are the transpose.
    void CompareTangent(const Eigen::VectorXf& parameters,
                        const Eigen::VectorXf& input,
                        const Eigen::MatrixXf& output,
                        const Eigen::VectorXf& gradient,
                        const Eigen::VectorXf& inputGradient)
    {
        const Eigen::VectorXf direction = MakeVector(parameters.size(), 5);
        const Eigen::VectorXf inputDirection = MakeVector(input.size(), 6);
        const auto matrices = MatricesOf(*m_layer, parameters);
        auto moves = MatricesOf(*m_layer, direction);
        for (const bool hasInput : {true, false})
        {
            for (const bool hasParameters : {true, false})
            {
                std::fill(m_scratch.begin(), m_scratch.end(), NAN);
                auto tangents = moves;
                std::fill(tangents.begin(),
                          hasParameters ? tangents.begin() : tangents.end(),
                          nullptr);
                // What is not written shows as NaN.
                Eigen::MatrixXf change = Eigen::MatrixXf::Constant(output.rows(), BATCH, NAN);
                TangentPass pass{matrices.data(),
                                 tangents.data(),
                                 BatchShape::OfSamples(BATCH),
                                 AsMatrix(input, m_layer->InputSize()),
                                 ConstMatrixView(output.data(), output.rows(), BATCH),
                                 ConstMatrixView(hasInput ? inputDirection.data() : nullptr,
                                                 m_layer->InputSize(),
                                                 BATCH),
                                 MatrixView(change.data(), output.rows(), BATCH),
                                 nullptr,
                                 m_scratch.data()};
                m_layer->Tangent(pass);
                const double sum =
                    (hasParameters ? gradient.cast<double>().dot(direction.cast<double>()) : 0) +
                    (hasInput ? inputGradient.cast<double>().dot(inputDirection.cast<double>())
                              : 0);
                const double found =
                    change.cast<double>().cwiseProduct(m_outputGradient.cast<double>()).sum();
                // Terms are of size 1: each has an error of a rounding per term that goes into it.
                const double tolerance =
                    EPS * (m_layer->InputSize() + m_layer->OutputSize() + 4) *
                    static_cast<double>(input.size() + output.size() + parameters.size());
                NS_TEST_EXPECT_MSG_EQ_TOL(found, sum, tolerance, "tangents are the transpose");
            }
        }
    }

    void DoRun() override
    {
        Eigen::Index parameterCount = 0;
        for (const auto& shape : m_layer->Parameters())
        {
            parameterCount += static_cast<Eigen::Index>(shape.Size());
        }
        const Eigen::VectorXf parameters = MakeVector(parameterCount, 1);
        Eigen::VectorXf input = MakeVector(m_layer->InputSize() * BATCH, 2);
        if (m_inputs == Inputs::NOT_ZERO)
        {
            input = input.unaryExpr([](float x) { return x + std::copysign(0.125F, x); });
        }
        if (m_inputs == Inputs::APART)
        {
            std::vector<uint32_t> ranks = Range(static_cast<uint32_t>(input.size()));
            RandomStream(4).Shuffle(ranks);
            for (Eigen::Index i = 0; i < input.size(); i++)
            {
                input[i] = 0.25F * static_cast<float>(ranks[i]);
            }
        }
        const Eigen::VectorXf flat = MakeVector(m_layer->OutputSize() * BATCH, 3);
        m_outputGradient = AsMatrix(flat, m_layer->OutputSize());

        Eigen::MatrixXf output(m_layer->OutputSize(), BATCH);
        RunForward(*m_layer,
                   parameters,
                   input,
                   MatrixView(output.data(), output.rows(), BATCH),
                   m_scratch);
        Eigen::VectorXf gradient = Eigen::VectorXf::Zero(parameterCount);
        // What is not written shows as NaN.
        Eigen::VectorXf inputGradient = Eigen::VectorXf::Constant(input.size(), NAN);
        std::fill(m_scratch.begin(), m_scratch.end(), NAN);
        const auto matrices = MatricesOf(*m_layer, parameters);
        const auto gradients = MatricesOf(*m_layer, gradient);
        BackwardPass pass{matrices.data(),
                          BatchShape::OfSamples(BATCH),
                          AsMatrix(input, m_layer->InputSize()),
                          ConstMatrixView(output.data(), output.rows(), BATCH),
                          ConstMatrixView(m_outputGradient.data(), output.rows(), BATCH),
                          gradients.data(),
                          MatrixView(inputGradient.data(), m_layer->InputSize(), BATCH),
                          nullptr,
                          m_scratch.data()};
        m_layer->Backward(pass);
        CompareTangent(parameters, input, output, gradient, inputGradient);

        // Each output is a sum of up to inputs + 1 terms of size up to 1 (tanh: a few roundings;
        // pooling: none), and f adds up the errors of all, weighted by at most 1.
        const double error = EPS * (m_layer->InputSize() + 4) * static_cast<double>(flat.size());
        Compare(
            inputGradient,
            Differentiate([&](const auto& x) { return Objective(parameters, x); }, input, error),
            "input");
        if (parameterCount > 0)
        {
            Compare(gradient,
                    Differentiate([&](const auto& p) { return Objective(p, input); },
                                  parameters,
                                  error),
                    "parameters");
        }
    }

    std::unique_ptr<const Layer> m_layer; ///< under test
    Inputs m_inputs;                      ///< how they are chosen
    std::vector<float> m_scratch;         ///< the layer's
    Eigen::MatrixXf m_outputGradient;     ///< f's derivative by the outputs
};

/// A whole model with its loss.
class ModelGradientTestCase : public GradientTestCase
{
  public:
    /**
     * @param name of the test case: the layer
     * @param model the model, smooth, or with hiddenSize units of one ReLU layer
     * @param hiddenSize units before the ReLU; 0: none
     */
    ModelGradientTestCase(const std::string& name,
                          std::unique_ptr<const Model> model,
                          uint32_t hiddenSize)
        : GradientTestCase(name),
          m_model(std::move(model)),
          m_hiddenSize(hiddenSize)
    {
    }

  private:
    static constexpr int BATCH = 6;

    double Loss(const Eigen::VectorXf& parameters, const Eigen::VectorXf& input)
    {
        const auto logits =
            m_model->Forward(parameters, AsMatrix(input, m_model->InputSize()), m_workspace);
        m_logitGradient.resize(logits.rows(), logits.cols());
        return SoftmaxCrossEntropy(logits,
                                   m_labels.data(),
                                   1.0F / BATCH,
                                   MatrixView(m_logitGradient.data(), logits.rows(), logits.cols()))
                   .loss /
               BATCH;
    }

    /// The smallest distance of a hidden unit from its kink, over the largest input's size.
    double DistanceFromKinks(const Eigen::VectorXf& parameters, const Eigen::VectorXf& input) const
    {
        const ConstMatrixView weight = Model::View(parameters, m_model->FindSlice("dense1.weight"));
        const ConstMatrixView bias = Model::View(parameters, m_model->FindSlice("dense1.bias"));
        const Eigen::MatrixXf hidden =
            (weight * AsMatrix(input, m_model->InputSize())).colwise() + bias.col(0);
        const double reach =
            std::max({1.0F, input.cwiseAbs().maxCoeff(), weight.cwiseAbs().maxCoeff()});
        return hidden.cwiseAbs().minCoeff() / reach;
    }

    void DoRun() override
    {
        const auto size = static_cast<Eigen::Index>(m_model->ParameterCount());
        Eigen::VectorXf parameters = MakeVector(size, 1);
        Eigen::VectorXf input = MakeVector(m_model->InputSize() * BATCH, 2);
        // A step of 1/16 in a parameter or an input of size up to 1 must not cross a kink: take the
        // first numbers for which none is near.
        for (uint64_t seed = 3; m_hiddenSize > 0 && DistanceFromKinks(parameters, input) <= 0x1p-4;
             seed++)
        {
            parameters = MakeVector(size, seed);
            input = MakeVector(input.size(), seed + 1000000);
        }
        for (int i = 0; i < BATCH; i++)
        {
            m_labels.push_back(i % m_model->OutputSize());
        }
        Loss(parameters, input);
        Eigen::VectorXf gradient = Eigen::VectorXf::Zero(size);
        const Eigen::MatrixXf logitGradient = m_logitGradient;
        const ConstMatrixView inputGradient = m_model->Backward(
            parameters,
            AsMatrix(input, m_model->InputSize()),
            ConstMatrixView(logitGradient.data(), logitGradient.rows(), logitGradient.cols()),
            m_model->Trainable(),
            m_workspace,
            gradient,
            true);
        const Eigen::VectorXf flat =
            Eigen::Map<const Eigen::VectorXf>(inputGradient.data(), inputGradient.size());

        // The loss of a sample moves by at most twice the largest error of a logit, which with
        // factors of size 1 is a rounding for each of the terms that go into it, of which there are
        // up to the sum of all layers' inputs (at most 16 here), of sizes up to 5.
        const double error = 2 * 16 * 5 * EPS;
        Compare(gradient,
                Differentiate([&](const auto& p) { return Loss(p, input); }, parameters, error),
                "parameters");
        Compare(flat,
                Differentiate([&](const auto& x) { return Loss(parameters, x); }, input, error),
                "input");
    }

    std::unique_ptr<const Model> m_model; ///< under test
    uint32_t m_hiddenSize;                ///< of its ReLU layer
    std::vector<uint8_t> m_labels;        ///< of the batch
    Workspace m_workspace;                ///< between layers
    Eigen::MatrixXf m_logitGradient;      ///< as the loss has it
};

/// Convolution and pooling against their definitions.
class ConvolutionTestCase : public TestCase
{
  public:
    ConvolutionTestCase()
        : TestCase("convolution and pooling: definition, scratch memory, refusals")
    {
    }

  private:
    void DoRun() override
    {
        Definition({2, 4, 5}, 3, 2);
        // Rows of more than 8 pixels are copied by eight.
        Definition({1, 3, 21}, 2, 2);
        Definition({1, 2, 17}, 2, 2);
        Pooling();
        Refusals();
    }

    /// Numbers are multiples of 1/2 and small, so that sums are exact in any order.
    void Definition(const ImageShape& shape, uint32_t outputs, uint32_t kernel)
    {
        const Conv2d layer("c", shape, outputs, kernel);
        const ImageShape out = layer.OutputImage();
        const uint32_t patch = shape.channels * kernel * kernel;
        const ImageShape valid{outputs, shape.rows - kernel + 1, shape.columns - kernel + 1};
        NS_TEST_EXPECT_MSG_EQ((out == valid), true, "no padding");
        NS_TEST_EXPECT_MSG_EQ(layer.ScratchSize(BatchShape::OfSamples(2)),
                              out.rows * out.columns * patch,
                              "the patches of one sample");
        auto halves = [](uint32_t size, uint64_t seed) -> Eigen::VectorXf {
            return (4 * MakeVector(size, seed)).array().round() / 2;
        };
        const Eigen::VectorXf parameters = halves(outputs * patch + outputs, 1);
        const Eigen::VectorXf input = halves(2 * shape.Size(), 2);
        Eigen::MatrixXf output(layer.OutputSize(), 2);
        std::vector<float> scratch(layer.ScratchSize(BatchShape::OfSamples(2)), NAN);
        RunForward(layer, parameters, input, MatrixView(output.data(), output.rows(), 2), scratch);
        auto expected = [&](uint32_t sample, uint32_t o, uint32_t y, uint32_t x) {
            float sum = parameters[outputs * patch + o];
            for (uint32_t k = 0; k < patch; k++)
            {
                const uint32_t c = k / (kernel * kernel);
                const uint32_t row = y + k / kernel % kernel;
                const uint32_t column = x + k % kernel;
                sum +=
                    parameters[k * outputs + o] *
                    input[sample * shape.Size() + (c * shape.rows + row) * shape.columns + column];
            }
            return sum;
        };
        for (uint32_t i = 0; i < output.size(); i++)
        {
            NS_TEST_EXPECT_MSG_EQ(output.data()[i],
                                  expected(i / out.Size(),
                                           i / (out.rows * out.columns) % outputs,
                                           i / out.columns % out.rows,
                                           i % out.columns),
                                  "output " << i);
        }
    }

    void Pooling()
    {
        const MaxPool2d layer("p", {1, 3, 5});
        NS_TEST_EXPECT_MSG_EQ((layer.OutputImage() == ImageShape{1, 1, 2}), true, "odd: left out");
        Eigen::VectorXf input(15);
        input << 1, 7, 3, 3, 9, 2, 0, 3, 3, 9, 9, 9, 9, 9, 9;
        Eigen::VectorXf output(2);
        const MatrixView view(output.data(), 2, 1);
        std::vector<float> scratch(layer.ScratchSize(BatchShape::OfSamples(2)), NAN);
        const Eigen::VectorXf none;
        RunForward(layer, none, input, view, scratch);
        NS_TEST_EXPECT_MSG_EQ(output[0], 7, "the largest of four");
        NS_TEST_EXPECT_MSG_EQ(output[1], 3, "of equals");
        Eigen::VectorXf gradient = Eigen::VectorXf::Constant(15, NAN);
        const Eigen::VectorXf fromAbove = Eigen::Vector2f(5, 6);
        BackwardPass pass{nullptr,
                          BatchShape::OfSamples(1),
                          AsMatrix(input, 15),
                          AsMatrix(output, 2),
                          AsMatrix(fromAbove, 2),
                          nullptr,
                          MatrixView(gradient.data(), 15, 1),
                          nullptr,
                          nullptr};
        layer.Backward(pass);
        Eigen::VectorXf expected = Eigen::VectorXf::Zero(15);
        expected[1] = 5;
        expected[2] = 6;
        NS_TEST_EXPECT_MSG_EQ((gradient == expected), true, "to the first of the largest");
        for (const int at : {0, 1, 5, 6})
        {
            Eigen::VectorXf bad = input;
            bad[at] = NAN;
            RunForward(layer, none, bad, view, scratch);
            NS_TEST_EXPECT_MSG_EQ(std::isnan(output[0]), true, "divergence shows");
        }
    }

    void Refusals()
    {
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([] { Conv2d("c", {3, 4, 6}, 2, 5); }),
            "layer c: kernel 5: must be between 1 and 4, the image's smaller side",
            "large");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([] { Conv2d("c", {3, 4, 6}, 2, 0); }),
            "layer c: kernel 0: must be between 1 and 4, the image's smaller side",
            "none");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { Conv2d("c", {3, 4, 6}, 0, 2); }),
                              "layer c: 72 inputs and 0 outputs: must be at least 1 each",
                              "no filter");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { MaxPool2d("p", {3, 1, 6}); }),
                              "layer p: 18 inputs and 0 outputs: must be at least 1 each",
                              "one row");
    }
};

/// Dense, tanh, dense, tanh, dense.
std::unique_ptr<const Model>
MakeSmoothModel()
{
    std::vector<std::unique_ptr<const Layer>> layers;
    layers.push_back(std::make_unique<Dense>("a", 3, 4, Dense::Start::HE));
    layers.push_back(std::make_unique<Tanh>("b", 4));
    layers.push_back(std::make_unique<Dense>("c", 4, 5, Dense::Start::HE));
    layers.push_back(std::make_unique<Tanh>("d", 5));
    layers.push_back(std::make_unique<Dense>("e", 5, 3, Dense::Start::GLOROT));
    return std::make_unique<const Model>(std::move(layers));
}

/// Gradients of layers and models.
class MlGradientTestSuite : public TestSuite
{
  public:
    MlGradientTestSuite()
        : TestSuite("fl-ml-gradient", TestSuite::Type::UNIT)
    {
        AddTestCase(
            new LayerGradientTestCase(std::make_unique<Dense>("dense", 4, 3, Dense::Start::HE),
                                      Inputs::ANY));
        AddTestCase(new LayerGradientTestCase(std::make_unique<Relu>("relu", 6), Inputs::NOT_ZERO));
        AddTestCase(new LayerGradientTestCase(std::make_unique<Tanh>("tanh", 6), Inputs::ANY));
        AddTestCase(new LayerGradientTestCase(
            std::make_unique<Conv2d>("convolution", ImageShape{2, 4, 5}, 2, 3),
            Inputs::ANY));
        AddTestCase(new LayerGradientTestCase(
            std::make_unique<Conv2d>("convolution, wide", ImageShape{1, 3, 11}, 2, 3),
            Inputs::ANY));
        AddTestCase(
            new LayerGradientTestCase(std::make_unique<MaxPool2d>("pooling", ImageShape{2, 4, 4}),
                                      Inputs::APART));
        AddTestCase(new LayerGradientTestCase(
            std::make_unique<MaxPool2d>("pooling, odd", ImageShape{2, 5, 3}),
            Inputs::APART));
        AddTestCase(new ConvolutionTestCase);
        AddTestCase(new ModelGradientTestCase("softmax regression",
                                              std::make_unique<SoftmaxRegression>(5, 3),
                                              0));
        AddTestCase(new ModelGradientTestCase("chain of five layers", MakeSmoothModel(), 0));
        AddTestCase(new ModelGradientTestCase("MLP",
                                              std::make_unique<Mlp>(4, std::vector<uint32_t>{3}, 3),
                                              3));
    }
};

MlGradientTestSuite g_mlGradientTestSuite; ///< registers the suite

} // namespace
