/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-agent.h"

#include "fl-agent-stream.h"

#include "ns3/fl-error.h"
#include "ns3/fl-mix-seed.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Complain unless a number is in its range.
void
Require(const char* name, double value, bool allowed, const char* rule)
{
    if (!std::isfinite(value) || !allowed)
    {
        throw InvalidInput(Describe("agent: ", name, " ", value, ": must be ", rule));
    }
}

/// Complain about hidden layers that are empty or huge.
void
RequireLayers(const char* name, const std::vector<uint32_t>& units)
{
    for (const uint32_t count : units)
    {
        Require(name, count, count >= 1 && count <= 65536, "from 1 to 65536");
    }
}

} // namespace

void
AgentOptions::Validate() const
{
    Require("steps", steps, steps >= 1 && steps <= 100000, "from 1 to 100000");
    Require("actor's rate", actorRate, actorRate > 0, "positive and finite");
    Require("critic's rate", criticRate, criticRate > 0, "positive and finite");
    Require("discount", discount, discount >= 0 && discount < 1, "at least 0 and below 1");
    Require("epochs of the critic", criticEpochs, criticEpochs <= 1000, "at most 1000");
    Require("minibatch", minibatch, minibatch >= 1, "at least 1");
    Require("states of the Fisher matrix", fisherStates, fisherStates >= 1, "at least 1");
    Require("levels", levels, levels >= 2 && levels <= 1000, "from 2 to 1000");
    Require("divergence", region.maxDivergence, region.maxDivergence > 0, "positive and finite");
    Require("damping", region.damping, region.damping >= 0, "at least 0 and finite");
    Require("first step", region.firstFactor, region.firstFactor > 0, "positive and finite");
    Require("conjugate steps",
            region.conjugateSteps,
            region.conjugateSteps >= 1 && region.conjugateSteps <= 1000,
            "from 1 to 1000");
    Require("halvings", region.halvings, region.halvings <= 1000, "at most 1000");
    Require("replay", replay, replay >= 1 && replay <= 10000000, "from 1 to 10000000");
    Require("replay's batch", replayBatch, replayBatch >= 1, "at least 1");
    Require("replay's steps", replaySteps, replaySteps <= 10000, "at most 10000");
    RequireLayers("units of the choice's network", policy.choice);
    RequireLayers("units of the parameters' network", policy.parameter);
    RequireLayers("units of the critic", critic);
}

Agent::Agent(const AgentOptions& options, const ActionSpace& space, uint32_t stateSize)
    : m_options(options),
      m_space(space),
      m_stateSize(stateSize)
{
}

EpisodeReport
Agent::RunEpisode(Environment& environment)
{
    if (environment.StateSize() != m_stateSize || !(environment.Space() == m_space))
    {
        throw InvalidInput(Describe("environment of ",
                                    environment.StateSize(),
                                    " numbers of state and ",
                                    environment.Space().Choices(),
                                    " choices: must be as the agent's, ",
                                    m_stateSize,
                                    " and ",
                                    m_space.Choices()));
    }
    RandomStream random(MixSeed({m_options.seed, 0, m_episodes}));
    environment.Begin(m_episodes);
    const EpisodeReport report = DoEpisode(environment, random);
    m_episodes++;
    return report;
}

void
Agent::Decide(const Eigen::VectorXf& state, HybridAction& action)
{
    if (state.size() != static_cast<Eigen::Index>(m_stateSize))
    {
        throw InvalidInput(
            Describe("state has ", state.size(), " numbers: must have ", m_stateSize));
    }
    DoDecide(state, action);
}

void
Agent::Save(AgentWriter& writer) const
{
    writer.Number(m_episodes);
    DoSave(writer);
}

void
Agent::Load(AgentReader& reader)
{
    m_episodes = reader.Number<uint64_t>();
    DoLoad(reader);
}

} // namespace fl
} // namespace ns3
