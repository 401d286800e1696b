/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-model.h"

#include "ns3/fl-error.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

constexpr uint32_t MAX_BLOCK_SAMPLES = 256;           //!< as BlockSamples() documents it
constexpr uint32_t MIN_BLOCK_SAMPLES = 16;            //!< as BlockSamples() documents it
constexpr size_t BLOCK_ACTIVATIONS = size_t{4} << 20; //!< floats: 16 MiB

/// Whether a text matches a pattern in which * stands for any text.
bool
Matches(const char* pattern, const char* text)
{
    if (*pattern == '*')
    {
        return Matches(pattern + 1, text) || (*text && Matches(pattern, text + 1));
    }
    return *pattern == *text && (*pattern == '\0' || Matches(pattern + 1, text + 1));
}

/// For messages: names in a row.
std::string
Join(const std::vector<Slice>& slices)
{
    std::string text;
    for (const auto& slice : slices)
    {
        text += (text.empty() ? "" : ", ") + slice.name;
    }
    return text;
}

/// A view of the first rows * columns elements of a buffer, which grows if it must.
MatrixView
Reserve(Eigen::VectorXf& buffer, Eigen::Index rows, Eigen::Index columns)
{
    if (buffer.size() < rows * columns)
    {
        buffer.resize(rows * columns);
    }
    return MatrixView(buffer.data(), rows, columns);
}

} // namespace

size_t
Slice::Size() const
{
    return size_t{rows} * columns;
}

Model::Model(std::vector<std::unique_ptr<const Layer>> layers)
{
    if (layers.empty())
    {
        throw InvalidInput("model: 0 layers: must be at least 1");
    }
    for (auto& layer : layers)
    {
        if (!m_links.empty() && m_links.back().layer->OutputSize() != layer->InputSize())
        {
            throw InvalidInput(Describe("layer ",
                                        layer->Name(),
                                        ": ",
                                        layer->InputSize(),
                                        " inputs: must be ",
                                        m_links.back().layer->OutputSize(),
                                        ", the outputs of the layer before"));
        }
        Link link{nullptr, m_parameterCount, m_slices.size(), 0};
        for (const auto& parameter : layer->Parameters())
        {
            const std::string name = layer->Name() + "." + parameter.name;
            for (const auto& other : m_slices)
            {
                if (other.name == name)
                {
                    throw InvalidInput(Describe("slice ", name, ": must be unique in a model"));
                }
            }
            m_slices.push_back({name, m_parameterCount, parameter.rows, parameter.columns});
            m_parameterCount += m_slices.back().Size();
            link.sliceCount++;
        }
        m_activationCount += layer->OutputSize();
        m_scratchSize = std::max(m_scratchSize, layer->ScratchSize());
        link.layer = std::move(layer);
        m_links.push_back(std::move(link));
    }
}

uint32_t
Model::InputSize() const
{
    return m_links.front().layer->InputSize();
}

uint32_t
Model::OutputSize() const
{
    return m_links.back().layer->OutputSize();
}

size_t
Model::ParameterCount() const
{
    return m_parameterCount;
}

uint32_t
Model::BlockSamples() const
{
    uint32_t samples = MAX_BLOCK_SAMPLES;
    while (samples > MIN_BLOCK_SAMPLES && samples * m_activationCount > BLOCK_ACTIVATIONS)
    {
        samples /= 2;
    }
    return samples;
}

const std::vector<Slice>&
Model::Slices() const
{
    return m_slices;
}

const Slice&
Model::FindSlice(const std::string& name) const
{
    for (const auto& slice : m_slices)
    {
        if (slice.name == name)
        {
            return slice;
        }
    }
    throw InvalidInput(Describe("slice ", name, ": must be one of ", Join(m_slices)));
}

MatrixView
Model::View(Eigen::VectorXf& parameters, const Slice& slice)
{
    return MatrixView(parameters.data() + slice.offset, slice.rows, slice.columns);
}

ConstMatrixView
Model::View(const Eigen::VectorXf& parameters, const Slice& slice)
{
    return ConstMatrixView(parameters.data() + slice.offset, slice.rows, slice.columns);
}

Eigen::VectorXf
Model::InitialParameters(uint64_t seed) const
{
    Eigen::VectorXf parameters = Eigen::VectorXf::Zero(static_cast<Eigen::Index>(m_parameterCount));
    for (size_t i = 0; i < m_links.size(); i++)
    {
        // A stream per layer: a layer's start does not depend on the size of those before.
        RandomStream random(seed, i);
        m_links[i].layer->Initialize(parameters.data() + m_links[i].offset, random);
    }
    return parameters;
}

TrainableMask
Model::Trainable(const std::vector<std::string>& patterns) const
{
    TrainableMask mask;
    mask.slices.assign(m_slices.size(), patterns.empty() ? 1 : 0);
    for (const auto& pattern : patterns)
    {
        bool found = false;
        for (size_t i = 0; i < m_slices.size(); i++)
        {
            if (Matches(pattern.c_str(), m_slices[i].name.c_str()))
            {
                mask.slices[i] = 1;
                found = true;
            }
        }
        if (!found)
        {
            throw InvalidInput(
                Describe("trainable slices '", pattern, "': must match one of ", Join(m_slices)));
        }
    }
    return mask;
}

ConstMatrixView
Model::Forward(const Eigen::VectorXf& parameters,
               const ConstMatrixView& input,
               Workspace& workspace) const
{
    CheckParameters(parameters, "parameters");
    if (input.rows() != static_cast<Eigen::Index>(InputSize()))
    {
        throw InvalidInput(
            Describe("model input: ", input.rows(), " features per sample: must be ", InputSize()));
    }
    workspace.m_outputs.resize(std::max(workspace.m_outputs.size(), m_links.size()));
    float* scratch =
        Reserve(workspace.m_scratch, static_cast<Eigen::Index>(m_scratchSize), 1).data();
    const float* from = input.data();
    for (size_t i = 0; i < m_links.size(); i++)
    {
        const Layer& layer = *m_links[i].layer;
        MatrixView output = Reserve(workspace.m_outputs[i], layer.OutputSize(), input.cols());
        layer.Forward(parameters.data() + m_links[i].offset,
                      ConstMatrixView(from, layer.InputSize(), input.cols()),
                      output,
                      scratch);
        from = output.data();
    }
    return ConstMatrixView(from, OutputSize(), input.cols());
}

ConstMatrixView
Model::Backward(const Eigen::VectorXf& parameters,
                const ConstMatrixView& input,
                const ConstMatrixView& outputGradient,
                const TrainableMask& mask,
                Workspace& workspace,
                Eigen::VectorXf& gradient,
                bool wantInputGradient) const
{
    CheckParameters(parameters, "parameters");
    CheckParameters(gradient, "gradient");
    if (mask.slices.size() != m_slices.size())
    {
        throw InvalidInput(
            Describe("trainable mask: ", mask.slices.size(), " slices: must be ", m_slices.size()));
    }
    const Eigen::Index batch = input.cols();
    if (outputGradient.rows() != static_cast<Eigen::Index>(OutputSize()) ||
        outputGradient.cols() != batch)
    {
        throw InvalidInput(Describe("output gradient: ",
                                    outputGradient.rows(),
                                    " x ",
                                    outputGradient.cols(),
                                    ": must be ",
                                    OutputSize(),
                                    " x ",
                                    batch));
    }
    workspace.m_gradients.resize(std::max(workspace.m_gradients.size(), m_links.size()));
    const size_t first = FirstNeededLayer(mask, wantInputGradient);
    const float* fromAbove = outputGradient.data();
    float* scratch =
        Reserve(workspace.m_scratch, static_cast<Eigen::Index>(m_scratchSize), 1).data();
    for (size_t i = m_links.size(); i-- > first;)
    {
        const Link& link = m_links[i];
        const uint32_t inputs = link.layer->InputSize();
        const uint32_t outputs = link.layer->OutputSize();
        const bool goesOn = i > first || wantInputGradient;
        float* below = goesOn ? Reserve(workspace.m_gradients[i], inputs, batch).data() : nullptr;
        BackwardPass pass{parameters.data() + link.offset,
                          ConstMatrixView(i == 0 ? input.data() : workspace.m_outputs[i - 1].data(),
                                          inputs,
                                          batch),
                          ConstMatrixView(workspace.m_outputs[i].data(), outputs, batch),
                          ConstMatrixView(fromAbove, outputs, batch),
                          gradient.data() + link.offset,
                          mask.slices.data() + link.firstSlice,
                          MatrixView(below, inputs, batch),
                          scratch};
        link.layer->Backward(pass);
        fromAbove = below;
    }
    return ConstMatrixView(wantInputGradient ? fromAbove : nullptr, InputSize(), batch);
}

void
Model::CheckParameters(const Eigen::VectorXf& parameters, const char* what) const
{
    if (static_cast<size_t>(parameters.size()) != m_parameterCount)
    {
        throw InvalidInput(Describe("model ",
                                    what,
                                    ": ",
                                    parameters.size(),
                                    " elements: must be ",
                                    m_parameterCount));
    }
}

size_t
Model::FirstNeededLayer(const TrainableMask& mask, bool wantInputGradient) const
{
    size_t first = 0;
    auto isFrozen = [&](const Link& link) {
        const auto begin = mask.slices.begin() + static_cast<std::ptrdiff_t>(link.firstSlice);
        return std::all_of(begin,
                           begin + static_cast<std::ptrdiff_t>(link.sliceCount),
                           [](uint8_t trains) { return trains == 0; });
    };
    while (!wantInputGradient && first < m_links.size() && isFrozen(m_links[first]))
    {
        first++;
    }
    return first;
}

} // namespace fl
} // namespace ns3
