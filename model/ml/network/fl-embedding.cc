/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-embedding.h"

#include "ns3/fl-error.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

constexpr double EMBEDDING_DEVIATION = 0.02; //!< of initial vectors, as BERT's and ViT's

/// Draw normal numbers, unless nobody asks for them.
template <typename Scalar>
void
DrawNormal(Scalar* values, size_t count, double deviation, RandomStream& random)
{
    for (size_t i = 0; values && i < count; i++)
    {
        values[i] = static_cast<Scalar>(deviation * random.Normal());
    }
}

/// Add a vector to another one.
template <typename Scalar>
void
AddVector(const Scalar* from, size_t count, Scalar* to)
{
    for (size_t i = 0; i < count; i++)
    {
        to[i] += from[i];
    }
}

/// Columns of a patch embedding's input, or a complaint about what it is to be made of.
uint32_t
CheckedImageSize(const std::string& name, const ImageShape& image, uint32_t patch)
{
    if (patch == 0 || image.rows % patch != 0 || image.columns % patch != 0)
    {
        throw InvalidInput(Describe("layer ",
                                    name,
                                    ": patches of ",
                                    patch,
                                    " x ",
                                    patch,
                                    " pixels: must divide the image's ",
                                    image.rows,
                                    " x ",
                                    image.columns));
    }
    return image.Size();
}

} // namespace

template <typename Scalar>
BasicTokenEmbedding<Scalar>::BasicTokenEmbedding(const std::string& name,
                                                 const TokenShape& tokens,
                                                 uint32_t width)
    : BasicLayer<Scalar>(name, TOKEN_ROWS, width),
      m_tokens(tokens)
{
    if (tokens.vocabulary == 0 || tokens.positions == 0 || tokens.types == 0)
    {
        throw InvalidInput(Describe("layer ",
                                    name,
                                    ": vocabulary ",
                                    tokens.vocabulary,
                                    ", positions ",
                                    tokens.positions,
                                    ", types ",
                                    tokens.types,
                                    ": must be at least 1 each"));
    }
}

template <typename Scalar>
TokenShape
BasicTokenEmbedding<Scalar>::Tokens() const
{
    return m_tokens;
}

template <typename Scalar>
std::vector<ParameterShape>
BasicTokenEmbedding<Scalar>::Parameters() const
{
    const uint32_t width = this->OutputSize();
    return {{"word", width, m_tokens.vocabulary},
            {"position", width, m_tokens.positions},
            {"type", width, m_tokens.types}};
}

template <typename Scalar>
void
BasicTokenEmbedding<Scalar>::Initialize(Scalar* const* parameters, RandomStream& random) const
{
    const auto shapes = Parameters();
    for (size_t i = 0; i < shapes.size(); i++)
    {
        DrawNormal(parameters[i], shapes[i].Size(), EMBEDDING_DEVIATION, random);
    }
}

template <typename Scalar>
void
BasicTokenEmbedding<Scalar>::Forward(ForwardPass& pass) const
{
    const size_t width = this->OutputSize();
    for (uint32_t sequence = 0; sequence < pass.shape.sequences; sequence++)
    {
        const uint32_t begin = pass.shape.Begin(sequence);
        for (uint32_t place = 0; place < pass.shape.Length(sequence); place++)
        {
            const Scalar* token = pass.input.col(begin + place).data();
            const Scalar* word = pass.parameters[0] + static_cast<size_t>(token[0]) * width;
            const Scalar* position = pass.parameters[1] + place * width;
            const Scalar* type = pass.parameters[2] + static_cast<size_t>(token[1]) * width;
            Scalar* to = pass.output.col(begin + place).data();
            for (size_t i = 0; i < width; i++)
            {
                to[i] = word[i] + position[i] + type[i];
            }
        }
    }
}

template <typename Scalar>
void
BasicTokenEmbedding<Scalar>::Backward(BackwardPass& pass) const
{
    const size_t width = this->OutputSize();
    for (uint32_t sequence = 0; sequence < pass.shape.sequences; sequence++)
    {
        const uint32_t begin = pass.shape.Begin(sequence);
        for (uint32_t place = 0; place < pass.shape.Length(sequence); place++)
        {
            const Scalar* token = pass.input.col(begin + place).data();
            const Scalar* above = pass.outputGradient.col(begin + place).data();
            const size_t entries[] = {static_cast<size_t>(token[0]),
                                      place,
                                      static_cast<size_t>(token[1])};
            for (size_t i = 0; i < 3; i++)
            {
                if (pass.gradient[i])
                {
                    AddVector(above, width, pass.gradient[i] + entries[i] * width);
                }
            }
        }
    }
    if (pass.inputGradient.data())
    {
        pass.inputGradient.setZero();
    }
}

template <typename Scalar>
void
BasicTokenEmbedding<Scalar>::Tangent(TangentPass& pass) const
{
    // Ids are whole numbers: there is no direction for them to move along.
    const size_t width = this->OutputSize();
    pass.outputTangent.setZero();
    for (uint32_t sequence = 0; sequence < pass.shape.sequences; sequence++)
    {
        const uint32_t begin = pass.shape.Begin(sequence);
        for (uint32_t place = 0; place < pass.shape.Length(sequence); place++)
        {
            const Scalar* token = pass.input.col(begin + place).data();
            const size_t entries[] = {static_cast<size_t>(token[0]),
                                      place,
                                      static_cast<size_t>(token[1])};
            for (size_t i = 0; i < 3; i++)
            {
                if (pass.parameterTangents[i])
                {
                    AddVector(pass.parameterTangents[i] + entries[i] * width,
                              width,
                              pass.outputTangent.col(begin + place).data());
                }
            }
        }
    }
}

template <typename Scalar>
BasicPatchEmbedding<Scalar>::BasicPatchEmbedding(const std::string& name,
                                                 ImageShape image,
                                                 uint32_t patch,
                                                 uint32_t width)
    : BasicLayer<Scalar>(name, CheckedImageSize(name, image, patch), width),
      m_image(image),
      m_patch(patch)
{
}

template <typename Scalar>
uint32_t
BasicPatchEmbedding<Scalar>::SequenceLength() const
{
    return 1 + (m_image.rows / m_patch) * (m_image.columns / m_patch);
}

template <typename Scalar>
uint32_t
BasicPatchEmbedding<Scalar>::PatchSize() const
{
    return m_image.channels * m_patch * m_patch;
}

template <typename Scalar>
std::vector<ParameterShape>
BasicPatchEmbedding<Scalar>::Parameters() const
{
    const uint32_t width = this->OutputSize();
    return {{"patch.weight", PatchSize(), width},
            {"patch.bias", width, 1, 1},
            {"cls", width, 1, 1},
            {"position", width, SequenceLength()}};
}

template <typename Scalar>
BatchShape
BasicPatchEmbedding<Scalar>::OutputShape(const BatchShape& input) const
{
    return {input.columns * SequenceLength(), input.columns, nullptr, nullptr};
}

template <typename Scalar>
size_t
BasicPatchEmbedding<Scalar>::ScratchSize(const BatchShape& /* input */) const
{
    return PaddedSize(size_t{PatchSize()} * (SequenceLength() - 1));
}

template <typename Scalar>
void
BasicPatchEmbedding<Scalar>::Initialize(Scalar* const* parameters, RandomStream& random) const
{
    const auto shapes = Parameters();
    for (const size_t i : {0, 2, 3})
    {
        DrawNormal(parameters[i], shapes[i].Size(), EMBEDDING_DEVIATION, random);
    }
}

template <typename Scalar>
template <typename Image, typename Patches, typename Copy>
void
BasicPatchEmbedding<Scalar>::ForRuns(Image* image, Patches* patches, const Copy& copy) const
{
    const uint32_t across = m_image.columns / m_patch;
    for (uint32_t channel = 0; channel < m_image.channels; channel++)
    {
        for (uint32_t y = 0; y < m_image.rows; y++)
        {
            Image* row = image + (size_t{channel} * m_image.rows + y) * m_image.columns;
            const size_t inPatch = (size_t{channel} * m_patch + y % m_patch) * m_patch;
            for (uint32_t x = 0; x < across; x++)
            {
                const size_t number = size_t{y / m_patch} * across + x;
                copy(row + x * m_patch, patches + number * PatchSize() + inPatch, m_patch);
            }
        }
    }
}

template <typename Scalar>
void
BasicPatchEmbedding<Scalar>::Forward(ForwardPass& pass) const
{
    const Eigen::Index width = this->OutputSize();
    const Eigen::Index tokens = SequenceLength();
    const Factor<Scalar> weight{pass.parameters[0], width, PatchSize(), PatchSize(), true};
    const ConstView bias(pass.parameters[1], width, 1);
    const ConstView first(pass.parameters[2], width, 1);
    const ConstView position(pass.parameters[3], width, tokens);
    const Factor<Scalar> patches{pass.scratch, PatchSize(), tokens - 1, PatchSize()};
    for (Eigen::Index sample = 0; sample < pass.input.cols(); sample++)
    {
        ForRuns(pass.input.col(sample).data(),
                pass.scratch,
                [](const Scalar* from, Scalar* to, uint32_t count) {
                    std::copy(from, from + count, to);
                });
        View output(pass.output.col(sample * tokens).data(), width, tokens);
        output.col(0) = first + position.col(0);
        output.rightCols(tokens - 1) = position.rightCols(tokens - 1).colwise() + bias.col(0);
        Multiply(ProductMode::ADD, Scalar(1), weight, patches, output.col(1).data(), width);
    }
}

template <typename Scalar>
void
BasicPatchEmbedding<Scalar>::Backward(BackwardPass& pass) const
{
    const Eigen::Index width = this->OutputSize();
    const Eigen::Index tokens = SequenceLength();
    const Factor<Scalar> weight{pass.parameters[0], width, PatchSize(), PatchSize(), true};
    const Factor<Scalar> patches{pass.scratch, PatchSize(), tokens - 1, PatchSize()};
    for (Eigen::Index sample = 0; sample < pass.input.cols(); sample++)
    {
        const ConstView above(pass.outputGradient.col(sample * tokens).data(), width, tokens);
        const auto others = Factor<Scalar>::Of(above.rightCols(tokens - 1));
        if (pass.gradient[0])
        {
            ForRuns(pass.input.col(sample).data(),
                    pass.scratch,
                    [](const Scalar* from, Scalar* to, uint32_t count) {
                        std::copy(from, from + count, to);
                    });
            Multiply(ProductMode::ADD,
                     Scalar(1),
                     patches,
                     others.Transpose(),
                     pass.gradient[0],
                     PatchSize());
        }
        for (Eigen::Index token = 1; pass.gradient[1] && token < tokens; token++)
        {
            AddVector(above.col(token).data(), width, pass.gradient[1]);
        }
        if (pass.gradient[2])
        {
            AddVector(above.data(), width, pass.gradient[2]);
        }
        if (pass.gradient[3])
        {
            AddVector(above.data(), width * tokens, pass.gradient[3]);
        }
        if (pass.inputGradient.data())
        {
            Multiply(ProductMode::SET,
                     Scalar(1),
                     weight.Transpose(),
                     others,
                     pass.scratch,
                     PatchSize());
            ForRuns(pass.inputGradient.col(sample).data(),
                    static_cast<const Scalar*>(pass.scratch),
                    [](Scalar* to, const Scalar* from, uint32_t count) {
                        std::copy(from, from + count, to);
                    });
        }
    }
}

template <typename Scalar>
void
BasicPatchEmbedding<Scalar>::Tangent(TangentPass& pass) const
{
    const Eigen::Index width = this->OutputSize();
    const Eigen::Index tokens = SequenceLength();
    const Factor<Scalar> patches{pass.scratch, PatchSize(), tokens - 1, PatchSize()};
    // Add the product of a weight matrix and an image's patches.
    auto add = [&](const Scalar* weight, const Scalar* image, Scalar* to) {
        if (weight && image)
        {
            ForRuns(image, pass.scratch, [](const Scalar* from, Scalar* run, uint32_t count) {
                std::copy(from, from + count, run);
            });
            const Factor<Scalar> factor{weight, width, PatchSize(), PatchSize(), true};
            Multiply(ProductMode::ADD, Scalar(1), factor, patches, to, width);
        }
    };
    const Scalar* const* tangents = pass.parameterTangents;
    pass.outputTangent.setZero();
    for (Eigen::Index sample = 0; sample < pass.input.cols(); sample++)
    {
        Scalar* first = pass.outputTangent.col(sample * tokens).data();
        const Eigen::Index size = sample * pass.input.rows();
        const Scalar* moves = pass.inputTangent.data();
        add(tangents[0], pass.input.data() + size, first + width);
        add(pass.parameters[0], moves ? moves + size : nullptr, first + width);
        for (Eigen::Index token = 1; tangents[1] && token < tokens; token++)
        {
            AddVector(tangents[1], width, first + token * width);
        }
        if (tangents[2])
        {
            AddVector(tangents[2], width, first);
        }
        if (tangents[3])
        {
            AddVector(tangents[3], width * tokens, first);
        }
    }
}

template class BasicTokenEmbedding<float>;
template class BasicTokenEmbedding<double>;
template class BasicPatchEmbedding<float>;
template class BasicPatchEmbedding<double>;

} // namespace fl
} // namespace ns3
