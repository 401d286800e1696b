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

/// @return all that have a name, in the order in which they got it: this module's come first
std::vector<Entry>&
Entries()
{
    // Within a function, since registrations of other files may come before this file's objects.
    static std::vector<Entry> entries{
        {"softmax", "softmax", MakeSoftmax},
        {"mlp",
         "mlp (of 200 hidden units) or mlp:UNITS[-UNITS...] with 1 to 65536 units in each of up to "
         "64 hidden layers",
         MakeMlp},
    };
    return entries;
}

} // namespace

std::unique_ptr<const Model>
MakeModel(const std::string& text, uint32_t inputSize, uint32_t classes)
{
    const auto [name, rest] = SplitOption(text);
    for (const auto& entry : Entries())
    {
        if (name == entry.name)
        {
            if (auto model = entry.make(rest, inputSize, classes))
            {
                return model;
            }
        }
    }
    throw InvalidInput(Describe("model '", text, "': must be ", KnownModels()));
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
                                     ModelMaker make)
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
    entries.push_back({name, usage, std::move(make)});
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
