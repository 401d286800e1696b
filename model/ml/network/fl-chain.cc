/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-chain.h"

#include "ns3/fl-error.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

template <typename Scalar>
BasicChain<Scalar>::BasicChain(const std::string& name, Layers layers)
    : BasicLayer<Scalar>(name,
                         layers.empty() ? 1 : layers.front()->InputSize(),
                         layers.empty() ? 1 : layers.back()->OutputSize()),
      m_layers(std::move(layers)),
      m_firstParameters{0}
{
    if (m_layers.empty())
    {
        throw InvalidInput((name.empty() ? "model" : "layer " + name) +
                           ": 0 layers: must be at least 1");
    }
    for (size_t i = 0; i < m_layers.size(); i++)
    {
        if (i > 0 && m_layers[i - 1]->OutputSize() != m_layers[i]->InputSize())
        {
            throw InvalidInput(Describe("layer ",
                                        m_layers[i]->Name(),
                                        ": ",
                                        m_layers[i]->InputSize(),
                                        " inputs: must be ",
                                        m_layers[i - 1]->OutputSize(),
                                        ", the outputs of the layer before"));
        }
        m_firstParameters.push_back(m_firstParameters.back() + m_layers[i]->Parameters().size());
    }
}

template <typename Scalar>
const typename BasicChain<Scalar>::Layers&
BasicChain<Scalar>::GetLayers() const
{
    return m_layers;
}

template <typename Scalar>
size_t
BasicChain<Scalar>::FirstParameter(size_t layer) const
{
    return m_firstParameters[layer];
}

template <typename Scalar>
std::vector<ParameterShape>
BasicChain<Scalar>::Parameters() const
{
    std::vector<ParameterShape> all;
    for (const auto& layer : m_layers)
    {
        for (ParameterShape shape : layer->Parameters())
        {
            shape.name = JoinNames(layer->Name(), shape.name);
            all.push_back(std::move(shape));
        }
    }
    return all;
}

template <typename Scalar>
BatchShape
BasicChain<Scalar>::OutputShape(const BatchShape& input) const
{
    BatchShape shape = input;
    for (const auto& layer : m_layers)
    {
        shape = layer->OutputShape(shape);
    }
    return shape;
}

template <typename Scalar>
typename BasicChain<Scalar>::Places
BasicChain<Scalar>::KeptPlaces(const BatchShape& input) const
{
    Places places;
    BatchShape shape = input;
    size_t next = 0;
    for (const auto& layer : m_layers)
    {
        const size_t output = next + PaddedSize(layer->CacheSize(shape));
        places.push_back({shape, next, output});
        shape = layer->OutputShape(shape);
        next = output + PaddedSize(size_t{layer->OutputSize()} * shape.columns);
    }
    return places;
}

template <typename Scalar>
typename BasicChain<Scalar>::Places
BasicChain<Scalar>::SharedPlaces(const BatchShape& input) const
{
    Places places = KeptPlaces(input);
    size_t caches = 0;
    size_t outputs = 0;
    for (size_t i = 0; i < places.size(); i++)
    {
        caches = std::max(caches, places[i].output - places[i].cache);
        if (i + 1 < places.size())
        {
            outputs = std::max(outputs, places[i + 1].cache - places[i].output);
        }
    }
    for (size_t i = 0; i < places.size(); i++)
    {
        places[i].cache = 0;
        // Of two neighbours one is read while the other is written.
        places[i].output = caches + (i % 2) * outputs;
    }
    places.back().output = caches + 2 * outputs;
    return places;
}

template <typename Scalar>
size_t
BasicChain<Scalar>::GradientSize(const Places& places, const Layers& layers)
{
    size_t largest = 0;
    for (size_t i = 1; i < places.size(); i++)
    {
        largest = std::max(largest, size_t{layers[i]->InputSize()} * places[i].shape.columns);
    }
    return PaddedSize(largest);
}

template <typename Scalar>
size_t
BasicChain<Scalar>::CacheSize(const BatchShape& input) const
{
    return std::max(KeptPlaces(input).back().output, SharedPlaces(input).back().output);
}

template <typename Scalar>
size_t
BasicChain<Scalar>::ScratchSize(const BatchShape& input) const
{
    const Places places = KeptPlaces(input);
    size_t largest = 0;
    for (size_t i = 0; i < m_layers.size(); i++)
    {
        largest = std::max(largest, m_layers[i]->ScratchSize(places[i].shape));
    }
    return 2 * GradientSize(places, m_layers) + largest;
}

template <typename Scalar>
size_t
BasicChain<Scalar>::ActivationSize(const BatchShape& input) const
{
    BatchShape shape = input;
    size_t sum = 0;
    for (const auto& layer : m_layers)
    {
        sum += layer->ActivationSize(shape);
        shape = layer->OutputShape(shape);
    }
    return sum;
}

template <typename Scalar>
bool
BasicChain<Scalar>::UsesOutput() const
{
    return m_layers.back()->UsesOutput();
}

template <typename Scalar>
TokenShape
BasicChain<Scalar>::Tokens() const
{
    return m_layers.front()->Tokens();
}

template <typename Scalar>
void
BasicChain<Scalar>::Initialize(Scalar* const* parameters, RandomStream& random) const
{
    for (size_t i = 0; i < m_layers.size(); i++)
    {
        m_layers[i]->Initialize(parameters + m_firstParameters[i], random);
    }
}

template <typename Scalar>
void
BasicChain<Scalar>::Forward(ForwardPass& pass) const
{
    const Places places = pass.keeps ? KeptPlaces(pass.shape) : SharedPlaces(pass.shape);
    const Scalar* from = pass.input.data();
    for (size_t i = 0; i < m_layers.size(); i++)
    {
        const bool isLast = i + 1 == m_layers.size();
        const auto& layer = *m_layers[i];
        const uint32_t columns =
            isLast ? static_cast<uint32_t>(pass.output.cols()) : places[i + 1].shape.columns;
        View output(isLast ? pass.output.data() : pass.cache + places[i].output,
                    layer.OutputSize(),
                    columns);
        ForwardPass part{pass.parameters + m_firstParameters[i],
                         places[i].shape,
                         ConstView(from, layer.InputSize(), places[i].shape.columns),
                         output,
                         pass.cache + places[i].cache,
                         pass.scratch,
                         pass.keeps};
        layer.Forward(part);
        from = output.data();
    }
}

template <typename Scalar>
size_t
BasicChain<Scalar>::FirstNeeded(const BackwardPass& pass) const
{
    size_t first = 0;
    auto isFrozen = [&](size_t layer) {
        return std::all_of(pass.gradient + m_firstParameters[layer],
                           pass.gradient + m_firstParameters[layer + 1],
                           [](const Scalar* gradient) { return !gradient; });
    };
    while (!pass.inputGradient.data() && first < m_layers.size() && isFrozen(first))
    {
        first++;
    }
    return first;
}

template <typename Scalar>
void
BasicChain<Scalar>::Backward(BackwardPass& pass) const
{
    const Places places = KeptPlaces(pass.shape);
    const size_t gradientSize = GradientSize(places, m_layers);
    const size_t first = FirstNeeded(pass);
    const Scalar* above = pass.outputGradient.data();
    for (size_t i = m_layers.size(); i-- > first;)
    {
        const auto& layer = *m_layers[i];
        const bool isLast = i + 1 == m_layers.size();
        const uint32_t columns = places[i].shape.columns;
        const auto outputColumns =
            isLast ? static_cast<uint32_t>(pass.output.cols()) : places[i + 1].shape.columns;
        Scalar* below = i > first ? pass.scratch + (i % 2) * gradientSize
                                  : (i == 0 ? pass.inputGradient.data() : nullptr);
        BackwardPass part{pass.parameters + m_firstParameters[i],
                          places[i].shape,
                          ConstView(i == 0 ? pass.input.data() : pass.cache + places[i - 1].output,
                                    layer.InputSize(),
                                    columns),
                          ConstView(isLast ? pass.output.data() : pass.cache + places[i].output,
                                    layer.OutputSize(),
                                    outputColumns),
                          ConstView(above, layer.OutputSize(), outputColumns),
                          pass.gradient + m_firstParameters[i],
                          View(below, layer.InputSize(), columns),
                          pass.cache + places[i].cache,
                          pass.scratch + 2 * gradientSize};
        layer.Backward(part);
        above = below;
    }
}

template <typename Scalar>
void
BasicChain<Scalar>::Tangent(TangentPass& pass) const
{
    const Places places = KeptPlaces(pass.shape);
    const size_t tangentSize = GradientSize(places, m_layers);
    const Scalar* from = pass.inputTangent.data();
    for (size_t i = 0; i < m_layers.size(); i++)
    {
        const auto& layer = *m_layers[i];
        const bool isLast = i + 1 == m_layers.size();
        const uint32_t columns = places[i].shape.columns;
        const auto outputColumns =
            isLast ? static_cast<uint32_t>(pass.output.cols()) : places[i + 1].shape.columns;
        Scalar* to = isLast ? pass.outputTangent.data() : pass.scratch + (i % 2) * tangentSize;
        TangentPass part{pass.parameters + m_firstParameters[i],
                         pass.parameterTangents + m_firstParameters[i],
                         places[i].shape,
                         ConstView(i == 0 ? pass.input.data() : pass.cache + places[i - 1].output,
                                   layer.InputSize(),
                                   columns),
                         ConstView(isLast ? pass.output.data() : pass.cache + places[i].output,
                                   layer.OutputSize(),
                                   outputColumns),
                         ConstView(from, layer.InputSize(), columns),
                         View(to, layer.OutputSize(), outputColumns),
                         pass.cache + places[i].cache,
                         pass.scratch + 2 * tangentSize};
        layer.Tangent(part);
        from = to;
    }
}

template <typename Scalar>
typename BasicChain<Scalar>::ConstView
BasicChain<Scalar>::OutputOf(size_t layer, const BatchShape& input, const Scalar* cache) const
{
    const Places places = KeptPlaces(input);
    return ConstView(cache + places[layer].output,
                     m_layers[layer]->OutputSize(),
                     places[layer + 1].shape.columns);
}

template <typename Scalar>
BasicResidual<Scalar>::BasicResidual(const std::string& name,
                                     std::unique_ptr<const BasicLayer<Scalar>> inner)
    : BasicLayer<Scalar>(name, inner->InputSize(), inner->OutputSize()),
      m_inner(std::move(inner))
{
    if (this->InputSize() != this->OutputSize())
    {
        throw InvalidInput(Describe("layer ",
                                    JoinNames(name, m_inner->Name()),
                                    ": ",
                                    this->OutputSize(),
                                    " outputs: must be ",
                                    this->InputSize(),
                                    ", its inputs, to which they are added"));
    }
}

template <typename Scalar>
std::vector<ParameterShape>
BasicResidual<Scalar>::Parameters() const
{
    std::vector<ParameterShape> shapes = m_inner->Parameters();
    for (ParameterShape& shape : shapes)
    {
        shape.name = JoinNames(m_inner->Name(), shape.name);
    }
    return shapes;
}

template <typename Scalar>
size_t
BasicResidual<Scalar>::CacheSize(const BatchShape& input) const
{
    const size_t kept = m_inner->UsesOutput() ? size_t{this->OutputSize()} * input.columns : 0;
    return PaddedSize(kept) + m_inner->CacheSize(input);
}

template <typename Scalar>
size_t
BasicResidual<Scalar>::ScratchSize(const BatchShape& input) const
{
    return m_inner->ScratchSize(input);
}

template <typename Scalar>
size_t
BasicResidual<Scalar>::ActivationSize(const BatchShape& input) const
{
    return m_inner->ActivationSize(input);
}

template <typename Scalar>
void
BasicResidual<Scalar>::Initialize(Scalar* const* parameters, RandomStream& random) const
{
    m_inner->Initialize(parameters, random);
}

template <typename Scalar>
void
BasicResidual<Scalar>::Forward(ForwardPass& pass) const
{
    // f's own output is kept only where its Backward() reads it.
    const bool keepsOutput = m_inner->UsesOutput();
    const size_t kept = keepsOutput ? PaddedSize(pass.output.size()) : 0;
    ForwardPass part = pass;
    part.cache = pass.cache + kept;
    if (keepsOutput)
    {
        new (&part.output) View(pass.cache, pass.output.rows(), pass.output.cols());
    }
    m_inner->Forward(part);
    const Scalar* inner = part.output.data();
    const Scalar* input = pass.input.data();
    Scalar* output = pass.output.data();
    for (Eigen::Index i = 0; i < pass.output.size(); i++)
    {
        output[i] = inner[i] + input[i];
    }
}

template <typename Scalar>
void
BasicResidual<Scalar>::Backward(BackwardPass& pass) const
{
    BackwardPass part = pass;
    if (m_inner->UsesOutput())
    {
        new (&part.output) ConstView(pass.cache, pass.output.rows(), pass.output.cols());
        part.cache = pass.cache + PaddedSize(pass.output.size());
    }
    m_inner->Backward(part);
    if (pass.inputGradient.data())
    {
        const Scalar* from = pass.outputGradient.data();
        Scalar* to = pass.inputGradient.data();
        for (Eigen::Index i = 0; i < pass.inputGradient.size(); i++)
        {
            to[i] += from[i];
        }
    }
}

template <typename Scalar>
void
BasicResidual<Scalar>::Tangent(TangentPass& pass) const
{
    TangentPass part = pass;
    if (m_inner->UsesOutput())
    {
        new (&part.output) ConstView(pass.cache, pass.output.rows(), pass.output.cols());
        part.cache = pass.cache + PaddedSize(pass.output.size());
    }
    m_inner->Tangent(part);
    const Scalar* from = pass.inputTangent.data();
    Scalar* to = pass.outputTangent.data();
    for (Eigen::Index i = 0; from && i < pass.outputTangent.size(); i++)
    {
        to[i] += from[i];
    }
}

template class BasicChain<float>;
template class BasicChain<double>;
template class BasicResidual<float>;
template class BasicResidual<double>;

} // namespace fl
} // namespace ns3
