/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-transport-profile.h"

#include <cmath>

namespace ns3
{
namespace fl
{

double
TransportProfile::MessageBytes(double payloadBits, Direction direction) const
{
    return messageBytes + (direction == Direction::UPLINK ? reportBytes : orderBytes) +
           std::ceil(payloadBits / 8);
}

SendWindow
TransportProfile::Window(Direction direction, DeviceId device) const
{
    const auto& known = windows[static_cast<size_t>(direction)];
    const auto window = known.find(device);
    return window == known.end() ? SendWindow() : window->second;
}

} // namespace fl
} // namespace ns3
