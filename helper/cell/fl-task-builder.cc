/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-task-builder.h"

#include "fl-data-source.h"
#include "fl-options.h"
#include "fl-split-task.h"

#include "ns3/fl-error.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-partitioner.h"

#include <cmath>
#include <iostream>

namespace ns3
{
namespace fl
{

LearningData
LoadData(const Options& options)
{
    return LoadData(options, options.threads);
}

LearningData
LoadData(const Scenario& scenario, uint32_t threads)
{
    LearningData data;
    data.pool = std::make_shared<ThreadPool>(threads);
    if (scenario.payloadBits > 0)
    {
        return data;
    }
    TrainTest sets = ReadDataSource(scenario, CacheFolder(), *data.pool);
    for (const auto& note : sets.notes)
    {
        std::cerr << "note: " << note << std::endl;
    }
    data.train = std::make_shared<const Dataset>(std::move(sets.train));
    data.test = std::make_shared<const Dataset>(std::move(sets.test));
    return data;
}

std::shared_ptr<const LearningTask>
BuildTask(const Scenario& scenario, const LearningData& data, uint64_t seed)
{
    auto task = std::make_shared<LearningTask>();
    task->seed = seed;
    task->pool = data.pool;
    task->trainer.localIterations = scenario.localIterations;
    if (!data.train)
    {
        task->statedBytes = static_cast<uint64_t>(std::ceil(scenario.payloadBits / 8));
        return task;
    }
    task->train = data.train;
    task->test = data.test;
    if (scenario.coordinator == "split")
    {
        SetSplitModel(scenario, *task);
        return task;
    }
    if (data.train->Tokens().IsText())
    {
        throw InvalidInput(Describe("--data=",
                                    scenario.data,
                                    ": is text: must be images with --model=",
                                    scenario.model,
                                    ", which takes features"));
    }
    task->model = MakeModel(scenario.model, data.train->Dimension(), data.train->Classes());
    task->encoding = ParseEncoding(scenario.encoding);
    task->trainer.learningRate = scenario.lr;
    task->trainer.momentum = scenario.momentum;
    task->trainer.proximalMu = scenario.proximal;
    task->trainer.method =
        scenario.batch == 0 ? TrainerOptions::Method::FULL_BATCH : TrainerOptions::Method::SGD;
    task->trainer.batchSize = std::max(1U, scenario.batch);
    task->trainer.Validate();
    return task;
}

std::vector<std::vector<uint32_t>>
BuildParts(const Scenario& scenario, const LearningTask& task, uint64_t seed)
{
    if (!task.model)
    {
        return {};
    }
    return Partitioner::FromText(scenario.partition)
        .Split(task.train->Labels(), scenario.devices, seed);
}

} // namespace fl
} // namespace ns3
