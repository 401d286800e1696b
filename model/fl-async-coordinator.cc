/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-async-coordinator.h"

#include "fl-optimizer.h"
#include "fl-server.h"

#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/fl-error.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/log.h"
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

NS_LOG_COMPONENT_DEFINE("FlAsyncCoordinator");

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
            .AddAttribute("WaitTimeout",
                          "How long to wait for a device when none has work; then the run ends",
                          TimeValue(Seconds(3600)),
                          MakeTimeAccessor(&A::m_waitTimeout),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("EmptyPlan",
                          "When to ask the optimizer again that gave a device no work",
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
    CancelEvents();
    m_orders.Clear();
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
        learner.record.startS = NowS();
    }
    m_orders.Clear();
    m_queue.clear();
    m_connected.assign(GetNDevices(), false);
    m_isQueued.assign(GetNDevices(), false);
    m_retryEvents.assign(GetNDevices(), EventId());
    ResetSlots();
    m_running = true;
    if (AreAllDone())
    {
        End("all aggregations are done");
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
    for (const auto& key : m_orders.Keys())
    {
        if (m_orders.Find(key)->isDropped)
        {
            m_orders.Take(key);
        }
        else
        {
            EndOrder(key, WorkStatus::ABORTED);
        }
    }
    for (DeviceId device = 0; device < GetNDevices(); ++device)
    {
        FreeSlot(device);
    }
    for (auto& learner : m_learners)
    {
        learner.model.Discard();
        if (!learner.record.ended.empty())
        {
            learner.record.aborted = true;
            for (auto& work : learner.record.ended)
            {
                if (work.measured.status == WorkStatus::MERGED)
                {
                    work.measured.status = WorkStatus::ABORTED; // it was discarded
                    work.measured.aggregation = 0;
                }
            }
            RoundRecord record = TakeRecord(learner);
            CompleteRecord(record);
            m_roundEndTrace(record);
        }
    }
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
AsyncCoordinator::End(const std::string& reason)
{
    NS_LOG_INFO("finished: " << reason);
    if (m_running)
    {
        m_server->SendBye();
    }
    m_running = false;
    CancelEvents();
    Finish(reason);
}

void
AsyncCoordinator::CancelEvents()
{
    m_serveEvent.Cancel();
    m_waitEvent.Cancel();
    for (auto& event : m_retryEvents)
    {
        event.Cancel();
    }
}

bool
AsyncCoordinator::AreAllDone() const
{
    return std::all_of(m_learners.begin(), m_learners.end(), [](const Learner& learner) {
        return learner.isDone;
    });
}

void
AsyncCoordinator::AwaitDevices()
{
    m_waitEvent.Cancel();
    m_waitEvent = Simulator::Schedule(m_waitTimeout, [this] {
        End(Describe("no device became available for ", m_waitTimeout.GetSeconds(), " s"));
    });
}

// Who gets work

void
AsyncCoordinator::DoNotifyJoined(DeviceId device)
{
    m_connected.at(device) = true;
    Enqueue(device);
}

void
AsyncCoordinator::DoNotifyLeft(DeviceId device)
{
    m_connected.at(device) = false;
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
    if (!IsPending(m_serveEvent))
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
    // Where devices take turns, one that still works on another task keeps its slot until that is
    // over, and gets nothing new meanwhile.
    const bool isIdle = !m_orders.HasOrders(device);
    if (isIdle)
    {
        FreeSlot(device);
    }
    if (m_connected[device] && (isIdle || !TakeTurns()))
    {
        Enqueue(device);
    }
    if (m_running && isIdle && !m_queue.empty() && !IsPending(m_serveEvent))
    {
        m_serveEvent = Simulator::ScheduleNow(&AsyncCoordinator::Serve, this);
    }
    if (m_running && m_orders.IsEmpty() && m_queue.empty())
    {
        AwaitDevices();
    }
}

bool
AsyncCoordinator::IsWanted(const Learner& learner, DeviceId device) const
{
    return !learner.isDone && m_connected[device] && !m_orders.HasOrderOf(device, learner.task) &&
           (!m_tasks[learner.task]->model || learner.state.profiles[device].samples > 0);
}

void
AsyncCoordinator::Serve()
{
    while (m_running && !m_queue.empty() && TakeSlot(m_queue.front()))
    {
        const DeviceId device = m_queue.front();
        m_queue.pop_front();
        m_isQueued[device] = false;
        for (auto& learner : m_learners)
        {
            if (m_running && IsWanted(learner, device))
            {
                PlanOrder(learner, device);
            }
        }
        if (!m_orders.HasOrders(device))
        {
            FreeSlot(device);
        }
    }
    // Devices that nobody wants, or that got an empty plan, do not hold up the end.
    if (m_running && m_orders.IsEmpty() && m_queue.empty() && !IsPending(m_waitEvent))
    {
        AwaitDevices();
    }
}

// Orders

void
AsyncCoordinator::Observe(Learner& learner, DeviceId device)
{
    auto& state = learner.state;
    state.nowS = NowS();
    state.round = ++learner.nOrders;
    state.modelVersion = learner.model.GetVersion();
    if (m_radio)
    {
        m_radio->Report(device, state);
    }
}

void
AsyncCoordinator::OfferSlot(SystemState& state) const
{
    const auto slots = static_cast<double>(
        m_maxInFlight > 0 ? std::min(m_maxInFlight, GetNDevices()) : GetNDevices());
    for (auto& cell : state.cells)
    {
        cell.uplinkBandwidthHz /= slots;
        cell.downlinkBandwidthHz /= slots;
        cell.downlinkTxPowerW /= slots;
    }
}

void
AsyncCoordinator::Place(WorkOrder& order, const std::vector<CellState>& cells) const
{
    order.forAggregation.reset(); // that it is planned with is the number of the order
    const auto others = m_orders.KeysOf(order.device);
    for (auto& phase : order.phases)
    {
        auto* transfer = std::get_if<Transfer>(&phase);
        if (!transfer || cells.empty())
        {
            continue;
        }
        const Grant* held = nullptr;
        for (size_t i = 0; i < others.size() && !held; ++i)
        {
            held = m_orders.FindGrant(others[i], transfer->direction);
        }
        if (held)
        {
            transfer->grant = *held;
            continue;
        }
        if (!transfer->grant && transfer->direction == Direction::DOWNLINK && m_radio->CanUpdate())
        {
            const auto& cell = cells.front();
            transfer->grant =
                Grant{0, Direction::DOWNLINK, 0, cell.downlinkBandwidthHz, cell.downlinkTxPowerW};
        }
        if (transfer->grant)
        {
            const auto& cell = cells.at(transfer->grant->cell);
            transfer->grant->startHz +=
                m_slots[order.device] * (transfer->direction == Direction::UPLINK
                                             ? cell.uplinkBandwidthHz
                                             : cell.downlinkBandwidthHz);
        }
    }
}

Outcome
AsyncCoordinator::Enforce(const SystemState& state, const Plan& plan)
{
    if (!m_radio || m_radio->CanUpdate())
    {
        Outcome predicted = Predict(state, plan);
        if (m_radio)
        {
            m_radio->Update(plan);
        }
        return predicted;
    }
    Plan onAir = plan;
    m_orders.AppendTo(onAir);
    Outcome predicted = Predict(state, onAir);
    predicted.work.resize(plan.orders.size());
    m_radio->Apply(onAir);
    return predicted;
}

void
AsyncCoordinator::PlanOrder(Learner& learner, DeviceId device)
{
    Observe(learner, device);
    auto& state = learner.state;
    const auto whole = state.cells;
    OfferSlot(state);
    const auto slot = state.cells;
    state.available[device] = true;
    Plan plan = m_optimizer->MakePlan(state);
    state.available[device] = false;
    state.cells = whole;
    if (plan.orders.empty())
    {
        // One event a device, however many of its tasks and of its orders' ends lead here.
        if (!IsPending(m_retryEvents[device]))
        {
            m_retryEvents[device] = Simulator::Schedule(m_emptyPlan, [this, device] {
                if (m_connected[device])
                {
                    Enqueue(device);
                }
            });
        }
        return;
    }
    CheckPlan(state, plan);
    if (plan.orders.front().samplesSent)
    {
        throw InvalidInput(Describe(m_optimizer->GetInstanceTypeId().GetName(),
                                    " plans to send samples to device ",
                                    device,
                                    ": with an asynchronous coordinator devices must have their "
                                    "own"));
    }
    Place(plan.orders.front(), slot);
    const Outcome predicted = Enforce(state, plan);
    if (learner.record.selected == 0 && learner.record.ended.empty())
    {
        learner.record.objective = plan.objective;
        learner.record.bound = plan.bound;
    }
    m_roundBeginTrace(state, plan, predicted);
    if (m_running)
    {
        Dispatch(learner, plan.orders.front(), predicted.work.front());
    }
}

void
AsyncCoordinator::Dispatch(Learner& learner, const WorkOrder& order, const WorkOutcome& predicted)
{
    m_waitEvent.Cancel();
    const double gain = learner.state.cells.empty()
                            ? ABSENT
                            : learner.state.gains(order.device, 0, Direction::UPLINK);
    OrderInFlight inFlight = BeginOrder(order, predicted, gain);
    if (learner.model.NeedsBase())
    {
        inFlight.base = learner.model.GetEncoded();
    }
    m_orders.Add(std::move(inFlight));
    ++learner.record.selected;
    ++learner.inUse[order.baseVersion];
    m_maxVersions = std::max(m_maxVersions, static_cast<uint32_t>(learner.inUse.size()));
    const Time sent = m_server->SendWork(order,
                                         predicted,
                                         learner.model.GetEncoded(),
                                         m_tasks[learner.task]->statedBytes);
    // Who listened to that may have ended it.
    if (auto* present = m_orders.Find(KeyOf(order)))
    {
        present->sendS = sent.GetSeconds();
    }
}

void
AsyncCoordinator::EndOrder(const OrderKey& key, WorkStatus status)
{
    auto& learner = m_learners[key.task];
    OrderInFlight inFlight = m_orders.Take(key);
    const uint32_t base = inFlight.order.baseVersion;
    WorkRecord record = EndRecord(std::move(inFlight), status, learner.model.GetVersion() - base);
    if (status == WorkStatus::MERGED)
    {
        record.measured.aggregation = learner.model.GetVersion() + 1;
    }
    learner.record.ended.push_back(std::move(record));
    const auto inUse = learner.inUse.find(base);
    if (--inUse->second == 0)
    {
        learner.inUse.erase(inUse);
    }
}

void
AsyncCoordinator::DropOrder(const OrderKey& key, WorkStatus status)
{
    OrderInFlight dropped;
    dropped.order = m_orders.Find(key)->order;
    dropped.isDropped = true;
    EndOrder(key, status);
    if (m_server->SendAbort(dropped.order))
    {
        m_orders.Add(std::move(dropped));
    }
    else
    {
        Release(key.device);
    }
}

bool
AsyncCoordinator::DoNotifyUpdate(DeviceId device, const Message& message, const WorkReport& report)
{
    const OrderKey key{device, message.header.task, message.header.round};
    const auto* inFlight = m_orders.Find(key);
    if (!m_running || !inFlight || inFlight->isDropped)
    {
        return false;
    }
    auto& learner = m_learners[key.task];
    const uint32_t staleness = learner.model.GetVersion() - inFlight->order.baseVersion;
    const bool isMerged = staleness <= m_stalenessLimit || m_stalePolicy == MERGE;
    try
    {
        if (isMerged)
        {
            learner.model.Collect(inFlight->order,
                                  learner.state.profiles[device],
                                  message,
                                  report,
                                  inFlight->base.get());
        }
    }
    catch (const InvalidInput& error)
    {
        NS_LOG_WARN("update of device " << device << " refused: " << error.what());
        EndOrder(key, WorkStatus::REFUSED);
        Release(device);
        return false;
    }
    EndOrder(key, isMerged ? WorkStatus::MERGED : WorkStatus::STALE);
    m_stalenessTrace(device, key.task, staleness, isMerged);
    // A trace sink may have stopped the server, and what was collected is discarded then.
    if (m_running && learner.model.GetNCollected() >= m_buffer)
    {
        Aggregate(learner);
    }
    Release(device);
    return true;
}

void
AsyncCoordinator::DoNotifyFailed(DeviceId device, uint32_t task, uint32_t round)
{
    const OrderKey key{device, task, round};
    const auto* inFlight = m_orders.Find(key);
    if (!inFlight)
    {
        return;
    }
    if (inFlight->isDropped)
    {
        m_orders.Take(key);
    }
    else
    {
        EndOrder(key, WorkStatus::REFUSED);
    }
    Release(device);
}

// Aggregations

RoundRecord
AsyncCoordinator::TakeRecord(Learner& learner)
{
    RoundRecord record = std::exchange(learner.record, RoundRecord());
    learner.record.round = learner.model.GetVersion() + 1;
    learner.record.task = learner.task;
    learner.record.startS = NowS();
    return record;
}

void
AsyncCoordinator::Aggregate(Learner& learner)
{
    learner.record.received = learner.model.Aggregate();
    const uint32_t version = learner.model.GetVersion();
    if (version >= m_aggregations)
    {
        FinishTask(learner);
    }
    else
    {
        DropStale(learner);
    }
    RoundRecord record = TakeRecord(learner);
    if (m_evaluateEvery > 0 && version % m_evaluateEvery == 0)
    {
        learner.model.Evaluate(record);
    }
    const Outcome outcome = CompleteRecord(record);
    // Trace sinks may stop the server: all that concerns this aggregation is done.
    m_aggregatedTrace(version, version, record.received);
    m_roundEndTrace(record);
    m_optimizer->Observe(outcome);
    if (m_running && AreAllDone())
    {
        // Not from within a session's callback.
        m_serveEvent.Cancel();
        m_serveEvent =
            Simulator::ScheduleNow(&AsyncCoordinator::End, this, "all aggregations are done");
    }
}

void
AsyncCoordinator::DropStale(const Learner& learner)
{
    const uint32_t version = learner.model.GetVersion();
    if (m_stalePolicy != ABORT || learner.inUse.empty() ||
        version - learner.inUse.begin()->first <= m_stalenessLimit)
    {
        return;
    }
    for (const auto& key : m_orders.Keys())
    {
        const auto* inFlight = m_orders.Find(key);
        if (key.task == learner.task && inFlight && !inFlight->isDropped &&
            version - inFlight->order.baseVersion > m_stalenessLimit)
        {
            DropOrder(key, WorkStatus::STALE);
        }
    }
}

void
AsyncCoordinator::FinishTask(Learner& learner)
{
    learner.isDone = true;
    for (const auto& key : m_orders.Keys())
    {
        const auto* inFlight = m_orders.Find(key);
        if (key.task == learner.task && inFlight && !inFlight->isDropped)
        {
            DropOrder(key, WorkStatus::ABORTED);
        }
    }
}

} // namespace fl
} // namespace ns3
