/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-schedule-optimizer.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/fl-method-name.h"
#include "ns3/fl-round-plan.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(ScheduleOptimizer);

namespace
{

/// A device weaker than this cannot be heard: what a ScheduleProblem accepts ends there [Hz].
constexpr double FAINTEST_HZ = 1e-40;

/**
 * @param state the system, with gains and profiles; noise is that of its first cell
 * @param device its number; gain and largest power [W] are those of its uplink
 * @return gain times power over noise density [Hz]
 */
double
GainOverNoiseHz(const SystemState& state, DeviceId device)
{
    return state.gains(device, 0, Direction::UPLINK) * state.profiles[device].maxTxPowerW /
           state.cells.front().noiseWPerHz;
}

} // namespace

TypeId
ScheduleOptimizer::GetTypeId()
{
    using O = ScheduleOptimizer;
    const auto positive = MakeDoubleChecker<double>(1e-40, 1e40);
    const auto notNegative = MakeDoubleChecker<double>(0, 1e40);
    static TypeId tid =
        TypeId("ns3::fl::ScheduleOptimizer")
            .SetParent<Optimizer>()
            .SetGroupName("Fl")
            .AddConstructor<O>()
            .AddAttribute("Method",
                          "Who is scheduled: exact, paper, aaba, greedy, all, random, round-robin, "
                          "best-channel or proportional-fair",
                          StringValue("exact"),
                          MakeStringAccessor(&O::SetMethod, &O::GetMethod),
                          MakeStringChecker())
            .AddAttribute("DelayLimitPerBit",
                          "Dbar: limit of the average delay, for each bit of an update [s/bit]",
                          DoubleValue(SCHEDULE_DELAY_PER_BIT_S),
                          MakeDoubleAccessor(&O::m_limitPerBitS),
                          positive)
            .AddAttribute("Zeta",
                          "zeta(1): what a delay of Dbar costs at a queue of Dbar, in devices",
                          DoubleValue(0.1),
                          MakeDoubleAccessor(&O::m_zeta),
                          positive)
            .AddAttribute("ZetaDecay",
                          "a in zeta(t) = zeta(1) t^-a",
                          DoubleValue(0.25),
                          MakeDoubleAccessor(&O::m_zetaDecay),
                          MakeDoubleChecker<double>(0, 0.99))
            .AddAttribute("QueueUpdate",
                          "18a: by (18a); algorithm1: by line 19 of Algorithm 1, where zeta(t) "
                          "weights what is added",
                          StringValue("18a"),
                          MakeStringAccessor(&O::SetQueueUpdate, &O::GetQueueUpdate),
                          MakeStringChecker())
            .AddAttribute("MeasuredDelay",
                          "Whether the queue takes the longest upload as measured; else as planned",
                          BooleanValue(true),
                          MakeBooleanAccessor(&O::m_measured),
                          MakeBooleanChecker())
            .AddAttribute("Scheduled",
                          "Devices per round of random, round-robin, best-channel and "
                          "proportional-fair; 0: half of those that may take part",
                          UintegerValue(0),
                          MakeUintegerAccessor(&O::m_scheduled),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("LearningRate",
                          "eta of Theorem 1; the default is the paper's",
                          DoubleValue(1e-4),
                          MakeDoubleAccessor(&O::m_learningRate),
                          positive)
            .AddAttribute("Smoothness",
                          "L of Theorem 1",
                          DoubleValue(1),
                          MakeDoubleAccessor(&O::m_smoothness),
                          positive)
            .AddAttribute("PolyakLojasiewicz",
                          "tau of Theorem 1",
                          DoubleValue(1),
                          MakeDoubleAccessor(&O::m_polyakLojasiewicz),
                          notNegative)
            .AddAttribute("GradientVariance",
                          "phi^2 of Theorem 1: variance of one entry of a gradient",
                          DoubleValue(1e-6),
                          MakeDoubleAccessor(&O::m_gradientVariance),
                          notNegative)
            .AddAttribute("SharedParameters",
                          "Omega^a of Theorem 1: number of parameters that are aggregated",
                          DoubleValue(454000),
                          MakeDoubleAccessor(&O::m_sharedParameters),
                          notNegative)
            .AddAttribute("LocalParameters",
                          "Omega^t of Theorem 1: number of parameters that stay on the devices",
                          DoubleValue(0),
                          MakeDoubleAccessor(&O::m_localParameters),
                          notNegative)
            .AddAttribute("InitialGap",
                          "F(W(0)) - F(W*) of Theorem 1",
                          DoubleValue(1),
                          MakeDoubleAccessor(&O::m_initialGap),
                          notNegative)
            .AddTraceSource("Scheduled",
                            "A round is over: its delay, the queue, Theorem 1's bound",
                            MakeTraceSourceAccessor(&O::m_scheduledTrace),
                            "ns3::fl::ScheduleOptimizer::ScheduledCallback")
            .AddTraceSource("Warning",
                            "Before the first round, once: why Theorem 1 does not hold",
                            MakeTraceSourceAccessor(&O::m_warningTrace),
                            "ns3::fl::ScheduleOptimizer::WarningCallback");
    return tid;
}

ScheduleOptimizer::ScheduleOptimizer()
    : m_uniform(CreateObject<UniformRandomVariable>())
{
}

ScheduleOptimizer::~ScheduleOptimizer() = default;

void
ScheduleOptimizer::DoDispose()
{
    m_uniform = nullptr;
    Optimizer::DoDispose();
}

int64_t
ScheduleOptimizer::DoAssignStreams(int64_t stream)
{
    m_uniform->SetStream(stream);
    return 1;
}

void
ScheduleOptimizer::SetMethod(std::string method)
{
    m_method = CheckedMethod("schedule", "exact", method, NamesOf(ScheduleMethods()));
}

std::string
ScheduleOptimizer::GetMethod() const
{
    return m_method;
}

void
ScheduleOptimizer::SetQueueUpdate(std::string update)
{
    try
    {
        m_update = QueueUpdateFromText(update);
    }
    catch (const InvalidInput& error)
    {
        throw InvalidInput(Describe("ns3::fl::ScheduleOptimizer: ", error.what()));
    }
}

std::string
ScheduleOptimizer::GetQueueUpdate() const
{
    return ToString(m_update);
}

ConvergenceAssumptions
ScheduleOptimizer::Assumptions(size_t devices) const
{
    ConvergenceAssumptions assumptions;
    assumptions.devices = devices;
    assumptions.learningRate = m_learningRate;
    assumptions.smoothness = m_smoothness;
    assumptions.polyakLojasiewicz = m_polyakLojasiewicz;
    assumptions.gradientVariance = m_gradientVariance;
    assumptions.sharedParameters = m_sharedParameters;
    assumptions.localParameters = m_localParameters;
    assumptions.initialGap = m_initialGap;
    return assumptions;
}

void
ScheduleOptimizer::UpdateAverages(const SystemState& state)
{
    if (state.cells.empty())
    {
        throw InvalidInput("ns3::fl::ScheduleOptimizer: there is no bandwidth to be shared: must "
                           "have a cell whose radio is controlled");
    }
    if (!m_queue)
    {
        DelayQueueOptions options;
        options.limitS = m_limitPerBitS * state.uploadBits;
        options.zeta = m_zeta;
        options.zetaDecay = m_zetaDecay;
        options.update = m_update;
        m_queue.emplace(options);
        const auto assumptions = Assumptions(state.profiles.size());
        m_bound.emplace(assumptions);
        const auto warning = assumptions.Warning();
        if (!warning.empty())
        {
            m_warningTrace(warning);
        }
    }
    // Plain averages over all rounds so far, this one included: the first finds all alike.
    m_averageHz.resize(state.profiles.size(), 0);
    ++m_nAveraged;
    for (DeviceId device = 0; device < state.profiles.size(); ++device)
    {
        m_averageHz[device] += (GainOverNoiseHz(state, device) - m_averageHz[device]) / m_nAveraged;
    }
}

std::vector<DeviceId>
ScheduleOptimizer::Reachable(const SystemState& state)
{
    auto devices = ChooseDevices(state);
    devices.erase(std::remove_if(devices.begin(),
                                 devices.end(),
                                 [&](DeviceId device) {
                                     return !(GainOverNoiseHz(state, device) >= FAINTEST_HZ);
                                 }),
                  devices.end());
    return devices;
}

ScheduleProblem
ScheduleOptimizer::MakeProblem(const SystemState& state, const std::vector<DeviceId>& devices) const
{
    ScheduleProblem problem;
    problem.bandwidthHz = state.cells.front().uplinkBandwidthHz;
    problem.payloadBits = state.uploadBits;
    problem.queueWeight = m_queue->Weight();
    problem.delayLimitS = m_limitPerBitS * state.uploadBits;
    problem.round = m_queue->GetRound();
    if (m_scheduled > 0)
    {
        problem.devicesPerRound = std::min<uint64_t>(m_scheduled, devices.size());
    }
    for (const auto device : devices)
    {
        problem.gainOverNoiseHz.push_back(GainOverNoiseHz(state, device));
        problem.averageGainOverNoiseHz.push_back(m_averageHz[device]);
    }
    return problem;
}

Plan
ScheduleOptimizer::DoPlan(const SystemState& state)
{
    UpdateAverages(state);
    ScheduleRound round;
    round.round = state.round;
    round.limitS = m_limitPerBitS * state.uploadBits;
    round.weight = m_queue->Weight();
    round.plannedS = 0;
    // Uploads take that part of mu's time where mu counts more than uploads.
    m_uplinkPart = state.split ? state.split->UplinkBits(state.split->batch) / state.uploadBits : 1;
    const auto devices = Reachable(state);
    Plan plan;
    std::vector<RoundShare> shares;
    if (!devices.empty())
    {
        ScheduleOptions options;
        options.uniform = [this] { return m_uniform->GetValue(); };
        const auto solution = SolveSchedule(m_method, MakeProblem(state, devices), options);
        if (solution.status == SolveStatus::FAILED)
        {
            throw std::runtime_error(Describe("optimizer ", m_method, ": ", solution.termination));
        }
        for (size_t i = 0; i < devices.size(); ++i)
        {
            if (solution.bandwidthHz[i] > 0)
            {
                const auto& profile = state.profiles[devices[i]];
                RoundShare share;
                share.device = devices[i];
                share.cpuHz = profile.maxCpuHz;
                share.txPowerW = profile.maxTxPowerW;
                share.uplinkHz = solution.bandwidthHz[i];
                shares.push_back(share);
            }
        }
        round.plannedS = solution.delayS;
        plan.objective = solution.objective;
        plan.bound = solution.upperBound;
        plan.termination = solution.termination;
    }
    round.selected = static_cast<uint32_t>(shares.size());
    m_round = round;
    plan.orders = MakeRoundPlan(state, shares).orders;
    return plan;
}

void
ScheduleOptimizer::DoObserve(const Outcome& outcome)
{
    if (!m_round || outcome.round != m_round->round)
    {
        return;
    }
    ScheduleRound round = *m_round;
    m_round.reset();
    // What came late, or not at all, has no upload time of this round; the plan's stands for it.
    round.measuredS = round.selected > 0 ? ABSENT : 0;
    for (const auto& work : outcome.work)
    {
        if (work.round == outcome.round && work.status == WorkStatus::MERGED &&
            !std::isnan(work.uploadS))
        {
            const double uploadS = work.uploadS / m_uplinkPart;
            round.measuredS =
                std::isnan(round.measuredS) ? uploadS : std::max(round.measuredS, uploadS);
        }
    }
    const bool measured = m_measured && !std::isnan(round.measuredS);
    m_queue->Update(measured ? round.measuredS : round.plannedS);
    m_bound->Round(round.selected);
    round.queue = m_queue->Get();
    round.convergence = m_bound->Get();
    m_scheduledTrace(round);
}

} // namespace fl
} // namespace ns3
