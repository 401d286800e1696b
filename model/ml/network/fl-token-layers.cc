/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-token-layers.h"

#include "fl-vector-math.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

template <typename Scalar>
BasicLayerNorm<Scalar>::BasicLayerNorm(const std::string& name, uint32_t size, double eps)
    : BasicLayer<Scalar>(name, size, size),
      m_eps(static_cast<Scalar>(eps))
{
    if (!(eps >= 0 && eps < 1))
    {
        throw InvalidInput(
            Describe("layer ", name, ": eps ", eps, ": must be at least 0 and below 1"));
    }
}

template <typename Scalar>
std::vector<ParameterShape>
BasicLayerNorm<Scalar>::Parameters() const
{
    return {{"weight", this->InputSize(), 1, 1}, {"bias", this->InputSize(), 1, 1}};
}

template <typename Scalar>
size_t
BasicLayerNorm<Scalar>::CacheSize(const BatchShape& input) const
{
    // Mean and reciprocal deviation of each column.
    return size_t{2} * input.columns;
}

template <typename Scalar>
void
BasicLayerNorm<Scalar>::Initialize(Scalar* const* parameters, RandomStream& /* random */) const
{
    if (parameters[0])
    {
        std::fill(parameters[0], parameters[0] + this->InputSize(), Scalar(1));
    }
}

template <typename Scalar>
void
BasicLayerNorm<Scalar>::Forward(ForwardPass& pass) const
{
    const size_t size = this->InputSize();
    const Scalar* weight = pass.parameters[0];
    const Scalar* bias = pass.parameters[1];
    for (Eigen::Index column = 0; column < pass.input.cols(); column++)
    {
        const Scalar* x = pass.input.col(column).data();
        Scalar* y = pass.output.col(column).data();
        const Scalar mean =
            SumLanes(x, size, Scalar(0), [](const auto& v) { return v; }) / Scalar(size);
        const Scalar variance =
            SumLanes(x, size, mean, [mean](const auto& v) { return (v - mean).square(); }) /
            Scalar(size);
        const Scalar factor = 1 / std::sqrt(variance + m_eps);
        for (size_t i = 0; i < size; i++)
        {
            y[i] = (x[i] - mean) * factor * weight[i] + bias[i];
        }
        pass.cache[2 * column] = mean;
        pass.cache[2 * column + 1] = factor;
    }
}

template <typename Scalar>
void
BasicLayerNorm<Scalar>::Backward(BackwardPass& pass) const
{
    const size_t size = this->InputSize();
    const Scalar* weight = pass.parameters[0];
    for (Eigen::Index column = 0; column < pass.input.cols(); column++)
    {
        const Scalar* x = pass.input.col(column).data();
        const Scalar* above = pass.outputGradient.col(column).data();
        const Scalar mean = pass.cache[2 * column];
        const Scalar factor = pass.cache[2 * column + 1];
        for (size_t i = 0; pass.gradient[0] && i < size; i++)
        {
            pass.gradient[0][i] += above[i] * ((x[i] - mean) * factor);
        }
        for (size_t i = 0; pass.gradient[1] && i < size; i++)
        {
            pass.gradient[1][i] += above[i];
        }
        if (!pass.inputGradient.data())
        {
            continue;
        }
        // With g the gradient by the normalized x^: dx = factor (g - mean(g) - x^ mean(g x^)).
        Scalar* below = pass.inputGradient.col(column).data();
        for (size_t i = 0; i < size; i++)
        {
            below[i] = above[i] * weight[i];
        }
        const Scalar meanGradient =
            SumLanes<Scalar>(below, size, Scalar(0), [](const auto& v) { return v; }) /
            Scalar(size);
        // The sum of g (x - mean), by the sum of g x.
        const Scalar slope =
            (DotLanes<Scalar>(below, x, size) - meanGradient * mean * Scalar(size)) * factor *
            factor / Scalar(size);
        for (size_t i = 0; i < size; i++)
        {
            below[i] = factor * (below[i] - meanGradient - (x[i] - mean) * slope);
        }
    }
}

template <typename Scalar>
void
BasicLayerNorm<Scalar>::Tangent(TangentPass& pass) const
{
    const size_t size = this->InputSize();
    const Scalar* weight = pass.parameters[0];
    const Scalar* weightTangent = pass.parameterTangents[0];
    const Scalar* biasTangent = pass.parameterTangents[1];
    for (Eigen::Index column = 0; column < pass.input.cols(); column++)
    {
        const Scalar* x = pass.input.col(column).data();
        Scalar* to = pass.outputTangent.col(column).data();
        const Scalar mean = pass.cache[2 * column];
        const Scalar factor = pass.cache[2 * column + 1];
        std::fill(to, to + size, Scalar(0));
        if (const Scalar* t = pass.inputTangent.data())
        {
            // With u = dx - mean(dx): dx^ = factor (u - x^ mean(u x^)).
            t += column * pass.inputTangent.rows();
            const Scalar meanTangent =
                SumLanes(t, size, Scalar(0), [](const auto& v) { return v; }) / Scalar(size);
            Scalar slope = 0;
            for (size_t i = 0; i < size; i++)
            {
                slope += (t[i] - meanTangent) * (x[i] - mean);
            }
            slope *= factor * factor / Scalar(size);
            for (size_t i = 0; i < size; i++)
            {
                to[i] = weight[i] * factor * (t[i] - meanTangent - (x[i] - mean) * slope);
            }
        }
        for (size_t i = 0; weightTangent && i < size; i++)
        {
            to[i] += weightTangent[i] * ((x[i] - mean) * factor);
        }
        for (size_t i = 0; biasTangent && i < size; i++)
        {
            to[i] += biasTangent[i];
        }
    }
}

template <typename Scalar>
BasicGelu<Scalar>::BasicGelu(const std::string& name, uint32_t size)
    : BasicLayer<Scalar>(name, size, size)
{
}

template <typename Scalar>
void
BasicGelu<Scalar>::Forward(ForwardPass& pass) const
{
    TransformLanes(
        pass.input.data(),
        pass.input.size(),
        pass.output.data(),
        [](const Lanes<Scalar>& x) -> Lanes<Scalar> { return x * NormalOf<Scalar>(x).cumulative; });
}

template <typename Scalar>
void
BasicGelu<Scalar>::Backward(BackwardPass& pass) const
{
    if (!pass.inputGradient.data())
    {
        return;
    }
    TimesSlope(pass.input, pass.outputGradient.data(), pass.inputGradient.data());
}

template <typename Scalar>
void
BasicGelu<Scalar>::Tangent(TangentPass& pass) const
{
    if (pass.inputTangent.data())
    {
        TimesSlope(pass.input, pass.inputTangent.data(), pass.outputTangent.data());
    }
    else
    {
        pass.outputTangent.setZero();
    }
}

template <typename Scalar>
void
BasicGelu<Scalar>::TimesSlope(const ConstView& input, const Scalar* from, Scalar* to)
{
    TransformLanes(input.data(), input.size(), to, [](const Lanes<Scalar>& x) -> Lanes<Scalar> {
        const NormalLanes<Scalar> normal = NormalOf<Scalar>(x);
        return normal.cumulative + x * normal.density;
    });
    for (Eigen::Index i = 0; i < input.size(); i++)
    {
        to[i] *= from[i];
    }
}

template <typename Scalar>
BasicFirstToken<Scalar>::BasicFirstToken(const std::string& name, uint32_t size)
    : BasicLayer<Scalar>(name, size, size)
{
}

template <typename Scalar>
BatchShape
BasicFirstToken<Scalar>::OutputShape(const BatchShape& input) const
{
    return BatchShape::OfSamples(input.sequences);
}

template <typename Scalar>
void
BasicFirstToken<Scalar>::Forward(ForwardPass& pass) const
{
    for (uint32_t i = 0; i < pass.shape.sequences; i++)
    {
        const auto column = pass.input.col(pass.shape.Begin(i));
        std::copy(column.data(), column.data() + column.size(), pass.output.col(i).data());
    }
}

template <typename Scalar>
void
BasicFirstToken<Scalar>::Backward(BackwardPass& pass) const
{
    if (!pass.inputGradient.data())
    {
        return;
    }
    Scalar* below = pass.inputGradient.data();
    std::fill(below, below + pass.inputGradient.size(), Scalar(0));
    for (uint32_t i = 0; i < pass.shape.sequences; i++)
    {
        const auto column = pass.outputGradient.col(i);
        std::copy(column.data(),
                  column.data() + column.size(),
                  pass.inputGradient.col(pass.shape.Begin(i)).data());
    }
}

template <typename Scalar>
void
BasicFirstToken<Scalar>::Tangent(TangentPass& pass) const
{
    pass.outputTangent.setZero();
    for (uint32_t i = 0; pass.inputTangent.data() && i < pass.shape.sequences; i++)
    {
        pass.outputTangent.col(i) = pass.inputTangent.col(pass.shape.Begin(i));
    }
}

template class BasicLayerNorm<float>;
template class BasicLayerNorm<double>;
template class BasicGelu<float>;
template class BasicGelu<double>;
template class BasicFirstToken<float>;
template class BasicFirstToken<double>;

} // namespace fl
} // namespace ns3
