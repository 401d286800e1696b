/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_ATTENTION_H
#define FL_ATTENTION_H

#include "fl-layer.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/// What the four dense layers of an attention layer are.
struct AttentionOptions
{
    uint32_t heads{1};                    //!< must divide the width
    DenseStart start{DenseStart::GLOROT}; //!< initial weights
    LoraOptions query;                    //!< adapter of the queries' layer
    LoraOptions key;                      //!< adapter of the keys' layer
    LoraOptions value;                    //!< adapter of the values' layer
    LoraOptions output;                   //!< adapter of the output's layer
};

/**
 * @ingroup fl
 * Multi-head self-attention (A. Vaswani et al., NeurIPS 2017) within each sequence of a batch:
 * queries, keys and values are dense layers of the input; head h, which has width / heads features
 * of each, attends by softmax(k_h^T q_h / sqrt(width / heads)) over the sequence's tokens; what it
 * gathers goes through the dense layer `output`. Tokens that the batch's mask calls padding are
 * attended to by none. Parameters: those of the dense layers query, key, value and output, their
 * weights in the order WeightOrder::INPUTS_FIRST.
 *
 * The weights of attention are kept for Backward(): heads times the sum of the squared lengths.
 */
template <typename Scalar>
class BasicAttention : public BasicLayer<Scalar>
{
  public:
    using typename BasicLayer<Scalar>::View;
    using typename BasicLayer<Scalar>::ConstView;
    using typename BasicLayer<Scalar>::ForwardPass;
    using typename BasicLayer<Scalar>::BackwardPass;
    using typename BasicLayer<Scalar>::TangentPass;

    /**
     * @param name unique within the model
     * @param width features per token
     * @param options heads, initial weights, adapters
     * @throws InvalidInput if heads don't divide the width, or an adapter's rank does not fit
     */
    BasicAttention(const std::string& name, uint32_t width, const AttentionOptions& options);

    std::vector<ParameterShape> Parameters() const override;
    size_t CacheSize(const BatchShape& input) const override;
    size_t ScratchSize(const BatchShape& input) const override;
    size_t ActivationSize(const BatchShape& input) const override;
    void Initialize(Scalar* const* parameters, RandomStream& random) const override;
    void Forward(ForwardPass& pass) const override;
    void Backward(BackwardPass& pass) const override;
    void Tangent(TangentPass& pass) const override;

  private:
    /// The dense layers, in the order of their parameters.
    enum Part : uint8_t
    {
        QUERY,
        KEY,
        VALUE,
        OUTPUT,
        PARTS
    };

    /// Where things are in the cache, as indices.
    struct Places
    {
        size_t token;       //!< elements of a matrix of width x columns, padded
        size_t part[PARTS]; //!< caches of the dense layers
        size_t weights;     //!< of attention, from there on to the end
        size_t size;        //!< of all
    };

    /// @return where things are for a batch; query, key, value and what heads gather come first
    /// @param shape of it
    Places PlacesOf(const BatchShape& shape) const;
    /// @return elements of one head's weights of attention in the longest sequence @param shape of
    /// the batch
    static size_t LargestSquare(const BatchShape& shape);
    /// @return index of a head's first feature of a sequence in a matrix of width x columns
    /// @param head index of the head
    /// @param begin the sequence's first column
    size_t HeadPlace(uint32_t head, uint32_t begin) const;
    /// @return the features of a head, of a sequence's tokens, in a matrix of width x columns
    /// @param matrix the matrix
    /// @param head index of the head
    /// @param begin the sequence's first column
    /// @param length of the sequence
    Factor<Scalar> Head(const Scalar* matrix, uint32_t head, uint32_t begin, uint32_t length) const;
    /// Attend: of queries, keys and values in the cache what heads gather, and their weights.
    void Gather(const BatchShape& shape, Scalar* cache, const Places& places) const;
    /// Back-propagation through Gather().
    /// @param gradients of what heads gather; then room for those of queries, keys and values
    /// @param shape of the batch @param cache of the forward pass @param places in it
    void Scatter(const BatchShape& shape,
                 const Scalar* cache,
                 const Places& places,
                 Scalar* gradients) const;
    /// Forward-mode derivative of Gather().
    /// @param shape of the batch @param cache of the forward pass @param places in it
    /// @param tangents of queries, keys and values; then room for that of what heads gather
    void GatherTangent(const BatchShape& shape,
                       const Scalar* cache,
                       const Places& places,
                       Scalar* tangents) const;
    /// Back-propagation through one of the dense layers of the input.
    void BackwardPart(Part part,
                      BackwardPass& pass,
                      const Places& places,
                      const Scalar* gradient,
                      Scalar* inputGradient,
                      Scalar* scratch) const;

    uint32_t m_heads;                                         //!< they share the width
    std::vector<std::unique_ptr<BasicDense<Scalar>>> m_parts; //!< by Part
    std::vector<size_t> m_firstParameters{0};                 //!< by Part, among all
};

/// Multi-head self-attention in float32.
using Attention = BasicAttention<float>;

} // namespace fl
} // namespace ns3

#endif /* FL_ATTENTION_H */
