/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-layer.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

template <typename Scalar>
BasicDense<Scalar>::BasicDense(const std::string& name,
                               uint32_t inputSize,
                               uint32_t outputSize,
                               Start start,
                               WeightOrder order,
                               LoraOptions lora)
    : BasicLayer<Scalar>(name, inputSize, outputSize),
      m_start(start),
      m_order(order),
      m_lora(lora)
{
    const uint32_t smaller = std::min(inputSize, outputSize);
    if (lora.rank > smaller)
    {
        throw InvalidInput(Describe("layer ",
                                    name,
                                    ": adapter of rank ",
                                    lora.rank,
                                    ": must be between 1 and ",
                                    smaller,
                                    ", the layer's smaller side"));
    }
    if (lora.rank > 0 && !(lora.alpha > 0 && std::isfinite(lora.alpha)))
    {
        throw InvalidInput(Describe("layer ",
                                    name,
                                    ": adapter's alpha ",
                                    lora.alpha,
                                    ": must be positive and finite"));
    }
}

template <typename Scalar>
Factor<Scalar>
BasicDense<Scalar>::Of(const Scalar* data, Eigen::Index rows, Eigen::Index columns) const
{
    return m_order == WeightOrder::INPUTS_FIRST ? Factor<Scalar>{data, rows, columns, columns, true}
                                                : Factor<Scalar>{data, rows, columns, rows, false};
}

template <typename Scalar>
void
BasicDense<Scalar>::AddOuter(Scalar* matrix,
                             Scalar alpha,
                             const Factor<Scalar>& left,
                             const Factor<Scalar>& right) const
{
    if (m_order == WeightOrder::INPUTS_FIRST)
    {
        Multiply(ProductMode::ADD, alpha, right, left.Transpose(), matrix, right.rows);
    }
    else
    {
        Multiply(ProductMode::ADD, alpha, left, right.Transpose(), matrix, left.rows);
    }
}

template <typename Scalar>
ParameterShape
BasicDense<Scalar>::ShapeOf(const char* name, uint32_t rows, uint32_t columns) const
{
    return m_order == WeightOrder::INPUTS_FIRST ? ParameterShape{name, columns, rows, 2}
                                                : ParameterShape{name, rows, columns, 2};
}

template <typename Scalar>
Scalar
BasicDense<Scalar>::LoraScale() const
{
    return static_cast<Scalar>(m_lora.alpha / m_lora.rank);
}

template <typename Scalar>
std::vector<ParameterShape>
BasicDense<Scalar>::Parameters() const
{
    std::vector<ParameterShape> shapes{ShapeOf("weight", this->OutputSize(), this->InputSize()),
                                       {"bias", this->OutputSize(), 1, 1}};
    if (m_lora.rank > 0)
    {
        shapes.push_back(ShapeOf("lora_A", m_lora.rank, this->InputSize()));
        shapes.push_back(ShapeOf("lora_B", this->OutputSize(), m_lora.rank));
    }
    return shapes;
}

template <typename Scalar>
size_t
BasicDense<Scalar>::CacheSize(const BatchShape& input) const
{
    return PaddedSize(size_t{m_lora.rank} * input.columns);
}

template <typename Scalar>
size_t
BasicDense<Scalar>::ScratchSize(const BatchShape& input) const
{
    return PaddedSize(size_t{m_lora.rank} * input.columns);
}

template <typename Scalar>
void
BasicDense<Scalar>::Initialize(Scalar* const* parameters, RandomStream& random) const
{
    const double inputs = this->InputSize();
    const double heDeviation = std::sqrt(2 / inputs);
    const double glorotLimit = std::sqrt(6 / (inputs + this->OutputSize()));
    const size_t weights = size_t{this->InputSize()} * this->OutputSize();
    for (size_t i = 0; parameters[0] && m_start != Start::ZERO && i < weights; i++)
    {
        parameters[0][i] =
            static_cast<Scalar>(m_start == Start::HE ? heDeviation * random.Normal()
                                                     : random.Uniform(-glorotLimit, glorotLimit));
    }
    if (m_lora.rank > 0 && parameters[2])
    {
        const double deviation = std::sqrt(1 / inputs);
        for (size_t i = 0; i < size_t{m_lora.rank} * this->InputSize(); i++)
        {
            parameters[2][i] = static_cast<Scalar>(deviation * random.Normal());
        }
    }
}

template <typename Scalar>
void
BasicDense<Scalar>::Forward(ForwardPass& pass) const
{
    const Eigen::Index inputs = this->InputSize();
    const Eigen::Index outputs = this->OutputSize();
    const ConstView bias(pass.parameters[1], outputs, 1);
    const auto input = Factor<Scalar>::Of(pass.input);
    // Adding onto the biases spares the pass over the output that would clear it.
    pass.output.colwise() = bias.col(0);
    Multiply(ProductMode::ADD,
             Scalar(1),
             Of(pass.parameters[0], outputs, inputs),
             input,
             pass.output.data(),
             outputs);
    if (m_lora.rank > 0)
    {
        const Factor<Scalar> low{pass.cache, m_lora.rank, pass.input.cols(), m_lora.rank};
        Multiply(ProductMode::SET,
                 Scalar(1),
                 Of(pass.parameters[2], m_lora.rank, inputs),
                 input,
                 pass.cache,
                 m_lora.rank);
        Multiply(ProductMode::ADD,
                 LoraScale(),
                 Of(pass.parameters[3], outputs, m_lora.rank),
                 low,
                 pass.output.data(),
                 outputs);
    }
}

template <typename Scalar>
void
BasicDense<Scalar>::Backward(BackwardPass& pass) const
{
    const auto above = Factor<Scalar>::Of(pass.outputGradient);
    if (pass.gradient[0])
    {
        AddOuter(pass.gradient[0], Scalar(1), above, Factor<Scalar>::Of(pass.input));
    }
    if (pass.gradient[1])
    {
        // Column by column, as it lies in memory; rowwise().sum() would stride.
        View biasGradient(pass.gradient[1], this->OutputSize(), 1);
        for (Eigen::Index sample = 0; sample < pass.outputGradient.cols(); sample++)
        {
            biasGradient += pass.outputGradient.col(sample);
        }
    }
    if (pass.inputGradient.data())
    {
        Multiply(ProductMode::SET,
                 Scalar(1),
                 Of(pass.parameters[0], this->OutputSize(), this->InputSize()).Transpose(),
                 above,
                 pass.inputGradient.data(),
                 this->InputSize());
    }
    if (m_lora.rank > 0)
    {
        BackwardLora(pass);
    }
}

template <typename Scalar>
void
BasicDense<Scalar>::BackwardLora(BackwardPass& pass) const
{
    const Eigen::Index rank = m_lora.rank;
    const Eigen::Index columns = pass.input.cols();
    const Factor<Scalar> low{pass.cache, rank, columns, rank};
    const Factor<Scalar> lowGradient{pass.scratch, rank, columns, rank};
    const auto above = Factor<Scalar>::Of(pass.outputGradient);
    Multiply(ProductMode::SET,
             LoraScale(),
             Of(pass.parameters[3], this->OutputSize(), rank).Transpose(),
             above,
             pass.scratch,
             rank);
    if (pass.gradient[2])
    {
        AddOuter(pass.gradient[2], Scalar(1), lowGradient, Factor<Scalar>::Of(pass.input));
    }
    if (pass.gradient[3])
    {
        AddOuter(pass.gradient[3], LoraScale(), above, low);
    }
    if (pass.inputGradient.data())
    {
        Multiply(ProductMode::ADD,
                 Scalar(1),
                 Of(pass.parameters[2], rank, this->InputSize()).Transpose(),
                 lowGradient,
                 pass.inputGradient.data(),
                 this->InputSize());
    }
}

template <typename Scalar>
void
BasicDense<Scalar>::Tangent(TangentPass& pass) const
{
    const Eigen::Index inputs = this->InputSize();
    const Eigen::Index outputs = this->OutputSize();
    const Eigen::Index rank = m_lora.rank;
    const Scalar* const* tangents = pass.parameterTangents;
    pass.outputTangent.setZero();
    if (tangents[1])
    {
        pass.outputTangent.colwise() = ConstView(tangents[1], outputs, 1).col(0);
    }
    // Of a product's two factors: add the product with one of them for its tangent.
    auto add = [](Scalar alpha, const Factor<Scalar>& a, const Factor<Scalar>& b, Scalar* c) {
        if (a.data && b.data)
        {
            Multiply(ProductMode::ADD, alpha, a, b, c, a.rows);
        }
    };
    const auto input = Factor<Scalar>::Of(pass.input);
    const auto inputTangent = Factor<Scalar>::Of(pass.inputTangent);
    Scalar* output = pass.outputTangent.data();
    add(Scalar(1), Of(tangents[0], outputs, inputs), input, output);
    add(Scalar(1), Of(pass.parameters[0], outputs, inputs), inputTangent, output);
    if (rank > 0)
    {
        const Factor<Scalar> low{pass.cache, rank, pass.input.cols(), rank};
        const Factor<Scalar> lowTangent{pass.scratch, rank, pass.input.cols(), rank};
        View(pass.scratch, rank, pass.input.cols()).setZero();
        add(Scalar(1), Of(tangents[2], rank, inputs), input, pass.scratch);
        add(Scalar(1), Of(pass.parameters[2], rank, inputs), inputTangent, pass.scratch);
        add(LoraScale(), Of(tangents[3], outputs, rank), low, output);
        add(LoraScale(), Of(pass.parameters[3], outputs, rank), lowTangent, output);
    }
}

template <typename Scalar>
void
BasicDense<Scalar>::Merge(Scalar* weight, const Scalar* loraA, const Scalar* loraB) const
{
    const Eigen::Index rank = m_lora.rank;
    if (m_order == WeightOrder::INPUTS_FIRST)
    {
        // W^T += alpha / r A^T B^T, of which both lie in memory.
        const Factor<Scalar> a{loraA, this->InputSize(), rank, this->InputSize()};
        const Factor<Scalar> b{loraB, rank, this->OutputSize(), rank};
        Multiply(ProductMode::ADD, LoraScale(), a, b, weight, this->InputSize());
    }
    else
    {
        Multiply(ProductMode::ADD,
                 LoraScale(),
                 Of(loraB, this->OutputSize(), rank),
                 Of(loraA, rank, this->InputSize()),
                 weight,
                 this->OutputSize());
    }
}

template class BasicDense<float>;
template class BasicDense<double>;

} // namespace fl
} // namespace ns3
