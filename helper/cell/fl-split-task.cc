/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-task.h"

#include "ns3/fl-split-jobs.h"

#include <cstdlib>

namespace ns3
{
namespace fl
{

namespace
{

/// Of the frozen weights: one base, as a published checkpoint would be.
constexpr uint64_t BASE_SEED = 1;

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

} // namespace

TransformerConfig
SplitTransformer(const Dataset& data)
{
    TransformerConfig config;
    config.lora.rank = 8;
    config.targets = {"*.attention.query", "*.attention.value", "*.up", "pooler"};
    if (data.Tokens().IsText())
    {
        config.tokens = data.Tokens();
        return config;
    }
    config.norm = TransformerConfig::Norm::PRE;
    config.eps = 1e-6;
    config.image = data.Shape();
    config.patch = PatchOf(config.image);
    return config;
}

void
SetSplitModel(const Scenario& scenario, LearningTask& task)
{
    const auto config = SplitTransformer(*task.train);
    SplitModel model;
    model.embedding =
        std::make_shared<const SplitEmbedding>(config, RandomEmbedding(config, BASE_SEED));
    model.encoder = std::make_shared<const SplitEncoder>(config, RandomEncoder(config, BASE_SEED));
    model.head = MakeHead(config.width, task.train->Classes());
    model.batch = scenario.batch;
    model.headStep.learningRate = scenario.lr;
    model.adapterStep.learningRate = scenario.lr;
    model.activations = ParseEncoding(scenario.encoding);
    model.features = model.activations;
    model.gradients = model.activations;
    task.model = {model.encoder, &model.encoder->GetModel()};
    task.jobs = std::make_shared<SplitJobs>(std::move(model), task.seed);
}

} // namespace fl
} // namespace ns3
