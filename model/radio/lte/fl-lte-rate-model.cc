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

constexpr double RLC_BYTES = LteHeaders::RLC_BYTES; //!< header of a transport block [byte]
/// Headers of a packet in it [byte]
constexpr double PACKET_BYTES = LteHeaders::LENGTH_BYTES + LteHeaders::PDCP_BYTES;
/// Duration of ns-3's uplink data: a subframe less the symbol for sounding [s].
constexpr double DATA_S = 1e-3 - 71.43e-6;
/// Most HARQ transmissions of a transport block.
constexpr uint32_t MAX_TRANSMISSIONS = 4;

/**
 * @param order a work order
 * @return its first downlink transfer that carries something; null: there is none
 */
const Transfer*
FirstDownload(const WorkOrder& order)
{
    for (const auto& phase : order.phases)
    {
        const auto* transfer = std::get_if<Transfer>(&phase);
        if (transfer && transfer->direction == Direction::DOWNLINK && transfer->payloadBits > 0)
        {
            return transfer;
        }
    }
    return nullptr;
}

/**
 * @param order a work order
 * @return the grant of its first uplink transfer with one; null: there is none
 */
const Grant*
FirstUplinkGrant(const WorkOrder& order)
{
    for (const auto& phase : order.phases)
    {
        const auto* transfer = std::get_if<Transfer>(&phase);
        if (transfer && transfer->direction == Direction::UPLINK && transfer->grant)
        {
            return &*transfer->grant;
        }
    }
    return nullptr;
}

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
    const uint32_t groups = cell.downlinkBlocks / groupSize;
    LayOut(plan, Direction::UPLINK, cell.uplinkBlocks, LTE_BLOCK_HZ);
    auto owned = LayOut(plan,
                        Direction::DOWNLINK,
                        std::max(groups, 2U) - 1, // the last one is outside the plan
                        LTE_BLOCK_HZ * groupSize);
    for (auto& group : owned)
    {
        for (auto& member : group.members)
        {
            member = m_cell.rntis.at(member);
        }
    }
    for (auto& share : m_shares[static_cast<size_t>(Direction::DOWNLINK)])
    {
        share.blocks *= groupSize;
    }
    PredictDownloads(state, plan, owned);
}

void
LteRateModel::PredictDownloads(const SystemState& state,
                               const Plan& plan,
                               const std::vector<BlockGroup>& owned)
{
    LteDownlinkCell downlink;
    downlink.groups = m_cell.downlinkBlocks / LteGroupSize(m_cell.downlinkBlocks);
    downlink.owned = owned;
    downlink.transport = m_transport;
    LteDownlinkShares shares;
    shares.SetPlan(downlink.groups, owned);
    std::vector<DeviceId> devices;
    m_downloads.resize(state.profiles.size());
    for (const auto& order : plan.orders)
    {
        auto& planned = m_downloads.at(order.device);
        const auto* transfer = FirstDownload(order);
        // Those of an earlier round are active already, and a UE has one queue.
        if (!transfer || order.round < state.round || planned.payloadBits > 0)
        {
            continue;
        }
        planned.payloadBits = transfer->payloadBits;
        planned.seconds = std::numeric_limits<double>::infinity();
        const double startS = DownloadStartS(state, order, *transfer);
        if (std::isfinite(startS))
        {
            devices.push_back(order.device);
            downlink.ues.push_back(MakeDownlinkUe(state, order, *transfer, shares));
            downlink.ues.back().startS = startS;
        }
    }
    const auto seconds = ReplayLteDownlink(downlink);
    for (size_t i = 0; i < devices.size(); ++i)
    {
        m_downloads[devices[i]].seconds = seconds[i];
    }
}

double
LteRateModel::DownloadStartS(const SystemState& state,
                             const WorkOrder& order,
                             const fl::Transfer& download) const
{
    double startS = std::max(state.nowS, order.earliestStartS);
    for (const auto& phase : order.phases)
    {
        const auto* transfer = std::get_if<fl::Transfer>(&phase);
        if (transfer == &download)
        {
            break;
        }
        if (const auto* pause = std::get_if<Idle>(&phase))
        {
            startS += pause->durationS;
        }
        else if (const auto* work = std::get_if<Compute>(&phase))
        {
            startS += work->cycles / work->cpuHz;
        }
        else if (transfer->grant && transfer->payloadBits > 0)
        {
            startS +=
                Transfer(state, order.device, *transfer->grant, transfer->payloadBits).seconds;
        }
    }
    return startS;
}

LteDownlinkUe
LteRateModel::MakeDownlinkUe(const SystemState& state,
                             const WorkOrder& order,
                             const fl::Transfer& download,
                             const LteDownlinkShares& shares) const
{
    LteDownlinkUe ue;
    ue.rnti = m_cell.rntis.at(order.device);
    ue.messageBytes = m_transport.MessageBytes(download.payloadBits, Direction::DOWNLINK);
    ue.windowBytes = InitialWindowBytes(state);
    ue.pendingBytes = m_transport.Window(Direction::DOWNLINK, order.device).flightBytes;
    const int mcs = FindDownlinkMcs(state, order.device, m_cell.cell);
    const uint32_t groupSize = LteGroupSize(m_cell.downlinkBlocks);
    const uint32_t most = shares.GetNAllowed(ue.rnti);
    for (uint32_t n = 0; mcs >= 0 && most > 0 && n <= most; ++n)
    {
        ue.blockBytes.push_back(
            n > 0 ? m_link.DownlinkBytes(static_cast<uint8_t>(mcs), n * groupSize) : 0);
    }
    if (const Grant* answer = FirstUplinkGrant(order))
    {
        const Stream stream = MakeStream(state, order.device, *answer);
        ue.answerBytes = stream.blockBytes;
        ue.answerSubframes = stream.subframes;
    }
    else
    {
        // On blocks outside the plan, or idle ones.
        ue.answerBytes = m_transport.ackBytes + PACKET_BYTES + RLC_BYTES;
    }
    return ue;
}

double
LteRateModel::InitialWindowBytes(const SystemState& state) const
{
    return m_transport.windowStays && state.round > 1 ? std::numeric_limits<double>::infinity()
                                                      : m_transport.initialWindowBytes;
}

int
LteRateModel::FindDownlinkMcs(const SystemState& state, DeviceId device, uint32_t cell) const
{
    const double gain = state.gains(device, cell, Direction::DOWNLINK);
    const double bandHz = m_cell.downlinkBlocks * LTE_BLOCK_HZ;
    const double sinr =
        m_cell.downlinkTxPowerW * gain / (m_cell.downlinkNoiseWPerHz.at(device) * bandHz);
    return m_link.DownlinkMcs(sinr, LteGroupSize(m_cell.downlinkBlocks));
}

std::vector<BlockGroup>
LteRateModel::LayOut(const Plan& plan, Direction direction, uint32_t blocks, double blockHz)
{
    std::vector<std::pair<DeviceId, Grant>> owners;
    std::vector<bool> has(m_shares[static_cast<size_t>(direction)].size(), false); // by device
    for (const auto& order : plan.orders)
    {
        for (const auto& phase : order.phases)
        {
            // A device has one, on which all of its transfers go.
            const auto* transfer = std::get_if<fl::Transfer>(&phase);
            if (transfer && transfer->direction == direction && transfer->grant &&
                transfer->grant->bandwidthHz > 0 && !has.at(order.device))
            {
                has[order.device] = true;
                owners.emplace_back(order.device, *transfer->grant);
            }
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
        return {};
    }
    auto groups = LayOutBlocks(quotas, blocks);
    for (auto& group : groups)
    {
        for (size_t i = 0; i < group.members.size(); ++i)
        {
            auto& member = group.members[i];
            member = owners[member].first;
            m_shares[static_cast<size_t>(direction)].at(member) = {group.count,
                                                                   group.turnShares[i]};
        }
    }
    return groups;
}

LteRateModel::Share
LteRateModel::FindShare(DeviceId device, const Grant& grant) const
{
    const Share share = m_shares[static_cast<size_t>(grant.direction)].at(device);
    if (grant.direction == Direction::UPLINK || share.blocks > 0)
    {
        return share;
    }
    // The downlink's default: a share of all blocks.
    const uint32_t groupSize = LteGroupSize(m_cell.downlinkBlocks);
    const uint32_t blocks = m_cell.downlinkBlocks / groupSize * groupSize;
    const uint32_t planned = blocks - groupSize;
    const double part = grant.bandwidthHz / (planned * LTE_BLOCK_HZ);
    return {blocks, std::clamp(part, 0.0, 1.0)};
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
        const int mcs = FindDownlinkMcs(state, device, grant.cell);
        if (mcs < 0)
        {
            return stream;
        }
        stream.blockBytes = m_link.DownlinkBytes(static_cast<uint8_t>(mcs), share.blocks);
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
    if (grant.direction == Direction::DOWNLINK)
    {
        const auto& planned = m_downloads.at(device);
        return {planned.payloadBits > 0 ? planned.seconds * payloadBits / planned.payloadBits : 0,
                0};
    }
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
    // Until the first segment is acknowledged; the acknowledgement takes a subframe.
    const double ackS = LteDelays::DOWNLINK_S + LTE_SUBFRAME_S +
                        blocksFor(std::min(m_transport.ackAfterBytes, message)) * blockS;
    const double roundTripS = LteDelays::UPLINK_S + ackS;
    // What a window's blocks hold: in the uplink, blocks for what the buffer report was rounded up
    // to; what acknowledgements let through meanwhile goes along.
    const auto sentWith = [&](double window) {
        if (blocksFor(window) * blockS < ackS)
        {
            return window;
        }
        const auto bytes = static_cast<uint32_t>(std::ceil(window * expansion));
        const auto level = BufferSizeLevelBsr::BufferSize2BsrId(bytes);
        return std::max<double>(window, BufferSizeLevelBsr::BsrId2BufferSize(level) / expansion);
    };

    TransferTime time;
    time.airtimeS = blocksFor(message) * stream.transmissions * DATA_S;
    time.seconds = LteDelays::UPLINK_S;
    double left = message;
    double window = InitialWindowBytes(state);
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
