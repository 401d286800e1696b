/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-background-rate-model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace ns3
{
namespace fl
{

BackgroundRateModel::BackgroundRateModel(std::unique_ptr<const RateModel> inner,
                                         const TransportProfile& transport,
                                         double linkHeaderBytes,
                                         std::vector<double> queuedBits)
    : m_inner(std::move(inner)),
      m_transport(transport),
      m_linkHeaderBytes(linkHeaderBytes),
      m_queuedBits(std::move(queuedBits))
{
}

const RateModel&
BackgroundRateModel::GetInner() const
{
    return *m_inner;
}

TransferTime
BackgroundRateModel::Transfer(const SystemState& state,
                              DeviceId device,
                              const Grant& grant,
                              double payloadBits) const
{
    return TransferAt(state, device, grant, payloadBits, state.nowS);
}

TransferTime
BackgroundRateModel::TransferAt(const SystemState& state,
                                DeviceId device,
                                const Grant& grant,
                                double payloadBits,
                                double startS) const
{
    TransferTime time = m_inner->TransferAt(state, device, grant, payloadBits, startS);
    const double otherBps = state.backgroundBps.at(device);
    if (grant.direction == Direction::DOWNLINK || !std::isfinite(time.seconds) ||
        !std::isfinite(startS))
    {
        return time;
    }
    const double bytes = m_transport.MessageBytes(payloadBits, grant.direction);
    const double packets = std::ceil(bytes / m_transport.segmentBytes);
    const double bits = 8 * (bytes + packets * (m_transport.headerBytes + m_linkHeaderBytes));
    const double rateBps = bits / time.seconds;
    if (rateBps <= otherBps)
    {
        time.seconds = std::numeric_limits<double>::infinity();
        return time;
    }
    const double sinceS = startS - state.nowS;
    const double queuedBits = m_queuedBits.at(device);
    const double waitingBits = std::max(queuedBits + (otherBps - rateBps) * sinceS, 0.0);
    time.seconds = (bits + waitingBits) / (rateBps - otherBps);
    // All that arrives in the queue from the begin of the round to the end of the upload.
    time.airtimeS *= (bits + queuedBits + otherBps * (sinceS + time.seconds)) / bits;
    return time;
}

} // namespace fl
} // namespace ns3
