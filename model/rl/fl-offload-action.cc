/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-action.h"

#include "ns3/fl-offload-power.h"
#include "ns3/fl-vector-math.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

constexpr double POWER_RANGE_DB = 20; //!< of powers below P
constexpr double LEAST_SHARE = 0.1;   //!< of bandwidth, CPU and hash rates
constexpr double DATA_UNIT = 16e6;    //!< Table IV's largest, 2 MB [bit]
constexpr double CPU_UNIT = 2e9;      //!< Table IV's largest [Hz]
constexpr double LEAST_SNR = 1e-6;    //!< below, a gain is none
constexpr double MEAN_LN_SNR = 4;     //!< of Table IV's cells, about
constexpr double LN_SNR_UNIT = 3;     //!< its deviation, about

/// @return a parameter as a part of its range, from 0 to 1 @param action with it @param n device
/// @param parameter which
double
PartOf(const HybridAction& action, size_t n, OffloadParameter parameter)
{
    const float value =
        action.parameters[static_cast<Eigen::Index>(n * OFFLOAD_PARAMETERS + parameter)];
    return (std::clamp(value, -1.0F, 1.0F) + 1) / 2;
}

/// @return of a limit, the share that a part of the range means @param limit the limit @param part
/// of the range, from 0 to 1
double
ShareOf(double limit, double part)
{
    return limit * (LEAST_SHARE + (1 - LEAST_SHARE) * part);
}

} // namespace

const char*
ToString(OffloadStateKind kind)
{
    return kind == OffloadStateKind::PAPER ? "paper" : "gains";
}

OffloadSizes
OffloadSizes::Of(const OffloadProblem& problem)
{
    return {static_cast<uint32_t>(problem.devices.size()),
            static_cast<uint32_t>(problem.servers.size()),
            static_cast<uint32_t>(problem.bandwidthHz.size())};
}

uint32_t
OffloadSizes::StateSize(OffloadStateKind kind) const
{
    const uint32_t gains = kind == OffloadStateKind::GAINS ? servers * subChannels : 0;
    return devices * (3 + 2 * subChannels + gains);
}

ActionSpace
OffloadSizes::Space() const
{
    ActionSpace space;
    space.units = devices;
    space.options = 1 + servers * subChannels;
    space.parameters = OFFLOAD_PARAMETERS;
    space.isExclusive = true;
    for (uint32_t option = 0; option < space.options; ++option)
    {
        for (uint32_t parameter = 0; parameter < OFFLOAD_PARAMETERS; ++parameter)
        {
            space.uses.push_back((parameter >= LOCAL_CPU) == (option == 0) ? 1 : 0);
        }
    }
    return space;
}

OffloadDecoder::OffloadDecoder(const OffloadProblem& problem)
    : m_problem(problem),
      m_evaluator(problem),
      m_decisions(problem.devices.size())
{
}

void
OffloadDecoder::DecodeDevice(const HybridAction& action, size_t n)
{
    const auto& device = m_problem.devices[n];
    const auto channels = static_cast<uint32_t>(m_problem.bandwidthHz.size());
    const double hashHps = m_problem.mining.maxHashRateHps;
    auto& decision = m_decisions[n];
    if (action.options[n] == 0)
    {
        decision.slot.reset();
        decision.powerW = 0;
        decision.bandwidthHz = 0;
        decision.cpuHz = ShareOf(m_problem.LocalHz(n), PartOf(action, n, LOCAL_CPU));
        decision.hashRateHps = ShareOf(hashHps, PartOf(action, n, LOCAL_HASH));
        return;
    }
    const uint32_t slot = action.options[n] - 1;
    decision.slot = OffloadSlot{slot / channels, slot % channels};
    const double part = PartOf(action, n, OFFLOAD_POWER);
    decision.powerW =
        device.maxTxPowerW * std::exp((part - 1) * POWER_RANGE_DB / 10 * std::log(10.0));
    decision.bandwidthHz =
        ShareOf(m_problem.bandwidthHz[slot % channels], PartOf(action, n, OFFLOAD_BANDWIDTH));
    decision.cpuHz = 0;
    decision.hashRateHps = ShareOf(hashHps, PartOf(action, n, OFFLOAD_HASH));
}

void
OffloadDecoder::KeepBudgets()
{
    m_evaluator.NoteSharers(m_decisions);
    for (size_t n = 0; n < m_decisions.size(); ++n)
    {
        auto& decision = m_decisions[n];
        if (!decision.slot)
        {
            continue;
        }
        const auto& slot = *decision.slot;
        const double gain = m_problem.Gain(n, slot.server, slot.subChannel) /
                            m_evaluator.DisturbanceW(m_decisions, n);
        const double unitS = m_problem.devices[n].dataBits * std::log(2.0) / decision.bandwidthHz;
        const double budgetJ = m_problem.LearnBudgetJ(n);
        if (decision.powerW * unitS > budgetJ * std::log1p(gain * decision.powerW))
        {
            decision.powerW = std::min(decision.powerW, LargestOffloadPowerW(unitS, gain, budgetJ));
        }
        if (!(decision.powerW > 0 && gain > 0))
        {
            decision.slot.reset();
            decision.powerW = 0;
            decision.bandwidthHz = 0;
            decision.cpuHz = m_problem.LocalHz(n);
        }
    }
}

const std::vector<OffloadDecision>&
OffloadDecoder::Decode(const HybridAction& action)
{
    double hashHps = 0;
    for (size_t n = 0; n < m_decisions.size(); ++n)
    {
        DecodeDevice(action, n);
        hashHps += m_decisions[n].hashRateHps;
    }
    KeepBudgets();
    const auto& pool = m_problem.mining.hashPoolHps;
    if (pool && hashHps > *pool)
    {
        for (auto& decision : m_decisions)
        {
            decision.hashRateHps *= *pool / hashHps;
        }
    }
    return m_decisions;
}

std::vector<OffloadDecision>
FirstOffloadDecisions(const OffloadProblem& problem)
{
    std::vector<OffloadDecision> decisions(problem.devices.size());
    for (size_t n = 0; n < decisions.size(); ++n)
    {
        decisions[n].cpuHz = problem.LocalHz(n);
        decisions[n].hashRateHps = problem.HashRateHps();
    }
    return decisions;
}

void
WriteOffloadState(const OffloadProblem& problem,
                  OffloadStateKind kind,
                  const std::vector<OffloadDecision>& last,
                  Eigen::VectorXf& state)
{
    state.resize(OffloadSizes::Of(problem).StateSize(kind));
    WriteOffloadData(problem, state);
    WriteOffloadAllocation(problem, last, state);
    if (kind == OffloadStateKind::GAINS)
    {
        WriteOffloadGains(problem, state);
    }
}

void
WriteOffloadData(const OffloadProblem& problem, Eigen::VectorXf& state)
{
    for (size_t n = 0; n < problem.devices.size(); ++n)
    {
        state[static_cast<Eigen::Index>(n)] =
            static_cast<float>(problem.devices[n].dataBits / DATA_UNIT);
    }
}

void
WriteOffloadAllocation(const OffloadProblem& problem,
                       const std::vector<OffloadDecision>& last,
                       Eigen::VectorXf& state)
{
    const auto devices = static_cast<Eigen::Index>(problem.devices.size());
    const auto channels = static_cast<Eigen::Index>(problem.bandwidthHz.size());
    state.segment(devices, 2 * devices * channels).setZero();
    float* used = state.data() + devices;
    float* width = used + devices * channels;
    float* cpu = width + devices * channels;
    float* hash = cpu + devices;
    for (Eigen::Index n = 0; n < devices; ++n)
    {
        const auto& decision = last[static_cast<size_t>(n)];
        if (decision.slot)
        {
            const uint32_t g = decision.slot->subChannel;
            used[n * channels + g] = 1;
            width[n * channels + g] =
                static_cast<float>(decision.bandwidthHz / problem.bandwidthHz[g]);
        }
        cpu[n] = static_cast<float>(decision.cpuHz / CPU_UNIT);
        hash[n] = static_cast<float>(decision.hashRateHps / problem.mining.maxHashRateHps);
    }
}

void
WriteOffloadGains(const OffloadProblem& problem, Eigen::VectorXf& state)
{
    const size_t channels = problem.bandwidthHz.size();
    const size_t links = problem.servers.size() * channels;
    const size_t count = problem.gains.size();
    float* to = state.data() + (static_cast<size_t>(state.size()) - count);
    size_t k = 0;
    for (const auto& device : problem.devices)
    {
        for (size_t link = 0; link < links; ++link, ++k)
        {
            const double snr = problem.gains[k] * device.maxTxPowerW / problem.noiseW[k % channels];
            to[k] = static_cast<float>(std::max(LEAST_SNR, snr));
        }
    }
    TransformLanes(to, count, to, [](const Lanes<float>& snr) -> Lanes<float> {
        return (snr.log() - static_cast<float>(MEAN_LN_SNR)) / static_cast<float>(LN_SNR_UNIT);
    });
}

} // namespace fl
} // namespace ns3
