/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_GRANT_CHECK_H
#define FL_GRANT_CHECK_H

#include "ns3/fl-plan.h"
#include "ns3/fl-system-state.h"

#include <vector>

/**
 * @file
 * @ingroup fl
 * Validity of a plan's grants, as any PHY requires it and RadioControl::Apply() checks it.
 */

namespace ns3
{
namespace fl
{

/// The resources that grants of a cell may not exceed.
struct GrantLimits
{
    uint32_t cell{0};                  //!< index of the cell in plans
    CellState state;                   //!< bands and the base station's power
    std::vector<double> maxTxPowerW{}; //!< by device [W]
};

/// A grant and the device that it is for.
struct OwnedGrant
{
    DeviceId device; //!< the device that sends or receives on it
    Grant grant;     //!< cell, direction, place, bandwidth and power
};

/// A device's grants of one plan; of zero bandwidth where it has none.
struct DeviceGrants
{
    Grant byDirection[2]; //!< uplink, downlink
};

/// What round-off may add to a sum of shares that just fills a limit, relative to the limit.
inline constexpr double GRANT_ROUND_OFF = 1e-9;

/// @return the direction's name in messages
/// @param direction uplink or downlink
const char* ToString(Direction direction);

/**
 * @ingroup fl
 * The grants of a plan in one direction. A device has one: its transfers, of whatever orders, may
 * all name it, or name none.
 *
 * Sums and places may exceed a limit by a relative 1e-9, for round-off. Costs O(N log N).
 *
 * @param plan the plan
 * @param direction uplink or downlink
 * @param limits bandwidth and powers of the cell
 * @return the grants, one per device, in the plan's order
 * @throws InvalidInput if one is not finite, without bandwidth, of negative power or place, of
 * another cell, overlaps another device's, or differs from another one of its device; the message
 * names the device
 * @throws Infeasible if they are sound, but take more than the band, or more power than the device
 *         or the base station has; the message names the owner, the excess and the limit
 */
std::vector<OwnedGrant> CheckedGrants(const Plan& plan,
                                      Direction direction,
                                      const GrantLimits& limits);

/**
 * Check the power of downlink grants, together.
 * @param sumW transmit power of all of them [W]
 * @param limitW the base station's [W]
 * @throws Infeasible if it is exceeded, beyond round-off
 */
void CheckDownlinkPower(double sumW, double limitW);

/**
 * @ingroup fl
 * The grants of a plan in both directions, by device; downlink transfers without one get the
 * default (DefaultDownlinkGrant()).
 * @param plan the plan
 * @param limits bandwidth and powers of the cell
 * @return by DeviceId, each with its direction set
 * @throws InvalidInput as CheckedGrants()
 * @throws Infeasible as CheckedGrants(), and if nothing is left for a default
 */
std::vector<DeviceGrants> CheckedDeviceGrants(const Plan& plan, const GrantLimits& limits);

} // namespace fl
} // namespace ns3

#endif /* FL_GRANT_CHECK_H */
