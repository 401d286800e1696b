/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_REPLAY_AGENTS_H
#define FL_REPLAY_AGENTS_H

#include "fl-agent.h"
#include "fl-hybrid-distribution.h"
#include "fl-replay.h"
#include "fl-trained-perceptron.h"

#include <Eigen/Core>
#include <memory>

/**
 * @file
 * @ingroup fl
 * Agents that learn from a replay of transitions.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * An agent of the networks for choices and parameters, which learns from replayed transitions after
 * each episode.
 */
class ReplayAgent : public Agent
{
  protected:
    /**
     * @param options of the agent
     * @param space what it decides
     * @param stateSize numbers of a state
     * @param actionSize numbers of an action in the replay
     * @param parameterOutputs of the second network
     * @param isBounded whether outputs are tanh
     */
    ReplayAgent(const AgentOptions& options,
                const ActionSpace& space,
                uint32_t stateSize,
                uint32_t actionSize,
                uint32_t parameterOutputs,
                bool isBounded);

    EpisodeReport DoEpisode(Environment& environment, RandomStream& random) override;
    void DoSave(AgentWriter& writer) const override;
    void DoLoad(AgentReader& reader) override;

    /// A network, and the slower copy of it that targets come from.
    struct Pair
    {
        TrainedPerceptron fast; //!< learns
        Perceptron slow;        //!< follows it

        /// @param shape of both @param seed of the weights @param rate of Adam
        Pair(const PerceptronShape& shape, uint64_t seed, double rate);
        /// Move the slow one a part of the way to the fast one.
        void Follow();
        /// Write both. @param writer where to
        void Save(AgentWriter& writer) const;
        /// Read both. @param what for messages @param reader what was saved
        void Load(const char* what, AgentReader& reader);
    };

    /**
     * Both networks side by side.
     * @param isSlow whether of the slow ones
     * @param states a column each
     * @return outputs of choices, then of parameters; a column each
     */
    Eigen::MatrixXf Outputs(bool isSlow, const Eigen::MatrixXf& states);

    Pair m_choice;                     //!< first network
    std::unique_ptr<Pair> m_parameter; //!< second network; null: there are no parameters
    ReplayBatch m_drawn;               //!< what is learned from

  private:
    /// Decide, with something of chance. @param state what is known @param random source of draws
    /// @param [out] action what is done @param [out] numbers the same, for the replay
    virtual void Explore(const Eigen::VectorXf& state,
                         RandomStream& random,
                         HybridAction& action,
                         Eigen::VectorXf& numbers) = 0;
    /// Learn from m_drawn.
    virtual void LearnFromDrawn() = 0;

    Replay m_replay;           //!< transitions
    Eigen::VectorXf m_numbers; //!< an action
    Eigen::VectorXf m_state;   //!< before an action
};

/**
 * @ingroup fl
 * Deep deterministic policy gradient (T. Lillicrap et al., ICLR 2016) of relaxed actions: scores of
 * options and parameters are outputs of the actor, and normal noise explores.
 */
class DdpgAgent : public ReplayAgent
{
  public:
    /// @param options of the agent @param space what it decides @param stateSize numbers of a state
    DdpgAgent(const AgentOptions& options, const ActionSpace& space, uint32_t stateSize);

  private:
    void Explore(const Eigen::VectorXf& state,
                 RandomStream& random,
                 HybridAction& action,
                 Eigen::VectorXf& numbers) override;
    void LearnFromDrawn() override;
    void DoDecide(const Eigen::VectorXf& state, HybridAction& action) override;
    void DoSave(AgentWriter& writer) const override;
    void DoLoad(AgentReader& reader) override;
    /// Make an action of scores and parameters. @param numbers all of them @param [out] action it
    void ToAction(const Eigen::VectorXf& numbers, HybridAction& action);

    BasicHybridDistribution<float> m_relaxed; //!< takes the largest scores
    Pair m_critic;                            //!< Q of states and actions
};

/**
 * @ingroup fl
 * Deep Q-network (V. Mnih et al., 2015) with a branch per decision (A. Tavakoli et al., AAAI 2018):
 * each unit's options and each parameter's levels have values of their own, which share the
 * networks' hidden layers and the target, r + gamma times the mean over branches of their largest
 * values.
 */
class BranchDqnAgent : public ReplayAgent
{
  public:
    /// @param options of the agent @param space what it decides @param stateSize numbers of a state
    BranchDqnAgent(const AgentOptions& options, const ActionSpace& space, uint32_t stateSize);

  private:
    void Explore(const Eigen::VectorXf& state,
                 RandomStream& random,
                 HybridAction& action,
                 Eigen::VectorXf& numbers) override;
    void LearnFromDrawn() override;
    void DoDecide(const Eigen::VectorXf& state, HybridAction& action) override;
    /// @return mean over branches of the largest values, by column @param values of all branches
    Eigen::VectorXf MeanLargest(const Eigen::MatrixXf& values) const;

    BasicHybridDistribution<float> m_levels; //!< takes the largest values
    HybridSample m_sample;                   //!< an action
};

} // namespace fl
} // namespace ns3

#endif /* FL_REPLAY_AGENTS_H */
