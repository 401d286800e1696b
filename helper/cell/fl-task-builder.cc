/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-task-builder.h"

#include "fl-options.h"
#include "fl-split-task.h"

#include "ns3/fl-error.h"
#include "ns3/fl-idx.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-partitioner.h"
#include "ns3/fl-synthetic-digits.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>

namespace ns3
{
namespace fl
{

namespace
{

/// The synthetic data are one data set, as MNIST is: runs differ in all else.
constexpr uint64_t DATA_SEED = 1;

/**
 * @param variable name of an environment variable that holds a path
 * @param folder relative to that
 * @return the path of the folder; empty if the variable is not set, or empty
 */
std::string
Below(const char* variable, const char* folder)
{
    const char* value = std::getenv(variable);
    return value && *value ? (std::filesystem::path(value) / folder).string() : "";
}

} // namespace

std::string
CacheFolder()
{
    const char* own = std::getenv("FL_CACHE");
    if (own && *own)
    {
        return own;
    }
    for (const auto& folder : {Below("XDG_CACHE_HOME", "fl"), Below("HOME", ".cache/fl")})
    {
        if (!folder.empty())
        {
            return folder;
        }
    }
    return (std::filesystem::temp_directory_path() / "fl-cache").string();
}

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
    std::string folder = scenario.data;
    // A name goes before a folder that has it: that one can be given as ./NAME.
    const std::optional<SyntheticSet> set =
        folder.empty() ? SyntheticSet::DIGITS : ParseSyntheticSet(folder);
    if (set)
    {
        folder = EnsureSynthetic(*set,
                                 CacheFolder(),
                                 DATA_SEED,
                                 scenario.trainSamples,
                                 scenario.testSamples,
                                 data.pool.get());
    }
    TrainTest mnist = ReadMnist(folder);
    data.train = std::make_shared<const Dataset>(std::move(mnist.train));
    data.test = std::make_shared<const Dataset>(std::move(mnist.test));
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
