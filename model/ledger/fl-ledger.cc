/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-ledger.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <stdexcept>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param genesis a chain's first block
 * @return the keys that it registers
 * @throws InvalidInput if it is no first block
 */
KeyRing
KeysOf(const Block& genesis)
{
    const auto require = [](bool ok, const std::string& what) {
        if (!ok)
        {
            throw InvalidInput("first block: " + what);
        }
    };
    require(genesis.header.height == 0, Describe("height ", genesis.header.height, ": must be 0"));
    require(genesis.header.previous == Digest{}, "follows from another one: must be the first");
    KeyRing keys;
    for (const auto& transaction : genesis.transactions)
    {
        PublicKey key{};
        require(transaction.kind == Transaction::Kind::REGISTRATION,
                transaction.GetKindName() + ": must have registrations alone");
        require(transaction.payload.size() == key.size(),
                Describe("key of ", transaction.payload.size(), " bytes: must have ", key.size()));
        std::copy(transaction.payload.begin(), transaction.payload.end(), key.begin());
        require(keys.emplace(transaction.sender, key).second,
                transaction.sender.ToString() + " is registered twice: must be once");
    }
    const std::string fault = genesis.FindFault(keys);
    require(fault.empty(), fault);
    return keys;
}

} // namespace

Block
MakeGenesis(const std::map<Participant, SigningKey>& keys, const Participant& leader)
{
    Block genesis;
    for (const auto& [who, key] : keys)
    {
        Transaction registration;
        registration.kind = Transaction::Kind::REGISTRATION;
        registration.sender = who;
        registration.SetPayload({key.publicKey.begin(), key.publicKey.end()}, true);
        registration.SignWith(key);
        genesis.transactions.push_back(std::move(registration));
    }
    genesis.header.leader = leader;
    genesis.header.miner = leader;
    genesis.header.merkleRoot = genesis.ComputeMerkleRoot();
    genesis.ApproveWith(keys.at(leader));
    genesis.SignWith(keys.at(leader));
    return genesis;
}

Ledger::Ledger(std::shared_ptr<const Block> genesis, uint32_t targetBits)
    : m_targetBits(targetBits)
{
    RequireSodium();
    m_keys = KeysOf(*genesis);
    const Digest hash = genesis->header.GetHash();
    m_end = &m_entries.emplace(hash, Entry{std::move(genesis), nullptr, hash, 0}).first->second;
}

Ledger::Subject
Ledger::SubjectOf(const Transaction& transaction)
{
    return {transaction.kind,
            transaction.round,
            transaction.consensusRound,
            // Of a round there is one global model, whoever led it.
            transaction.kind == Transaction::Kind::GLOBAL_MODEL ? Participant()
                                                                : transaction.sender};
}

bool
Ledger::IsAncestor(const Entry* early, const Entry* late)
{
    while (late && late->block->header.height > early->block->header.height)
    {
        late = late->parent;
    }
    return late == early;
}

bool
Ledger::IsRecorded(const Subject& subject, const Entry* end) const
{
    const auto found = m_recorded.find(subject);
    return found != m_recorded.end() &&
           std::any_of(found->second.begin(), found->second.end(), [end](const Entry* entry) {
               return IsAncestor(entry, end);
           });
}

std::string
Ledger::FindRepeated(const Block& block, const Entry& parent, uint32_t& modelRound) const
{
    std::set<Subject> subjects;
    for (size_t i = 0; i < block.transactions.size(); ++i)
    {
        const auto& transaction = block.transactions[i];
        const auto subject = SubjectOf(transaction);
        if (transaction.kind == Transaction::Kind::REGISTRATION)
        {
            return Describe("transaction ", i, ": registration: must be in the first block");
        }
        if (!subjects.insert(subject).second || IsRecorded(subject, &parent))
        {
            return Describe("transaction ",
                            i,
                            ": ",
                            transaction.GetKindName(),
                            " of round ",
                            transaction.round,
                            " of ",
                            transaction.sender.ToString(),
                            ": is on the chain already");
        }
        if (transaction.kind == Transaction::Kind::GLOBAL_MODEL)
        {
            if (transaction.round != modelRound + 1)
            {
                return Describe("transaction ",
                                i,
                                ": global model of round ",
                                transaction.round,
                                ": must be that of round ",
                                modelRound + 1);
            }
            ++modelRound;
        }
    }
    return "";
}

std::string
Ledger::FindFault(const Block& block, const Entry& parent, uint32_t& modelRound) const
{
    const auto& before = parent.block->header;
    if (block.header.height != before.height + 1)
    {
        return Describe("height ", block.header.height, ": must be ", before.height + 1);
    }
    if (block.header.timeNs < before.timeNs)
    {
        return Describe("time stamp ",
                        block.header.timeNs,
                        " ns: must be at least ",
                        before.timeNs,
                        ", that of the block before");
    }
    if (block.header.targetBits != m_targetBits)
    {
        return Describe("target of ",
                        block.header.targetBits,
                        " zero bits: must be ",
                        m_targetBits);
    }
    const std::string fault = block.FindFault(m_keys);
    return fault.empty() ? FindRepeated(block, parent, modelRound) : fault;
}

Ledger::Result
Ledger::Add(std::shared_ptr<const Block> block)
{
    const Digest hash = block->header.GetHash();
    if (m_entries.count(hash) > 0)
    {
        return Result::KNOWN;
    }
    const auto found = m_entries.find(block->header.previous);
    if (found == m_entries.end())
    {
        m_fault = "the block before it, " + ToHex(block->header.previous) + ", is not known";
        return Result::NO_PARENT;
    }
    const Entry& parent = found->second;
    uint32_t modelRound = parent.modelRound;
    const std::string fault = FindFault(*block, parent, modelRound);
    if (!fault.empty())
    {
        m_fault = fault;
        return Result::INVALID;
    }
    const Entry* entry =
        &m_entries.emplace(hash, Entry{std::move(block), &parent, hash, modelRound}).first->second;
    for (const auto& transaction : entry->block->transactions)
    {
        m_recorded[SubjectOf(transaction)].push_back(entry);
    }
    const auto height = entry->block->header.height;
    const auto endHeight = m_end->block->header.height;
    if (height < endHeight || (height == endHeight && m_end->hash < hash))
    {
        return Result::SIDE;
    }
    const bool isExtension = &parent == m_end;
    MoveTo(entry);
    return isExtension ? Result::EXTENDED : Result::SWITCHED;
}

void
Ledger::MoveTo(const Entry* end)
{
    // What the chain leaves behind waits again ...
    for (const Entry* left = m_end; !IsAncestor(left, end); left = left->parent)
    {
        for (const auto& transaction : left->block->transactions)
        {
            m_pending.emplace(SubjectOf(transaction), transaction);
        }
    }
    m_end = end;
    // ... unless the new chain has it.
    for (auto waiting = m_pending.begin(); waiting != m_pending.end();)
    {
        waiting = IsRecorded(waiting->first, m_end) ? m_pending.erase(waiting) : ++waiting;
    }
}

const std::string&
Ledger::GetFault() const
{
    return m_fault;
}

bool
Ledger::AddTransaction(const Transaction& transaction)
{
    m_fault = transaction.kind == Transaction::Kind::REGISTRATION
                  ? "registration: must be in the first block"
                  : transaction.FindFault(m_keys);
    const auto subject = SubjectOf(transaction);
    if (m_fault.empty() && (m_pending.count(subject) > 0 || IsRecorded(subject, m_end)))
    {
        m_fault = Describe(transaction.GetKindName(),
                           " of round ",
                           transaction.round,
                           " of ",
                           transaction.sender.ToString(),
                           ": is known already");
    }
    return m_fault.empty() && m_pending.emplace(subject, transaction).second;
}

std::vector<Transaction>
Ledger::GetPending() const
{
    std::vector<Transaction> transactions;
    for (const auto& waiting : m_pending)
    {
        transactions.push_back(waiting.second);
    }
    return transactions;
}

void
Ledger::ForgetPending()
{
    m_pending.clear();
}

Block
Ledger::MakeNext(const Participant& leader,
                 const Participant& miner,
                 int64_t timeNs,
                 std::vector<Transaction> transactions) const
{
    Block block;
    block.transactions = std::move(transactions);
    block.header.previous = m_end->hash;
    block.header.height = m_end->block->header.height + 1;
    block.header.timeNs = std::max(timeNs, m_end->block->header.timeNs);
    block.header.targetBits = m_targetBits;
    block.header.merkleRoot = block.ComputeMerkleRoot();
    block.header.leader = leader;
    block.header.miner = miner;
    return block;
}

std::shared_ptr<const Block>
Ledger::Find(const Digest& hash) const
{
    const auto found = m_entries.find(hash);
    return found == m_entries.end() ? nullptr : found->second.block;
}

std::vector<std::shared_ptr<const Block>>
Ledger::GetChain() const
{
    std::vector<std::shared_ptr<const Block>> chain;
    for (const Entry* entry = m_end; entry; entry = entry->parent)
    {
        chain.push_back(entry->block);
    }
    std::reverse(chain.begin(), chain.end());
    return chain;
}

const Block&
Ledger::GetEnd() const
{
    return *m_end->block;
}

const Digest&
Ledger::GetEndHash() const
{
    return m_end->hash;
}

size_t
Ledger::GetNBlocks() const
{
    return m_entries.size();
}

size_t
Ledger::GetNOrphans() const
{
    return m_entries.size() - m_end->block->header.height - 1;
}

uint32_t
Ledger::GetModelRound() const
{
    return m_end->modelRound;
}

const KeyRing&
Ledger::GetKeys() const
{
    return m_keys;
}

} // namespace fl
} // namespace ns3
