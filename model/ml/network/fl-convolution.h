/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CONVOLUTION_H
#define FL_CONVOLUTION_H

#include "fl-layer.h"

#include "ns3/fl-image-shape.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Two-dimensional convolution (cross-correlation, as learning libraries define it) with a square
 * kernel, stride 1 and no padding: for output channel o at row y, column x,
 *
 * out(o, y, x) = b_o + sum over c, i, j of W_(o, (c, i, j)) in(c, y + i, x + j).
 *
 * Features of input and output are in the order channel, row, column. Parameters: weight (output
 * channels x patch, a patch in the order channel, row, column), bias (output channels).
 *
 * Computed sample by sample as matrix products with the patches written out ("im2col"; K.
 * Chellapilla, S. Puri, P. Simard, "High performance convolutional neural networks for document
 * processing", 2006). The patches of one sample, output pixels x patch size, are the scratch
 * memory.
 */
class Conv2d : public Layer
{
  public:
    /**
     * @param name unique within the model
     * @param input channels, rows and columns of its input
     * @param outputChannels number of filters
     * @param kernel rows, and columns, of a filter
     * @throws InvalidInput if a size is 0, or the kernel is larger than the input
     */
    Conv2d(const std::string& name, ImageShape input, uint32_t outputChannels, uint32_t kernel);

    /// @return channels, rows and columns of its output
    const ImageShape& OutputImage() const;

    std::vector<ParameterShape> Parameters() const override;
    size_t ScratchSize(const BatchShape& input) const override;
    /// Weights begin as Dense::Start::HE has them, with the patch as inputs.
    void Initialize(float* const* parameters, RandomStream& random) const override;
    void Forward(ForwardPass& pass) const override;
    void Backward(BackwardPass& pass) const override;
    void Tangent(TangentPass& pass) const override;

  private:
    /// @return elements of a patch
    uint32_t PatchSize() const;
    /// @return output pixels, of one channel
    uint32_t Positions() const;
    /**
     * Write the patches out.
     * @param input a sample
     * @param [out] patches output pixels x patch size
     */
    void Unfold(const float* input, float* patches) const;
    /**
     * Sum the patches up where they overlap, the adjoint of Unfold().
     * @param patches output pixels x patch size
     * @param [out] input a sample
     */
    void Fold(const float* patches, float* input) const;

    ImageShape m_input;  //!< of a sample at its input
    ImageShape m_output; //!< of a sample at its output
    uint32_t m_kernel;   //!< rows, and columns, of a filter
};

/**
 * @ingroup fl
 * The largest of each 2 x 2 pixels of a channel; the gradient goes to the first of them that has
 * that value. A last odd row or column is left out. Features are in the order channel, row, column.
 */
class MaxPool2d : public Layer
{
  public:
    /**
     * @param name unique within the model
     * @param input channels, rows and columns of its input
     * @throws InvalidInput if the input has no channel, or fewer than 2 rows or columns
     */
    MaxPool2d(const std::string& name, ImageShape input);

    /// @return channels, rows and columns of its output
    const ImageShape& OutputImage() const;

    bool UsesOutput() const override;
    size_t ScratchSize(const BatchShape& input) const override;
    void Forward(ForwardPass& pass) const override;
    void Backward(BackwardPass& pass) const override;
    void Tangent(TangentPass& pass) const override;

  private:
    /**
     * Back-propagation through one row of the output.
     * @param input the upper one of the two rows of the input
     * @param output the row of the output
     * @param from the row of the output's gradient
     * @param [out] to the upper one of the two rows of the input's gradient
     */
    void RouteRow(const float* input, const float* output, const float* from, float* to) const;

    ImageShape m_input;  //!< of a sample at its input
    ImageShape m_output; //!< of a sample at its output
};

} // namespace fl
} // namespace ns3

#endif /* FL_CONVOLUTION_H */
