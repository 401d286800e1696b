/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-wifi-airtime.h"

#include "fl-wifi-flow.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <queue>
#include <random>

namespace ns3
{
namespace fl
{

namespace
{

constexpr double NEVER =
    std::numeric_limits<double>::infinity(); //!< an event that does not occur [s]

/// The arrival of a packet.
struct Arrival
{
    double timeS;            //!< simulated time [s]
    WifiQueuedPacket packet; //!< the packet
};

/// The packets that are queued for a station, or in it.
using PacketQueue = std::deque<WifiQueuedPacket>;

/// The discrete-event model of a round.
class Round
{
  public:
    /**
     * Set up the messages of the round, and the packets queued at the access point before it.
     * @param cell stations, groups and timing; must outlive this object
     * @param seed of the pseudo-random backoffs
     */
    Round(const WifiAirtimeCell& cell, uint32_t seed)
        : m_cell(cell),
          m_random(seed),
          m_downlink(cell.stations.size()),
          m_ranks(cell.stations.size(), {NEVER, 0}),
          m_uplink(cell.stations.size()),
          m_isTriggered(cell.stations.size(), false),
          m_uploadBeginS(cell.stations.size(), NEVER),
          m_airtimeS(cell.stations.size(), 0),
          m_used(cell.groups.size(), 0),
          m_nowS(std::max(cell.nowS, cell.busyUntilS)),
          m_beaconS(cell.nextBeaconS)
    {
        for (size_t i = 0; i < cell.waiting.size(); ++i)
        {
            WifiQueuedPacket packet;
            packet.station = cell.waiting[i].station;
            packet.subframeBytes = cell.waiting[i].subframeBytes;
            // In their order, and before all packets of the round.
            Queue(packet,
                  Direction::DOWNLINK,
                  m_nowS - static_cast<double>(cell.waiting.size() - i));
        }
        for (const auto& group : cell.groups)
        {
            for (const uint32_t station : group.stations)
            {
                m_isTriggered[station] = cell.stations[station].uplink.symbolBits > 0;
            }
        }
        for (uint32_t i = 0; i < cell.stations.size(); ++i)
        {
            m_down.emplace_back(cell.transport,
                                Direction::DOWNLINK,
                                i,
                                cell.stations[i].downloadBytes);
            m_up.emplace_back(cell.transport, Direction::UPLINK, i, cell.stations[i].uploadBytes);
            if (cell.stations[i].downloadBytes > 0)
            {
                m_timers.push({cell.stations[i].startS, i, Direction::DOWNLINK});
            }
            else
            {
                BeginUpload(i, cell.stations[i].startS);
            }
        }
    }

    /// Simulate until all messages have arrived, or no more exchange is possible.
    void Run()
    {
        while (Step())
        {
        }
    }

    /**
     * @return by station, durations of download and upload, and airtime [s]; infinite for a
     *         transfer that did not end
     */
    std::vector<WifiAirtimeResult> GetResults() const
    {
        std::vector<WifiAirtimeResult> results(m_down.size());
        for (size_t i = 0; i < results.size(); ++i)
        {
            results[i].downloadS =
                m_down[i].GetBytes() > 0 ? m_down[i].GetEndS() - m_cell.stations[i].startS : 0;
            const bool begun = std::isfinite(m_uploadBeginS[i]);
            results[i].uploadS = m_up[i].GetBytes() == 0 ? 0
                                 : begun                 ? m_up[i].GetEndS() - m_uploadBeginS[i]
                                                         : NEVER;
            results[i].airtimeS = m_airtimeS[i];
        }
        return results;
    }

  private:
    /// The time at which a message begins.
    struct Timer
    {
        double timeS;        //!< simulated time [s]
        uint32_t station;    //!< index of the station
        Direction direction; //!< of the message

        /**
         * @param other another timer
         * @return whether this one is later; of equal times, that of the higher station number
         */
        bool operator>(const Timer& other) const
        {
            return timeS != other.timeS ? timeS > other.timeS : station > other.station;
        }
    };

    /**
     * Schedule a station's upload, if it has one, for the end of its computation.
     * @param station its index
     * @param readyS when it has the model [s]
     */
    void BeginUpload(uint32_t station, double readyS)
    {
        const auto& data = m_cell.stations[station];
        if (data.uploadBytes > 0)
        {
            m_timers.push({readyS + data.computeS, station, Direction::UPLINK});
        }
    }

    /// Begin the messages that are due.
    /// @param timeS now [s]
    void TakeTimers(double timeS)
    {
        while (!m_timers.empty() && m_timers.top().timeS <= timeS)
        {
            const Timer timer = m_timers.top();
            m_timers.pop();
            const bool up = timer.direction == Direction::UPLINK;
            (up ? m_up : m_down)[timer.station].Begin(timer.timeS);
            if (up)
            {
                m_uploadBeginS[timer.station] = timer.timeS;
            }
            Cut(timer.station, timer.direction, timer.timeS);
        }
    }

    /**
     * Queue the segments that the window admits.
     * @param station its index
     * @param direction of the message
     * @param timeS now [s]
     */
    void Cut(uint32_t station, Direction direction, double timeS)
    {
        WifiFlow& flow = (direction == Direction::UPLINK ? m_up : m_down)[station];
        while (const auto segment = flow.NextSegment(timeS))
        {
            Queue(*segment, direction, timeS);
        }
    }

    /**
     * Queue a packet at its MAC. One of a station that is never triggered is dropped.
     * @param packet the packet
     * @param direction of the packet
     * @param timeS now [s]
     */
    void Queue(WifiQueuedPacket packet, Direction direction, double timeS)
    {
        packet.queuedS = timeS;
        if (direction == Direction::DOWNLINK)
        {
            m_downlink[packet.station].push_back(packet);
            UpdateRank(packet.station);
        }
        else if (m_isTriggered[packet.station])
        {
            m_uplink[packet.station].push_back(packet);
        }
    }

    /// Simulate the next frame exchange.
    /// @return whether there may be another one
    bool Step()
    {
        const double waitS =
            m_cell.aifsS + m_cell.slotS * (m_random() % (m_cell.maxBackoffSlots + 1));
        double beginS = m_nowS + waitS;
        TakeTimers(beginS);
        if (!HasTraffic())
        {
            if (m_timers.empty())
            {
                return false;
            }
            // The medium is idle: no backoff precedes the next exchange.
            beginS = std::max(beginS, m_timers.top().timeS);
            TakeTimers(beginS);
            if (!HasTraffic())
            {
                return true; // for a station that is never triggered
            }
        }
        if (SendBeacon(beginS))
        {
            return true;
        }
        m_nowS = beginS;
        std::vector<uint32_t> users;
        const size_t group = NextGroup(users);
        const uint32_t receiver = NextReceiver();
        if (users.empty() ||
            (receiver < m_downlink.size() && m_downlinkFrames < m_cell.maxDownlinkFrames))
        {
            ++m_downlinkFrames;
            SendDownlink(receiver);
        }
        else
        {
            m_downlinkFrames = 0;
            Solicit(group, users);
        }
        return true;
    }

    /**
     * Send a beacon that is due, after the last exchange.
     * @param beginS when the next exchange would begin [s]
     * @return whether a beacon was sent that delays that exchange
     */
    bool SendBeacon(double beginS)
    {
        if (!(m_cell.beaconS > 0))
        {
            return false;
        }
        const auto sentS = [this] { return std::max(m_beaconS, m_nowS + m_cell.beaconAccessS); };
        const double busyS = m_cell.beaconS + m_cell.aifsS;
        if (sentS() + busyS <= beginS)
        {
            // These beacons end before that exchange, and do not delay it.
            const double sinceS = beginS - busyS - m_beaconS;
            m_beaconS += (std::floor(sinceS / m_cell.beaconIntervalS) + 1) * m_cell.beaconIntervalS;
        }
        if (sentS() > beginS)
        {
            return false;
        }
        m_nowS = sentS() + m_cell.beaconS;
        m_beaconS += m_cell.beaconIntervalS;
        return true;
    }

    /// @return whether a packet is queued that can be sent, in either direction
    bool HasTraffic() const
    {
        return NextReceiver() < m_downlink.size() ||
               std::any_of(
                   m_uplink.begin(),
                   m_uplink.end(),
                   [](const PacketQueue& queue) { return !queue.empty(); });
    }

    /**
     * @param [out] users the group's stations with queued packets; unchanged if there is no group
     * @return index of the group to be triggered: of those with queued packets, the one with the
     *         least airtime over share; the number of groups if there is none
     */
    size_t NextGroup(std::vector<uint32_t>& users)
    {
        size_t best = m_cell.groups.size();
        const auto behind = [&](size_t i) { return m_used[i] / m_cell.groups[i].share; };
        for (size_t i = 0; i < m_cell.groups.size(); ++i)
        {
            if ((best == m_cell.groups.size() || behind(i) < behind(best)) && !UsersOf(i).empty())
            {
                best = i;
            }
        }
        if (best < m_cell.groups.size())
        {
            users = UsersOf(best);
            const double now = behind(best);
            for (size_t i = 0; i < m_used.size(); ++i)
            {
                m_used[i] = std::max(m_used[i], now * m_cell.groups[i].share);
            }
        }
        return best;
    }

    /**
     * @param group index of a group
     * @return its stations with queued packets
     */
    std::vector<uint32_t> UsersOf(size_t group) const
    {
        std::vector<uint32_t> users;
        for (const uint32_t station : m_cell.groups[group].stations)
        {
            if (!m_uplink[station].empty())
            {
                users.push_back(station);
            }
        }
        return users;
    }

    /// @return the station whose head-of-line packet was queued first; the number of stations if
    /// none has one
    uint32_t NextReceiver() const
    {
        uint32_t best = m_downlink.size();
        for (uint32_t i = 0; i < m_downlink.size(); ++i)
        {
            if (!m_downlink[i].empty() && (best == m_downlink.size() || m_ranks[i] < m_ranks[best]))
            {
                best = i;
            }
        }
        return best;
    }

    /**
     * Rank a station's downlink queue by its head-of-line packet. Among equal times, a queue whose
     * head has changed comes after the others, as in ns-3's sorted queues.
     * @param station its index
     */
    void UpdateRank(uint32_t station)
    {
        const auto& queue = m_downlink[station];
        auto& rank = m_ranks[station];
        if (queue.empty())
        {
            rank = {NEVER, 0};
        }
        else if (rank.first != queue.front().queuedS)
        {
            rank = {queue.front().queuedS, ++m_nRanks};
        }
    }

    /// Send all packets queued for a station in one A-MPDU.
    /// @param station its index
    void SendDownlink(uint32_t station)
    {
        const auto& receiver = m_cell.stations[station];
        const auto& link = receiver.downlink;
        const double capacity = link.CapacityBytes(m_cell.maxPpduS);
        auto& queue = m_downlink[station];
        std::vector<Arrival> arrivals;
        double bytes = 0;
        while (!queue.empty() && arrivals.size() < m_cell.maxMpdus && capacity > 0)
        {
            // At least one.
            const auto& packet = queue.front();
            if (bytes > 0 && bytes + packet.subframeBytes > capacity)
            {
                break;
            }
            bytes += packet.subframeBytes;
            arrivals.push_back({link.ArrivalS(bytes), packet});
            queue.pop_front();
        }
        if (arrivals.empty())
        {
            queue.clear(); // out of range: its packets are lost
            UpdateRank(station);
            return;
        }
        UpdateRank(station);
        if (bytes > m_cell.rtsThresholdBytes)
        {
            m_airtimeS[station] += receiver.ctsS;
            m_nowS += receiver.rtsS + receiver.ctsS + 2 * m_cell.sifsS;
        }
        // The last one is received when the last symbol is.
        arrivals.back().timeS = link.DurationS(bytes);
        for (auto& arrival : arrivals)
        {
            arrival.timeS += m_nowS + receiver.delayS;
            ReceiveAtStation(arrival);
        }
        const double answerS = arrivals.size() == 1 ? receiver.ackS : receiver.blockAckS;
        m_airtimeS[station] += answerS;
        m_nowS += link.DurationS(bytes) + m_cell.sifsS + answerS;
    }

    /**
     * Send a trigger; the stations answer, and are acknowledged.
     * @param group its index
     * @param users its stations with queued packets
     */
    void Solicit(size_t group, const std::vector<uint32_t>& users)
    {
        const auto& timing = m_cell.groups[group];
        m_nowS += timing.triggerS.at(users.size() - 1) + m_cell.sifsS;
        double longestS = 0;
        for (const uint32_t station : users)
        {
            double bytes = 0;
            for (const auto& packet : m_uplink[station])
            {
                bytes += packet.subframeBytes;
            }
            longestS = std::max(longestS, m_cell.stations[station].uplink.DurationS(bytes));
        }
        const double durationS = std::min(longestS, m_cell.maxPpduS);
        std::vector<Arrival> arrivals;
        for (const uint32_t station : users)
        {
            Send(station, durationS, arrivals);
            m_airtimeS[station] += durationS;
        }
        std::stable_sort(arrivals.begin(), arrivals.end(), [](const auto& a, const auto& b) {
            return a.timeS < b.timeS;
        });
        for (const auto& arrival : arrivals)
        {
            ReceiveAtAccessPoint(arrival);
        }
        m_used[group] += durationS;
        m_nowS += durationS + m_cell.sifsS + timing.multiBlockAckS.at(users.size() - 1);
    }

    /**
     * A station sends its part of a trigger-based PPDU.
     * @param station its index
     * @param durationS of the PPDU [s]
     * @param [in,out] arrivals the packets sent are added
     */
    void Send(uint32_t station, double durationS, std::vector<Arrival>& arrivals)
    {
        const auto& data = m_cell.stations[station];
        const double capacity = data.uplink.CapacityBytes(durationS);
        auto& queue = m_uplink[station];
        double bytes = 0;
        double airBytes = 0;
        for (uint32_t n = 0; n < m_cell.maxMpdus && !queue.empty(); ++n)
        {
            const auto packet = queue.front();
            // Lost packets are sent again: each takes 1 / success of its size on average.
            const double needed = packet.subframeBytes / data.uplinkSuccess;
            if (airBytes + needed > capacity && bytes > 0)
            {
                break;
            }
            if (packet.subframeBytes > capacity)
            {
                queue.clear(); // it fits into no PPDU
                return;
            }
            bytes += packet.subframeBytes;
            airBytes += needed;
            // The propagation delays of trigger and answer.
            arrivals.push_back(
                {m_nowS + 2 * data.delayS + data.uplink.ArrivalS(std::min(airBytes, capacity)),
                 packet});
            queue.pop_front();
        }
        // The last one is received when the last symbol with data is.
        arrivals.back().timeS =
            m_nowS + 2 * data.delayS + data.uplink.DurationS(std::min(airBytes, capacity));
    }

    /**
     * A packet arrives at its station: an acknowledgement lets the upload go on, the download's
     * last one starts computing.
     * @param arrival the packet, and when it is there [s]
     */
    void ReceiveAtStation(const Arrival& arrival)
    {
        const uint32_t station = arrival.packet.station;
        if (arrival.packet.messageBytes == 0)
        {
            m_up[station].Acknowledge(arrival.packet, arrival.timeS);
            Cut(station, Direction::UPLINK, arrival.timeS);
            return;
        }
        if (const auto ack = m_down[station].Receive(arrival.packet, arrival.timeS))
        {
            Queue(*ack, Direction::UPLINK, arrival.timeS);
        }
        if (m_down[station].IsComplete())
        {
            BeginUpload(station, arrival.timeS);
        }
    }

    /**
     * A packet arrives at the access point: an acknowledgement lets a download go on.
     * @param arrival the packet, and when it is there [s]
     */
    void ReceiveAtAccessPoint(const Arrival& arrival)
    {
        const uint32_t station = arrival.packet.station;
        if (arrival.packet.messageBytes == 0)
        {
            m_down[station].Acknowledge(arrival.packet, arrival.timeS);
            Cut(station, Direction::DOWNLINK, arrival.timeS);
            return;
        }
        if (const auto ack = m_up[station].Receive(arrival.packet, arrival.timeS))
        {
            Queue(*ack, Direction::DOWNLINK, arrival.timeS);
        }
    }

    const WifiAirtimeCell& m_cell;                    //!< the cell
    std::minstd_rand m_random;                        //!< draws backoffs
    std::vector<WifiFlow> m_down;                     //!< downloads, by station
    std::vector<WifiFlow> m_up;                       //!< uploads, by station
    std::vector<PacketQueue> m_downlink;              //!< packets at the access point, by station
    std::vector<std::pair<double, uint64_t>> m_ranks; //!< of m_downlink: head's time [s], and order
    uint64_t m_nRanks{0};                             //!< ranks assigned so far
    std::vector<PacketQueue> m_uplink;                //!< packets at the stations
    std::vector<bool> m_isTriggered;                  //!< by station: whether triggers address it
    std::vector<double> m_uploadBeginS;               //!< when computing ended, by station [s]
    std::vector<double> m_airtimeS;                   //!< by station [s]
    std::vector<double> m_used; //!< airtime by group, as WifiScheduler counts it [s]
    /// Messages that are yet to begin, earliest first.
    std::priority_queue<Timer, std::vector<Timer>, std::greater<Timer>> m_timers;
    double m_nowS;                //!< the end of the last exchange [s]
    double m_beaconS;             //!< when the next beacon is due [s]
    uint32_t m_downlinkFrames{0}; //!< since the last trigger
};

} // namespace

std::vector<WifiAirtimeResult>
SimulateWifiRound(const WifiAirtimeCell& cell, uint32_t seed)
{
    Round round(cell, seed);
    round.Run();
    return round.GetResults();
}

std::vector<WifiAirtimeResult>
ExpectWifiRound(const WifiAirtimeCell& cell, uint32_t rounds)
{
    std::vector<std::vector<WifiAirtimeResult>> draws;
    for (uint32_t i = 0; i < rounds; ++i)
    {
        draws.push_back(SimulateWifiRound(cell, i + 1));
    }
    std::vector<WifiAirtimeResult> results(cell.stations.size());
    std::vector<double> values(rounds);
    const auto median = [&](size_t station, double WifiAirtimeResult::* value) {
        for (uint32_t i = 0; i < rounds; ++i)
        {
            values[i] = draws[i][station].*value;
        }
        const auto middle = values.begin() + rounds / 2;
        std::nth_element(values.begin(), middle, values.end());
        return *middle;
    };
    for (size_t station = 0; station < results.size(); ++station)
    {
        auto& result = results[station];
        result.downloadS = median(station, &WifiAirtimeResult::downloadS);
        result.uploadS = median(station, &WifiAirtimeResult::uploadS);
        for (const auto& draw : draws)
        {
            result.airtimeS += draw[station].airtimeS / rounds;
        }
    }
    return results;
}

} // namespace fl
} // namespace ns3
