/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-ledger-node.h"

#include "ns3/fl-error.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

/// Most blocks that wait for others: whoever signs could fill the memory otherwise.
constexpr size_t MOST_WAITING = 256;

} // namespace

Message
MakeLedgerMessage(LedgerItem item, std::shared_ptr<const Payload> payload)
{
    Message message;
    message.header.type = MessageType::LEDGER;
    message.prefix.push_back(static_cast<uint8_t>(item));
    message.payload = std::move(payload);
    return message;
}

LedgerItem
ItemOf(const Message& message)
{
    if (message.prefix.size() != 1 ||
        message.prefix[0] < static_cast<uint8_t>(LedgerItem::TRANSACTIONS) ||
        message.prefix[0] > static_cast<uint8_t>(LedgerItem::REQUEST) || !message.payload)
    {
        throw InvalidInput("LEDGER of nothing that a ledger has");
    }
    return static_cast<LedgerItem>(message.prefix[0]);
}

std::shared_ptr<const Payload>
EncodeBlock(const Block& block)
{
    std::vector<uint8_t> bytes;
    block.AppendTo(bytes);
    return std::make_shared<const Payload>(std::move(bytes));
}

std::shared_ptr<const Block>
DecodeBlock(const Payload& payload)
{
    ByteReader reader(payload.GetData(), payload.GetSize());
    auto block = std::make_shared<const Block>(Block::ReadFrom(reader));
    if (reader.GetLeft() > 0)
    {
        throw InvalidInput(Describe(reader.GetLeft(), " bytes follow the block: must be none"));
    }
    return block;
}

LedgerNode::LedgerNode(Setup setup)
    : m_setup(std::move(setup)),
      m_ledger(m_setup.genesis, m_setup.targetBits)
{
}

const Participant&
LedgerNode::GetWho() const
{
    return m_setup.who;
}

const SigningKey&
LedgerNode::GetKey() const
{
    return m_setup.key;
}

Ledger&
LedgerNode::GetLedger()
{
    return m_ledger;
}

const Ledger&
LedgerNode::GetLedger() const
{
    return m_ledger;
}

std::string
LedgerNode::Receive(const Participant& from, LedgerItem item, const Payload& payload)
{
    try
    {
        if (item == LedgerItem::BLOCK)
        {
            return Take(from, DecodeBlock(payload));
        }
        if (item != LedgerItem::REQUEST)
        {
            return "LEDGER that is not for a " +
                   std::string(m_setup.who.role == Participant::Role::SERVER ? "server" : "device");
        }
        ByteReader reader(payload.GetData(), payload.GetSize());
        Digest hash{};
        ReadBytes(reader, hash);
        if (!reader.IsGood() || reader.GetLeft() > 0)
        {
            return "REQUEST of no block's hash";
        }
        if (const auto block = m_ledger.Find(hash))
        {
            SendBlock(from, *block);
        }
        return "";
    }
    catch (const InvalidInput& error)
    {
        return Describe("damaged block: ", error.what());
    }
}

std::string
LedgerNode::Take(const Participant& from, const std::shared_ptr<const Block>& block)
{
    const auto result = m_ledger.Add(block);
    if (result == Ledger::Result::KNOWN)
    {
        return "";
    }
    if (result == Ledger::Result::NO_PARENT)
    {
        return Park(from, block);
    }
    if (result == Ledger::Result::INVALID)
    {
        return Describe("block of height ", block->header.height, ": ", m_ledger.GetFault());
    }
    Forward(from, *block);
    if (m_setup.taken)
    {
        m_setup.taken(block, result);
    }
    // Those that waited for it; a block may be what others wait for in turn.
    const auto [first, last] = m_waiting.equal_range(block->header.GetHash());
    std::vector<Waiting> next;
    std::for_each(first, last, [&next](const auto& entry) { next.push_back(entry.second); });
    m_waiting.erase(first, last);
    std::string fault;
    for (const auto& waiting : next)
    {
        const std::string why = Take(waiting.from, waiting.block);
        fault = fault.empty() ? why : fault;
    }
    return fault;
}

std::string
LedgerNode::Park(const Participant& from, const std::shared_ptr<const Block>& block)
{
    // What does not depend on the missing block is checked before it is asked for.
    const std::string fault = block->FindFault(m_ledger.GetKeys());
    if (!fault.empty())
    {
        return Describe("block of height ", block->header.height, ": ", fault);
    }
    const auto [first, last] = m_waiting.equal_range(block->header.previous);
    const Digest hash = block->header.GetHash();
    if (std::any_of(first, last, [&hash](const auto& entry) {
            return entry.second.block->header.GetHash() == hash;
        }))
    {
        return "";
    }
    if (m_waiting.size() == MOST_WAITING)
    {
        return Describe("block of height ", block->header.height, ": too many wait for others");
    }
    m_waiting.emplace(block->header.previous, Waiting{from, block});
    Request(from, block->header.previous);
    return "";
}

void
LedgerNode::Forward(const Participant& from, const Block& block)
{
    if (!m_setup.peers)
    {
        return;
    }
    const auto payload = EncodeBlock(block);
    for (const auto& peer : m_setup.peers())
    {
        if (!(peer == from))
        {
            m_setup.send(peer, MakeLedgerMessage(LedgerItem::BLOCK, payload));
        }
    }
}

void
LedgerNode::Request(const Participant& from, const Digest& hash)
{
    m_setup.send(from,
                 MakeLedgerMessage(LedgerItem::REQUEST,
                                   std::make_shared<const Payload>(
                                       std::vector<uint8_t>(hash.begin(), hash.end()))));
}

void
LedgerNode::SendBlock(const Participant& to, const Block& block)
{
    m_setup.send(to, MakeLedgerMessage(LedgerItem::BLOCK, EncodeBlock(block)));
}

} // namespace fl
} // namespace ns3
