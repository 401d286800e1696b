/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-pretraining.h"

#include "fl-checkpoint.h"

#include "ns3/fl-error.h"
#include "ns3/fl-zlib.h"

#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <sstream>
#include <stdexcept>

namespace ns3
{
namespace fl
{

namespace
{

/// To be raised whenever the same recipe comes to give other weights.
constexpr uint32_t RECIPE_VERSION = 1;

/// Continue a checksum with numbers.
template <typename T>
uint32_t
Continue(uint32_t crc, const T* values, size_t count)
{
    return Crc32(reinterpret_cast<const uint8_t*>(values), sizeof(T) * count, crc);
}

/// All that the weights depend on, but for the data.
std::string
TextOf(const PretrainingRecipe& recipe)
{
    const TransformerConfig& c = recipe.config;
    std::ostringstream text;
    text << std::setprecision(17) << RECIPE_VERSION << " " << static_cast<int>(c.norm) << " "
         << c.layers << " " << c.width << " " << c.heads << " " << c.feedForward << " " << c.eps
         << " " << c.pooler << " " << c.tokens.vocabulary << " " << c.tokens.positions << " "
         << c.tokens.types << " " << c.image.channels << " " << c.image.rows << " "
         << c.image.columns << " " << c.patch << " " << recipe.maxSamples << " " << recipe.epochs
         << " " << recipe.batch << " " << recipe.learningRate << " " << recipe.momentum << " "
         << recipe.seed;
    return text.str();
}

/// Checksum of recipe and data.
uint32_t
ChecksumOf(const PretrainingRecipe& recipe,
           const Dataset& data,
           const std::vector<uint32_t>& samples)
{
    const std::string text = TextOf(recipe);
    uint32_t crc = Continue(0, text.data(), text.size());
    crc = Continue(crc, recipe.classes.data(), recipe.classes.size());
    for (const uint32_t sample : samples)
    {
        const auto columns =
            data.Features().middleCols(data.FirstColumn(sample), data.ColumnCount(sample));
        crc = Continue(crc, columns.data(), static_cast<size_t>(columns.size()));
        crc = Continue(crc, &data.Labels()[sample], 1);
    }
    return crc;
}

/// Train, and write the weights.
void
Pretrain(const PretrainingRecipe& recipe,
         const Dataset& data,
         const std::vector<uint32_t>& samples,
         const std::string& path)
{
    TransformerConfig config = recipe.config;
    config.targets.clear();
    const Model model(MakeTransformerLayers<float>(config, data.Classes()));
    TrainerOptions options;
    options.learningRate = recipe.learningRate;
    options.momentum = recipe.momentum;
    options.batchSize = recipe.batch;
    options.localIterations = recipe.epochs;
    const auto result = Train(model,
                              model.InitialParameters(recipe.seed),
                              data,
                              samples,
                              recipe.maxSamples,
                              options,
                              recipe.seed);
    if (!result.finite)
    {
        throw std::runtime_error("pretraining diverges: a lower learning rate is needed");
    }
    WriteSafetensors(path, CheckpointOf({{&model, &result.parameters}}, config));
}

} // namespace

PretrainingRecipe
PretrainingRecipe::ForImages(const ImageShape& image)
{
    PretrainingRecipe recipe;
    recipe.config = TransformerConfig::ForInput(image, {});
    recipe.config.pooler = false;
    return recipe;
}

std::vector<uint32_t>
SamplesOfClasses(const Dataset& data,
                 const std::vector<uint32_t>& samples,
                 const std::vector<uint8_t>& classes)
{
    std::vector<uint32_t> chosen;
    std::copy_if(samples.begin(), samples.end(), std::back_inserter(chosen), [&](uint32_t sample) {
        return std::find(classes.begin(), classes.end(), data.Labels()[sample]) != classes.end();
    });
    return chosen;
}

std::string
EnsurePretrained(const PretrainingRecipe& recipe,
                 const Dataset& data,
                 const std::vector<uint32_t>& samples,
                 const std::string& cacheFolder)
{
    recipe.config.Validate();
    const std::vector<uint32_t> chosen = SamplesOfClasses(data, samples, recipe.classes);
    if (chosen.empty())
    {
        throw InvalidInput("pretraining: 0 samples of its classes: must be at least 1");
    }
    std::error_code error;
    std::filesystem::create_directories(cacheFolder, error);
    if (error)
    {
        throw InvalidInput(cacheFolder + ": cannot be made (" + error.message() + ")");
    }
    std::ostringstream name;
    name << "base-" << std::hex << std::setfill('0') << std::setw(8)
         << ChecksumOf(recipe, data, chosen) << ".safetensors";
    const std::string path = (std::filesystem::path(cacheFolder) / name.str()).string();
    if (!std::filesystem::exists(path, error))
    {
        Pretrain(recipe, data, chosen, path);
    }
    return path;
}

} // namespace fl
} // namespace ns3
