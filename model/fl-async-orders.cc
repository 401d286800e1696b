/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * The part of AsyncCoordinator that plans and sends orders; life cycle, and what comes back, are in
 * fl-async-coordinator.cc.
 */

#include "fl-async-coordinator.h"
#include "fl-client.h"
#include "fl-optimizer.h"
#include "fl-server.h"

#include "ns3/fl-error.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/log.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlAsyncOrders");

// Who gets work

bool
AsyncCoordinator::CanTrain(Learner& learner, DeviceId device) const
{
    ObserveData(device, learner.state);
    return m_connected[device] && !HasGivenUp(learner, device) &&
           (!m_tasks[learner.task]->model || learner.state.profiles[device].samples > 0);
}

bool
AsyncCoordinator::HasGivenUp(const Learner& learner, DeviceId device) const
{
    return m_maxRefusals > 0 && learner.refusals[device] >= m_maxRefusals;
}

void
AsyncCoordinator::ServeDevice(DeviceId device)
{
    for (auto& learner : m_learners)
    {
        if (!m_running || learner.isDone || m_orders.HasOrderOf(device, learner.task) ||
            learner.waits[device])
        {
            continue;
        }
        if (CanTrain(learner, device))
        {
            PlanOrder(learner, device);
        }
        else if (m_clients[device] && m_clients[device]->HasDataStream(learner.task) &&
                 !HasGivenUp(learner, device))
        {
            AskAgain(device); // it may get samples
        }
    }
    if (!m_orders.HasOrders(device))
    {
        FreeSlot(device);
    }
}

void
AsyncCoordinator::AskAgain(DeviceId device)
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
}

// One order at a time

void
AsyncCoordinator::Observe(Learner& learner, DeviceId device)
{
    auto& state = learner.state;
    state.nowS = NowS();
    state.round = ++learner.nOrders;
    state.modelVersion = learner.model.GetVersion();
    ObserveData(device, state);
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
            const double ownW = m_profiles[order.task][order.device].downlinkTxPowerW;
            transfer->grant = Grant{0,
                                    Direction::DOWNLINK,
                                    0,
                                    cell.downlinkBandwidthHz,
                                    ownW > 0 ? ownW : cell.downlinkTxPowerW};
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
    state.offered = {device};
    Plan plan = m_optimizer->MakePlan(state);
    state.available[device] = false;
    state.offered.clear();
    state.cells = whole;
    if (plan.orders.empty())
    {
        AskAgain(device);
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
    plan.orders.front().forAggregation.reset(); // it is not known which one it will be
    Place(plan.orders.front(), slot);
    Launch(learner, plan);
}

void
AsyncCoordinator::Launch(Learner& learner, const Plan& plan)
{
    const Outcome predicted = Enforce(learner.state, plan);
    if (learner.record.selected == 0 && learner.record.ended.empty())
    {
        learner.record.objective = plan.objective;
        learner.record.bound = plan.bound;
    }
    m_roundBeginTrace(learner.state, plan, predicted);
    if (m_running)
    {
        Dispatch(learner, plan.orders.front(), predicted.work.front());
    }
}

// Horizons

bool
AsyncCoordinator::HasHorizon() const
{
    return m_optimizer->PlansHorizon();
}

bool
AsyncCoordinator::Gathers() const
{
    return HasHorizon() || m_closeAfter > 0;
}

void
AsyncCoordinator::PlanHorizon()
{
    m_isGathering = false;
    m_sincePlan = 0;
    std::vector<const SystemState*> states;
    for (auto& learner : m_learners)
    {
        ObserveAll(learner);
        states.push_back(&learner.state);
    }
    Plan plan;
    try
    {
        plan = m_optimizer->MakeHorizon(states);
    }
    catch (const Infeasible& error)
    {
        if (!HasPending())
        {
            throw;
        }
        NS_LOG_WARN("the horizon stays as it was: " << error.what());
        LaunchPending();
        return;
    }
    for (auto& learner : m_learners)
    {
        learner.pending.clear();
        learner.record.objective = plan.objective;
        learner.record.bound = plan.bound;
    }
    for (auto& order : plan.orders)
    {
        auto& learner = m_learners[order.task];
        order.round = ++learner.nOrders;
        learner.pending.emplace(order.baseVersion, std::move(order));
    }
    LaunchPending();
}

void
AsyncCoordinator::ObserveAll(Learner& learner)
{
    auto& state = learner.state;
    state.nowS = NowS();
    state.round = learner.model.GetVersion() + 1;
    state.modelVersion = learner.model.GetVersion();
    state.aggregationsLeft = learner.isDone ? 0 : m_aggregations - state.modelVersion;
    for (DeviceId device = 0; device < GetNDevices(); ++device)
    {
        ObserveData(device, state);
        state.available[device] = m_connected[device] && !HasGivenUp(learner, device);
    }
    state.active.clear();
    for (const auto& key : m_orders.Keys())
    {
        const auto* active = m_orders.Find(key);
        if (key.task == learner.task && !active->isDropped)
        {
            state.active.push_back({key.device,
                                    active->order.baseVersion,
                                    active->predicted.startS + active->predicted.DurationS()});
        }
    }
    if (m_radio)
    {
        m_radio->Report(state);
        OfferSlot(state);
    }
}

bool
AsyncCoordinator::HasPending() const
{
    return std::any_of(m_learners.begin(), m_learners.end(), [](const Learner& learner) {
        return !learner.pending.empty();
    });
}

void
AsyncCoordinator::LaunchPending()
{
    for (auto& learner : m_learners)
    {
        if (m_running)
        {
            LaunchPending(learner);
        }
    }
    if (m_running && m_orders.IsEmpty() && !AreAllDone())
    {
        // Devices were lost, and nobody makes a version that others wait for: what is left is
        // shared out anew.
        if (m_nConnected > 0)
        {
            m_serveEvent.Cancel();
            m_serveEvent = Simulator::Schedule(m_emptyPlan, &AsyncCoordinator::PlanHorizon, this);
            if (!IsPending(m_waitEvent))
            {
                AwaitDevices(); // the plan may stay empty
            }
        }
        else
        {
            m_isGathering = true;
            AwaitDevices();
        }
    }
}

void
AsyncCoordinator::LaunchPending(Learner& learner)
{
    const uint32_t version = learner.model.GetVersion();
    for (auto next = learner.pending.begin();
         m_running && next != learner.pending.end() && next->first <= version;)
    {
        const DeviceId device = next->second.device;
        if (m_connected[device] && m_orders.HasOrderOf(device, learner.task))
        {
            ++next; // when that is over
            continue;
        }
        Plan plan;
        plan.orders.push_back(std::move(next->second));
        next = learner.pending.erase(next);
        if (learner.isDone || !CanTrain(learner, device) || !TakeSlot(device))
        {
            continue;
        }
        auto& order = plan.orders.front();
        learner.state.nowS = NowS();
        learner.state.modelVersion = version;
        learner.state.round = order.round;
        if (m_radio)
        {
            m_radio->Report(device, learner.state);
        }
        order.baseVersion = version;
        order.earliestStartS = NowS();
        SystemState slot = learner.state;
        OfferSlot(slot);
        Place(order, slot.cells);
        Launch(learner, plan);
    }
}

void
AsyncCoordinator::Bind(Learner& learner, OrderInFlight& inFlight)
{
    inFlight.isBound = true;
    inFlight.order.baseVersion = learner.model.GetVersion();
    if (learner.model.NeedsBase())
    {
        inFlight.base = learner.model.GetEncoded();
    }
    ++learner.inUse[inFlight.order.baseVersion];
    m_maxVersions = std::max(m_maxVersions, static_cast<uint32_t>(learner.inUse.size()));
}

bool
AsyncCoordinator::DoNotifySending(WorkOrder& order, std::shared_ptr<const Payload>& model)
{
    auto* inFlight = m_orders.Find(KeyOf(order));
    if (!inFlight || inFlight->isBound)
    {
        return false;
    }
    auto& learner = m_learners[order.task];
    Bind(learner, *inFlight);
    const bool isReplaced = order.baseVersion != inFlight->order.baseVersion;
    order.baseVersion = inFlight->order.baseVersion;
    model = learner.model.GetEncoded();
    return isReplaced;
}

void
AsyncCoordinator::Dispatch(Learner& learner, const WorkOrder& order, const WorkOutcome& predicted)
{
    m_waitEvent.Cancel();
    const double gain = learner.state.cells.empty()
                            ? ABSENT
                            : learner.state.gains(order.device, 0, Direction::UPLINK);
    OrderInFlight inFlight = BeginOrder(order, predicted, gain);
    // A plan that knows which aggregation it is for names the version, too.
    inFlight.isBound = false;
    if (order.forAggregation)
    {
        Bind(learner, inFlight);
    }
    m_orders.Add(std::move(inFlight));
    ++learner.record.selected;
    ++learner.nActive;
    const Time sent = ServerOf(order.server)
                          .SendWork(order,
                                    predicted,
                                    learner.model.GetEncoded(),
                                    m_tasks[learner.task]->statedBytes);
    // Who listened to that may have ended it.
    if (auto* present = m_orders.Find(KeyOf(order)))
    {
        present->sendS = sent.GetSeconds();
    }
}

} // namespace fl
} // namespace ns3
