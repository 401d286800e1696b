/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * The part of RoundCoordinator that hears of devices, servers and active orders, and ends these;
 * the rest is in fl-round-coordinator.cc.
 */

#include "fl-global-model.h"
#include "fl-optimizer.h"
#include "fl-round-coordinator.h"
#include "fl-server.h"

#include "ns3/fl-error.h"
#include "ns3/fl-radio-control.h"
#include "ns3/log.h"
#include "ns3/simulator.h"

#include <utility>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlRoundOrders");

// Orders

void
RoundCoordinator::DoNotifyJoined(DeviceId device)
{
    if (!m_connected.at(device))
    {
        m_connected[device] = true;
        ++m_nConnected;
        DoJoined();
    }
}

void
RoundCoordinator::DoNotifyLeft(DeviceId device, uint32_t server)
{
    if (m_connected.at(device))
    {
        m_connected[device] = false;
        --m_nConnected;
    }
    std::vector<OrderKey> lost;
    for (const auto& key : m_orders.KeysOf(device))
    {
        if (GetNServers() <= 1 || m_orders.Find(key)->order.server == server)
        {
            lost.push_back(key);
        }
    }
    LoseOrders(lost, false);
}

void
RoundCoordinator::DoServerLost(uint32_t server)
{
    std::vector<OrderKey> lost;
    for (const auto& key : m_orders.Keys())
    {
        if (m_orders.Find(key)->order.server == server)
        {
            lost.push_back(key);
        }
    }
    LoseOrders(lost, true);
}

void
RoundCoordinator::LoseOrders(const std::vector<OrderKey>& keys, bool isServerLost)
{
    std::vector<WorkOrder> ofRound;
    bool anyEnded = false;
    bool isComplete = false;
    bool anyDropped = false;
    for (const auto& key : keys)
    {
        if (m_orders.Find(key)->isDropped)
        {
            m_orders.Take(key);
            anyDropped = true;
        }
        else
        {
            anyEnded = true;
            if (isServerLost && m_inRound && key.round == m_round)
            {
                ofRound.push_back(m_orders.Find(key)->order);
            }
            isComplete = EndOrder(key, WorkStatus::LOST, 0) || isComplete;
        }
    }
    if (anyDropped)
    {
        DoDroppedOver();
    }
    if (anyEnded)
    {
        isComplete = !ReplaceOrders(ofRound) && isComplete;
        AfterOrderEnded(isComplete);
    }
}

bool
RoundCoordinator::ReplaceOrders(const std::vector<WorkOrder>& lost)
{
    if (lost.empty() || !m_radio)
    {
        return false;
    }
    SystemState state = Observe();
    m_radio->Report(state); // others stay where they are in the bands
    Plan active;
    m_orders.AppendTo(active);
    Plan plan = m_optimizer->Replace(state, lost, active.orders);
    if (plan.orders.empty())
    {
        return false;
    }
    CheckPlan(state, plan);
    Plan onAir = plan;
    m_orders.AppendTo(onAir);
    Outcome predicted = Predict(state, onAir);
    m_radio->Apply(onAir);
    m_outstanding += static_cast<uint32_t>(plan.orders.size());
    for (size_t i = 0; i < plan.orders.size() && m_inRound; ++i)
    {
        const double gain = state.gains(plan.orders[i].device, 0, Direction::UPLINK);
        Dispatch(std::move(plan.orders[i]), std::move(predicted.work[i]), gain);
    }
    return true;
}

bool
RoundCoordinator::DoNotifyUpdate(DeviceId device, const Message& message, const WorkReport& report)
{
    const OrderKey key{device, message.header.task, message.header.round};
    const auto* inFlight = m_orders.Find(key);
    if (!m_running || !inFlight || inFlight->isDropped)
    {
        return false;
    }
    const auto& order = inFlight->order;
    const bool late = order.round != m_round || !m_inRound;
    const uint32_t staleness = m_model.GetVersion() - order.baseVersion;
    try
    {
        if (!late || DoMergesLate())
        {
            DoCheckUpdate(order, message);
            m_model.Collect(order, m_profiles.front().at(device), message, report);
        }
    }
    catch (const InvalidInput& error)
    {
        NS_LOG_WARN("update of device " << device << " refused: " << error.what());
        AfterOrderEnded(EndOrder(key, WorkStatus::REFUSED, staleness));
        return false;
    }
    AfterOrderEnded(EndOrder(key, late ? WorkStatus::LATE : WorkStatus::MERGED, staleness));
    return true;
}

void
RoundCoordinator::DoNotifyFailed(DeviceId device, uint32_t task, uint32_t round)
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
        DoDroppedOver();
    }
    else
    {
        AfterOrderEnded(EndOrder(key, WorkStatus::REFUSED, 0));
    }
}

void
RoundCoordinator::DropOrder(const OrderKey& key)
{
    OrderInFlight dropped;
    dropped.order = m_orders.Find(key)->order;
    dropped.isDropped = true;
    EndOrder(key, WorkStatus::DEADLINE, 0);
    if (ServerOf(dropped.order.server).SendAbort(dropped.order))
    {
        m_orders.Add(std::move(dropped));
    }
}

bool
RoundCoordinator::EndOrder(const OrderKey& key, WorkStatus status, uint32_t staleness)
{
    OrderInFlight inFlight = m_orders.Take(key);
    WorkRecord record = EndRecord(std::move(inFlight), status, staleness);
    if (status == WorkStatus::MERGED || (status == WorkStatus::LATE && DoMergesLate()))
    {
        record.measured.aggregation = m_model.GetVersion() + 1;
    }
    SampleAllotment::Separate(record, SampleAllotment::GetSampleBits(*m_tasks.front()));
    m_record.ended.push_back(std::move(record));
    return m_inRound && key.round == m_round && --m_outstanding == 0;
}

void
RoundCoordinator::AfterOrderEnded(bool isComplete)
{
    if (isComplete)
    {
        // Not from within a session's callback: closing sends to sessions.
        ScheduleClose(Time(0));
    }
    else if (!m_inRound)
    {
        DoOrderOver();
    }
}

} // namespace fl
} // namespace ns3
