/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BLOCK_H
#define FL_BLOCK_H

#include "fl-transaction.h"

namespace ns3
{
namespace fl
{

/// Most leading zero bits that a block's hash can be asked for.
constexpr uint32_t MAX_TARGET_BITS = 64;

/**
 * @ingroup fl
 * What the hash of a block is of.
 */
struct BlockHeader
{
    Digest previous{};      //!< hash of the block before; zeros: there is none
    uint64_t height{0};     //!< blocks before
    int64_t timeNs{0};      //!< simulated time at which it was mined [ns], at least 0
    uint32_t targetBits{0}; //!< the target is 2^(256 - targetBits): so many leading bits are zero
    Digest merkleRoot{};    //!< of the transactions' hashes
    Participant leader;     //!< the server that gathered the transactions, and signs
    Participant miner;      //!< who found the nonce
    uint64_t nonce{0};      //!< what makes the hash meet the target

    /// @return the block's hash
    Digest GetHash() const;
    /// Append the canonical form. @param [in,out] bytes its bytes are appended
    void AppendTo(std::vector<uint8_t>& bytes) const;
};

/**
 * @ingroup fl
 * A block of the ledger. Its leader gathers the transactions and signs what is known before the
 * search, the template: nobody else decides what is recorded. Its miner signs the header once the
 * nonce is found, and needs nobody for that: without this signature the last block of a chain would
 * be worth no more than its few bits of work.
 */
struct Block
{
    BlockHeader header;                    //!< what is hashed and signed
    std::vector<Transaction> transactions; //!< in the order of the Merkle tree's leaves
    Signature approval{};  //!< the leader's, of the header without time, miner and nonce
    Signature signature{}; //!< the miner's, of the header

    /// @return the root of the transactions that are there
    Digest ComputeMerkleRoot() const;
    /// Sign the template. @param key the leader's
    void ApproveWith(const SigningKey& key);
    /// Sign the header. @param key the miner's
    void SignWith(const SigningKey& key);
    /**
     * Check a template: Merkle root, leader and approval.
     * @param keys of all participants
     * @return what is wrong with it; empty: nothing
     */
    std::string FindTemplateFault(const KeyRing& keys) const;
    /**
     * Check what does not depend on the other blocks: work, template, signatures.
     * @param keys of all participants
     * @return what is wrong with it; empty: nothing
     */
    std::string FindFault(const KeyRing& keys) const;

    /// Append the canonical form. @param [in,out] bytes its bytes are appended
    void AppendTo(std::vector<uint8_t>& bytes) const;
    /**
     * @param [in,out] reader at a canonical form
     * @return the block
     * @throws InvalidInput if it isn't one: what is wrong, without a place
     */
    static Block ReadFrom(ByteReader& reader);
    /// @return size of the canonical form [byte], which is what crosses a network
    uint64_t GetSize() const;
};

/**
 * @param hash a block's
 * @param targetBits leading bits that must be zero, at most MAX_TARGET_BITS
 * @return whether they are
 */
bool MeetsTarget(const Digest& hash, uint32_t targetBits);

/**
 * Search the nonce, in steps of 1 from where the header has it: 2^targetBits hashes in the mean.
 * @param [in,out] header its nonce is set
 * @return number of hashes that were computed
 * @throws InvalidInput if the target has more than MAX_TARGET_BITS bits
 */
uint64_t SearchNonce(BlockHeader& header);

} // namespace fl
} // namespace ns3

#endif /* FL_BLOCK_H */
