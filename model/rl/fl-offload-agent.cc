/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-agent.h"

#include "fl-agent-methods.h"

#include "ns3/fl-error.h"

namespace ns3
{
namespace fl
{

namespace
{

/// @return sizes in words @param sizes which
std::string
Words(const OffloadSizes& sizes)
{
    return Describe(sizes.devices,
                    " devices, ",
                    sizes.servers,
                    " servers and ",
                    sizes.subChannels,
                    " sub-channels");
}

} // namespace

OffloadAgent::OffloadAgent(const AgentOptions& agent, const OffloadEnvironmentOptions& environment)
    : m_environment(environment),
      m_agent(MakeAgent(agent, m_environment.Space(), m_environment.StateSize()))
{
}

std::vector<OffloadDecision>
OffloadAgent::Decide(const OffloadProblem& problem)
{
    const auto sizes = OffloadSizes::Of(problem);
    if (!(sizes == m_environment.Sizes()))
    {
        throw InvalidInput(Describe("problem of ",
                                    Words(sizes),
                                    ": the agent is for ",
                                    Words(m_environment.Sizes())));
    }
    Eigen::VectorXf state;
    WriteOffloadState(problem,
                      m_environment.Options().state,
                      FirstOffloadDecisions(problem),
                      state);
    m_agent->Decide(state, m_action);
    return OffloadDecoder(problem).Decode(m_action);
}

double
OffloadAgent::LatencyS()
{
    m_agent->Decide(m_environment.State(), m_action);
    return m_environment.LatencyOf(m_action);
}

std::string
OffloadAgent::Brief() const
{
    return Describe("agent ",
                    m_agent->Options().method,
                    ", state ",
                    ToString(m_environment.Options().state),
                    ", after ",
                    m_agent->Episodes(),
                    " episodes");
}

} // namespace fl
} // namespace ns3
