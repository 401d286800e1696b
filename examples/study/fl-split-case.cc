/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-case.h"

#include "ns3/double.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-partitioner.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-split-coordinator.h"
#include "ns3/fl-split-jobs.h"
#include "ns3/fl-split-task.h"
#include "ns3/fl-task-builder.h"
#include "ns3/fl-trainer.h"

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
/// @param count most samples that are taken
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

/// @return which words each text has, 1 or 0 by token id
/// @param text a data set
Dataset
BagsOfWords(const Dataset& text)
{
    const uint32_t vocabulary = text.Tokens().vocabulary;
    Eigen::MatrixXf words = Eigen::MatrixXf::Zero(vocabulary, text.Size());
    for (uint32_t i = 0; i < text.Size(); ++i)
    {
        for (uint32_t k = 0; k < text.ColumnCount(i); ++k)
        {
            words(static_cast<Eigen::Index>(text.Features()(0, text.FirstColumn(i) + k)), i) = 1;
        }
    }
    return Dataset(std::move(words), text.Labels(), text.Classes(), {1, vocabulary, 1});
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

std::vector<SplitCase>
MakeBaseCases(const Scenario& scenario, uint32_t testSamples, uint32_t threads)
{
    std::vector<SplitCase> cases{MakeSplitCase(scenario, testSamples, threads)};
    cases.push_back(cases.front());
    auto frozen = *cases.back().model;
    frozen.adapterStep.rule = StepOptions::Rule::NONE;
    cases.back().model = std::make_shared<const SplitModel>(std::move(frozen));
    Scenario other = scenario;
    other.base = "random";
    cases.push_back(MakeSplitCase(other, testSamples, threads));
    // The same devices have the same samples.
    cases.back().samples = cases.front().samples;
    cases[0].name = "adapters";
    cases[1].name = "heads alone";
    cases[2].name = "random base";
    return cases;
}

SplitBaselines
BaselinesOf(const SplitCase& task)
{
    SplitBaselines baselines;
    std::vector<uint32_t> counts(task.train->Classes(), 0);
    for (const uint8_t label : task.train->Labels())
    {
        ++counts[label];
    }
    const auto largest = std::max_element(counts.begin(), counts.end()) - counts.begin();
    const auto& labels = task.test->Labels();
    baselines.largestClass =
        static_cast<double>(std::count(labels.begin(), labels.end(), largest)) /
        static_cast<double>(labels.size());
    if (!task.train->Tokens().IsText())
    {
        baselines.bagOfWords = ABSENT;
        return baselines;
    }
    const Dataset train = BagsOfWords(*task.train);
    const auto model = MakeModel("softmax", train.Dimension(), train.Classes());
    TrainerOptions options;
    options.learningRate = 0.05;
    options.weightDecay = 0.001;
    options.localIterations = 20;
    std::vector<uint32_t> all(train.Size());
    std::iota(all.begin(), all.end(), 0);
    const auto trained =
        Train(*model, model->InitialParameters(TEST_SEED), train, all, 0, options, TEST_SEED);
    baselines.bagOfWords = Evaluate(*model, trained.parameters, BagsOfWords(*task.test)).accuracy;
    return baselines;
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
