/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-round-plan.h"

#include <algorithm>
#include <optional>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param state the system state
 * @param share the device's decision variables
 * @return its order, without phases
 */
WorkOrder
MakeOrder(const SystemState& state, const RoundShare& share)
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
    if (state.split)
    {
        order.localIterations = 1;
        order.samples = std::min(order.samples, state.split->batch);
    }
    return order;
}

/**
 * Phases of ordinary federated learning.
 * @param state the system state
 * @param cpuHz CPU frequency of the device [Hz]
 * @param grant of uplink transfers, if there is a radio
 * @param [in,out] order gets them
 */
void
AppendTraining(const SystemState& state,
               double cpuHz,
               const std::optional<Grant>& grant,
               WorkOrder& order)
{
    const auto& profile = state.profiles[order.device];
    const double cycles = profile.cyclesPerSample * order.samples * order.localIterations;
    order.phases.reserve(order.phases.size() + 3);
    order.phases.emplace_back(Transfer{0, Direction::DOWNLINK, state.downloadBits, {}});
    order.phases.emplace_back(Compute{cycles, cpuHz});
    order.phases.emplace_back(
        Transfer{0, Direction::UPLINK, state.uploadBits, grant, PayloadKind::UPDATE});
}

/**
 * Phases of split learning.
 * @param state the system state
 * @param cpuHz CPU frequency of the device [Hz]
 * @param grant of uplink transfers, if there is a radio
 * @param [in,out] order gets them
 */
void
AppendSplit(const SystemState& state,
            double cpuHz,
            const std::optional<Grant>& grant,
            WorkOrder& order)
{
    const auto& split = *state.split;
    const uint32_t n = order.samples;
    const double cycles = state.profiles[order.device].cyclesPerSample * n;
    const auto add = [&order](auto&& phase) { order.phases.emplace_back(phase); };
    add(Compute{split.embeddingPart * cycles, cpuHz, ComputeNode::DEVICE, ComputeJob::FORWARD});
    add(Transfer{0, Direction::UPLINK, split.activations.Of(n), grant, PayloadKind::ACTIVATIONS});
    add(Compute{split.forwardCycles * n,
                split.serverCpuHz,
                ComputeNode::SERVER,
                ComputeJob::FORWARD});
    add(Transfer{0, Direction::DOWNLINK, split.features.Of(n), {}, PayloadKind::FEATURES});
    add(Compute{(1 - split.embeddingPart) * cycles,
                cpuHz,
                ComputeNode::DEVICE,
                ComputeJob::BACKWARD});
    add(Transfer{0, Direction::UPLINK, split.gradients.Of(n), grant, PayloadKind::GRADIENTS});
    add(Compute{split.backwardCycles * n,
                split.serverCpuHz,
                ComputeNode::SERVER,
                ComputeJob::BACKWARD});
}

} // namespace

Plan
MakeRoundPlan(const SystemState& state, const std::vector<RoundShare>& shares)
{
    Plan plan;
    plan.orders.reserve(shares.size());
    double edgeHz = 0;
    for (const auto& share : shares)
    {
        WorkOrder order = MakeOrder(state, share);
        if (share.idleS > 0)
        {
            order.phases.emplace_back(Idle{share.idleS});
        }
        std::optional<Grant> grant;
        if (!state.cells.empty())
        {
            grant = Grant{0, Direction::UPLINK, edgeHz, share.uplinkHz, share.txPowerW};
            edgeHz += share.uplinkHz;
        }
        (state.split ? AppendSplit : AppendTraining)(state, share.cpuHz, grant, order);
        plan.orders.push_back(std::move(order));
    }
    return plan;
}

void
DescribeSplit(const SplitRound& split, SystemState& state)
{
    state.split = split;
    state.localIterations = 1;
    state.downloadBits = split.features.Of(split.batch);
    state.uploadBits = split.UploadBits(split.batch);
    state.sampleBits = 0;
    for (auto& profile : state.profiles)
    {
        profile.samples = std::min(profile.samples, split.batch);
    }
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
