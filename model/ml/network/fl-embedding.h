/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_EMBEDDING_H
#define FL_EMBEDDING_H

#include "fl-layer.h"

#include "ns3/fl-image-shape.h"
#include "ns3/fl-token-shape.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The first layers of transformers: from a text's tokens, or an image's patches, to vectors.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Tokens as vectors: word[id] + position[place within the sequence] + type[type]. Input: TOKEN_ROWS
 * x tokens. Parameters, each with a column per entry: word (width x vocabulary), position (width x
 * positions), type (width x types); normal with standard deviation 0.02 at first, as BERT's. The
 * gradient with respect to the input is zero. Ids, types and lengths must be in range: who reads
 * them checks that.
 */
template <typename Scalar>
class BasicTokenEmbedding : public BasicLayer<Scalar>
{
  public:
    using typename BasicLayer<Scalar>::View;
    using typename BasicLayer<Scalar>::ConstView;
    using typename BasicLayer<Scalar>::ForwardPass;
    using typename BasicLayer<Scalar>::BackwardPass;
    using typename BasicLayer<Scalar>::TangentPass;

    /**
     * @param name unique within the model
     * @param tokens what there are vectors for
     * @param width of the vectors
     * @throws InvalidInput if a count is 0
     */
    BasicTokenEmbedding(const std::string& name, const TokenShape& tokens, uint32_t width);

    TokenShape Tokens() const override;
    std::vector<ParameterShape> Parameters() const override;
    void Initialize(Scalar* const* parameters, RandomStream& random) const override;
    void Forward(ForwardPass& pass) const override;
    void Backward(BackwardPass& pass) const override;
    void Tangent(TangentPass& pass) const override;

  private:
    TokenShape m_tokens; //!< what there are vectors for
};

/**
 * @ingroup fl
 * An image as a sequence (A. Dosovitskiy et al., ICLR 2021): a class token, then one token per
 * square patch, row by row: W patch + b, each with its position's vector added. Input: images, a
 * column each, features in the order channel, row, column. Parameters: patch.weight (patch x width,
 * a patch's pixels in the order channel, row, column), patch.bias, cls (width each), position
 * (width x tokens). The patches of one image are the scratch memory.
 */
template <typename Scalar>
class BasicPatchEmbedding : public BasicLayer<Scalar>
{
  public:
    using typename BasicLayer<Scalar>::View;
    using typename BasicLayer<Scalar>::ConstView;
    using typename BasicLayer<Scalar>::ForwardPass;
    using typename BasicLayer<Scalar>::BackwardPass;
    using typename BasicLayer<Scalar>::TangentPass;

    /**
     * @param name unique within the model
     * @param image channels, rows and columns
     * @param patch side of a patch [pixel]
     * @param width of the vectors
     * @throws InvalidInput if patches don't divide the image's sides
     */
    BasicPatchEmbedding(const std::string& name, ImageShape image, uint32_t patch, uint32_t width);

    /// @return tokens per image, the class token included
    uint32_t SequenceLength() const;

    std::vector<ParameterShape> Parameters() const override;
    BatchShape OutputShape(const BatchShape& input) const override;
    size_t ScratchSize(const BatchShape& input) const override;
    void Initialize(Scalar* const* parameters, RandomStream& random) const override;
    void Forward(ForwardPass& pass) const override;
    void Backward(BackwardPass& pass) const override;
    void Tangent(TangentPass& pass) const override;

  private:
    /// @return pixels of a patch, of all channels
    uint32_t PatchSize() const;
    /**
     * Copy pixels between an image and its patches side by side, patch x patches.
     * @param image in the order channel, row, column
     * @param patches one column each
     * @param copy is called with a run of pixels of the image, the same of a patch, and its length
     */
    template <typename Image, typename Patches, typename Copy>
    void ForRuns(Image* image, Patches* patches, const Copy& copy) const;

    ImageShape m_image; //!< channels, rows and columns
    uint32_t m_patch;   //!< side of a patch [pixel]
};

/// Token embedding in float32.
using TokenEmbedding = BasicTokenEmbedding<float>;
/// Patch embedding in float32.
using PatchEmbedding = BasicPatchEmbedding<float>;

} // namespace fl
} // namespace ns3

#endif /* FL_EMBEDDING_H */
