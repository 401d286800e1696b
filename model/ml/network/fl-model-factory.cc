/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-model-factory.h"

#include "fl-classifiers.h"
#include "fl-transformer.h"

#include "ns3/fl-error.h"
#include "ns3/fl-option-text.h"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

namespace
{

constexpr size_t MAX_HIDDEN_LAYERS = 64; //!< of a perceptron, or a transformer
constexpr uint32_t MAX_UNITS = 65536;    //!< of one hidden layer, or a feed-forward part

/// What stands behind the colon, if there is one.
using Rest = std::optional<std::string>;

/// Makes a model of a shape of input and a number of classes; null refuses what is behind the
/// colon.
using ShapedMaker =
    std::function<std::unique_ptr<const Model>(const Rest&, const InputShape&, uint32_t)>;

/// A model that has a name.
struct Entry
{
    std::string name;  //!< what stands before the colon
    std::string usage; //!< for help and messages
    ShapedMaker make;  //!< makes it; of an input that it does not take, as near as it can
};

/**
 * @param make makes a model of a number of features
 * @param inputSize that it takes; 0: any number
 * @return the same of a shape of input
 */
ShapedMaker
OfFeatures(ModelMaker make, uint32_t inputSize = 0)
{
    return [make = std::move(make),
            inputSize](const Rest& rest, const InputShape& shape, uint32_t classes) {
        return make(rest, inputSize > 0 ? inputSize : shape.features, classes);
    };
}

/**
 * Make multinomial logistic regression (softmax).
 * @param rest what stands behind the colon; must be absent
 * @param inputSize features of a sample
 * @param classes number of classes
 * @return the model; null if there is a rest
 */
std::unique_ptr<const Model>
MakeSoftmax(const Rest& rest, uint32_t inputSize, uint32_t classes)
{
    return rest ? nullptr : std::make_unique<const SoftmaxRegression>(inputSize, classes);
}

/**
 * Make a multilayer perceptron (MLP).
 * @param rest widths of the hidden layers, from the input on, separated by '-' or ','; absent: one
 *        layer of 200 units
 * @param inputSize features of a sample
 * @param classes number of classes
 * @return the model; null if a width is not within 1 ... MAX_UNITS or there are more than
 *         MAX_HIDDEN_LAYERS
 */
std::unique_ptr<const Model>
MakeMlp(const Rest& rest, uint32_t inputSize, uint32_t classes)
{
    std::vector<uint32_t> hidden;
    std::string widths = rest.value_or("200");
    std::replace(widths.begin(), widths.end(), ',', '-');
    for (const auto& piece : SplitText(widths, '-'))
    {
        const auto units = ParseCount(piece);
        if (!units || *units < 1 || *units > MAX_UNITS || hidden.size() == MAX_HIDDEN_LAYERS)
        {
            return nullptr;
        }
        hidden.push_back(*units);
    }
    return std::make_unique<const Mlp>(inputSize, hidden, classes);
}

/**
 * Make the convolutional network for SVHN.
 * @param rest what stands behind the colon; must be absent
 * @param classes number of classes
 * @return the model; null if there is a rest
 */
std::unique_ptr<const Model>
MakeSvhnCnn(const Rest& rest, uint32_t /* inputSize */, uint32_t classes)
{
    return rest ? nullptr : std::make_unique<const SvhnCnn>(classes);
}

/// @return the structure that "LAYERS-WIDTH-HEADS" says; nothing if it is no such thing
/// @param text the three numbers
/// @param shape of the input
std::optional<TransformerConfig>
ParseTransformer(const std::string& text, const InputShape& shape)
{
    std::vector<uint32_t> sizes;
    for (const auto& piece : SplitText(text, '-'))
    {
        sizes.push_back(ParseCount(piece).value_or(0));
    }
    constexpr uint32_t UNITS_PER_WIDTH = 4;
    if (sizes.size() != 3 || sizes[0] < 1 || sizes[0] > MAX_HIDDEN_LAYERS || sizes[1] < 1 ||
        sizes[1] > MAX_UNITS / UNITS_PER_WIDTH || sizes[2] < 1 || sizes[1] % sizes[2] != 0)
    {
        return {};
    }
    auto config = TransformerConfig::ForInput(shape.image, shape.tokens);
    config.layers = sizes[0];
    config.width = sizes[1];
    config.heads = sizes[2];
    config.feedForward = UNITS_PER_WIDTH * config.width;
    config.pooler = shape.tokens.IsText();
    return config;
}

/// @return the structure that stands behind the colon; nothing if it is no such thing
/// @param rest layers, width and heads, separated by '-', or a preset's name; absent: 2-64-4
/// @param shape of the input: text, or images
std::optional<TransformerConfig>
StructureOf(const Rest& rest, const InputShape& shape)
{
    const std::string text = rest.value_or("2-64-4");
    return text == "bert-base"  ? TransformerConfig::BertBase()
           : text == "vit-b-16" ? TransformerConfig::VitBase()
                                : ParseTransformer(text, shape);
}

/**
 * Make a transformer, of which all parameters train.
 * @param rest as of StructureOf()
 * @param shape of the input: text, or images
 * @param classes number of classes
 * @return the model; null if the rest is no such thing
 */
std::unique_ptr<const Model>
MakeTransformer(const Rest& rest, const InputShape& shape, uint32_t classes)
{
    auto config = StructureOf(rest, shape);
    if (!config)
    {
        return nullptr;
    }
    config->targets.clear();
    return std::make_unique<const Model>(MakeTransformerLayers<float>(*config, classes));
}

/// @return all that have a name, in the order in which they got it: this module's come first
std::vector<Entry>&
Entries()
{
    // Within a function, since registrations of other files may come before this file's objects.
    static std::vector<Entry> entries{
        {"softmax", "softmax", OfFeatures(MakeSoftmax)},
        {"mlp",
         "mlp (of 200 hidden units) or mlp:UNITS[-UNITS...] with 1 to 65536 units in each of up to "
         "64 hidden layers",
         OfFeatures(MakeMlp)},
        {"svhn-cnn",
         "svhn-cnn (of images of 3 x 32 x 32)",
         OfFeatures(MakeSvhnCnn, SvhnCnn::INPUT_SIZE)},
        {"transformer",
         "transformer (of text or images; 2 layers of width 64 with 4 heads), "
         "transformer:LAYERS-WIDTH-HEADS with up to 64 layers of width up to 16384, which the "
         "heads "
         "divide, transformer:bert-base (of text) or transformer:vit-b-16 (of images of "
         "3 x 224 x 224)",
         MakeTransformer},
    };
    return entries;
}

/// The model of a text; where it takes another input than asked for, with that.
std::unique_ptr<const Model>
TryMake(const std::string& text, const InputShape& shape, uint32_t classes)
{
    const auto [name, rest] = SplitOption(text);
    for (const auto& entry : Entries())
    {
        if (name == entry.name)
        {
            if (auto model = entry.make(rest, shape, classes))
            {
                return model;
            }
        }
    }
    throw InvalidInput(Describe("model '", text, "': must be ", KnownModels()));
}

} // namespace

std::unique_ptr<const Model>
MakeModel(const std::string& text, const InputShape& shape, uint32_t classes)
{
    auto model = TryMake(text, shape, classes);
    const bool takesText = model->Tokens().IsText();
    if (takesText != shape.tokens.IsText())
    {
        throw InvalidInput(Describe("model '",
                                    text,
                                    takesText ? "': takes text: data must be text"
                                              : "': does not take text: must be transformer"));
    }
    if (!takesText && model->InputSize() != shape.features)
    {
        throw InvalidInput(Describe("model '",
                                    text,
                                    "': ",
                                    shape.features,
                                    " features per sample: must be ",
                                    model->InputSize()));
    }
    return model;
}

std::optional<TransformerConfig>
TransformerOf(const std::string& text, const InputShape& shape)
{
    const auto [name, rest] = SplitOption(text);
    return name == "transformer" ? StructureOf(rest, shape) : std::nullopt;
}

std::unique_ptr<const Model>
MakeModel(const std::string& text, uint32_t inputSize, uint32_t classes)
{
    return MakeModel(text, InputShape{inputSize, {1, inputSize, 1}, {}}, classes);
}

void
CheckModelText(const std::string& text)
{
    TryMake(text, {}, 2);
}

std::string
KnownModels()
{
    std::string text;
    for (const auto& entry : Entries())
    {
        text += (text.empty() ? "" : ", or ") + entry.usage;
    }
    return text;
}

ModelRegistration::ModelRegistration(const std::string& name,
                                     const std::string& usage,
                                     ModelMaker make,
                                     uint32_t inputSize)
    : m_name(name)
{
    auto& entries = Entries();
    const bool taken = std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
        return entry.name == name;
    });
    if (taken || name.empty() || name.find(':') != std::string::npos)
    {
        throw std::logic_error(Describe("model name '",
                                        name,
                                        "': must be one that no other model has, not empty and "
                                        "without a colon"));
    }
    entries.push_back({name, usage, OfFeatures(std::move(make), inputSize)});
}

ModelRegistration::~ModelRegistration()
{
    auto& entries = Entries();
    entries.erase(std::remove_if(entries.begin(),
                                 entries.end(),
                                 [this](const Entry& entry) { return entry.name == m_name; }),
                  entries.end());
}

} // namespace fl
} // namespace ns3
