/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-replay-agents.h"

#include "fl-agent-stream.h"

#include "ns3/fl-mix-seed.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

constexpr float FOLLOW = 0.01F;         //!< part of the way that slow networks move at once
constexpr double NOISE = 0.2;           //!< standard deviation of what explores, DDPG
constexpr double LEAST_CHANCE = 0.05;   //!< of a draw instead of the best, DQN
constexpr double CHANCE_EPISODES = 100; //!< in which that chance falls by a factor of e

/// @return a view of a matrix @param matrix the matrix
ConstMatrixView
ViewOf(const Eigen::MatrixXf& matrix)
{
    return {matrix.data(), matrix.rows(), matrix.cols()};
}

/// @return one above the other @param upper a matrix @param lower one of as many columns
Eigen::MatrixXf
Stack(const Eigen::MatrixXf& upper, const Eigen::MatrixXf& lower)
{
    Eigen::MatrixXf both(upper.rows() + lower.rows(), upper.cols());
    both << upper, lower;
    return both;
}

} // namespace

ReplayAgent::Pair::Pair(const PerceptronShape& shape, uint64_t seed, double rate)
    : fast(shape, seed, rate),
      slow(shape, seed)
{
}

void
ReplayAgent::Pair::Follow()
{
    slow.Parameters() += FOLLOW * (fast.Network().Parameters() - slow.Parameters());
}

void
ReplayAgent::Pair::Save(AgentWriter& writer) const
{
    fast.Save(writer);
    writer.Vector(slow.Parameters());
}

void
ReplayAgent::Pair::Load(const char* what, AgentReader& reader)
{
    fast.Load(what, reader);
    reader.Vector(what, slow.Parameters());
}

ReplayAgent::ReplayAgent(const AgentOptions& options,
                         const ActionSpace& space,
                         uint32_t stateSize,
                         uint32_t actionSize,
                         uint32_t parameterOutputs,
                         bool isBounded)
    : Agent(options, space, stateSize),
      m_choice({stateSize, options.policy.choice, space.Choices(), isBounded},
               MixSeed({options.seed, 1}),
               options.actorRate),
      m_replay(options.replay, stateSize, actionSize),
      m_numbers(actionSize)
{
    if (parameterOutputs > 0)
    {
        m_parameter = std::make_unique<Pair>(
            PerceptronShape{stateSize, options.policy.parameter, parameterOutputs, isBounded},
            MixSeed({options.seed, 2}),
            options.actorRate);
    }
}

Eigen::MatrixXf
ReplayAgent::Outputs(bool isSlow, const Eigen::MatrixXf& states)
{
    auto run = [&](Pair& pair) -> Eigen::MatrixXf {
        return (isSlow ? pair.slow : pair.fast.Network()).Forward(ViewOf(states));
    };
    const Eigen::MatrixXf choices = run(m_choice);
    return m_parameter ? Stack(choices, run(*m_parameter)) : choices;
}

EpisodeReport
ReplayAgent::DoEpisode(Environment& environment, RandomStream& random)
{
    double sum = 0;
    HybridAction action;
    for (uint32_t step = 0; step < Options().steps; ++step)
    {
        m_state = environment.State();
        Explore(m_state, random, action, m_numbers);
        const double reward = environment.Step(action);
        m_replay.Add(m_state, m_numbers, reward, environment.State());
        sum += reward;
    }
    for (uint32_t step = 0; step < Options().replaySteps; ++step)
    {
        m_replay.Draw(random, Options().replayBatch, m_drawn);
        LearnFromDrawn();
        m_choice.Follow();
        if (m_parameter)
        {
            m_parameter->Follow();
        }
    }
    EpisodeReport report;
    report.meanReward = sum / Options().steps;
    return report;
}

void
ReplayAgent::DoSave(AgentWriter& writer) const
{
    m_choice.Save(writer);
    if (m_parameter)
    {
        m_parameter->Save(writer);
    }
    m_replay.Save(writer);
}

void
ReplayAgent::DoLoad(AgentReader& reader)
{
    m_choice.Load("the network of choices", reader);
    if (m_parameter)
    {
        m_parameter->Load("the network of parameters", reader);
    }
    m_replay.Load(reader);
}

DdpgAgent::DdpgAgent(const AgentOptions& options, const ActionSpace& space, uint32_t stateSize)
    : ReplayAgent(options,
                  space,
                  stateSize,
                  space.Choices() + space.Parameters(),
                  space.Parameters(),
                  true),
      m_relaxed(space, {ChoiceKind::RELAXED, ParameterKind::NORMAL, options.levels}),
      m_critic({stateSize + space.Choices() + space.Parameters(), options.critic, 1, false},
               MixSeed({options.seed, 3}),
               options.criticRate)
{
}

void
DdpgAgent::ToAction(const Eigen::VectorXf& numbers, HybridAction& action)
{
    // The best action needs no deviations.
    m_relaxed.TakeBest({numbers.data(), numbers.data() + Space().Choices(), nullptr}, action);
}

void
DdpgAgent::Explore(const Eigen::VectorXf& state,
                   RandomStream& random,
                   HybridAction& action,
                   Eigen::VectorXf& numbers)
{
    numbers = Outputs(false, state);
    for (float& number : numbers)
    {
        number = std::clamp(number + static_cast<float>(NOISE * random.Normal()), -1.0F, 1.0F);
    }
    ToAction(numbers, action);
}

void
DdpgAgent::DoDecide(const Eigen::VectorXf& state, HybridAction& action)
{
    ToAction(Outputs(false, state), action);
}

void
DdpgAgent::LearnFromDrawn()
{
    Eigen::VectorXf targets = m_drawn.rewards;
    if (Options().discount > 0)
    {
        const Eigen::MatrixXf next = Stack(m_drawn.next, Outputs(true, m_drawn.next));
        targets += static_cast<float>(Options().discount) *
                   m_critic.slow.Forward(ViewOf(next)).row(0).transpose();
    }
    const auto count = static_cast<uint32_t>(targets.size());
    m_critic.fast.Fit(Stack(m_drawn.states, m_drawn.actions), targets, count, 1);
    // Up the critic's value of what the actor does.
    const Eigen::MatrixXf acted = Stack(m_drawn.states, Outputs(false, m_drawn.states));
    m_critic.fast.Network().Forward(ViewOf(acted));
    const Eigen::MatrixXf down =
        Eigen::MatrixXf::Constant(1, count, -1.0F / static_cast<float>(count));
    const Eigen::MatrixXf slope =
        m_critic.fast.Network().InputGradient(ViewOf(down)).bottomRows(m_drawn.actions.rows());
    m_choice.fast.Descend(slope.topRows(Space().Choices()));
    if (m_parameter)
    {
        m_parameter->fast.Descend(slope.bottomRows(Space().Parameters()));
    }
    m_critic.Follow();
}

void
DdpgAgent::DoSave(AgentWriter& writer) const
{
    ReplayAgent::DoSave(writer);
    m_critic.Save(writer);
}

void
DdpgAgent::DoLoad(AgentReader& reader)
{
    ReplayAgent::DoLoad(reader);
    m_critic.Load("the critic", reader);
}

BranchDqnAgent::BranchDqnAgent(const AgentOptions& options,
                               const ActionSpace& space,
                               uint32_t stateSize)
    : ReplayAgent(options,
                  space,
                  stateSize,
                  space.units + space.Parameters(),
                  space.Parameters() * options.levels,
                  false),
      m_levels(space, {ChoiceKind::SOFTMAX, ParameterKind::LEVELS, options.levels})
{
}

void
BranchDqnAgent::DoDecide(const Eigen::VectorXf& state, HybridAction& action)
{
    const Eigen::MatrixXf values = Outputs(false, state);
    m_levels.TakeBest({values.data(), values.data() + Space().Choices(), nullptr}, action);
}

void
BranchDqnAgent::Explore(const Eigen::VectorXf& state,
                        RandomStream& random,
                        HybridAction& action,
                        Eigen::VectorXf& numbers)
{
    const double chance =
        LEAST_CHANCE +
        (1 - LEAST_CHANCE) * std::exp(-static_cast<double>(Episodes()) / CHANCE_EPISODES);
    Eigen::MatrixXf values = Outputs(false, state);
    // A branch whose values are drawn takes any with the same chance.
    Eigen::Index next = 0;
    auto disturb = [&](uint32_t branches, uint32_t size) {
        for (uint32_t branch = 0; branch < branches; ++branch, next += size)
        {
            if (random.Uniform() < chance)
            {
                for (uint32_t i = 0; i < size; ++i)
                {
                    values(next + i, 0) = static_cast<float>(random.Uniform());
                }
            }
        }
    };
    disturb(Space().units, Space().options);
    disturb(Space().Parameters(), Options().levels);
    m_levels.TakeBest({values.data(), values.data() + Space().Choices(), nullptr}, action);
    for (uint32_t unit = 0; unit < Space().units; ++unit)
    {
        numbers[unit] = static_cast<float>(action.options[unit]);
    }
    const auto steps = static_cast<float>(Options().levels - 1);
    for (uint32_t k = 0; k < Space().Parameters(); ++k)
    {
        numbers[Space().units + k] = std::round((action.parameters[k] + 1) / 2 * steps);
    }
}

Eigen::VectorXf
BranchDqnAgent::MeanLargest(const Eigen::MatrixXf& values) const
{
    const Eigen::Index choices = Space().Choices();
    Eigen::VectorXf mean = Eigen::VectorXf::Zero(values.cols());
    Eigen::Index branches = 0;
    for (Eigen::Index first = 0; first < values.rows(); ++branches)
    {
        const Eigen::Index size = first < choices ? Space().options : Options().levels;
        mean += values.middleRows(first, size).colwise().maxCoeff().transpose();
        first += size;
    }
    return mean / static_cast<float>(branches);
}

void
BranchDqnAgent::LearnFromDrawn()
{
    Eigen::VectorXf targets = m_drawn.rewards;
    if (Options().discount > 0)
    {
        targets +=
            static_cast<float>(Options().discount) * MeanLargest(Outputs(true, m_drawn.next));
    }
    const Eigen::MatrixXf values = Outputs(false, m_drawn.states);
    const Eigen::Index choices = Space().Choices();
    Eigen::MatrixXf error = Eigen::MatrixXf::Zero(values.rows(), values.cols());
    for (Eigen::Index i = 0; i < values.cols(); ++i)
    {
        Eigen::Index first = 0;
        for (Eigen::Index branch = 0; branch < m_drawn.actions.rows(); ++branch)
        {
            const Eigen::Index row = first + static_cast<Eigen::Index>(m_drawn.actions(branch, i));
            error(row, i) = (values(row, i) - targets[i]) / static_cast<float>(values.cols());
            first += branch < Space().units ? Space().options : Options().levels;
        }
    }
    m_choice.fast.Descend(error.topRows(choices));
    if (m_parameter)
    {
        m_parameter->fast.Descend(error.bottomRows(error.rows() - choices));
    }
}

} // namespace fl
} // namespace ns3
