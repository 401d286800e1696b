/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LEDGER_NODE_H
#define FL_LEDGER_NODE_H

#include "ns3/fl-ledger.h"
#include "ns3/fl-message.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

/// What the payload of a LEDGER message is: first and only byte of its prefix.
enum class LedgerItem : uint8_t
{
    TRANSACTIONS = 1, //!< hash of the sender's last block, and transactions
    TEMPLATE,         //!< a block that is to be mined
    BLOCK,            //!< a block that was mined
    REQUEST           //!< hash of a block that the sender lacks, and its neighbour has
};

/**
 * @ingroup fl
 * @param item what is sent
 * @param payload shared by all messages that carry it
 * @return the message, whose type and sender are set when it is sent
 */
Message MakeLedgerMessage(LedgerItem item, std::shared_ptr<const Payload> payload);
/**
 * @ingroup fl
 * @param message a LEDGER
 * @return what its payload is
 * @throws InvalidInput if its prefix is no LedgerItem, or it has no payload
 */
LedgerItem ItemOf(const Message& message);
/// @return canonical bytes, to be sent @param block a block
std::shared_ptr<const Payload> EncodeBlock(const Block& block);
/**
 * @param payload of a TEMPLATE or BLOCK
 * @return the block
 * @throws InvalidInput if it isn't one, and nothing else
 */
std::shared_ptr<const Block> DecodeBlock(const Payload& payload);

/**
 * @ingroup fl
 * One participant of the ledger's network: its own view of the chain, its key, and what servers and
 * devices have in common. A block that comes is checked and taken by the Ledger's rules, and passed
 * on to the other peers the first time (flooding); where the block before it is missing, that is
 * asked of who sent it, and the block waits. What breaks a rule is dropped, and goes no further.
 */
class LedgerNode
{
  public:
    /// Sends to a peer. Returns false without a session with it.
    using Sender = std::function<bool(const Participant& to, Message&& message)>;
    /// Called when a block was taken, and what became of it.
    using Taken = std::function<void(const std::shared_ptr<const Block>&, Ledger::Result)>;
    /// Those to whom blocks are passed on.
    using Peers = std::function<std::vector<Participant>()>;

    /// What a participant is made of.
    struct Setup
    {
        Participant who;                      //!< itself
        SigningKey key;                       //!< its key pair
        std::shared_ptr<const Block> genesis; //!< first block
        uint32_t targetBits{0};               //!< work of blocks
        Sender send;                          //!< sends to a peer
        Taken taken;                          //!< hears of blocks that were taken
        Peers peers;                          //!< to whom blocks are passed on
    };

    /// @param setup what it is made of
    /// @throws InvalidInput as Ledger
    explicit LedgerNode(Setup setup);

    /// @return the server or device whose view this is
    const Participant& GetWho() const;
    /// @return its key pair
    const SigningKey& GetKey() const;
    /// @return its view
    Ledger& GetLedger();
    /// @return its view
    const Ledger& GetLedger() const;

    /**
     * Receive a BLOCK or a REQUEST.
     * @param from the peer that sent it
     * @param item which of them it is
     * @param payload its payload
     * @return why it is dropped; empty: it is not
     */
    std::string Receive(const Participant& from, LedgerItem item, const Payload& payload);
    /**
     * Take a block, its own or received: see the class.
     * @param from the peer that sent it, or itself
     * @param block the block
     * @return why it is dropped; empty: it is not
     */
    std::string Take(const Participant& from, const std::shared_ptr<const Block>& block);
    /// Ask for a block. @param from the peer that has it @param hash of the block
    void Request(const Participant& from, const Digest& hash);
    /// Send a block. @param to the peer @param block the block
    void SendBlock(const Participant& to, const Block& block);

  private:
    /// A block that waits for the one before it.
    struct Waiting
    {
        Participant from;                   //!< the peer that sent it
        std::shared_ptr<const Block> block; //!< the block
    };

    /// Keep a block whose predecessor is asked for. @param from the peer that sent it @param block
    /// the block @return why it is dropped; empty: it is not
    std::string Park(const Participant& from, const std::shared_ptr<const Block>& block);
    /// Pass a block on. @param from the peer that sent it @param block the block
    void Forward(const Participant& from, const Block& block);

    Setup m_setup;                            //!< what it is made of
    Ledger m_ledger;                          //!< its view
    std::multimap<Digest, Waiting> m_waiting; //!< by the block before
};

} // namespace fl
} // namespace ns3

#endif /* FL_LEDGER_NODE_H */
