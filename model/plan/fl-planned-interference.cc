/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-planned-interference.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace fl
{

PlannedInterference::PlannedInterference(const Plan& plan,
                                         std::vector<BandOffset> offsets,
                                         double subChannelHz)
    : m_offsets(std::move(offsets)),
      m_subChannelHz(subChannelHz)
{
    for (const auto& order : plan.orders)
    {
        for (const auto& phase : order.phases)
        {
            const auto* transfer = std::get_if<Transfer>(&phase);
            if (!transfer || !transfer->grant)
            {
                continue;
            }
            // One grant may serve several transfers of a device.
            const auto& grant = *transfer->grant;
            const bool known =
                std::any_of(m_grants.rbegin(), m_grants.rend(), [&](const Planned& other) {
                    return other.device == order.device && other.grant.cell == grant.cell &&
                           other.grant.direction == grant.direction;
                });
            if (!known)
            {
                m_grants.push_back({order.device, grant});
            }
        }
    }
}

Emission
PlannedInterference::EmissionOf(const Grant& grant) const
{
    const BandOffset& offset = m_offsets.at(grant.cell);
    return {(grant.direction == Direction::UPLINK ? offset.uplinkHz : offset.downlinkHz) +
                grant.startHz,
            grant.bandwidthHz,
            grant.txPowerW};
}

double
PlannedInterference::RateBps(const SystemState& state, DeviceId device, const Grant& grant) const
{
    const bool up = grant.direction == Direction::UPLINK;
    const ReceivedEmission signal{
        EmissionOf(grant),
        [&](uint32_t subChannel) {
            return state.gains(device, grant.cell, grant.direction, subChannel);
        }};
    std::vector<ReceivedEmission> others;
    for (const auto& other : m_grants)
    {
        if (other.grant.cell == grant.cell || other.grant.direction != grant.direction)
        {
            continue;
        }
        // In the uplink another device disturbs this one's station, in the downlink another station
        // this device.
        const DeviceId end = up ? other.device : device;
        const uint32_t cell = up ? grant.cell : other.grant.cell;
        others.push_back(
            {EmissionOf(other.grant), [&state, end, cell, &grant](uint32_t subChannel) {
                 return state.gains(end, cell, grant.direction, subChannel);
             }});
    }
    const BandOffset& offset = m_offsets.at(grant.cell);
    return SinrRateBps(signal,
                       others,
                       state.cells.at(grant.cell).noiseWPerHz,
                       {m_subChannelHz, up ? offset.uplinkHz : offset.downlinkHz});
}

} // namespace fl
} // namespace ns3
