/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-schedule-channels.h"

#include <cmath>

namespace ns3
{
namespace fl
{

ScheduleChannels::ScheduleChannels(const ScheduleSetting& setting, RandomStream random)
    : m_random(random)
{
    for (uint32_t k = 0; k < setting.devices; ++k)
    {
        const double radiusM = setting.radiusM * std::sqrt(m_random.Uniform());
        const double angle = m_random.Uniform(0, 2 * std::acos(-1.0));
        const double distanceM =
            std::hypot(setting.centreM + radiusM * std::cos(angle), radiusM * std::sin(angle));
        m_meanHz.push_back(std::pow(distanceM / setting.referenceM, -setting.exponent) *
                           setting.txPowerW / setting.noiseWPerHz);
    }
}

std::vector<double>
ScheduleChannels::Next()
{
    std::vector<double> gains(m_meanHz);
    for (auto& gain : gains)
    {
        // 1 - u is in (0, 1]; the offset keeps u = 0 from being no channel at all.
        gain *= -std::log1p(-m_random.Uniform()) + 1e-12;
    }
    return gains;
}

} // namespace fl
} // namespace ns3
