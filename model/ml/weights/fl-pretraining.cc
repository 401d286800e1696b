/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-pretraining.h"

#include "fl-checkpoint.h"

#include "ns3/fl-error.h"
#include "ns3/fl-finite.h"
#include "ns3/fl-gradient-step.h"
#include "ns3/fl-loss.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-zlib.h"

#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// To be raised whenever the same recipe comes to give other weights.
constexpr uint32_t RECIPE_VERSION = 2;

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
         << recipe.isAdam << " " << recipe.tokenDrop << " " << recipe.seed;
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

/**
 * Text with some tokens left out.
 * @param data text
 * @param samples of it
 * @param share of tokens, but for the first of each sample
 * @param random draws them
 * @return these samples without them
 */
Dataset
DropTokens(const Dataset& data,
           const std::vector<uint32_t>& samples,
           double share,
           RandomStream& random)
{
    TokenTable table;
    table.offsets.assign(1, 0);
    std::vector<uint8_t> labels;
    for (const uint32_t sample : samples)
    {
        for (uint32_t i = 0; i < data.ColumnCount(sample); i++)
        {
            const auto token = data.Features().col(data.FirstColumn(sample) + i);
            if (i == 0 || random.Uniform() >= share)
            {
                table.ids.push_back(static_cast<uint32_t>(token[0]));
                table.types.push_back(static_cast<uint8_t>(token[1]));
            }
        }
        table.offsets.push_back(static_cast<uint32_t>(table.ids.size()));
        labels.push_back(data.Labels()[sample]);
    }
    return Dataset::FromTokens(table, labels, data.Classes(), data.Tokens());
}

/// Complain about training that has no result.
void
RequireFinite(bool isFinite)
{
    if (!isFinite)
    {
        throw std::runtime_error("pretraining diverges: a lower learning rate is needed");
    }
}

/**
 * One step of Adam.
 * @param model the structure
 * @param batch a minibatch
 * @param [in,out] step the rule, and what it remembers
 * @param [in,out] workspace buffers
 * @param [in,out] parameters follow the gradient
 */
void
TakeStep(const Model& model,
         const Dataset& batch,
         GradientStep& step,
         Workspace& workspace,
         Eigen::VectorXf& parameters)
{
    std::vector<uint32_t> offsets;
    for (uint32_t i = 0; i <= batch.Size(); i++)
    {
        offsets.push_back(batch.FirstColumn(i));
    }
    const ConstMatrixView input(batch.Features().data(),
                                batch.Features().rows(),
                                batch.Features().cols());
    const ConstMatrixView logits =
        model.Forward(parameters,
                      input,
                      BatchShape{offsets.back(), batch.Size(), offsets.data(), nullptr},
                      workspace);
    Eigen::MatrixXf above(logits.rows(), logits.cols());
    SoftmaxCrossEntropy(logits,
                        batch.Labels().data(),
                        1.0F / static_cast<float>(batch.Size()),
                        MatrixView(above.data(), above.rows(), above.cols()));
    Eigen::VectorXf gradient = Eigen::VectorXf::Zero(parameters.size());
    model.Backward(parameters,
                   input,
                   ConstMatrixView(above.data(), above.rows(), above.cols()),
                   model.Trainable(),
                   workspace,
                   gradient);
    step.Apply(gradient, parameters);
}

/**
 * Train in epochs of Adam, of text each with other tokens left out.
 * @param model the structure
 * @param recipe how
 * @param data the samples
 * @param samples indices of those that are used
 * @return its parameters
 */
Eigen::VectorXf
TrainByAdam(const Model& model,
            const PretrainingRecipe& recipe,
            const Dataset& data,
            std::vector<uint32_t> samples)
{
    RandomStream random(recipe.seed);
    if (recipe.maxSamples > 0 && recipe.maxSamples < samples.size())
    {
        random.Shuffle(samples, recipe.maxSamples);
        samples.resize(recipe.maxSamples);
    }
    StepOptions options;
    options.rule = StepOptions::Rule::ADAM;
    options.learningRate = recipe.learningRate;
    GradientStep step(options);
    Workspace workspace;
    auto parameters = model.InitialParameters(recipe.seed);
    for (uint32_t epoch = 0; epoch < recipe.epochs; epoch++)
    {
        random.Shuffle(samples);
        for (size_t first = 0; first < samples.size(); first += recipe.batch)
        {
            const auto begin = samples.begin() + static_cast<std::ptrdiff_t>(first);
            const size_t count = std::min<size_t>(recipe.batch, samples.size() - first);
            const std::vector<uint32_t> some(begin, begin + static_cast<std::ptrdiff_t>(count));
            TakeStep(model,
                     recipe.tokenDrop > 0 ? DropTokens(data, some, recipe.tokenDrop, random)
                                          : data.Subset(some),
                     step,
                     workspace,
                     parameters);
        }
    }
    RequireFinite(AllFinite(parameters));
    return parameters;
}

/// Train by SGD.
/// @return its parameters
/// @param model the structure
/// @param recipe how
/// @param data the samples
/// @param samples indices of those that may be used
Eigen::VectorXf
TrainBySgd(const Model& model,
           const PretrainingRecipe& recipe,
           const Dataset& data,
           const std::vector<uint32_t>& samples)
{
    TrainerOptions options;
    options.learningRate = recipe.learningRate;
    options.momentum = recipe.momentum;
    options.batchSize = recipe.batch;
    options.localIterations = recipe.epochs;
    auto result = Train(model,
                        model.InitialParameters(recipe.seed),
                        data,
                        samples,
                        recipe.maxSamples,
                        options,
                        recipe.seed);
    RequireFinite(result.finite);
    return std::move(result.parameters);
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
    const auto parameters = recipe.isAdam ? TrainByAdam(model, recipe, data, samples)
                                          : TrainBySgd(model, recipe, data, samples);
    WriteSafetensors(path, CheckpointOf({{&model, &parameters}}, config));
}

/// Complain about a recipe's numbers.
void
Validate(const PretrainingRecipe& recipe)
{
    recipe.config.Validate();
    const bool hasDrop = recipe.tokenDrop != 0;
    if (!(recipe.tokenDrop >= 0 && recipe.tokenDrop < 1) ||
        (hasDrop && !(recipe.isAdam && recipe.config.IsText())))
    {
        throw InvalidInput(Describe("pretraining: tokenDrop = ",
                                    recipe.tokenDrop,
                                    ": must be 0 to below 1, and 0 but for text by Adam"));
    }
    if (recipe.batch < 1)
    {
        throw InvalidInput("pretraining: batch = 0: must be at least 1");
    }
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

PretrainingRecipe
PretrainingRecipe::ForText(const TokenShape& tokens)
{
    PretrainingRecipe recipe;
    recipe.config = TransformerConfig::ForInput({}, tokens);
    recipe.classes = {0, 1};
    recipe.epochs = 2;
    recipe.isAdam = true;
    recipe.learningRate = 0.001;
    recipe.tokenDrop = 0.3;
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
    Validate(recipe);
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
