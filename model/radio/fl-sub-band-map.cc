/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-sub-band-map.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <iterator>

namespace ns3
{
namespace fl
{

void
SubBandMap::Clear()
{
    m_subBands.clear();
    m_startHz.clear();
    m_totalPowerW = 0;
}

void
SubBandMap::CheckOverlap(DeviceId device, const Grant& grant, double slackHz) const
{
    const double endHz = grant.startHz + grant.bandwidthHz;
    // Sub-bands are disjoint but for round-off: only neighbours of the new one can overlap with it,
    // beside those that lie within it.
    auto other = m_subBands.lower_bound(grant.startHz);
    if (other != m_subBands.begin())
    {
        --other;
    }
    for (; other != m_subBands.end() && other->first < endHz - slackHz; ++other)
    {
        const auto& [startHz, subBand] = *other;
        if (subBand.device != device && subBand.endHz > grant.startHz + slackHz)
        {
            throw InvalidInput(
                Describe("grants of devices ",
                         subBand.device,
                         " and ",
                         device,
                         " overlap by ",
                         std::min(subBand.endHz, endHz) - std::max(startHz, grant.startHz),
                         " Hz: sub-bands must be disjoint"));
        }
    }
}

void
SubBandMap::Replace(DeviceId device, const Grant& grant, double slackHz)
{
    if (grant.bandwidthHz > 0)
    {
        CheckOverlap(device, grant, slackHz);
    }
    const auto held = m_startHz.find(device);
    if (held != m_startHz.end())
    {
        const auto subBand = m_subBands.find(held->second);
        if (subBand != m_subBands.end() && subBand->second.device == device)
        {
            m_totalPowerW -= subBand->second.powerW;
            m_subBands.erase(subBand);
        }
        m_startHz.erase(held);
        m_totalPowerW = m_subBands.empty() ? 0 : m_totalPowerW; // of round-off nothing stays
    }
    if (grant.bandwidthHz > 0)
    {
        m_subBands[grant.startHz] = {grant.startHz + grant.bandwidthHz, grant.txPowerW, device};
        m_startHz[device] = grant.startHz;
        m_totalPowerW += grant.txPowerW;
    }
}

Grant
SubBandMap::Find(DeviceId device) const
{
    Grant grant;
    const auto held = m_startHz.find(device);
    if (held != m_startHz.end())
    {
        const auto& subBand = m_subBands.at(held->second);
        grant.startHz = held->second;
        grant.bandwidthHz = subBand.endHz - held->second;
        grant.txPowerW = subBand.powerW;
    }
    return grant;
}

double
SubBandMap::GetTotalPowerW() const
{
    return m_totalPowerW;
}

} // namespace fl
} // namespace ns3
