/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_AGENT_H
#define FL_AGENT_H

#include "fl-environment.h"
#include "fl-hybrid-distribution.h"
#include "fl-hybrid-policy.h"
#include "fl-trust-region.h"

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Agents that learn to act in an Environment.
 */

namespace ns3
{
namespace fl
{

class AgentReader;
class AgentWriter;

/// What agents are like; defaults are the paper's where it says something.
struct AgentOptions
{
    std::string method{"parameterized"};    //!< a name of AgentMethods()
    uint64_t seed{1};                       //!< of weights and draws
    uint32_t steps{100};                    //!< of an episode, at least 1
    double actorRate{0.003};                //!< of steps along gradients
    double criticRate{0.02};                //!< of the critic's Adam
    double discount{0};                     //!< gamma, from 0 to below 1
    bool standardizes{true};                //!< whether advantages are, within a batch
    uint32_t criticEpochs{1};               //!< passes of the critic over a batch
    uint32_t minibatch{25};                 //!< states of a step of the critic, at least 1
    uint32_t fisherStates{25};              //!< of a batch, states of which the Fisher matrix is
    PolicySizes policy;                     //!< hidden units
    std::vector<uint32_t> critic{200, 100}; //!< hidden units
    uint32_t levels{10};                    //!< Z, of methods whose parameters are discrete
    TrustRegionOptions region;              //!< of the method parameterized
    uint32_t replay{10000};                 //!< transitions that DDPG and DQN keep, at least 1
    uint32_t replayBatch{100};              //!< of these, for a step
    uint32_t replaySteps{4};                //!< steps after an episode

    /// @throws InvalidInput that names the option, its value and what is allowed
    void Validate() const;
};

/// What happened in an episode.
struct EpisodeReport
{
    double meanReward{0}; //!< of its steps
    double divergence{0}; //!< of the actor's step, if it is one of TRPO
    double factor{0};     //!< of the actor's step, if it is one of TRPO; 0: it was not taken
};

/**
 * @ingroup fl
 * Something that learns to act. Its episodes are numbered, and all that is drawn in one depends on
 * the seed and this number alone. So nothing but Save()'s numbers has to be known to go on.
 */
class Agent
{
  public:
    virtual ~Agent() = default;

    /// @return options it was made with
    const AgentOptions& Options() const
    {
        return m_options;
    }

    /// @return what it decides
    const ActionSpace& Space() const
    {
        return m_space;
    }

    /// @return numbers of a state
    uint32_t StateSize() const
    {
        return m_stateSize;
    }

    /// @return episodes so far
    uint64_t Episodes() const
    {
        return m_episodes;
    }

    /**
     * Act for an episode, and learn from it.
     * @param environment of the same space and states
     * @return what happened
     * @throws InvalidInput if the environment does not fit
     */
    EpisodeReport RunEpisode(Environment& environment);
    /**
     * Decide without drawing.
     * @param state what is known
     * @param [out] action the best one as far as the agent knows
     * @throws InvalidInput if the state's size does not fit
     */
    void Decide(const Eigen::VectorXf& state, HybridAction& action);
    /// Write all that it has learned and needs to go on. @param writer where to
    void Save(AgentWriter& writer) const;
    /// Go on as the agent that was saved, which had the same options. @param reader what it saved
    /// @throws InvalidInput if it does not fit
    void Load(AgentReader& reader);

  protected:
    /// @param options valid ones @param space what it decides @param stateSize numbers of a state
    Agent(const AgentOptions& options, const ActionSpace& space, uint32_t stateSize);

  private:
    /// As RunEpisode(). @return what happened @param environment that fits @param random of this
    /// episode
    virtual EpisodeReport DoEpisode(Environment& environment, RandomStream& random) = 0;
    /// As Decide(). @param state that fits @param [out] action the best one
    virtual void DoDecide(const Eigen::VectorXf& state, HybridAction& action) = 0;
    /// As Save(). @param writer where to
    virtual void DoSave(AgentWriter& writer) const = 0;
    /// As Load(). @param reader what was saved
    virtual void DoLoad(AgentReader& reader) = 0;

    AgentOptions m_options; //!< see Options()
    ActionSpace m_space;    //!< see Space()
    uint32_t m_stateSize;   //!< see StateSize()
    uint64_t m_episodes{0}; //!< see Episodes()
};

} // namespace fl
} // namespace ns3

#endif /* FL_AGENT_H */
