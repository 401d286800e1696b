/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-optimizer.h"

#include "ns3/fl-dma-methods.h"
#include "ns3/fl-error.h"
#include "ns3/fl-joint-methods.h"
#include "ns3/fl-mel-methods.h"
#include "ns3/fl-method-name.h"
#include "ns3/fl-offload-methods.h"
#include "ns3/fl-round-plan.h"
#include "ns3/fl-schedule-methods.h"
#include "ns3/object-factory.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(Optimizer);
NS_OBJECT_ENSURE_REGISTERED(EqualOptimizer);
NS_OBJECT_ENSURE_REGISTERED(RandomOptimizer);

namespace
{

/**
 * @param optimizer who has planned
 * @param state the system state
 * @param plan its plan
 * @throws std::logic_error if a device is unknown, not available or planned twice
 */
void
RequireDevices(const Optimizer& optimizer, const SystemState& state, const Plan& plan)
{
    std::vector<DeviceId> devices;
    devices.reserve(plan.orders.size());
    for (const auto& order : plan.orders)
    {
        devices.push_back(order.device);
    }
    // Not one entry per device of the cell: asynchronous plans have one order.
    std::sort(devices.begin(), devices.end());
    for (size_t i = 0; i < devices.size(); ++i)
    {
        const DeviceId device = devices[i];
        if (device >= state.profiles.size() || !state.available[device] ||
            (i > 0 && devices[i - 1] == device))
        {
            throw std::logic_error(Describe(optimizer.GetInstanceTypeId().GetName(),
                                            " planned for device ",
                                            device,
                                            ", which is unknown, not available or planned twice"));
        }
    }
}

} // namespace

TypeId
Optimizer::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::Optimizer")
            .SetParent<Object>()
            .SetGroupName("Fl")
            .AddAttribute("DevicesPerRound",
                          "How many of the available devices may take part in a round, chosen "
                          "uniformly at random; 0: all of them",
                          UintegerValue(0),
                          MakeUintegerAccessor(&Optimizer::m_devicesPerRound),
                          MakeUintegerChecker<uint32_t>());
    return tid;
}

std::string
Optimizer::CheckedMethod(const std::string& problem,
                         const std::string& byDefault,
                         const std::string& method,
                         const std::vector<std::string>& known) const
{
    const std::string plain = PlainMethodName(problem, byDefault, method);
    if (std::find(known.begin(), known.end(), plain) != known.end())
    {
        return plain;
    }
    std::string names;
    for (const auto& name : known)
    {
        names += (names.empty() ? "" : ", ") + name;
    }
    throw InvalidInput(Describe(GetInstanceTypeId().GetName(),
                                ": Method = '",
                                method,
                                "': must be one of ",
                                names));
}

Plan
Optimizer::MakePlan(const SystemState& state)
{
    Plan plan = DoPlan(state);
    RequireDevices(*this, state, plan);
    return plan;
}

Plan
Optimizer::Replace(const SystemState& state,
                   const std::vector<WorkOrder>& lost,
                   const std::vector<WorkOrder>& active)
{
    Plan plan = DoReplace(state, lost, active);
    RequireDevices(*this, state, plan);
    return plan;
}

Plan
Optimizer::DoReplace(const SystemState& /* state */,
                     const std::vector<WorkOrder>& /* lost */,
                     const std::vector<WorkOrder>& /* active */)
{
    return {};
}

bool
Optimizer::PlansHorizon() const
{
    return DoPlansHorizon();
}

bool
Optimizer::DoPlansHorizon() const
{
    return false;
}

Plan
Optimizer::DoPlanHorizon(const std::vector<const SystemState*>& /* tasks */)
{
    return {};
}

Plan
Optimizer::MakeHorizon(const std::vector<const SystemState*>& tasks)
{
    Plan plan = DoPlanHorizon(tasks);
    for (const auto& order : plan.orders)
    {
        const auto* state = order.task < tasks.size() ? tasks[order.task] : nullptr;
        const auto isActive = [&](const ActiveOrder& active) {
            return active.device == order.device;
        };
        const bool isThere = state && order.device < state->profiles.size() &&
                             (state->available[order.device] ||
                              std::any_of(state->active.begin(), state->active.end(), isActive));
        if (!isThere || order.baseVersion < state->modelVersion || !order.forAggregation ||
            *order.forAggregation <= order.baseVersion)
        {
            throw std::logic_error(Describe(GetInstanceTypeId().GetName(),
                                            " planned for device ",
                                            order.device,
                                            " an order of task ",
                                            order.task,
                                            ", base version ",
                                            order.baseVersion,
                                            ": must be of a device that is there, a version to "
                                            "come, and a later aggregation"));
        }
    }
    return plan;
}

void
Optimizer::Observe(const Outcome& outcome)
{
    DoObserve(outcome);
}

void
Optimizer::DoObserve(const Outcome&)
{
}

int64_t
Optimizer::AssignStreams(int64_t stream)
{
    if (!m_choice)
    {
        m_choice = CreateObject<UniformRandomVariable>();
    }
    m_choice->SetStream(stream);
    return 1 + DoAssignStreams(stream + 1);
}

int64_t
Optimizer::DoAssignStreams(int64_t)
{
    return 0;
}

void
Optimizer::DoDispose()
{
    m_choice = nullptr;
    Object::DoDispose();
}

std::vector<DeviceId>
Optimizer::ChooseDevices(const SystemState& state)
{
    auto devices = AvailableDevices(state);
    if (m_devicesPerRound == 0 || m_devicesPerRound >= devices.size())
    {
        return devices;
    }
    if (!m_choice)
    {
        m_choice = CreateObject<UniformRandomVariable>();
    }
    // The first steps of a Fisher-Yates shuffle: each subset is equally likely.
    for (uint32_t i = 0; i < m_devicesPerRound; ++i)
    {
        const uint32_t last = static_cast<uint32_t>(devices.size()) - 1;
        std::swap(devices[i], devices[m_choice->GetInteger(i, last)]);
    }
    devices.resize(m_devicesPerRound);
    std::sort(devices.begin(), devices.end());
    return devices;
}

TypeId
EqualOptimizer::GetTypeId()
{
    static TypeId tid = TypeId("ns3::fl::EqualOptimizer")
                            .SetParent<Optimizer>()
                            .SetGroupName("Fl")
                            .AddConstructor<EqualOptimizer>();
    return tid;
}

Plan
EqualOptimizer::DoPlan(const SystemState& state)
{
    Plan plan = MakeRoundPlan(state, EqualShares(state, ChooseDevices(state)));
    plan.termination = "closed form";
    return plan;
}

TypeId
RandomOptimizer::GetTypeId()
{
    static TypeId tid = TypeId("ns3::fl::RandomOptimizer")
                            .SetParent<Optimizer>()
                            .SetGroupName("Fl")
                            .AddConstructor<RandomOptimizer>();
    return tid;
}

RandomOptimizer::RandomOptimizer()
    : m_uniform(CreateObject<UniformRandomVariable>())
{
}

void
RandomOptimizer::DoDispose()
{
    m_uniform = nullptr;
    Optimizer::DoDispose();
}

int64_t
RandomOptimizer::DoAssignStreams(int64_t stream)
{
    m_uniform->SetStream(stream);
    return 1;
}

Plan
RandomOptimizer::DoPlan(const SystemState& state)
{
    const auto devices = ChooseDevices(state);
    const double bandHz = state.cells.empty() ? 0 : state.cells.front().uplinkBandwidthHz;
    std::vector<RoundShare> shares;
    shares.reserve(devices.size());
    double weights = 0;
    for (const auto device : devices)
    {
        const auto& profile = state.profiles[device];
        RoundShare share;
        share.device = device;
        share.cpuHz = m_uniform->GetValue(profile.minCpuHz, profile.maxCpuHz);
        share.txPowerW = m_uniform->GetValue(profile.minTxPowerW, profile.maxTxPowerW);
        // Normalised exponentials are uniform on the simplex. 1 - u is in (0, 1]; the offset keeps
        // the one draw u = 0 from giving a device no band at all.
        share.uplinkHz = -std::log1p(-m_uniform->GetValue()) + 1e-12;
        weights += share.uplinkHz;
        shares.push_back(share);
    }
    for (auto& share : shares)
    {
        share.uplinkHz *= bandHz / weights;
    }
    Plan plan = MakeRoundPlan(state, shares);
    plan.termination = "random draw";
    return plan;
}

namespace
{

/// @return the optimizers of this module, by name
std::vector<NamedOptimizer>
MakeNamedOptimizers()
{
    std::vector<NamedOptimizer> names{
        {"equal",
         "ns3::fl::EqualOptimizer",
         "equal bandwidth at full power and full CPU frequency",
         {}},
        {"random", "ns3::fl::RandomOptimizer", "a uniformly random choice within the limits", {}},
    };
    for (const auto& method : JointMethods())
    {
        // Equal shares are there already.
        if (method.name != "equal")
        {
            names.push_back({method.name == "global" ? "joint" : "joint-" + method.name,
                             "ns3::fl::JointOptimizer",
                             "energy and time: " + method.description,
                             {{"Method", method.name}}});
        }
    }
    for (const auto& method : MelMethods())
    {
        names.push_back({"mel-" + method.name,
                         "ns3::fl::MelOptimizer",
                         "task allocation: " + method.description,
                         {{"Method", method.name}}});
    }
    for (const auto& method : ScheduleMethods())
    {
        names.push_back({method.name == "exact" ? "schedule" : "schedule-" + method.name,
                         "ns3::fl::ScheduleOptimizer",
                         "scheduling: " + method.description,
                         {{"Method", method.name}}});
    }
    for (const auto& method : OffloadMethods())
    {
        names.push_back({method.name == "search" ? "offload" : "offload-" + method.name,
                         "ns3::fl::OffloadOptimizer",
                         "offloading to servers: " + method.description,
                         {{"Method", method.name}}});
    }
    names.push_back({"offload-agent",
                     "ns3::fl::OffloadOptimizer",
                     "offloading to servers: what a trained agent decides",
                     {{"Method", "agent"}}});
    for (const auto& method : DmaMethods())
    {
        // It answers given schedules only.
        if (method.name != "resources")
        {
            names.push_back({method.name == "best" ? "dma" : "dma-" + method.name,
                             "ns3::fl::DmaOptimizer",
                             "asynchronous, many tasks: " + method.description,
                             {{"Method", method.name}}});
        }
    }
    names.push_back({"dma-middle",
                     "ns3::fl::DmaOptimizer",
                     "asynchronous: one device at a time, resources in the middle",
                     {{"Method", "middle"}}});
    return names;
}

/**
 * @param name of an optimizer, or of a method as its own problem names it, if only one optimizer
 *        that is named by problem and method has that method: `exact` is `mel-exact`
 * @return the optimizer; null if there is none, or more than one
 */
const NamedOptimizer*
FindOptimizer(const std::string& name)
{
    std::string shown = name;
    // Defaults have their problem's name alone, or with the method's.
    for (const auto& [alias, optimizer] : {std::pair("joint-global", "joint"),
                                           std::pair("schedule-exact", "schedule"),
                                           std::pair("dma-best", "dma"),
                                           std::pair("offload-search", "offload"),
                                           std::pair("mel", "mel-exact")})
    {
        shown = name == alias ? optimizer : shown;
    }
    const NamedOptimizer* byMethod = nullptr;
    int methods = 0;
    for (const auto& entry : NamedOptimizers())
    {
        if (entry.name == shown)
        {
            return &entry;
        }
        if (!entry.attributes.empty() && entry.attributes.front().second == name &&
            entry.name != "schedule" && entry.name != "dma" &&
            entry.typeId != "ns3::fl::OffloadOptimizer") // whose methods others have too
        {
            byMethod = &entry;
            ++methods;
        }
    }
    return methods == 1 ? byMethod : nullptr;
}

} // namespace

const std::vector<NamedOptimizer>&
NamedOptimizers()
{
    static const std::vector<NamedOptimizer> names = MakeNamedOptimizers();
    return names;
}

Ptr<Optimizer>
CreateOptimizer(const std::string& name)
{
    const NamedOptimizer* named = FindOptimizer(name);
    const std::string typeName = named ? named->typeId : name;
    TypeId tid;
    if (!TypeId::LookupByNameFailSafe(typeName, &tid) || !tid.IsChildOf(Optimizer::GetTypeId()) ||
        !tid.HasConstructor())
    {
        std::string known;
        for (const auto& entry : NamedOptimizers())
        {
            known += (known.empty() ? "" : ", ") + entry.name;
        }
        throw InvalidInput(
            Describe("optimizer = '", name, "': must be one of ", known, " or an Optimizer type"));
    }
    ObjectFactory factory;
    factory.SetTypeId(tid);
    if (named)
    {
        for (const auto& [attribute, value] : named->attributes)
        {
            factory.Set(attribute, StringValue(value));
        }
    }
    return factory.Create<Optimizer>();
}

} // namespace fl
} // namespace ns3
