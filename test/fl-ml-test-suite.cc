/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-aggregator.h"
#include "ns3/fl-classifiers.h"
#include "ns3/fl-codec.h"
#include "ns3/fl-convolution.h"
#include "ns3/fl-loss.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-synthetic-digits.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/fl-trainer.h"
#include "ns3/test.h"

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <stdexcept>

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

constexpr double EPS = std::numeric_limits<float>::epsilon();

/// 0, 1, ..., count - 1.
std::vector<uint32_t>
Range(uint32_t count)
{
    std::vector<uint32_t> range(count);
    std::iota(range.begin(), range.end(), 0);
    return range;
}

/// Uniform numbers in [-1, 1), the same each time.
Eigen::VectorXf
MakeVector(Eigen::Index size, uint64_t seed)
{
    RandomStream random(seed);
    Eigen::VectorXf values(size);
    for (float& value : values)
    {
        value = static_cast<float>(random.Uniform(-1, 1));
    }
    return values;
}

/// A view of a vector as a matrix.
ConstMatrixView
AsMatrix(const Eigen::VectorXf& values, Eigen::Index rows)
{
    return ConstMatrixView(values.data(), rows, values.size() / rows);
}

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
     * @param name what it is
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

/// What a model says of itself, and what it refuses.
class ModelTestCase : public TestCase
{
  public:
    ModelTestCase()
        : TestCase("model: structure, slices, start, factory, refusals")
    {
    }

  private:
    void DoRun() override
    {
        const auto softmax = MakeModel("softmax", 784, 10);
        NS_TEST_EXPECT_MSG_EQ(softmax->ParameterCount(), 7850, "softmax regression");
        NS_TEST_EXPECT_MSG_EQ(softmax->InitialParameters(1).norm(), 0, "begins at zero");
        NS_TEST_EXPECT_MSG_EQ(softmax->OutputSize(), 10, "classes");
        const auto mlp = MakeModel("mlp:300-124-60", 784, 10);
        const size_t expected = 784 * 300 + 300 + 300 * 124 + 124 + 124 * 60 + 60 + 60 * 10 + 10;
        NS_TEST_EXPECT_MSG_EQ(mlp->ParameterCount(), expected, "MLP of three hidden layers");
        NS_TEST_EXPECT_MSG_EQ(mlp->Slices().size(), 8, "two slices per layer");
        size_t offset = 0;
        for (const auto& slice : mlp->Slices())
        {
            NS_TEST_EXPECT_MSG_EQ(slice.offset, offset, "no gaps");
            offset += slice.Size();
        }
        NS_TEST_EXPECT_MSG_EQ(offset, expected, "to the end");
        Eigen::VectorXf parameters = mlp->InitialParameters(1);
        const Slice& slice = mlp->FindSlice("dense2.weight");
        NS_TEST_EXPECT_MSG_EQ(slice.rows, 124, "outputs");
        NS_TEST_EXPECT_MSG_EQ(slice.columns, 300, "inputs");
        Model::View(parameters, slice)(2, 1) = 7;
        NS_TEST_EXPECT_MSG_EQ(parameters[slice.offset + 124 + 2], 7, "column by column");
        for (const char* text : {"mlp:200", "mlp"})
        {
            NS_TEST_EXPECT_MSG_EQ(MakeModel(text, 784, 10)->ParameterCount(), 159010, text);
        }
        Convolutional();
        Starts();
        Factory();
        Refusals(*mlp);
    }

    /// The network of Table I.
    void Convolutional()
    {
        const auto cnn = MakeModel("svhn-cnn", 3072, 10);
        NS_TEST_EXPECT_MSG_EQ(cnn->ParameterCount(), 466122, "the paper's network");
        const std::map<std::string, size_t> expected{{"conv1", 2432},
                                                     {"conv2", 51264},
                                                     {"dense1", 409856},
                                                     {"dense2", 2570}};
        std::map<std::string, size_t> counts;
        for (const auto& slice : cnn->Slices())
        {
            counts[slice.name.substr(0, slice.name.find('.'))] += slice.Size();
        }
        NS_TEST_EXPECT_MSG_EQ((counts == expected), true, "layer by layer");
        NS_TEST_EXPECT_MSG_EQ(cnn->FindSlice("dense1.weight").columns, 1600, "64 x 5 x 5");
        // He: variance 2 / 800 from 51,200 numbers, as below.
        const Eigen::VectorXf parameters = cnn->InitialParameters(1);
        const double he =
            Model::View(parameters, cnn->FindSlice("conv2.weight")).squaredNorm() / 51200;
        NS_TEST_EXPECT_MSG_EQ_TOL(he * 800 / 2, 1, 5 * std::sqrt(2 / 51200.0), "He");
        NS_TEST_EXPECT_MSG_EQ(MakeModel("mlp:200", 784, 10)->BlockSamples(), 256, "a small model");
        NS_TEST_EXPECT_MSG_EQ(cnn->BlockSamples(), 32, "16 MiB for 71,178 outputs per sample");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { MakeModel("svhn-cnn", 784, 10); }),
                              "model 'svhn-cnn': 784 features per sample: must be 3072",
                              "other images");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { CheckModelText("svhn-cnn"); }),
                              "accepted",
                              "the text is right");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { CheckModelText("cnn"); }),
                              "model 'cnn': must be " + KnownModels(),
                              "a wrong one");
    }

    void Starts()
    {
        const auto mlp = MakeModel("mlp:300,124", 784, 10);
        const Eigen::VectorXf parameters = mlp->InitialParameters(1);
        NS_TEST_EXPECT_MSG_EQ((parameters == mlp->InitialParameters(1)), true, "same seed");
        NS_TEST_EXPECT_MSG_EQ((parameters == mlp->InitialParameters(2)), false, "other seed");
        // He: variance 2 / 784 from 235,200 numbers; Glorot: 2 / 134 from 1,240. The relative
        // standard error of a variance is sqrt(2 / n) for normal, less for uniform; five of them.
        const double he =
            Model::View(parameters, mlp->FindSlice("dense1.weight")).squaredNorm() / 235200;
        NS_TEST_EXPECT_MSG_EQ_TOL(he * 784 / 2, 1, 5 * std::sqrt(2 / 235200.0), "He");
        const double glorot =
            Model::View(parameters, mlp->FindSlice("dense3.weight")).squaredNorm() / 1240;
        NS_TEST_EXPECT_MSG_EQ_TOL(glorot * 134 / 2, 1, 5 * std::sqrt(2 / 1240.0), "Glorot");
        NS_TEST_EXPECT_MSG_EQ(Model::View(parameters, mlp->FindSlice("dense1.bias")).norm(),
                              0,
                              "biases");
    }

    void Factory()
    {
        for (const std::string text : {"",
                                       "x",
                                       "softmax:1",
                                       "svhn-cnn:1",
                                       "mlp:",
                                       "mlp:0",
                                       "mlp:-1",
                                       "mlp:1.5",
                                       "mlp:10-",
                                       "mlp:65537",
                                       "mlp:99999999999"})
        {
            NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { MakeModel(text, 784, 10); }),
                                  "model '" + text + "': must be " + KnownModels(),
                                  text);
        }
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { MakeModel("softmax", 0, 10); }),
                              "layer dense1: 0 inputs and 10 outputs: must be at least 1 each",
                              "no features");
    }

    void Refusals(const Model& model)
    {
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { Model({}); }),
                              "model: 0 layers: must be at least 1",
                              "empty");
        auto chain = [](const char* second, uint32_t inputs) {
            std::vector<std::unique_ptr<const Layer>> layers;
            layers.push_back(std::make_unique<Dense>("a", 2, 3, Dense::Start::ZERO));
            layers.push_back(std::make_unique<Dense>(second, inputs, 2, Dense::Start::ZERO));
            Model(std::move(layers));
        };
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { chain("b", 4); }),
                              "layer b: 4 inputs: must be 3, the outputs of the layer before",
                              "chain");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { chain("a", 3); }),
                              "slice a.weight: must be unique in a model",
                              "names");
        const std::string slices = "dense1.weight, dense1.bias, dense2.weight, dense2.bias, "
                                   "dense3.weight, dense3.bias, dense4.weight, dense4.bias";
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { model.FindSlice("x"); }),
                              "slice x: must be one of " + slices,
                              "slice");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { model.Trainable({"dense*", "x*"}); }),
                              "trainable slices 'x*': must match one of " + slices,
                              "mask");
        const auto softmax = MakeModel("softmax", 4, 2);
        Workspace workspace;
        const Eigen::VectorXf input = MakeVector(12, 1);
        Eigen::VectorXf ten = MakeVector(10, 1);
        const Eigen::VectorXf nine = MakeVector(9, 1);
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { softmax->Forward(nine, AsMatrix(input, 4), workspace); }),
            "model parameters: 9 elements: must be 10",
            "parameters");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { softmax->Forward(ten, AsMatrix(input, 3), workspace); }),
            "model input: 3 features per sample: must be 4",
            "input");
        softmax->Forward(ten, AsMatrix(input, 4), workspace);
        auto backward = [&](Eigen::Index rows, const TrainableMask& mask) {
            softmax->Backward(ten, AsMatrix(input, 4), AsMatrix(input, rows), mask, workspace, ten);
        };
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { backward(6, softmax->Trainable()); }),
                              "output gradient: 6 x 2: must be 2 x 3",
                              "output gradient");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { backward(2, TrainableMask{{1}}); }),
                              "trainable mask: 1 slices: must be 2",
                              "mask's size");
    }
};

/// Softmax cross-entropy against its definition.
class LossTestCase : public TestCase
{
  public:
    LossTestCase()
        : TestCase("loss: values, gradient, extremes")
    {
    }

  private:
    void DoRun() override
    {
        // Two classes: loss = log(1 + exp(z_other - z_label)).
        Eigen::MatrixXf logits(2, 3);
        logits << 1, 0, 200, 3, 0, -200;
        const std::vector<uint8_t> labels{0, 1, 1};
        Eigen::MatrixXf gradient(2, 3);
        const BatchLoss loss = SoftmaxCrossEntropy(ConstMatrixView(logits.data(), 2, 3),
                                                   labels.data(),
                                                   0.5F,
                                                   MatrixView(gradient.data(), 2, 3));
        const double expected = std::log1p(std::exp(2.0)) + std::log(2.0) + 400;
        NS_TEST_EXPECT_MSG_EQ_TOL(loss.loss, expected, 10 * EPS * 3, "loss");
        NS_TEST_EXPECT_MSG_EQ(loss.correct, 0, "the first of equals counts, here the wrong one");
        const double p = 1 / (1 + std::exp(2.0));
        NS_TEST_EXPECT_MSG_EQ_TOL(gradient(0, 0), 0.5 * (p - 1), 4 * EPS, "label's");
        NS_TEST_EXPECT_MSG_EQ_TOL(gradient(1, 0), 0.5 * (1 - p), 4 * EPS, "other's");
        NS_TEST_EXPECT_MSG_EQ(gradient(0, 1), 0.25F, "even");
        NS_TEST_EXPECT_MSG_EQ(gradient(1, 2), -0.5F, "no overflow");
        // of the class that is not the label's, where -inf leaves the loss itself finite
        for (const float bad : {NAN, INFINITY, -INFINITY})
        {
            logits(0, 1) = bad;
            const BatchLoss wrong = SoftmaxCrossEntropy(ConstMatrixView(logits.data(), 2, 3),
                                                        labels.data(),
                                                        1,
                                                        MatrixView(gradient.data(), 2, 3));
            NS_TEST_EXPECT_MSG_EQ(std::isfinite(wrong.loss), false, "divergence shows");
        }
    }
};

/// The thread pool.
class ThreadPoolTestCase : public TestCase
{
  public:
    ThreadPoolTestCase()
        : TestCase("thread pool: results, exceptions, nesting, shutdown")
    {
    }

  private:
    void DoRun() override
    {
        for (const uint32_t threads : {0U, 1U, 2U, 4U})
        {
            std::atomic<int> ran{0};
            {
                ThreadPool pool(threads);
                NS_TEST_EXPECT_MSG_EQ(pool.GetNThreads(), threads, "threads");
                auto answer = pool.Submit([] { return 42; });
                auto failure = pool.Submit([]() -> int { throw std::runtime_error("no"); });
                NS_TEST_EXPECT_MSG_EQ(answer.get(), 42, "result");
                bool thrown = false;
                try
                {
                    failure.get();
                }
                catch (const std::runtime_error&)
                {
                    thrown = true;
                }
                NS_TEST_EXPECT_MSG_EQ(thrown, true, "exception");
                Loops(pool);
                for (int i = 0; i < 50; i++)
                {
                    pool.Submit([&ran] { ran++; });
                }
            }
            NS_TEST_EXPECT_MSG_EQ(ran, 50, "all that was submitted ran before the end");
        }
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { ThreadPool(1025); }),
                              "threads 1025: must be between 0 and 1024",
                              "too many");
    }

    void Loops(ThreadPool& pool)
    {
        std::vector<int> times(100, 0);
        pool.ParallelFor(times.size(), [&](size_t i) { times[i]++; });
        NS_TEST_EXPECT_MSG_EQ((times == std::vector<int>(100, 1)), true, "each once");
        pool.ParallelFor(0, [&](size_t) { times.clear(); });
        NS_TEST_EXPECT_MSG_EQ(times.size(), 100, "nothing to do");
        // A loop within jobs that keep every worker busy must not wait for a free one.
        std::vector<std::future<int>> sums;
        for (int job = 0; job < 8; job++)
        {
            sums.push_back(pool.Submit([&pool] {
                std::atomic<int> sum{0};
                pool.ParallelFor(10, [&](size_t i) { sum += static_cast<int>(i); });
                return sum.load();
            }));
        }
        for (auto& sum : sums)
        {
            NS_TEST_EXPECT_MSG_EQ(sum.get(), 45, "nested");
        }
        std::string first;
        try
        {
            pool.ParallelFor(20, [](size_t i) {
                if (i % 3 == 2)
                {
                    throw std::runtime_error(std::to_string(i));
                }
            });
        }
        catch (const std::runtime_error& error)
        {
            first = error.what();
        }
        NS_TEST_EXPECT_MSG_EQ(first, "2", "the lowest-numbered failure, on any number of threads");
    }
};

/**
 * Steps of the trainer against hand computation.
 *
 * Softmax regression with one feature x = 1, two classes, all samples of label 0, begun at zero: by
 * symmetry the weights are (a, -a) and the biases (b, -b). The probability of the wrong class is
 * p = 1 / (1 + exp(2 a x + 2 b)), the gradient with respect to a and b alike is -p.
 */
class TrainerStepTestCase : public TestCase
{
  public:
    TrainerStepTestCase()
        : TestCase("trainer: momentum, weight decay, proximal term, minibatches, by hand")
    {
    }

  private:
    /// Parameters of the model: weight (a, -a), bias (b, -b).
    static Eigen::VectorXf Parameters(double a)
    {
        Eigen::VectorXf parameters(4);
        parameters << static_cast<float>(a), static_cast<float>(-a), static_cast<float>(a),
            static_cast<float>(-a);
        return parameters;
    }

    /// The same recursion in double precision, a = b throughout.
    static double Recursion(double a, const TrainerOptions& options, uint32_t steps)
    {
        const double start = a;
        double velocity = 0;
        for (uint32_t i = 0; i < steps; i++)
        {
            const double p = 1 / (1 + std::exp(4 * a));
            const double gradient = -p + options.weightDecay * a + options.proximalMu * (a - start);
            velocity = options.momentum * velocity + gradient;
            a -= options.learningRate * velocity;
        }
        return a;
    }

    void Check(double a, const TrainerOptions& options, uint32_t steps, const char* what)
    {
        const SoftmaxRegression model(1, 2);
        const Dataset data(Eigen::MatrixXf::Ones(1, 5), std::vector<uint8_t>(5, 0), 2, {1, 1, 1});
        const TrainingResult result = Train(model, Parameters(a), data, Range(5), 0, options, 1);
        const Eigen::VectorXf expected = Parameters(Recursion(a, options, steps));
        // Values below 1, some ten roundings per step.
        NS_TEST_EXPECT_MSG_LT((result.parameters - expected).cwiseAbs().maxCoeff(),
                              10 * steps * EPS,
                              what);
        NS_TEST_EXPECT_MSG_EQ(result.samples, 5, "samples");
        NS_TEST_EXPECT_MSG_EQ(result.iterations, options.localIterations, "iterations");
        NS_TEST_EXPECT_MSG_EQ(result.finite, true, "finite");
        NS_TEST_EXPECT_MSG_EQ(result.cancelled, false, "not cancelled");
    }

    void DoRun() override
    {
        TrainerOptions options;
        options.method = TrainerOptions::Method::FULL_BATCH;
        options.learningRate = 0.2;
        // By hand: p = 1/2, so that a = 0.2 * 1/2 = 0.1 after one step.
        NS_TEST_EXPECT_MSG_EQ_TOL(Recursion(0, options, 1), 0.1, 1e-15, "the recursion itself");
        Check(0, options, 1, "one step");
        options.localIterations = 3;
        Check(0, options, 3, "three steps");
        options.momentum = 0.9;
        Check(0, options, 3, "momentum");
        options.momentum = 0;
        options.weightDecay = 0.3;
        Check(0.5, options, 3, "weight decay");
        options.weightDecay = 0;
        options.proximalMu = 0.7;
        Check(0.5, options, 3, "proximal term");
        options.weightDecay = 0.3;
        options.momentum = 0.5;
        Check(-0.5, options, 3, "all");
        // Minibatches of 2 of 5 samples: steps of 2, 2 and 1 samples, each with its mean gradient.
        options.method = TrainerOptions::Method::SGD;
        options.batchSize = 2;
        options.localIterations = 2;
        Check(0.5, options, 6, "minibatches");
        options.batchSize = 100;
        Check(0.5, options, 2, "a batch larger than the data");

        // Loss met in the last iteration, before its step: log(1 + exp(-4 a)) at a = 0.
        const SoftmaxRegression model(1, 2);
        const Dataset data(Eigen::MatrixXf::Ones(1, 5), std::vector<uint8_t>(5, 0), 2, {1, 1, 1});
        const TrainingResult result =
            Train(model, Parameters(0), data, Range(5), 0, TrainerOptions(), 1);
        NS_TEST_EXPECT_MSG_EQ_TOL(result.loss, std::log(2.0), 4 * EPS, "loss");
    }
};

/// A small set of digits.
const Dataset&
SomeDigits()
{
    static const Dataset digits = MakeSyntheticDigits(7, 0, 600, nullptr);
    return digits;
}

/// What else the trainer does.
class TrainerTestCase : public TestCase
{
  public:
    TrainerTestCase()
        : TestCase("trainer: masks, limits, divergence, cancelling, refusals")
    {
    }

  private:
    void DoRun() override
    {
        const auto model = MakeModel("mlp:20", 784, 10);
        const Eigen::VectorXf start = model->InitialParameters(1);
        Masks(*model, start);
        BackwardMasks(*model, start);
        Blocks(*model, start);
        Limits(*model, start);
        Divergence(*model, start);
        Refusals(*model, start);
    }

    void Masks(const Model& model, const Eigen::VectorXf& start)
    {
        TrainerOptions options;
        options.weightDecay = 0.1;
        options.momentum = 0.5;
        options.trainable = {"dense2.*", "*1.bias"};
        const TrainingResult result = Train(model, start, SomeDigits(), Range(100), 0, options, 1);
        for (const auto& slice : model.Slices())
        {
            const double change =
                (Model::View(result.parameters, slice) - Model::View(start, slice)).norm();
            NS_TEST_EXPECT_MSG_EQ((change > 0),
                                  (slice.name != "dense1.weight"),
                                  slice.name << " trains or does not");
        }
        // Where the lowest layers are frozen, the others learn as if all were trained: one step's
        // gradient is the same.
        options = TrainerOptions();
        options.batchSize = 100;
        const auto all = Train(model, start, SomeDigits(), Range(100), 0, options, 1);
        options.trainable = {"dense2.weight"};
        const auto some = Train(model, start, SomeDigits(), Range(100), 0, options, 1);
        const Slice& slice = model.FindSlice("dense2.weight");
        NS_TEST_EXPECT_MSG_EQ(
            (Model::View(all.parameters, slice) == Model::View(some.parameters, slice)),
            true,
            "the same step");
    }

    /// Masks as Model::Backward() takes them.
    void BackwardMasks(const Model& model, const Eigen::VectorXf& start)
    {
        constexpr int BATCH = 4;
        Workspace workspace;
        const ConstMatrixView input(SomeDigits().Features().data(), 784, BATCH);
        const Eigen::VectorXf outputGradient = MakeVector(10 * BATCH, 1);
        auto backward = [&](const std::vector<std::string>& trainable,
                            Eigen::VectorXf& gradient) -> Eigen::MatrixXf {
            model.Forward(start, input, workspace);
            return model.Backward(start,
                                  input,
                                  AsMatrix(outputGradient, 10),
                                  model.Trainable(trainable),
                                  workspace,
                                  gradient,
                                  true);
        };
        Eigen::VectorXf all = Eigen::VectorXf::Zero(start.size());
        Eigen::VectorXf some = all;
        const Eigen::MatrixXf inputGradient = backward({}, all);
        const Eigen::MatrixXf same = backward({"dense2.bias"}, some);
        NS_TEST_EXPECT_MSG_EQ((inputGradient == same),
                              true,
                              "the input's gradient passes through frozen layers");
        for (const auto& slice : model.Slices())
        {
            const bool trains = slice.name == "dense2.bias";
            const Eigen::MatrixXf expected = (trains ? 1.0F : 0.0F) * Model::View(all, slice);
            NS_TEST_EXPECT_MSG_EQ((Model::View(some, slice) == expected),
                                  true,
                                  slice.name << ": its own gradient or none");
        }
    }

    void Blocks(const Model& model, const Eigen::VectorXf& start)
    {
        // 600 samples exceed a block of 256: the full batch is added up in three. Against one pass.
        TrainerOptions options;
        options.method = TrainerOptions::Method::FULL_BATCH;
        const auto result = Train(model, start, SomeDigits(), Range(600), 0, options, 1);
        Workspace workspace;
        const ConstMatrixView input(SomeDigits().Features().data(), 784, 600);
        Eigen::MatrixXf logitGradient(10, 600);
        const auto loss = SoftmaxCrossEntropy(model.Forward(start, input, workspace),
                                              SomeDigits().Labels().data(),
                                              1.0F / 600,
                                              MatrixView(logitGradient.data(), 10, 600));
        Eigen::VectorXf gradient = Eigen::VectorXf::Zero(start.size());
        model.Backward(start,
                       input,
                       ConstMatrixView(logitGradient.data(), 10, 600),
                       model.Trainable(),
                       workspace,
                       gradient);
        // Sums of 600 terms in another order: relative error up to 600 roundings, of the sum of the
        // terms' sizes, which is some 10 times the sum.
        const double error = (start - 0.1F * gradient - result.parameters).norm();
        NS_TEST_EXPECT_MSG_LT(error,
                              0.1 * 10 * 600 * EPS * gradient.norm() + EPS * start.norm(),
                              "");
        NS_TEST_EXPECT_MSG_EQ_TOL(result.loss, loss.loss / 600, 600 * EPS, "loss");
    }

    void Limits(const Model& model, const Eigen::VectorXf& start)
    {
        TrainerOptions options;
        auto train = [&](uint32_t limit, uint64_t seed) {
            return Train(model, start, SomeDigits(), Range(600), limit, options, seed);
        };
        NS_TEST_EXPECT_MSG_EQ(train(0, 1).samples, 600, "no limit");
        NS_TEST_EXPECT_MSG_EQ(train(900, 1).samples, 600, "no more than there are");
        NS_TEST_EXPECT_MSG_EQ(train(50, 1).samples, 50, "limit");
        NS_TEST_EXPECT_MSG_EQ((train(50, 1).parameters == train(50, 1).parameters), true, "same");
        NS_TEST_EXPECT_MSG_EQ((train(50, 1).parameters == train(50, 2).parameters), false, "seed");
        options.method = TrainerOptions::Method::FULL_BATCH;
        NS_TEST_EXPECT_MSG_EQ((train(0, 1).parameters == train(0, 2).parameters),
                              true,
                              "on all samples at once, chance has no part");
    }

    void Divergence(const Model& model, const Eigen::VectorXf& start)
    {
        TrainerOptions options;
        options.learningRate = 1e30;
        options.localIterations = 5;
        const auto diverged = Train(model, start, SomeDigits(), Range(100), 0, options, 1);
        NS_TEST_EXPECT_MSG_EQ(diverged.finite, false, "divergence is reported");
        NS_TEST_EXPECT_MSG_EQ((diverged.parameters == start), true, "and no NaN comes out");
        // The last step of all: only the parameters tell.
        options.localIterations = 1;
        options.learningRate = 3e38;
        options.weightDecay = 1e10;
        options.batchSize = 100;
        const auto last = Train(model, start, SomeDigits(), Range(100), 0, options, 1);
        NS_TEST_EXPECT_MSG_EQ(last.finite, false, "divergence in the last step");
        NS_TEST_EXPECT_MSG_EQ((last.parameters == start), true, "no infinity comes out");

        std::atomic<bool> cancel{true};
        options = TrainerOptions();
        const auto given = Train(model, start, SomeDigits(), Range(100), 0, options, 1, &cancel);
        NS_TEST_EXPECT_MSG_EQ(given.cancelled, true, "cancelled");
        NS_TEST_EXPECT_MSG_EQ(given.iterations, 0, "no iteration");
        NS_TEST_EXPECT_MSG_EQ((given.parameters == start), true, "no step");
    }

    void Refusals(const Model& model, const Eigen::VectorXf& start)
    {
        auto refusal = [](auto change) {
            TrainerOptions options;
            change(options);
            return RefusalOf([&] { options.Validate(); });
        };
        NS_TEST_EXPECT_MSG_EQ(refusal([](auto& o) { o.learningRate = 0; }),
                              "learning rate 0: must be positive and finite",
                              "zero");
        NS_TEST_EXPECT_MSG_EQ(refusal([](auto& o) { o.learningRate = NAN; }),
                              "learning rate nan: must be positive and finite",
                              "NaN");
        NS_TEST_EXPECT_MSG_EQ(refusal([](auto& o) { o.momentum = 1; }),
                              "momentum 1: must be at least 0 and below 1",
                              "momentum");
        NS_TEST_EXPECT_MSG_EQ(refusal([](auto& o) { o.weightDecay = -1; }),
                              "weight decay -1: must be at least 0 and finite",
                              "decay");
        NS_TEST_EXPECT_MSG_EQ(refusal([](auto& o) { o.proximalMu = INFINITY; }),
                              "proximal mu inf: must be at least 0 and finite",
                              "proximal");
        NS_TEST_EXPECT_MSG_EQ(refusal([](auto& o) { o.batchSize = 0; }),
                              "batch size 0: must be at least 1",
                              "batch");
        NS_TEST_EXPECT_MSG_EQ(refusal([](auto& o) { o.localIterations = 0; }),
                              "local iterations 0: must be at least 1",
                              "iterations");
        auto train = [&](const Eigen::VectorXf& from, const std::vector<uint32_t>& samples) {
            return RefusalOf(
                [&] { Train(model, from, SomeDigits(), samples, 0, TrainerOptions(), 1); });
        };
        NS_TEST_EXPECT_MSG_EQ(train(start, {}), "training: 0 samples: must be at least 1", "none");
        NS_TEST_EXPECT_MSG_EQ(train(start, {600}),
                              "training: sample 600: must be below 600, the data set's size",
                              "index");
        NS_TEST_EXPECT_MSG_EQ(train(MakeVector(3, 1), {1}),
                              "model parameters: 3 elements: must be 15910",
                              "start");
        const auto other = MakeModel("softmax", 700, 10);
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { Evaluate(*other, other->InitialParameters(1), SomeDigits()); }),
            "data of 784 features and 10 classes: must be 700 and at most 10, the model's",
            "data");
        const Dataset empty = SomeDigits().Subset({});
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Evaluate(model, start, empty); }),
                              "evaluation: 0 samples: must be at least 1",
                              "empty");
    }
};

/**
 * Iterations that are steps, e of them on minibatches of B.
 *
 * Sample i has feature i alone, 1, and label 0; the model begins at zero, and the learning rate is
 * so small that the wrong class's probability stays 1/2 to 1e-6. Each step then moves weight (0, i)
 * by eta / (2 B) if sample i is in the minibatch: weights count how often each sample was.
 */
class StepIterationTestCase : public TestCase
{
  public:
    StepIterationTestCase()
        : TestCase("trainer: iterations that are steps")
    {
    }

  private:
    static constexpr uint32_t SAMPLES = 10;

    /// How often each sample was in a minibatch.
    std::vector<uint32_t> Counts(TrainerOptions options, uint32_t steps, uint64_t seed)
    {
        const SoftmaxRegression model(SAMPLES, 2);
        const Dataset data(Eigen::MatrixXf::Identity(SAMPLES, SAMPLES),
                           std::vector<uint8_t>(SAMPLES, 0),
                           2,
                           {1, 1, SAMPLES});
        options.iteration = TrainerOptions::Iteration::STEP;
        options.localIterations = steps;
        options.learningRate = 1e-6;
        const auto result =
            Train(model, model.InitialParameters(1), data, Range(SAMPLES), 0, options, seed);
        const bool isSgd = options.method == TrainerOptions::Method::SGD;
        const double batch = isSgd ? std::min(options.batchSize, SAMPLES) : SAMPLES;
        NS_TEST_EXPECT_MSG_EQ(result.iterations, steps, "iterations");
        NS_TEST_EXPECT_MSG_EQ(result.processed, steps * batch, "samples of all steps");
        NS_TEST_EXPECT_MSG_EQ(result.samples, SAMPLES, "samples to draw from");
        NS_TEST_EXPECT_MSG_EQ_TOL(result.loss, std::log(2.0), 1e-4, "mean loss of one minibatch");
        std::vector<uint32_t> counts;
        for (uint32_t i = 0; i < SAMPLES; i++)
        {
            const double count = result.parameters[2 * i] * 2 * batch / 1e-6;
            // A weight is a sum of a few equal numbers: some roundings each.
            NS_TEST_EXPECT_MSG_EQ_TOL(count, std::round(count), 1e-3, "whole minibatches");
            counts.push_back(static_cast<uint32_t>(std::lround(count)));
        }
        return counts;
    }

    void DoRun() override
    {
        TrainerOptions options;
        options.batchSize = 3;
        using Counted = std::vector<uint32_t>;
        auto sorted = [](Counted counts) {
            std::sort(counts.begin(), counts.end());
            return counts;
        };
        NS_TEST_EXPECT_MSG_EQ(
            (sorted(Counts(options, 1, 1)) == Counted{0, 0, 0, 0, 0, 0, 0, 1, 1, 1}),
            true,
            "one minibatch of three different samples");
        // Three of the four are of one shuffle; one sample is left, fewer than a minibatch.
        NS_TEST_EXPECT_MSG_EQ(
            (sorted(Counts(options, 3, 1)) == Counted{0, 1, 1, 1, 1, 1, 1, 1, 1, 1}),
            true,
            "no sample twice before the shuffle is used up");
        uint32_t total = 0;
        Counted first(SAMPLES, 0);
        for (uint64_t seed = 0; seed < 1000; seed++)
        {
            const Counted counts = Counts(options, 4, seed);
            NS_TEST_EXPECT_MSG_LT_OR_EQ(sorted(counts).back(), 2, "at most once per shuffle");
            for (uint32_t i = 0; i < SAMPLES; i++)
            {
                first[i] += counts[i];
                total += counts[i];
            }
        }
        NS_TEST_EXPECT_MSG_EQ(total, 12000, "minibatches are full, after a new shuffle, too");
        // A count per run has mean 1.2 and lies in 0 ... 2: variance at most 1. Five deviations.
        for (const uint32_t count : first)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(count, 1200.0, 5 * std::sqrt(1000.0), "all alike");
        }
        options.batchSize = 100;
        NS_TEST_EXPECT_MSG_EQ((Counts(options, 2, 1) == Counted(SAMPLES, 2)), true, "few samples");
        options.method = TrainerOptions::Method::FULL_BATCH;
        NS_TEST_EXPECT_MSG_EQ((Counts(options, 2, 1) == Counted(SAMPLES, 2)), true, "full batch");
        Passes();
    }

    /// As many steps as an epoch has are that epoch, where minibatches fill it.
    void Passes()
    {
        const auto model = MakeModel("mlp:20", 784, 10);
        const Eigen::VectorXf start = model->InitialParameters(1);
        TrainerOptions options;
        options.batchSize = 50;
        options.momentum = 0.5;
        options.proximalMu = 0.1;
        options.localIterations = 2;
        const auto epochs = Train(*model, start, SomeDigits(), Range(600), 200, options, 3);
        options.iteration = TrainerOptions::Iteration::STEP;
        options.localIterations = 8;
        const auto steps = Train(*model, start, SomeDigits(), Range(600), 200, options, 3);
        NS_TEST_EXPECT_MSG_EQ((epochs.parameters == steps.parameters), true, "to the bit");
        NS_TEST_EXPECT_MSG_EQ(epochs.processed, 400, "two passes over 200 samples");
        NS_TEST_EXPECT_MSG_EQ(steps.processed, 400, "eight steps on 50");
    }
};

/// The same bits with any number of threads.
class ThreadDeterminismTestCase : public TestCase
{
  public:
    ThreadDeterminismTestCase()
        : TestCase("training and evaluation do not depend on the number of threads")
    {
    }

  private:
    void DoRun() override
    {
        const auto model = MakeModel("mlp:30", 784, 10);
        const auto small = MakeModel("softmax", 784, 10);
        const Eigen::VectorXf start = model->InitialParameters(1);
        TrainerOptions options;
        options.momentum = 0.9;
        std::vector<Eigen::VectorXf> expected;
        Evaluation evaluation;
        for (const uint32_t threads : {0U, 1U, 2U, 4U})
        {
            ThreadPool pool(threads);
            std::vector<std::future<TrainingResult>> jobs;
            for (uint64_t seed = 0; seed < 8; seed++)
            {
                // Two models in turns: what a thread's buffers held before must not matter.
                jobs.push_back(pool.Submit([&, seed] {
                    Train(*small,
                          small->InitialParameters(1),
                          SomeDigits(),
                          Range(100 + static_cast<uint32_t>(seed)),
                          0,
                          options,
                          seed);
                    return Train(*model, start, SomeDigits(), Range(300), 200, options, seed);
                }));
            }
            for (size_t i = 0; i < jobs.size(); i++)
            {
                const Eigen::VectorXf parameters = jobs[i].get().parameters;
                if (threads == 0)
                {
                    expected.push_back(parameters);
                }
                NS_TEST_EXPECT_MSG_EQ((parameters == expected[i]), true, threads << " threads");
            }
            const Evaluation again = Evaluate(*model, expected[0], SomeDigits(), &pool);
            if (threads == 0)
            {
                evaluation = again;
            }
            NS_TEST_EXPECT_MSG_EQ(again.loss, evaluation.loss, "loss, to the bit");
            NS_TEST_EXPECT_MSG_EQ(again.accuracy, evaluation.accuracy, "accuracy");
        }
    }
};

/// Models learn the synthetic digits.
class AccuracyTestCase : public TestCase
{
  public:
    /// What is trained, on how much, and the accuracy that must come out.
    struct Course
    {
        const char* model;
        uint32_t train;
        uint32_t test;
        uint32_t epochs;
        double momentum;
        double low;
        double high;
    };

    AccuracyTestCase(const std::string& name, const Course& course)
        : TestCase("accuracy of " + std::string(course.model) + ", " + name),
          m_course(course)
    {
    }

  private:
    void DoRun() override
    {
        ThreadPool pool(2);
        const Dataset train = MakeSyntheticDigits(1, 0, m_course.train, &pool);
        const Dataset test = MakeSyntheticDigits(1, m_course.train, m_course.test, &pool);
        const auto model = MakeModel(m_course.model, 784, 10);
        TrainerOptions options;
        options.batchSize = 64;
        options.learningRate = 0.05;
        options.momentum = m_course.momentum;
        options.localIterations = m_course.epochs;
        const auto result =
            Train(*model, model->InitialParameters(1), train, Range(m_course.train), 0, options, 1);
        const double accuracy = Evaluate(*model, result.parameters, test, &pool).accuracy;
        NS_TEST_EXPECT_MSG_GT(accuracy, m_course.low, "learns");
        NS_TEST_EXPECT_MSG_LT(accuracy, m_course.high, "but it is not trivial");
    }

    Course m_course; ///< what is done
};

/// FedAvg, and the room that its base class leaves.
class AggregatorTestCase : public TestCase
{
  public:
    AggregatorTestCase()
        : TestCase("aggregator: FedAvg, other weights, gradients, refusals")
    {
    }

  private:
    /// Halves an update's weight with each version it is late, and steps against the mean gradient.
    class StaleGradient : public Aggregator
    {
        double DoGetWeight(const Update& update) const override
        {
            return update.samples / (1 << update.staleness);
        }

        void DoApply(const Eigen::VectorXd& mean, Eigen::VectorXf& global) override
        {
            global -= 0.5F * mean.cast<float>();
        }
    };

    void DoRun() override
    {
        const Eigen::VectorXf a = Eigen::VectorXf::Constant(3, 1);
        const Eigen::VectorXf b = Eigen::VectorXf::Constant(3, 5);
        Eigen::VectorXf global = Eigen::VectorXf::Constant(3, 9);
        FedAvg fedAvg;
        fedAvg.Begin(3);
        NS_TEST_EXPECT_MSG_EQ(fedAvg.Finish(global), false, "nothing added");
        NS_TEST_EXPECT_MSG_EQ(global[0], 9, "nothing changed");
        fedAvg.Add({a, 30, 0, 1});
        fedAvg.Add({b, 10, 0, 2});
        NS_TEST_EXPECT_MSG_EQ(fedAvg.GetCount(), 2, "updates");
        NS_TEST_EXPECT_MSG_EQ(fedAvg.GetTotalWeight(), 40, "weights");
        NS_TEST_EXPECT_MSG_EQ(fedAvg.Finish(global), true, "merged");
        NS_TEST_EXPECT_MSG_EQ(global[2], 2, "(30 * 1 + 10 * 5) / 40");
        fedAvg.Add({b, 10, 0, 2});
        fedAvg.Finish(global);
        NS_TEST_EXPECT_MSG_EQ(global[2], 5, "begins anew");

        // 10,000 updates of 0.1: in double precision the mean is exact to a rounding to float.
        const Eigen::VectorXf tenth = Eigen::VectorXf::Constant(3, 0.1F);
        for (uint32_t device = 0; device < 10000; device++)
        {
            fedAvg.Add({tenth, 7, 0, device});
        }
        fedAvg.Finish(global);
        NS_TEST_EXPECT_MSG_EQ(global[1], 0.1F, "many updates");

        StaleGradient other;
        other.Begin(3);
        other.Add({a, 10, 0, 1});
        other.Add({b, 20, 1, 2});
        global.setConstant(9);
        other.Finish(global);
        NS_TEST_EXPECT_MSG_EQ(global[0], 7.5F, "9 - 0.5 * (10 * 1 + 10 * 5) / 20");
        Refusals();
    }

    void Refusals()
    {
        FedAvg fedAvg;
        fedAvg.Begin(3);
        const Eigen::VectorXf good = Eigen::VectorXf::Constant(3, 1);
        Eigen::VectorXf bad = good;
        bad[2] = NAN;
        Eigen::VectorXf two(2);
        two.setZero();
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { fedAvg.Add({two, 1, 0, 4}); }),
                              "update of 2 parameters: must be 3",
                              "size");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { fedAvg.Add({bad, 1, 0, 4}); }),
                              "update of device 4: all parameters must be finite",
                              "NaN");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { fedAvg.Add({good, 0, 0, 4}); }),
            "update of device 4: weight 0 (0 samples): must be positive and finite",
            "weight");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { fedAvg.Finish(two); }),
                              "global model of 2 parameters: must be 3",
                              "global");
        NS_TEST_EXPECT_MSG_EQ(fedAvg.GetCount(), 0, "what is refused counts for nothing");
    }
};

/// Parameters as bytes.
class CodecTestCase : public TestCase
{
  public:
    CodecTestCase()
        : TestCase("codec: layout, exactness, rounding, refusals")
    {
    }

  private:
    /// The bits that a value has in float16.
    static unsigned HalfBits(float value)
    {
        const auto bytes = Encode(Encoding::FLOAT16, Eigen::VectorXf::Constant(1, value));
        return bytes[0] | bytes[1] << 8;
    }

    /// The value of float16 bits.
    static float FromHalf(unsigned bits)
    {
        const std::vector<uint8_t> bytes{static_cast<uint8_t>(bits),
                                         static_cast<uint8_t>(bits >> 8)};
        return Decode(Encoding::FLOAT16, bytes, 1)[0];
    }

    void DoRun() override
    {
        const Eigen::VectorXf values = MakeVector(1000, 5);
        const auto bytes = Encode(Encoding::FLOAT32, values);
        NS_TEST_EXPECT_MSG_EQ(bytes.size(), EncodedBytes(Encoding::FLOAT32, 1000), "4 bytes each");
        NS_TEST_EXPECT_MSG_EQ((Decode(Encoding::FLOAT32, bytes, 1000) == values), true, "exact");
        // -1.5 is sign 1, exponent 127, fraction 1/2: 0xbfc00000
        const auto single = Encode(Encoding::FLOAT32, Eigen::VectorXf::Constant(1, -1.5F));
        NS_TEST_EXPECT_MSG_EQ((single == std::vector<uint8_t>{0, 0, 0xc0, 0xbf}),
                              true,
                              "little endian");
        Halves(values);
        Refusals();
    }

    void Halves(const Eigen::VectorXf& values)
    {
        // IEEE 754: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits.
        NS_TEST_EXPECT_MSG_EQ(HalfBits(1), 0x3c00, "one");
        NS_TEST_EXPECT_MSG_EQ(HalfBits(-0.0F), 0x8000, "negative zero");
        NS_TEST_EXPECT_MSG_EQ(HalfBits(65504), 0x7bff, "largest");
        NS_TEST_EXPECT_MSG_EQ(HalfBits(65519), 0x7bff, "rounds down to the largest");
        NS_TEST_EXPECT_MSG_EQ(HalfBits(0x1p-14F), 0x0400, "smallest normal");
        NS_TEST_EXPECT_MSG_EQ(HalfBits(0x1p-24F), 0x0001, "smallest subnormal");
        NS_TEST_EXPECT_MSG_EQ(HalfBits(0x1p-25F), 0x0000, "half of it: to even, zero");
        NS_TEST_EXPECT_MSG_EQ(HalfBits(0x1.8p-24F), 0x0002, "1.5 of it: to even, two");
        NS_TEST_EXPECT_MSG_EQ(HalfBits(1 + 0x1p-11F), 0x3c00, "tie to even, down");
        NS_TEST_EXPECT_MSG_EQ(HalfBits(1 + 0x3p-11F), 0x3c02, "tie to even, up");
        NS_TEST_EXPECT_MSG_EQ(HalfBits(1 + 0x1.1p-11F), 0x3c01, "above the tie");
        for (unsigned bits = 0; bits < 0x10000; bits++)
        {
            // all but infinities and NaN, which have the largest exponent
            if ((bits & 0x7c00) != 0x7c00 && HalfBits(FromHalf(bits)) != bits)
            {
                NS_TEST_EXPECT_MSG_EQ(HalfBits(FromHalf(bits)), bits, "round trip");
            }
        }
        const auto bytes = Encode(Encoding::FLOAT16, values);
        NS_TEST_EXPECT_MSG_EQ(bytes.size(), EncodedBytes(Encoding::FLOAT16, 1000), "2 bytes each");
        const Eigen::VectorXf back = Decode(Encoding::FLOAT16, bytes, 1000);
        // 11 significant bits: half a unit in the last place is 2^-11 of the value at most, and
        // 2^-25 below the smallest normal number.
        const Eigen::ArrayXf error = (back - values).array().abs();
        NS_TEST_EXPECT_MSG_EQ((error <= values.array().abs() * 0x1p-11F + 0x1p-25F).all(),
                              true,
                              "rounding");
    }

    void Refusals()
    {
        const std::vector<uint8_t> infinite{0, 0, 0, 0, 0, 0, 0x80, 0x7f};
        const std::vector<uint8_t> half{0, 0x7c};
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Decode(Encoding::FLOAT32, infinite, 2); }),
                              "received parameter 1 is inf: must be finite in float32",
                              "infinity");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Decode(Encoding::FLOAT16, half, 1); }),
                              "received parameter 0 is inf: must be finite in float16",
                              "infinity");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Decode(Encoding::FLOAT16, infinite, 2); }),
                              "model of 8 bytes: must be 4, 2 parameters in float16",
                              "size");
        for (const float value : {65520.0F, -1e30F})
        {
            NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { HalfBits(value); }),
                                  Describe("parameter 0 is ",
                                           value > 0 ? "inf" : "-inf",
                                           ": must be finite in float16"),
                                  "overflow");
        }
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { Encode(Encoding::FLOAT32, Eigen::VectorXf::Constant(1, NAN)); }),
            "parameter 0 is nan: must be finite in float32",
            "NaN");
        NS_TEST_EXPECT_MSG_EQ((ParseEncoding("float16") == Encoding::FLOAT16), true, "by name");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { ParseEncoding("int8"); }),
                              "encoding 'int8': must be float32 or float16",
                              "name");
    }
};

/// Models, training, aggregation, codec.
class MlTestSuite : public TestSuite
{
  public:
    MlTestSuite()
        : TestSuite("fl-ml", TestSuite::Type::UNIT)
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
        AddTestCase(new ModelTestCase);
        AddTestCase(new LossTestCase);
        AddTestCase(new ThreadPoolTestCase);
        AddTestCase(new TrainerStepTestCase);
        AddTestCase(new TrainerTestCase);
        AddTestCase(new StepIterationTestCase);
        AddTestCase(new ThreadDeterminismTestCase);
        AddTestCase(new AggregatorTestCase);
        AddTestCase(new CodecTestCase);
        // On few samples. Chance reaches 10 % with a standard error of 0.9 % on 1,000 samples;
        // whoever is right in one of two cases has learned. The ceilings are those of the full
        // data.
        AddTestCase(new AccuracyTestCase("few samples", {"softmax", 2000, 1000, 5, 0, 0.5, 0.93}));
        AddTestCase(new AccuracyTestCase("few samples", {"mlp:50", 2000, 1000, 5, 0.9, 0.5, 0.98}));
        // The bounds are those that the generator is made for: about as hard as MNIST.
        AddTestCase(
            new AccuracyTestCase("60,000 samples", {"softmax", 60000, 10000, 6, 0, 0.85, 0.93}),
            FlTestDuration<TestCase>::EXTENSIVE);
        AddTestCase(
            new AccuracyTestCase("60,000 samples", {"mlp:200", 60000, 10000, 8, 0.9, 0.95, 0.98}),
            FlTestDuration<TestCase>::EXTENSIVE);
    }
};

MlTestSuite g_mlTestSuite; ///< registers the suite

} // namespace
