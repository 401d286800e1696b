/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-agent-methods.h"

#include "fl-actor-critic.h"
#include "fl-replay-agents.h"

#include "ns3/fl-error.h"

namespace ns3
{
namespace fl
{

namespace
{

/// Makes an actor-critic.
template <ChoiceKind choice, ParameterKind parameter, bool hasTrustRegion, bool hasAdvantage>
std::unique_ptr<Agent>
MakeActorCritic(const AgentOptions& options, const ActionSpace& space, uint32_t stateSize)
{
    return std::make_unique<ActorCritic>(
        ActorCriticKind{{choice, parameter, options.levels}, hasTrustRegion, hasAdvantage},
        options,
        space,
        stateSize);
}

/// Makes an agent of another class.
template <typename Kind>
std::unique_ptr<Agent>
Make(const AgentOptions& options, const ActionSpace& space, uint32_t stateSize)
{
    return std::make_unique<Kind>(options, space, stateSize);
}

} // namespace

const std::vector<AgentMethod>&
AgentMethods()
{
    constexpr auto SOFTMAX = ChoiceKind::SOFTMAX;
    constexpr auto RELAXED = ChoiceKind::RELAXED;
    constexpr auto NORMAL = ParameterKind::NORMAL;
    constexpr auto LEVELS = ParameterKind::LEVELS;
    static const std::vector<AgentMethod> METHODS{
        {"parameterized",
         "parameterized advantage actor-critic with a trust region: the paper's scheme",
         &MakeActorCritic<SOFTMAX, NORMAL, true, true>},
        {"relaxed",
         "advantage actor-critic, choices relaxed to continuous scores",
         &MakeActorCritic<RELAXED, NORMAL, false, true>},
        {"approximated",
         "advantage actor-critic, parameters approximated by levels",
         &MakeActorCritic<SOFTMAX, LEVELS, false, true>},
        {"a2c",
         "as parameterized, with steps along the gradient",
         &MakeActorCritic<SOFTMAX, NORMAL, false, true>},
        {"ac",
         "actor-critic: as a2c, without the advantage",
         &MakeActorCritic<SOFTMAX, NORMAL, false, false>},
        {"ddpg", "deep deterministic policy gradient of relaxed actions", &Make<DdpgAgent>},
        {"dqn", "deep Q-network with a branch per decision, in levels", &Make<BranchDqnAgent>},
    };
    return METHODS;
}

std::unique_ptr<Agent>
MakeAgent(const AgentOptions& options, const ActionSpace& space, uint32_t stateSize)
{
    options.Validate();
    space.Validate();
    std::string known;
    for (const auto& method : AgentMethods())
    {
        if (method.name == options.method)
        {
            return method.make(options, space, stateSize);
        }
        known += (known.empty() ? "" : ", ") + method.name;
    }
    throw InvalidInput(Describe("agent: method '", options.method, "': must be one of ", known));
}

} // namespace fl
} // namespace ns3
