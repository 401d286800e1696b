/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-miner.h"

#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/fl-mining.h"
#include "ns3/log.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlMiner");

NS_OBJECT_ENSURE_REGISTERED(Miner);

TypeId
Miner::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::Miner").SetParent<Object>().SetGroupName("Fl").AddConstructor<Miner>();
    return tid;
}

Miner::Miner() = default;

Miner::~Miner() = default;

void
Miner::DoDispose()
{
    m_sender = nullptr;
    m_taken = nullptr;
    m_template = nullptr;
    if (m_engine)
    {
        m_engine->Dispose();
        m_engine = nullptr;
    }
    Object::DoDispose();
}

void
Miner::Initialize(Setup setup)
{
    m_setup = std::move(setup);
    if (!(m_setup.hashRate >= 0 && std::isfinite(m_setup.hashRate)) ||
        !(m_setup.joulePerHash >= 0 && std::isfinite(m_setup.joulePerHash)))
    {
        throw InvalidInput(Describe("device ",
                                    m_setup.device,
                                    ": hash rate ",
                                    m_setup.hashRate,
                                    " hash/s, energy of a hash ",
                                    m_setup.joulePerHash,
                                    " J: must be at least 0 and finite"));
    }
    LedgerNode::Setup node;
    node.who = {Participant::Role::DEVICE, m_setup.device};
    node.key = m_setup.key;
    node.genesis = m_setup.genesis;
    node.targetBits = m_setup.targetBits;
    node.send = [this](const Participant& to, Message&& message) {
        return m_sender && m_sender(to.id, std::move(message));
    };
    node.taken = [this](const auto& block, Ledger::Result) { BlockTaken(block); };
    m_node = std::make_unique<LedgerNode>(std::move(node));
    m_random = std::make_unique<RandomStream>(m_setup.seed);
    if (m_setup.hashRate > 0)
    {
        m_engine = CreateObject<Processor>();
        m_engine->SetAttribute("MaxFrequency", DoubleValue(m_setup.hashRate));
        m_engine->SetAttribute("EffectiveCapacitance", DoubleValue(m_setup.joulePerHash));
        m_engine->SetAttribute("FrequencyExponent", DoubleValue(0));
        m_engine->TraceConnectWithoutContext("ComputeEnd", MakeCallback(&Miner::SearchEnded, this));
    }
}

void
Miner::SetSender(Sender sender)
{
    m_sender = std::move(sender);
}

void
Miner::SetTaken(Taken taken)
{
    m_taken = std::move(taken);
}

Ptr<Processor>
Miner::GetEngine() const
{
    return m_engine;
}

double
Miner::GetHashRate() const
{
    return m_setup.hashRate;
}

bool
Miner::IsSearching() const
{
    return m_job != 0;
}

double
Miner::GetSearchedS() const
{
    return m_searchedS + (IsSearching() ? (Simulator::Now() - m_since).GetSeconds() : 0);
}

double
Miner::GetEnergyJ() const
{
    return m_engine ? m_engine->GetTotalEnergyJ() : 0;
}

const Ledger&
Miner::GetLedger() const
{
    return m_node->GetLedger();
}

// Messages

Participant
Miner::GetHome() const
{
    return {Participant::Role::SERVER, m_server};
}

std::string
Miner::Receive(uint32_t server, const Message& message)
{
    try
    {
        const auto item = ItemOf(message);
        return item == LedgerItem::TEMPLATE
                   ? TakeTemplate(server, DecodeBlock(*message.payload))
                   : m_node->Receive({Participant::Role::SERVER, server}, item, *message.payload);
    }
    catch (const InvalidInput& error)
    {
        return Describe("damaged: ", error.what());
    }
}

void
Miner::AppendTransaction(std::vector<uint8_t>& prefix,
                         const WorkOrder& order,
                         const Payload& payload) const
{
    Transaction transaction;
    transaction.kind = Transaction::Kind::LOCAL_GRADIENT;
    transaction.sender = m_node->GetWho();
    transaction.round = order.baseVersion + 1;
    transaction.payloadBytes = payload.GetSize();
    transaction.payloadDigest = Sha256(payload.GetData(), payload.GetSize());
    transaction.SignWith(m_node->GetKey());
    transaction.AppendTo(prefix);
}

std::string
Miner::TakeTemplate(uint32_t server, std::shared_ptr<const Block> block)
{
    const std::string fault = block->FindTemplateFault(m_node->GetLedger().GetKeys());
    if (!fault.empty())
    {
        return "template: " + fault;
    }
    m_server = server;
    const bool isKnown = m_template && m_template->header.previous == block->header.previous &&
                         m_template->header.merkleRoot == block->header.merkleRoot;
    if (isKnown && IsSearching())
    {
        return ""; // of another server, as its own has stopped
    }
    Halt();
    m_template = std::move(block);
    TryTemplate();
    return "";
}

void
Miner::TryTemplate()
{
    const auto& ledger = m_node->GetLedger();
    const auto& header = m_template->header;
    if (ledger.GetEnd().header.height >= header.height)
    {
        // The server does not know that it is mined already.
        m_template = nullptr;
        m_node->SendBlock(GetHome(), ledger.GetEnd());
    }
    else if (ledger.Find(header.previous))
    {
        Search();
    }
    else
    {
        m_node->Request(GetHome(), header.previous);
    }
}

// Searching

void
Miner::Search()
{
    if (!m_engine)
    {
        return;
    }
    const auto& rule = m_setup.rule;
    const double seconds = rule.isRace
                               ? -std::log1p(-m_random->Uniform()) * rule.hashes / m_setup.hashRate
                               : DeterministicMiningS(rule.hashes, m_setup.hashRate, 0, rule.zeta);
    // At least the one hash that meets the target.
    const double hashes = std::max(1.0, seconds * m_setup.hashRate);
    m_since = Simulator::Now();
    m_job = m_engine->Run(hashes, m_setup.hashRate, [this] { Found(); });
}

void
Miner::SearchEnded(uint64_t /* job */, double /* hashes */, double /* energyJ */)
{
    m_searchedS += (Simulator::Now() - m_since).GetSeconds();
    m_job = 0;
}

void
Miner::Halt()
{
    m_template = nullptr;
    if (IsSearching())
    {
        m_engine->Cancel(m_job);
    }
}

void
Miner::Found()
{
    Block block = *std::exchange(m_template, nullptr);
    block.header.miner = m_node->GetWho();
    block.header.timeNs = Simulator::Now().GetNanoSeconds();
    block.header.nonce = 0;
    SearchNonce(block.header);
    block.SignWith(m_node->GetKey());
    const auto mined = std::make_shared<const Block>(std::move(block));
    NS_LOG_INFO("device " << m_setup.device << " found block " << mined->header.height);
    const std::string fault = m_node->Take(m_node->GetWho(), mined);
    if (fault.empty())
    {
        m_node->SendBlock(GetHome(), *mined);
    }
    else
    {
        NS_LOG_WARN("device " << m_setup.device << ": its own block: " << fault);
    }
}

void
Miner::BlockTaken(const std::shared_ptr<const Block>& block)
{
    if (m_template)
    {
        if (GetLedger().GetEnd().header.height >= m_template->header.height)
        {
            Halt(); // somebody was faster
        }
        else if (!IsSearching() && GetLedger().Find(m_template->header.previous))
        {
            Search(); // what was missing has come
        }
    }
    if (m_taken)
    {
        m_taken(m_setup.device, block);
    }
}

} // namespace fl
} // namespace ns3
