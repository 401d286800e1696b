/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-lte-uplink-gains.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

void
LteUplinkGains::Enter(uint32_t first,
                      const std::vector<double>& sinrs,
                      double powerW,
                      uint32_t bandwidth)
{
    m_gains.resize(bandwidth, 0);
    for (uint32_t i = 0; i < sinrs.size(); ++i)
    {
        m_gains[first + i] = sinrs[i] * static_cast<double>(sinrs.size()) / powerW;
    }
}

double
LteUplinkGains::PredictSinr(double powerW, uint32_t first, uint32_t count) const
{
    double gain = 0;
    const auto end = std::min<size_t>(first + count, m_gains.size());
    for (size_t i = first; i < end; ++i)
    {
        if (m_gains[i] > 0)
        {
            gain = gain > 0 ? std::min(gain, m_gains[i]) : m_gains[i];
        }
    }
    if (gain <= 0)
    {
        double sum = 0;
        uint32_t known = 0;
        for (const double each : m_gains)
        {
            if (each > 0)
            {
                sum += each;
                ++known;
            }
        }
        gain = known > 0 ? sum / known : 0;
    }
    return gain * powerW / count;
}

} // namespace fl
} // namespace ns3
