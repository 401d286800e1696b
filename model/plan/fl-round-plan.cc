/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-round-plan.h"

namespace ns3
{
namespace fl
{

Plan
MakeRoundPlan(const SystemState& state, const std::vector<RoundShare>& shares)
{
    Plan plan;
    plan.orders.reserve(shares.size());
    double edgeHz = 0;
    for (const auto& share : shares)
    {
        const auto& profile = state.profiles.at(share.device);
        WorkOrder order;
        order.device = share.device;
        order.task = state.task;
        order.round = state.round;
        order.baseVersion = state.modelVersion;
        order.earliestStartS = state.nowS;
        order.forAggregation = state.round;
        order.localIterations =
            share.localIterations > 0 ? share.localIterations : state.localIterations;
        order.samples = share.samples > 0 ? share.samples : profile.samples;
        const double cycles = profile.cyclesPerSample * order.samples * order.localIterations;
        if (share.idleS > 0)
        {
            order.phases.emplace_back(Idle{share.idleS});
        }
        order.phases.emplace_back(Transfer{0, Direction::DOWNLINK, state.downloadBits, {}});
        order.phases.emplace_back(Compute{cycles, share.cpuHz});
        Transfer upload{0, Direction::UPLINK, state.uploadBits, {}, PayloadKind::UPDATE};
        if (!state.cells.empty())
        {
            upload.grant = Grant{0, Direction::UPLINK, edgeHz, share.uplinkHz, share.txPowerW};
            edgeHz += share.uplinkHz;
        }
        order.phases.emplace_back(upload);
        plan.orders.push_back(std::move(order));
    }
    return plan;
}

std::vector<RoundShare>
EqualShares(const SystemState& state, const std::vector<DeviceId>& devices)
{
    const double bandHz = state.cells.empty() ? 0 : state.cells.front().uplinkBandwidthHz;
    std::vector<RoundShare> shares(devices.size());
    for (size_t i = 0; i < devices.size(); ++i)
    {
        const auto& profile = state.profiles[devices[i]];
        shares[i].device = devices[i];
        shares[i].cpuHz = profile.maxCpuHz;
        shares[i].uplinkHz = bandHz / static_cast<double>(devices.size());
        shares[i].txPowerW = profile.maxTxPowerW;
    }
    return shares;
}

std::vector<DeviceId>
AvailableDevices(const SystemState& state)
{
    std::vector<DeviceId> devices = state.offered;
    if (!devices.empty())
    {
        return devices;
    }
    devices.reserve(state.available.size());
    for (DeviceId device = 0; device < state.available.size(); ++device)
    {
        if (state.available[device])
        {
            devices.push_back(device);
        }
    }
    return devices;
}

} // namespace fl
} // namespace ns3
