/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-lte-downlink-replay.h"

#include "ns3/fl-transport-flow.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <limits>
#include <queue>

namespace ns3
{
namespace fl
{

namespace
{

constexpr double SUBFRAME_S = 1e-3; //!< a transmission time interval (TTI) [s]
/// An uplink subframe ends with a symbol for sounding, so that data are there earlier [s].
constexpr double SOUNDING_S = 71.43e-6;
/// RLC reports its queue again after so many subframes without a transmission.
constexpr uint32_t REPORT_SUBFRAMES = 10;
/// RLC closes a transport block that has no more room than this behind a packet [byte].
constexpr double ROOM_BYTES = 2;
/// Times that are equal but for round-off are equal [subframes].
constexpr double ROUND_OFF = 1e-6;

/// A packet in the eNB's queue.
struct Waiting
{
    TransportPacket packet; //!< segment or acknowledgement
    double leftBytes;       //!< not sent yet, PDCP's header included [byte]
};

/// An uplink transport block granted to a UE for its acknowledgements.
struct Answer
{
    double begin;     //!< [subframes]
    double roomBytes; //!< for packets
};

/// The state of a UE.
struct Receiver
{
    TransportFlow flow;           //!< its messages
    std::deque<Waiting> queue{};  //!< at the eNB
    double knownBytes{0};         //!< in it, by the scheduler's account [byte]
    std::deque<Answer> answers{}; //!< transport blocks of its uplink
    double endS{
        std::numeric_limits<double>::infinity()}; //!< when all of the message has arrived [s]
};

/// An event between subframes.
struct Event
{
    /// Kind of event.
    enum Kind
    {
        BEGIN,  ///< a message is handed to its session
        PACKET, ///< a packet comes to the eNB
        ACK,    ///< an acknowledgement comes to the server
        REPORT  ///< RLC says what waits
    };

    double timeS;           //!< simulated time [s]
    uint64_t order;         //!< of scheduling, for events at the same time
    Kind kind;              //!< kind of event
    size_t ue;              //!< index of the UE
    TransportPacket packet; //!< segment, or acknowledgement with the bytes acknowledged

    /**
     * @param other another event
     * @return whether this one comes later; of equal times, that which was pushed later
     */
    bool operator>(const Event& other) const
    {
        return timeS != other.timeS ? timeS > other.timeS : order > other.order;
    }
};

/// The discrete-event model of the downloads.
class Replay
{
  public:
    /**
     * Begin all messages that can be sent; those of UEs out of reach never end.
     * @param cell its UEs with their messages, and the core network; must outlive this object
     */
    explicit Replay(const LteDownlinkCell& cell)
        : m_cell(cell)
    {
        m_shares.SetPlan(cell.groups, cell.owned);
        for (size_t i = 0; i < cell.ues.size(); ++i)
        {
            const auto& ue = cell.ues[i];
            m_receivers.push_back({TransportFlow(cell.transport, ue.windowBytes)});
            m_byRnti[ue.rnti] = i;
            if (ue.blockBytes.size() > 1 && ue.blockBytes[1] > LteHeaders::RLC_BYTES)
            {
                Push(ue.startS, Event::BEGIN, i);
            }
        }
    }

    /**
     * Run subframe by subframe until nothing is left to be sent.
     * @return by UE, from its start until all of its message has arrived [s]; infinite:
     *         never
     */
    std::vector<double> Run()
    {
        int64_t subframe = 0;
        std::vector<LteDownlinkClaim> claims;
        while (!claims.empty() || !m_events.empty())
        {
            if (claims.empty())
            {
                // Skip to the next event.
                const double next = m_events.top().timeS / SUBFRAME_S;
                subframe = std::max(subframe, static_cast<int64_t>(std::ceil(next - ROUND_OFF)));
            }
            TakeEvents(subframe * SUBFRAME_S);
            claims = Claims();
            const auto winners = m_shares.Divide(claims);
            for (const auto& claim : claims)
            {
                Serve(m_byRnti.at(claim.rnti),
                      static_cast<size_t>(std::count(winners.begin(), winners.end(), claim.rnti)),
                      subframe);
            }
            ++subframe;
        }
        std::vector<double> seconds;
        for (size_t i = 0; i < m_receivers.size(); ++i)
        {
            seconds.push_back(m_receivers[i].endS - m_cell.ues[i].startS);
        }
        return seconds;
    }

  private:
    /**
     * Add an event.
     * @param timeS simulated time [s]
     * @param kind of event
     * @param ue index of the UE
     * @param packet segment or acknowledgement, if the event concerns one
     */
    void Push(double timeS, Event::Kind kind, size_t ue, TransportPacket packet = {})
    {
        m_events.push({timeS, m_nEvents++, kind, ue, packet});
    }

    /**
     * Do all events that are due.
     * @param nowS begin of the subframe [s]
     */
    void TakeEvents(double nowS)
    {
        while (!m_events.empty() && m_events.top().timeS <= nowS + ROUND_OFF * SUBFRAME_S)
        {
            const Event event = m_events.top();
            m_events.pop();
            auto& receiver = m_receivers[event.ue];
            switch (event.kind)
            {
            case Event::BEGIN:
                // Messages follow each other: the one before has ended, and requests an
                // acknowledgement.
                for (const double bytes :
                     {m_cell.ues[event.ue].pendingBytes, m_cell.ues[event.ue].messageBytes})
                {
                    receiver.flow.Queue(bytes);
                    Send(event.ue, event.timeS);
                }
                break;
            case Event::PACKET:
                receiver.queue.push_back({event.packet,
                                          event.packet.messageBytes + m_cell.transport.headerBytes +
                                              LteHeaders::PDCP_BYTES});
                Report(receiver);
                break;
            case Event::ACK:
                receiver.flow.Acknowledge(event.packet.messageBytes);
                Send(event.ue, event.timeS);
                break;
            case Event::REPORT:
                Report(receiver);
                break;
            }
        }
    }

    /// RLC reports its queue to the scheduler, with two bytes of header per packet (LteRlcUm).
    static void Report(Receiver& receiver)
    {
        receiver.knownBytes = 0;
        for (const auto& waiting : receiver.queue)
        {
            receiver.knownBytes += waiting.leftBytes + LteHeaders::RLC_BYTES;
        }
    }

    /// Send the segments that the window admits through the core network, one after the other.
    void Send(size_t ue, double nowS)
    {
        TransportPacket packet;
        while (m_receivers[ue].flow.Send(packet))
        {
            const double bytes =
                packet.messageBytes + m_cell.transport.headerBytes + m_cell.coreHeaderBytes;
            m_coreFreeS = std::max(m_coreFreeS, nowS) + 8 * bytes / m_cell.coreBps;
            Push(m_coreFreeS, Event::PACKET, ue, packet);
        }
    }

    /// Collect the UEs' claims, by ascending RNTI.
    std::vector<LteDownlinkClaim> Claims() const
    {
        std::vector<LteDownlinkClaim> claims;
        for (const auto& [rnti, i] : m_byRnti)
        {
            const double needed = m_receivers[i].knownBytes;
            if (needed > 0)
            {
                const auto& bytes = m_cell.ues[i].blockBytes;
                const auto found = std::lower_bound(bytes.begin() + 1,
                                                    bytes.end(),
                                                    needed + LteHeaders::RLC_BYTES);
                const auto most = static_cast<uint32_t>(bytes.size() - 1);
                claims.push_back(
                    {rnti, std::min(most, static_cast<uint32_t>(found - bytes.begin()))});
            }
        }
        return claims;
    }

    /// RLC fills a transport block, as in ns-3's LteRlcUm.
    void Serve(size_t ue, size_t groups, int64_t subframe)
    {
        auto& receiver = m_receivers[ue];
        if (groups == 0)
        {
            return;
        }
        const double blockBytes = m_cell.ues[ue].blockBytes[groups];
        const double arrivalS = (subframe + LteDelays::DOWNLINK_SUBFRAMES + 1) * SUBFRAME_S;
        double room = blockBytes - LteHeaders::RLC_BYTES;
        receiver.knownBytes = std::max(0.0, receiver.knownBytes - room);
        bool isOdd = true; // a length indicator takes 12 bits, rounded up
        while (!receiver.queue.empty() && room > 0)
        {
            auto& first = receiver.queue.front();
            if (first.leftBytes > room)
            {
                first.leftBytes -= room;
                break;
            }
            room -= first.leftBytes;
            room -= room > ROOM_BYTES ? (isOdd ? 2 : 1) : room;
            isOdd = !isOdd;
            const TransportPacket packet = first.packet;
            receiver.queue.pop_front();
            Deliver(ue, packet, subframe, arrivalS);
        }
        if (!receiver.queue.empty() && receiver.knownBytes == 0)
        {
            Push((subframe + REPORT_SUBFRAMES) * SUBFRAME_S, Event::REPORT, ue);
        }
    }

    /// A packet arrives, and may be acknowledged.
    void Deliver(size_t ue, const TransportPacket& packet, int64_t subframe, double arrivalS)
    {
        auto& receiver = m_receivers[ue];
        const auto& data = m_cell.ues[ue];
        const double acknowledged = receiver.flow.Receive(packet);
        if (receiver.flow.IsComplete())
        {
            receiver.endS = arrivalS;
        }
        if (!(acknowledged > 0) || !(data.answerBytes > LteHeaders::RLC_BYTES) ||
            !std::isfinite(data.answerSubframes))
        {
            return;
        }
        const double end = SendAnswer(receiver, data, subframe + LteDelays::DOWNLINK_SUBFRAMES + 1);
        Push(end * SUBFRAME_S - SOUNDING_S, Event::ACK, ue, {acknowledged, false});
    }

    /**
     * An acknowledgement is carried by blocks granted for earlier ones, if it is queued when they
     * are filled; else the UE requests a grant for it.
     * @param receiver the UE's state; its blocks are changed
     * @param ue sizes [byte] and durations [subframe] of its uplink's transport blocks
     * @param subframe number of the running subframe
     * @return the subframe at whose beginning it has arrived
     */
    double SendAnswer(Receiver& receiver, const LteDownlinkUe& ue, int64_t subframe) const
    {
        auto& blocks = receiver.answers;
        const auto now = static_cast<double>(subframe);
        // Most blocks are received at once, however many the average is.
        const double duration = std::max(1.0, std::round(ue.answerSubframes));
        while (!blocks.empty() && (blocks.front().begin < now + LteDelays::FILLING_SUBFRAMES ||
                                   blocks.front().roomBytes <= 0))
        {
            if (blocks.size() == 1)
            {
                break; // the earliest begin of the next one
            }
            blocks.pop_front();
        }
        double left = m_cell.transport.ackBytes + LteHeaders::PDCP_BYTES + LteHeaders::LENGTH_BYTES;
        double end = now;
        for (size_t i = 0; left > 0; ++i)
        {
            if (i == blocks.size())
            {
                const double free = i == 0 ? now : blocks.back().begin + duration;
                blocks.push_back({std::max(now + LteDelays::UPLINK_SUBFRAMES, free),
                                  ue.answerBytes - LteHeaders::RLC_BYTES});
            }
            if (blocks[i].begin < now + LteDelays::FILLING_SUBFRAMES)
            {
                continue;
            }
            const double taken = std::min(left, blocks[i].roomBytes);
            blocks[i].roomBytes -= taken;
            left -= taken;
            end = taken > 0 ? blocks[i].begin + duration : end;
        }
        return end;
    }

    const LteDownlinkCell& m_cell;       //!< the cell
    LteDownlinkShares m_shares;          //!< divides the groups
    std::vector<Receiver> m_receivers;   //!< by UE
    std::map<uint16_t, size_t> m_byRnti; //!< index of the UE, by RNTI
    double m_coreFreeS{0};               //!< when the core's link is idle [s]
    uint64_t m_nEvents{0};               //!< scheduled so far
    std::priority_queue<Event, std::vector<Event>, std::greater<Event>>
        m_events; //!< pending, earliest first
};

} // namespace

std::vector<double>
ReplayLteDownlink(const LteDownlinkCell& cell)
{
    return Replay(cell).Run();
}

} // namespace fl
} // namespace ns3
