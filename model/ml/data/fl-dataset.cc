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
    if (classes < 1 || classes > 256)
    {
        throw InvalidInput(Describe(name, ": ", classes, " classes: must be between 1 and 256"));
    }
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
    for (size_t i = 0; i < m_labels.size(); i++)
    {
        if (m_labels[i] >= classes)
        {
            throw InvalidInput(Describe(name,
                                        ": label ",
                                        unsigned{m_labels[i]},
                                        " of sample ",
                                        i,
                                        ": must be between 0 and ",
                                        classes - 1));
        }
    }
    if (!AllFinite(m_features))
    {
        throw InvalidInput(Describe(name, ": a feature is not finite: all must be"));
    }
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
    Eigen::MatrixXf features(Dimension(), samples.size());
    std::vector<uint8_t> labels(samples.size());
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
        features.col(i) = m_features.col(samples[i]);
        labels[i] = m_labels[samples[i]];
    }
    return Dataset(std::move(features), std::move(labels), m_classes, m_shape);
}

} // namespace fl
} // namespace ns3
