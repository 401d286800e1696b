/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-agent.h"

#include "fl-bench-child.h"

#include "ns3/fl-actor-critic.h"
#include "ns3/fl-error.h"
#include "ns3/fl-offload-agent.h"
#include "ns3/fl-progress.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace ns3
{
namespace fl
{

namespace
{

using nlohmann::json;

constexpr uint32_t BATCH = 100;  //!< states of an update
constexpr uint32_t REPEATS = 50; //!< measurements; the best counts, as others use the machine too

/// @return seconds of processor time of the best of some measurements, which are of one thread
/// @param repeats how many @param work what is measured
template <typename Work>
double
Best(uint32_t repeats, Work work)
{
    double bestS = 1e9;
    for (uint32_t i = 0; i < repeats; i++)
    {
        const Stopwatch watch;
        work();
        bestS = std::min(bestS, watch.CpuS());
    }
    return bestS;
}

/// @return what PyTorch takes, in words
/// @param peer what its script printed @param key of the seconds @param unit to print @param scale
/// units in a second
std::string
PeerText(const json& peer, const char* key, const char* unit, double scale)
{
    if (!peer.is_object())
    {
        return "PyTorch not measured: Debian's python3-torch is not there";
    }
    return Describe("PyTorch ",
                    peer["version"].get<std::string>(),
                    ": ",
                    Round(scale * peer[key].get<double>()),
                    " ",
                    unit);
}

/// Steps of the environment, with gains as they are or drawn anew.
void
AddSteps(bool isRedrawn, const BenchOptions& bench, BenchRows& rows)
{
    OffloadEnvironmentOptions options;
    options.gains = options.sizes = isRedrawn ? Redraw::STEP : Redraw::NEVER;
    OffloadEnvironment environment(options);
    HybridPolicy policy(environment.StateSize(), environment.Space(), {}, {}, 1);
    RandomStream random(64);
    HybridSample sample;
    policy.Draw(environment.State(), random, sample);
    const int steps = bench.Pick(isRedrawn ? 500 : 5000, 100);
    const double secondsS = Best(bench.Pick(REPEATS, 1U), [&] {
        for (int i = 0; i < steps; i++)
        {
            environment.Step(sample.action);
        }
    });
    const double perSecond = steps / secondsS;
    const double target = isRedrawn ? 30000 : 300000;
    rows.push_back({Describe("agent's environment, 30 devices, gains ",
                             isRedrawn ? "and sizes drawn anew" : "fixed"),
                    Describe(Round(perSecond), " steps/s"),
                    Describe(Round(target), " steps/s"),
                    JudgeAtLeast(perSecond, target),
                    ""});
}

/// A decision, and the networks' products alone.
void
AddDecision(const json& peer, const BenchOptions& bench, BenchRows& rows)
{
    constexpr double TARGET_US = 40;
    OffloadEnvironment environment({});
    HybridPolicy policy(environment.StateSize(), environment.Space(), {}, {}, 1);
    HybridAction action;
    const int count = bench.Pick(200, 10);
    const double seconds = Best(bench.Pick(REPEATS, 1U), [&] {
        for (int i = 0; i < count; i++)
        {
            policy.TakeBest(environment.State(), action);
        }
    });
    const double us = 1e6 * seconds / count;
    rows.push_back({"decision of the agent, 30 devices, 5 servers, 5 sub-channels, one thread",
                    Describe(Round(us), " us"),
                    Describe(Round(TARGET_US), " us"),
                    JudgeAtMost(us, TARGET_US),
                    PeerText(peer, "decision_s", "us, the networks alone", 1e6)});
}

/// An update of the vanilla A2C.
void
AddUpdate(const json& peer, const BenchOptions& bench, BenchRows& rows)
{
    constexpr double TARGET_MS = 0.15;
    OffloadEnvironment environment({});
    AgentOptions options;
    ActorCritic agent({{}, false, true}, options, environment.Space(), environment.StateSize());
    HybridPolicy::Batch batch;
    batch.states.resize(environment.StateSize(), BATCH);
    batch.samples.resize(BATCH);
    Eigen::VectorXf rewards(BATCH);
    RandomStream random(65);
    for (uint32_t i = 0; i < BATCH; i++)
    {
        batch.states.col(i) = environment.State();
        agent.Policy().Draw(environment.State(), random, batch.samples[i]);
        rewards[i] = static_cast<float>(environment.Step(batch.samples[i].action));
    }
    const double seconds =
        Best(bench.Pick(REPEATS, 1U), [&] { agent.Learn(batch, rewards, environment.State()); });
    const double ms = 1e3 * seconds / BATCH;
    rows.push_back({"update of the vanilla A2C, batch 100, actor and critic, one thread",
                    Describe(Round(ms), " ms per state"),
                    Describe(TARGET_MS, " ms"),
                    JudgeAtMost(ms, TARGET_MS),
                    PeerText(peer, "update_s", "ms per state", 1e3 / BATCH)});
}

/// A part of a long training.
void
AddTraining(const BenchOptions& bench, BenchRows& rows)
{
    constexpr double TARGET_MIN = 5;
    constexpr double STEPS = 1e6;
    AgentOptions options;
    OffloadAgent agent(options, {});
    const int episodes = bench.Pick(200, 2);
    WorkProgress progress(episodes);
    progress.Begin("agent: training");
    double first = 0;
    double last = 0;
    const Stopwatch watch;
    for (int i = 0; i < episodes; i++)
    {
        const double reward = agent.RunEpisode().meanReward;
        first = i == 0 ? reward : first;
        last = reward;
        progress.Add();
    }
    const double minutes = watch.CpuS() / 60 * STEPS / (episodes * options.steps);
    rows.push_back({"parameterized A2C, 1,000,000 steps, TRPO, one thread",
                    Describe(Round(minutes),
                             " min of processor time, from ",
                             episodes * options.steps,
                             " steps"),
                    Describe(TARGET_MIN, " min"),
                    JudgeAtMost(minutes, TARGET_MIN),
                    Describe("Fisher matrix of ",
                             options.fisherStates,
                             " of 100 states; reward ",
                             Round(first),
                             " to ",
                             Round(last),
                             "; SB3 and CleanRL are not in Debian")});
}

} // namespace

BenchRows
BenchAgent(const BenchOptions& bench)
{
    BenchRows rows;
    const json peer = RunPython("torch-agent.py", Describe(bench.Pick(30, 2)));
    AddSteps(false, bench, rows);
    AddSteps(true, bench, rows);
    AddDecision(peer, bench, rows);
    AddUpdate(peer, bench, rows);
    AddTraining(bench, rows);
    return rows;
}

} // namespace fl
} // namespace ns3
