/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-task-builder.h"

#include "fl-data-source.h"
#include "fl-options.h"
#include "fl-split-task.h"
#include "fl-task-text.h"

#include "ns3/fl-data-fit.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-partitioner.h"

#include <cmath>
#include <iostream>
#include <map>
#include <tuple>

namespace ns3
{
namespace fl
{

LearningData
LoadData(const Options& options)
{
    return LoadData(options, options.threads);
}

namespace
{

/**
 * @param scenario of one task, which is no timing study
 * @param pool threads that generate data
 * @return its data; what a user may not expect of them is said on standard error
 */
TaskData
LoadTask(const Scenario& scenario, ThreadPool& pool)
{
    TrainTest sets = ReadDataSource(scenario, CacheFolder(), pool);
    for (const auto& note : sets.notes)
    {
        std::cerr << "note: " << note << std::endl;
    }
    return {std::make_shared<const Dataset>(std::move(sets.train)),
            std::make_shared<const Dataset>(std::move(sets.test))};
}

} // namespace

LearningData
LoadData(const Scenario& scenario, uint32_t threads)
{
    LearningData data;
    data.pool = std::make_shared<ThreadPool>(threads);
    std::map<std::tuple<std::string, uint32_t, uint32_t>, TaskData> loaded;
    for (uint32_t index = 0; index < CountTasks(scenario); ++index)
    {
        const Scenario task = TaskScenario(scenario, index);
        data.tasks.emplace_back();
        if (task.payloadBits > 0)
        {
            continue;
        }
        auto& known = loaded[{task.data, task.trainSamples, task.testSamples}];
        if (!known.train)
        {
            known = LoadTask(task, *data.pool);
        }
        data.tasks.back() = known;
    }
    return data;
}

std::shared_ptr<const LearningTask>
BuildTask(const Scenario& scenario, const LearningData& data, uint64_t seed, uint32_t index)
{
    const Scenario own = TaskScenario(scenario, index);
    const auto& [train, test] = data.tasks.at(index);
    auto task = std::make_shared<LearningTask>();
    task->seed = seed;
    task->pool = data.pool;
    task->trainer.localIterations = own.localIterations;
    if (!train)
    {
        task->statedBytes = static_cast<uint64_t>(std::ceil(own.payloadBits / 8));
        return task;
    }
    task->train = train;
    task->test = test;
    if (own.coordinator == "split")
    {
        SetSplitModel(own, *task);
        return task;
    }
    task->model = MakeModel(own.model,
                            InputShape{train->Dimension(), train->Shape(), train->Tokens()},
                            train->Classes());
    CheckClassifierFit(*task->model, *train);
    CheckClassifierFit(*task->model, *test);
    task->encoding = ParseEncoding(own.encoding);
    task->trainer.learningRate = own.lr;
    task->trainer.momentum = own.momentum;
    task->trainer.proximalMu = own.proximal;
    task->trainer.method =
        own.batch == 0 ? TrainerOptions::Method::FULL_BATCH : TrainerOptions::Method::SGD;
    task->trainer.batchSize = std::max(1U, own.batch);
    task->trainer.Validate();
    return task;
}

std::optional<DataStreamOptions>
BuildStream(const Scenario& scenario, size_t samples, uint64_t seed, uint32_t index)
{
    const Scenario own = TaskScenario(scenario, index);
    DataStreamOptions options;
    options.initialSamples =
        static_cast<uint32_t>(std::llround(own.dataStart * static_cast<double>(samples)));
    options.idle = {own.dataAdd, own.dataDiscard};
    options.computing = {own.dataAddActive, own.dataDiscardActive};
    options.seed = seed;
    const bool isMoving = own.dataStart < 1 || own.dataAdd > 0 || own.dataDiscard > 0 ||
                          own.dataAddActive > 0 || own.dataDiscardActive > 0;
    return isMoving ? std::optional(options) : std::nullopt;
}

std::vector<std::vector<uint32_t>>
BuildParts(const Scenario& scenario, const LearningTask& task, uint64_t seed, uint32_t index)
{
    if (!task.model)
    {
        return {};
    }
    const Scenario own = TaskScenario(scenario, index);
    const auto partitioner = Partitioner::FromText(own.partition);
    const auto& labels = task.train->Labels();
    if (own.coordinator != "split")
    {
        return partitioner.Split(labels, scenario.devices, seed);
    }
    return SplitTaskSamples(partitioner,
                            labels,
                            DivideSamples(own, *task.train).task,
                            scenario.devices,
                            seed);
}

} // namespace fl
} // namespace ns3
