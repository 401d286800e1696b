/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-lte-rate-model.h"

#include "fl-lte-blocks.h"

#include "ns3/lte-common.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/// RLC UM with 10-bit sequence numbers (3GPP TS 36.322, 6.2.1.3), per transport block [byte].
constexpr double RLC_BYTES = 2;
/// A length indicator of RLC per packet [byte], and PDCP's header.
constexpr double PACKET_BYTES = 1.5 + 2;
/// ns-3 sends data for a subframe less the symbol that is kept for sounding [s].
constexpr double DATA_S = 1e-3 - 71.43e-6;
/// HARQ gives up after so many transmissions.
constexpr uint32_t MAX_TRANSMISSIONS = 4;

} // namespace

LteRateModel::LteRateModel(const Cell& cell,
                           const SystemState& state,
                           const Plan& plan,
                           const TransportProfile& transport)
    : m_cell(cell),
      m_transport(transport)
{
    for (auto& shares : m_shares)
    {
        shares.resize(state.profiles.size());
    }
    const uint32_t groupSize = LteGroupSize(cell.downlinkBlocks);
    const uint32_t groups = std::max(cell.downlinkBlocks / groupSize, 2U) - 1;
    LayOut(plan, Direction::UPLINK, cell.uplinkBlocks, LTE_BLOCK_HZ);
    LayOut(plan, Direction::DOWNLINK, groups, LTE_BLOCK_HZ * groupSize);
    for (auto& share : m_shares[static_cast<size_t>(Direction::DOWNLINK)])
    {
        share.blocks *= groupSize;
    }
}

void
LteRateModel::LayOut(const Plan& plan, Direction direction, uint32_t blocks, double blockHz)
{
    std::vector<std::pair<DeviceId, Grant>> owners;
    for (const auto& order : plan.orders)
    {
        const auto* transfer = order.FindTransfer(direction);
        if (transfer && transfer->grant && transfer->grant->bandwidthHz > 0)
        {
            owners.emplace_back(order.device, *transfer->grant);
        }
    }
    std::sort(owners.begin(), owners.end(), [](const auto& a, const auto& b) {
        return a.second.startHz != b.second.startHz ? a.second.startHz < b.second.startHz
                                                    : a.first < b.first;
    });
    std::vector<double> quotas;
    for (const auto& owner : owners)
    {
        quotas.push_back(owner.second.bandwidthHz / blockHz);
    }
    if (blocks == 0)
    {
        return;
    }
    for (const auto& group : LayOutBlocks(quotas, blocks))
    {
        for (size_t i = 0; i < group.members.size(); ++i)
        {
            const auto device = owners[group.members[i]].first;
            m_shares[static_cast<size_t>(direction)].at(device) = {group.count,
                                                                   group.turnShares[i]};
        }
    }
}

LteRateModel::Share
LteRateModel::FindShare(DeviceId device, const Grant& grant) const
{
    const Share share = m_shares[static_cast<size_t>(grant.direction)].at(device);
    if (grant.direction == Direction::UPLINK || share.blocks > 0)
    {
        return share;
    }
    // The default of the downlink: a part of all blocks.
    const uint32_t groupSize = LteGroupSize(m_cell.downlinkBlocks);
    const uint32_t blocks = m_cell.downlinkBlocks / groupSize * groupSize;
    const uint32_t planned = blocks - groupSize;
    const double part = grant.bandwidthHz / (planned * LTE_BLOCK_HZ);
    return {blocks, std::clamp(part, 0.0, 1.0)};
}

bool
LteRateModel::IsDefault(DeviceId device) const
{
    return m_shares[static_cast<size_t>(Direction::DOWNLINK)].at(device).blocks == 0;
}

LteRateModel::Stream
LteRateModel::MakeStream(const SystemState& state, DeviceId device, const Grant& grant) const
{
    const Share share = FindShare(device, grant);
    const double gain = state.gains(device, grant.cell, grant.direction);
    Stream stream;
    if (share.blocks == 0 || !(share.turns > 0) || !(gain > 0))
    {
        return stream;
    }
    double transmissions = 1;
    if (grant.direction == Direction::UPLINK)
    {
        const double sinr =
            grant.txPowerW * gain / (m_cell.uplinkNoiseWPerHz * share.blocks * LTE_BLOCK_HZ);
        if (!(sinr > 0))
        {
            return stream;
        }
        const uint8_t mcs = m_link.UplinkMcs(sinr, share.blocks);
        stream.blockBytes = m_link.UplinkBytes(mcs, share.blocks);
        transmissions = m_link.ExpectedTransmissions(sinr,
                                                     mcs,
                                                     share.blocks,
                                                     static_cast<uint32_t>(stream.blockBytes),
                                                     MAX_TRANSMISSIONS);
    }
    else
    {
        const double bandHz = m_cell.downlinkBlocks * LTE_BLOCK_HZ;
        const double sinr =
            m_cell.downlinkTxPowerW * gain / (m_cell.downlinkNoiseWPerHz.at(device) * bandHz);
        const int mcs = m_link.DownlinkMcs(sinr, LteGroupSize(m_cell.downlinkBlocks));
        if (mcs < 0)
        {
            return stream;
        }
        stream.blockBytes = m_link.DownlinkBytes(static_cast<uint8_t>(mcs), share.blocks);
        if (IsDefault(device))
        {
            // Not in turn, but side by side.
            stream.blockBytes *= share.turns;
            stream.transmissions = 1;
            stream.subframes = 1;
            return stream;
        }
    }
    stream.transmissions = transmissions;
    stream.subframes = transmissions / share.turns;
    return stream;
}

double
LteRateModel::RateBps(const SystemState& state, DeviceId device, const Grant& grant) const
{
    const Stream stream = MakeStream(state, device, grant);
    return stream.blockBytes > 0 ? 8 * stream.blockBytes / (stream.subframes * LTE_SUBFRAME_S) : 0;
}

double
LteRateModel::RoundedHz(DeviceId device, const Grant& grant) const
{
    const Share share = FindShare(device, grant);
    return share.blocks * share.turns * LTE_BLOCK_HZ;
}

TransferTime
LteRateModel::Transfer(const SystemState& state,
                       DeviceId device,
                       const Grant& grant,
                       double payloadBits) const
{
    const Stream stream = MakeStream(state, device, grant);
    if (!(stream.blockBytes > RLC_BYTES) || !std::isfinite(stream.subframes))
    {
        const double never = std::numeric_limits<double>::infinity();
        return {never, never};
    }
    const double message = m_transport.MessageBytes(payloadBits, grant.direction);
    const double packets = std::ceil(message / m_transport.segmentBytes);
    const double expansion = 1 + packets * (m_transport.headerBytes + PACKET_BYTES) / message;
    const auto blocksFor = [&](double bytes) {
        return std::ceil(bytes * expansion / (stream.blockBytes - RLC_BYTES));
    };
    const double blockS = stream.subframes * LTE_SUBFRAME_S;
    // Until what was sent first is acknowledged; the acknowledgement takes a subframe.
    const double ackS = DOWNLINK_DELAY_S + LTE_SUBFRAME_S +
                        blocksFor(std::min(m_transport.ackAfterBytes, message)) * blockS;
    const double roundTripS = UPLINK_DELAY_S + ackS;
    // What a window's blocks hold: in the uplink, blocks for what the buffer report was rounded up
    // to; what acknowledgements let through meanwhile goes along.
    const auto sentWith = [&](double window) {
        if (grant.direction == Direction::DOWNLINK || blocksFor(window) * blockS < ackS)
        {
            return window;
        }
        const auto bytes = static_cast<uint32_t>(std::ceil(window * expansion));
        const auto level = BufferSizeLevelBsr::BufferSize2BsrId(bytes);
        return std::max<double>(window, BufferSizeLevelBsr::BsrId2BufferSize(level) / expansion);
    };

    TransferTime time;
    time.airtimeS = blocksFor(message) * stream.transmissions * DATA_S;
    time.seconds = grant.direction == Direction::UPLINK ? UPLINK_DELAY_S : DOWNLINK_DELAY_S;
    double left = message;
    double window = m_transport.windowStays && state.round > 1
                        ? std::numeric_limits<double>::infinity()
                        : m_transport.initialWindowBytes;
    while (left > window && blocksFor(window) * blockS < roundTripS)
    {
        const double sent = std::min(sentWith(window), left);
        time.seconds += std::max(roundTripS, blocksFor(sent) * blockS);
        left -= sent;
        window *= 2;
    }
    time.seconds += blocksFor(left) * blockS;
    return time;
}

} // namespace fl
} // namespace ns3
