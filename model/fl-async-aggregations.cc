/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * The part of AsyncCoordinator that ends orders and makes aggregations; life cycle and devices are
 * in fl-async-coordinator.cc.
 */

#include "fl-async-coordinator.h"
#include "fl-optimizer.h"
#include "fl-server.h"

#include "ns3/fl-error.h"
#include "ns3/log.h"
#include "ns3/simulator.h"

#include <utility>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlAsyncAggregations");

// Orders that end

void
AsyncCoordinator::EndOrder(const OrderKey& key, WorkStatus status)
{
    auto& learner = m_learners[key.task];
    OrderInFlight inFlight = m_orders.Take(key);
    --learner.nActive;
    const bool isBound = inFlight.isBound;
    const uint32_t base = inFlight.order.baseVersion;
    const uint32_t staleness = isBound ? learner.model.GetVersion() - base : 0;
    WorkRecord record = EndRecord(std::move(inFlight), status, staleness);
    if (status == WorkStatus::MERGED)
    {
        record.measured.aggregation = learner.model.GetVersion() + 1;
    }
    auto& refusals = learner.refusals[key.device];
    refusals = status == WorkStatus::REFUSED ? refusals + 1 : 0;
    learner.record.ended.push_back(std::move(record));
    const auto inUse = isBound ? learner.inUse.find(base) : learner.inUse.end();
    if (inUse != learner.inUse.end() && --inUse->second == 0)
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
    if (ServerOf(dropped.order.server).SendAbort(dropped.order))
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
    learner.waits[device] = m_closeAfter > 0 && isMerged;
    m_stalenessTrace(device, key.task, staleness, isMerged);
    // A trace sink may have stopped the server, and what was collected is discarded then.
    if (m_running && learner.model.GetNCollected() >= GetGroupSize())
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

uint32_t
AsyncCoordinator::GetGroupSize() const
{
    return m_closeAfter > 0 ? m_closeAfter : m_buffer;
}

void
AsyncCoordinator::CloseDeserted()
{
    for (auto& learner : m_learners)
    {
        if (m_running && learner.nActive == 0 && learner.model.GetNCollected() > 0)
        {
            Aggregate(learner);
        }
    }
}

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
    ++m_sincePlan;
    const uint32_t version = learner.model.GetVersion();
    if (version >= m_aggregations)
    {
        FinishTask(learner);
    }
    else
    {
        DropStale(learner);
    }
    for (DeviceId device = 0; m_closeAfter > 0 && device < GetNDevices(); ++device)
    {
        if (learner.waits[device] && m_connected[device])
        {
            Enqueue(device);
        }
    }
    learner.waits.assign(GetNDevices(), false);
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
        if (key.task == learner.task && inFlight && !inFlight->isDropped && inFlight->isBound &&
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
