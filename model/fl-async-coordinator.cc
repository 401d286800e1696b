/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-async-coordinator.h"

#include "fl-optimizer.h"

#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/fl-error.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(AsyncCoordinator);

namespace
{

/// Of a device that has no slot.
constexpr uint32_t NO_SLOT = UINT32_MAX;

} // namespace

TypeId
AsyncCoordinator::GetTypeId()
{
    using A = AsyncCoordinator;
    static TypeId tid =
        TypeId("ns3::fl::AsyncCoordinator")
            .SetParent<Coordinator>()
            .SetGroupName("Fl")
            .AddConstructor<AsyncCoordinator>()
            .AddAttribute("Aggregations",
                          "How often the model of each task is updated",
                          UintegerValue(100),
                          MakeUintegerAccessor(&A::m_aggregations),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Method",
                          "How updates are merged: FedAsync, as a convex combination with the "
                          "global model; or FedBuff, as steps from it",
                          EnumValue(A::FEDASYNC),
                          MakeFlEnumAccessor<Method>(&A::m_method),
                          MakeEnumChecker(A::FEDASYNC, "FedAsync", A::FEDBUFF, "FedBuff"))
            .AddAttribute("Buffer",
                          "How many updates are merged together (K of FedBuff)",
                          UintegerValue(1),
                          MakeUintegerAccessor(&A::m_buffer),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("CloseAfter",
                          "Learn in rounds, each task in its own, that close with so many updates, "
                          "which are merged together; a device whose update is in waits for the "
                          "end of the round. 0: no rounds",
                          UintegerValue(0),
                          MakeUintegerAccessor(&A::m_closeAfter),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("Alpha",
                          "FedAsync: weight of a fresh update against the global model",
                          DoubleValue(0.6),
                          MakeDoubleAccessor(&A::m_alpha),
                          MakeDoubleChecker<double>(1e-6, 1))
            .AddAttribute("ServerRate",
                          "FedBuff: server learning rate",
                          DoubleValue(1),
                          MakeDoubleAccessor(&A::m_serverRate),
                          MakeDoubleChecker<double>(1e-6, 1e6))
            .AddAttribute(
                "Staleness",
                "How the weight of an update falls with its staleness s: Constant; Hinge, "
                "1 up to StalenessOffset b and 1 / (a (s - b) + 1) beyond; Polynomial, "
                "(s + 1)^-a; a is StalenessFactor",
                EnumValue(StalenessWeight::POLYNOMIAL),
                MakeFlEnumAccessor<StalenessWeight::Kind>(&A::m_staleness),
                MakeEnumChecker(StalenessWeight::CONSTANT,
                                "Constant",
                                StalenessWeight::HINGE,
                                "Hinge",
                                StalenessWeight::POLYNOMIAL,
                                "Polynomial"))
            .AddAttribute("StalenessFactor",
                          "a of Hinge and Polynomial",
                          DoubleValue(0.5),
                          MakeDoubleAccessor(&A::m_stalenessFactor),
                          MakeDoubleChecker<double>(0, 1e6))
            .AddAttribute("StalenessOffset",
                          "b of Hinge",
                          DoubleValue(4),
                          MakeDoubleAccessor(&A::m_stalenessOffset),
                          MakeDoubleChecker<double>(0, 1e6))
            .AddAttribute("StalenessLimit",
                          "Largest staleness that is not subject to StalePolicy",
                          UintegerValue(UINT32_MAX),
                          MakeUintegerAccessor(&A::m_stalenessLimit),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute(
                "StalePolicy",
                "What becomes of an update beyond StalenessLimit: Merge (it has its "
                "weight), Drop (when it arrives), or Abort (its device is told to stop as "
                "soon as the limit is passed)",
                EnumValue(A::MERGE),
                MakeFlEnumAccessor<StalePolicy>(&A::m_stalePolicy),
                MakeEnumChecker(A::MERGE, "Merge", A::DROP, "Drop", A::ABORT, "Abort"))
            .AddAttribute("MaxInFlight",
                          "How many devices may have orders at once; 0: all",
                          UintegerValue(0),
                          MakeUintegerAccessor(&A::m_maxInFlight),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("EvaluateEvery",
                          "Evaluate the global model on held-out data after each so many "
                          "aggregations; 0: never",
                          UintegerValue(1),
                          MakeUintegerAccessor(&A::m_evaluateEvery),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute(
                "ReplanEvery",
                "With an optimizer that plans a horizon: plan anew after so many "
                "aggregations of all tasks, from the state that is measured; 0: only when "
                "nothing is left of the horizon",
                UintegerValue(0),
                MakeUintegerAccessor(&A::m_replanEvery),
                MakeUintegerChecker<uint32_t>())
            .AddAttribute(
                "JoinTimeout",
                "With an optimizer that plans a horizon, or with CloseAfter: how long to wait for "
                "all devices before it is planned, or the first round begins",
                TimeValue(Seconds(60)),
                MakeTimeAccessor(&A::m_joinTimeout),
                MakeTimeChecker(Time(0)))
            .AddAttribute(
                "MaxRefusals",
                "How many orders of a task in a row a device may refuse, or answer with an "
                "update that is refused, until it gets no more of them before it has "
                "joined again; 0: no limit",
                UintegerValue(10),
                MakeUintegerAccessor(&A::m_maxRefusals),
                MakeUintegerChecker<uint32_t>())
            .AddAttribute("WaitTimeout",
                          "How long to wait for a device when none has work; then the run ends",
                          TimeValue(Seconds(3600)),
                          MakeTimeAccessor(&A::m_waitTimeout),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("EmptyPlan",
                          "When to ask the optimizer again that gave a device no work, and to look "
                          "again at a device whose data stream had no samples",
                          TimeValue(Seconds(1)),
                          MakeTimeAccessor(&A::m_emptyPlan),
                          MakeTimeChecker(NanoSeconds(1)))
            .AddTraceSource("Staleness",
                            "An update arrived: device, task, staleness, whether it is merged",
                            MakeTraceSourceAccessor(&A::m_stalenessTrace),
                            "ns3::fl::AsyncCoordinator::StalenessCallback");
    return tid;
}

AsyncCoordinator::AsyncCoordinator() = default;

AsyncCoordinator::~AsyncCoordinator() = default;

void
AsyncCoordinator::DoDispose()
{
    m_learners.clear();
    Coordinator::DoDispose();
}

const GlobalModel&
AsyncCoordinator::DoGetModel(uint32_t task) const
{
    return m_learners.at(task).model;
}

uint32_t
AsyncCoordinator::GetNVersionsInUse(uint32_t task) const
{
    return static_cast<uint32_t>(m_learners.at(task).inUse.size());
}

uint32_t
AsyncCoordinator::GetMaxVersionsInUse() const
{
    return m_maxVersions;
}

// Life cycle

std::unique_ptr<Aggregator>
AsyncCoordinator::MakeAggregator() const
{
    const StalenessWeight weight{m_staleness, m_stalenessFactor, m_stalenessOffset};
    if (m_method == FEDBUFF)
    {
        return std::make_unique<FedBuff>(m_serverRate, weight);
    }
    return std::make_unique<FedAsync>(m_alpha, weight);
}

void
AsyncCoordinator::Initialize()
{
    if (m_tasks.empty() || !m_optimizer || m_profiles.size() < m_tasks.size())
    {
        throw std::logic_error(Describe(GetInstanceTypeId().GetName(),
                                        " needs a LearningTask, an Optimizer, and profiles of the "
                                        "devices for each task"));
    }
    if (m_closeAfter > 0 && (HasHorizon() || m_buffer > 1))
    {
        throw InvalidInput(
            Describe("ns3::fl::AsyncCoordinator::CloseAfter = ",
                     m_closeAfter,
                     ": must be 0 with ",
                     m_buffer > 1 ? "Buffer above 1" : "an optimizer that plans a horizon"));
    }
    m_learners.resize(m_tasks.size());
    for (auto& learner : m_learners)
    {
        learner.task = static_cast<uint32_t>(&learner - m_learners.data());
        learner.record.round = 1;
        learner.record.task = learner.task;
        learner.model.Initialize(m_tasks[learner.task], MakeAggregator());
        auto& state = learner.state;
        state.task = learner.task;
        state.profiles = m_profiles[learner.task];
        state.available.assign(GetNDevices(), false);
        state.localIterations = m_tasks[learner.task]->trainer.localIterations;
        state.downloadBits = 8.0 * static_cast<double>(m_tasks[learner.task]->PayloadBytes());
        state.uploadBits = state.downloadBits;
        if (m_radio)
        {
            m_radio->Report(state);
        }
    }
}

void
AsyncCoordinator::DoStart()
{
    if (m_learners.empty())
    {
        Initialize();
    }
    for (auto& learner : m_learners)
    {
        learner.model.Encode();
        learner.inUse.clear();
        learner.pending.clear();
        learner.record.startS = NowS();
        learner.refusals.assign(GetNDevices(), 0);
        learner.waits.assign(GetNDevices(), false);
        learner.nActive = 0;
    }
    m_orders.Clear();
    m_queue.clear();
    m_connected.assign(GetNDevices(), false);
    m_nConnected = 0;
    m_isQueued.assign(GetNDevices(), false);
    m_retryEvents.assign(GetNDevices(), EventId());
    ResetSlots();
    m_running = true;
    if (AreAllDone())
    {
        End("all aggregations are done");
        return;
    }
    m_isGathering = Gathers();
    if (m_isGathering)
    {
        m_joinEvent.Cancel();
        m_joinEvent = Simulator::Schedule(m_joinTimeout, [this] {
            const bool isWaiting = m_isGathering;
            m_isGathering = isWaiting && HasHorizon();
            if (isWaiting && m_nConnected > 0)
            {
                Wake();
            }
            else if (isWaiting)
            {
                AwaitDevices();
            }
        });
        return;
    }
    AwaitDevices();
}

void
AsyncCoordinator::DoStop()
{
    if (!m_running)
    {
        return;
    }
    m_running = false;
    CancelEvents();
    AbortOrders();
    for (DeviceId device = 0; device < GetNDevices(); ++device)
    {
        FreeSlot(device);
    }
    DoReportAborted();
    if (AreAllDone())
    {
        End("all aggregations are done");
    }
    else
    {
        Interrupt("the server stopped before all aggregations were done");
    }
}

void
AsyncCoordinator::DoReportAborted()
{
    for (auto& learner : m_learners)
    {
        learner.model.Discard();
        if (!learner.record.ended.empty())
        {
            AbortRecord(TakeRecord(learner));
        }
    }
}

void
AsyncCoordinator::DoAbortOrder(const OrderKey& key)
{
    EndOrder(key, WorkStatus::ABORTED);
}

void
AsyncCoordinator::CancelEvents()
{
    m_serveEvent.Cancel();
    m_joinEvent.Cancel();
    for (auto& event : m_retryEvents)
    {
        event.Cancel();
    }
    Coordinator::CancelEvents();
}

bool
AsyncCoordinator::AreAllDone() const
{
    return std::all_of(m_learners.begin(), m_learners.end(), [](const Learner& learner) {
        return learner.isDone;
    });
}

// Who gets work

void
AsyncCoordinator::DoNotifyJoined(DeviceId device)
{
    if (!m_connected.at(device))
    {
        m_connected[device] = true;
        ++m_nConnected;
    }
    for (auto& learner : m_learners)
    {
        learner.refusals[device] = 0;
    }
    if (!HasHorizon())
    {
        Enqueue(device);
    }
    if (m_isGathering && m_nConnected == GetNDevices())
    {
        m_isGathering = HasHorizon();
        Wake();
    }
}

void
AsyncCoordinator::DoNotifyLeft(DeviceId device, uint32_t /* server */)
{
    if (m_connected.at(device))
    {
        m_connected[device] = false;
        --m_nConnected;
    }
    for (const auto& key : m_orders.KeysOf(device))
    {
        if (m_orders.Find(key)->isDropped)
        {
            m_orders.Take(key);
        }
        else
        {
            EndOrder(key, WorkStatus::LOST);
        }
    }
    Release(device);
}

void
AsyncCoordinator::Enqueue(DeviceId device)
{
    if (!m_running || m_isQueued[device])
    {
        return;
    }
    m_isQueued[device] = true;
    m_queue.push_back(device);
    Wake();
}

void
AsyncCoordinator::Wake()
{
    if (m_running && !IsPending(m_serveEvent) && (HasHorizon() || !m_isGathering))
    {
        // Not from within a session's callback: planning sends to sessions.
        m_serveEvent = Simulator::ScheduleNow(&AsyncCoordinator::Serve, this);
    }
}

void
AsyncCoordinator::ResetSlots()
{
    m_slots.assign(GetNDevices(), NO_SLOT);
    m_freeSlots.clear();
    if (!TakeTurns())
    {
        std::iota(m_slots.begin(), m_slots.end(), 0);
        return;
    }
    for (uint32_t slot = m_maxInFlight; slot > 0; --slot)
    {
        m_freeSlots.push_back(slot - 1);
    }
}

bool
AsyncCoordinator::TakeSlot(DeviceId device)
{
    if (m_slots[device] == NO_SLOT && !m_freeSlots.empty())
    {
        m_slots[device] = m_freeSlots.back();
        m_freeSlots.pop_back();
    }
    return m_slots[device] != NO_SLOT;
}

void
AsyncCoordinator::FreeSlot(DeviceId device)
{
    // Where each device has a slot of its own, it keeps it, and the grants in it.
    if (m_slots[device] == NO_SLOT || !TakeTurns())
    {
        return;
    }
    m_freeSlots.push_back(std::exchange(m_slots[device], NO_SLOT));
    if (m_radio)
    {
        m_radio->Release(device);
    }
}

bool
AsyncCoordinator::TakeTurns() const
{
    return m_maxInFlight > 0 && m_maxInFlight < GetNDevices();
}

void
AsyncCoordinator::Release(DeviceId device)
{
    const bool isIdle = !m_orders.HasOrders(device);
    if (isIdle)
    {
        FreeSlot(device);
    }
    if (HasHorizon())
    {
        Wake();
        return;
    }
    // Where devices take turns, one that still works on another task keeps its slot until that is
    // over, and gets nothing new meanwhile.
    if (m_connected[device] && (isIdle || !TakeTurns()))
    {
        Enqueue(device);
    }
    if ((isIdle && !m_queue.empty()) || m_closeAfter > 0)
    {
        Wake();
    }
    if (m_running && m_orders.IsEmpty() && m_queue.empty())
    {
        AwaitDevices();
    }
}

void
AsyncCoordinator::Serve()
{
    if (m_running && HasHorizon())
    {
        if (m_isGathering || (m_replanEvery > 0 && m_sincePlan >= m_replanEvery))
        {
            PlanHorizon();
        }
        else
        {
            LaunchPending();
        }
        return;
    }
    while (m_running && !m_queue.empty() && TakeSlot(m_queue.front()))
    {
        const DeviceId device = m_queue.front();
        m_queue.pop_front();
        m_isQueued[device] = false;
        ServeDevice(device);
    }
    if (m_running && m_closeAfter > 0 && m_queue.empty())
    {
        CloseDeserted();
    }
    // Devices that nobody wants, or that got an empty plan, do not hold up the end.
    if (m_running && m_orders.IsEmpty() && m_queue.empty() && !IsPending(m_waitEvent))
    {
        AwaitDevices();
    }
}

} // namespace fl
} // namespace ns3
