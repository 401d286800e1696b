/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-environment.h"

#include "ns3/fl-error.h"
#include "ns3/fl-mix-seed.h"

#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// @return an instance @param options of the environment @param [out] meanGains without fading
OffloadProblem
DrawFirst(const OffloadEnvironmentOptions& options, std::vector<double>& meanGains)
{
    RandomStream random(options.placement);
    auto problem = DrawOffload(options.drop, random, &meanGains);
    problem.objective = options.objective;
    problem.consensusS = options.consensusS;
    problem.Validate();
    problem.RequireEnergy();
    return problem;
}

} // namespace

const char*
ToString(Redraw redraw)
{
    static const char* const NAMES[] = {"never", "episode", "step"};
    return NAMES[static_cast<size_t>(redraw)];
}

OffloadEnvironment::OffloadEnvironment(const OffloadEnvironmentOptions& options)
    : m_options(options),
      m_first(DrawFirst(options, m_meanGains)),
      m_problem(m_first),
      m_sizes(OffloadSizes::Of(m_problem)),
      m_space(m_sizes.Space()),
      m_decoder(m_problem),
      m_random(options.seed)
{
    if (!(options.tauPerDeviceS > 0 && std::isfinite(options.tauPerDeviceS)))
    {
        throw InvalidInput(
            Describe("tau per device ", options.tauPerDeviceS, " s: must be positive and finite"));
    }
    Begin(0);
}

const ActionSpace&
OffloadEnvironment::Space() const
{
    return m_space;
}

uint32_t
OffloadEnvironment::StateSize() const
{
    return m_sizes.StateSize(m_options.state);
}

const Eigen::VectorXf&
OffloadEnvironment::State() const
{
    return m_state;
}

void
OffloadEnvironment::Draw(Redraw when)
{
    if (m_options.sizes == when)
    {
        RedrawOffloadSizes(m_random, m_problem);
        WriteOffloadData(m_problem, m_state);
    }
    if (m_options.gains == when)
    {
        RedrawOffloadFading(m_meanGains, m_random, m_problem);
        if (m_options.state == OffloadStateKind::GAINS)
        {
            WriteOffloadGains(m_problem, m_state);
        }
    }
}

void
OffloadEnvironment::Begin(uint64_t episode)
{
    m_random = RandomStream(MixSeed({m_options.seed, episode}));
    m_problem = m_first;
    m_state.resize(StateSize());
    Draw(Redraw::EPISODE);
    Draw(Redraw::STEP);
    WriteOffloadState(m_problem, m_options.state, FirstOffloadDecisions(m_problem), m_state);
}

double
OffloadEnvironment::Step(const HybridAction& action)
{
    const auto& decisions = m_decoder.Decode(action);
    m_latencyS = m_decoder.Evaluator().Evaluate(decisions).objective;
    WriteOffloadAllocation(m_problem, decisions, m_state);
    Draw(Redraw::STEP);
    return RewardOf(m_latencyS);
}

double
OffloadEnvironment::LatencyOf(const HybridAction& action)
{
    return m_decoder.Evaluator().Evaluate(m_decoder.Decode(action)).objective;
}

double
OffloadEnvironment::RewardOf(double latencyS) const
{
    const double tauS = m_options.tauPerDeviceS * m_sizes.devices;
    return std::expm1(1 - latencyS / tauS);
}

double
OffloadEnvironment::LatencyOfReward(double reward) const
{
    return m_options.tauPerDeviceS * m_sizes.devices * (1 - std::log1p(reward));
}

} // namespace fl
} // namespace ns3
