/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-task.h"

#include "fl-data-source.h"

#include "ns3/fl-checkpoint.h"
#include "ns3/fl-error.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-pretraining.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-split-jobs.h"

#include <algorithm>
#include <iostream>
#include <numeric>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Of the frozen weights and of their samples: one base, as a published checkpoint would be.
constexpr uint64_t BASE_SEED = 1;

/// @return the recipe of a base
/// @param config its structure
/// @param data of which it gets a half
PretrainingRecipe
RecipeOf(const TransformerConfig& config, const Dataset& data)
{
    auto recipe = config.IsText() ? PretrainingRecipe::ForText(config.tokens)
                                  : PretrainingRecipe::ForImages(data.Shape());
    recipe.config = config;
    recipe.config.targets.clear();
    return recipe;
}

/// @return the file of a base that is not random
/// @param scenario says which
/// @param config its structure
/// @param data of which a pretrained one gets a half
std::shared_ptr<const SafetensorsFile>
OpenBase(const Scenario& scenario, const TransformerConfig& config, const Dataset& data)
{
    if (scenario.base != "pretrained")
    {
        return std::make_shared<const SafetensorsFile>(scenario.base);
    }
    const auto samples = DivideSamples(scenario, data).base;
    return std::make_shared<const SafetensorsFile>(
        EnsurePretrained(RecipeOf(config, data), data, samples, CacheFolder()));
}

/// Set embedding and encoder.
/// @param scenario says which base
/// @param config the structure
/// @param data training data
/// @param [in,out] model gets them
void
SetBase(const Scenario& scenario,
        const TransformerConfig& config,
        const Dataset& data,
        SplitModel& model)
{
    if (scenario.base == "random")
    {
        model.embedding =
            std::make_shared<const SplitEmbedding>(config, RandomEmbedding(config, BASE_SEED));
        model.encoder =
            std::make_shared<const SplitEncoder>(config, RandomEncoder(config, BASE_SEED));
        return;
    }
    const auto file = OpenBase(scenario, config, data);
    const Model embedding(MakeEmbeddingLayers<float>(config), {});
    const Model encoder(MakeEncoderLayers<float>(config), AdapterPatterns());
    model.embedding =
        std::make_shared<const SplitEmbedding>(config, LoadFrozen(embedding, config, file));
    model.encoder = std::make_shared<const SplitEncoder>(config, LoadFrozen(encoder, config, file));
    const auto unread = file->DescribeUnread();
    if (scenario.base != "pretrained" && !unread.empty())
    {
        std::cerr << "note: " << unread << std::endl;
    }
}

} // namespace

TransformerConfig
SplitTransformer(const Scenario& scenario, const Dataset& data)
{
    const InputShape shape{data.Dimension(), data.Shape(), data.Tokens()};
    const std::string text = scenario.model == Scenario().model ? "transformer" : scenario.model;
    auto config = TransformerOf(text, shape);
    if (!config || config->IsText() != data.Tokens().IsText())
    {
        throw InvalidInput(Describe("model '",
                                    text,
                                    "': must be a transformer of ",
                                    data.Tokens().IsText() ? "text" : "images",
                                    ", as the data are"));
    }
    if (config->targets.empty())
    {
        config->targets = {"*.attention.query", "*.attention.value", "*.up"};
        if (config->IsText())
        {
            config->targets = {"*.attention.query",
                               "*.attention.key",
                               "*.attention.value",
                               "pooler"};
        }
    }
    config->lora.rank = scenario.loraRank;
    config->lora.alpha = scenario.loraAlpha;
    config->Validate();
    return *config;
}

SplitSamples
DivideSamples(const Scenario& scenario, const Dataset& data)
{
    SplitSamples samples;
    samples.task.resize(data.Size());
    std::iota(samples.task.begin(), samples.task.end(), 0);
    if (scenario.base == "pretrained")
    {
        const size_t half = samples.task.size() / 2;
        RandomStream(BASE_SEED).Shuffle(samples.task, half);
        const auto middle = samples.task.begin() + static_cast<std::ptrdiff_t>(half);
        samples.base.assign(samples.task.begin(), middle);
        samples.task.erase(samples.task.begin(), middle);
        std::sort(samples.base.begin(), samples.base.end());
        std::sort(samples.task.begin(), samples.task.end());
    }
    return samples;
}

std::vector<std::vector<uint32_t>>
SplitTaskSamples(const Partitioner& partitioner,
                 const std::vector<uint8_t>& labels,
                 const std::vector<uint32_t>& samples,
                 uint32_t devices,
                 uint64_t seed)
{
    if (partitioner.GetSpec().kind == PartitionSpec::Kind::OWNERS)
    {
        // A file has the owner of each sample, those of the base included.
        auto parts = partitioner.Split(labels, devices, seed);
        for (size_t device = 0; device < parts.size(); ++device)
        {
            auto& part = parts[device];
            part.erase(std::remove_if(
                           part.begin(),
                           part.end(),
                           [&samples](uint32_t sample) {
                               return !std::binary_search(samples.begin(), samples.end(), sample);
                           }),
                       part.end());
            if (part.empty())
            {
                throw InvalidInput(Describe("device ",
                                            device,
                                            ": all samples of its owner are those that the base is "
                                            "pretrained on: must have more"));
            }
        }
        return parts;
    }
    std::vector<uint8_t> own;
    own.reserve(samples.size());
    for (const uint32_t sample : samples)
    {
        own.push_back(labels.at(sample));
    }
    auto parts = partitioner.Split(own, devices, seed);
    for (auto& part : parts)
    {
        for (auto& index : part)
        {
            index = samples[index];
        }
    }
    return parts;
}

SplitModel
MakeSplitModel(const Scenario& scenario, const Dataset& data)
{
    const auto config = SplitTransformer(scenario, data);
    SplitModel model;
    SetBase(scenario, config, data, model);
    model.head = MakeHead(config.width, data.Classes());
    if (scenario.sharedHead > 0)
    {
        model.shared =
            MakeSharedStructure(config, data.Classes(), model.encoder->GetModel().GetFrozen());
    }
    model.batch = scenario.batch;
    model.headStep.learningRate = scenario.lr;
    model.headStep.rule =
        scenario.step == "adam" ? StepOptions::Rule::ADAM : StepOptions::Rule::SGD;
    model.adapterStep = model.headStep;
    const auto encodingOf = [&scenario](const std::string& own) {
        return ParseEncoding(own == "all" ? scenario.encoding : own);
    };
    model.activations = encodingOf(scenario.encodeActivations);
    model.features = encodingOf(scenario.encodeFeatures);
    model.gradients = encodingOf(scenario.encodeGradients);
    model.countsFeatures = scenario.paperPayload > 0;
    return model;
}

void
SetSplitModel(const Scenario& scenario, LearningTask& task)
{
    task.jobs = std::make_shared<SplitJobs>(MakeSplitModel(scenario, *task.train), task.seed);
    const auto jobs = std::static_pointer_cast<SplitJobs>(task.jobs);
    task.model = {jobs, &jobs->GetModel().Global()};
}

} // namespace fl
} // namespace ns3
