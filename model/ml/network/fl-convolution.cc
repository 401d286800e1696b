/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-convolution.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ns3
{
namespace fl
{

namespace
{

/// A vector in memory that is owned elsewhere, read only.
using ConstVectorView = Eigen::Map<const Eigen::VectorXf>;

/// The output's shape of a convolution, or a complaint about what it is to be made of.
ImageShape
ConvolutionShape(const std::string& name, ImageShape input, uint32_t channels, uint32_t kernel)
{
    if (kernel < 1 || kernel > std::min(input.rows, input.columns))
    {
        throw InvalidInput(Describe("layer ",
                                    name,
                                    ": kernel ",
                                    kernel,
                                    ": must be between 1 and ",
                                    std::min(input.rows, input.columns),
                                    ", the image's smaller side"));
    }
    return {channels, input.rows - kernel + 1, input.columns - kernel + 1};
}

/// The larger of two numbers; NaN if one is, so that divergence is seen. Without branches.
float
LargerOrNan(float a, float b)
{
    const float larger = b > a ? b : a;
    return b != b ? b : larger;
}

/// Floats that one instruction moves where rows are copied or added. Rows of images are short: a
/// call of memmove() for each takes longer than the copy.
constexpr uint32_t CHUNK = 8;

/**
 * Copy a row.
 * @param from where it is
 * @param count how many floats
 * @param [out] to where it goes
 */
void
CopyRow(const float* from, uint32_t count, float* to)
{
    if (count < CHUNK)
    {
        for (uint32_t x = 0; x < count; x++)
        {
            to[x] = from[x];
        }
        return;
    }
    for (uint32_t x = 0; x + CHUNK <= count; x += CHUNK)
    {
        std::memcpy(to + x, from + x, CHUNK * sizeof(float));
    }
    // The rest, with some of what is there already.
    std::memcpy(to + count - CHUNK, from + count - CHUNK, CHUNK * sizeof(float));
}

/**
 * Add a row to another one.
 * @param from what is added
 * @param count how many floats
 * @param [in,out] to the sum; does not overlap with from
 */
void
AddRow(const float* from, uint32_t count, float* to)
{
    using Chunk = Eigen::Array<float, CHUNK, 1>;
    uint32_t x = 0;
    for (; x + CHUNK <= count; x += CHUNK)
    {
        Eigen::Map<Chunk>(to + x) += Eigen::Map<const Chunk>(from + x);
    }
    for (; x < count; x++)
    {
        to[x] += from[x];
    }
}

} // namespace

Conv2d::Conv2d(const std::string& name, ImageShape input, uint32_t outputChannels, uint32_t kernel)
    : Layer(name, input.Size(), ConvolutionShape(name, input, outputChannels, kernel).Size()),
      m_input(input),
      m_output(ConvolutionShape(name, input, outputChannels, kernel)),
      m_kernel(kernel)
{
}

const ImageShape&
Conv2d::OutputImage() const
{
    return m_output;
}

uint32_t
Conv2d::PatchSize() const
{
    return m_input.channels * m_kernel * m_kernel;
}

uint32_t
Conv2d::Positions() const
{
    return m_output.rows * m_output.columns;
}

std::vector<ParameterShape>
Conv2d::Parameters() const
{
    return {{"weight", m_output.channels, PatchSize()}, {"bias", m_output.channels, 1}};
}

size_t
Conv2d::ScratchSize(const BatchShape& /* input */) const
{
    return size_t{Positions()} * PatchSize();
}

void
Conv2d::Initialize(float* const* parameters, RandomStream& random) const
{
    const double deviation = std::sqrt(2.0 / PatchSize());
    for (size_t i = 0; parameters[0] && i < size_t{m_output.channels} * PatchSize(); i++)
    {
        parameters[0][i] = static_cast<float>(deviation * random.Normal());
    }
}

void
Conv2d::Unfold(const float* input, float* patches) const
{
    // An element of the patch at all positions is a column: rows of the image, shifted.
    float* to = patches;
    for (uint32_t channel = 0; channel < m_input.channels; channel++)
    {
        const float* plane = input + size_t{channel} * m_input.rows * m_input.columns;
        for (uint32_t i = 0; i < m_kernel; i++)
        {
            for (uint32_t j = 0; j < m_kernel; j++)
            {
                for (uint32_t y = 0; y < m_output.rows; y++)
                {
                    CopyRow(plane + size_t{y + i} * m_input.columns + j, m_output.columns, to);
                    to += m_output.columns;
                }
            }
        }
    }
}

void
Conv2d::Fold(const float* patches, float* input) const
{
    std::fill(input, input + InputSize(), 0.0F);
    const float* from = patches;
    for (uint32_t channel = 0; channel < m_input.channels; channel++)
    {
        float* plane = input + size_t{channel} * m_input.rows * m_input.columns;
        for (uint32_t i = 0; i < m_kernel; i++)
        {
            for (uint32_t j = 0; j < m_kernel; j++)
            {
                for (uint32_t y = 0; y < m_output.rows; y++)
                {
                    AddRow(from, m_output.columns, plane + size_t{y + i} * m_input.columns + j);
                    from += m_output.columns;
                }
            }
        }
    }
}

void
Conv2d::Forward(ForwardPass& pass) const
{
    const ConstMatrixView weight(pass.parameters[0], m_output.channels, PatchSize());
    const ConstVectorView bias(pass.parameters[1], m_output.channels);
    const ConstMatrixView patches(pass.scratch, Positions(), PatchSize());
    for (Eigen::Index sample = 0; sample < pass.input.cols(); sample++)
    {
        Unfold(pass.input.col(sample).data(), pass.scratch);
        MatrixView out(pass.output.col(sample).data(), Positions(), m_output.channels);
        out.rowwise() = bias.transpose();
        out.noalias() += patches * weight.transpose();
    }
}

void
Conv2d::Backward(BackwardPass& pass) const
{
    const ConstMatrixView weight(pass.parameters[0], m_output.channels, PatchSize());
    MatrixView weightGradient(pass.gradient[0], m_output.channels, PatchSize());
    Eigen::Map<Eigen::VectorXf> biasGradient(pass.gradient[1], m_output.channels);
    MatrixView patches(pass.scratch, Positions(), PatchSize());
    for (Eigen::Index sample = 0; sample < pass.input.cols(); sample++)
    {
        const ConstMatrixView out(pass.outputGradient.col(sample).data(),
                                  Positions(),
                                  m_output.channels);
        if (pass.gradient[0])
        {
            // Written out once more: keeping them from Forward() would take a batch's memory.
            Unfold(pass.input.col(sample).data(), pass.scratch);
            weightGradient.noalias() += out.transpose() * patches;
        }
        if (pass.gradient[1])
        {
            biasGradient += out.colwise().sum().transpose();
        }
        if (pass.inputGradient.data())
        {
            patches.noalias() = out * weight;
            Fold(pass.scratch, pass.inputGradient.col(sample).data());
        }
    }
}

void
Conv2d::Tangent(TangentPass& pass) const
{
    const ConstMatrixView patches(pass.scratch, Positions(), PatchSize());
    // Add the product of an image's patches and a weight matrix.
    auto add = [&](const float* image, const float* weight, MatrixView& out) {
        if (image && weight)
        {
            Unfold(image, pass.scratch);
            out.noalias() +=
                patches * ConstMatrixView(weight, m_output.channels, PatchSize()).transpose();
        }
    };
    const float* const* tangents = pass.parameterTangents;
    pass.outputTangent.setZero();
    for (Eigen::Index sample = 0; sample < pass.input.cols(); sample++)
    {
        MatrixView out(pass.outputTangent.col(sample).data(), Positions(), m_output.channels);
        if (tangents[1])
        {
            out.rowwise() = ConstVectorView(tangents[1], m_output.channels).transpose();
        }
        const float* moves = pass.inputTangent.data();
        add(pass.input.col(sample).data(), tangents[0], out);
        add(moves ? moves + sample * pass.input.rows() : nullptr, pass.parameters[0], out);
    }
}

MaxPool2d::MaxPool2d(const std::string& name, ImageShape input)
    : Layer(name, input.Size(), input.channels * (input.rows / 2) * (input.columns / 2)),
      m_input(input),
      m_output{input.channels, input.rows / 2, input.columns / 2}
{
}

const ImageShape&
MaxPool2d::OutputImage() const
{
    return m_output;
}

bool
MaxPool2d::UsesOutput() const
{
    return true;
}

size_t
MaxPool2d::ScratchSize(const BatchShape& /* input */) const
{
    return size_t{2} * OutputSize();
}

void
MaxPool2d::Forward(ForwardPass& pass) const
{
    const uint32_t columns = 2 * m_output.columns;
    const uint32_t outputs = OutputSize();
    for (Eigen::Index sample = 0; sample < pass.input.cols(); sample++)
    {
        // Of two rows first: then all that is left to do is of neighbours, in one long loop.
        const float* plane = pass.input.col(sample).data();
        float* larger = pass.scratch;
        for (uint32_t channel = 0; channel < m_input.channels; channel++)
        {
            for (uint32_t y = 0; y < m_output.rows; y++)
            {
                const float* upper = plane + size_t{2} * y * m_input.columns;
                const float* lower = upper + m_input.columns;
                for (uint32_t x = 0; x < columns; x++)
                {
                    larger[x] = LargerOrNan(upper[x], lower[x]);
                }
                larger += columns;
            }
            plane += size_t{m_input.rows} * m_input.columns;
        }
        float* to = pass.output.col(sample).data();
        for (uint32_t i = 0; i < outputs; i++)
        {
            to[i] = LargerOrNan(pass.scratch[2 * i], pass.scratch[2 * i + 1]);
        }
    }
}

void
MaxPool2d::Backward(BackwardPass& pass) const
{
    if (!pass.inputGradient.data())
    {
        return;
    }
    const bool isEven = m_input.rows % 2 == 0 && m_input.columns % 2 == 0;
    const size_t planeSize = size_t{m_input.rows} * m_input.columns;
    for (Eigen::Index sample = 0; sample < pass.input.cols(); sample++)
    {
        const float* plane = pass.input.col(sample).data();
        const float* output = pass.output.col(sample).data();
        const float* from = pass.outputGradient.col(sample).data();
        float* to = pass.inputGradient.col(sample).data();
        if (!isEven)
        {
            std::fill(to, to + InputSize(), 0.0F);
        }
        for (uint32_t channel = 0; channel < m_input.channels; channel++)
        {
            for (uint32_t y = 0; y < m_output.rows; y++)
            {
                const size_t row = size_t{2} * y * m_input.columns;
                RouteRow(plane + row, output, from, to + row);
                output += m_output.columns;
                from += m_output.columns;
            }
            plane += planeSize;
            to += planeSize;
        }
    }
}

void
MaxPool2d::Tangent(TangentPass& pass) const
{
    pass.outputTangent.setZero();
    for (Eigen::Index sample = 0; pass.inputTangent.data() && sample < pass.input.cols(); sample++)
    {
        const float* image = pass.input.col(sample).data();
        const float* moves = pass.inputTangent.col(sample).data();
        const float* output = pass.output.col(sample).data();
        float* to = pass.outputTangent.col(sample).data();
        for (uint32_t i = 0; i < OutputSize(); i++)
        {
            const uint32_t x = i % m_output.columns;
            const uint32_t y = i / m_output.columns % m_output.rows;
            const uint32_t channel = i / m_output.columns / m_output.rows;
            const size_t upper =
                (size_t{channel} * m_input.rows + size_t{2} * y) * m_input.columns + size_t{2} * x;
            // The first of the largest, as in Backward().
            const size_t places[] = {upper,
                                     upper + 1,
                                     upper + m_input.columns,
                                     upper + m_input.columns + 1};
            const size_t* place =
                std::find_if(places, places + 3, [&](size_t k) { return image[k] == output[i]; });
            to[i] = moves[*place];
        }
    }
}

void
MaxPool2d::RouteRow(const float* input, const float* output, const float* from, float* to) const
{
    const float* lower = input + m_input.columns;
    float* toLower = to + m_input.columns;
    for (uint32_t x = 0; x < m_output.columns; x++)
    {
        const float largest = output[x];
        // Without branches, so that compilers vectorise: what an earlier one takes is gone.
        float left = from[x];
        to[2 * x] = input[2 * x] == largest ? left : 0;
        left = input[2 * x] == largest ? 0 : left;
        to[2 * x + 1] = input[2 * x + 1] == largest ? left : 0;
        left = input[2 * x + 1] == largest ? 0 : left;
        toLower[2 * x] = lower[2 * x] == largest ? left : 0;
        toLower[2 * x + 1] = lower[2 * x] == largest ? 0 : left;
    }
}

} // namespace fl
} // namespace ns3
