/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-wifi-ppdu.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

double
WifiPpduTiming::DurationS(double bytes) const
{
    return symbolBits > 0 ? preambleS + std::ceil((8 * bytes + AROUND_BITS) / symbolBits) * symbolS
                          : std::numeric_limits<double>::infinity();
}

double
WifiPpduTiming::CapacityBytes(double durationS) const
{
    // A duration that DurationS() gave must not lose a symbol to rounding.
    const double symbols = std::floor((durationS - preambleS) / symbolS * (1 + 1e-12));
    return std::max(0.0, std::floor((symbols * symbolBits - AROUND_BITS) / 8));
}

double
WifiPpduTiming::ArrivalS(double bytes) const
{
    return preambleS + (8 * bytes + AROUND_BITS) / symbolBits * symbolS;
}

double
WifiSubframeBytes(double bytes)
{
    constexpr double LLC_BYTES = 8;
    constexpr double MAC_BYTES = 26 + 4; // header of QoS data, frame check
    constexpr double DELIMITER_BYTES = 4;
    return DELIMITER_BYTES + 4 * std::ceil((bytes + LLC_BYTES + MAC_BYTES) / 4);
}

} // namespace fl
} // namespace ns3
