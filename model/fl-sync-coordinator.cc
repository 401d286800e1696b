/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-sync-coordinator.h"

#include "fl-optimizer.h"

#include "ns3/fl-error.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-robust-aggregator.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(SyncCoordinator);

TypeId
SyncCoordinator::GetTypeId()
{
    static TypeId tid =
        AddRoundAttributes(TypeId("ns3::fl::SyncCoordinator")
                               .SetParent<RoundCoordinator>()
                               .SetGroupName("Fl")
                               .AddConstructor<SyncCoordinator>())
            .AddAttribute("Rounds",
                          "How many rounds to run",
                          UintegerValue(20),
                          MakeUintegerAccessor(&SyncCoordinator::m_rounds),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Rule",
                          "How a round's updates are combined, as fl::MakeRobustRule() takes it: "
                          "mean is FedAvg",
                          StringValue("mean"),
                          MakeStringAccessor(&SyncCoordinator::m_rule),
                          MakeStringChecker())
            .AddAttribute("Byzantine",
                          "How many updates of a round may be anything, for krum, multi-krum and "
                          "trimmed-mean",
                          UintegerValue(0),
                          MakeUintegerAccessor(&SyncCoordinator::m_byzantine),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("JoinTimeout",
                          "How long the first round waits for all devices to join, at most",
                          TimeValue(Seconds(60)),
                          MakeTimeAccessor(&SyncCoordinator::m_joinTimeout),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("JoinGap",
                          "How long the first round waits after a device has joined for the next "
                          "one: who has not come by then is taken for out of reach. The default is "
                          "longer than TCP takes to repeat a lost SYN, 3 s",
                          TimeValue(Seconds(4)),
                          MakeTimeAccessor(&SyncCoordinator::m_joinGap),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("WaitTimeout",
                          "How long to wait for a device when none is available; then the run "
                          "ends",
                          TimeValue(Seconds(3600)),
                          MakeTimeAccessor(&SyncCoordinator::m_waitTimeout),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("AbortGrace",
                          "How long the next round waits for the answers of devices that were told "
                          "to stop; one that has not answered, since it still sends its update, "
                          "keeps its uplink and sits out",
                          TimeValue(MilliSeconds(20)),
                          MakeTimeAccessor(&SyncCoordinator::m_abortGrace),
                          MakeTimeChecker(Time(0)));
    return tid;
}

const std::string&
SyncCoordinator::GetRule() const
{
    return m_rule;
}

void
SyncCoordinator::DoInitialize(GlobalModel& model)
{
    if (m_rule == "mean")
    {
        // Which need not keep the updates.
        model.Initialize(m_tasks.front(), std::make_unique<FedAvg>());
        return;
    }
    RobustOptions options;
    options.byzantine = m_byzantine;
    model.Initialize(m_tasks.front(),
                     std::make_unique<RobustAggregator>(MakeRobustRule(m_rule, options)));
}

// Life cycle

void
SyncCoordinator::DoStart()
{
    BeginRun();
    if (m_round > m_rounds)
    {
        End("all rounds are done");
        return;
    }
    m_gathering = true;
    m_gatherEnd = Simulator::Now() + m_joinTimeout;
    m_waitEvent = Simulator::Schedule(m_joinTimeout, &SyncCoordinator::TryBegin, this);
}

void
SyncCoordinator::DoStop()
{
    if (!m_running)
    {
        return;
    }
    AbortRun();
    if (m_round > m_rounds)
    {
        End("all rounds are done");
    }
    else
    {
        Interrupt(Describe("the server stopped in round ", m_round));
    }
}

void
SyncCoordinator::CancelEvents()
{
    m_beginEvent.Cancel();
    m_graceEvent.Cancel();
    RoundCoordinator::CancelEvents();
}

void
SyncCoordinator::TryBegin()
{
    m_graceEvent.Cancel();
    m_waitEvent.Cancel();
    m_gathering = false;
    if (!m_running || m_inRound || IsPending(m_beginEvent))
    {
        return;
    }
    for (DeviceId device = 0; device < GetNDevices(); ++device)
    {
        if (IsAvailable(device))
        {
            m_beginEvent = Simulator::ScheduleNow(&SyncCoordinator::BeginRound, this);
            return;
        }
    }
    AwaitDevices();
}

void
SyncCoordinator::DoJoined()
{
    if (!m_gathering || m_nConnected == GetNDevices())
    {
        TryBegin();
        return;
    }
    m_waitEvent.Cancel();
    m_waitEvent = Simulator::Schedule(std::min(m_joinGap, m_gatherEnd - Simulator::Now()),
                                      &SyncCoordinator::TryBegin,
                                      this);
}

// Rounds

void
SyncCoordinator::BeginRound()
{
    const SystemState state = Observe();
    if (HasBand(state))
    {
        OpenRound(state, m_optimizer->MakePlan(state));
    }
    else
    {
        AwaitDevices();
    }
}

void
SyncCoordinator::DoRoundOver()
{
    CloseRound();
    if (!m_running)
    {
        return; // a trace sink has stopped the server
    }
    if (m_round > m_rounds)
    {
        End("all rounds are done");
    }
    else if (m_orders.GetNDropped() > 0)
    {
        m_graceEvent = Simulator::Schedule(m_abortGrace, &SyncCoordinator::TryBegin, this);
    }
    else
    {
        TryBegin();
    }
}

void
SyncCoordinator::DoOrderOver()
{
    TryBegin();
}

void
SyncCoordinator::DoDroppedOver()
{
    // Once the grace is over each counts.
    if (m_orders.GetNDropped() == 0 || !IsPending(m_graceEvent))
    {
        TryBegin();
    }
}

} // namespace fl
} // namespace ns3
