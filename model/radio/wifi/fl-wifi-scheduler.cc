/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-wifi-scheduler.h"

#include "ns3/ap-wifi-mac.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/he-phy.h"
#include "ns3/log.h"
#include "ns3/qos-txop.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"
#include "ns3/wifi-mac-queue.h"
#include "ns3/wifi-phy.h"

#include <algorithm>
#include <stdexcept>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlWifiScheduler");

NS_OBJECT_ENSURE_REGISTERED(WifiScheduler);

namespace
{

/// Interval of requests for channel access: less than a SIFS, so that access is never late.
const Time POLL_INTERVAL = MicroSeconds(10);

/// All traffic is in the best effort access category.
constexpr uint8_t TID = 0;

/// Consecutive triggers without an answer until a lower MCS is used.
constexpr uint32_t FAILURES_PER_MCS = 3;

/**
 * @param a one RU
 * @param b another of the same channel
 * @return whether two RUs share a tone
 */
bool
Overlap(const Ru& a, const Ru& b)
{
    const RuSpan x = SpanOf(a);
    const RuSpan y = SpanOf(b);
    return x.first < y.first + y.count && y.first < x.first + x.count;
}

} // namespace

TypeId
WifiScheduler::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::WifiScheduler")
            .SetParent<MultiUserScheduler>()
            .SetGroupName("Fl")
            .AddConstructor<WifiScheduler>()
            .AddAttribute("MaxPpduDuration",
                          "Longest duration of an uplink PPDU; 802.11ax allows 5.484 ms",
                          TimeValue(MicroSeconds(5484)),
                          MakeTimeAccessor(&WifiScheduler::m_maxPpduDuration),
                          MakeTimeChecker(MicroSeconds(500), MicroSeconds(5484)))
            .AddAttribute("MaxDownlinkFrames",
                          "Downlink transmissions, at most, between two triggers while stations "
                          "have something to send",
                          UintegerValue(8),
                          MakeUintegerAccessor(&WifiScheduler::m_maxDownlinkFrames),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("GuardInterval",
                          "Guard interval of uplink PPDUs [ns]: 1600 or 3200",
                          UintegerValue(1600),
                          MakeUintegerAccessor(&WifiScheduler::m_guardNs),
                          MakeUintegerChecker<uint16_t>(1600, 3200));
    return tid;
}

WifiScheduler::WifiScheduler() = default;

WifiScheduler::~WifiScheduler() = default;

void
WifiScheduler::DoDispose()
{
    m_poll.Cancel();
    m_stations.clear();
    m_mcs = nullptr;
    m_triggerParams.Clear();
    MultiUserScheduler::DoDispose();
}

void
WifiScheduler::AddStation(Ptr<WifiNetDevice> station)
{
    const auto mac = DynamicCast<StaWifiMac>(station->GetMac());
    const DeviceId device = m_stations.size();
    m_stations.push_back({station, mac});
    const auto queue = mac->GetQosTxop(AC_BE)->GetWifiMacQueue();
    using Mpdu = Ptr<const QueuedMpdu>;
    queue->TraceConnectWithoutContext("Enqueue",
                                      MakeFlCallback<void, Mpdu>([this](Mpdu) { SchedulePoll(); }));
    // What was acknowledged leaves the queue.
    queue->TraceConnectWithoutContext("Dequeue", MakeFlCallback<void, Mpdu>([this, device](Mpdu) {
                                          if (device < m_stations.size())
                                          {
                                              m_stations[device].failures = 0;
                                          }
                                      }));
}

void
WifiScheduler::SetMcsCallback(McsCallback callback)
{
    m_mcs = std::move(callback);
}

void
WifiScheduler::SetGroups(std::vector<Group> groups)
{
    m_turns.clear();
    for (auto& group : groups)
    {
        for (size_t i = 0; i < group.users.size(); ++i)
        {
            for (size_t j = 0; j < i; ++j)
            {
                if (Overlap(group.users[i].ru, group.users[j].ru))
                {
                    throw std::logic_error("two RUs of a group overlap");
                }
            }
        }
        m_turns.push_back({std::move(group)});
    }
    for (auto& station : m_stations)
    {
        station.failures = 0;
    }
    SchedulePoll();
}

uint64_t
WifiScheduler::GetNTriggers() const
{
    return m_nTriggers;
}

uint64_t
WifiScheduler::Backlog(DeviceId device) const
{
    return m_stations[device].mac->GetQosTxop(AC_BE)->GetWifiMacQueue()->GetNBytes();
}

bool
WifiScheduler::IsReady(DeviceId device) const
{
    const auto& station = m_stations.at(device);
    return m_apMac && station.mac->IsAssociated() &&
           HasAgreementFrom(station.mac->GetAddress(), TID);
}

void
WifiScheduler::SchedulePoll()
{
    if (!m_turns.empty() && !fl::IsPending(m_poll))
    {
        m_poll = Simulator::ScheduleNow(&WifiScheduler::Poll, this);
    }
}

void
WifiScheduler::Poll()
{
    const auto edca = m_apMac->GetQosTxop(AC_BE);
    bool pending = false;
    for (const auto& turn : m_turns)
    {
        pending =
            pending ||
            std::any_of(turn.group.users.begin(), turn.group.users.end(), [this](const User& user) {
                return Backlog(user.device) > 0 && IsReady(user.device);
            });
    }
    if (!pending)
    {
        return; // until a station has something
    }
    RequestAccess(m_apMac, edca);
    m_poll = Simulator::Schedule(POLL_INTERVAL, &WifiScheduler::Poll, this);
}

std::optional<uint8_t>
WifiScheduler::AdaptMcs(DeviceId device, uint32_t tones)
{
    const auto mcs = m_mcs(device, tones);
    if (!mcs)
    {
        return mcs;
    }
    const uint32_t lower = m_stations[device].failures / FAILURES_PER_MCS;
    return static_cast<uint8_t>(*mcs - std::min<uint32_t>(*mcs, lower));
}

std::vector<WifiUplinkUser>
WifiScheduler::SelectUsers(const Group& group)
{
    std::vector<WifiUplinkUser> users;
    for (const auto& user : group.users)
    {
        if (Backlog(user.device) == 0 || !IsReady(user.device))
        {
            continue;
        }
        if (const auto mcs = AdaptMcs(user.device, user.ru.tones))
        {
            users.push_back({m_stations[user.device].mac->GetAssociationId(), user.ru, *mcs});
        }
    }
    return users;
}

WifiScheduler::Turn*
WifiScheduler::NextTurn(std::vector<WifiUplinkUser>& users)
{
    std::vector<size_t> order(m_turns.size());
    for (size_t i = 0; i < order.size(); ++i)
    {
        order[i] = i;
    }
    const auto behind = [this](size_t i) { return m_turns[i].usedS / m_turns[i].group.share; };
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        return behind(a) < behind(b);
    });
    for (const size_t i : order)
    {
        users = SelectUsers(m_turns[i].group);
        if (!users.empty())
        {
            // Idle groups are credited with airtime, so that they do not catch up later.
            const double now = behind(i);
            for (auto& turn : m_turns)
            {
                turn.usedS = std::max(turn.usedS, now * turn.group.share);
            }
            return &m_turns[i];
        }
    }
    return nullptr;
}

Time
WifiScheduler::NeededDuration(const std::vector<WifiUplinkUser>& users,
                              const WifiTxVector& vector) const
{
    const auto band = m_apMac->GetWifiPhy()->GetPhyBand();
    Time longest;
    for (const auto& user : users)
    {
        const auto address = StationsOf(m_apMac).at(user.aid);
        for (const auto& station : m_stations)
        {
            if (station.mac->GetAddress() != address)
            {
                continue;
            }
            const auto queue = station.mac->GetQosTxop(AC_BE)->GetWifiMacQueue();
            // The queue counts MAC headers already. An excess beyond MaxPpduDuration does not
            // matter.
            const uint64_t bytes =
                std::min<uint64_t>(queue->GetNBytes() + uint64_t{7} * queue->GetNPackets(),
                                   4000000);
            longest = Max(
                longest,
                WifiPhy::CalculateTxDuration(static_cast<uint32_t>(bytes), vector, band, user.aid));
        }
    }
    return Min(longest, m_maxPpduDuration);
}

bool
WifiScheduler::PrepareTrigger(const std::vector<WifiUplinkUser>& users, Turn& turn)
{
    const uint32_t widthMhz = m_apMac->GetWifiPhy()->GetChannelWidth();
    WifiTxVector vector = UplinkTxVector(users, widthMhz, m_guardNs);
    vector.SetBssColor(BssColorOf(m_apMac->GetDevice()));
    m_trigger = CtrlTriggerHeader(TriggerFrameType::BASIC_TRIGGER, vector);
    vector.SetGuardInterval(m_trigger.GetGuardInterval());

    const auto mpdu = MakeTriggerFrame(m_trigger);
    m_triggerHeader = mpdu->GetHeader();
    m_triggerParams.Clear();
    m_triggerParams.m_txVector = SingleUserTxVector(widthMhz, 0);
    m_triggerParams.m_txVector.SetBssColor(vector.GetBssColor());
    if (!GetFrameExchangeManager()->TryAddMpdu(mpdu, m_triggerParams, m_availableTime))
    {
        return false;
    }
    const auto [length, duration] =
        HePhy::ConvertHeTbPpduDurationToLSigLength(NeededDuration(users, vector),
                                                   vector,
                                                   m_apMac->GetWifiPhy()->GetPhyBand());
    m_trigger.SetUlLength(length);
    for (auto& userInfo : m_trigger)
    {
        userInfo.SetBasicTriggerDepUserInfo(0, 0, AC_BE);
    }
    turn.usedS += duration.GetSeconds();
    return true;
}

MultiUserScheduler::TxFormat
WifiScheduler::SelectTxFormat()
{
    if (m_edca->GetAccessCategory() != AC_BE)
    {
        return SU_TX;
    }
    std::vector<WifiUplinkUser> users;
    Turn* turn = NextTurn(users);
    const bool downlink = HasMpdu(m_edca);
    if (!turn || (downlink && m_downlinkFrames < m_maxDownlinkFrames))
    {
        ++m_downlinkFrames;
        return SU_TX;
    }
    if (!PrepareTrigger(users, *turn))
    {
        return NO_TX;
    }
    for (const auto& user : turn->group.users)
    {
        auto& station = m_stations[user.device];
        if (!station.mac->IsAssociated())
        {
            continue; // it has no association id, and was not asked
        }
        const uint16_t aid = station.mac->GetAssociationId();
        const bool asked = std::any_of(users.begin(), users.end(), [&](const WifiUplinkUser& u) {
            return u.aid == aid;
        });
        station.failures += asked;
    }
    m_downlinkFrames = 0;
    ++m_nTriggers;
    return UL_MU_TX;
}

MultiUserScheduler::DlMuInfo
WifiScheduler::ComputeDlMuInfo()
{
    return {};
}

MultiUserScheduler::UlMuInfo
WifiScheduler::ComputeUlMuInfo()
{
    return {m_trigger, m_triggerHeader, std::move(m_triggerParams)};
}

} // namespace fl
} // namespace ns3
