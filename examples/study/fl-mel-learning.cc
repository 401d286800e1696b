/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-learning.h"

#include "ns3/fl-aggregator.h"
#include "ns3/fl-error.h"
#include "ns3/fl-mel-methods.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-trainer.h"

#include <numeric>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * One global cycle: train at each learner, then aggregate by FedAvg.
 * @param task model, training set and the trainer's settings
 * @param work local iterations of each learner
 * @param shares samples that each gets; their sum is at most the training set's size
 * @param global parameters that all learners start from
 * @param seed of the division of samples, and of training
 * @return the average of the learners' parameters, weighted by samples; learners without samples or
 *        iterations, or whose training diverges, are left out
 */
Eigen::VectorXf
TrainCycle(const LearningTask& task,
           const std::vector<MelWork>& work,
           const std::vector<uint32_t>& shares,
           const Eigen::VectorXf& global,
           uint64_t seed)
{
    std::vector<uint32_t> shuffled(static_cast<size_t>(task.train->Size()));
    std::iota(shuffled.begin(), shuffled.end(), 0);
    RandomStream(seed).Shuffle(shuffled);
    FedAvg aggregator;
    aggregator.Begin(task.model->ParameterCount());
    auto next = shuffled.begin();
    for (size_t k = 0; k < work.size(); ++k)
    {
        const std::vector<uint32_t> mine(next, next + shares[k]);
        next += shares[k];
        if (mine.empty() || work[k].iterations == 0)
        {
            continue;
        }
        TrainerOptions options = task.trainer;
        options.localIterations = static_cast<uint32_t>(work[k].iterations);
        const auto result =
            Train(*task.model, global, *task.train, mine, 0, options, RandomStream(seed, k).Next());
        if (result.finite)
        {
            aggregator.Add({result.parameters, static_cast<double>(mine.size()), 0, 0});
        }
    }
    Eigen::VectorXf updated = global;
    aggregator.Finish(updated);
    return updated;
}

} // namespace

std::vector<uint32_t>
ScaleMelSamples(const std::vector<MelWork>& work, uint32_t trained)
{
    int64_t total = 0;
    for (const auto& entry : work)
    {
        total += entry.samples;
    }
    std::vector<uint32_t> shares;
    int64_t before = 0;
    uint32_t given = 0;
    for (const auto& entry : work)
    {
        before += entry.samples;
        const auto until = static_cast<uint32_t>(
            static_cast<double>(before) / static_cast<double>(total) * trained + 0.5);
        shares.push_back(until - given);
        given = until;
    }
    return shares;
}

MelRun
AllocateMel(const MelCase& what, MelDropOptions drop, uint64_t seed)
{
    drop.cycleTimeS = what.cycleTimeS;
    drop.energyJ = what.energyJ;
    drop.staleness = what.scheme.staleness;
    RandomStream random(seed);
    const auto problem = DrawMelDrop(drop, random);
    MelRun run;
    try
    {
        const auto solution = SolveMel(what.scheme.method, problem);
        run.feasible = true;
        run.work = solution.learners;
        run.iterations = solution.objective;
    }
    catch (const Infeasible&)
    {
        // Nothing is learned.
    }
    return run;
}

std::vector<double>
LearnMel(const std::vector<MelWork>& work,
         const LearningTask& task,
         uint32_t updates,
         uint64_t seed,
         const std::function<void()>& updated)
{
    const auto shares = ScaleMelSamples(work, static_cast<uint32_t>(task.train->Size()));
    Eigen::VectorXf global = task.model->InitialParameters(seed);
    std::vector<double> accuracy{Evaluate(*task.model, global, *task.test).accuracy};
    for (uint32_t update = 1; update <= updates; ++update)
    {
        if (!work.empty())
        {
            global = TrainCycle(task, work, shares, global, RandomStream(seed, update).Next());
        }
        accuracy.push_back(Evaluate(*task.model, global, *task.test).accuracy);
        if (updated)
        {
            updated();
        }
    }
    return accuracy;
}

} // namespace fl
} // namespace ns3
