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

/// @return the same samples with other labels
/// @param data a data set
/// @param labels one per sample, each below its number of classes
std::shared_ptr<const Dataset>
WithLabels(const Dataset& data, std::vector<uint8_t> labels)
{
    if (!data.Tokens().IsText())
    {
        return std::make_shared<const Dataset>(data.Features(),
                                               std::move(labels),
                                               data.Classes(),
                                               data.Shape());
    }
    TokenTable table;
    for (Eigen::Index token = 0; token < data.Features().cols(); ++token)
    {
        table.ids.push_back(static_cast<uint32_t>(data.Features()(0, token)));
        table.types.push_back(static_cast<uint8_t>(data.Features()(1, token)));
    }
    for (uint32_t sample = 0; sample <= data.Size(); ++sample)
    {
        table.offsets.push_back(data.FirstColumn(sample));
    }
    return std::make_shared<const Dataset>(
        Dataset::FromTokens(table, std::move(labels), data.Classes(), data.Tokens()));
}

/// @return labels as a task calls them
/// @param labels of data
/// @param names by class
std::vector<uint8_t>
Renamed(std::vector<uint8_t> labels, const std::vector<uint8_t>& names)
{
    for (uint8_t& label : labels)
    {
        label = names.at(label);
    }
    return labels;
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

std::shared_ptr<const Dataset>
SplitCase::LabelledTrain(const std::vector<std::vector<uint32_t>>& parts) const
{
    if (headTasks.empty())
    {
        return train;
    }
    auto labels = train->Labels();
    for (size_t device = 0; device < parts.size(); ++device)
    {
        const auto& names = headTasks[device % headTasks.size()];
        for (const uint32_t sample : parts[device])
        {
            labels[sample] = names.at(labels[sample]);
        }
    }
    return WithLabels(*train, std::move(labels));
}

bool
SplitCase::IsEvaluated(uint32_t device) const
{
    return headTasks.empty() || device % headTasks.size() == headTask;
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

std::vector<SplitCase>
MakeHeadTaskCases(const Scenario& scenario, uint32_t testSamples, uint32_t threads)
{
    const auto made = MakeSplitCase(scenario, testSamples, threads);
    const uint32_t classes = made.train->Classes();
    std::vector<uint8_t> own(classes);
    std::iota(own.begin(), own.end(), 0);
    std::vector<uint8_t> half(classes);
    for (uint32_t label = 0; label < classes; ++label)
    {
        half[label] = label < classes / 2 ? 1 : 0;
    }
    const std::vector<std::vector<uint8_t>> tasks{own, half};
    const std::vector<std::string> names{"classes", "halves"};
    std::vector<SplitCase> cases;
    for (size_t task = 0; task < tasks.size(); ++task)
    {
        for (const bool isByAll : {true, false})
        {
            SplitCase next = made;
            next.name = names[task] + (isByAll ? " by all" : " beside " + names[1 - task]);
            next.headTasks = isByAll ? std::vector<std::vector<uint8_t>>{tasks[task]} : tasks;
            next.headTask = isByAll ? 0 : task;
            next.test = WithLabels(*made.test, Renamed(made.test->Labels(), tasks[task]));
            cases.push_back(std::move(next));
        }
    }
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
