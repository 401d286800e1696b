/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-actor-critic.h"

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

/// @return Adam with the actor's rate @param options of the agent
StepOptions
ActorStep(const AgentOptions& options)
{
    StepOptions step;
    step.rule = StepOptions::Rule::ADAM;
    step.learningRate = options.actorRate;
    return step;
}

/// Bring numbers to mean 0 and deviation 1, unless they are all the same.
void
Standardize(Eigen::VectorXf& values)
{
    const Eigen::VectorXd exact = values.cast<double>();
    const double mean = exact.mean();
    const double deviation = std::sqrt((exact.array() - mean).square().mean());
    if (deviation > 1e-12)
    {
        values = ((exact.array() - mean) / deviation).cast<float>();
    }
}

} // namespace

ActorCritic::ActorCritic(const ActorCriticKind& kind,
                         const AgentOptions& options,
                         const ActionSpace& space,
                         uint32_t stateSize)
    : Agent(options, space, stateSize),
      m_kind(kind),
      m_policy(stateSize, space, kind.distribution, options.policy, MixSeed({options.seed, 1})),
      m_actorStep(ActorStep(options)),
      m_critic({stateSize, options.critic, 1, false},
               MixSeed({options.seed, 2}),
               options.criticRate)
{
    m_batch.states.resize(stateSize, options.steps);
    m_batch.samples.resize(options.steps);
    m_rewards.resize(options.steps);
}

EpisodeReport
ActorCritic::DoEpisode(Environment& environment, RandomStream& random)
{
    for (uint32_t step = 0; step < Options().steps; ++step)
    {
        m_batch.states.col(step) = environment.State();
        m_policy.Draw(environment.State(), random, m_batch.samples[step]);
        m_rewards[step] = static_cast<float>(environment.Step(m_batch.samples[step].action));
    }
    EpisodeReport report = Learn(m_batch, m_rewards, environment.State());
    report.meanReward = m_rewards.cast<double>().mean();
    return report;
}

EpisodeReport
ActorCritic::Learn(const HybridPolicy::Batch& batch,
                   const Eigen::VectorXf& rewards,
                   const Eigen::VectorXf& end)
{
    const auto discount = static_cast<float>(Options().discount);
    const Eigen::Index count = rewards.size();
    const Eigen::VectorXf values = m_critic.Values(batch.states);
    Eigen::VectorXf targets = rewards;
    if (discount > 0)
    {
        targets.head(count - 1) += discount * values.tail(count - 1);
        targets[count - 1] += discount * m_critic.Values(end)[0];
    }
    Eigen::VectorXf advantages = m_kind.hasAdvantage ? targets - values : targets;
    if (m_kind.hasAdvantage && Options().standardizes)
    {
        Standardize(advantages);
    }
    EpisodeReport report;
    if (m_kind.hasTrustRegion)
    {
        report = StepInRegion(batch, advantages);
    }
    else
    {
        StepAlong(batch, advantages);
    }
    m_critic.Fit(batch.states, targets, Options().minibatch, Options().criticEpochs);
    return report;
}

void
ActorCritic::StepAlong(const HybridPolicy::Batch& batch, const Eigen::VectorXf& advantages)
{
    m_policy.Forward(batch.states);
    // Optimizers go down.
    m_policy.Gradient(batch.samples,
                      -advantages / static_cast<float>(advantages.size()),
                      m_gradient);
    Eigen::VectorXf parameters = m_policy.GetParameters();
    m_actorStep.Apply(m_gradient, parameters);
    m_policy.Project(parameters);
    m_policy.SetParameters(parameters);
}

void
ActorCritic::ForwardSome(const HybridPolicy::Batch& batch)
{
    const auto all = static_cast<size_t>(batch.states.cols());
    const size_t count = std::min<size_t>(Options().fisherStates, all);
    m_some.states.resize(batch.states.rows(), static_cast<Eigen::Index>(count));
    m_some.samples.resize(count);
    for (size_t i = 0; i < count; ++i)
    {
        const size_t from = i * all / count;
        m_some.states.col(static_cast<Eigen::Index>(i)) =
            batch.states.col(static_cast<Eigen::Index>(from));
        m_some.samples[i] = batch.samples[from];
    }
    m_policy.Forward(m_some.states);
}

EpisodeReport
ActorCritic::StepInRegion(const HybridPolicy::Batch& batch, const Eigen::VectorXf& advantages)
{
    m_policy.Forward(batch.states);
    const auto old = m_policy.Keep();
    const Eigen::VectorXd logs = m_policy.LogProbabilities(batch.samples);
    m_policy.Gradient(batch.samples,
                      advantages / static_cast<float>(advantages.size()),
                      m_gradient);
    const Eigen::VectorXd weights = advantages.cast<double>();
    ForwardSome(batch);
    auto fisher = [&](const Eigen::VectorXf& direction, Eigen::VectorXf& product) {
        m_policy.FisherProduct(m_some.samples, direction, product);
    };
    auto attempt = [&](Eigen::VectorXf& candidate) {
        m_policy.Project(candidate);
        m_policy.SetParameters(candidate);
        m_policy.Forward(batch.states);
        const Eigen::ArrayXd change = m_policy.LogProbabilities(batch.samples) - logs;
        TrustRegionTrial trial;
        trial.gain =
            (change.unaryExpr([](double x) { return std::expm1(x); }) * weights.array()).mean();
        trial.divergence = m_policy.Divergence(old, batch.samples);
        return trial;
    };
    Eigen::VectorXf parameters = m_policy.GetParameters();
    const auto step =
        TakeTrustRegionStep(Options().region, m_gradient, fisher, attempt, parameters);
    m_policy.SetParameters(parameters);
    EpisodeReport report;
    report.factor = step.factor;
    report.divergence = step.isTaken ? step.last.divergence : 0;
    return report;
}

void
ActorCritic::DoDecide(const Eigen::VectorXf& state, HybridAction& action)
{
    m_policy.TakeBest(state, action);
}

void
ActorCritic::DoSave(AgentWriter& writer) const
{
    writer.Vector(m_policy.GetParameters());
    writer.Step(m_actorStep);
    m_critic.Save(writer);
}

void
ActorCritic::DoLoad(AgentReader& reader)
{
    Eigen::VectorXf parameters(m_policy.Size());
    reader.Vector("the policy", parameters);
    m_policy.SetParameters(parameters);
    reader.Step("the actor's optimizer", m_policy.Size(), m_actorStep);
    m_critic.Load("the critic", reader);
}

} // namespace fl
} // namespace ns3
