/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * The part of LedgerCoordinator that plans and predicts how a block is mined: whose template
 * reaches which device by which server, with which grants; what is sent is in fl-ledger-mining.cc.
 */

#include "fl-client.h"
#include "fl-ledger-coordinator.h"
#include "fl-server.h"

#include "ns3/fl-mining.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

namespace
{

/// @return size of a message with an item of the ledger [byte] @param payloadBytes of it [byte]
double
MessageBytes(double payloadBytes)
{
    return static_cast<double>(MessageHeader::SIZE + sizeof(LedgerItem)) + payloadBytes;
}

} // namespace

std::vector<uint32_t>
LedgerCoordinator::ChooseHomes(const SystemState& state) const
{
    std::vector<uint32_t> homes(GetNDevices(), m_leader);
    for (DeviceId device = 0; device < GetNDevices(); ++device)
    {
        double best = -1;
        for (const auto server : m_miningMembers)
        {
            double gain = 0;
            for (uint32_t i = 0; server < state.cells.size() && i < state.gains.SubChannels(); ++i)
            {
                gain += state.gains(device, server, Direction::UPLINK, i);
            }
            if (gain > best && ServerOf(server).IsConnected(device))
            {
                best = gain;
                homes[device] = server;
            }
        }
    }
    return homes;
}

double
LedgerCoordinator::GetSearchS() const
{
    double total = 0;
    double fastest = 0;
    for (const auto& client : m_clients)
    {
        const double rate = client->GetMiner()->GetHashRate();
        total += rate;
        fastest = std::max(fastest, rate);
    }
    const auto& rule = m_options.rule;
    return rule.isRace ? rule.hashes / total
                       : DeterministicMiningS(rule.hashes, fastest, 0, rule.zeta);
}

void
LedgerCoordinator::PlanMining()
{
    const SystemState state = Observe();
    m_homes = ChooseHomes(state);
    if (!m_radio)
    {
        return;
    }
    Block block;
    for (const auto server : m_miningMembers)
    {
        const auto& own = m_nodes[server].own;
        block.transactions.insert(block.transactions.end(), own.begin(), own.end());
    }
    m_mining.templateBytes = static_cast<double>(block.GetSize());
    const double bits = 8 * m_mining.templateBytes;
    std::vector<DeviceId> devices;
    for (DeviceId device = 0; device < GetNDevices(); ++device)
    {
        // A device that still sends what it was told to stop keeps its grant for that.
        if (!m_orders.HasOrders(device))
        {
            devices.push_back(device);
        }
    }
    double bandHz = INFINITY;
    for (const auto& cell : state.cells)
    {
        bandHz = std::min(bandHz, cell.uplinkBandwidthHz);
    }
    if (devices.empty() || !HasBand(state))
    {
        return;
    }
    Plan plan;
    const double widthHz = bandHz / static_cast<double>(devices.size());
    for (const auto device : devices)
    {
        const uint32_t server = m_homes[device];
        WorkOrder order;
        order.device = device;
        order.server = server;
        order.task = state.task;
        order.round = state.round;
        order.baseVersion = state.modelVersion;
        order.earliestStartS = state.nowS;
        const Grant grant{server,
                          Direction::UPLINK,
                          widthHz * static_cast<double>(plan.orders.size()),
                          widthHz,
                          state.profiles[device].maxTxPowerW};
        order.phases.emplace_back(Transfer{server, Direction::DOWNLINK, bits, {}});
        order.phases.emplace_back(Idle{GetSearchS()});
        order.phases.emplace_back(
            Transfer{server, Direction::UPLINK, bits, grant, PayloadKind::UPDATE});
        plan.orders.push_back(std::move(order));
    }
    PredictMining(plan, Enforce(state, plan));
}

double
LedgerCoordinator::GetPathS(uint32_t server, double bytes) const
{
    // Breadth first, from the leader.
    const auto graph = GraphLeft();
    std::vector<uint32_t> reached{m_leader};
    std::map<uint32_t, uint32_t> hops{{m_leader, 0}};
    for (size_t i = 0; i < reached.size(); ++i)
    {
        for (const auto next : graph.GetNeighbours(reached[i]))
        {
            if (hops.emplace(next, hops[reached[i]] + 1).second)
            {
                reached.push_back(next);
            }
        }
    }
    const auto found = hops.find(server);
    return found == hops.end() || found->second == 0 ? 0 : found->second * GetLinkS(bytes);
}

void
LedgerCoordinator::PredictMining(const Plan& plan, const Outcome& predicted)
{
    const auto rateOf = [&](size_t i) {
        return m_clients[plan.orders[i].device]->GetMiner()->GetHashRate();
    };
    double total = 0;
    size_t fastest = 0;
    for (size_t i = 0; i < plan.orders.size(); ++i)
    {
        total += rateOf(i);
        fastest = rateOf(i) > rateOf(fastest) ? i : fastest;
    }
    m_downloadS = 0;
    m_mining.predictedSearchS = GetSearchS();
    m_mining.predictedS = m_mining.predictedSearchS;
    for (size_t i = 0; i < plan.orders.size(); ++i)
    {
        // Of a device that nothing reaches there is no prediction.
        const double downloadS = predicted.work[i].downloadS;
        m_downloadS = std::isfinite(downloadS) ? std::max(m_downloadS, downloadS) : m_downloadS;
        const double wins = m_options.rule.isRace ? rateOf(i) / total : (i == fastest ? 1 : 0);
        if (wins > 0)
        {
            const auto& work = predicted.work[i];
            const double bytes = MessageBytes(m_mining.templateBytes);
            m_mining.predictedS +=
                wins * (work.downloadS + work.uploadS + 2 * GetPathS(plan.orders[i].server, bytes));
        }
    }
}

} // namespace fl
} // namespace ns3
