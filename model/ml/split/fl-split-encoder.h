/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_ENCODER_H
#define FL_SPLIT_ENCODER_H

#include "fl-embedded-batch.h"

#include "ns3/fl-model.h"
#include "ns3/fl-transformer.h"

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace fl
{

/// What SplitEncoder::Forward() computed, for SplitEncoder::Backward() with the same arguments.
struct EncoderCaches
{
    std::vector<Workspace> blocks; //!< one per block of samples; empty: nothing was kept
};

/**
 * @ingroup fl
 * The part of a transformer that stays at the server in split federated LoRA: the encoder with its
 * frozen weights, read-only and once per process, and adapters, whose values are an argument of
 * each call. Immutable, so that jobs on several threads may share it; each thread keeps its
 * buffers.
 *
 * Batches go through it in blocks of samples with at most BLOCK_TOKENS tokens (at least one
 * sample), which stay in the processor's cache, and bound the memory: without kept caches
 * Backward() computes each block's forward pass again, and only one block's caches exist at a time.
 * The bits are the same either way.
 */
class SplitEncoder
{
  public:
    /// Tokens of a block, at most, but for a longer sample.
    static constexpr uint32_t BLOCK_TOKENS = 512;

    /**
     * @param config the structure; must have adapters
     * @param frozen the encoder's frozen parameters, one matrix for each of
     *        GetModel().FrozenSlices(); EncoderFrozen() makes them
     * @throws InvalidInput if the structure is not valid, has no adapters, or the number of
     *         matrices is another one
     */
    SplitEncoder(const TransformerConfig& config, FrozenParameters frozen);

    /// @return its structure and frozen weights; the parameters that train are the adapters
    const Model& GetModel() const;
    /// @return features per token, and of what it returns
    uint32_t Width() const;
    /// @return tokens of the longest sequence
    uint32_t Positions() const;
    /// @return length of the adapters' flat vector
    size_t AdapterCount() const;
    /// @return initial adapters: A normal with variance 1 / inputs, B zero
    /// @param seed of the random draws
    Eigen::VectorXf InitialAdapters(uint64_t seed) const;

    /**
     * From embeddings to features.
     * @param adapters w^a, AdapterCount() numbers
     * @param batch the embeddings; valid (EmbeddedBatch::Validate())
     * @param [out] features z of each sample, width x samples
     * @param [out] caches if not null, keeps what Backward() would compute again; of BERT-base some
     *        0.65 MB a token
     * @throws InvalidInput if a size does not fit
     */
    void Forward(const Eigen::VectorXf& adapters,
                 const EmbeddedBatch& batch,
                 Eigen::MatrixXf& features,
                 EncoderCaches* caches = nullptr) const;

    /**
     * From the gradient by the features to the gradient by the adapters.
     * @param adapters as in Forward()
     * @param batch as in Forward()
     * @param featureGradient dF/dz, width x samples
     * @param [out] gradient dF/dw^a, AdapterCount() numbers
     * @param caches of Forward(), or null: compute again
     * @param [out] embeddingGradient if not null, dF/d(embeddings), width x tokens
     * @throws InvalidInput if a size does not fit
     */
    void Backward(const Eigen::VectorXf& adapters,
                  const EmbeddedBatch& batch,
                  const Eigen::MatrixXf& featureGradient,
                  Eigen::VectorXf& gradient,
                  EncoderCaches* caches = nullptr,
                  Eigen::MatrixXf* embeddingGradient = nullptr) const;

  private:
    /// Samples first ... first + count - 1 of a batch.
    struct Block
    {
        uint32_t first; //!< index of the first one
        uint32_t count; //!< how many
    };

    /// @return the block that begins at a sample @param batch samples @param first index of it
    static Block NextBlock(const EmbeddedBatch& batch, uint32_t first);
    /// Put a block through the model.
    ConstMatrixView ForwardBlock(const Eigen::VectorXf& adapters,
                                 const EmbeddedBatch& batch,
                                 const Block& block,
                                 Workspace& workspace,
                                 bool keeps) const;
    /// @return the workspace for a block: the caches' one, or this thread's @param caches kept
    /// ones, or null @param block its index
    static Workspace& WorkspaceOf(EncoderCaches* caches, size_t block);

    Model m_model;        //!< structure and frozen weights
    TrainableMask m_mask; //!< all adapters
    uint32_t m_positions; //!< tokens of the longest sequence
};

/// @return random frozen parameters of an encoder
/// @param config its structure
/// @param seed of the random draws
FrozenParameters RandomEncoder(const TransformerConfig& config, uint64_t seed);

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_ENCODER_H */
