/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-loss-gradient.h"

#include "fl-data-fit.h"

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
    Workspace workspace;    //!< between layers
    SampleBlock block;      //!< samples, gathered
    Eigen::VectorXf logits; //!< gradient with respect to the outputs: outputs x block
};

/// The mean loss, and where the gradient is not null, what is added to it.
double
Accumulate(const Model& model,
           const Eigen::VectorXf& parameters,
           const Dataset& dataset,
           const std::vector<uint32_t>& samples,
           Eigen::VectorXf* gradient)
{
    thread_local Buffers buffers;
    CheckClassifierFit(model, dataset);
    CheckSamples("loss", dataset, samples);
    const size_t outputs = model.OutputSize();
    const TrainableMask mask = model.Trainable();
    const float scale = 1.0F / static_cast<float>(samples.size());
    double loss = 0;
    for (size_t first = 0; first < samples.size();)
    {
        const size_t count =
            buffers.block.Gather(dataset, samples, first, samples.size(), model.BlockSamples());
        const ConstMatrixView input = buffers.block.Input();
        buffers.logits.resize(std::max<Eigen::Index>(buffers.logits.size(), outputs * count));
        const MatrixView above(buffers.logits.data(), outputs, count);
        const ConstMatrixView logits =
            model.Forward(parameters, input, buffers.block.Shape(), buffers.workspace);
        loss += SoftmaxCrossEntropy(logits, buffers.block.Labels().data(), scale, above).loss;
        if (gradient)
        {
            const ConstMatrixView fromAbove(buffers.logits.data(), outputs, count);
            model.Backward(parameters, input, fromAbove, mask, buffers.workspace, *gradient);
        }
        first += count;
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
