/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-ml.h"

#include "ns3/fl-error.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-synthetic-digits.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/fl-trainer.h"

#include <algorithm>
#include <numeric>
#include <thread>

namespace ns3
{
namespace fl
{

namespace
{

constexpr uint32_t PIXELS = SYNTHETIC_DIGIT_SIZE * SYNTHETIC_DIGIT_SIZE;
constexpr uint32_t CLASSES = 10;
constexpr uint32_t HIDDEN = 200;
constexpr uint32_t BATCH = 64;
constexpr uint32_t STEPS = 100;  //!< per measurement
constexpr uint32_t REPEATS = 15; //!< measurements; the best counts, as others use the machine too

/// Seconds that a piece of work takes.
template <typename Work>
double
Measure(Work work)
{
    const Stopwatch watch;
    work();
    return watch.WallS();
}

/// 0, 1, ..., count - 1.
std::vector<uint32_t>
Range(uint32_t count)
{
    std::vector<uint32_t> range(count);
    std::iota(range.begin(), range.end(), 0);
    return range;
}

/// The products of one step of an MLP with one hidden layer, and nothing else.
class Floor
{
  public:
    void Step()
    {
        m_hidden.noalias() = m_weight1 * m_input;
        m_output.noalias() = m_weight2 * m_hidden;
        m_gradient2.noalias() = m_output * m_hidden.transpose();
        m_hiddenGradient.noalias() = m_weight2.transpose() * m_output;
        m_gradient1.noalias() = m_hiddenGradient * m_input.transpose();
    }

  private:
    Eigen::MatrixXf m_input = Eigen::MatrixXf::Random(PIXELS, BATCH);
    Eigen::MatrixXf m_weight1 = Eigen::MatrixXf::Random(HIDDEN, PIXELS);
    Eigen::MatrixXf m_weight2 = Eigen::MatrixXf::Random(CLASSES, HIDDEN);
    Eigen::MatrixXf m_hidden{HIDDEN, BATCH};
    Eigen::MatrixXf m_output{CLASSES, BATCH};
    Eigen::MatrixXf m_hiddenGradient{HIDDEN, BATCH};
    Eigen::MatrixXf m_gradient1{HIDDEN, PIXELS};
    Eigen::MatrixXf m_gradient2{CLASSES, HIDDEN};
};

/// A central training, and the accuracy it is to reach.
struct Course
{
    const char* model;
    uint32_t epochs;
    double learningRate;
    double momentum;
    double low;  //!< accuracy, least
    double high; //!< accuracy, most
};

/// Train centrally and test; the last third of the epochs at a fifth of the learning rate.
BenchRow
MeasureAccuracy(const TrainTest& data, const Course& course, ThreadPool& pool)
{
    const auto model = MakeModel(course.model, PIXELS, CLASSES);
    const std::vector<uint32_t> samples = Range(data.train.Size());
    Eigen::VectorXf parameters = model->InitialParameters(1);
    TrainerOptions options;
    options.batchSize = BATCH;
    options.momentum = course.momentum;
    WorkProgress progress(course.epochs);
    progress.Begin(Describe("training: ", course.model, ", ", course.epochs, " epochs"));
    const double seconds = Measure([&] {
        for (uint32_t epoch = 0; epoch < course.epochs; epoch++)
        {
            const bool isLate = 3 * epoch >= 2 * course.epochs;
            options.learningRate = course.learningRate * (isLate ? 0.2 : 1);
            parameters =
                Train(*model, parameters, data.train, samples, 0, options, epoch).parameters;
            progress.Add();
        }
    });
    const double accuracy = Evaluate(*model, parameters, data.test, &pool).accuracy;
    return {Describe("central training of ",
                     course.model,
                     " on ",
                     data.train.Size(),
                     " samples, ",
                     course.epochs,
                     " epochs, ",
                     data.test.Size(),
                     " held out"),
            Describe(Round(100 * accuracy), " %"),
            Describe(100 * course.low, "-", 100 * course.high, " %"),
            accuracy < course.low    ? JudgeAtLeast(accuracy, course.low)
            : accuracy > course.high ? JudgeAtMost(accuracy, course.high)
                                     : "met",
            Describe("training took ", Round(seconds), " s on one thread")};
}

} // namespace

BenchRows
BenchStep(const BenchOptions& bench)
{
    const Dataset data = MakeSyntheticDigits(1, 0, BATCH * STEPS, nullptr);
    const auto model = MakeModel("mlp:200", PIXELS, CLASSES);
    const Eigen::VectorXf start = model->InitialParameters(1);
    const std::vector<uint32_t> samples = Range(data.Size());
    TrainerOptions options;
    options.batchSize = BATCH;
    options.learningRate = 0.05;
    Floor floor;
    double floorS = 1e9;
    double stepS = 1e9;
    const uint32_t repeats = bench.Pick(REPEATS, 1U);
    WorkProgress progress(repeats);
    progress.Begin(Describe("step: ", STEPS, " SGD steps, ", repeats, " times"));
    for (uint32_t i = 0; i < repeats; i++)
    {
        // In turns, so that both see the same machine.
        floorS = std::min(floorS, Measure([&] {
                              for (uint32_t k = 0; k < STEPS; k++)
                              {
                                  floor.Step();
                              }
                          }));
        stepS =
            std::min(stepS, Measure([&] { Train(*model, start, data, samples, 0, options, i); }));
        progress.Add();
    }
    const double share = floorS / stepS;
    return {{"SGD step of an MLP 784-200-10, batch 64, one thread",
             Describe(Round(1e3 * stepS / STEPS),
                      " ms: ",
                      Round(100 * share),
                      " % of the floor's speed"),
             "70 %",
             JudgeAtLeast(share, 0.7),
             Describe("the floor, five Eigen products: ", Round(1e3 * floorS / STEPS), " ms")}};
}

BenchRows
BenchTraining(const BenchOptions& bench)
{
    ThreadPool pool(std::max(1U, std::thread::hardware_concurrency()));
    const uint32_t nTrain = bench.Pick(60000U, 600U);
    const uint32_t nTest = bench.Pick(10000U, 100U);
    TrainTest data;
    WorkProgress progress(nTrain + nTest);
    progress.Begin(Describe("training: making ", nTrain + nTest, " synthetic digits"));
    const double seconds = Measure([&] {
        data.train = MakeSyntheticDigits(1, 0, nTrain, &pool);
        progress.Add(nTrain);
        data.test = MakeSyntheticDigits(1, nTrain, nTest, &pool);
        progress.Add(nTest);
    });
    const uint32_t epochs = bench.Pick(9U, 1U);
    return {{Describe("making ", data.train.Size() + data.test.Size(), " synthetic digits"),
             Describe(Round(seconds), " s on ", pool.GetNThreads(), " threads"),
             "",
             "",
             ""},
            MeasureAccuracy(data, {"softmax", epochs, 0.1, 0, 0.85, 0.93}, pool),
            MeasureAccuracy(data, {"mlp:200", epochs, 0.05, 0.9, 0.95, 0.98}, pool)};
}

} // namespace fl
} // namespace ns3
