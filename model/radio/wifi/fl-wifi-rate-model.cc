/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-wifi-rate-model.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Number of rounds with independent backoffs per expectation.
constexpr uint32_t DRAWS = 15;

} // namespace

WifiRateModel::WifiRateModel(WifiAirtimeCell cell,
                             uint32_t cellId,
                             const SystemState& state,
                             const Plan& plan)
    : m_cell(std::move(cell)),
      m_cellId(cellId)
{
    for (auto& payload : m_payloadBits)
    {
        payload.assign(m_cell.stations.size(), 0);
    }
    m_cell.nowS = state.nowS;
    for (const auto& order : plan.orders)
    {
        AddWork(state, order);
    }
    m_results = ExpectWifiRound(m_cell, m_cell.maxBackoffSlots > 0 ? DRAWS : 1);
}

void
WifiRateModel::AddWork(const SystemState& state, const WorkOrder& order)
{
    auto& station = m_cell.stations.at(order.device);
    const bool isUnderWay = order.round < state.round;
    const bool isFirst = !(station.downloadBytes > 0 || station.uploadBytes > 0);
    double startS = std::max(state.nowS, order.earliestStartS);
    double computeS = 0;
    bool isDownloaded = false;
    for (const auto& phase : order.phases)
    {
        if (const auto* pause = std::get_if<Idle>(&phase))
        {
            // A pause behind the download is as good as computing.
            (isDownloaded ? computeS : startS) += isUnderWay ? 0 : pause->durationS;
        }
        else if (const auto* work = std::get_if<Compute>(&phase))
        {
            computeS += isUnderWay ? 0 : work->cycles / work->cpuHz;
        }
        else
        {
            const auto& transfer = std::get<fl::Transfer>(phase);
            const bool up = transfer.direction == Direction::UPLINK;
            if (transfer.payloadBits > 0 && (up || !isUnderWay))
            {
                isDownloaded = isDownloaded || !up;
                (up ? station.uploadBytes : station.downloadBytes) +=
                    m_cell.transport.MessageBytes(transfer.payloadBits, transfer.direction);
                m_payloadBits[static_cast<size_t>(transfer.direction)][order.device] +=
                    transfer.payloadBits;
            }
        }
    }
    // Of several orders, from the first one's start on, and as long as the longest one's computing.
    station.startS = isFirst ? startS : std::min(station.startS, startS);
    station.computeS = isFirst ? computeS : std::max(station.computeS, computeS);
}

double
WifiRateModel::RateBps(const SystemState&, DeviceId device, const Grant& grant) const
{
    const auto& station = m_cell.stations.at(device);
    const auto& link = grant.direction == Direction::UPLINK ? station.uplink : station.downlink;
    return grant.cell == m_cellId ? link.symbolBits / link.symbolS : 0;
}

double
WifiRateModel::RoundedHz(DeviceId device, const Grant& grant) const
{
    return grant.direction == Direction::UPLINK ? m_cell.stations.at(device).uplinkHz
                                                : grant.bandwidthHz;
}

TransferTime
WifiRateModel::Transfer(const SystemState&,
                        DeviceId device,
                        const Grant& grant,
                        double payloadBits) const
{
    const bool up = grant.direction == Direction::UPLINK;
    const double plannedBits = m_payloadBits[static_cast<size_t>(grant.direction)].at(device);
    const auto& result = m_results.at(device);
    const double part = plannedBits > 0 ? payloadBits / plannedBits : 0;
    return {part * (up ? result.uploadS : result.downloadS), up ? part * result.airtimeS : 0};
}

} // namespace fl
} // namespace ns3
