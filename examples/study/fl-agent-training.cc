/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-agent-training.h"

#include "ns3/fl-mix-seed.h"
#include "ns3/fl-offload-methods.h"

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <numeric>

namespace ns3
{
namespace fl
{

namespace
{

/// The episode in which agents are evaluated; nobody trains that long.
constexpr uint64_t HELD_OUT = uint64_t{1} << 40;

/// One run of a case.
struct RunResult
{
    std::vector<double> rewards; //!< by episode
    double latencyS{0};          //!< mean of the rounds held out
    double aboveBound{0};        //!< mean of latency / bound - 1
    double worstDivergence{0};   //!< of steps of TRPO
};

/// @return the bound without interference, of a round [s] @param problem the round
double
BoundOf(const OffloadProblem& problem)
{
    return SolveOffload("local", problem).lowerBound;
}

/// Train one agent, and evaluate it.
RunResult
RunOne(const AgentCase& what,
       const AgentEffort& effort,
       uint32_t run,
       const std::function<void()>& episodeIsDone)
{
    AgentOptions options = what.agent;
    options.seed = MixSeed({effort.seed, run, 3});
    OffloadAgent agent(options, EnvironmentOfRun(what.environment, effort, run));
    RunResult result;
    for (uint32_t episode = 0; episode < effort.episodes; ++episode)
    {
        const auto report = agent.RunEpisode();
        result.rewards.push_back(report.meanReward);
        result.worstDivergence = std::max(result.worstDivergence, report.divergence);
        episodeIsDone();
    }
    auto& ground = agent.Ground();
    ground.Begin(HELD_OUT);
    HybridAction action;
    for (uint32_t round = 0; round < effort.evaluations; ++round)
    {
        const double boundS = BoundOf(ground.Problem());
        agent.Learner().Decide(ground.State(), action);
        ground.Step(action);
        result.latencyS += ground.LatencyS() / effort.evaluations;
        result.aboveBound += (ground.LatencyS() / boundS - 1) / effort.evaluations;
    }
    return result;
}

/// @return the least latency of random decisions, of a round [s] @param ground at that round @param
/// draws how many decisions @param random source of the draws
double
RandomSearch(OffloadEnvironment& ground, uint32_t draws, RandomStream& random)
{
    const auto& space = ground.Space();
    HybridAction action;
    action.parameters.resize(space.Parameters());
    action.options.resize(space.units);
    std::vector<uint32_t> slots(space.options - 1);
    double leastS = std::numeric_limits<double>::infinity();
    for (uint32_t draw = 0; draw < draws; ++draw)
    {
        // Any part of the slots is taken, by any devices.
        std::iota(slots.begin(), slots.end(), 1);
        random.Shuffle(slots);
        const auto most = static_cast<uint32_t>(std::min<size_t>(slots.size(), space.units));
        slots.resize(random.Below(most + 1));
        slots.resize(space.units, 0);
        random.Shuffle(slots);
        std::copy(slots.begin(), slots.end(), action.options.begin());
        slots.resize(space.options - 1);
        // Any part of the parameters is at its upper end, where many are best.
        const double upper = random.Uniform();
        for (float& parameter : action.parameters)
        {
            const bool isUpper = random.Uniform() < upper;
            parameter = isUpper ? 1 : static_cast<float>(random.Uniform(-1, 1));
        }
        leastS = std::min(leastS, ground.LatencyOf(action));
    }
    return leastS;
}

/// Latencies of one run, by method, in their order.
std::vector<double>
ReferencesOfRun(const OffloadEnvironmentOptions& environment,
                const AgentEffort& effort,
                uint32_t run)
{
    OffloadEnvironment ground(EnvironmentOfRun(environment, effort, run));
    RandomStream random(MixSeed({effort.seed, run, 4}));
    std::vector<double> sums(6, 0);
    ground.Begin(HELD_OUT);
    HybridAction action;
    action.options.assign(ground.Space().units, 0);
    action.parameters.setOnes(ground.Space().Parameters());
    for (uint32_t round = 0; round < effort.evaluations; ++round)
    {
        const auto& problem = ground.Problem();
        const auto search = SolveOffload("search", problem);
        sums[0] += search.value.objective - search.value.learnS;
        sums[1] += search.lowerBound;
        sums[2] += search.value.objective;
        sums[3] += SolveOffload("blind", problem).value.objective;
        sums[4] += SolveOffload("local", problem).value.objective;
        sums[5] += RandomSearch(ground, effort.randomDraws, random);
        ground.Step(action);
    }
    for (double& sum : sums)
    {
        sum /= effort.evaluations;
    }
    return sums;
}

} // namespace

OffloadEnvironmentOptions
EnvironmentOfRun(OffloadEnvironmentOptions options, const AgentEffort& effort, uint32_t run)
{
    options.placement = MixSeed({effort.seed, run, 1});
    options.seed = MixSeed({effort.seed, run, 2});
    return options;
}

std::vector<AgentResult>
TrainAgents(const std::vector<AgentCase>& cases,
            const AgentEffort& effort,
            ThreadPool& pool,
            WorkProgress& progress)
{
    std::vector<RunResult> runs(cases.size() * effort.runs);
    std::mutex mutex;
    pool.ParallelFor(runs.size(), [&](size_t i) {
        runs[i] =
            RunOne(cases[i / effort.runs], effort, static_cast<uint32_t>(i % effort.runs), [&] {
                const std::lock_guard lock(mutex);
                progress.Add();
            });
    });
    const uint32_t points = std::min(effort.points, effort.episodes);
    std::vector<AgentResult> results(cases.size());
    for (size_t i = 0; i < runs.size(); ++i)
    {
        auto& result = results[i / effort.runs];
        const auto& rewards = runs[i].rewards;
        auto meanOf = [&](size_t from, size_t to) {
            return std::accumulate(rewards.begin() + static_cast<std::ptrdiff_t>(from),
                                   rewards.begin() + static_cast<std::ptrdiff_t>(to),
                                   0.0) /
                   static_cast<double>(to - from);
        };
        result.reward.resize(points);
        for (size_t point = 0; point < points; ++point)
        {
            result.reward[point].Add(
                meanOf(point * rewards.size() / points, (point + 1) * rewards.size() / points));
        }
        result.lastReward.Add(meanOf(rewards.size() - (rewards.size() + 9) / 10, rewards.size()));
        result.latencyS.Add(runs[i].latencyS);
        result.aboveBound.Add(runs[i].aboveBound);
        result.worstDivergence = std::max(result.worstDivergence, runs[i].worstDivergence);
    }
    return results;
}

std::vector<AgentReference>
EvaluateReferences(const OffloadEnvironmentOptions& environment,
                   double x,
                   const AgentEffort& effort,
                   ThreadPool& pool)
{
    std::vector<std::vector<double>> runs(effort.runs);
    pool.ParallelFor(runs.size(), [&](size_t run) {
        runs[run] = ReferencesOfRun(environment, effort, static_cast<uint32_t>(run));
    });
    std::vector<AgentReference> references;
    for (const char* name : {"fixed", "bound", "search", "blind", "local", "random search"})
    {
        references.push_back({name, x, {}});
    }
    for (const auto& run : runs)
    {
        for (size_t i = 0; i < run.size(); ++i)
        {
            references[i].latencyS.Add(run[i]);
        }
    }
    return references;
}

} // namespace fl
} // namespace ns3
