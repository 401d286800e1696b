/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-model-factory.h"

#include "fl-classifiers.h"

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

constexpr size_t MAX_HIDDEN_LAYERS = 64; //!< of a multilayer perceptron (MLP)
constexpr uint32_t MAX_UNITS = 65536;    //!< of one hidden layer

/// What stands behind the colon, if there is one.
using Rest = std::optional<std::string>;

/// A model that has a name.
struct Entry
{
    std::string name;  //!< what stands before the colon
    std::string usage; //!< for help and messages
    ModelMaker make;   //!< makes it
    /// Features per sample that it takes; 0: any number.
    uint32_t inputSize{0};
};

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

/// @return all that have a name, in the order in which they got it: this module's come first
std::vector<Entry>&
Entries()
{
    // Within a function, since registrations of other files may come before this file's objects.
    static std::vector<Entry> entries{
        {"softmax", "softmax", MakeSoftmax, 0},
        {"mlp",
         "mlp (of 200 hidden units) or mlp:UNITS[-UNITS...] with 1 to 65536 units in each of up to "
         "64 hidden layers",
         MakeMlp,
         0},
        {"svhn-cnn", "svhn-cnn (of images of 3 x 32 x 32)", MakeSvhnCnn, SvhnCnn::INPUT_SIZE},
    };
    return entries;
}

/// The model of a text; where it takes another number of features than asked for, with that.
std::unique_ptr<const Model>
TryMake(const std::string& text, uint32_t inputSize, uint32_t classes)
{
    const auto [name, rest] = SplitOption(text);
    for (const auto& entry : Entries())
    {
        if (name == entry.name)
        {
            const uint32_t size = entry.inputSize > 0 ? entry.inputSize : inputSize;
            if (auto model = entry.make(rest, size, classes))
            {
                return model;
            }
        }
    }
    throw InvalidInput(Describe("model '", text, "': must be ", KnownModels()));
}

} // namespace

std::unique_ptr<const Model>
MakeModel(const std::string& text, uint32_t inputSize, uint32_t classes)
{
    auto model = TryMake(text, inputSize, classes);
    if (model && model->InputSize() != inputSize)
    {
        throw InvalidInput(Describe("model '",
                                    text,
                                    "': ",
                                    inputSize,
                                    " features per sample: must be ",
                                    model->InputSize()));
    }
    return model;
}

void
CheckModelText(const std::string& text)
{
    TryMake(text, 1, 2);
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
    entries.push_back({name, usage, std::move(make), inputSize});
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
