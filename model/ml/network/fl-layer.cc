/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-layer.h"

#include "ns3/fl-error.h"

namespace ns3
{
namespace fl
{

std::string
JoinNames(const std::string& outer, const std::string& inner)
{
    return outer + (outer.empty() || inner.empty() ? "" : ".") + inner;
}

bool
MatchesPattern(const char* pattern, const char* text)
{
    if (*pattern == '*')
    {
        return MatchesPattern(pattern + 1, text) || (*text && MatchesPattern(pattern, text + 1));
    }
    return *pattern == *text && (*pattern == '\0' || MatchesPattern(pattern + 1, text + 1));
}

template <typename Scalar>
BasicLayer<Scalar>::BasicLayer(const std::string& name, uint32_t inputSize, uint32_t outputSize)
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

template <typename Scalar>
const std::string&
BasicLayer<Scalar>::Name() const
{
    return m_name;
}

template <typename Scalar>
uint32_t
BasicLayer<Scalar>::InputSize() const
{
    return m_inputSize;
}

template <typename Scalar>
uint32_t
BasicLayer<Scalar>::OutputSize() const
{
    return m_outputSize;
}

template <typename Scalar>
std::vector<ParameterShape>
BasicLayer<Scalar>::Parameters() const
{
    return {};
}

template <typename Scalar>
BatchShape
BasicLayer<Scalar>::OutputShape(const BatchShape& input) const
{
    return input;
}

template <typename Scalar>
size_t
BasicLayer<Scalar>::CacheSize(const BatchShape& /* input */) const
{
    return 0;
}

template <typename Scalar>
size_t
BasicLayer<Scalar>::ScratchSize(const BatchShape& /* input */) const
{
    return 0;
}

template <typename Scalar>
size_t
BasicLayer<Scalar>::ActivationSize(const BatchShape& input) const
{
    return size_t{m_outputSize} * OutputShape(input).columns;
}

template <typename Scalar>
bool
BasicLayer<Scalar>::UsesOutput() const
{
    return false;
}

template <typename Scalar>
TokenShape
BasicLayer<Scalar>::Tokens() const
{
    return {};
}

template <typename Scalar>
void
BasicLayer<Scalar>::Initialize(Scalar* const* /* parameters */, RandomStream& /* random */) const
{
}

template <typename Scalar>
BasicRelu<Scalar>::BasicRelu(const std::string& name, uint32_t size)
    : BasicLayer<Scalar>(name, size, size)
{
}

template <typename Scalar>
bool
BasicRelu<Scalar>::UsesOutput() const
{
    return true;
}

template <typename Scalar>
void
BasicRelu<Scalar>::Forward(ForwardPass& pass) const
{
    // A loop that compilers vectorise; unlike cwiseMax(), it keeps NaN, so that divergence is seen.
    const Scalar* from = pass.input.data();
    Scalar* to = pass.output.data();
    for (Eigen::Index i = 0; i < pass.input.size(); i++)
    {
        to[i] = from[i] < 0 ? 0 : from[i];
    }
}

template <typename Scalar>
void
BasicRelu<Scalar>::Backward(BackwardPass& pass) const
{
    if (pass.inputGradient.data())
    {
        const Scalar* output = pass.output.data();
        const Scalar* from = pass.outputGradient.data();
        Scalar* to = pass.inputGradient.data();
        for (Eigen::Index i = 0; i < pass.output.size(); i++)
        {
            to[i] = output[i] > 0 ? from[i] : 0;
        }
    }
}

template <typename Scalar>
void
BasicRelu<Scalar>::Tangent(TangentPass& pass) const
{
    const Scalar* output = pass.output.data();
    const Scalar* from = pass.inputTangent.data();
    Scalar* to = pass.outputTangent.data();
    for (Eigen::Index i = 0; i < pass.output.size(); i++)
    {
        to[i] = from && output[i] > 0 ? from[i] : 0;
    }
}

template <typename Scalar>
BasicTanh<Scalar>::BasicTanh(const std::string& name, uint32_t size)
    : BasicLayer<Scalar>(name, size, size)
{
}

template <typename Scalar>
bool
BasicTanh<Scalar>::UsesOutput() const
{
    return true;
}

template <typename Scalar>
void
BasicTanh<Scalar>::Forward(ForwardPass& pass) const
{
    pass.output = pass.input.array().tanh();
}

template <typename Scalar>
void
BasicTanh<Scalar>::Backward(BackwardPass& pass) const
{
    if (pass.inputGradient.data())
    {
        pass.inputGradient.array() =
            pass.outputGradient.array() * (Scalar(1) - pass.output.array().square());
    }
}

template <typename Scalar>
void
BasicTanh<Scalar>::Tangent(TangentPass& pass) const
{
    if (pass.inputTangent.data())
    {
        pass.outputTangent.array() =
            pass.inputTangent.array() * (Scalar(1) - pass.output.array().square());
    }
    else
    {
        pass.outputTangent.setZero();
    }
}

template class BasicLayer<float>;
template class BasicLayer<double>;
template class BasicRelu<float>;
template class BasicRelu<double>;
template class BasicTanh<float>;
template class BasicTanh<double>;

} // namespace fl
} // namespace ns3
