/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-optimizer.h"

#include "ns3/double.h"
#include "ns3/fl-dma-baselines.h"
#include "ns3/fl-dma-bound.h"
#include "ns3/fl-dma-methods.h"
#include "ns3/fl-error.h"
#include "ns3/fl-method-name.h"
#include "ns3/fl-rate-model.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(DmaOptimizer);

namespace
{

/// The method that plans one device at a time.
constexpr char MIDDLE[] = "middle";

/// Refuse to plan without a radio. @param state of the cell
void
RequireCells(const SystemState& state)
{
    if (state.cells.empty())
    {
        throw InvalidInput("ns3::fl::DmaOptimizer: there is no bandwidth to be shared: must have a "
                           "RadioControl");
    }
}

} // namespace

TypeId
DmaOptimizer::GetTypeId()
{
    using O = DmaOptimizer;
    static TypeId tid =
        TypeId("ns3::fl::DmaOptimizer")
            .SetParent<Optimizer>()
            .SetGroupName("Fl")
            .AddConstructor<DmaOptimizer>()
            .AddAttribute("Method",
                          "Name of a method of ./fl solve dma, with or without \"dma-\"; or "
                          "middle: one device at a time, e, B and f in the middle of their ranges",
                          StringValue("best"),
                          MakeStringAccessor(&O::SetMethod, &O::GetMethod),
                          MakeStringChecker())
            .AddAttribute("WeightModel",
                          "c1, weight of the bound on the models' convergence",
                          DoubleValue(1e-9),
                          MakeDoubleAccessor(&O::m_weightModel),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("WeightDevice",
                          "c2, weight of the devices' energy [1/J]",
                          DoubleValue(1),
                          MakeDoubleAccessor(&O::m_weightDevice),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("WeightStation",
                          "c3, weight of the base station's energy [1/J]",
                          DoubleValue(1),
                          MakeDoubleAccessor(&O::m_weightStation),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("Rho",
                          "rho, weight of the proximal term (4)",
                          DoubleValue(1),
                          MakeDoubleAccessor(&O::m_rho),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("V1",
                          "V1, bound on a sample's squared gradient",
                          DoubleValue(2),
                          MakeDoubleAccessor(&O::m_v1),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("V2",
                          "V2, the same with the proximal term",
                          DoubleValue(5),
                          MakeDoubleAccessor(&O::m_v2),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("Alpha",
                          "alpha of (6), of a fresh update",
                          DoubleValue(0.6),
                          MakeDoubleAccessor(&O::m_alpha),
                          MakeDoubleChecker<double>(1e-6, 0.999999))
            .AddAttribute("StalenessFactor",
                          "a of alpha (1 + s)^-a, which the bound takes between s = 0 and "
                          "StalenessLimit",
                          DoubleValue(0.5),
                          MakeDoubleAccessor(&O::m_stalenessFactor),
                          MakeDoubleChecker<double>(0, 10))
            .AddAttribute("StalenessLimit",
                          "K, largest staleness that is planned",
                          UintegerValue(5),
                          MakeUintegerAccessor(&O::m_stalenessLimit),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("MinIterations",
                          "Least number of SGD steps of a period",
                          UintegerValue(1),
                          MakeUintegerAccessor(&O::m_minIterations),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("MaxIterations",
                          "Largest number of SGD steps of a period",
                          UintegerValue(20),
                          MakeUintegerAccessor(&O::m_maxIterations),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Qoe",
                          "T_j, when the last aggregation of a task must have been made, from "
                          "planning on; 0: see QoeFactor",
                          TimeValue(Seconds(0)),
                          MakeTimeAccessor(&O::m_qoe),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("QoeFactor",
                          "With Qoe = 0: T_j is so many times what FedAsync takes",
                          DoubleValue(1.2),
                          MakeDoubleAccessor(&O::m_qoeFactor),
                          MakeDoubleChecker<double>(1, 1e6))
            .AddAttribute("EnergyBudget",
                          "E^B, what each device may spend in a horizon, computing and radiating "
                          "[J]; 0: the energy budget of its profile",
                          DoubleValue(0),
                          MakeDoubleAccessor(&O::m_budgetJ),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("MinUploads",
                          "Least number of updates of each task by each device; 0: P as printed",
                          UintegerValue(0),
                          MakeUintegerAccessor(&O::m_minUploads),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("Tasks",
                          "Method middle: among how many tasks a processor is shared, in equal "
                          "parts",
                          UintegerValue(1),
                          MakeUintegerAccessor(&O::m_tasks),
                          MakeUintegerChecker<uint32_t>(1));
    return tid;
}

DmaOptimizer::DmaOptimizer()
    : m_uniform(CreateObject<UniformRandomVariable>())
{
}

void
DmaOptimizer::DoDispose()
{
    m_uniform = nullptr;
    Optimizer::DoDispose();
}

int64_t
DmaOptimizer::DoAssignStreams(int64_t stream)
{
    m_uniform->SetStream(stream);
    return 1;
}

DmaSolution
DmaOptimizer::Solve(const std::string& method, const DmaProblem& problem) const
{
    DmaOptions options;
    options.uniform = [this] { return m_uniform->GetValue(); };
    return SolveDma(method, problem, options);
}

void
DmaOptimizer::SetMethod(std::string method)
{
    auto names = NamesOf(DmaMethods());
    names.emplace_back(MIDDLE);
    m_method = CheckedMethod("dma", "best", method, names);
}

std::string
DmaOptimizer::GetMethod() const
{
    return m_method;
}

void
DmaOptimizer::SetConstants(uint32_t task, const DmaConstants& constants)
{
    if (task >= m_constants.size())
    {
        m_constants.resize(task + 1);
    }
    m_constants[task] = constants;
}

const DmaConstants&
DmaOptimizer::ConstantsOf(uint32_t task) const
{
    static const DmaConstants defaults;
    return task < m_constants.size() ? m_constants[task] : defaults;
}

const DmaSolution&
DmaOptimizer::GetSolution() const
{
    return m_solution;
}

const DmaProblem&
DmaOptimizer::GetProblem() const
{
    return m_problem;
}

Plan
DmaOptimizer::DoPlan(const SystemState& state)
{
    // Only asynchronous coordinators offer one device.
    if (m_method != MIDDLE || state.offered.empty())
    {
        throw InvalidInput(
            "ns3::fl::DmaOptimizer plans asynchronous aggregations: must be used with "
            "--coordinator=async (ns3::fl::AsyncCoordinator)");
    }
    RequireCells(state);
    const Horizon horizon{{&state}, state.offered};
    DmaProblem problem;
    problem.tasks.push_back(MakeTask(state));
    for (const auto device : horizon.devices)
    {
        problem.devices.push_back(MakeDevice(horizon, device));
        problem.devices.back().tasks.front().cpuShare = 1.0 / m_tasks;
    }
    const auto work = MiddleDmaWork(problem);
    Plan plan;
    plan.termination = "nothing is optimized";
    for (size_t i = 0; i < horizon.devices.size(); ++i)
    {
        const auto& device = problem.devices[i];
        DmaPeriodPlan period;
        period.iterations = work[i].front().iterations;
        period.batch = work[i].front().batch;
        DmaPeriodOutcome outcome;
        outcome.cpuHz = problem.CpuShare(i, 0) * (device.minCpuHz + device.maxCpuHz) / 2;
        plan.orders.push_back(MakeOrder(state, horizon.devices[i], period, outcome));
        plan.orders.back().round = state.round;
        plan.orders.back().baseVersion = state.modelVersion;
    }
    return plan;
}

bool
DmaOptimizer::DoPlansHorizon() const
{
    return m_method != MIDDLE;
}

DmaOptimizer::Horizon
DmaOptimizer::MakeHorizonOf(const std::vector<const SystemState*>& tasks)
{
    Horizon horizon;
    for (const auto* state : tasks)
    {
        if (state->aggregationsLeft > 0)
        {
            horizon.tasks.push_back(state);
        }
    }
    const size_t devices = tasks.empty() ? 0 : tasks.front()->profiles.size();
    for (DeviceId device = 0; device < devices; ++device)
    {
        const bool takesPart =
            std::all_of(horizon.tasks.begin(), horizon.tasks.end(), [&](const SystemState* state) {
                return state->available[device] && state->profiles[device].samples > 0;
            });
        if (takesPart)
        {
            horizon.devices.push_back(device);
        }
    }
    return horizon;
}

DmaTask
DmaOptimizer::MakeTask(const SystemState& state) const
{
    // Far beyond any schedule, until it is known what FedAsync takes.
    constexpr double UNLIMITED_S = 1e12;
    const auto& constants = ConstantsOf(state.task);
    DmaTask task;
    task.aggregations = state.aggregationsLeft;
    task.modelBits = state.downloadBits;
    task.importance = constants.importance;
    task.energyWeight = constants.energyWeight;
    task.qoeS = m_qoe.IsStrictlyPositive() ? m_qoe.GetSeconds() : UNLIMITED_S;
    task.mixingLow = m_alpha * std::pow(1 + m_stalenessLimit, -m_stalenessFactor);
    task.mixingHigh = m_alpha;
    task.stalenessLimit = m_stalenessLimit;
    task.minIterations = m_minIterations;
    task.maxIterations = std::max(m_minIterations, m_maxIterations);
    task.learningRate = {constants.learningRate};
    task.smoothness = constants.smoothness;
    task.dataVariability = constants.dataVariability;
    task.lossDrop = constants.lossDrop;
    return task;
}

DmaDevice
DmaOptimizer::MakeDevice(const Horizon& horizon, DeviceId device) const
{
    const auto& state = *horizon.tasks.front();
    const auto& profile = state.profiles[device];
    const auto& cell = state.cells.front();
    DmaDevice made;
    made.txPowerW = profile.maxTxPowerW;
    made.downlinkPowerW =
        profile.downlinkTxPowerW > 0 ? profile.downlinkTxPowerW : cell.downlinkTxPowerW;
    made.uplinkBps = ShannonRateBps(cell.uplinkBandwidthHz,
                                    made.txPowerW,
                                    state.gains(device, 0, Direction::UPLINK),
                                    cell.noiseWPerHz);
    made.downlinkBps = ShannonRateBps(cell.downlinkBandwidthHz,
                                      made.downlinkPowerW,
                                      state.gains(device, 0, Direction::DOWNLINK),
                                      cell.noiseWPerHz);
    made.effectiveCapacitance = profile.effectiveCapacitance;
    made.minCpuHz = profile.minCpuHz;
    made.maxCpuHz = profile.maxCpuHz;
    const double budgetJ = m_budgetJ > 0 ? m_budgetJ : profile.energyBudgetJ;
    if (std::isfinite(budgetJ))
    {
        made.energyBudgetJ = budgetJ;
    }
    for (const auto* task : horizon.tasks)
    {
        const auto& constants = ConstantsOf(task->task).devices;
        const auto known = device < constants.size() ? constants[device] : DmaDeviceConstants();
        DmaDeviceTask of;
        of.cyclesPerSample = task->profiles[device].cyclesPerSample;
        of.samples = task->profiles[device].samples;
        of.dissimilarity = known.dissimilarity;
        of.sampleVariance = known.sampleVariance;
        const auto drift = task->drift.empty() ? DriftState() : task->drift[device];
        of.idleDrift = std::isnan(drift.idlePerS) ? known.idleDrift : drift.idlePerS;
        of.activeDrift = std::isnan(drift.computingPerS) ? known.activeDrift : drift.computingPerS;
        if (horizon.tasks.size() == 1)
        {
            of.cpuShare = 1;
        }
        for (const auto& active : task->active)
        {
            if (active.device == device)
            {
                of.inFlight = DmaInFlight{std::max(0.0, active.readyS - task->nowS),
                                          task->modelVersion - active.baseVersion};
            }
        }
        made.tasks.push_back(of);
    }
    return made;
}

DmaProblem
DmaOptimizer::MakeProblem(const Horizon& horizon) const
{
    DmaProblem problem;
    problem.weightModel = m_weightModel;
    problem.weightDevice = m_weightDevice;
    problem.weightStation = m_weightStation;
    problem.rho = m_rho;
    problem.v1 = m_v1;
    problem.v2 = m_v2;
    problem.minUploads = m_minUploads;
    for (const auto* task : horizon.tasks)
    {
        problem.tasks.push_back(MakeTask(*task));
    }
    for (const auto device : horizon.devices)
    {
        problem.devices.push_back(MakeDevice(horizon, device));
    }
    if (!m_qoe.IsStrictlyPositive())
    {
        auto unlimited = problem;
        for (auto& device : unlimited.devices)
        {
            device.energyBudgetJ.reset();
        }
        const auto fedAsync = Solve("fedasync", unlimited);
        for (size_t j = 0; j < problem.tasks.size(); ++j)
        {
            problem.tasks[j].qoeS = m_qoeFactor * fedAsync.allocation[j].back().arrivalS;
        }
    }
    return problem;
}

Plan
DmaOptimizer::DoPlanHorizon(const std::vector<const SystemState*>& tasks)
{
    const Horizon horizon = MakeHorizonOf(tasks);
    if (horizon.tasks.empty() || horizon.devices.empty())
    {
        return {};
    }
    RequireCells(*horizon.tasks.front());
    m_problem = MakeProblem(horizon);
    m_solution = Solve(m_method, m_problem);
    return MakePlanOf(horizon);
}

WorkOrder
DmaOptimizer::MakeOrder(const SystemState& state,
                        DeviceId device,
                        const DmaPeriodPlan& period,
                        const DmaPeriodOutcome& outcome) const
{
    const auto& profile = state.profiles[device];
    WorkOrder order;
    order.device = device;
    order.task = state.task;
    order.localIterations = static_cast<uint32_t>(std::lround(period.iterations));
    order.batch = static_cast<uint32_t>(std::lround(period.batch));
    order.learningRate = ConstantsOf(state.task).learningRate;
    order.samples = profile.samples;
    order.phases.emplace_back(Transfer{0, Direction::DOWNLINK, state.downloadBits, {}});
    const double cycles = profile.cyclesPerSample * order.localIterations * order.batch;
    order.phases.emplace_back(Compute{cycles, outcome.cpuHz});
    Transfer upload{0, Direction::UPLINK, state.uploadBits, {}, PayloadKind::UPDATE};
    const double uplinkHz = state.cells.front().uplinkBandwidthHz;
    upload.grant = Grant{0, Direction::UPLINK, 0, uplinkHz, profile.maxTxPowerW};
    order.phases.emplace_back(upload);
    return order;
}

Plan
DmaOptimizer::MakePlanOf(const Horizon& horizon) const
{
    Plan plan;
    plan.objective = m_solution.value.objective;
    plan.bound = m_solution.lowerBound;
    plan.termination = m_solution.termination;
    const auto outcomes = DmaOutcomes(m_problem, m_solution.schedule, m_solution.allocation);
    for (size_t j = 0; j < horizon.tasks.size(); ++j)
    {
        const auto& state = *horizon.tasks[j];
        const auto& allocation = m_solution.allocation[j];
        for (size_t n = 1; n <= allocation.size(); ++n)
        {
            const auto& assignment = m_solution.schedule[j][n - 1];
            if (assignment.base == DMA_IN_FLIGHT)
            {
                continue; // it is under way
            }
            const auto& period = allocation[n - 1];
            const auto& outcome = outcomes[j][n - 1];
            const double madeS = assignment.base > 0 ? allocation[assignment.base - 1].arrivalS : 0;
            const double beginS =
                period.arrivalS - outcome.uploadS - period.computeS - outcome.downloadS;
            WorkOrder order = MakeOrder(state, horizon.devices[assignment.device], period, outcome);
            order.baseVersion = state.modelVersion + static_cast<uint32_t>(assignment.base);
            order.forAggregation = state.modelVersion + static_cast<uint32_t>(n);
            if (beginS > madeS)
            {
                order.phases.insert(order.phases.begin(), Idle{beginS - madeS});
            }
            plan.orders.push_back(std::move(order));
        }
    }
    return plan;
}

} // namespace fl
} // namespace ns3
