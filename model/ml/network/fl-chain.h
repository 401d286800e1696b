/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CHAIN_H
#define FL_CHAIN_H

#include "fl-layer.h"

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * A layer made of layers, each fed by the one before. Its parameters are theirs, one layer's after
 * the other's, under the layers' names. The cache holds what goes from one layer to the next, and
 * the layers' own caches; scratch memory holds the gradients in between, two at a time.
 */
template <typename Scalar>
class BasicChain : public BasicLayer<Scalar>
{
  public:
    using typename BasicLayer<Scalar>::View;
    using typename BasicLayer<Scalar>::ConstView;
    using typename BasicLayer<Scalar>::ForwardPass;
    using typename BasicLayer<Scalar>::BackwardPass;
    using typename BasicLayer<Scalar>::TangentPass;
    /// Layers from input to output.
    using Layers = std::vector<std::unique_ptr<const BasicLayer<Scalar>>>;

    /**
     * @param name may be empty
     * @param layers at least one, from input to output
     * @throws InvalidInput if there is none, or inputs and outputs differ
     */
    BasicChain(const std::string& name, Layers layers);

    /// @return its layers, from input to output
    const Layers& GetLayers() const;
    /// @return index of a layer's first parameter among all
    /// @param layer index of the layer; the number of layers gives the number of parameters
    size_t FirstParameter(size_t layer) const;

    std::vector<ParameterShape> Parameters() const override;
    BatchShape OutputShape(const BatchShape& input) const override;
    size_t CacheSize(const BatchShape& input) const override;
    size_t ScratchSize(const BatchShape& input) const override;
    size_t ActivationSize(const BatchShape& input) const override;
    bool UsesOutput() const override;
    TokenShape Tokens() const override;
    void Initialize(Scalar* const* parameters, RandomStream& random) const override;
    void Forward(ForwardPass& pass) const override;
    void Backward(BackwardPass& pass) const override;
    void Tangent(TangentPass& pass) const override;

    /**
     * @param layer index of a layer, not the last one, whose output is the chain's
     * @param input shape of the batch that went in
     * @param cache of Forward(), which kept it
     * @return that layer's output
     */
    ConstView OutputOf(size_t layer, const BatchShape& input, const Scalar* cache) const;

  private:
    /// Where things of a layer are in the cache.
    struct Place
    {
        BatchShape shape; //!< of what goes into the layer
        size_t cache;     //!< index of its cache
        size_t output;    //!< index of its output; of the last layer, the size of all
    };

    /// Places of all layers.
    using Places = boost::container::small_vector<Place, 16>;

    /// @return where things are for a batch, if all is kept @param input shape of it
    Places KeptPlaces(const BatchShape& input) const;
    /// @return the same if one layer's at a time are needed @param input shape of it
    Places SharedPlaces(const BatchShape& input) const;
    /// @return elements of the largest gradient between two @param places of all @param layers all
    static size_t GradientSize(const Places& places, const Layers& layers);
    /// @return the first layer that Backward() has to reach @param pass its arguments
    size_t FirstNeeded(const BackwardPass& pass) const;

    Layers m_layers;                       //!< from input to output
    std::vector<size_t> m_firstParameters; //!< by layer, and their number
};

/**
 * @ingroup fl
 * y = x + f(x), where f is any layer that keeps the number of features and of columns.
 */
template <typename Scalar>
class BasicResidual : public BasicLayer<Scalar>
{
  public:
    using typename BasicLayer<Scalar>::View;
    using typename BasicLayer<Scalar>::ConstView;
    using typename BasicLayer<Scalar>::ForwardPass;
    using typename BasicLayer<Scalar>::BackwardPass;
    using typename BasicLayer<Scalar>::TangentPass;

    /**
     * @param name may be empty
     * @param inner f
     * @throws InvalidInput if f's outputs are not as many as its inputs
     */
    BasicResidual(const std::string& name, std::unique_ptr<const BasicLayer<Scalar>> inner);

    std::vector<ParameterShape> Parameters() const override;
    size_t CacheSize(const BatchShape& input) const override;
    size_t ScratchSize(const BatchShape& input) const override;
    size_t ActivationSize(const BatchShape& input) const override;
    void Initialize(Scalar* const* parameters, RandomStream& random) const override;
    void Forward(ForwardPass& pass) const override;
    void Backward(BackwardPass& pass) const override;
    void Tangent(TangentPass& pass) const override;

  private:
    std::unique_ptr<const BasicLayer<Scalar>> m_inner; //!< f
};

} // namespace fl
} // namespace ns3

#endif /* FL_CHAIN_H */
