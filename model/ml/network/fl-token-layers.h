/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TOKEN_LAYERS_H
#define FL_TOKEN_LAYERS_H

#include "fl-layer.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What transformers are made of beside dense layers and attention.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Layer normalization (J. Ba, J. Kiros, G. Hinton, 2016), column by column: y = w (x - mean) /
 * sqrt(variance + eps) + b, with the mean and the (biased) variance of the column's features.
 * Parameters: weight w, bias b (features each).
 */
template <typename Scalar>
class BasicLayerNorm : public BasicLayer<Scalar>
{
  public:
    using typename BasicLayer<Scalar>::ForwardPass;
    using typename BasicLayer<Scalar>::BackwardPass;
    using typename BasicLayer<Scalar>::TangentPass;

    /**
     * @param name unique within the model
     * @param size features per column
     * @param eps is added to the variance; at least 0, below 1
     * @throws InvalidInput if eps is out of its range
     */
    BasicLayerNorm(const std::string& name, uint32_t size, double eps);

    std::vector<ParameterShape> Parameters() const override;
    size_t CacheSize(const BatchShape& input) const override;
    /// Weights begin as 1.
    void Initialize(Scalar* const* parameters, RandomStream& random) const override;
    void Forward(ForwardPass& pass) const override;
    void Backward(BackwardPass& pass) const override;
    void Tangent(TangentPass& pass) const override;

  private:
    Scalar m_eps; //!< is added to the variance
};

/**
 * @ingroup fl
 * The exact Gaussian error linear unit (D. Hendrycks, K. Gimpel, 2016), element by element: y = x
 * Phi(x), Phi the cumulative distribution of the standard normal distribution, by erf.
 */
template <typename Scalar>
class BasicGelu : public BasicLayer<Scalar>
{
  public:
    using typename BasicLayer<Scalar>::ConstView;
    using typename BasicLayer<Scalar>::ForwardPass;
    using typename BasicLayer<Scalar>::BackwardPass;
    using typename BasicLayer<Scalar>::TangentPass;
    /**
     * @param name may be empty: it has no parameters
     * @param size features per column, in and out
     */
    BasicGelu(const std::string& name, uint32_t size);
    void Forward(ForwardPass& pass) const override;
    void Backward(BackwardPass& pass) const override;
    void Tangent(TangentPass& pass) const override;

  private:
    /**
     * Multiply by the derivative, element by element.
     * @param input where it is taken
     * @param from what is multiplied; as many elements
     * @param [out] to the products
     */
    static void TimesSlope(const ConstView& input, const Scalar* from, Scalar* to);
};

/**
 * @ingroup fl
 * The first column of each sequence, one per sequence, as classifiers of sequences take it.
 */
template <typename Scalar>
class BasicFirstToken : public BasicLayer<Scalar>
{
  public:
    using typename BasicLayer<Scalar>::ForwardPass;
    using typename BasicLayer<Scalar>::BackwardPass;
    using typename BasicLayer<Scalar>::TangentPass;
    /**
     * @param name may be empty: it has no parameters
     * @param size features per column, in and out
     */
    BasicFirstToken(const std::string& name, uint32_t size);
    BatchShape OutputShape(const BatchShape& input) const override;
    void Forward(ForwardPass& pass) const override;
    void Backward(BackwardPass& pass) const override;
    void Tangent(TangentPass& pass) const override;
};

/// Layer normalization in float32.
using LayerNorm = BasicLayerNorm<float>;
/// Gaussian error linear units in float32.
using Gelu = BasicGelu<float>;
/// First tokens in float32.
using FirstToken = BasicFirstToken<float>;

} // namespace fl
} // namespace ns3

#endif /* FL_TOKEN_LAYERS_H */
