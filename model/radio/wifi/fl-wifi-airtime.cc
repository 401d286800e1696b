/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-wifi-airtime.h"

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

constexpr double NEVER = std::numeric_limits<double>::infinity(); //!< a time that does not come [s]

/// A message on its way, as its transport sees it.
struct Flow
{
    double leftBytes{0};    //!< not cut into packets yet
    double flightBytes{0};  //!< sent and not acknowledged
    WindowGrowth window;    //!< may be in flight
    double unaskedBytes{0}; //!< sent since the last packet that asked for an acknowledgement
    double arrivedBytes{0}; //!< at the receiver
    double unackedBytes{0}; //!< at the receiver, and not in an acknowledgement yet
    double unackedS{0};     //!< when the first of these was sent
    double bytes{0};        //!< of the message
    double endS{NEVER};     //!< when all is there
};

/// A packet in the queue of a MAC.
struct QueuedPacket
{
    uint32_t station{0};         //!< at the other end of the access point's link
    double subframeBytes{0};     //!< in an A-MPDU
    double messageBytes{0};      //!< of a message; 0: it is an acknowledgement
    double acknowledgedBytes{0}; //!< of a message, by this acknowledgement
    double sentS{0};             //!< the first of these bytes, or those of the message
    bool asks{false};            //!< for an acknowledgement
    double queuedS{0};           //!< when the MAC got it
};

/// A packet that arrives.
struct Arrival
{
    double timeS;        //!< when
    QueuedPacket packet; //!< what
};

/// A queue from which packets for or of one station are taken.
using PacketQueue = std::deque<QueuedPacket>;

/// The round as it goes.
class Round
{
  public:
    /**
     * Set the round up: messages, and what waits at the access point since before.
     * @param cell stations, groups and timing; must outlive this object
     * @param seed of the backoffs
     */
    Round(const WifiAirtimeCell& cell, uint32_t seed)
        : m_cell(cell),
          m_random(seed),
          m_down(cell.stations.size()),
          m_up(cell.stations.size()),
          m_downlink(cell.stations.size()),
          m_claims(cell.stations.size(), {NEVER, 0}),
          m_uplink(cell.stations.size()),
          m_isAsked(cell.stations.size(), false),
          m_uploadBeginS(cell.stations.size(), NEVER),
          m_airtimeS(cell.stations.size(), 0),
          m_used(cell.groups.size(), 0),
          m_nowS(std::max(cell.nowS, cell.busyUntilS)),
          m_beaconS(cell.nextBeaconS)
    {
        for (size_t i = 0; i < cell.waiting.size(); ++i)
        {
            QueuedPacket packet;
            packet.station = cell.waiting[i].station;
            packet.subframeBytes = cell.waiting[i].subframeBytes;
            // One after another, before all else.
            Queue(packet,
                  Direction::DOWNLINK,
                  m_nowS - static_cast<double>(cell.waiting.size() - i));
        }
        for (const auto& group : cell.groups)
        {
            for (const uint32_t station : group.stations)
            {
                m_isAsked[station] = cell.stations[station].uplink.symbolBits > 0;
            }
        }
        for (uint32_t i = 0; i < cell.stations.size(); ++i)
        {
            Prepare(m_down[i], i, Direction::DOWNLINK, cell.stations[i].downloadBytes);
            Prepare(m_up[i], i, Direction::UPLINK, cell.stations[i].uploadBytes);
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

    /// Until all is done, or nothing more can be.
    void Run()
    {
        while (Step())
        {
        }
    }

    /**
     * @return by station, durations of download and upload, and airtime [s]; infinite what did not
     *         end
     */
    std::vector<WifiAirtimeResult> GetResults() const
    {
        std::vector<WifiAirtimeResult> results(m_down.size());
        for (size_t i = 0; i < results.size(); ++i)
        {
            results[i].downloadS =
                m_down[i].bytes > 0 ? m_down[i].endS - m_cell.stations[i].startS : 0;
            const bool begun = std::isfinite(m_uploadBeginS[i]);
            results[i].uploadS = m_up[i].bytes == 0 ? 0
                                 : begun            ? m_up[i].endS - m_uploadBeginS[i]
                                                    : NEVER;
            results[i].airtimeS = m_airtimeS[i];
        }
        return results;
    }

  private:
    /// Something begins by itself.
    struct Timer
    {
        double timeS;        //!< when
        uint32_t station;    //!< whose
        Direction direction; //!< which message

        /**
         * @param other another timer
         * @return whether this one is later; of equal times, that of the higher station number
         */
        bool operator>(const Timer& other) const
        {
            return timeS != other.timeS ? timeS > other.timeS : station > other.station;
        }
    };

    /// A flow as it is before its message.
    void Prepare(Flow& flow, uint32_t station, Direction direction, double bytes) const
    {
        const auto window = m_cell.transport.Window(direction, station);
        flow.bytes = bytes;
        flow.window = WindowGrowth(m_cell.transport, window);
        // The receiver waits for more before it acknowledges the end of the last message, unless
        // the transport acknowledges ends at once; for what was before that, acknowledgements are
        // under way.
        const double everyBytes = m_cell.transport.acksEnd ? 0 : m_cell.transport.ackAfterBytes;
        flow.flightBytes = everyBytes > 0 ? std::fmod(window.flightBytes, everyBytes) : 0;
        flow.unaskedBytes = flow.flightBytes;
        flow.unackedBytes = flow.flightBytes;
        flow.unackedS = window.flightS;
    }

    /// The receiver has waited for long enough.
    void EndDelayedAck(Flow& flow, double timeS) const
    {
        const double ackS = flow.unackedS + m_cell.transport.ackDelayS;
        if (flow.flightBytes > 0 && ackS < timeS)
        {
            flow.window.Acknowledge(ackS, flow.flightBytes, flow.unackedS, 0);
            flow.flightBytes = 0;
            flow.unaskedBytes = 0;
            flow.unackedBytes = 0;
        }
    }

    /**
     * Let a station compute, and then upload, if it has something to upload.
     * @param station its number
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

    /// Begin all that is due by a time.
    void TakeTimers(double timeS)
    {
        while (!m_timers.empty() && m_timers.top().timeS <= timeS)
        {
            const Timer timer = m_timers.top();
            m_timers.pop();
            const bool up = timer.direction == Direction::UPLINK;
            Flow& flow = up ? m_up[timer.station] : m_down[timer.station];
            EndDelayedAck(flow, timer.timeS);
            flow.leftBytes = flow.bytes;
            if (up)
            {
                m_uploadBeginS[timer.station] = timer.timeS;
            }
            Cut(timer.station, timer.direction, timer.timeS);
        }
    }

    /// Hand what the window allows to the MAC.
    void Cut(uint32_t station, Direction direction, double timeS)
    {
        const auto& transport = m_cell.transport;
        const bool up = direction == Direction::UPLINK;
        Flow& flow = up ? m_up[station] : m_down[station];
        const auto allows = [&](double bytes) {
            return flow.flightBytes == 0 || flow.flightBytes + bytes <= flow.window.GetBytes();
        };
        while (flow.leftBytes > 0)
        {
            const double bytes = std::min(transport.segmentBytes, flow.leftBytes);
            if (!allows(bytes))
            {
                return;
            }
            flow.leftBytes -= bytes;
            flow.flightBytes += bytes;
            flow.unaskedBytes += bytes;
            const double next = std::min(transport.segmentBytes, flow.leftBytes);
            QueuedPacket packet;
            packet.station = station;
            packet.subframeBytes = WifiSubframeBytes(bytes + transport.headerBytes);
            packet.messageBytes = bytes;
            packet.sentS = timeS;
            packet.asks = flow.unaskedBytes >= transport.ackAfterBytes ||
                          (next == 0 ? transport.acksEnd : !allows(next));
            if (packet.asks)
            {
                flow.unaskedBytes = 0;
            }
            Queue(packet, direction, timeS);
        }
    }

    /// Hand a packet to the MAC; what can never be sent is lost there.
    void Queue(QueuedPacket packet, Direction direction, double timeS)
    {
        packet.queuedS = timeS;
        if (direction == Direction::DOWNLINK)
        {
            m_downlink[packet.station].push_back(packet);
            RenewClaim(packet.station);
        }
        else if (m_isAsked[packet.station])
        {
            m_uplink[packet.station].push_back(packet);
        }
    }

    /// One exchange. @return false if there is nothing more to do
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
            // The medium is idle: whoever has something has it at once.
            beginS = std::max(beginS, m_timers.top().timeS);
            TakeTimers(beginS);
            if (!HasTraffic())
            {
                return true; // it was for somebody who is never asked
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
     * A beacon goes as soon as it is due, or once the exchange before is over.
     * @param beginS when the next exchange would begin [s]
     * @return whether a beacon went first, and is in the way of that
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
            // Over before: they are in nobody's way.
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

    /// @return whether anything waits that can be sent, in either direction
    bool HasTraffic() const
    {
        return NextReceiver() < m_downlink.size() ||
               std::any_of(
                   m_uplink.begin(),
                   m_uplink.end(),
                   [](const PacketQueue& queue) { return !queue.empty(); });
    }

    /**
     * @param users set to the group's stations that have something to send; unchanged if there is
     *        no group
     * @return index of the group to be asked: of those with traffic, the one that is furthest
     *         behind its share; the number of groups if there is none
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
     * @return its stations that have something to send
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

    /// @return the station whose oldest packet came first
    uint32_t NextReceiver() const
    {
        uint32_t best = m_downlink.size();
        for (uint32_t i = 0; i < m_downlink.size(); ++i)
        {
            if (!m_downlink[i].empty() &&
                (best == m_downlink.size() || m_claims[i] < m_claims[best]))
            {
                best = i;
            }
        }
        return best;
    }

    /**
     * Where packets for several stations came at once, those whose oldest packet is a new one are
     * behind the others, as in ns-3's sorted queues.
     */
    void RenewClaim(uint32_t station)
    {
        const auto& queue = m_downlink[station];
        auto& claim = m_claims[station];
        if (queue.empty())
        {
            claim = {NEVER, 0};
        }
        else if (claim.first != queue.front().queuedS)
        {
            claim = {queue.front().queuedS, ++m_nClaims};
        }
    }

    /// All that waits for a station, in one A-MPDU.
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
            // One at least: a packet that fits no PPDU is never sent.
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
            queue.clear(); // out of reach: what is for it is lost
            RenewClaim(station);
            return;
        }
        RenewClaim(station);
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

    /// Trigger, answers, block ack.
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

    /// A station's part of an answer.
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
            // What is lost is sent again: each packet takes so much more.
            const double needed = packet.subframeBytes / data.uplinkSuccess;
            if (airBytes + needed > capacity && bytes > 0)
            {
                break;
            }
            if (packet.subframeBytes > capacity)
            {
                queue.clear(); // no PPDU is long enough, ever
                return;
            }
            bytes += packet.subframeBytes;
            airBytes += needed;
            // The trigger's way to it, and the answer's back.
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
     * A packet of a message arrives, and may be acknowledged.
     * @param flow the message
     * @param arrival the packet, and when it is there [s]
     * @param answer direction of the acknowledgement
     * @return whether the message is complete
     */
    bool Receive(Flow& flow, const Arrival& arrival, Direction answer)
    {
        if (flow.unackedBytes == 0)
        {
            flow.unackedS = arrival.packet.sentS;
        }
        flow.arrivedBytes += arrival.packet.messageBytes;
        flow.unackedBytes += arrival.packet.messageBytes;
        if (arrival.packet.asks)
        {
            QueuedPacket ack;
            ack.station = arrival.packet.station;
            ack.subframeBytes = WifiSubframeBytes(m_cell.transport.ackBytes);
            ack.acknowledgedBytes = flow.unackedBytes;
            ack.sentS = flow.unackedS;
            flow.unackedBytes = 0;
            Queue(ack, answer, arrival.timeS);
        }
        if (flow.arrivedBytes < flow.bytes)
        {
            return false;
        }
        flow.endS = arrival.timeS;
        return true;
    }

    /**
     * An acknowledgement arrives: its bytes are in flight no more, and the window grows.
     * @param flow the message that is acknowledged
     * @param arrival the acknowledgement, and when it is there [s]
     */
    static void TakeAck(Flow& flow, const Arrival& arrival)
    {
        const auto& ack = arrival.packet;
        if (ack.acknowledgedBytes == 0)
        {
            return; // it has waited since before the round
        }
        flow.flightBytes = std::max(0.0, flow.flightBytes - ack.acknowledgedBytes);
        flow.window.Acknowledge(arrival.timeS, ack.acknowledgedBytes, ack.sentS, flow.flightBytes);
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
            TakeAck(m_up[station], arrival);
            Cut(station, Direction::UPLINK, arrival.timeS);
            return;
        }
        if (Receive(m_down[station], arrival, Direction::UPLINK))
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
            TakeAck(m_down[station], arrival);
            Cut(station, Direction::DOWNLINK, arrival.timeS);
            return;
        }
        Receive(m_up[station], arrival, Direction::DOWNLINK);
    }

    const WifiAirtimeCell& m_cell;                     //!< the cell
    std::minstd_rand m_random;                         //!< draws backoffs
    std::vector<Flow> m_down;                          //!< messages to stations
    std::vector<Flow> m_up;                            //!< messages from stations
    std::vector<PacketQueue> m_downlink;               //!< of the access point, by station
    std::vector<std::pair<double, uint64_t>> m_claims; //!< by station: its oldest packet, and rank
    uint64_t m_nClaims{0};                             //!< ranks given
    std::vector<PacketQueue> m_uplink;                 //!< of the stations
    std::vector<bool> m_isAsked;        //!< by station: some trigger asks it, and it is heard
    std::vector<double> m_uploadBeginS; //!< when computing ended, by station [s]
    std::vector<double> m_airtimeS;     //!< by station [s]
    std::vector<double> m_used;         //!< airtime by group, as the scheduler counts it [s]
    /// What begins by itself, earliest first.
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
