/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-model-factory.h"

#include "../fl-error.h"
#include "fl-classifiers.h"
#include "fl-option-text.h"

#include <algorithm>
#include <optional>

namespace ns3
{
namespace fl
{

namespace
{

constexpr size_t MAX_HIDDEN_LAYERS = 64;
constexpr uint32_t MAX_UNITS = 65536;

/// What stands behind the colon, if there is one.
using Rest = std::optional<std::string>;

/// How an option's text becomes a model. Each Make refuses a rest that it cannot take by null.
struct Entry
{
    const char* name;  //!< what stands before the colon
    const char* usage; //!< for help and messages
    std::unique_ptr<const Model> (*Make)(const Rest& rest, uint32_t inputSize, uint32_t classes);
};

std::unique_ptr<const Model>
MakeSoftmax(const Rest& rest, uint32_t inputSize, uint32_t classes)
{
    return rest ? nullptr : std::make_unique<const SoftmaxRegression>(inputSize, classes);
}

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

/// The place where a model gets its name.
constexpr Entry ENTRIES[] = {
    {"softmax", "softmax", MakeSoftmax},
    {"mlp",
     "mlp (of 200 hidden units) or mlp:UNITS[-UNITS...] with 1 to 65536 units in each of up to 64 "
     "hidden layers",
     MakeMlp},
};

} // namespace

std::unique_ptr<const Model>
MakeModel(const std::string& text, uint32_t inputSize, uint32_t classes)
{
    const auto [name, rest] = SplitOption(text);
    for (const auto& entry : ENTRIES)
    {
        if (name == entry.name)
        {
            if (auto model = entry.Make(rest, inputSize, classes))
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
    for (const auto& entry : ENTRIES)
    {
        text += (text.empty() ? "" : ", or ") + std::string(entry.usage);
    }
    return text;
}

} // namespace fl
} // namespace ns3
