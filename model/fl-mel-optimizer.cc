/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-optimizer.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/fl-mel-coefficients.h"
#include "ns3/fl-method-name.h"
#include "ns3/fl-predictor.h"
#include "ns3/fl-round-plan.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(MelOptimizer);

namespace
{

/// A budget without a limit, as a problem takes it [J].
constexpr double UNLIMITED_J = 1e40;

/**
 * @param profile the device's effective capacitance, largest CPU frequency [Hz] and its exponent
 * @return what one cycle of a device costs [J]
 */
double
EnergyPerCycleJ(const DeviceProfile& profile)
{
    return profile.effectiveCapacitance * std::pow(profile.maxCpuHz, profile.frequencyExponent);
}

} // namespace

TypeId
MelOptimizer::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::MelOptimizer")
            .SetParent<Optimizer>()
            .SetGroupName("Fl")
            .AddConstructor<MelOptimizer>()
            .AddAttribute("Method",
                          "How the problem is solved: exact, sai, ha-sync, hu-sync or hu-asyn",
                          StringValue("exact"),
                          MakeStringAccessor(&MelOptimizer::SetMethod, &MelOptimizer::GetMethod),
                          MakeStringChecker())
            .AddAttribute("CycleTime",
                          "T, how long a global cycle may take: download, iterations, upload",
                          TimeValue(Seconds(1)),
                          MakeTimeAccessor(&MelOptimizer::m_cycleTime),
                          MakeTimeChecker(NanoSeconds(1)))
            .AddAttribute("EnergyBudget",
                          "E, what each learner may spend in a global cycle, computing and "
                          "radiating [J]; 0: the energy budget of its profile",
                          DoubleValue(0),
                          MakeDoubleAccessor(&MelOptimizer::m_energyJ),
                          MakeDoubleChecker<double>(0, UNLIMITED_J))
            .AddAttribute("Staleness",
                          "c, by how many iterations learners may differ",
                          UintegerValue(2),
                          MakeUintegerAccessor(&MelOptimizer::m_staleness),
                          MakeUintegerChecker<uint32_t>(0, MEL_MAX_STALENESS))
            .AddAttribute("Samples",
                          "d, samples of all learners together in a cycle; 0: as many as they have",
                          UintegerValue(0),
                          MakeUintegerAccessor(&MelOptimizer::m_samples),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("LeastShare",
                          "d_l, the least number of samples of a learner, as a part of d / K",
                          DoubleValue(0.1),
                          MakeDoubleAccessor(&MelOptimizer::m_leastShare),
                          MakeDoubleChecker<double>(0, 1))
            .AddAttribute("Parallelised",
                          "Whether the server sends the learners the samples to train on "
                          "(parallelised learning); else they train on their own (federated)",
                          BooleanValue(false),
                          MakeBooleanAccessor(&MelOptimizer::m_parallelised),
                          MakeBooleanChecker());
    return tid;
}

void
MelOptimizer::SetMethod(std::string method)
{
    m_method = CheckedMethod("mel", "exact", method, NamesOf(MelMethods()));
}

std::string
MelOptimizer::GetMethod() const
{
    return m_method;
}

MelProblem
MelOptimizer::MakeProblem(const SystemState& state, const std::vector<DeviceId>& devices) const
{
    if (state.cells.empty())
    {
        throw InvalidInput("ns3::fl::MelOptimizer: there is no bandwidth to be shared: must have a "
                           "cell whose radio is controlled");
    }
    if (m_parallelised && state.sampleBits == 0)
    {
        throw InvalidInput("ns3::fl::MelOptimizer: Parallelised = true: must be false in a timing "
                           "study, in split learning and with an asynchronous coordinator, which "
                           "send no samples");
    }
    const auto count = static_cast<double>(devices.size());
    MelProblem problem;
    problem.cycleTimeS = m_cycleTime.GetSeconds();
    problem.staleness = m_staleness;
    problem.samples = m_samples;
    for (const auto device : devices)
    {
        problem.samples += m_samples > 0 ? 0 : state.profiles[device].samples;
    }
    problem.minSamples = static_cast<int64_t>(
        std::floor(m_leastShare * static_cast<double>(problem.samples) / count));

    const auto& cell = state.cells.front();
    Grant uplink;
    uplink.bandwidthHz = cell.uplinkBandwidthHz / count;
    const Grant downlink =
        Predictor::DefaultDownlinkGrant(cell, static_cast<uint32_t>(devices.size()));
    const ShannonRateModel rates;
    for (const auto device : devices)
    {
        const auto& profile = state.profiles[device];
        uplink.txPowerW = profile.maxTxPowerW;
        MelWorkload workload;
        workload.cyclesPerSample = profile.cyclesPerSample;
        workload.downloadBits = state.downloadBits;
        workload.uploadBits = state.uploadBits;
        workload.sampleBits = m_parallelised ? state.sampleBits : 0;
        MelDevice entry;
        entry.cpuHz = profile.maxCpuHz;
        entry.energyPerCycleJ = EnergyPerCycleJ(profile);
        entry.downlinkBps = rates.RateBps(state, device, downlink);
        entry.uplinkBps = rates.RateBps(state, device, uplink) * state.UplinkEfficiency(device);
        entry.txPowerW = profile.maxTxPowerW;
        entry.energyJ = m_energyJ > 0 ? m_energyJ : std::min(profile.energyBudgetJ, UNLIMITED_J);
        problem.learners.push_back(MakeMelLearner(workload, entry));
    }
    return problem;
}

Plan
MelOptimizer::DoPlan(const SystemState& state)
{
    const auto devices = ChooseDevices(state);
    if (devices.empty())
    {
        return MakeRoundPlan(state, {});
    }
    const auto problem = MakeProblem(state, devices);
    const auto solution = SolveMel(m_method, problem);
    if (solution.status == SolveStatus::FAILED)
    {
        throw std::runtime_error(Describe("optimizer mel, ", m_method, ": ", solution.termination));
    }
    auto equal = EqualShares(state, devices);
    std::vector<RoundShare> shares;
    for (size_t k = 0; k < devices.size(); ++k)
    {
        const auto& work = solution.learners[k];
        if (work.iterations > std::numeric_limits<uint32_t>::max() ||
            work.samples > std::numeric_limits<uint32_t>::max())
        {
            throw InvalidInput(Describe("ns3::fl::MelOptimizer: CycleTime = ",
                                        m_cycleTime.GetSeconds(),
                                        " s: must be shorter, device ",
                                        devices[k],
                                        " could do ",
                                        work.iterations,
                                        " iterations in it"));
        }
        auto& share = equal[k];
        share.localIterations = static_cast<uint32_t>(work.iterations);
        share.samples = static_cast<uint32_t>(work.samples);
        if (!m_parallelised)
        {
            share.samples = std::min(share.samples, state.profiles[devices[k]].samples);
        }
        if (share.localIterations > 0 && share.samples > 0)
        {
            shares.push_back(share);
        }
    }
    Plan plan = MakeRoundPlan(state, shares);
    if (m_parallelised)
    {
        for (auto& order : plan.orders)
        {
            order.samplesSent = true;
            for (auto& phase : order.phases)
            {
                auto* transfer = std::get_if<Transfer>(&phase);
                if (transfer && transfer->direction == Direction::DOWNLINK)
                {
                    transfer->payloadBits += order.samples * state.sampleBits;
                }
            }
        }
    }
    plan.objective = solution.objective;
    plan.bound = solution.upperBound;
    plan.termination = solution.termination;
    return plan;
}

} // namespace fl
} // namespace ns3
