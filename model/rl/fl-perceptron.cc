/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-perceptron.h"

#include "ns3/fl-error.h"

#include <string>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Weights of the last layer begin as this part of the usual size.
constexpr double LAST_LAYER = 0.01;

/// @return the layers @param shape what they are to be like
template <typename Scalar>
typename BasicChain<Scalar>::Layers
MakeLayers(const PerceptronShape& shape)
{
    using Dense = BasicDense<Scalar>;
    using Tanh = BasicTanh<Scalar>;
    typename BasicChain<Scalar>::Layers layers;
    uint32_t size = shape.inputs;
    for (size_t i = 0; i < shape.hidden.size(); ++i)
    {
        const std::string number = std::to_string(i + 1);
        layers.push_back(
            std::make_unique<Dense>("dense" + number, size, shape.hidden[i], DenseStart::GLOROT));
        size = shape.hidden[i];
        layers.push_back(std::make_unique<Tanh>("tanh" + number, size));
    }
    layers.push_back(std::make_unique<Dense>("last", size, shape.outputs, DenseStart::GLOROT));
    if (shape.isBounded)
    {
        layers.push_back(std::make_unique<Tanh>("bound", shape.outputs));
    }
    return layers;
}

} // namespace

template <typename Scalar>
BasicPerceptron<Scalar>::BasicPerceptron(const PerceptronShape& shape, uint64_t seed)
    : m_shape(shape),
      m_model(std::make_unique<const BasicModel<Scalar>>(MakeLayers<Scalar>(shape))),
      m_all(m_model->Trainable()),
      m_none{std::vector<uint8_t>(m_all.slices.size(), 0)},
      m_parameters(m_model->InitialParameters(seed))
{
    const Slice& last = m_model->FindSlice("last.weight");
    BasicModel<Scalar>::View(m_parameters, last) *= static_cast<Scalar>(LAST_LAYER);
}

template <typename Scalar>
BasicConstMatrixView<Scalar>
BasicPerceptron<Scalar>::Forward(const ConstMatrixView& input)
{
    m_input = input.data();
    m_columns = input.cols();
    return m_model->Forward(m_parameters, input, m_workspace);
}

template <typename Scalar>
BasicConstMatrixView<Scalar>
BasicPerceptron<Scalar>::Input() const
{
    return ConstMatrixView(m_input, m_shape.inputs, m_columns);
}

template <typename Scalar>
BasicConstMatrixView<Scalar>
BasicPerceptron<Scalar>::Tangent(const Vector& direction)
{
    return m_model->Tangent(direction, Input(), m_workspace);
}

template <typename Scalar>
void
BasicPerceptron<Scalar>::Backward(const ConstMatrixView& outputGradient, Vector& gradient)
{
    m_model->Backward(m_parameters, Input(), outputGradient, m_all, m_workspace, gradient);
}

template <typename Scalar>
BasicConstMatrixView<Scalar>
BasicPerceptron<Scalar>::InputGradient(const ConstMatrixView& outputGradient)
{
    m_unused.resize(m_parameters.size());
    return m_model
        ->Backward(m_parameters, Input(), outputGradient, m_none, m_workspace, m_unused, true);
}

template class BasicPerceptron<float>;
template class BasicPerceptron<double>;

} // namespace fl
} // namespace ns3
