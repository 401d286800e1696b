/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fdma-rate-model.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// One message on its way, segment by segment, and the acknowledgements that it is answered with.
class MessageFlow
{
  public:
    /// What does not change on the way.
    struct Setting
    {
        double messageBytes{0};   //!< of the message
        double segmentBytes{0};   //!< of it per segment
        double segmentS{0};       //!< on the air, of a full segment [s]
        double lastS{0};          //!< of the last one [s]
        bool isLastAside{false};  //!< the last one goes by another way than the others
        double ackS{0};           //!< on the air, of an acknowledgement [s]
        double propagationS{0};   //!< [s]
        double windowBytes{0};    //!< at the beginning
        double maxWindowBytes{0}; //!< at the end
        double ackAfterBytes{0};  //!< an acknowledgement for each so many
        bool acksAtPauses{false}; //!< and when the window is full, or all is sent
        bool isFollowing{false};  //!< a short message went right before, by itself
    };

    /// @param setting sizes and times; copied
    explicit MessageFlow(const Setting& setting)
        : m_set(setting),
          m_segments(std::max(std::ceil(setting.messageBytes / setting.segmentBytes), 1.0)),
          m_ackEvery(std::max(std::round(setting.ackAfterBytes / setting.segmentBytes), 1.0)),
          m_windowBytes(setting.windowBytes),
          m_sinceAck(setting.isFollowing && !setting.acksAtPauses ? 1 : 0),
          m_nAcks(setting.isFollowing && setting.acksAtPauses ? 1 : 0)
    {
    }

    /// Go through it.
    void Run()
    {
        for (double i = 0; i < m_segments; ++i)
        {
            const double bytes = BytesOf(i);
            while (i > m_acked && m_flightBytes + bytes > m_windowBytes)
            {
                if (!TakeAck())
                {
                    m_arrivedS = std::numeric_limits<double>::infinity();
                    return;
                }
            }
            Send(i, bytes);
        }
    }

    /// @return when all of it is there [s]
    double GetArrivedS() const
    {
        return std::max(m_arrivedS, m_asideS);
    }

    /// @return number of acknowledgements sent
    double GetNAcks() const
    {
        return m_nAcks;
    }

    /// @return whether a delayed acknowledgement is pending
    bool IsAckDue() const
    {
        return m_sinceAck > 0;
    }

  private:
    /// An acknowledgement on its way.
    struct Ack
    {
        double arrivesS; //!< [s]
        double segments; //!< that it acknowledges, with all before
    };

    /**
     * @param i number of a segment, from 0
     * @return what it carries of the message [byte]; the last one carries the rest
     */
    double BytesOf(double i) const
    {
        return i + 1 < m_segments ? m_set.segmentBytes
                                  : m_set.messageBytes - (m_segments - 1) * m_set.segmentBytes;
    }

    /// Wait for the next acknowledgement. @return whether there is one
    bool TakeAck()
    {
        if (m_acks.empty() && m_sinceAck > 0)
        {
            SendAck(m_sent, m_arrivedS + FdmaRateModel::DELAYED_ACK_S);
        }
        if (m_acks.empty() || !std::isfinite(m_acks.front().arrivesS))
        {
            return false;
        }
        const double bytes = (m_acks.front().segments - m_acked) * m_set.segmentBytes;
        m_acked = m_acks.front().segments;
        m_readyS = m_acks.front().arrivesS;
        m_flightBytes -= bytes;
        m_windowBytes = std::min(m_windowBytes + bytes, m_set.maxWindowBytes);
        m_acks.pop_front();
        return true;
    }

    /**
     * Send a segment, and the acknowledgement that it causes, if any.
     * @param i number of the segment, from 0
     * @param bytes what it carries of the message [byte]
     */
    void Send(double i, double bytes)
    {
        m_flightBytes += bytes;
        m_sent = i + 1;
        const bool isLast = m_sent == m_segments;
        if (isLast && m_set.isLastAside)
        {
            m_asideS = m_readyS + m_set.lastS + m_set.propagationS;
            AckGap();
            return;
        }
        m_departedS = std::max(m_departedS, m_readyS) + (isLast ? m_set.lastS : m_set.segmentS);
        m_arrivedS = m_departedS + m_set.propagationS;
        ++m_sinceAck;
        const bool isPause = isLast || m_flightBytes + BytesOf(i + 1) > m_windowBytes;
        if (m_sinceAck >= m_ackEvery || (m_set.acksAtPauses && isPause))
        {
            SendAck(m_sent, m_arrivedS);
        }
    }

    /// The last segment goes by another way: where it overtakes others it is acknowledged at once,
    /// and so is each of those.
    void AckGap()
    {
        if (!(m_arrivedS > m_asideS))
        {
            m_sinceAck += m_set.acksAtPauses ? m_ackEvery : 1;
            if (m_sinceAck >= m_ackEvery)
            {
                SendAck(m_sent, m_asideS);
            }
            return;
        }
        const double late =
            std::min(std::floor((m_arrivedS - m_asideS) / m_set.segmentS) + 1, m_sent - 1);
        // Less those of the others that were counted already.
        m_nAcks += 1 + late - std::floor(late / m_ackEvery);
        m_sinceAck = 0;
    }

    /**
     * Queue an acknowledgement after the previous ones.
     * @param segments number of segments acknowledged so far
     * @param atS time at which the receiver makes it [s]
     */
    void SendAck(double segments, double atS)
    {
        m_ackDepartedS = std::max(m_ackDepartedS, atS) + m_set.ackS;
        m_acks.push_back({m_ackDepartedS + m_set.propagationS, segments});
        ++m_nAcks;
        m_sinceAck = 0;
    }

    Setting m_set;            //!< constants of the transfer
    double m_segments;        //!< number of segments of the message, at least 1
    double m_ackEvery;        //!< segments per acknowledgement
    double m_windowBytes;     //!< congestion window [byte]
    double m_flightBytes{0};  //!< bytes in flight [byte]
    double m_sent{0};         //!< segments sent
    double m_acked{0};        //!< segments acknowledged
    double m_sinceAck{0};     //!< segments received since the last acknowledgement
    double m_nAcks{0};        //!< acknowledgements sent
    double m_readyS{0};       //!< when the window was opened last [s]
    double m_departedS{0};    //!< when the last segment was sent [s]
    double m_arrivedS{0};     //!< when it came [s]
    double m_asideS{0};       //!< when one came by the other way [s]
    double m_ackDepartedS{0}; //!< when the last acknowledgement was sent [s]
    std::deque<Ack> m_acks;   //!< on their way
};

} // namespace

FdmaRateModel::FdmaRateModel(Cell cell, const Plan& plan, const TransportProfile& transport)
    : m_cell(std::move(cell)),
      m_transport(transport)
{
    for (const auto& order : plan.orders)
    {
        double pauseS = 0; // without a transfer, since the last download
        for (const auto& phase : order.phases)
        {
            const auto* transfer = std::get_if<fl::Transfer>(&phase);
            if (const auto* work = std::get_if<Compute>(&phase))
            {
                pauseS += work->cycles / work->cpuHz;
            }
            else if (const auto* idle = std::get_if<Idle>(&phase))
            {
                pauseS += idle->durationS;
            }
            else if (transfer->direction == Direction::DOWNLINK)
            {
                pauseS = 0;
            }
            else if (transfer->grant)
            {
                m_planned[order.device].uplink = *transfer->grant;
            }
        }
        double& longestS = m_planned[order.device].pauseS;
        longestS = std::max(longestS, pauseS);
    }
}

double
FdmaRateModel::RateBps(const SystemState& state, DeviceId device, const Grant& grant) const
{
    const double rateBps =
        m_cell.interference
            ? m_cell.interference->RateBps(state, device, grant)
            : RateAtGainBps(state, device, grant, state.gains(device, grant.cell, grant.direction));
    return rateBps < m_cell.minRateBps ? 0 : rateBps;
}

FdmaRateModel::Link
FdmaRateModel::FindLink(const SystemState& state,
                        DeviceId device,
                        const Grant& grant,
                        double packetBytes) const
{
    if (packetBytes > m_cell.controlMaxBytes)
    {
        return {RateBps(state, device, grant), grant.txPowerW, true};
    }
    const bool up = grant.direction == Direction::UPLINK;
    const double txPowerW = up ? m_cell.devices.at(device).controlW : m_cell.stationControlW;
    const GainTable& gains = m_cell.interference ? state.meanGains : state.gains;
    const double rateBps = ShannonRateBps(m_cell.controlHz[static_cast<size_t>(grant.direction)],
                                          txPowerW,
                                          gains(device, grant.cell, grant.direction),
                                          state.cells.at(grant.cell).noiseWPerHz);
    return {rateBps < m_cell.controlMinRateBps ? 0 : rateBps, txPowerW, false};
}

bool
FdmaRateModel::AcksAlone(DeviceId device) const
{
    // Sooner than that it goes along with the update.
    return m_planned.at(device).pauseS >= DELAYED_ACK_S;
}

TransferTime
FdmaRateModel::Transfer(const SystemState& state,
                        DeviceId device,
                        const Grant& grant,
                        double payloadBits) const
{
    const bool up = grant.direction == Direction::UPLINK;
    const double linkBytes = m_cell.linkHeaderBytes;
    const double messageBytes = m_transport.MessageBytes(payloadBits, grant.direction);
    const double segmentBytes = std::min(m_transport.segmentBytes, messageBytes);
    const double segments = std::ceil(messageBytes / segmentBytes);
    const double lastBytes = messageBytes - (segments - 1) * segmentBytes;
    const auto packetS = [&](const Link& link, double packetBytes) {
        return 8 * (packetBytes + linkBytes) / link.rateBps;
    };
    const double fullPacket = segmentBytes + m_transport.headerBytes;
    const double lastPacket = lastBytes + m_transport.headerBytes;
    const Link full = FindLink(state, device, grant, fullPacket);
    const Link last = FindLink(state, device, grant, lastPacket);
    Grant back = m_planned.at(device).uplink;
    back.cell = grant.cell;
    back.direction = up ? Direction::DOWNLINK : Direction::UPLINK;
    const Link ack = FindLink(state, device, back, m_transport.ackBytes);

    if (!(last.rateBps > 0) || (segments > 1 && !(full.rateBps > 0)))
    {
        const double never = std::numeric_limits<double>::infinity();
        return {never, never};
    }
    MessageFlow::Setting setting;
    setting.messageBytes = messageBytes;
    setting.segmentBytes = segmentBytes;
    setting.segmentS = packetS(full, fullPacket);
    setting.lastS = packetS(last, lastPacket);
    setting.isLastAside = segments > 1 && last.isGrant != full.isGrant;
    setting.ackS = packetS(ack, m_transport.ackBytes);
    setting.propagationS = m_cell.devices.at(device).propagationS;
    setting.windowBytes = m_transport.windowStays && state.round > 1
                              ? m_transport.maxWindowBytes
                              : m_transport.initialWindowBytes;
    setting.maxWindowBytes = m_transport.maxWindowBytes;
    setting.ackAfterBytes = m_transport.ackAfterBytes;
    setting.acksAtPauses = m_transport.acksEnd;
    setting.isFollowing = state.round == 1; // the answer to the device's HELLO
    MessageFlow flow(setting);
    flow.Run();

    TransferTime time;
    time.seconds = flow.GetArrivedS();
    const double fullS = segments > 1 ? (segments - 1) * setting.segmentS : 0;
    const double lastS = setting.lastS;
    time.airtimeS = (full.isGrant ? fullS : 0) + (last.isGrant ? lastS : 0);
    if (up)
    {
        time.controlJ =
            (full.isGrant ? 0 : full.txPowerW * fullS) + (last.isGrant ? 0 : last.txPowerW * lastS);
    }
    else if (m_transport.ackBytes > 0 && ack.rateBps > 0)
    {
        const double alone = flow.IsAckDue() && AcksAlone(device) ? 1 : 0;
        time.controlJ = (flow.GetNAcks() + alone) * ack.txPowerW * setting.ackS;
    }
    return time;
}

} // namespace fl
} // namespace ns3
