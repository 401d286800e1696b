/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-ml.h"
#include "fl-test-refusal.h"

#include "ns3/fl-classifiers.h"
#include "ns3/fl-loss.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-synthetic-digits.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/fl-trainer.h"
#include "ns3/test.h"

#include <cmath>
#include <future>
#include <limits>

/**
 * @file
 * @ingroup fl
 * Training: steps by hand, options, iterations, threads, accuracy.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

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

/// Training.
class MlTrainerTestSuite : public TestSuite
{
  public:
    MlTrainerTestSuite()
        : TestSuite("fl-ml-trainer", TestSuite::Type::UNIT)
    {
        AddTestCase(new TrainerStepTestCase);
        AddTestCase(new TrainerTestCase);
        AddTestCase(new StepIterationTestCase);
        AddTestCase(new ThreadDeterminismTestCase);
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

MlTrainerTestSuite g_mlTrainerTestSuite; ///< registers the suite

} // namespace
