/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LEDGER_H
#define FL_LEDGER_H

#include "fl-block.h"

#include <memory>
#include <set>
#include <utility>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * One participant's view of the ledger: all blocks that it knows, of which the longest chain counts
 * (of equally long ones that whose last block has the lowest hash), and the transactions that wait
 * for a block. The same blocks in any order give the same chain.
 *
 * A block is taken only if it follows from one that is known, is mined, signed and of sound
 * transactions (Block::FindFault()), and if on its own chain
 * - no transaction occurs twice, and nobody records two things of one kind, round and exchange;
 * - global models come one per round, none twice and none skipped.
 *
 * Transactions of blocks that the longest chain leaves behind wait again.
 */
class Ledger
{
  public:
    /// What became of a block.
    enum class Result
    {
        EXTENDED,  //!< it is the new end of the chain
        SWITCHED,  //!< it is the new end, of another chain than before
        SIDE,      //!< it was taken, and the chain is as before: a fork
        KNOWN,     //!< it was there already
        NO_PARENT, //!< the block before it is not known; ask for that, and try again
        INVALID    //!< it breaks a rule; see GetFault()
    };

    /**
     * @param genesis the first block, of height 0: one registration of each participant
     * @param targetBits work that each further block must show [leading zero bits of its hash]
     * @throws InvalidInput if genesis is no such block, or this was built without libsodium
     */
    Ledger(std::shared_ptr<const Block> genesis, uint32_t targetBits);

    /// Take a block in. @param block a block @return what became of it
    Result Add(std::shared_ptr<const Block> block);
    /// @return what was wrong with the last block or transaction that was refused
    const std::string& GetFault() const;

    /**
     * Let a transaction wait for a block.
     * @param transaction a signed one
     * @return whether it is sound and new; a duplicate, a replay and a bad signature are not
     */
    bool AddTransaction(const Transaction& transaction);
    /// @return the transactions that wait, in the order of kind, round and sender
    std::vector<Transaction> GetPending() const;
    /// Nothing waits any more, as where a round is given up before its block is made.
    void ForgetPending();

    /**
     * A block that would be the chain's next one, not mined and not signed.
     * @param leader who gathers it
     * @param miner who is to mine it
     * @param timeNs its time stamp [ns], at least that of the chain's end
     * @param transactions its transactions
     * @return the block
     */
    Block MakeNext(const Participant& leader,
                   const Participant& miner,
                   int64_t timeNs,
                   std::vector<Transaction> transactions) const;

    /// @return the chain, from the first block on
    std::vector<std::shared_ptr<const Block>> GetChain() const;
    /// @return a block of any chain, or null @param hash the block's
    std::shared_ptr<const Block> Find(const Digest& hash) const;
    /// @return the chain's last block
    const Block& GetEnd() const;
    /// @return hash of the chain's last block
    const Digest& GetEndHash() const;
    /// @return blocks of all chains
    size_t GetNBlocks() const;
    /// @return blocks that are not on the chain
    size_t GetNOrphans() const;
    /// @return the round of the last global model on the chain; 0: there is none
    uint32_t GetModelRound() const;
    /// @return keys of all participants
    const KeyRing& GetKeys() const;

  private:
    /// What a transaction is about: of each there is one.
    using Subject = std::tuple<Transaction::Kind, uint32_t, uint32_t, Participant>;

    /// A block in the tree.
    struct Entry
    {
        std::shared_ptr<const Block> block; //!< the block
        const Entry* parent{nullptr};       //!< of the block before; null: the first one
        Digest hash{};                      //!< the block's
        uint32_t modelRound{0};             //!< of the last global model up to here
    };

    /// @param transaction any one @return what it is about
    static Subject SubjectOf(const Transaction& transaction);
    /**
     * @param early an entry
     * @param late another one
     * @return whether the first comes before the second on its chain, or is it
     */
    static bool IsAncestor(const Entry* early, const Entry* late);
    /**
     * @param subject what a transaction is about
     * @param end last entry of a chain
     * @return whether that chain has such a transaction
     */
    bool IsRecorded(const Subject& subject, const Entry* end) const;
    /**
     * @param block a block
     * @param parent what it follows from
     * @param [in,out] modelRound round of the last global model before, and after the block
     * @return which rule it breaks; empty: none
     */
    std::string FindFault(const Block& block, const Entry& parent, uint32_t& modelRound) const;
    /**
     * @param block a block
     * @param parent what it follows from
     * @param [in,out] modelRound round of the last global model before, and after the block
     * @return which of its transactions is on the chain already or out of turn; empty: none
     */
    std::string FindRepeated(const Block& block, const Entry& parent, uint32_t& modelRound) const;
    /// The chain ends elsewhere: what waits changes. @param end its new last entry
    void MoveTo(const Entry* end);

    const uint32_t m_targetBits;                             //!< of all blocks but the first
    KeyRing m_keys;                                          //!< from the first block
    std::map<Digest, Entry> m_entries;                       //!< by hash
    std::map<Subject, std::vector<const Entry*>> m_recorded; //!< entries that record a subject
    std::map<Subject, Transaction> m_pending;                //!< what waits for a block
    const Entry* m_end{nullptr};                             //!< of the chain
    std::string m_fault;                                     //!< of what was refused last
};

/**
 * @param keys everybody's, each participant once
 * @param leader a server, which signs the block as its leader and miner
 * @return a first block that registers them all, sorted, with time stamp 0 and no work
 */
Block MakeGenesis(const std::map<Participant, SigningKey>& keys, const Participant& leader);

} // namespace fl
} // namespace ns3

#endif /* FL_LEDGER_H */
