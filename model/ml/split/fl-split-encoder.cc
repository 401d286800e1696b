/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-encoder.h"

#include "ns3/fl-error.h"

#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Complain about a matrix of another batch or model.
void
RequireShape(const char* what, const Eigen::MatrixXf& matrix, uint32_t rows, uint32_t columns)
{
    if (matrix.rows() != static_cast<Eigen::Index>(rows) ||
        matrix.cols() != static_cast<Eigen::Index>(columns))
    {
        throw InvalidInput(Describe(what,
                                    ": ",
                                    matrix.rows(),
                                    " x ",
                                    matrix.cols(),
                                    ": must be ",
                                    rows,
                                    " x ",
                                    columns));
    }
}

/// Names of the adapters' parameters, or a complaint if there are none.
std::vector<std::string>
RequiredAdapters(const TransformerConfig& config)
{
    if (config.targets.empty())
    {
        throw InvalidInput("split encoder: 0 adapters: must be at least 1");
    }
    return AdapterPatterns();
}

} // namespace

SplitEncoder::SplitEncoder(const TransformerConfig& config, FrozenParameters frozen)
    : m_model(MakeEncoderLayers<float>(config), RequiredAdapters(config)),
      m_mask(m_model.Trainable()),
      m_positions(config.Positions())
{
    m_model.SetFrozen(std::move(frozen));
}

const Model&
SplitEncoder::GetModel() const
{
    return m_model;
}

uint32_t
SplitEncoder::Width() const
{
    return m_model.OutputSize();
}

uint32_t
SplitEncoder::Positions() const
{
    return m_positions;
}

size_t
SplitEncoder::AdapterCount() const
{
    return m_model.ParameterCount();
}

Eigen::VectorXf
SplitEncoder::InitialAdapters(uint64_t seed) const
{
    return m_model.InitialParameters(seed);
}

SplitEncoder::Block
SplitEncoder::NextBlock(const EmbeddedBatch& batch, uint32_t first)
{
    uint32_t end = first + 1;
    while (end < batch.Samples() && batch.offsets[end + 1] - batch.offsets[first] <= BLOCK_TOKENS)
    {
        end++;
    }
    return {first, end - first};
}

Workspace&
SplitEncoder::WorkspaceOf(EncoderCaches* caches, size_t block)
{
    thread_local Workspace own;
    if (!caches)
    {
        return own;
    }
    if (caches->blocks.size() <= block)
    {
        caches->blocks.resize(block + 1);
    }
    return caches->blocks[block];
}

ConstMatrixView
SplitEncoder::ForwardBlock(const Eigen::VectorXf& adapters,
                           const EmbeddedBatch& batch,
                           const Block& block,
                           Workspace& workspace,
                           bool keeps) const
{
    const BatchShape shape = batch.Part(block.first, block.count);
    const ConstMatrixView input(batch.tokens.col(batch.offsets[block.first]).data(),
                                batch.tokens.rows(),
                                shape.columns);
    return m_model.Forward(adapters, input, shape, workspace, keeps);
}

void
SplitEncoder::Forward(const Eigen::VectorXf& adapters,
                      const EmbeddedBatch& batch,
                      Eigen::MatrixXf& features,
                      EncoderCaches* caches) const
{
    features.resize(Width(), batch.Samples());
    if (caches)
    {
        caches->blocks.clear();
    }
    size_t number = 0;
    for (uint32_t first = 0; first < batch.Samples(); number++)
    {
        const Block block = NextBlock(batch, first);
        features.middleCols(first, block.count) =
            ForwardBlock(adapters, batch, block, WorkspaceOf(caches, number), caches != nullptr);
        first += block.count;
    }
}

void
SplitEncoder::Backward(const Eigen::VectorXf& adapters,
                       const EmbeddedBatch& batch,
                       const Eigen::MatrixXf& featureGradient,
                       Eigen::VectorXf& gradient,
                       EncoderCaches* caches,
                       Eigen::MatrixXf* embeddingGradient) const
{
    RequireShape("gradient by the features", featureGradient, Width(), batch.Samples());
    gradient.setZero(static_cast<Eigen::Index>(AdapterCount()));
    if (embeddingGradient)
    {
        embeddingGradient->resize(Width(), batch.tokens.cols());
    }
    size_t number = 0;
    for (uint32_t first = 0; first < batch.Samples(); number++)
    {
        const Block block = NextBlock(batch, first);
        Workspace& workspace = WorkspaceOf(caches, number);
        if (!caches)
        {
            ForwardBlock(adapters, batch, block, workspace, true);
        }
        const uint32_t begin = batch.offsets[first];
        const uint32_t columns = batch.offsets[first + block.count] - begin;
        const ConstMatrixView below = m_model.Backward(
            adapters,
            ConstMatrixView(batch.tokens.col(begin).data(), batch.tokens.rows(), columns),
            ConstMatrixView(featureGradient.col(first).data(), Width(), block.count),
            m_mask,
            workspace,
            gradient,
            embeddingGradient != nullptr);
        if (embeddingGradient)
        {
            embeddingGradient->middleCols(begin, columns) = below;
        }
        first += block.count;
    }
}

FrozenParameters
RandomEncoder(const TransformerConfig& config, uint64_t seed)
{
    return Model(MakeEncoderLayers<float>(config), RequiredAdapters(config)).InitialFrozen(seed);
}

} // namespace fl
} // namespace ns3
