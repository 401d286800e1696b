/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-block.h"

#include "fl-merkle.h"

#include "ns3/fl-error.h"

namespace ns3
{
namespace fl
{

namespace
{

/// So that a signature of a block never serves as one of something else.
constexpr uint8_t BLOCK_DOMAIN[] = {'f', 'l', '-', 'b', 'l', 'o', 'c', 'k', '-', '1'};
/// The same for templates.
constexpr uint8_t TEMPLATE_DOMAIN[] =
    {'f', 'l', '-', 't', 'e', 'm', 'p', 'l', 'a', 't', 'e', '-', '1'};
/// Size of a transaction without a payload, below which no count of them can be true [byte].
constexpr size_t LEAST_TRANSACTION_BYTES = 1 + 5 + 4 + 4 + 8 + 32 + 1 + 64;
constexpr size_t NONCE_BYTES = sizeof(uint64_t); //!< the nonce ends the header

/// @param header of a block @return what is hashed and signed, with its domain
std::vector<uint8_t>
HashedBytes(const BlockHeader& header)
{
    std::vector<uint8_t> bytes(std::begin(BLOCK_DOMAIN), std::end(BLOCK_DOMAIN));
    header.AppendTo(bytes);
    return bytes;
}

/// @param header of a block @return what its leader signs, with its domain
std::vector<uint8_t>
ApprovedBytes(const BlockHeader& header)
{
    std::vector<uint8_t> bytes(std::begin(TEMPLATE_DOMAIN), std::end(TEMPLATE_DOMAIN));
    AppendBytes(bytes, header.previous);
    AppendNumber(bytes, header.height);
    AppendNumber(bytes, header.targetBits);
    AppendBytes(bytes, header.merkleRoot);
    AppendParticipant(bytes, header.leader);
    return bytes;
}

/// @param targetBits leading zero bits @throws InvalidInput unless a target can be met by a search
/// for a nonce
void
RequireTarget(uint32_t targetBits)
{
    if (targetBits > MAX_TARGET_BITS)
    {
        throw InvalidInput(
            Describe("target of ", targetBits, " zero bits: must be at most ", MAX_TARGET_BITS));
    }
}

} // namespace

Digest
BlockHeader::GetHash() const
{
    return Sha256(HashedBytes(*this));
}

void
BlockHeader::AppendTo(std::vector<uint8_t>& bytes) const
{
    AppendBytes(bytes, previous);
    AppendNumber(bytes, height);
    AppendNumber(bytes, timeNs);
    AppendNumber(bytes, targetBits);
    AppendBytes(bytes, merkleRoot);
    AppendParticipant(bytes, leader);
    AppendParticipant(bytes, miner);
    AppendNumber(bytes, nonce);
}

Digest
Block::ComputeMerkleRoot() const
{
    std::vector<Digest> leaves;
    leaves.reserve(transactions.size());
    for (const auto& transaction : transactions)
    {
        leaves.push_back(transaction.GetId());
    }
    return MerkleRoot(leaves);
}

void
Block::ApproveWith(const SigningKey& key)
{
    approval = Sign(ApprovedBytes(header), key);
}

void
Block::SignWith(const SigningKey& key)
{
    signature = Sign(HashedBytes(header), key);
}

std::string
Block::FindTemplateFault(const KeyRing& keys) const
{
    // Before signatures, which take a hundred times as long.
    if (ComputeMerkleRoot() != header.merkleRoot)
    {
        return "transactions do not have the Merkle root of the header";
    }
    if (header.leader.role != Participant::Role::SERVER)
    {
        return header.leader.ToString() + " is the leader: must be a server";
    }
    const auto key = keys.find(header.leader);
    if (key == keys.end())
    {
        return header.leader.ToString() + " is not registered";
    }
    return IsSignedBy(ApprovedBytes(header), approval, key->second)
               ? ""
               : "not approved by its leader, " + header.leader.ToString();
}

std::string
Block::FindFault(const KeyRing& keys) const
{
    if (!MeetsTarget(header.GetHash(), header.targetBits))
    {
        return Describe("hash does not begin with ", header.targetBits, " zero bits");
    }
    const std::string templateFault = FindTemplateFault(keys);
    if (!templateFault.empty())
    {
        return templateFault;
    }
    const auto key = keys.find(header.miner);
    if (key == keys.end())
    {
        return header.miner.ToString() + " is not registered";
    }
    if (!IsSignedBy(HashedBytes(header), signature, key->second))
    {
        return "not signed by its miner, " + header.miner.ToString();
    }
    for (size_t i = 0; i < transactions.size(); ++i)
    {
        const std::string fault = transactions[i].FindFault(keys);
        if (!fault.empty())
        {
            return Describe("transaction ", i, ": ", fault);
        }
    }
    return "";
}

void
Block::AppendTo(std::vector<uint8_t>& bytes) const
{
    header.AppendTo(bytes);
    AppendBytes(bytes, approval);
    AppendBytes(bytes, signature);
    AppendNumber(bytes, static_cast<uint32_t>(transactions.size()));
    for (const auto& transaction : transactions)
    {
        transaction.AppendTo(bytes);
    }
}

Block
Block::ReadFrom(ByteReader& reader)
{
    Block block;
    ReadBytes(reader, block.header.previous);
    block.header.height = reader.Read<uint64_t>();
    block.header.timeNs = reader.Read<int64_t>();
    block.header.targetBits = reader.Read<uint32_t>();
    ReadBytes(reader, block.header.merkleRoot);
    block.header.leader = ReadParticipant(reader);
    block.header.miner = ReadParticipant(reader);
    block.header.nonce = reader.Read<uint64_t>();
    ReadBytes(reader, block.approval);
    ReadBytes(reader, block.signature);
    RequireTarget(block.header.targetBits);
    if (block.header.timeNs < 0)
    {
        throw InvalidInput(Describe("time stamp ", block.header.timeNs, " ns: must be at least 0"));
    }
    const auto count = reader.Read<uint32_t>();
    if (!reader.IsGood() || count > reader.GetLeft() / LEAST_TRANSACTION_BYTES)
    {
        throw InvalidInput(Describe(count,
                                    " transactions: must be at most as many as the ",
                                    reader.GetLeft(),
                                    " bytes that are left can hold"));
    }
    block.transactions.reserve(count);
    for (uint32_t i = 0; i < count; ++i)
    {
        block.transactions.push_back(Transaction::ReadFrom(reader));
    }
    if (!reader.IsGood())
    {
        throw InvalidInput("ends in the middle of a transaction: must be whole");
    }
    return block;
}

uint64_t
Block::GetSize() const
{
    std::vector<uint8_t> bytes;
    header.AppendTo(bytes);
    uint64_t size = bytes.size() + approval.size() + signature.size() + sizeof(uint32_t);
    for (const auto& transaction : transactions)
    {
        size += LEAST_TRANSACTION_BYTES + transaction.payload.size();
    }
    return size;
}

bool
MeetsTarget(const Digest& hash, uint32_t targetBits)
{
    for (uint32_t bit = 0; bit < targetBits; ++bit)
    {
        if (hash[bit / 8] >> (7 - bit % 8) & 1)
        {
            return false;
        }
    }
    return true;
}

uint64_t
SearchNonce(BlockHeader& header)
{
    RequireSodium();
    RequireTarget(header.targetBits);
    std::vector<uint8_t> bytes = HashedBytes(header);
    uint64_t hashes = 1;
    while (!MeetsTarget(Sha256(bytes), header.targetBits))
    {
        ++header.nonce;
        ++hashes;
        StoreNumber(bytes.data() + bytes.size() - NONCE_BYTES, header.nonce);
    }
    return hashes;
}

} // namespace fl
} // namespace ns3
