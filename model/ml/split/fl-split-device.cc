/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-device.h"

#include "ns3/fl-data-fit.h"
#include "ns3/fl-error.h"
#include "ns3/fl-finite.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// What one thread computes with, reused by the next call.
struct Buffers
{
    Workspace workspace;       //!< between layers
    SampleBlock block;         //!< samples, gathered
    Eigen::MatrixXf gradient;  //!< by the outputs of a head
    Eigen::VectorXf parameter; //!< none
};

/// @return this thread's
Buffers&
ThreadBuffers()
{
    thread_local Buffers buffers;
    return buffers;
}

} // namespace

SplitEmbedding::SplitEmbedding(const TransformerConfig& config, FrozenParameters frozen)
    : m_model((config.Validate(), MakeEmbeddingLayers<float>(config)), {})
{
    m_model.SetFrozen(std::move(frozen));
}

const Model&
SplitEmbedding::GetModel() const
{
    return m_model;
}

void
SplitEmbedding::Embed(const Dataset& dataset,
                      const std::vector<uint32_t>& samples,
                      EmbeddedBatch& batch) const
{
    CheckFit(m_model, dataset);
    CheckSamples("embedding", dataset, samples);
    Buffers& buffers = ThreadBuffers();
    batch.offsets.assign(1, 0);
    batch.mask.clear();
    const uint32_t perColumn = m_model.OutputShape(BatchShape::OfSamples(1)).columns;
    for (const uint32_t sample : samples)
    {
        batch.offsets.push_back(batch.offsets.back() + perColumn * dataset.ColumnCount(sample));
    }
    batch.tokens.resize(m_model.OutputSize(), batch.offsets.back());
    const size_t limit = m_model.BlockSamples();
    for (size_t first = 0; first < samples.size();)
    {
        const size_t count = buffers.block.Gather(dataset, samples, first, samples.size(), limit);
        const ConstMatrixView embedded = m_model.Forward(buffers.parameter,
                                                         buffers.block.Input(),
                                                         buffers.block.Shape(),
                                                         buffers.workspace,
                                                         false);
        batch.tokens.middleCols(batch.offsets[first], embedded.cols()) = embedded;
        first += count;
    }
}

FrozenParameters
RandomEmbedding(const TransformerConfig& config, uint64_t seed)
{
    config.Validate();
    return Model(MakeEmbeddingLayers<float>(config), {}).InitialFrozen(seed);
}

std::shared_ptr<const Model>
MakeHead(uint32_t width, uint32_t classes)
{
    return std::make_shared<const Model>(MakeHeadLayers<float>(width, classes));
}

PersonalHead::PersonalHead(std::shared_ptr<const Model> model,
                           const StepOptions& options,
                           uint64_t seed)
    : m_model(std::move(model)),
      m_parameters(m_model->InitialParameters(seed)),
      m_step(options)
{
}

const Model&
PersonalHead::GetModel() const
{
    return *m_model;
}

const Eigen::VectorXf&
PersonalHead::GetParameters() const
{
    return m_parameters;
}

void
PersonalHead::SetParameters(const Eigen::VectorXf& parameters)
{
    if (parameters.size() != m_parameters.size())
    {
        throw InvalidInput(
            Describe("head of ", parameters.size(), " parameters: must be ", m_parameters.size()));
    }
    m_parameters = parameters;
}

ConstMatrixView
PersonalHead::Classify(const Eigen::MatrixXf& features,
                       const std::vector<uint8_t>& labels,
                       Workspace& workspace) const
{
    if (features.cols() == 0 || static_cast<size_t>(features.cols()) != labels.size())
    {
        throw InvalidInput(Describe("features of ",
                                    features.cols(),
                                    " samples and ",
                                    labels.size(),
                                    " labels: must be as many, at least 1"));
    }
    const uint8_t largest = *std::max_element(labels.begin(), labels.end());
    if (largest >= m_model->OutputSize())
    {
        throw InvalidInput(Describe("label ",
                                    unsigned{largest},
                                    ": must be below ",
                                    m_model->OutputSize(),
                                    ", the head's classes"));
    }
    return m_model->Forward(m_parameters,
                            ConstMatrixView(features.data(), features.rows(), features.cols()),
                            workspace);
}

void
PersonalHead::Learn(const Eigen::MatrixXf& features,
                    const std::vector<uint8_t>& labels,
                    HeadStep& step)
{
    Buffers& buffers = ThreadBuffers();
    step.logits = Classify(features, labels, buffers.workspace);
    const Eigen::Index samples = features.cols();
    buffers.gradient.resize(step.logits.rows(), samples);
    step.loss =
        SoftmaxCrossEntropy(ConstMatrixView(step.logits.data(), step.logits.rows(), samples),
                            labels.data(),
                            1.0F / static_cast<float>(samples),
                            MatrixView(buffers.gradient.data(), step.logits.rows(), samples));
    step.headGradient.setZero(m_parameters.size());
    step.featureGradient = m_model->Backward(
        m_parameters,
        ConstMatrixView(features.data(), features.rows(), samples),
        ConstMatrixView(buffers.gradient.data(), buffers.gradient.rows(), samples),
        m_model->Trainable(),
        buffers.workspace,
        step.headGradient,
        true);
    if (!AllFinite(step.logits) || !AllFinite(step.headGradient))
    {
        throw InvalidInput("head's outputs or gradient: must be finite");
    }
    m_step.Apply(step.headGradient, m_parameters);
}

BatchLoss
PersonalHead::Evaluate(const Eigen::MatrixXf& features, const std::vector<uint8_t>& labels) const
{
    Buffers& buffers = ThreadBuffers();
    const ConstMatrixView logits = Classify(features, labels, buffers.workspace);
    buffers.gradient.resize(logits.rows(), logits.cols());
    return SoftmaxCrossEntropy(logits,
                               labels.data(),
                               0,
                               MatrixView(buffers.gradient.data(), logits.rows(), logits.cols()));
}

} // namespace fl
} // namespace ns3
