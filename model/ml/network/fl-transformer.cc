/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-transformer.h"

#include "fl-embedding.h"
#include "fl-token-layers.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

namespace ns3
{
namespace fl
{

namespace
{

constexpr uint32_t MAX_LAYERS = 1000;     //!< far above useful numbers, to refuse mistyped ones
constexpr uint32_t MAX_WIDTH = 1U << 16;  //!< of tokens
constexpr uint32_t MAX_UNITS = 1U << 18;  //!< of feed-forward layers
constexpr uint32_t MAX_TOKENS = 1U << 24; //!< ids that float32 has exactly

/// Complain about a number that is out of its range.
void
RequireRange(const char* name, uint32_t value, uint32_t low, uint32_t high)
{
    if (value < low || value > high)
    {
        throw InvalidInput(
            Describe("transformer's ", name, " ", value, ": must be between ", low, " and ", high));
    }
}

/// Names for a message.
std::string
JoinWords(const std::vector<std::string>& words)
{
    std::string text;
    for (const auto& word : words)
    {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

/// Adapter of a matrix, or none.
LoraOptions
AdapterOf(const TransformerConfig& config, const std::string& name)
{
    const bool isTarget =
        std::any_of(config.targets.begin(), config.targets.end(), [&](const std::string& pattern) {
            return MatchesPattern(pattern.c_str(), name.c_str());
        });
    return isTarget ? config.lora : LoraOptions{};
}

/// Makes the layers of one encoder layer.
template <typename Scalar>
class EncoderLayerMaker
{
  public:
    /// Layers, from input to output.
    using Layers = typename BasicChain<Scalar>::Layers;

    /**
     * @param config the structure
     * @param name of the layer
     */
    EncoderLayerMaker(const TransformerConfig& config, const std::string& name)
        : m_config(config),
          m_name(name)
    {
    }

    /// @return the layer
    std::unique_ptr<const BasicLayer<Scalar>> Make() const
    {
        Layers layers;
        const bool isPre = m_config.norm == TransformerConfig::Norm::PRE;
        for (const bool isAttention : {true, false})
        {
            const char* norm = isAttention ? "norm1" : "norm2";
            Layers inner;
            if (isPre)
            {
                inner.push_back(MakeNorm(norm));
            }
            isAttention ? AddAttention(inner) : AddFeedForward(inner);
            layers.push_back(std::make_unique<BasicResidual<Scalar>>(
                "",
                std::make_unique<BasicChain<Scalar>>("", std::move(inner))));
            if (!isPre)
            {
                layers.push_back(MakeNorm(norm));
            }
        }
        return std::make_unique<BasicChain<Scalar>>(m_name, std::move(layers));
    }

  private:
    /// @return a layer normalization
    /// @param name its name
    std::unique_ptr<const BasicLayer<Scalar>> MakeNorm(const char* name) const
    {
        return std::make_unique<BasicLayerNorm<Scalar>>(name, m_config.width, m_config.eps);
    }

    /// Add attention.
    /// @param layers get it
    void AddAttention(Layers& layers) const
    {
        const std::string prefix = m_name + ".attention.";
        AttentionOptions options;
        options.heads = m_config.heads;
        options.query = AdapterOf(m_config, prefix + "query");
        options.key = AdapterOf(m_config, prefix + "key");
        options.value = AdapterOf(m_config, prefix + "value");
        options.output = AdapterOf(m_config, prefix + "output");
        layers.push_back(
            std::make_unique<BasicAttention<Scalar>>("attention", m_config.width, options));
    }

    /// Add up-projection, GELU and down-projection.
    /// @param layers get them
    void AddFeedForward(Layers& layers) const
    {
        layers.push_back(std::make_unique<BasicDense<Scalar>>("up",
                                                              m_config.width,
                                                              m_config.feedForward,
                                                              DenseStart::GLOROT,
                                                              WeightOrder::INPUTS_FIRST,
                                                              AdapterOf(m_config, m_name + ".up")));
        layers.push_back(std::make_unique<BasicGelu<Scalar>>("", m_config.feedForward));
        layers.push_back(
            std::make_unique<BasicDense<Scalar>>("down",
                                                 m_config.feedForward,
                                                 m_config.width,
                                                 DenseStart::GLOROT,
                                                 WeightOrder::INPUTS_FIRST,
                                                 AdapterOf(m_config, m_name + ".down")));
    }

    const TransformerConfig& m_config; //!< the structure
    std::string m_name;                //!< of the layer
};

/// @return the side of an image's patches [pixel]: what divides both sides, and is nearest to a
///         quarter of the height
/// @param image the image
uint32_t
PatchOf(const ImageShape& image)
{
    const auto distance = [&image](uint32_t side) {
        return std::abs(4 * static_cast<int64_t>(side) - static_cast<int64_t>(image.rows));
    };
    uint32_t best = 1;
    for (uint32_t side = 1; side <= image.rows && side <= image.columns; ++side)
    {
        const bool divides = image.rows % side == 0 && image.columns % side == 0;
        best = divides && distance(side) < distance(best) ? side : best;
    }
    return best;
}

/// What all presets of published models share.
TransformerConfig
BaseConfig()
{
    TransformerConfig config;
    config.layers = 12;
    config.width = 768;
    config.heads = 12;
    config.feedForward = 3072;
    config.lora = {8, 16};
    return config;
}

} // namespace

TransformerConfig
TransformerConfig::ForInput(const ImageShape& image, const TokenShape& tokens)
{
    TransformerConfig config;
    if (tokens.IsText())
    {
        config.tokens = tokens;
        return config;
    }
    config.norm = Norm::PRE;
    config.eps = 1e-6;
    config.image = image;
    config.patch = PatchOf(image);
    return config;
}

uint32_t
TransformerConfig::Positions() const
{
    return IsText() ? tokens.positions : 1 + (image.rows / patch) * (image.columns / patch);
}

std::vector<std::string>
TransformerConfig::Adaptable() const
{
    std::vector<std::string> names;
    for (uint32_t i = 0; i < layers; i++)
    {
        const std::string layer = "layer" + std::to_string(i);
        for (const char* part :
             {".attention.query", ".attention.key", ".attention.value", ".attention.output"})
        {
            names.push_back(layer + part);
        }
        names.push_back(layer + ".up");
        names.push_back(layer + ".down");
    }
    if (pooler)
    {
        names.emplace_back("pooler");
    }
    return names;
}

void
TransformerConfig::Validate() const
{
    RequireRange("layers", layers, 1, MAX_LAYERS);
    RequireRange("width", width, 1, MAX_WIDTH);
    RequireRange("feed-forward units", feedForward, 1, MAX_UNITS);
    if (heads == 0 || width % heads != 0)
    {
        throw InvalidInput(
            Describe("transformer's heads ", heads, ": must divide ", width, ", the width"));
    }
    if (!(eps >= 0 && eps < 1))
    {
        throw InvalidInput(Describe("transformer's eps ", eps, ": must be at least 0 and below 1"));
    }
    if (IsText())
    {
        RequireRange("vocabulary", tokens.vocabulary, 1, MAX_TOKENS);
        RequireRange("positions", tokens.positions, 1, MAX_TOKENS);
        RequireRange("token types", tokens.types, 1, MAX_TOKENS);
    }
    else if (patch == 0 || image.Size() == 0 || image.rows % patch != 0 ||
             image.columns % patch != 0)
    {
        throw InvalidInput(Describe("transformer's patch ",
                                    patch,
                                    ": must divide the image's sides, ",
                                    image.rows,
                                    " and ",
                                    image.columns));
    }
    if (!targets.empty())
    {
        RequireRange("adapter rank", lora.rank, 1, std::min(width, feedForward));
    }
    const std::vector<std::string> names = Adaptable();
    for (const auto& pattern : targets)
    {
        if (std::none_of(names.begin(), names.end(), [&](const std::string& name) {
                return MatchesPattern(pattern.c_str(), name.c_str());
            }))
        {
            throw InvalidInput(
                Describe("adapter pattern '", pattern, "': must match one of ", JoinWords(names)));
        }
    }
}

TransformerConfig
TransformerConfig::BertBase()
{
    TransformerConfig config = BaseConfig();
    config.tokens = {30522, 512, 2};
    config.targets = {"*.attention.query", "*.attention.key", "*.attention.value", "pooler"};
    return config;
}

TransformerConfig
TransformerConfig::VitBase()
{
    TransformerConfig config = BaseConfig();
    config.norm = Norm::PRE;
    config.pooler = false;
    config.image = {3, 224, 224};
    config.patch = 16;
    config.targets = {"*.attention.query", "*.attention.value", "*.up"};
    return config;
}

template <typename Scalar>
typename BasicChain<Scalar>::Layers
MakeEmbeddingLayers(const TransformerConfig& config)
{
    typename BasicChain<Scalar>::Layers inner;
    if (config.IsText())
    {
        inner.push_back(
            std::make_unique<BasicTokenEmbedding<Scalar>>("", config.tokens, config.width));
        inner.push_back(std::make_unique<BasicLayerNorm<Scalar>>("norm", config.width, config.eps));
    }
    else
    {
        inner.push_back(std::make_unique<BasicPatchEmbedding<Scalar>>("",
                                                                      config.image,
                                                                      config.patch,
                                                                      config.width));
    }
    typename BasicChain<Scalar>::Layers layers;
    layers.push_back(std::make_unique<BasicChain<Scalar>>("embeddings", std::move(inner)));
    return layers;
}

template <typename Scalar>
typename BasicChain<Scalar>::Layers
MakeEncoderLayers(const TransformerConfig& config)
{
    config.Validate();
    typename BasicChain<Scalar>::Layers layers;
    for (uint32_t i = 0; i < config.layers; i++)
    {
        layers.push_back(EncoderLayerMaker<Scalar>(config, "layer" + std::to_string(i)).Make());
    }
    if (config.norm == TransformerConfig::Norm::PRE)
    {
        layers.push_back(
            std::make_unique<BasicLayerNorm<Scalar>>("norm", config.width, config.eps));
    }
    layers.push_back(std::make_unique<BasicFirstToken<Scalar>>("", config.width));
    if (config.pooler)
    {
        layers.push_back(std::make_unique<BasicDense<Scalar>>("pooler",
                                                              config.width,
                                                              config.width,
                                                              DenseStart::GLOROT,
                                                              WeightOrder::INPUTS_FIRST,
                                                              AdapterOf(config, "pooler")));
        layers.push_back(std::make_unique<BasicTanh<Scalar>>("", config.width));
    }
    return layers;
}

template <typename Scalar>
typename BasicChain<Scalar>::Layers
MakeHeadLayers(uint32_t width, uint32_t classes)
{
    typename BasicChain<Scalar>::Layers layers;
    layers.push_back(std::make_unique<BasicDense<Scalar>>("head",
                                                          width,
                                                          classes,
                                                          DenseStart::GLOROT,
                                                          WeightOrder::INPUTS_FIRST));
    return layers;
}

template <typename Scalar>
typename BasicChain<Scalar>::Layers
MakeTransformerLayers(const TransformerConfig& config, uint32_t classes)
{
    config.Validate();
    auto layers = MakeEmbeddingLayers<Scalar>(config);
    auto add = [&layers](typename BasicChain<Scalar>::Layers more) {
        std::move(more.begin(), more.end(), std::back_inserter(layers));
    };
    add(MakeEncoderLayers<Scalar>(config));
    add(MakeHeadLayers<Scalar>(config.width, classes));
    return layers;
}

std::vector<std::string>
AdapterPatterns()
{
    return {"*.lora_A", "*.lora_B"};
}

/// @cond INSTANTIATIONS
template BasicChain<float>::Layers MakeEmbeddingLayers<float>(const TransformerConfig&);
template BasicChain<double>::Layers MakeEmbeddingLayers<double>(const TransformerConfig&);
template BasicChain<float>::Layers MakeEncoderLayers<float>(const TransformerConfig&);
template BasicChain<double>::Layers MakeEncoderLayers<double>(const TransformerConfig&);
template BasicChain<float>::Layers MakeHeadLayers<float>(uint32_t, uint32_t);
template BasicChain<double>::Layers MakeHeadLayers<double>(uint32_t, uint32_t);
template BasicChain<float>::Layers MakeTransformerLayers<float>(const TransformerConfig&, uint32_t);
template BasicChain<double>::Layers MakeTransformerLayers<double>(const TransformerConfig&,
                                                                  uint32_t);
/// @endcond
} // namespace fl
} // namespace ns3
