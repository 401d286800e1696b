/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-disc-drop.h"

#include "ns3/fl-error.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

double
FromDb(double db)
{
    return std::pow(10.0, db / 10);
}

DiscDrop::DiscDrop(double radiusM, double minDistanceM, double lossAt1KmDb, double lossPerDecadeDb)
    : m_radiusM(radiusM),
      m_minDistanceM(minDistanceM),
      m_lossAt1KmDb(lossAt1KmDb),
      m_lossPerDecadeDb(lossPerDecadeDb)
{
    if (!(minDistanceM > 0) || !(minDistanceM <= radiusM) || !std::isfinite(radiusM))
    {
        throw InvalidInput(Describe("radiusM = ",
                                    radiusM,
                                    ": must be finite and at least the smallest distance, ",
                                    minDistanceM,
                                    " m, which must be above 0"));
    }
}

double
DiscDrop::DrawLossDb(RandomStream& random) const
{
    // Areas are uniform, not radii.
    const double distanceM = std::max(m_minDistanceM, m_radiusM * std::sqrt(random.Uniform()));
    return m_lossAt1KmDb + m_lossPerDecadeDb * std::log10(distanceM / 1000);
}

} // namespace fl
} // namespace ns3
