/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dataset.h"

#include "ns3/fl-error.h"
#include "ns3/fl-finite.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Complain about tokens that are no sequences of a vocabulary.
void
CheckTokens(const TokenTable& table, size_t samples, uint32_t vocabulary, const std::string& name)
{
    constexpr uint32_t MAX_VOCABULARY = 1U << 24; // what float32 has exactly
    if (vocabulary < 1 || vocabulary > MAX_VOCABULARY)
    {
        throw InvalidInput(Describe(name,
                                    ": vocabulary of ",
                                    vocabulary,
                                    " tokens: must be between 1 and ",
                                    MAX_VOCABULARY));
    }
    if (table.offsets.size() != samples + 1 || table.offsets.front() != 0 ||
        table.offsets.back() != table.ids.size() ||
        (!table.types.empty() && table.types.size() != table.ids.size()))
    {
        throw InvalidInput(Describe(name,
                                    ": ",
                                    table.ids.size(),
                                    " tokens and ",
                                    table.types.size(),
                                    " types of ",
                                    samples,
                                    " samples: lengths must add up"));
    }
    for (size_t sample = 0; sample < samples; sample++)
    {
        if (table.offsets[sample] >= table.offsets[sample + 1])
        {
            throw InvalidInput(
                Describe(name, ": 0 tokens in sample ", sample, ": must be at least 1"));
        }
        for (uint32_t i = table.offsets[sample]; i < table.offsets[sample + 1]; i++)
        {
            if (table.ids[i] >= vocabulary)
            {
                throw InvalidInput(Describe(name,
                                            ": token id ",
                                            table.ids[i],
                                            " in sample ",
                                            sample,
                                            ": must be below ",
                                            vocabulary,
                                            ", the vocabulary's size"));
            }
        }
    }
}

} // namespace

Dataset::Dataset(Eigen::MatrixXf features,
                 std::vector<uint8_t> labels,
                 uint32_t classes,
                 ImageShape shape,
                 const std::string& name)
    : m_features(std::move(features)),
      m_labels(std::move(labels)),
      m_classes(classes),
      m_shape(shape)
{
    CheckLabels(name);
    if (static_cast<size_t>(m_features.cols()) != m_labels.size())
    {
        throw InvalidInput(Describe(name,
                                    ": ",
                                    m_features.cols(),
                                    " samples but ",
                                    m_labels.size(),
                                    " labels: must be as many"));
    }
    if (m_features.rows() != static_cast<Eigen::Index>(shape.Size()))
    {
        throw InvalidInput(Describe(name,
                                    ": ",
                                    m_features.rows(),
                                    " features per sample: must be ",
                                    shape.Size(),
                                    ", the size of an image"));
    }
    if (!AllFinite(m_features))
    {
        throw InvalidInput(Describe(name, ": a feature is not finite: all must be"));
    }
}

void
Dataset::CheckLabels(const std::string& name) const
{
    if (m_classes < 1 || m_classes > 256)
    {
        throw InvalidInput(Describe(name, ": ", m_classes, " classes: must be between 1 and 256"));
    }
    for (size_t i = 0; i < m_labels.size(); i++)
    {
        if (m_labels[i] >= m_classes)
        {
            throw InvalidInput(Describe(name,
                                        ": label ",
                                        unsigned{m_labels[i]},
                                        " of sample ",
                                        i,
                                        ": must be between 0 and ",
                                        m_classes - 1));
        }
    }
}

Dataset
Dataset::FromTokens(const TokenTable& table,
                    std::vector<uint8_t> labels,
                    uint32_t classes,
                    uint32_t vocabulary,
                    const std::string& name)
{
    CheckTokens(table, labels.size(), vocabulary, name);
    Dataset data;
    data.m_labels = std::move(labels);
    data.m_classes = classes;
    data.CheckLabels(name);
    data.m_tokens = {vocabulary, 0, 1};
    data.m_offsets = table.offsets;
    data.m_shape = {1, TOKEN_ROWS, 1};
    data.m_features.resize(TOKEN_ROWS, static_cast<Eigen::Index>(table.ids.size()));
    for (size_t i = 0; i < table.ids.size(); i++)
    {
        const uint32_t type = table.types.empty() ? 0 : table.types[i];
        const auto column = static_cast<Eigen::Index>(i);
        data.m_features(0, column) = static_cast<float>(table.ids[i]);
        data.m_features(1, column) = static_cast<float>(type);
        data.m_tokens.types = std::max(data.m_tokens.types, type + 1);
    }
    for (uint32_t sample = 0; sample < data.Size(); sample++)
    {
        data.m_tokens.positions = std::max(data.m_tokens.positions, data.ColumnCount(sample));
    }
    return data;
}

Dataset
Dataset::FromPixels(const std::vector<uint8_t>& pixels,
                    std::vector<uint8_t> labels,
                    uint32_t classes,
                    ImageShape shape,
                    const std::string& name)
{
    const size_t size = shape.Size();
    if (pixels.size() != size * labels.size())
    {
        throw InvalidInput(Describe(name,
                                    ": ",
                                    pixels.size(),
                                    " pixels: must be ",
                                    labels.size(),
                                    " images of ",
                                    size,
                                    " pixels"));
    }
    Eigen::MatrixXf features(size, labels.size());
    for (size_t i = 0; i < pixels.size(); i++)
    {
        features.data()[i] = static_cast<float>(pixels[i]) / 255.0F;
    }
    return Dataset(std::move(features), std::move(labels), classes, shape, name);
}

const Eigen::MatrixXf&
Dataset::Features() const
{
    return m_features;
}

const std::vector<uint8_t>&
Dataset::Labels() const
{
    return m_labels;
}

const TokenShape&
Dataset::Tokens() const
{
    return m_tokens;
}

uint32_t
Dataset::FirstColumn(uint32_t sample) const
{
    return m_offsets.empty() ? sample : m_offsets[sample];
}

uint32_t
Dataset::ColumnCount(uint32_t sample) const
{
    return m_offsets.empty() ? 1 : m_offsets[sample + 1] - m_offsets[sample];
}

uint32_t
Dataset::Size() const
{
    return static_cast<uint32_t>(m_labels.size());
}

uint32_t
Dataset::Dimension() const
{
    return static_cast<uint32_t>(m_features.rows());
}

uint32_t
Dataset::Classes() const
{
    return m_classes;
}

const ImageShape&
Dataset::Shape() const
{
    return m_shape;
}

std::vector<uint8_t>
Dataset::Pixels(uint32_t sample) const
{
    std::vector<uint8_t> pixels(Dimension());
    for (uint32_t i = 0; i < Dimension(); i++)
    {
        const float scaled = std::round(m_features(i, sample) * 255.0F);
        pixels[i] = static_cast<uint8_t>(std::clamp(scaled, 0.0F, 255.0F));
    }
    return pixels;
}

Dataset
Dataset::Subset(const std::vector<uint32_t>& samples) const
{
    std::vector<uint8_t> labels(samples.size());
    std::vector<uint32_t> offsets{0};
    for (size_t i = 0; i < samples.size(); i++)
    {
        if (samples[i] >= Size())
        {
            throw InvalidInput(Describe("sample ",
                                        samples[i],
                                        ": must be below ",
                                        Size(),
                                        ", the data set's size"));
        }
        labels[i] = m_labels[samples[i]];
        offsets.push_back(offsets.back() + ColumnCount(samples[i]));
    }
    Dataset subset;
    subset.m_features.resize(Dimension(), offsets.back());
    for (size_t i = 0; i < samples.size(); i++)
    {
        subset.m_features.middleCols(offsets[i], ColumnCount(samples[i])) =
            m_features.middleCols(FirstColumn(samples[i]), ColumnCount(samples[i]));
    }
    subset.m_labels = std::move(labels);
    subset.m_classes = m_classes;
    subset.m_shape = m_shape;
    subset.m_tokens = m_tokens;
    if (m_tokens.IsText())
    {
        subset.m_offsets = std::move(offsets);
    }
    return subset;
}

} // namespace fl
} // namespace ns3
