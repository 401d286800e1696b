/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * The part of LedgerCoordinator that signs, and adopts what the chain has; mining is in
 * fl-ledger-mining.cc.
 */

#include "fl-ledger-coordinator.h"

#include "fl-client.h"
#include "fl-global-model.h"
#include "fl-server.h"

#include "ns3/fl-codec.h"
#include "ns3/fl-error.h"
#include "ns3/fl-mining.h"
#include "ns3/fl-mix-seed.h"
#include "ns3/fl-ns3-compat.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(LedgerCoordinator);

namespace
{

/// @return a server as a participant @param number its number
Participant
ServerNamed(uint32_t number)
{
    return {Participant::Role::SERVER, number};
}

/// @return whether the order's server trains @param order a work order
bool
TrainsAtServer(const WorkOrder& order)
{
    return std::any_of(order.phases.begin(), order.phases.end(), [](const Phase& phase) {
        const auto* compute = std::get_if<Compute>(&phase);
        return compute && compute->node == ComputeNode::SERVER;
    });
}

} // namespace

TypeId
LedgerCoordinator::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::LedgerCoordinator")
            .SetParent<ConsensusCoordinator>()
            .SetGroupName("Fl")
            .AddConstructor<LedgerCoordinator>()
            .AddAttribute("MiningTimeout",
                          "How long servers wait for a round's block; then the run ends: nobody "
                          "may be left that mines",
                          TimeValue(Seconds(3600)),
                          MakeTimeAccessor(&LedgerCoordinator::m_miningTimeout),
                          MakeTimeChecker(NanoSeconds(1)))
            .AddTraceSource("Mined",
                            "A round's block is on the chain of all servers",
                            MakeTraceSourceAccessor(&LedgerCoordinator::m_minedTrace),
                            "ns3::fl::LedgerCoordinator::MinedCallback");
    return tid;
}

LedgerCoordinator::LedgerCoordinator() = default;

LedgerCoordinator::~LedgerCoordinator() = default;

void
LedgerCoordinator::DoDispose()
{
    ConsensusCoordinator::DoDispose();
    m_nodes.clear();
    m_candidates.clear();
}

void
LedgerCoordinator::SetLedger(const LedgerOptions& options,
                             const std::map<Participant, SigningKey>& keys,
                             std::shared_ptr<const Block> genesis)
{
    m_options = options;
    for (uint32_t server = 0; server < GetNServers(); ++server)
    {
        const auto key = keys.find(ServerNamed(server));
        if (key == keys.end())
        {
            throw InvalidInput(Describe("server ", server, ": must have a key"));
        }
        LedgerNode::Setup setup;
        setup.who = key->first;
        setup.key = key->second;
        setup.genesis = genesis;
        setup.targetBits = options.realBits;
        setup.send = [this, server](const Participant& to, Message&& message) {
            return ServerOf(server).SendLedger(to, std::move(message));
        };
        setup.taken = [this, server](const auto& block, Ledger::Result) {
            BlockTaken(server, *block);
        };
        setup.peers = [this, server] { return PeersOf(server); };
        m_nodes.emplace_back();
        m_nodes.back().ledger = std::make_unique<LedgerNode>(std::move(setup));
    }
    m_reputation.assign(GetNServers(), 0);
}

void
LedgerCoordinator::DoInitialize(GlobalModel& model)
{
    if (m_nodes.size() != GetNServers())
    {
        throw InvalidInput(Describe("ns3::fl::LedgerCoordinator: ",
                                    m_nodes.size(),
                                    " servers with a ledger: must be ",
                                    GetNServers()));
    }
    double rates = 0;
    for (DeviceId device = 0; device < GetNDevices(); ++device)
    {
        const auto miner = m_clients[device] ? m_clients[device]->GetMiner() : nullptr;
        if (!miner)
        {
            throw InvalidInput(Describe("device ", device, ": must have a Miner with a ledger"));
        }
        rates += miner->GetHashRate();
        miner->SetTaken([this](DeviceId who, const auto& block) { DeviceTook(who, block); });
    }
    if (!(rates > 0))
    {
        throw InvalidInput(
            Describe("hash rates of ", GetNDevices(), " devices: must be above 0 for one of them"));
    }
    m_homes.assign(GetNDevices(), 0);
    m_told.assign(GetNDevices(), -1);
    m_before.assign(GetNDevices(), MiningShare());
    ConsensusCoordinator::DoInitialize(model);
}

const Ledger&
LedgerCoordinator::GetLedger(uint32_t server) const
{
    return m_nodes.at(server).ledger->GetLedger();
}

uint32_t
LedgerCoordinator::GetLeaderNumber() const
{
    return m_leader;
}

// Transactions

void
LedgerCoordinator::DoCheckUpdate(const WorkOrder& order, const Message& message)
{
    if (!message.payload)
    {
        throw InvalidInput("UPDATE without a payload: must have one with a ledger");
    }
    const auto digest = Sha256(message.payload->GetData(), message.payload->GetSize());
    if (TrainsAtServer(order))
    {
        m_nodes.at(order.server).trained[order.device] = digest;
        return;
    }
    ByteReader reader(message.prefix);
    WorkReport report;
    if (!Parse(reader, report))
    {
        throw InvalidInput("UPDATE without a report");
    }
    auto transaction = Transaction::ReadFrom(reader);
    const Participant device{Participant::Role::DEVICE, order.device};
    const auto& keys = GetLedger(order.server).GetKeys();
    if (!reader.IsGood() || transaction.kind != Transaction::Kind::LOCAL_GRADIENT ||
        !(transaction.sender == device) || transaction.round != GetModelVersion() + 1 ||
        transaction.payloadDigest != digest || !transaction.FindFault(keys).empty())
    {
        throw InvalidInput(Describe("UPDATE of device ",
                                    order.device,
                                    ": its transaction must be of the update, and signed"));
    }
    m_signed[order.device] = std::move(transaction);
}

void
LedgerCoordinator::DoMerging(const std::map<DeviceId, KeptUpdate>& updates)
{
    for (auto& node : m_nodes)
    {
        node.own.clear();
        node.values = 0;
    }
    for (const auto& [device, update] : updates)
    {
        const auto transaction = m_signed.find(device);
        if (transaction != m_signed.end())
        {
            m_nodes.at(update.server).own.push_back(transaction->second);
        }
    }
    for (uint32_t server = 0; server < m_nodes.size(); ++server)
    {
        std::vector<uint8_t> digests;
        for (const auto& [device, digest] : std::exchange(m_nodes[server].trained, {}))
        {
            if (updates.count(device) > 0)
            {
                AppendBytes(digests, digest);
            }
        }
        if (!digests.empty())
        {
            Record(server, Transaction::Kind::LOCAL_GRADIENT, 0, std::move(digests), true);
        }
    }
    m_signed.clear();
}

void
LedgerCoordinator::DoNotifyValue(uint32_t server, const Eigen::VectorXf& value)
{
    Record(server,
           Transaction::Kind::SERVER_GRADIENT,
           m_nodes[server].values++,
           Encode(Encoding::FLOAT32, value),
           false);
}

void
LedgerCoordinator::Record(uint32_t server,
                          Transaction::Kind kind,
                          uint32_t exchange,
                          std::vector<uint8_t> payload,
                          bool isKept)
{
    Node& node = m_nodes[server];
    Transaction transaction;
    transaction.kind = kind;
    transaction.sender = ServerNamed(server);
    transaction.round = GetModelVersion() + 1;
    transaction.consensusRound = exchange;
    transaction.SetPayload(std::move(payload), isKept);
    transaction.SignWith(node.ledger->GetKey());
    node.own.push_back(std::move(transaction));
}

void
LedgerCoordinator::RecordModel(uint32_t server)
{
    auto bytes = Encode(Encoding::FLOAT32, GetMade());
    m_candidates[Sha256(bytes)] = GetMade();
    Record(server, Transaction::Kind::GLOBAL_MODEL, 0, std::move(bytes), false);
}

void
LedgerCoordinator::SendTransactions(uint32_t server,
                                    uint32_t from,
                                    const std::vector<Transaction>& transactions)
{
    std::vector<uint8_t> bytes;
    AppendBytes(bytes, GetLedger(server).GetEndHash());
    for (const auto& transaction : transactions)
    {
        transaction.AppendTo(bytes);
    }
    const auto payload = std::make_shared<const Payload>(std::move(bytes));
    for (const auto neighbour : GraphLeft().GetNeighbours(server))
    {
        if (neighbour != from)
        {
            ServerOf(server).SendLedger(ServerNamed(neighbour),
                                        MakeLedgerMessage(LedgerItem::TRANSACTIONS, payload));
        }
    }
}

std::string
LedgerCoordinator::ReceiveTransactions(uint32_t server, uint32_t from, const Payload& payload)
{
    Node& node = m_nodes.at(server);
    auto& ledger = node.ledger->GetLedger();
    ByteReader reader(payload.GetData(), payload.GetSize());
    Digest end{};
    ReadBytes(reader, end);
    std::vector<Transaction> fresh;
    std::string fault;
    while (reader.IsGood() && reader.GetLeft() > 0)
    {
        auto transaction = Transaction::ReadFrom(reader);
        // One that is known already comes in circles of the graph. After its round it is replayed.
        if (ledger.AddTransaction(transaction))
        {
            node.gathered += transaction.round == GetModelVersion() + 1 ? 1 : 0;
            fresh.push_back(std::move(transaction));
        }
        else if (transaction.round <= GetModelVersion() ||
                 !transaction.FindFault(ledger.GetKeys()).empty())
        {
            fault = "transaction: " + ledger.GetFault();
        }
    }
    if (!reader.IsGood())
    {
        return "TRANSACTIONS that end in the middle of one";
    }
    if (!ledger.Find(end))
    {
        node.ledger->Request(ServerNamed(from), end);
    }
    if (!fresh.empty())
    {
        SendTransactions(server, from, fresh);
    }
    TryLead();
    return fault;
}

// Leaders and models

uint32_t
LedgerCoordinator::DoChooseLeader(const std::vector<uint32_t>& running)
{
    if (m_options.leader == LedgerLeader::SMALLEST)
    {
        return running.front();
    }
    // A draw for each server: it stays the same while the others come and go.
    const auto rank = [this](uint32_t server) -> uint64_t {
        constexpr uint64_t LEADERS = 4; // stream of the seed
        return m_options.leader == LedgerLeader::RANDOM
                   ? MixSeed({m_options.seed, LEADERS, m_round, server})
                   : m_reputation[server];
    };
    return *std::max_element(running.begin(), running.end(), [&rank](uint32_t a, uint32_t b) {
        return rank(a) < rank(b);
    });
}

const Block*
LedgerCoordinator::FindModelBlock(uint32_t version) const
{
    const auto chain = GetLedger(m_leader).GetChain();
    for (auto block = chain.rbegin(); block != chain.rend(); ++block)
    {
        for (const auto& transaction : (*block)->transactions)
        {
            if (transaction.kind == Transaction::Kind::GLOBAL_MODEL && transaction.round == version)
            {
                return block->get();
            }
        }
    }
    return nullptr;
}

uint32_t
LedgerCoordinator::DoAggregate(GlobalModel& model)
{
    if (GetMade().size() > 0)
    {
        const uint32_t version = model.GetVersion() + 1;
        const Block* block = FindModelBlock(version);
        if (!block)
        {
            throw std::logic_error(Describe("the chain has no model of version ", version));
        }
        const auto recorded =
            std::find_if(block->transactions.begin(),
                         block->transactions.end(),
                         [version](const Transaction& transaction) {
                             return transaction.kind == Transaction::Kind::GLOBAL_MODEL &&
                                    transaction.round == version;
                         });
        SetMade(m_candidates.at(recorded->payloadDigest));
        m_candidates.clear();
    }
    return ConsensusCoordinator::DoAggregate(model);
}

void
LedgerCoordinator::DoComplete(RoundRecord& record)
{
    record.mining.resize(GetNDevices());
    for (DeviceId device = 0; device < GetNDevices(); ++device)
    {
        const auto& miner = *m_clients[device]->GetMiner();
        const MiningShare now{miner.GetSearchedS(), miner.GetEnergyJ()};
        auto& before = m_before[device];
        record.mining[device] = {now.seconds - before.seconds, now.energyJ - before.energyJ};
        before = now;
    }
}

// What is measured

std::vector<BlockRecord>
LedgerCoordinator::GetBlocks() const
{
    auto blocks = m_blocks;
    std::set<Digest> onChain;
    for (const auto& block : GetLedger(m_leader).GetChain())
    {
        onChain.insert(block->header.GetHash());
    }
    for (auto& block : blocks)
    {
        block.isOrphan = onChain.count(block.hash) == 0;
    }
    return blocks;
}

LedgerTotals
LedgerCoordinator::GetTotals() const
{
    LedgerTotals totals;
    std::map<uint64_t, uint32_t> byHeight;
    double expected = 0;
    bool isRace = true;
    for (const auto& block : GetBlocks())
    {
        (block.isOrphan ? totals.orphans : totals.blocks)++;
        if (byHeight[block.height]++ > 0)
        {
            continue; // the first one's spread is what another one has to forestall
        }
        isRace = isRace && !std::isnan(block.intervalS);
        double delayS = 0;
        for (const auto& [device, weight] : block.weights)
        {
            const auto heard = block.heardS.find(device);
            delayS += heard == block.heardS.end() ? 0 : weight * (heard->second - block.foundS);
        }
        expected += isRace ? ForkProbability(delayS, block.intervalS) : 0;
    }
    totals.forks = static_cast<uint32_t>(
        std::count_if(byHeight.begin(), byHeight.end(), [](const auto& entry) {
            return entry.second > 1;
        }));
    if (!byHeight.empty())
    {
        const auto heights = static_cast<double>(byHeight.size());
        totals.forkRate = totals.forks / heights;
        totals.expectedForkRate = isRace ? expected / heights : ABSENT;
    }
    for (const auto& client : m_clients)
    {
        totals.energyJ += client->GetMiner()->GetEnergyJ();
    }
    return totals;
}

} // namespace fl
} // namespace ns3
