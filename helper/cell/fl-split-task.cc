/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-task.h"

#include "ns3/fl-split-jobs.h"

namespace ns3
{
namespace fl
{

namespace
{

/// Of the frozen weights: one base, as a published checkpoint would be.
constexpr uint64_t BASE_SEED = 1;

} // namespace

TransformerConfig
SplitTransformer(const Dataset& data)
{
    auto config = TransformerConfig::ForInput(data.Shape(), data.Tokens());
    config.lora.rank = 8;
    config.targets = {"*.attention.query", "*.attention.value", "*.up", "pooler"};
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
