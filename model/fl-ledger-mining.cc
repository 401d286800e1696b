/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * The part of LedgerCoordinator that has a block mined: template, spread, end; transactions are in
 * fl-ledger-coordinator.cc.
 */

#include "fl-client.h"
#include "fl-ledger-coordinator.h"
#include "fl-server.h"

#include "ns3/fl-error.h"
#include "ns3/fl-mining.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/log.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlLedgerMining");

namespace
{

/// Of m_told: nobody sent the template.
constexpr int64_t NOBODY = -1;

} // namespace

// Begin

void
LedgerCoordinator::DoConsensusOver()
{
    if (GetMade().size() == 0)
    {
        SyncCoordinator::DoRoundOver(); // no model, no block
        return;
    }
    BeginMining();
}

void
LedgerCoordinator::BeginMining()
{
    m_isMining = true;
    m_leader = GetLeader();
    m_miningMembers = GetMembers();
    m_mining = MiningRecord();
    m_mining.round = m_round;
    m_mining.startS = NowS();
    m_told.assign(GetNDevices(), NOBODY);
    RecordModel(m_leader);
    m_expected = 0;
    for (auto& node : m_nodes)
    {
        node.unmined = nullptr;
        node.gathered = 0;
    }
    for (const auto server : m_miningMembers)
    {
        Node& node = m_nodes[server];
        for (const auto& transaction : node.own)
        {
            node.gathered += node.ledger->GetLedger().AddTransaction(transaction) ? 1 : 0;
        }
        m_expected += node.gathered;
    }
    PlanMining();
    m_gatherEvent =
        Simulator::Schedule(GetTimeout(), &LedgerCoordinator::HandleGatherTimeout, this);
    m_giveUpEvent = Simulator::Schedule(m_miningTimeout, &LedgerCoordinator::GiveUp, this);
    const auto members = m_miningMembers;
    for (const auto server : members)
    {
        SendTransactions(server, server, m_nodes[server].own);
    }
    TryLead();
    CheckMined(); // with the block of a round that was given up
}

// Template

bool
LedgerCoordinator::IsReady(uint32_t server) const
{
    const auto& ledger = GetLedger(server);
    const uint32_t version = GetModelVersion();
    const auto pending = ledger.GetPending();
    return ledger.GetModelRound() == version &&
           std::any_of(pending.begin(), pending.end(), [version](const Transaction& waiting) {
               return waiting.kind == Transaction::Kind::GLOBAL_MODEL &&
                      waiting.round == version + 1;
           });
}

void
LedgerCoordinator::TryLead()
{
    const Node& node = m_nodes[m_leader];
    if (m_isMining && !node.unmined && node.gathered >= m_expected && IsReady(m_leader))
    {
        Lead();
    }
}

void
LedgerCoordinator::HandleGatherTimeout()
{
    if (m_nodes[m_leader].unmined)
    {
        return;
    }
    // Another one, where the leader's chain is still behind.
    auto candidates = m_miningMembers;
    candidates.insert(candidates.begin(), m_leader);
    const auto ready = std::find_if(candidates.begin(), candidates.end(), [this](uint32_t server) {
        return IsServerRunning(server) && IsReady(server);
    });
    if (ready != candidates.end())
    {
        m_leader = *ready;
        Lead();
        return;
    }
    m_gatherEvent =
        Simulator::Schedule(GetTimeout(), &LedgerCoordinator::HandleGatherTimeout, this);
}

void
LedgerCoordinator::Lead()
{
    m_gatherEvent.Cancel();
    auto& node = *m_nodes[m_leader].ledger;
    auto& ledger = node.GetLedger();
    Block block = ledger.MakeNext(node.GetWho(),
                                  node.GetWho(), // whoever finds the nonce will stand there
                                  Simulator::Now().GetNanoSeconds(),
                                  ledger.GetPending());
    block.ApproveWith(node.GetKey());
    m_mining.leader = m_leader;
    m_mining.templateS = NowS();
    m_mining.templateBytes = static_cast<double>(block.GetSize());
    const auto payload = EncodeBlock(block);
    SpreadTemplate(m_leader, m_leader, std::make_shared<const Block>(std::move(block)), payload);
}

std::string
LedgerCoordinator::ReceiveTemplate(uint32_t server,
                                   uint32_t from,
                                   const std::shared_ptr<const Payload>& payload)
{
    auto& node = m_nodes.at(server);
    auto block = DecodeBlock(*payload);
    const std::string fault = block->FindTemplateFault(GetLedger(server).GetKeys());
    if (!fault.empty())
    {
        return "template: " + fault;
    }
    const auto& end = GetLedger(server).GetEnd();
    if (end.header.height >= block->header.height)
    {
        node.ledger->SendBlock({Participant::Role::SERVER, from}, end); // it is mined already
    }
    else if (m_isMining && (!node.unmined || node.unmined->approval != block->approval))
    {
        SpreadTemplate(server, from, std::move(block), payload);
    }
    return "";
}

void
LedgerCoordinator::SpreadTemplate(uint32_t server,
                                  uint32_t from,
                                  std::shared_ptr<const Block> block,
                                  const std::shared_ptr<const Payload>& payload)
{
    m_nodes[server].unmined = std::move(block);
    m_nodes[server].unminedBytes = payload;
    for (const auto neighbour : GraphLeft().GetNeighbours(server))
    {
        if (neighbour != from)
        {
            ServerOf(server).SendLedger({Participant::Role::SERVER, neighbour},
                                        MakeLedgerMessage(LedgerItem::TEMPLATE, payload));
        }
    }
    TellMiners();
}

void
LedgerCoordinator::TellMiners()
{
    for (DeviceId device = 0; m_isMining && device < GetNDevices(); ++device)
    {
        const uint32_t server = m_homes[device];
        const auto& node = m_nodes[server];
        if (node.unmined && m_told[device] != server && IsServerRunning(server) &&
            ServerOf(server).SendLedger({Participant::Role::DEVICE, device},
                                        MakeLedgerMessage(LedgerItem::TEMPLATE, node.unminedBytes)))
        {
            m_told[device] = server;
        }
    }
}

// Blocks

std::string
LedgerCoordinator::DoNotifyLedger(const Participant& from,
                                  const Message& message,
                                  uint32_t receiver)
{
    try
    {
        const auto item = ItemOf(message);
        const bool isServer = from.role == Participant::Role::SERVER;
        if (item == LedgerItem::TRANSACTIONS && isServer)
        {
            return ReceiveTransactions(receiver, from.id, *message.payload);
        }
        if (item == LedgerItem::TEMPLATE && isServer)
        {
            return ReceiveTemplate(receiver, from.id, message.payload);
        }
        return m_nodes.at(receiver).ledger->Receive(from, item, *message.payload);
    }
    catch (const InvalidInput& error)
    {
        return Describe("damaged LEDGER: ", error.what());
    }
}

std::vector<Participant>
LedgerCoordinator::PeersOf(uint32_t server) const
{
    std::vector<Participant> peers;
    for (const auto neighbour : GraphLeft().GetNeighbours(server))
    {
        peers.push_back({Participant::Role::SERVER, neighbour});
    }
    for (DeviceId device = 0; device < GetNDevices(); ++device)
    {
        if (m_homes[device] == server)
        {
            peers.push_back({Participant::Role::DEVICE, device});
        }
    }
    return peers;
}

void
LedgerCoordinator::DeviceTook(DeviceId device, const std::shared_ptr<const Block>& block)
{
    const Digest hash = block->header.GetHash();
    const auto known = m_blockIndex.find(hash);
    if (known != m_blockIndex.end())
    {
        m_blocks[known->second].heardS.emplace(device, NowS());
        return;
    }
    BlockRecord record;
    record.hash = hash;
    record.height = block->header.height;
    record.round = m_round;
    record.miner = device;
    record.server = m_homes[device];
    record.foundS = NowS();
    const double ownRate = m_clients[device]->GetMiner()->GetHashRate();
    double rates = ownRate;
    for (DeviceId other = 0; other < GetNDevices(); ++other)
    {
        const auto& miner = *m_clients[other]->GetMiner();
        if (other != device && miner.IsSearching())
        {
            record.weights[other] = miner.GetHashRate();
            rates += miner.GetHashRate();
        }
    }
    for (auto& [other, weight] : record.weights)
    {
        weight /= rates;
    }
    record.intervalS = m_options.rule.isRace ? m_options.rule.hashes / rates : ABSENT;
    m_blockIndex[hash] = m_blocks.size();
    m_blocks.push_back(std::move(record));
}

void
LedgerCoordinator::BlockTaken(uint32_t server, const Block& block)
{
    const auto known = m_blockIndex.find(block.header.GetHash());
    if (known != m_blockIndex.end())
    {
        auto& record = m_blocks[known->second];
        record.holders.insert(server);
        if (server == m_leader)
        {
            record.leaderS = NowS();
        }
        if (std::isnan(record.spreadS) && std::includes(record.holders.begin(),
                                                        record.holders.end(),
                                                        m_miningMembers.begin(),
                                                        m_miningMembers.end()))
        {
            record.spreadS = NowS();
        }
    }
    CheckMined();
}

void
LedgerCoordinator::CheckMined()
{
    const uint32_t version = GetModelVersion();
    if (!m_isMining || GetLedger(m_leader).GetModelRound() <= version)
    {
        TryLead(); // what the leader lacked may have come
        return;
    }
    const Digest& end = GetLedger(m_leader).GetEndHash();
    const bool agree =
        std::all_of(m_miningMembers.begin(), m_miningMembers.end(), [&](uint32_t server) {
            return GetLedger(server).GetEndHash() == end;
        });
    m_endEvent.Cancel();
    if (agree)
    {
        // The next round's grants may leave a device without a link to its server.
        m_endEvent = Simulator::Schedule(std::min(Seconds(m_downloadS), GetTimeout()),
                                         &LedgerCoordinator::EndMining,
                                         this);
    }
    else if (!IsPending(m_spreadEvent))
    {
        m_spreadEvent = Simulator::Schedule(GetTimeout(), &LedgerCoordinator::EndMining, this);
    }
}

void
LedgerCoordinator::EndMining()
{
    if (GetLedger(m_leader).GetModelRound() <= GetModelVersion())
    {
        return; // another one leads since, who lacks the block
    }
    m_isMining = false;
    m_gatherEvent.Cancel();
    m_spreadEvent.Cancel();
    m_endEvent.Cancel();
    m_giveUpEvent.Cancel();
    m_mining.endS = NowS();
    m_mining.servers = static_cast<uint32_t>(m_miningMembers.size());
    const auto found = m_blockIndex.find(FindModelBlock(GetModelVersion() + 1)->header.GetHash());
    if (found != m_blockIndex.end())
    {
        const auto& block = m_blocks[found->second];
        m_mining.miner = block.miner;
        m_mining.foundS = block.foundS;
        m_mining.leaderS = block.leaderS;
        ++m_reputation[block.server];
    }
    m_minedTrace(m_mining);
    if (m_running)
    {
        SyncCoordinator::DoRoundOver();
    }
}

void
LedgerCoordinator::GiveUp()
{
    const std::string why = Describe("no block was mined for ", m_miningTimeout.GetSeconds(), " s");
    AbortRun();
    m_running = true; // the servers do: they say goodbye
    End(why);
}

void
LedgerCoordinator::CancelEvents()
{
    m_isMining = false;
    m_gatherEvent.Cancel();
    m_spreadEvent.Cancel();
    m_endEvent.Cancel();
    m_giveUpEvent.Cancel();
    for (auto& node : m_nodes)
    {
        // The round begins anew, and signs anew; a block of it that exists still counts.
        node.ledger->GetLedger().ForgetPending();
        node.own.clear();
        node.trained.clear();
    }
    m_signed.clear();
    ConsensusCoordinator::CancelEvents();
}

// Who comes and goes

void
LedgerCoordinator::DoServerLost(uint32_t server)
{
    ConsensusCoordinator::DoServerLost(server);
    if (!m_isMining)
    {
        return;
    }
    std::vector<uint32_t> running;
    for (const auto member : m_miningMembers)
    {
        if (IsServerRunning(member))
        {
            running.push_back(member);
        }
    }
    if (running.empty())
    {
        return; // servers that take no part in this round: the block can still come from devices
    }
    if (!IsServerRunning(m_leader))
    {
        const auto heir = std::find_if(running.begin(), running.end(), [this](uint32_t member) {
            return m_nodes[member].unmined != nullptr;
        });
        m_leader = heir == running.end() ? running.front() : *heir;
    }
    for (const auto& part : GraphLeft().GetParts())
    {
        if (std::binary_search(part.begin(), part.end(), m_leader))
        {
            m_miningMembers.clear();
            std::set_intersection(part.begin(),
                                  part.end(),
                                  running.begin(),
                                  running.end(),
                                  std::back_inserter(m_miningMembers));
        }
    }
    auto& node = m_nodes[m_leader];
    if (!node.unmined && !IsReady(m_leader) &&
        GetLedger(m_leader).GetModelRound() == GetModelVersion())
    {
        // The model's transaction was lost with who signed it; the leader has the model.
        RecordModel(m_leader);
        node.gathered += node.ledger->GetLedger().AddTransaction(node.own.back()) ? 1 : 0;
    }
    PlanMining();
    TellMiners();
    CheckMined();
}

void
LedgerCoordinator::DoJoined()
{
    ConsensusCoordinator::DoJoined();
    TellMiners();
}

void
LedgerCoordinator::DoNotifyLeft(DeviceId device, uint32_t server)
{
    ConsensusCoordinator::DoNotifyLeft(device, server);
    if (device < m_told.size() && m_told[device] == server)
    {
        m_told[device] = NOBODY;
    }
}

} // namespace fl
} // namespace ns3
