/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-case.h"

#include "ns3/double.h"
#include "ns3/fl-partitioner.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-split-coordinator.h"
#include "ns3/fl-split-jobs.h"
#include "ns3/fl-split-task.h"
#include "ns3/fl-task-builder.h"

#include <algorithm>
#include <numeric>

namespace ns3
{
namespace fl
{

namespace
{

/// Of the choice of held-out samples.
constexpr uint64_t TEST_SEED = 2;

/// @return some samples of a set, all if there are fewer
/// @param data held-out data
/// @param count how many
std::shared_ptr<const Dataset>
Some(const std::shared_ptr<const Dataset>& data, uint32_t count)
{
    if (data->Size() <= count)
    {
        return data;
    }
    std::vector<uint32_t> samples(data->Size());
    std::iota(samples.begin(), samples.end(), 0);
    RandomStream(TEST_SEED).Shuffle(samples, count);
    samples.resize(count);
    std::sort(samples.begin(), samples.end());
    return std::make_shared<const Dataset>(data->Subset(samples));
}

} // namespace

std::vector<std::vector<uint32_t>>
SplitCase::Parts(const Scenario& scenario, uint64_t seed) const
{
    return SplitTaskSamples(Partitioner::FromText(scenario.partition),
                            train->Labels(),
                            samples,
                            scenario.devices,
                            seed);
}

SplitCase
MakeSplitCase(const Scenario& scenario, uint32_t testSamples, uint32_t threads)
{
    const auto data = LoadData(scenario, threads);
    SplitCase made;
    made.name = scenario.data;
    made.train = data.tasks.front().train;
    made.test = Some(data.tasks.front().test, testSamples);
    made.config = SplitTransformer(scenario, *made.train);
    auto model = MakeSplitModel(scenario, *made.train);
    // One device at a time on each thread: there is memory for it, and the bits are the same.
    model.keepCaches = true;
    made.samples = DivideSamples(scenario, *made.train).task;
    made.round = SplitJobs(model, 1).Describe(*made.train);
    const auto costs = SplitCosts();
    made.round.embeddingPart = costs.embeddingPart;
    made.round.forwardCycles = costs.forwardCycles;
    made.round.backwardCycles = costs.backwardCycles;
    made.round.serverCpuHz = costs.serverCpuHz;
    made.model = std::make_shared<const SplitModel>(std::move(model));
    return made;
}

SplitRound
SplitCosts()
{
    const auto coordinator = CreateObject<SplitCoordinator>();
    const auto get = [&coordinator](const char* name) {
        DoubleValue value;
        coordinator->GetAttribute(name, value);
        return value.Get();
    };
    SplitRound costs;
    costs.embeddingPart = get("EmbeddingPart");
    costs.forwardCycles = get("ForwardCycles");
    costs.backwardCycles = get("BackwardCycles");
    costs.serverCpuHz = get("ServerCpu");
    return costs;
}

} // namespace fl
} // namespace ns3
