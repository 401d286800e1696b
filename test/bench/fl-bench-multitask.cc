/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-multitask.h"

#include "../../examples/study/fl-multitask-study-options.h"
#include "fl-bench-child.h"

#include "ns3/fl-error.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-thread-pool.h"

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

namespace ns3
{
namespace fl
{

namespace
{

using nlohmann::json;

/// @param options of the study @return accuracy of each task after the last aggregation
json
LearnFigure5(const MultitaskStudyOptions& options)
{
    ThreadPool pool(options.cell.threads);
    std::ostringstream notes;
    const auto tasks = MakeMultitaskTasks(options, pool, notes);
    const auto curves = LearnMultitaskCurves(MultitaskGroups({5}, 0),
                                             tasks,
                                             MakeMultitaskCurveOptions(options),
                                             pool);
    auto accuracies = json::array();
    for (size_t j = 0; j < tasks.size(); ++j)
    {
        const auto& curve = curves.at(0);
        accuracies.push_back(curve.Accuracy(j, curve.CountPoints(j) - 1).Mean());
    }
    return accuracies;
}

} // namespace

BenchRows
BenchMultitask(const BenchOptions& bench)
{
    constexpr double TARGET_S = 300;
    MultitaskStudyOptions options;
    options.schemes = "FedAsync";
    options.learningRate = 0.03;
    options.cell.runs = 1;
    options.aggregations = bench.Pick(150U, 4U);
    options.samples = bench.Pick(400U, 20U);
    options.cell.testSamples = bench.Pick(1000U, 50U);
    options.evaluateEvery = 1;
    ChildUsage usage;
    WorkProgress progress(1);
    progress.Begin("multitask: figure 5, FedAsync");
    const json accuracies = RunInChild([&] { return LearnFigure5(options); }, &usage);
    progress.Add();
    std::string reached;
    for (const auto& accuracy : accuracies)
    {
        reached += Describe(reached.empty() ? "" : ", ", Round(100 * accuracy.get<double>()), " %");
    }
    return {{Describe("a run of figure 5, one scheme, one seed: ",
                      options.aggregations,
                      " aggregations a task, ",
                      options.samples,
                      " samples per device and task, ",
                      options.cell.testSamples,
                      " evaluated per aggregation, ",
                      options.cell.threads,
                      " threads"),
             Describe(Round(usage.wallS), " s (processor time ", Round(usage.cpuS), " s)"),
             Describe(TARGET_S, " s"),
             JudgeAtMost(usage.wallS, TARGET_S),
             "FedAsync; accuracy of the three tasks: " + reached}};
}

} // namespace fl
} // namespace ns3
