/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-optimizer.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/fl-method-name.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(JointOptimizer);

TypeId
JointOptimizer::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::JointOptimizer")
            .SetParent<Optimizer>()
            .SetGroupName("Fl")
            .AddConstructor<JointOptimizer>()
            .AddAttribute(
                "Method",
                "How the problem is solved: global, paper, paper-literal, equal, "
                "random-frequency, random-power, communication-only, computation-only "
                "or scheme1",
                StringValue("global"),
                MakeStringAccessor(&JointOptimizer::SetMethod, &JointOptimizer::GetMethod),
                MakeStringChecker())
            .AddAttribute("WeightEnergy",
                          "w1, the weight of energy [1/J]; that of time is 1 - w1 [1/s]",
                          DoubleValue(0.5),
                          MakeDoubleAccessor(&JointOptimizer::m_weightEnergy),
                          MakeDoubleChecker<double>(0, 1))
            .AddAttribute("RoundDeadline",
                          "How long computing and upload of a round take; 0: as long as is best",
                          TimeValue(Seconds(0)),
                          MakeTimeAccessor(&JointOptimizer::m_deadline),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute("PlanOnce",
                          "Keep the first plan for all rounds, whatever the gains are then",
                          BooleanValue(false),
                          MakeBooleanAccessor(&JointOptimizer::m_planOnce),
                          MakeBooleanChecker())
            .AddAttribute("Threads",
                          "Threads of the global solver, used for many thousands of devices",
                          UintegerValue(2),
                          MakeUintegerAccessor(&JointOptimizer::m_threads),
                          MakeUintegerChecker<uint32_t>(1, 1024));
    return tid;
}

JointOptimizer::JointOptimizer()
    : m_uniform(CreateObject<UniformRandomVariable>())
{
}

JointOptimizer::~JointOptimizer() = default;

void
JointOptimizer::DoDispose()
{
    m_uniform = nullptr;
    Optimizer::DoDispose();
}

int64_t
JointOptimizer::DoAssignStreams(int64_t stream)
{
    m_uniform->SetStream(stream);
    return 1;
}

void
JointOptimizer::SetMethod(std::string method)
{
    m_method = CheckedMethod("joint", "global", method, NamesOf(JointMethods()));
}

std::string
JointOptimizer::GetMethod() const
{
    return m_method;
}

double
JointOptimizer::GetWeightEnergy() const
{
    return m_weightEnergy;
}

JointProblem
JointOptimizer::MakeProblem(const SystemState& state,
                            const std::vector<DeviceId>& devices,
                            double weightEnergy)
{
    if (state.cells.empty())
    {
        throw InvalidInput("ns3::fl::JointOptimizer: there is no bandwidth to be shared: must have "
                           "a cell whose radio is controlled");
    }
    JointProblem problem;
    problem.weightEnergy = weightEnergy;
    problem.weightTime = 1 - weightEnergy;
    problem.bandwidthHz = state.cells.front().uplinkBandwidthHz;
    problem.noiseWPerHz = state.cells.front().noiseWPerHz;
    problem.devices.reserve(devices.size());
    for (const auto device : devices)
    {
        const auto& profile = state.profiles[device];
        JointDevice entry;
        entry.gain = state.gains(device, 0, Direction::UPLINK);
        entry.payloadBits = state.EffectiveUploadBits(device);
        entry.cycles = profile.cyclesPerSample * profile.samples * state.localIterations;
        entry.capacitance = profile.effectiveCapacitance;
        entry.minCpuHz = profile.minCpuHz;
        entry.maxCpuHz = profile.maxCpuHz;
        entry.minTxPowerW = profile.minTxPowerW;
        entry.maxTxPowerW = profile.maxTxPowerW;
        problem.devices.push_back(entry);
    }
    return problem;
}

JointSolution
JointOptimizer::Solve(const JointProblem& problem)
{
    JointOptions options;
    options.start = m_start;
    options.threads = m_threads;
    options.uniform = [this] { return m_uniform->GetValue(); };
    auto solution = SolveJoint(m_method, problem, options);
    if (solution.status == SolveStatus::FAILED)
    {
        throw std::runtime_error(Describe("optimizer ", m_method, ": ", solution.termination));
    }
    // A deadline that formulas miss is for the simulation to show. What a radio or a processor
    // cannot do is not.
    JointViolation physical = solution.violation;
    physical.deadlineS = 0;
    if (physical.Exceeds(problem, solution.timeS, 1e-9))
    {
        throw Infeasible(Describe("optimizer ",
                                  m_method,
                                  ": its answer exceeds the bandwidth by ",
                                  physical.bandwidthHz,
                                  " Hz, power by ",
                                  physical.txPowerW,
                                  " W and CPU frequency by ",
                                  physical.cpuHz,
                                  " Hz"));
    }
    if (solution.prices)
    {
        m_start = JointStart{solution.prices->lambda, solution.timeS / problem.rounds};
    }
    return solution;
}

std::optional<std::vector<JointShare>>
JointOptimizer::FindKept(const std::vector<DeviceId>& devices) const
{
    std::vector<JointShare> shares;
    for (const auto device : devices)
    {
        if (device >= m_kept.size() || !m_kept[device])
        {
            return std::nullopt;
        }
        shares.push_back(*m_kept[device]);
    }
    return shares;
}

void
JointOptimizer::Keep(const std::vector<DeviceId>& devices, const std::vector<JointShare>& shares)
{
    // Shares of different plans don't add up to one band.
    m_kept.clear();
    for (size_t i = 0; i < devices.size(); ++i)
    {
        m_kept.resize(std::max<size_t>(m_kept.size(), devices[i] + 1));
        m_kept[devices[i]] = shares[i];
    }
}

Plan
JointOptimizer::DoPlan(const SystemState& state)
{
    const auto devices = ChooseDevices(state);
    if (devices.empty())
    {
        return MakeRoundPlan(state, {});
    }
    auto problem = MakeProblem(state, devices, m_weightEnergy);
    if (m_deadline.IsStrictlyPositive())
    {
        problem.roundDeadlineS = m_deadline.GetSeconds();
    }
    JointSolution solution;
    const auto kept = FindKept(devices);
    if (m_planOnce && kept)
    {
        solution = EvaluateJoint(problem, *kept);
        solution.termination = "planned once, in an earlier round";
    }
    else
    {
        solution = Solve(problem);
        Keep(devices, solution.shares);
    }

    std::vector<RoundShare> shares(devices.size());
    for (size_t i = 0; i < devices.size(); ++i)
    {
        shares[i].device = devices[i];
        shares[i].cpuHz = solution.shares[i].cpuHz;
        shares[i].uplinkHz = solution.shares[i].bandwidthHz;
        shares[i].txPowerW = solution.shares[i].txPowerW;
    }
    Plan plan = MakeRoundPlan(state, shares);
    plan.objective = solution.objective;
    plan.bound = solution.lowerBound;
    plan.termination = solution.termination;
    return plan;
}

} // namespace fl
} // namespace ns3
