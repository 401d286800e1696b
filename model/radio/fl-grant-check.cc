/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-grant-check.h"

#include "ns3/fl-error.h"
#include "ns3/fl-transfer-grants.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace ns3
{
namespace fl
{

namespace
{

/// Check one grant on its own.
void
CheckGrant(DeviceId device, Direction direction, const Grant& grant, uint32_t cell)
{
    const auto require = [&](bool ok, const char* name, double value, const std::string& allowed) {
        if (!ok)
        {
            throw InvalidInput(Describe("device ",
                                        device,
                                        ": ",
                                        ToString(direction),
                                        " grant's ",
                                        name,
                                        " = ",
                                        value,
                                        ": must be ",
                                        allowed));
        }
    };
    require(grant.cell == cell, "cell", grant.cell, Describe(cell));
    require(grant.direction == direction,
            "direction",
            static_cast<double>(grant.direction),
            "that of its transfer");
    require(std::isfinite(grant.bandwidthHz) && grant.bandwidthHz > 0,
            "bandwidthHz",
            grant.bandwidthHz,
            "finite and above 0");
    require(std::isfinite(grant.txPowerW) && grant.txPowerW >= 0,
            "txPowerW",
            grant.txPowerW,
            "finite and at least 0");
    require(std::isfinite(grant.startHz) && grant.startHz >= 0,
            "startHz",
            grant.startHz,
            "finite and at least 0");
}

/**
 * @param a a valid grant
 * @param b another one
 * @return whether both are the same resources
 */
bool
IsSame(const Grant& a, const Grant& b)
{
    return a.startHz == b.startHz && a.bandwidthHz == b.bandwidthHz && a.txPowerW == b.txPowerW;
}

/**
 * @param order a work order
 * @return whether its device needs the downlink, on whatever grant
 */
bool
NeedsDownlink(const WorkOrder& order)
{
    return std::any_of(order.phases.begin(), order.phases.end(), [](const Phase& phase) {
        const auto* transfer = std::get_if<Transfer>(&phase);
        return transfer && NeedsDownlink(*transfer);
    });
}

/**
 * @param plan all work orders of the round
 * @param direction which grants
 * @param limits of the cell: its number, and the largest power by device [W]
 * @return the plan's grants in one direction, one per device, each checked on its own
 * @throws InvalidInput if an order's device is not in the cell, a grant is not valid by itself, or
 *         a device has different ones in this direction
 */
std::vector<OwnedGrant>
Collect(const Plan& plan, Direction direction, const GrantLimits& limits)
{
    std::vector<OwnedGrant> collected;
    std::unordered_map<DeviceId, const Grant*> first; // by device
    for (const auto& order : plan.orders)
    {
        if (order.device >= limits.maxTxPowerW.size())
        {
            throw InvalidInput(Describe("device ",
                                        order.device,
                                        ": not in the cell, which has ",
                                        limits.maxTxPowerW.size(),
                                        " devices"));
        }
        for (const auto& phase : order.phases)
        {
            const auto* transfer = std::get_if<Transfer>(&phase);
            if (!transfer || transfer->direction != direction || !transfer->grant)
            {
                continue;
            }
            CheckGrant(order.device, direction, *transfer->grant, limits.cell);
            const Grant*& known = first[order.device];
            if (known && IsSame(*known, *transfer->grant))
            {
                continue; // several transfers on one grant
            }
            if (known)
            {
                throw InvalidInput(Describe("device ",
                                            order.device,
                                            ": has two ",
                                            ToString(direction),
                                            " grants: one is allowed"));
            }
            known = &*transfer->grant;
            collected.push_back({order.device, *transfer->grant});
        }
    }
    return collected;
}

/// Check that the grants of one direction fit the band together.
void
CheckBand(std::vector<OwnedGrant> grants, Direction direction, const CellState& cell)
{
    const double bandHz =
        direction == Direction::UPLINK ? cell.uplinkBandwidthHz : cell.downlinkBandwidthHz;
    const double slackHz = bandHz * GRANT_ROUND_OFF;
    double sumHz = 0;
    for (const auto& owned : grants)
    {
        sumHz += owned.grant.bandwidthHz;
    }
    if (sumHz > bandHz + slackHz)
    {
        throw Infeasible(Describe(ToString(direction),
                                  " grants take ",
                                  sumHz,
                                  " Hz in all: ",
                                  sumHz - bandHz,
                                  " Hz more than the planned band of ",
                                  bandHz,
                                  " Hz"));
    }
    std::sort(grants.begin(), grants.end(), [](const OwnedGrant& a, const OwnedGrant& b) {
        return a.grant.startHz < b.grant.startHz;
    });
    double edgeHz = 0;
    DeviceId below = 0;
    for (const auto& owned : grants)
    {
        if (owned.grant.startHz < edgeHz - slackHz)
        {
            throw InvalidInput(Describe(ToString(direction),
                                        " grants of devices ",
                                        below,
                                        " and ",
                                        owned.device,
                                        " overlap by ",
                                        edgeHz - owned.grant.startHz,
                                        " Hz: sub-bands must be disjoint"));
        }
        edgeHz = owned.grant.startHz + owned.grant.bandwidthHz;
        below = owned.device;
        if (edgeHz > bandHz + slackHz)
        {
            throw Infeasible(Describe(ToString(direction),
                                      " grant of device ",
                                      owned.device,
                                      " ends at ",
                                      edgeHz,
                                      " Hz: ",
                                      edgeHz - bandHz,
                                      " Hz beyond the planned band of ",
                                      bandHz,
                                      " Hz"));
        }
    }
}

/// Check the power of uplink grants, one by one.
void
CheckUplinkPower(const std::vector<OwnedGrant>& grants, const GrantLimits& limits)
{
    for (const auto& owned : grants)
    {
        const double limitW = limits.maxTxPowerW[owned.device];
        if (owned.grant.txPowerW > limitW * (1 + GRANT_ROUND_OFF))
        {
            throw Infeasible(Describe("device ",
                                      owned.device,
                                      ": uplink grant of ",
                                      owned.grant.txPowerW,
                                      " W: ",
                                      owned.grant.txPowerW - limitW,
                                      " W more than the device's MaxTxPower of ",
                                      limitW,
                                      " W"));
        }
    }
}

/// Give the devices that need one the default downlink grant.
void
AddDefaults(const Plan& plan, const GrantLimits& limits, std::vector<DeviceGrants>& grants)
{
    const CellState& cell = limits.state;
    const Grant share = DefaultDownlinkGrant(cell, limits.cell, plan);
    // What round-off leaves of a band that is used up is no band.
    const bool left = share.bandwidthHz > cell.downlinkBandwidthHz * GRANT_ROUND_OFF &&
                      share.txPowerW > cell.downlinkTxPowerW * GRANT_ROUND_OFF;
    for (const auto& order : plan.orders)
    {
        Grant& downlink =
            grants[order.device].byDirection[static_cast<size_t>(Direction::DOWNLINK)];
        if (!NeedsDownlink(order) || downlink.bandwidthHz > 0)
        {
            continue;
        }
        if (!left)
        {
            throw Infeasible(Describe("device ",
                                      order.device,
                                      ": its download has no grant, and the plan's downlink "
                                      "grants leave no band or power for it"));
        }
        downlink = share;
    }
}

} // namespace

const char*
ToString(Direction direction)
{
    return direction == Direction::UPLINK ? "uplink" : "downlink";
}

void
CheckDownlinkPower(double sumW, double limitW)
{
    if (sumW > limitW * (1 + GRANT_ROUND_OFF))
    {
        throw Infeasible(Describe("downlink grants take ",
                                  sumW,
                                  " W in all: ",
                                  sumW - limitW,
                                  " W more than the base station's StationTxPower of ",
                                  limitW,
                                  " W"));
    }
}

std::vector<OwnedGrant>
CheckedGrants(const Plan& plan, Direction direction, const GrantLimits& limits)
{
    auto grants = Collect(plan, direction, limits);
    CheckBand(grants, direction, limits.state);
    if (direction == Direction::UPLINK)
    {
        CheckUplinkPower(grants, limits);
    }
    else
    {
        double sumW = 0;
        for (const auto& owned : grants)
        {
            sumW += owned.grant.txPowerW;
        }
        CheckDownlinkPower(sumW, limits.state.downlinkTxPowerW);
    }
    return grants;
}

std::vector<DeviceGrants>
CheckedDeviceGrants(const Plan& plan, const GrantLimits& limits)
{
    std::vector<DeviceGrants> grants(limits.maxTxPowerW.size());
    for (const auto direction : {Direction::UPLINK, Direction::DOWNLINK})
    {
        const auto index = static_cast<size_t>(direction);
        for (const auto& owned : CheckedGrants(plan, direction, limits))
        {
            grants[owned.device].byDirection[index] = owned.grant;
        }
    }
    AddDefaults(plan, limits, grants);
    for (auto& device : grants)
    {
        device.byDirection[0].direction = Direction::UPLINK;
        device.byDirection[1].direction = Direction::DOWNLINK;
    }
    return grants;
}

} // namespace fl
} // namespace ns3
