/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-model.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

constexpr uint32_t MAX_BLOCK_SAMPLES = 256;           //!< as BlockSamples() documents it
constexpr uint32_t MIN_BLOCK_SAMPLES = 16;            //!< as BlockSamples() documents it
constexpr size_t BLOCK_ACTIVATIONS = size_t{4} << 20; //!< floats: 16 MiB

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
template <typename Scalar>
BasicMatrixView<Scalar>
Reserve(Eigen::Matrix<Scalar, Eigen::Dynamic, 1>& buffer, Eigen::Index rows, Eigen::Index columns)
{
    if (buffer.size() < rows * columns)
    {
        buffer.resize(rows * columns);
    }
    return BasicMatrixView<Scalar>(buffer.data(), rows, columns);
}

/**
 * Mark the slices that patterns match.
 * @param patterns names, where * stands for any text
 * @param slices the slices
 * @param what for messages
 * @return by slice, whether one of them matches
 * @throws InvalidInput if a pattern matches nothing
 */
std::vector<uint8_t>
MatchSlices(const std::vector<std::string>& patterns,
            const std::vector<Slice>& slices,
            const char* what)
{
    std::vector<uint8_t> matched(slices.size(), 0);
    for (const auto& pattern : patterns)
    {
        bool found = false;
        for (size_t i = 0; i < slices.size(); i++)
        {
            if (MatchesPattern(pattern.c_str(), slices[i].name.c_str()))
            {
                matched[i] = 1;
                found = true;
            }
        }
        if (!found)
        {
            throw InvalidInput(
                Describe(what, " '", pattern, "': must match one of ", Join(slices)));
        }
    }
    return matched;
}

} // namespace

size_t
Slice::Size() const
{
    return size_t{rows} * columns;
}

template <typename Scalar>
BasicModel<Scalar>::BasicModel(std::vector<std::unique_ptr<const BasicLayer<Scalar>>> layers,
                               const std::vector<std::string>& trainable)
    : m_chain("", std::move(layers))
{
    AssignSlices(trainable);
}

template <typename Scalar>
void
BasicModel<Scalar>::AssignSlices(const std::vector<std::string>& trainable)
{
    std::vector<Slice> all;
    for (const auto& parameter : m_chain.Parameters())
    {
        for (const auto& other : all)
        {
            if (other.name == parameter.name)
            {
                throw InvalidInput(
                    Describe("slice ", parameter.name, ": must be unique in a model"));
            }
        }
        all.push_back({parameter.name, 0, parameter.rows, parameter.columns, parameter.dimensions});
    }
    // A model without parameters has nothing that a pattern could match.
    const auto trains =
        all.empty() ? std::vector<uint8_t>() : MatchSlices(trainable, all, "trainable parameters");
    for (size_t i = 0; i < all.size(); i++)
    {
        auto& slices = trains[i] ? m_slices : m_frozenSlices;
        size_t& count = trains[i] ? m_parameterCount : m_frozenCount;
        all[i].offset = count;
        count += all[i].Size();
        m_sources.push_back({!trains[i], slices.size()});
        slices.push_back(std::move(all[i]));
    }
}

template <typename Scalar>
uint32_t
BasicModel<Scalar>::InputSize() const
{
    return m_chain.InputSize();
}

template <typename Scalar>
uint32_t
BasicModel<Scalar>::OutputSize() const
{
    return m_chain.OutputSize();
}

template <typename Scalar>
const typename BasicChain<Scalar>::Layers&
BasicModel<Scalar>::GetLayers() const
{
    return m_chain.GetLayers();
}

template <typename Scalar>
size_t
BasicModel<Scalar>::ParameterCount() const
{
    return m_parameterCount;
}

template <typename Scalar>
size_t
BasicModel<Scalar>::FrozenCount() const
{
    return m_frozenCount;
}

template <typename Scalar>
uint32_t
BasicModel<Scalar>::BlockSamples() const
{
    const size_t activations = m_chain.ActivationSize(BatchShape::OfSamples(1));
    uint32_t samples = MAX_BLOCK_SAMPLES;
    while (samples > MIN_BLOCK_SAMPLES && samples * activations > BLOCK_ACTIVATIONS)
    {
        samples /= 2;
    }
    return samples;
}

template <typename Scalar>
const std::vector<Slice>&
BasicModel<Scalar>::Slices() const
{
    return m_slices;
}

template <typename Scalar>
const std::vector<Slice>&
BasicModel<Scalar>::FrozenSlices() const
{
    return m_frozenSlices;
}

template <typename Scalar>
const Slice&
BasicModel<Scalar>::FindSlice(const std::string& name) const
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

template <typename Scalar>
BasicMatrixView<Scalar>
BasicModel<Scalar>::View(Vector& parameters, const Slice& slice)
{
    return MatrixView(parameters.data() + slice.offset, slice.rows, slice.columns);
}

template <typename Scalar>
BasicConstMatrixView<Scalar>
BasicModel<Scalar>::View(const Vector& parameters, const Slice& slice)
{
    return ConstMatrixView(parameters.data() + slice.offset, slice.rows, slice.columns);
}

template <typename Scalar>
void
BasicModel<Scalar>::Initialize(const std::vector<Scalar*>& matrices, uint64_t seed) const
{
    for (size_t i = 0; i < m_chain.GetLayers().size(); i++)
    {
        // A stream per layer: a layer's start does not depend on the size of those before.
        RandomStream random(seed, i);
        m_chain.GetLayers()[i]->Initialize(matrices.data() + m_chain.FirstParameter(i), random);
    }
}

template <typename Scalar>
typename BasicModel<Scalar>::Vector
BasicModel<Scalar>::InitialParameters(uint64_t seed) const
{
    Vector parameters = Vector::Zero(static_cast<Eigen::Index>(m_parameterCount));
    std::vector<Scalar*> matrices;
    for (const Source& source : m_sources)
    {
        matrices.push_back(source.isFrozen ? nullptr
                                           : parameters.data() + m_slices[source.slice].offset);
    }
    Initialize(matrices, seed);
    return parameters;
}

template <typename Scalar>
typename BasicModel<Scalar>::FrozenParameters
BasicModel<Scalar>::InitialFrozen(uint64_t seed) const
{
    auto values = std::make_shared<Vector>(Vector::Zero(static_cast<Eigen::Index>(m_frozenCount)));
    std::vector<Scalar*> matrices;
    FrozenParameters frozen;
    for (const Source& source : m_sources)
    {
        matrices.push_back(source.isFrozen ? values->data() + m_frozenSlices[source.slice].offset
                                           : nullptr);
        if (source.isFrozen)
        {
            frozen.matrices.push_back(matrices.back());
        }
    }
    Initialize(matrices, seed);
    frozen.owner = std::move(values);
    return frozen;
}

template <typename Scalar>
void
BasicModel<Scalar>::SetFrozen(FrozenParameters frozen)
{
    if (frozen.matrices.size() != m_frozenSlices.size())
    {
        throw InvalidInput(Describe("frozen parameters: ",
                                    frozen.matrices.size(),
                                    " matrices: must be ",
                                    m_frozenSlices.size()));
    }
    m_frozen = std::move(frozen);
}

template <typename Scalar>
const typename BasicModel<Scalar>::FrozenParameters&
BasicModel<Scalar>::GetFrozen() const
{
    return m_frozen;
}

template <typename Scalar>
TrainableMask
BasicModel<Scalar>::Trainable(const std::vector<std::string>& patterns) const
{
    if (patterns.empty())
    {
        return {std::vector<uint8_t>(m_slices.size(), 1)};
    }
    return {MatchSlices(patterns, m_slices, "trainable slices")};
}

template <typename Scalar>
TokenShape
BasicModel<Scalar>::Tokens() const
{
    return m_chain.Tokens();
}

template <typename Scalar>
BatchShape
BasicModel<Scalar>::OutputShape(const BatchShape& input) const
{
    return m_chain.OutputShape(input);
}

template <typename Scalar>
BasicConstMatrixView<Scalar>
BasicModel<Scalar>::OutputOf(size_t layer, const Workspace& workspace) const
{
    return m_chain.OutputOf(layer, workspace.m_shape, workspace.m_cache.data());
}

template <typename Scalar>
BasicConstMatrixView<Scalar>
BasicModel<Scalar>::Forward(const Vector& parameters,
                            const ConstMatrixView& input,
                            Workspace& workspace) const
{
    const auto columns = static_cast<uint32_t>(input.cols());
    return Forward(parameters, input, BatchShape::OfSamples(columns), workspace);
}

template <typename Scalar>
BasicConstMatrixView<Scalar>
BasicModel<Scalar>::Forward(const Vector& parameters,
                            const ConstMatrixView& input,
                            const BatchShape& shape,
                            Workspace& workspace,
                            bool keeps) const
{
    CheckParameters(parameters, "parameters");
    if (m_frozen.matrices.size() != m_frozenSlices.size())
    {
        throw InvalidInput(
            Describe("model: ", m_frozenSlices.size(), " frozen parameters: must be set first"));
    }
    if (input.rows() != static_cast<Eigen::Index>(InputSize()))
    {
        throw InvalidInput(
            Describe("model input: ", input.rows(), " features per sample: must be ", InputSize()));
    }
    workspace.m_shape = shape;
    workspace.m_parameters.clear();
    for (const Source& source : m_sources)
    {
        workspace.m_parameters.push_back(source.isFrozen
                                             ? m_frozen.matrices[source.slice]
                                             : parameters.data() + m_slices[source.slice].offset);
    }
    const BatchShape outputShape = m_chain.OutputShape(shape);
    BasicForwardPass<Scalar> pass{
        workspace.m_parameters.data(),
        shape,
        input,
        Reserve(workspace.m_output, OutputSize(), outputShape.columns),
        Reserve(workspace.m_cache, m_chain.CacheSize(shape), 1).data(),
        Reserve(workspace.m_scratch, m_chain.ScratchSize(shape), 1).data(),
        keeps};
    m_chain.Forward(pass);
    return ConstMatrixView(pass.output.data(), OutputSize(), outputShape.columns);
}

template <typename Scalar>
BasicConstMatrixView<Scalar>
BasicModel<Scalar>::Backward(const Vector& parameters,
                             const ConstMatrixView& input,
                             const ConstMatrixView& outputGradient,
                             const TrainableMask& mask,
                             Workspace& workspace,
                             Vector& gradient,
                             bool wantInputGradient) const
{
    CheckParameters(parameters, "parameters");
    CheckParameters(gradient, "gradient");
    if (mask.slices.size() != m_slices.size())
    {
        throw InvalidInput(
            Describe("trainable mask: ", mask.slices.size(), " slices: must be ", m_slices.size()));
    }
    const uint32_t columns = m_chain.OutputShape(workspace.m_shape).columns;
    if (outputGradient.rows() != static_cast<Eigen::Index>(OutputSize()) ||
        outputGradient.cols() != static_cast<Eigen::Index>(columns))
    {
        throw InvalidInput(Describe("output gradient: ",
                                    outputGradient.rows(),
                                    " x ",
                                    outputGradient.cols(),
                                    ": must be ",
                                    OutputSize(),
                                    " x ",
                                    columns));
    }
    workspace.m_gradients.clear();
    for (const Source& source : m_sources)
    {
        const bool trains = !source.isFrozen && mask.slices[source.slice];
        workspace.m_gradients.push_back(trains ? gradient.data() + m_slices[source.slice].offset
                                               : nullptr);
    }
    Scalar* below = wantInputGradient
                        ? Reserve(workspace.m_inputGradient, InputSize(), input.cols()).data()
                        : nullptr;
    BasicBackwardPass<Scalar> pass{
        workspace.m_parameters.data(),
        workspace.m_shape,
        input,
        ConstMatrixView(workspace.m_output.data(), OutputSize(), columns),
        outputGradient,
        workspace.m_gradients.data(),
        MatrixView(below, InputSize(), input.cols()),
        workspace.m_cache.data(),
        workspace.m_scratch.data()};
    m_chain.Backward(pass);
    return ConstMatrixView(below, InputSize(), input.cols());
}

template <typename Scalar>
BasicConstMatrixView<Scalar>
BasicModel<Scalar>::Tangent(const Vector& direction,
                            const ConstMatrixView& input,
                            Workspace& workspace,
                            const ConstMatrixView& inputDirection) const
{
    CheckParameters(direction, "direction");
    if (inputDirection.data() &&
        (inputDirection.rows() != input.rows() || inputDirection.cols() != input.cols()))
    {
        throw InvalidInput(Describe("input direction: ",
                                    inputDirection.rows(),
                                    " x ",
                                    inputDirection.cols(),
                                    ": must be ",
                                    input.rows(),
                                    " x ",
                                    input.cols(),
                                    ", as the input"));
    }
    workspace.m_tangents.clear();
    for (const Source& source : m_sources)
    {
        workspace.m_tangents.push_back(
            source.isFrozen ? nullptr : direction.data() + m_slices[source.slice].offset);
    }
    const uint32_t columns = m_chain.OutputShape(workspace.m_shape).columns;
    BasicTangentPass<Scalar> pass{workspace.m_parameters.data(),
                                  workspace.m_tangents.data(),
                                  workspace.m_shape,
                                  input,
                                  ConstMatrixView(workspace.m_output.data(), OutputSize(), columns),
                                  ConstMatrixView(inputDirection.data(), InputSize(), input.cols()),
                                  Reserve(workspace.m_outputTangent, OutputSize(), columns),
                                  workspace.m_cache.data(),
                                  workspace.m_scratch.data()};
    m_chain.Tangent(pass);
    return ConstMatrixView(pass.outputTangent.data(), OutputSize(), columns);
}

template <typename Scalar>
void
BasicModel<Scalar>::CheckParameters(const Vector& parameters, const char* what) const
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

template class BasicModel<float>;
template class BasicModel<double>;

} // namespace fl
} // namespace ns3
