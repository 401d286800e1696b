/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-attention.h"

#include "fl-vector-math.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * Softmax of one column, in place: of scores times a scale, exponentials over their sum.
 * @param [in,out] column the scores
 * @param count how many
 * @param scale of the scores, positive
 * @param mask 0 where the weight is to be 0, at least one is not; null: nowhere
 */
template <typename Scalar>
void
SoftmaxColumn(Scalar* column, uint32_t count, Scalar scale, const uint8_t* mask)
{
    Scalar largest = -std::numeric_limits<Scalar>::infinity();
    for (uint32_t i = 0; i < count; i++)
    {
        const bool counts = (!mask || mask[i]) && column[i] > largest;
        largest = counts ? column[i] : largest;
    }
    TransformLanes(column, count, column, [=](const Lanes<Scalar>& x) -> Lanes<Scalar> {
        return ((x - largest) * scale).exp();
    });
    for (uint32_t i = 0; mask && i < count; i++)
    {
        column[i] = mask[i] ? column[i] : Scalar(0);
    }
    const Scalar factor = 1 / SumLanes(column, count, Scalar(0), [](const auto& x) { return x; });
    for (uint32_t i = 0; i < count; i++)
    {
        column[i] *= factor;
    }
}

} // namespace

template <typename Scalar>
BasicAttention<Scalar>::BasicAttention(const std::string& name,
                                       uint32_t width,
                                       const AttentionOptions& options)
    : BasicLayer<Scalar>(name, width, width),
      m_heads(options.heads)
{
    if (m_heads == 0 || width % m_heads != 0)
    {
        throw InvalidInput(Describe("layer ",
                                    name,
                                    ": ",
                                    m_heads,
                                    " heads: must divide ",
                                    width,
                                    ", the layer's width"));
    }
    auto add = [&](const char* part, const LoraOptions& lora) {
        try
        {
            m_parts.push_back(std::make_unique<BasicDense<Scalar>>(part,
                                                                   width,
                                                                   width,
                                                                   options.start,
                                                                   WeightOrder::INPUTS_FIRST,
                                                                   lora));
        }
        catch (const InvalidInput& error)
        {
            throw InvalidInput("layer " + name + ": " + error.what());
        }
        m_firstParameters.push_back(m_firstParameters.back() + m_parts.back()->Parameters().size());
    };
    add("query", options.query);
    add("key", options.key);
    add("value", options.value);
    add("output", options.output);
}

template <typename Scalar>
std::vector<ParameterShape>
BasicAttention<Scalar>::Parameters() const
{
    std::vector<ParameterShape> all;
    for (const auto& part : m_parts)
    {
        for (ParameterShape shape : part->Parameters())
        {
            shape.name = JoinNames(part->Name(), shape.name);
            all.push_back(std::move(shape));
        }
    }
    return all;
}

template <typename Scalar>
typename BasicAttention<Scalar>::Places
BasicAttention<Scalar>::PlacesOf(const BatchShape& shape) const
{
    Places places;
    places.token = PaddedSize(size_t{this->InputSize()} * shape.columns);
    size_t next = 4 * places.token;
    for (size_t part = 0; part < PARTS; part++)
    {
        places.part[part] = next;
        next += PaddedSize(m_parts[part]->CacheSize(shape));
    }
    places.weights = next;
    for (uint32_t i = 0; i < shape.sequences; i++)
    {
        next += m_heads * PaddedSize(size_t{shape.Length(i)} * shape.Length(i));
    }
    places.size = next;
    return places;
}

template <typename Scalar>
size_t
BasicAttention<Scalar>::LargestSquare(const BatchShape& shape)
{
    size_t largest = 0;
    for (uint32_t i = 0; i < shape.sequences; i++)
    {
        largest = std::max(largest, size_t{shape.Length(i)} * shape.Length(i));
    }
    return PaddedSize(largest);
}

template <typename Scalar>
size_t
BasicAttention<Scalar>::CacheSize(const BatchShape& input) const
{
    return PlacesOf(input).size;
}

template <typename Scalar>
size_t
BasicAttention<Scalar>::ScratchSize(const BatchShape& input) const
{
    size_t dense = 0;
    for (const auto& part : m_parts)
    {
        dense = std::max(dense, part->ScratchSize(input));
    }
    // Gradients of what heads gather, queries, keys and values; then one head's weights'.
    return 4 * PaddedSize(size_t{this->InputSize()} * input.columns) + dense + LargestSquare(input);
}

template <typename Scalar>
size_t
BasicAttention<Scalar>::ActivationSize(const BatchShape& input) const
{
    return CacheSize(input) + size_t{this->OutputSize()} * input.columns;
}

template <typename Scalar>
void
BasicAttention<Scalar>::Initialize(Scalar* const* parameters, RandomStream& random) const
{
    for (size_t part = 0; part < PARTS; part++)
    {
        m_parts[part]->Initialize(parameters + m_firstParameters[part], random);
    }
}

template <typename Scalar>
size_t
BasicAttention<Scalar>::HeadPlace(uint32_t head, uint32_t begin) const
{
    return size_t{begin} * this->InputSize() + size_t{head} * (this->InputSize() / m_heads);
}

template <typename Scalar>
Factor<Scalar>
BasicAttention<Scalar>::Head(const Scalar* matrix,
                             uint32_t head,
                             uint32_t begin,
                             uint32_t length) const
{
    const Eigen::Index width = this->InputSize();
    return {matrix + HeadPlace(head, begin), width / m_heads, length, width};
}

template <typename Scalar>
void
BasicAttention<Scalar>::Gather(const BatchShape& shape, Scalar* cache, const Places& places) const
{
    const Scalar scale =
        1 / std::sqrt(static_cast<Scalar>(this->InputSize()) / static_cast<Scalar>(m_heads));
    const Eigen::Index width = this->InputSize();
    const Scalar* query = cache;
    const Scalar* key = cache + places.token;
    const Scalar* value = cache + 2 * places.token;
    Scalar* gathered = cache + 3 * places.token;
    Scalar* weights = cache + places.weights;
    for (uint32_t sequence = 0; sequence < shape.sequences; sequence++)
    {
        const uint32_t begin = shape.Begin(sequence);
        const uint32_t length = shape.Length(sequence);
        const uint8_t* mask = shape.mask ? shape.mask + begin : nullptr;
        for (uint32_t head = 0; head < m_heads; head++)
        {
            // A column has the weights of one token's attention to all tokens.
            Multiply(ProductMode::SET,
                     Scalar(1),
                     Head(key, head, begin, length).Transpose(),
                     Head(query, head, begin, length),
                     weights,
                     length);
            for (uint32_t token = 0; token < length; token++)
            {
                SoftmaxColumn(weights + size_t{token} * length, length, scale, mask);
            }
            Multiply(ProductMode::SET,
                     Scalar(1),
                     Head(value, head, begin, length),
                     Factor<Scalar>{weights, length, length, length},
                     gathered + HeadPlace(head, begin),
                     width);
            weights += PaddedSize(size_t{length} * length);
        }
    }
}

template <typename Scalar>
void
BasicAttention<Scalar>::Scatter(const BatchShape& shape,
                                const Scalar* cache,
                                const Places& places,
                                Scalar* gradients) const
{
    const Scalar scale =
        1 / std::sqrt(static_cast<Scalar>(this->InputSize()) / static_cast<Scalar>(m_heads));
    const Eigen::Index width = this->InputSize();
    Scalar* scores = gradients + 4 * places.token;
    const Scalar* weights = cache + places.weights;
    auto into = [&](Part part) { return gradients + (part + 1) * places.token; };
    for (uint32_t sequence = 0; sequence < shape.sequences; sequence++)
    {
        const uint32_t begin = shape.Begin(sequence);
        const uint32_t length = shape.Length(sequence);
        for (uint32_t head = 0; head < m_heads; head++)
        {
            const size_t place = HeadPlace(head, begin);
            auto of = [&](Part part) {
                return Head(cache + part * places.token, head, begin, length);
            };
            auto set = [&](const Factor<Scalar>& a, const Factor<Scalar>& b, Scalar* c) {
                Multiply(ProductMode::SET, Scalar(1), a, b, c, c == scores ? length : width);
            };
            const Factor<Scalar> attention{weights, length, length, length};
            const Factor<Scalar> gradient{scores, length, length, length};
            const auto above = Head(gradients, head, begin, length);
            set(above, attention.Transpose(), into(VALUE) + place);
            // By the weights, then through the softmax: p (g - p^T g), and the scale.
            set(of(VALUE).Transpose(), above, scores);
            for (uint32_t token = 0; token < length; token++)
            {
                const Scalar* p = weights + size_t{token} * length;
                Scalar* g = scores + size_t{token} * length;
                const Scalar mean = DotLanes<Scalar>(p, g, length);
                for (uint32_t i = 0; i < length; i++)
                {
                    g[i] = scale * p[i] * (g[i] - mean);
                }
            }
            set(of(KEY), gradient, into(QUERY) + place);
            set(of(QUERY), gradient.Transpose(), into(KEY) + place);
            weights += PaddedSize(size_t{length} * length);
        }
    }
}

template <typename Scalar>
void
BasicAttention<Scalar>::Forward(ForwardPass& pass) const
{
    const Places places = PlacesOf(pass.shape);
    const Eigen::Index width = this->InputSize();
    for (size_t part = 0; part < PARTS; part++)
    {
        if (part == OUTPUT)
        {
            Gather(pass.shape, pass.cache, places);
        }
        Scalar* matrix = part == OUTPUT ? pass.output.data() : pass.cache + part * places.token;
        ForwardPass dense{pass.parameters + m_firstParameters[part],
                          pass.shape,
                          part == OUTPUT
                              ? ConstView(pass.cache + 3 * places.token, width, pass.input.cols())
                              : pass.input,
                          View(matrix, width, pass.input.cols()),
                          pass.cache + places.part[part],
                          pass.scratch,
                          pass.keeps};
        m_parts[part]->Forward(dense);
    }
}

template <typename Scalar>
void
BasicAttention<Scalar>::BackwardPart(Part part,
                                     BackwardPass& pass,
                                     const Places& places,
                                     const Scalar* gradient,
                                     Scalar* inputGradient,
                                     Scalar* scratch) const
{
    const Eigen::Index width = this->InputSize();
    const Eigen::Index columns = pass.input.cols();
    const size_t first = m_firstParameters[part];
    const bool isOutput = part == OUTPUT;
    BackwardPass dense{pass.parameters + first,
                       pass.shape,
                       isOutput ? ConstView(pass.cache + 3 * places.token, width, columns)
                                : pass.input,
                       // A dense layer's Backward() does not read its output.
                       ConstView(nullptr, width, columns),
                       ConstView(gradient, width, columns),
                       pass.gradient + first,
                       View(inputGradient, width, columns),
                       pass.cache + places.part[part],
                       scratch};
    m_parts[part]->Backward(dense);
}

template <typename Scalar>
void
BasicAttention<Scalar>::Backward(BackwardPass& pass) const
{
    const Places places = PlacesOf(pass.shape);
    Scalar* gathered = pass.scratch;
    Scalar* dense = pass.scratch + 4 * places.token + LargestSquare(pass.shape);
    BackwardPart(OUTPUT, pass, places, pass.outputGradient.data(), gathered, dense);
    Scatter(pass.shape, pass.cache, places, pass.scratch);
    Scalar* below = pass.inputGradient.data();
    BackwardPart(QUERY, pass, places, pass.scratch + places.token, below, dense);
    for (const Part part : {KEY, VALUE})
    {
        // What heads gathered is done with: its room takes the next part of a sum.
        BackwardPart(part,
                     pass,
                     places,
                     pass.scratch + (part + 1) * places.token,
                     below ? gathered : nullptr,
                     dense);
        for (Eigen::Index i = 0; below && i < pass.inputGradient.size(); i++)
        {
            below[i] += gathered[i];
        }
    }
}

template <typename Scalar>
void
BasicAttention<Scalar>::GatherTangent(const BatchShape& shape,
                                      const Scalar* cache,
                                      const Places& places,
                                      Scalar* tangents) const
{
    const Scalar scale =
        1 / std::sqrt(static_cast<Scalar>(this->InputSize()) / static_cast<Scalar>(m_heads));
    const Eigen::Index width = this->InputSize();
    Scalar* scores = tangents + 4 * places.token;
    const Scalar* weights = cache + places.weights;
    for (uint32_t sequence = 0; sequence < shape.sequences; sequence++)
    {
        const uint32_t begin = shape.Begin(sequence);
        const uint32_t length = shape.Length(sequence);
        for (uint32_t head = 0; head < m_heads; head++)
        {
            auto of = [&](const Scalar* from, Part part) {
                return Head(from + part * places.token, head, begin, length);
            };
            const Factor<Scalar> attention{weights, length, length, length};
            const Factor<Scalar> change{scores, length, length, length};
            const auto key = of(cache, KEY).Transpose();
            const auto keyTangent = of(tangents, KEY).Transpose();
            Multiply(ProductMode::SET, scale, keyTangent, of(cache, QUERY), scores, length);
            Multiply(ProductMode::ADD, scale, key, of(tangents, QUERY), scores, length);
            // Through the softmax: p (s' - p^T s').
            for (uint32_t token = 0; token < length; token++)
            {
                const Scalar* p = weights + size_t{token} * length;
                Scalar* s = scores + size_t{token} * length;
                const Scalar mean = DotLanes<Scalar>(p, s, length);
                for (uint32_t i = 0; i < length; i++)
                {
                    s[i] = p[i] * (s[i] - mean);
                }
            }
            Scalar* to = tangents + 3 * places.token + HeadPlace(head, begin);
            Multiply(ProductMode::SET, Scalar(1), of(tangents, VALUE), attention, to, width);
            Multiply(ProductMode::ADD, Scalar(1), of(cache, VALUE), change, to, width);
            weights += PaddedSize(size_t{length} * length);
        }
    }
}

template <typename Scalar>
void
BasicAttention<Scalar>::Tangent(TangentPass& pass) const
{
    const Places places = PlacesOf(pass.shape);
    const Eigen::Index width = this->InputSize();
    const Eigen::Index columns = pass.input.cols();
    Scalar* dense = pass.scratch + 4 * places.token + LargestSquare(pass.shape);
    const Scalar* gathered = pass.cache + 3 * places.token;
    const Scalar* gatheredTangent = pass.scratch + 3 * places.token;
    for (size_t part = 0; part < PARTS; part++)
    {
        const bool isOutput = part == OUTPUT;
        if (isOutput)
        {
            GatherTangent(pass.shape, pass.cache, places, pass.scratch);
        }
        Scalar* to = isOutput ? pass.outputTangent.data() : pass.scratch + part * places.token;
        TangentPass inner{pass.parameters + m_firstParameters[part],
                          pass.parameterTangents + m_firstParameters[part],
                          pass.shape,
                          isOutput ? ConstView(gathered, width, columns) : pass.input,
                          // A dense layer's tangent does not read its output.
                          ConstView(nullptr, width, columns),
                          isOutput ? ConstView(gatheredTangent, width, columns) : pass.inputTangent,
                          View(to, width, columns),
                          pass.cache + places.part[part],
                          dense};
        m_parts[part]->Tangent(inner);
    }
}

template class BasicAttention<float>;
template class BasicAttention<double>;

} // namespace fl
} // namespace ns3
