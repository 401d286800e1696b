/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_AGENT_METHODS_H
#define FL_AGENT_METHODS_H

#include "fl-agent.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Kinds of agents, by name.
 */

namespace ns3
{
namespace fl
{

/// A kind of agent.
struct AgentMethod
{
    std::string name;        //!< as typed
    std::string description; //!< one line
    /// Makes one of valid options.
    std::unique_ptr<Agent> (*make)(const AgentOptions&, const ActionSpace&, uint32_t);
};

/// @return all kinds: the paper's scheme, parameterized, and what it is compared with
const std::vector<AgentMethod>& AgentMethods();

/**
 * @param options what it is to be like
 * @param space what it decides
 * @param stateSize numbers of a state, at least 1
 * @return an agent that has learned nothing
 * @throws InvalidInput if an option is not valid
 */
std::unique_ptr<Agent> MakeAgent(const AgentOptions& options,
                                 const ActionSpace& space,
                                 uint32_t stateSize);

} // namespace fl
} // namespace ns3

#endif /* FL_AGENT_METHODS_H */
