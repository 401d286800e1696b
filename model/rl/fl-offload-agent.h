/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OFFLOAD_AGENT_H
#define FL_OFFLOAD_AGENT_H

#include "fl-agent.h"
#include "fl-offload-environment.h"

#include "ns3/fl-offload-problem.h"
#include "ns3/fl-offload-value.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * An agent for offloading with the environment that it learns in, and its file.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * An agent that learns in an OffloadEnvironment, and decides problems of the same sizes.
 */
class OffloadAgent
{
  public:
    /**
     * @param agent scheme, networks, learning rates, trust region
     * @param environment what it learns in
     * @throws InvalidInput if an option is not valid
     */
    OffloadAgent(const AgentOptions& agent, const OffloadEnvironmentOptions& environment);

    /// @return the agent
    Agent& Learner()
    {
        return *m_agent;
    }

    /// @return the agent
    const Agent& Learner() const
    {
        return *m_agent;
    }

    /// @return what it learns in
    OffloadEnvironment& Ground()
    {
        return m_environment;
    }

    /// @return what it learns in
    const OffloadEnvironment& Ground() const
    {
        return m_environment;
    }

    /// Run an episode. @return what happened
    EpisodeReport RunEpisode()
    {
        return m_agent->RunEpisode(m_environment);
    }

    /**
     * Decide a problem as if all had computed at home before.
     * @param problem a valid problem
     * @return feasible decisions, by device
     * @throws InvalidInput if it is of other sizes than the agent
     */
    std::vector<OffloadDecision> Decide(const OffloadProblem& problem);
    /// @return the latency of what it decides next in its environment [s]
    double LatencyS();
    /// @return one line: what agent it is
    std::string Brief() const;

  private:
    OffloadEnvironment m_environment; //!< see Ground()
    std::unique_ptr<Agent> m_agent;   //!< see Learner()
    HybridAction m_action;            //!< the last one
};

/**
 * All that an agent is and needs to go on: its options, its environment's, networks, optimizers,
 * and transitions. Random streams need no more than seed and number of episodes.
 *
 * The bytes, little endian: "FL-AGENT", the format's version (32 bit), the number of bytes that
 * follow (64 bit) and their CRC-32, then the options, then what Agent::Save() wrote.
 * @param agent the agent
 * @return its bytes
 */
std::vector<uint8_t> OffloadAgentToBytes(const OffloadAgent& agent);
/**
 * @param bytes of OffloadAgentToBytes()
 * @return an agent that goes on as the one that was saved
 * @throws InvalidInput if they are damaged, of another version, or a number is not valid
 */
std::unique_ptr<OffloadAgent> OffloadAgentFromBytes(const std::vector<uint8_t>& bytes);
/**
 * Write an agent's file, which appears whole or not at all.
 * @param path the file; an existing one is replaced
 * @param agent the agent
 * @throws InvalidInput if it cannot be written
 */
void SaveOffloadAgent(const std::string& path, const OffloadAgent& agent);
/**
 * @param path of a file that SaveOffloadAgent() wrote
 * @return the agent
 * @throws InvalidInput that begins with the path, if it cannot be read or used
 */
std::unique_ptr<OffloadAgent> LoadOffloadAgent(const std::string& path);

} // namespace fl
} // namespace ns3

#endif /* FL_OFFLOAD_AGENT_H */
