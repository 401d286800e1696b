/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-cnn.h"

#include "fl-bench-child.h"

#include "ns3/fl-error.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-synthetic-digits.h"
#include "ns3/fl-trainer.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

namespace ns3
{
namespace fl
{

namespace
{

using nlohmann::json;

constexpr uint32_t BATCH = 64;
constexpr uint32_t STEPS = 4;    //!< per measurement
constexpr uint32_t REPEATS = 10; //!< measurements; the best counts, as others use the machine too

/// The products of a layer that multiplies a weight matrix and, sample by sample or once, an input.
class Products
{
  public:
    /**
     * @param rows of the input: output pixels, or samples
     * @param inner columns of the input: elements of a patch, or features
     * @param outputs columns of the output
     * @param times how often each product is needed in a step
     * @param isFirst whether the gradient of the input is not needed
     */
    Products(Eigen::Index rows,
             Eigen::Index inner,
             Eigen::Index outputs,
             uint32_t times,
             bool isFirst)
        : m_input(Eigen::MatrixXf::Random(rows, inner)),
          m_weight(Eigen::MatrixXf::Random(outputs, inner)),
          m_output(rows, outputs),
          m_weightGradient(Eigen::MatrixXf::Zero(outputs, inner)),
          m_inputGradient(rows, inner),
          m_times(times),
          m_isFirst(isFirst)
    {
    }

    /// Forward, gradient of the weights, gradient of the input.
    void Step()
    {
        for (uint32_t i = 0; i < m_times; i++)
        {
            m_output.noalias() = m_input * m_weight.transpose();
            m_weightGradient.noalias() += m_output.transpose() * m_input;
            if (!m_isFirst)
            {
                m_inputGradient.noalias() = m_output * m_weight;
            }
        }
    }

    /// @return floating-point operations of a step
    double Operations() const
    {
        return 2.0 * (m_isFirst ? 2 : 3) * m_times * static_cast<double>(m_input.size()) *
               static_cast<double>(m_weight.rows());
    }

  private:
    Eigen::MatrixXf m_input;
    Eigen::MatrixXf m_weight;
    Eigen::MatrixXf m_output;
    Eigen::MatrixXf m_weightGradient;
    Eigen::MatrixXf m_inputGradient;
    uint32_t m_times;
    bool m_isFirst;
};

/// Seconds of the best of some measurements.
template <typename Work>
double
Best(uint32_t repeats, Work work)
{
    double bestS = 1e9;
    for (uint32_t i = 0; i < repeats; i++)
    {
        const Stopwatch watch;
        work();
        bestS = std::min(bestS, watch.WallS());
    }
    return bestS;
}

/// The products of a step, and nothing else.
std::vector<Products>
FloorOfStep()
{
    std::vector<Products> layers;
    layers.emplace_back(28 * 28, 3 * 5 * 5, 32, BATCH, true);
    layers.emplace_back(10 * 10, 32 * 5 * 5, 64, BATCH, false);
    layers.emplace_back(BATCH, 1600, 256, 1, false);
    layers.emplace_back(BATCH, 256, 10, 1, false);
    return layers;
}

/// The row that PyTorch is the peer of.
BenchRow
AgainstTorch(const json& peer, double stepS, double share)
{
    const std::string what = "SGD step of the SVHN CNN, batch 64, one thread";
    const std::string measured =
        Describe(Round(1e3 * stepS), " ms: ", Round(100 * share), " % of the floor's speed");
    if (!peer.is_object())
    {
        return {what, measured, "", "", "not measured: Debian's python3-torch is not there"};
    }
    if (peer["blas"] == "reference")
    {
        return {
            what,
            measured,
            "",
            "",
            "not measured: PyTorch runs on the reference BLAS; Debian's libopenblas0-pthread is "
            "what it needs"};
    }
    const double peerS = peer["seconds"].get<double>();
    return {what,
            Describe(measured, "; ", Round(stepS / peerS), " times PyTorch's time"),
            "1.5 times",
            JudgeAtMost(stepS / peerS, 1.5),
            Describe("PyTorch ",
                     peer["version"].get<std::string>(),
                     " on ",
                     peer["blas"].get<std::string>(),
                     ": ",
                     Round(1e3 * peerS),
                     " ms")};
}

} // namespace

BenchRows
BenchCnn(const BenchOptions& bench)
{
    const Dataset data = MakeSynthetic(SyntheticSet::STREET, 1, 0, BATCH * STEPS);
    const auto model = MakeModel("svhn-cnn", data.Dimension(), data.Classes());
    const Eigen::VectorXf start = model->InitialParameters(1);
    std::vector<uint32_t> samples(data.Size());
    std::iota(samples.begin(), samples.end(), 0);
    TrainerOptions options;
    options.batchSize = BATCH;
    options.learningRate = 0.01;
    std::vector<Products> layers = FloorOfStep();
    double operations = 0;
    for (const auto& layer : layers)
    {
        operations += layer.Operations();
    }
    auto runFloor = [&] {
        for (auto& layer : layers)
        {
            layer.Step();
        }
    };
    auto train = [&] { Train(*model, start, data, samples, 0, options, 1); };
    const uint32_t repeats = bench.Pick(REPEATS, 1U);
    WorkProgress progress(3);
    progress.Begin(Describe("cnn: ", STEPS, " SGD steps, ", 2 * repeats, " times; PyTorch"));
    // Before the peer and after it, so that both see the same machine.
    double floorS = Best(repeats, runFloor);
    double stepS = Best(repeats, train) / STEPS;
    progress.Add();
    const json peer = RunPython("torch-step.py", Describe(STEPS * repeats));
    progress.Add();
    floorS = std::min(floorS, Best(repeats, runFloor));
    stepS = std::min(stepS, Best(repeats, train) / STEPS);
    progress.Add();
    return {AgainstTorch(peer, stepS, floorS / stepS),
            {"its floor, Eigen's products of its sizes alone",
             Describe(Round(1e3 * floorS), " ms"),
             "",
             "",
             Describe(Round(operations / 1e9),
                      " GFLOP: ",
                      Round(operations / 1e9 / floorS),
                      " GFLOP/s")}};
}

} // namespace fl
} // namespace ns3
