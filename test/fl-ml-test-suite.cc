/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-ml.h"
#include "fl-test-refusal.h"

#include "ns3/fl-aggregator.h"
#include "ns3/fl-codec.h"
#include "ns3/fl-loss.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/test.h"

#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>

/**
 * @file
 * @ingroup fl
 * Models, loss, thread pool, aggregation, codec.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

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

/// Models, aggregation, codec.
class MlTestSuite : public TestSuite
{
  public:
    MlTestSuite()
        : TestSuite("fl-ml", TestSuite::Type::UNIT)
    {
        AddTestCase(new ModelTestCase);
        AddTestCase(new LossTestCase);
        AddTestCase(new ThreadPoolTestCase);
        AddTestCase(new AggregatorTestCase);
        AddTestCase(new CodecTestCase);
    }
};

MlTestSuite g_mlTestSuite; ///< registers the suite

} // namespace
