/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-data-fit.h"

#include "ns3/fl-error.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

/// Complain if text is not what a model takes.
void
CheckTokens(const TokenShape& model, const TokenShape& data)
{
    if (data.vocabulary > model.vocabulary || data.positions > model.positions ||
        data.types > model.types)
    {
        throw InvalidInput(Describe("text of ",
                                    data.vocabulary,
                                    " token ids, up to ",
                                    data.positions,
                                    " tokens a sample and ",
                                    data.types,
                                    " token types: must be at most ",
                                    model.vocabulary,
                                    ", ",
                                    model.positions,
                                    " and ",
                                    model.types,
                                    ", the model's"));
    }
}

} // namespace

void
CheckFit(const Model& model, const Dataset& dataset)
{
    if (model.Tokens().IsText() != dataset.Tokens().IsText())
    {
        throw InvalidInput(dataset.Tokens().IsText()
                               ? "data are text: the model must take tokens, as a transformer does"
                               : "data are not text: the model must not take tokens");
    }
    if (dataset.Tokens().IsText())
    {
        CheckTokens(model.Tokens(), dataset.Tokens());
    }
    else if (dataset.Dimension() != model.InputSize())
    {
        throw InvalidInput(Describe("data of ",
                                    dataset.Dimension(),
                                    " features: must be ",
                                    model.InputSize(),
                                    ", the model's"));
    }
}

void
CheckClassifierFit(const Model& model, const Dataset& dataset)
{
    if (!dataset.Tokens().IsText() && !model.Tokens().IsText() &&
        (dataset.Dimension() != model.InputSize() || dataset.Classes() > model.OutputSize()))
    {
        throw InvalidInput(Describe("data of ",
                                    dataset.Dimension(),
                                    " features and ",
                                    dataset.Classes(),
                                    " classes: must be ",
                                    model.InputSize(),
                                    " and at most ",
                                    model.OutputSize(),
                                    ", the model's"));
    }
    CheckFit(model, dataset);
    if (dataset.Classes() > model.OutputSize())
    {
        throw InvalidInput(Describe("data of ",
                                    dataset.Classes(),
                                    " classes: must be at most ",
                                    model.OutputSize(),
                                    ", the model's"));
    }
}

void
CheckSamples(const char* what, const Dataset& dataset, const std::vector<uint32_t>& samples)
{
    if (samples.empty())
    {
        throw InvalidInput(Describe(what, ": 0 samples: must be at least 1"));
    }
    for (const uint32_t sample : samples)
    {
        if (sample >= dataset.Size())
        {
            throw InvalidInput(Describe(what,
                                        ": sample ",
                                        sample,
                                        ": must be below ",
                                        dataset.Size(),
                                        ", the data set's size"));
        }
    }
}

size_t
SampleBlock::Gather(const Dataset& dataset,
                    const std::vector<uint32_t>& samples,
                    size_t first,
                    size_t maxSamples,
                    size_t maxColumns)
{
    m_isText = dataset.Tokens().IsText();
    m_offsets.assign(1, 0);
    m_labels.clear();
    for (size_t i = first; i < std::min(samples.size(), first + maxSamples); i++)
    {
        const uint32_t end = m_offsets.back() + dataset.ColumnCount(samples[i]);
        if (i > first && end > maxColumns)
        {
            break;
        }
        m_offsets.push_back(end);
        m_labels.push_back(dataset.Labels()[samples[i]]);
    }
    if (m_columns.rows() != dataset.Dimension() || m_columns.cols() < m_offsets.back())
    {
        m_columns.resize(dataset.Dimension(), m_offsets.back());
    }
    for (size_t i = 0; i < m_labels.size(); i++)
    {
        const uint32_t sample = samples[first + i];
        if (m_isText)
        {
            m_columns.middleCols(m_offsets[i], dataset.ColumnCount(sample)) =
                dataset.Features().middleCols(dataset.FirstColumn(sample),
                                              dataset.ColumnCount(sample));
        }
        else
        {
            m_columns.col(static_cast<Eigen::Index>(i)) = dataset.Features().col(sample);
        }
    }
    return m_labels.size();
}

ConstMatrixView
SampleBlock::Input() const
{
    return ConstMatrixView(m_columns.data(), m_columns.rows(), m_offsets.back());
}

BatchShape
SampleBlock::Shape() const
{
    const auto samples = static_cast<uint32_t>(m_labels.size());
    return m_isText ? BatchShape{m_offsets.back(), samples, m_offsets.data(), nullptr}
                    : BatchShape::OfSamples(samples);
}

const std::vector<uint8_t>&
SampleBlock::Labels() const
{
    return m_labels;
}

} // namespace fl
} // namespace ns3
