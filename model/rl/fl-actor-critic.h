/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_ACTOR_CRITIC_H
#define FL_ACTOR_CRITIC_H

#include "fl-agent.h"
#include "fl-trained-perceptron.h"

#include "ns3/fl-gradient-step.h"

#include <Eigen/Core>

namespace ns3
{
namespace fl
{

/// What kind of actor-critic it is.
struct ActorCriticKind
{
    DistributionKind distribution; //!< of actions; its levels are the options'
    bool hasTrustRegion{true};     //!< TRPO, or else steps of Adam along the gradient
    bool hasAdvantage{true};       //!< (29), or else r + gamma V(s')
};

/**
 * @ingroup fl
 * Advantage actor-critic, the paper's algorithm 2: an episode of steps by the policy, then a step
 * of the policy, with the advantage (29) r + gamma V(s') - V(s), and steps of the critic V.
 */
class ActorCritic : public Agent
{
  public:
    /// @param kind what kind @param options of the agent @param space what it decides @param
    /// stateSize numbers of a state
    ActorCritic(const ActorCriticKind& kind,
                const AgentOptions& options,
                const ActionSpace& space,
                uint32_t stateSize);

    /**
     * Learn from steps, without acting.
     * @param batch states and what was done in them
     * @param rewards by state
     * @param end the state after the last one
     * @return divergence and factor
     */
    EpisodeReport Learn(const HybridPolicy::Batch& batch,
                        const Eigen::VectorXf& rewards,
                        const Eigen::VectorXf& end);

    /// @return the policy
    HybridPolicy& Policy()
    {
        return m_policy;
    }

  private:
    EpisodeReport DoEpisode(Environment& environment, RandomStream& random) override;
    void DoDecide(const Eigen::VectorXf& state, HybridAction& action) override;
    void DoSave(AgentWriter& writer) const override;
    void DoLoad(AgentReader& reader) override;
    /// Take a step of TRPO. @return divergence and factor @param batch what was done @param
    /// advantages by state
    EpisodeReport StepInRegion(const HybridPolicy::Batch& batch, const Eigen::VectorXf& advantages);
    /// Take a step along the gradient. @param batch what was done @param advantages by state
    void StepAlong(const HybridPolicy::Batch& batch, const Eigen::VectorXf& advantages);
    /// Look at some of the batch's states, evenly spread, for Fisher products. @param batch of
    /// which
    void ForwardSome(const HybridPolicy::Batch& batch);

    ActorCriticKind m_kind;      //!< what kind
    HybridPolicy m_policy;       //!< the actor
    GradientStep m_actorStep;    //!< of the actor, without a trust region
    TrainedPerceptron m_critic;  //!< V
    HybridPolicy::Batch m_batch; //!< of an episode
    HybridPolicy::Batch m_some;  //!< states for Fisher products
    Eigen::VectorXf m_rewards;   //!< of an episode
    Eigen::VectorXf m_gradient;  //!< of the actor
};

} // namespace fl
} // namespace ns3

#endif /* FL_ACTOR_CRITIC_H */
