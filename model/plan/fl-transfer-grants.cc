/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-transfer-grants.h"

#include <algorithm>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param [in,out] flags enlarged as needed
 * @param index of the flag that is set
 * @return whether it was not set before
 */
bool
SetFlag(std::vector<bool>& flags, size_t index)
{
    if (index >= flags.size())
    {
        flags.resize(index + 1, false);
    }
    const bool isNew = !flags[index];
    flags[index] = true;
    return isNew;
}

} // namespace

Grant
DefaultDownlinkGrant(const CellState& cell, uint32_t nDevices)
{
    Grant grant;
    grant.direction = Direction::DOWNLINK;
    if (nDevices > 0)
    {
        grant.bandwidthHz = cell.downlinkBandwidthHz / nDevices;
        grant.txPowerW = cell.downlinkTxPowerW / nDevices;
    }
    return grant;
}

Grant
DefaultDownlinkGrant(const CellState& cell, uint32_t cellId, const Plan& plan)
{
    CellState left = cell;
    // By device from the plan's first on: a plan of one order costs the same whoever has it.
    DeviceId first = std::numeric_limits<DeviceId>::max();
    for (const auto& order : plan.orders)
    {
        first = std::min(first, order.device);
    }
    std::vector<bool> hasGrant;
    std::vector<bool> needsGrant;
    for (const auto& order : plan.orders)
    {
        for (const auto& phase : order.phases)
        {
            const auto* transfer = std::get_if<Transfer>(&phase);
            if (!transfer || !NeedsDownlink(*transfer) || CellOf(*transfer) != cellId)
            {
                continue;
            }
            if (!transfer->grant || transfer->direction != Direction::DOWNLINK)
            {
                SetFlag(needsGrant, order.device - first);
            }
            else if (SetFlag(hasGrant, order.device - first))
            {
                left.downlinkBandwidthHz -= transfer->grant->bandwidthHz;
                left.downlinkTxPowerW -= transfer->grant->txPowerW;
            }
        }
    }
    uint32_t nDevices = 0;
    for (size_t device = 0; device < needsGrant.size(); ++device)
    {
        nDevices += needsGrant[device] && !(device < hasGrant.size() && hasGrant[device]);
    }
    left.downlinkBandwidthHz = std::max(left.downlinkBandwidthHz, 0.0);
    left.downlinkTxPowerW = std::max(left.downlinkTxPowerW, 0.0);
    Grant grant = DefaultDownlinkGrant(left, nDevices);
    grant.cell = cellId;
    return grant;
}

bool
NeedsDownlink(const Transfer& transfer)
{
    return transfer.direction == Direction::DOWNLINK || transfer.kind == PayloadKind::SAMPLES;
}

uint32_t
CellOf(const Transfer& transfer)
{
    return transfer.grant ? transfer.grant->cell : transfer.peer;
}

TransferGrants::TransferGrants(const SystemState& state, const Plan& plan)
{
    m_downlink.reserve(state.cells.size());
    for (uint32_t cell = 0; cell < state.cells.size(); ++cell)
    {
        m_downlink.push_back(DefaultDownlinkGrant(state.cells[cell], cell, plan));
    }
    for (const auto& order : plan.orders)
    {
        for (const auto& phase : order.phases)
        {
            const auto* transfer = std::get_if<Transfer>(&phase);
            if (transfer && transfer->grant && order.device < state.profiles.size())
            {
                // Of several the first one.
                m_planned[static_cast<size_t>(transfer->direction)].emplace(order.device,
                                                                            &*transfer->grant);
            }
        }
    }
}

const Grant*
TransferGrants::Find(DeviceId device, const Transfer& transfer) const
{
    if (CellOf(transfer) >= m_downlink.size())
    {
        return nullptr;
    }
    if (transfer.grant)
    {
        return &*transfer.grant;
    }
    const auto& planned = m_planned[static_cast<size_t>(transfer.direction)];
    const auto grant = planned.find(device);
    if (grant != planned.end())
    {
        return grant->second;
    }
    if (transfer.direction == Direction::UPLINK)
    {
        return nullptr;
    }
    return &m_downlink[CellOf(transfer)];
}

} // namespace fl
} // namespace ns3
