/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-optimizer.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/fl-method-name.h"
#include "ns3/fl-offload-agent.h"
#include "ns3/fl-rate-model.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(OffloadOptimizer);

namespace
{

/// The method that a trained agent is, beside those of OffloadMethods().
constexpr char AGENT[] = "agent";

/// A budget without a limit, as a problem takes it [J].
constexpr double UNLIMITED_J = 1e30;

/// @return the cell in which a device's update is heard best on a sub-channel, of those whose
/// server
///         is there
/// @param state has gains
/// @param device the device
/// @param subChannel the sub-channel
uint32_t
BestCell(const SystemState& state, DeviceId device, uint32_t subChannel)
{
    uint32_t best = 0;
    double bestGain = -1;
    for (uint32_t cell = 0; cell < state.cells.size(); ++cell)
    {
        const double gain = state.gains(device, cell, Direction::UPLINK, subChannel);
        if (state.servers[cell].maxCpuHz > 0 && gain > bestGain)
        {
            best = cell;
            bestGain = gain;
        }
    }
    return best;
}

/**
 * @param state has gains
 * @param device a device
 * @return whether any station that has a server now hears it: by a gain over noise of at least 1
 *         Hz/W, below which Shannon's formula gives no bit a second at any power that a device has
 */
bool
IsReachable(const SystemState& state, DeviceId device)
{
    constexpr double FAINTEST_HZ = 1;
    for (uint32_t cell = 0; cell < state.cells.size(); ++cell)
    {
        const double noise = state.cells[cell].noiseWPerHz;
        for (uint32_t i = 0; i < state.gains.SubChannels(); ++i)
        {
            if (cell < state.servers.size() && state.servers[cell].maxCpuHz > 0 &&
                state.gains(device, cell, Direction::UPLINK, i) >= FAINTEST_HZ * noise)
            {
                return true;
            }
        }
    }
    return false;
}

/// @throws InvalidInput if there is nothing to offload, or nowhere to
/// @param state the system state
void
RequireServers(const SystemState& state)
{
    if (state.cells.empty() || state.servers.size() != state.cells.size())
    {
        throw InvalidInput(Describe("ns3::fl::OffloadOptimizer: ",
                                    state.cells.size(),
                                    " cells with ",
                                    state.servers.size(),
                                    " servers that have a Processor: must be at least one cell "
                                    "whose radio is controlled, and one such server each"));
    }
    if (!(state.sampleBits > 0))
    {
        throw InvalidInput("ns3::fl::OffloadOptimizer: there are no samples to offload: must not "
                           "be a timing study or split learning");
    }
}

/**
 * @param state the system state
 * @param device the device
 * @return its order, without phases
 */
WorkOrder
MakeOrder(const SystemState& state, DeviceId device)
{
    WorkOrder order;
    order.device = device;
    order.task = state.task;
    order.round = state.round;
    order.baseVersion = state.modelVersion;
    order.earliestStartS = state.nowS;
    order.forAggregation = state.round;
    order.localIterations = state.localIterations;
    order.samples = state.profiles[device].samples;
    return order;
}

/**
 * @param state the system state
 * @param device the device
 * @return work of its order [cycle]
 */
double
CyclesOf(const SystemState& state, DeviceId device)
{
    const auto& profile = state.profiles[device];
    return profile.cyclesPerSample * profile.samples * state.localIterations;
}

/**
 * @param state the system state
 * @param device the device
 * @return encoded size of its samples [bit]
 */
double
DataBits(const SystemState& state, DeviceId device)
{
    return state.sampleHeaderBits + state.sampleBits * state.profiles[device].samples;
}

/**
 * @param state the system state
 * @param cycles work [cycle]
 * @param cpuHz CPU frequency of the device [Hz]
 * @param grant of the update; its cell is that of the server
 * @param [in,out] order gets server and phases
 */
void
AppendLocalTraining(const SystemState& state,
                    double cycles,
                    double cpuHz,
                    const Grant& grant,
                    WorkOrder& order)
{
    order.server = grant.cell;
    order.phases.emplace_back(Transfer{grant.cell, Direction::DOWNLINK, state.downloadBits, {}});
    order.phases.emplace_back(Compute{cycles, cpuHz});
    order.phases.emplace_back(
        Transfer{grant.cell, Direction::UPLINK, state.uploadBits, grant, PayloadKind::UPDATE});
}

/**
 * @param problem the problem
 * @param n place of the device in it
 * @param made its decision, which has a slot
 * @param widthHz of a sub-channel [Hz]
 * @param [in,out] order gets server and phases
 */
void
AppendServerTraining(const OffloadProblem& problem,
                     size_t n,
                     const OffloadDecision& made,
                     double widthHz,
                     WorkOrder& order)
{
    const auto& device = problem.devices[n];
    const uint32_t server = made.slot->server;
    order.server = server;
    const Grant grant{server,
                      Direction::UPLINK,
                      made.slot->subChannel * widthHz,
                      std::min(made.bandwidthHz, widthHz),
                      made.powerW};
    order.phases.emplace_back(
        Transfer{server, Direction::UPLINK, device.dataBits, grant, PayloadKind::SAMPLES});
    order.phases.emplace_back(
        Compute{device.cycles, problem.servers[server].cpuHz, ComputeNode::SERVER});
}

/**
 * @param order a work order
 * @return the grant on which samples go to a server that trains; null: the device trains itself
 */
const Grant*
SamplesGrant(const WorkOrder& order)
{
    for (const auto& phase : order.phases)
    {
        const auto* transfer = std::get_if<Transfer>(&phase);
        if (transfer && transfer->kind == PayloadKind::SAMPLES && transfer->grant)
        {
            return &*transfer->grant;
        }
    }
    return nullptr;
}

/// @return whether none of some orders has an uplink grant that overlaps with one in its cell
/// @param grant the grant
/// @param orders the orders
bool
IsFree(const Grant& grant, const std::vector<WorkOrder>& orders)
{
    constexpr double ROUND_OFF = 1e-9;
    for (const auto& order : orders)
    {
        for (const auto& phase : order.phases)
        {
            const auto* transfer = std::get_if<Transfer>(&phase);
            if (transfer && transfer->direction == Direction::UPLINK && transfer->grant &&
                transfer->grant->cell == grant.cell &&
                transfer->grant->startHz < (grant.startHz + grant.bandwidthHz) * (1 - ROUND_OFF) &&
                grant.startHz <
                    (transfer->grant->startHz + transfer->grant->bandwidthHz) * (1 - ROUND_OFF))
            {
                return false;
            }
        }
    }
    return true;
}

} // namespace

TypeId
OffloadOptimizer::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::OffloadOptimizer")
            .SetParent<Optimizer>()
            .SetGroupName("Fl")
            .AddConstructor<OffloadOptimizer>()
            .AddAttribute(
                "Method",
                "How the problem is solved: exact, search, blind, local, all, random or "
                "agent",
                StringValue("search"),
                MakeStringAccessor(&OffloadOptimizer::SetMethod, &OffloadOptimizer::GetMethod),
                MakeStringChecker())
            .AddAttribute("Agent",
                          "File of the trained agent of the method agent",
                          StringValue(""),
                          MakeStringAccessor(&OffloadOptimizer::m_agent),
                          MakeStringChecker())
            .AddAttribute("SubChannels",
                          "G, sub-channels of a cell for offloading where the radio has none that "
                          "fade by themselves; one more of the same width is for the updates of "
                          "devices that train themselves",
                          UintegerValue(5),
                          MakeUintegerAccessor(&OffloadOptimizer::m_subChannels),
                          MakeUintegerChecker<uint32_t>(1, OFFLOAD_MAX_SUB_CHANNELS))
            .AddAttribute("Seconds",
                          "Processor time after which exact and search end with what they have "
                          "[s]. Results depend on the machine's speed where it is reached",
                          DoubleValue(60),
                          MakeDoubleAccessor(&OffloadOptimizer::m_seconds),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("Makespan",
                          "Whether the end of the last device counts (makespan), and not the sum "
                          "of all durations (24)",
                          BooleanValue(false),
                          MakeBooleanAccessor(&OffloadOptimizer::m_isMakespan),
                          MakeBooleanChecker());
    return tid;
}

OffloadOptimizer::OffloadOptimizer()
    : m_uniform(CreateObject<UniformRandomVariable>())
{
}

OffloadOptimizer::~OffloadOptimizer() = default;

int64_t
OffloadOptimizer::DoAssignStreams(int64_t stream)
{
    m_uniform->SetStream(stream);
    return 1;
}

void
OffloadOptimizer::SetMethod(std::string method)
{
    auto known = NamesOf(OffloadMethods());
    known.emplace_back(AGENT);
    m_method = CheckedMethod("offload", "search", method, known);
}

std::string
OffloadOptimizer::GetMethod() const
{
    return m_method;
}

uint32_t
OffloadOptimizer::SubChannelsOf(const SystemState& state) const
{
    const uint32_t known = state.gains.SubChannels();
    return known > 1 ? known - 1 : m_subChannels;
}

double
OffloadOptimizer::SubChannelHz(const SystemState& state) const
{
    return state.cells.front().uplinkBandwidthHz / (SubChannelsOf(state) + 1);
}

OffloadProblem
OffloadOptimizer::MakeProblem(const SystemState& state, const std::vector<DeviceId>& devices) const
{
    RequireServers(state);
    OffloadProblem problem;
    const uint32_t subChannels = SubChannelsOf(state);
    const double widthHz = SubChannelHz(state);
    const double noiseWPerHz = state.cells.front().noiseWPerHz;
    problem.bandwidthHz.assign(subChannels, widthHz);
    problem.noiseW.assign(subChannels, noiseWPerHz * widthHz);
    problem.modelBits = state.uploadBits;
    problem.objective = m_isMakespan ? OffloadObjective::MAKESPAN : OffloadObjective::SUM;
    // No mining: any block, for nothing.
    problem.mining.blockHashes = 1;
    problem.mining.maxHashRateHps = 1;
    for (const auto& server : state.servers)
    {
        // One that is not there is not heard, see below: what it would compute does not matter.
        problem.servers.push_back({server.maxCpuHz > 0 ? server.maxCpuHz : 1});
    }
    const uint32_t count = state.gains.SubChannels();
    for (const auto device : devices)
    {
        const auto& profile = state.profiles[device];
        OffloadDevice entry;
        entry.dataBits = DataBits(state, device);
        entry.cycles = CyclesOf(state, device);
        entry.maxCpuHz = profile.maxCpuHz;
        entry.effectiveCapacitance = profile.effectiveCapacitance;
        entry.maxTxPowerW = profile.maxTxPowerW;
        entry.energyBudgetJ = std::min(profile.energyBudgetJ, UNLIMITED_J);
        const uint32_t last = std::min(subChannels, count - 1);
        entry.uploadRateBps = ShannonRateBps(
            widthHz / static_cast<double>(devices.size()),
            profile.maxTxPowerW,
            state.gains(device, BestCell(state, device, last), Direction::UPLINK, last),
            noiseWPerHz);
        problem.devices.push_back(entry);
        for (uint32_t m = 0; m < state.cells.size(); ++m)
        {
            for (uint32_t g = 0; g < subChannels; ++g)
            {
                // Without sub-channels that fade by themselves there is one gain for all.
                problem.gains.push_back(
                    state.servers[m].maxCpuHz > 0
                        ? state.gains(device, m, Direction::UPLINK, std::min(g, count - 1))
                        : 0);
            }
        }
    }
    problem.Validate();
    return problem;
}

OffloadSolution
OffloadOptimizer::Solve(const OffloadProblem& problem) const
{
    OffloadOptions options;
    options.seconds = m_seconds;
    options.uniform = [this] { return m_uniform->GetValue(); };
    if (m_method != AGENT)
    {
        return SolveOffload(m_method, problem, options);
    }
    if (m_agent.empty())
    {
        throw InvalidInput("ns3::fl::OffloadOptimizer::Agent: must be the file of a trained agent "
                           "with the method agent");
    }
    const auto agent = LoadOffloadAgent(m_agent);
    return PriceOffload(problem, agent->Decide(problem), options, agent->Brief());
}

Plan
OffloadOptimizer::DoPlan(const SystemState& state)
{
    RequireServers(state);
    auto devices = ChooseDevices(state);
    devices.erase(std::remove_if(devices.begin(),
                                 devices.end(),
                                 [&](DeviceId device) { return !IsReachable(state, device); }),
                  devices.end());
    if (devices.empty())
    {
        return {};
    }
    const auto problem = MakeProblem(state, devices);
    const auto solution = Solve(problem);
    const double widthHz = SubChannelHz(state);
    const auto locals = std::count_if(solution.decisions.begin(),
                                      solution.decisions.end(),
                                      [](const auto& made) { return !made.slot; });
    const uint32_t subChannels = SubChannelsOf(state);
    const uint32_t last = std::min(subChannels, state.gains.SubChannels() - 1);
    const double sliceHz = widthHz / static_cast<double>(std::max<long>(locals, 1));
    double edgeHz = widthHz * subChannels;
    Plan plan;
    for (size_t n = 0; n < devices.size(); ++n)
    {
        const auto& made = solution.decisions[n];
        WorkOrder order = MakeOrder(state, devices[n]);
        const double cycles = problem.devices[n].cycles;
        if (made.slot)
        {
            AppendServerTraining(problem, n, made, widthHz, order);
        }
        else
        {
            const uint32_t server = BestCell(state, devices[n], last);
            const Grant grant{server,
                              Direction::UPLINK,
                              edgeHz,
                              sliceHz,
                              problem.devices[n].maxTxPowerW};
            edgeHz += sliceHz;
            AppendLocalTraining(state, cycles, made.cpuHz, grant, order);
        }
        plan.orders.push_back(std::move(order));
    }
    plan.objective = solution.value.learnS;
    plan.bound = solution.lowerBound;
    plan.termination = solution.termination;
    return plan;
}

std::optional<Grant>
OffloadOptimizer::FindFreeGrant(const SystemState& state,
                                DeviceId device,
                                double powerW,
                                const std::vector<WorkOrder>& active) const
{
    const double widthHz = SubChannelHz(state);
    const uint32_t count = state.gains.SubChannels();
    std::optional<Grant> best;
    double bestGain = 0;
    for (uint32_t cell = 0; cell < state.cells.size(); ++cell)
    {
        for (uint32_t i = 0; i <= SubChannelsOf(state) && state.servers[cell].maxCpuHz > 0; ++i)
        {
            const Grant grant{cell, Direction::UPLINK, i * widthHz, widthHz, powerW};
            const double gain =
                state.gains(device, cell, Direction::UPLINK, std::min(i, count - 1));
            if (gain > bestGain && IsFree(grant, active))
            {
                best = grant;
                bestGain = gain;
            }
        }
    }
    return best;
}

Plan
OffloadOptimizer::DoReplace(const SystemState& state,
                            const std::vector<WorkOrder>& lost,
                            const std::vector<WorkOrder>& active)
{
    RequireServers(state);
    Plan plan;
    auto taken = active;
    for (const auto& old : lost)
    {
        const Grant* samples = SamplesGrant(old);
        if (!samples || !state.available[old.device] || !IsReachable(state, old.device))
        {
            continue;
        }
        // No more power than it had: others on the same sub-channel were planned beside that.
        const auto grant = FindFreeGrant(state, old.device, samples->txPowerW, taken);
        if (grant)
        {
            WorkOrder order = MakeOrder(state, old.device);
            const double cpuHz = MakeProblem(state, {old.device}).LocalHz(0);
            AppendLocalTraining(state, CyclesOf(state, old.device), cpuHz, *grant, order);
            taken.push_back(order);
            plan.orders.push_back(std::move(order));
        }
    }
    return plan;
}

} // namespace fl
} // namespace ns3
