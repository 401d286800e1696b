/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-layer.h"

#include "ns3/fl-error.h"

#include <cmath>

namespace ns3
{
namespace fl
{

Layer::Layer(const std::string& name, uint32_t inputSize, uint32_t outputSize)
    : m_name(name),
      m_inputSize(inputSize),
      m_outputSize(outputSize)
{
    if (inputSize == 0 || outputSize == 0)
    {
        throw InvalidInput(Describe("layer ",
                                    name,
                                    ": ",
                                    inputSize,
                                    " inputs and ",
                                    outputSize,
                                    " outputs: must be at least 1 each"));
    }
}

const std::string&
Layer::Name() const
{
    return m_name;
}

uint32_t
Layer::InputSize() const
{
    return m_inputSize;
}

uint32_t
Layer::OutputSize() const
{
    return m_outputSize;
}

std::vector<ParameterShape>
Layer::Parameters() const
{
    return {};
}

size_t
Layer::ScratchSize() const
{
    return 0;
}

void
Layer::Initialize(float* /* parameters */, RandomStream& /* random */) const
{
}

Dense::Dense(const std::string& name, uint32_t inputSize, uint32_t outputSize, Start start)
    : Layer(name, inputSize, outputSize),
      m_start(start)
{
}

std::vector<ParameterShape>
Dense::Parameters() const
{
    return {{"weight", OutputSize(), InputSize()}, {"bias", OutputSize(), 1}};
}

void
Dense::Initialize(float* parameters, RandomStream& random) const
{
    const double inputs = InputSize();
    const double heDeviation = std::sqrt(2 / inputs);
    const double glorotLimit = std::sqrt(6 / (inputs + OutputSize()));
    for (size_t i = 0; i < size_t{InputSize()} * OutputSize(); i++)
    {
        switch (m_start)
        {
        case Start::ZERO:
            return;
        case Start::HE:
            parameters[i] = static_cast<float>(heDeviation * random.Normal());
            break;
        case Start::GLOROT:
            parameters[i] = static_cast<float>(random.Uniform(-glorotLimit, glorotLimit));
            break;
        }
    }
}

void
Dense::Forward(const float* parameters,
               const ConstMatrixView& input,
               MatrixView output,
               float* /* scratch */) const
{
    const ConstMatrixView weight(parameters, OutputSize(), InputSize());
    const Eigen::Map<const Eigen::VectorXf> bias(parameters + weight.size(), OutputSize());
    // Adding onto the biases spares the pass over the output that would clear it.
    output.colwise() = bias;
    output.noalias() += weight * input;
}

void
Dense::Backward(BackwardPass& pass) const
{
    const ConstMatrixView weight(pass.parameters, OutputSize(), InputSize());
    if (pass.trains[0])
    {
        MatrixView(pass.gradient, OutputSize(), InputSize()).noalias() +=
            pass.outputGradient * pass.input.transpose();
    }
    if (pass.trains[1])
    {
        // Column by column, as it lies in memory; rowwise().sum() would stride.
        Eigen::Map<Eigen::VectorXf> biasGradient(pass.gradient + weight.size(), OutputSize());
        for (Eigen::Index sample = 0; sample < pass.outputGradient.cols(); sample++)
        {
            biasGradient += pass.outputGradient.col(sample);
        }
    }
    if (pass.inputGradient.data())
    {
        pass.inputGradient.noalias() = weight.transpose() * pass.outputGradient;
    }
}

Relu::Relu(const std::string& name, uint32_t size)
    : Layer(name, size, size)
{
}

void
Relu::Forward(const float* /* parameters */,
              const ConstMatrixView& input,
              MatrixView output,
              float* /* scratch */) const
{
    // A loop that compilers vectorise; unlike cwiseMax(), it keeps NaN, so that divergence is seen.
    const float* from = input.data();
    float* to = output.data();
    for (Eigen::Index i = 0; i < input.size(); i++)
    {
        to[i] = from[i] < 0 ? 0 : from[i];
    }
}

void
Relu::Backward(BackwardPass& pass) const
{
    if (pass.inputGradient.data())
    {
        const float* output = pass.output.data();
        const float* from = pass.outputGradient.data();
        float* to = pass.inputGradient.data();
        for (Eigen::Index i = 0; i < pass.output.size(); i++)
        {
            to[i] = output[i] > 0 ? from[i] : 0;
        }
    }
}

Tanh::Tanh(const std::string& name, uint32_t size)
    : Layer(name, size, size)
{
}

void
Tanh::Forward(const float* /* parameters */,
              const ConstMatrixView& input,
              MatrixView output,
              float* /* scratch */) const
{
    output = input.array().tanh();
}

void
Tanh::Backward(BackwardPass& pass) const
{
    if (pass.inputGradient.data())
    {
        pass.inputGradient.array() =
            pass.outputGradient.array() * (1.0F - pass.output.array().square());
    }
}

} // namespace fl
} // namespace ns3
