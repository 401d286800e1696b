/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-loss-gradient.h"

#include "ns3/fl-error.h"
#include "ns3/fl-loss.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

/// What one thread computes with, reused by the next call.
struct Buffers
{
    Workspace workspace;         //!< between layers
    Eigen::VectorXf features;    //!< of a block: inputs x block
    Eigen::VectorXf logits;      //!< gradient with respect to the outputs: outputs x block
    std::vector<uint8_t> labels; //!< of a block
};

/// Complain if data are not what a model takes, or a sample does not exist.
void
CheckSamples(const Model& model, const Dataset& dataset, const std::vector<uint32_t>& samples)
{
    if (dataset.Dimension() != model.InputSize() || dataset.Classes() > model.OutputSize())
    {
        throw InvalidInput(Describe("data of ",
                                    dataset.Dimension(),
                                    " features and ",
                                    dataset.Classes(),
                                    " classes: must be ",
                                    model.InputSize(),
                                    " and at most ",
                                    model.OutputSize(),
                                    ", the model's"));
    }
    if (samples.empty())
    {
        throw InvalidInput("loss: 0 samples: must be at least 1");
    }
    const uint32_t largest = *std::max_element(samples.begin(), samples.end());
    if (largest >= dataset.Size())
    {
        throw InvalidInput(Describe("loss: sample ",
                                    largest,
                                    ": must be below ",
                                    dataset.Size(),
                                    ", the data set's size"));
    }
}

/// The mean loss, and where the gradient is not null, what is added to it.
double
Accumulate(const Model& model,
           const Eigen::VectorXf& parameters,
           const Dataset& dataset,
           const std::vector<uint32_t>& samples,
           Eigen::VectorXf* gradient)
{
    thread_local Buffers buffers;
    CheckSamples(model, dataset, samples);
    const size_t block = std::min<size_t>(model.BlockSamples(), samples.size());
    const size_t inputs = model.InputSize();
    const size_t outputs = model.OutputSize();
    buffers.features.resize(std::max<Eigen::Index>(buffers.features.size(), inputs * block));
    buffers.logits.resize(std::max<Eigen::Index>(buffers.logits.size(), outputs * block));
    buffers.labels.resize(block);
    const TrainableMask mask = model.Trainable();
    const float scale = 1.0F / static_cast<float>(samples.size());
    double loss = 0;
    for (size_t first = 0; first < samples.size(); first += block)
    {
        const size_t count = std::min(block, samples.size() - first);
        const MatrixView features(buffers.features.data(), inputs, count);
        for (size_t i = 0; i < count; i++)
        {
            const uint32_t sample = samples[first + i];
            MatrixView(features).col(i) = dataset.Features().col(sample);
            buffers.labels[i] = dataset.Labels()[sample];
        }
        const ConstMatrixView input(buffers.features.data(), inputs, count);
        const MatrixView above(buffers.logits.data(), outputs, count);
        const ConstMatrixView logits = model.Forward(parameters, input, buffers.workspace);
        loss += SoftmaxCrossEntropy(logits, buffers.labels.data(), scale, above).loss;
        if (gradient)
        {
            const ConstMatrixView fromAbove(buffers.logits.data(), outputs, count);
            model.Backward(parameters, input, fromAbove, mask, buffers.workspace, *gradient);
        }
    }
    return loss / static_cast<double>(samples.size());
}

} // namespace

double
MeanLoss(const Model& model,
         const Eigen::VectorXf& parameters,
         const Dataset& dataset,
         const std::vector<uint32_t>& samples)
{
    return Accumulate(model, parameters, dataset, samples, nullptr);
}

double
LossGradient(const Model& model,
             const Eigen::VectorXf& parameters,
             const Dataset& dataset,
             const std::vector<uint32_t>& samples,
             Eigen::VectorXf& gradient)
{
    gradient.setZero(static_cast<Eigen::Index>(model.ParameterCount()));
    return Accumulate(model, parameters, dataset, samples, &gradient);
}

} // namespace fl
} // namespace ns3
