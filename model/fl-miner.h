/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MINER_H
#define FL_MINER_H

#include "fl-ledger-node.h"

#include "ns3/fl-plan.h"
#include "ns3/fl-processor.h"
#include "ns3/fl-random-stream.h"
#include "ns3/nstime.h"
#include "ns3/object.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/// How long a device searches for a nonce.
struct MiningRule
{
    bool isRace{true}; //!< exponential times; false: without chance, (27)
    double hashes{0};  //!< hbar, hashes that a block takes, in a race in the mean, positive
    double zeta{1};    //!< the factor of (27), positive; does not count in a race
};

/**
 * @ingroup fl
 * A device's part in the ledger: its view of the chain, its key, and the engine that computes
 * hashes. Client::SetMiner() gives it to the device's client, which passes LEDGER messages to it.
 *
 * A server sends a template. The search for its nonce takes, in simulated time, zeta hbar / Psi
 * (27), or in a race an exponential time of mean hbar / Psi, independent of all others, Psi being
 * the device's hash rate. Then the nonce is found by really computing hashes, for the small target
 * of the ledger; the device signs the block and sends it to the server that sent the template. The
 * search ends when another block of that height comes before.
 *
 * The engine is a Processor whose cycles are hashes: at Psi hash/s, with an energy for each hash
 * that does not depend on the rate. An energy model may draw from the node's EnergySource for it;
 * when the source is empty, the engine is off, and searches no more.
 */
class Miner : public Object
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    Miner();
    ~Miner() override;

    /// What a miner is made of.
    struct Setup
    {
        DeviceId device{0};                   //!< the device
        SigningKey key;                       //!< its key pair
        std::shared_ptr<const Block> genesis; //!< first block
        uint32_t targetBits{0};               //!< work of blocks that is really done
        double hashRate{0};                   //!< Psi [hash/s], at least 0; 0: it never searches
        double joulePerHash{0};               //!< energy of a hash [J], at least 0
        MiningRule rule;                      //!< how long it searches
        uint64_t seed{0};                     //!< of its times in races
    };

    /**
     * To be called once, before anything else.
     * @param setup what it is made of
     * @throws InvalidInput if a number is out of range, or this was built without libsodium
     */
    void Initialize(Setup setup);
    /// Sends a LEDGER message to a server. Returns false without a session with it.
    using Sender = std::function<bool(uint32_t server, Message&& message)>;
    /// @param sender sends to servers; of the client
    void SetSender(Sender sender);
    /// Called with blocks that it took; the time is the simulation's.
    using Taken = std::function<void(DeviceId, const std::shared_ptr<const Block>&)>;
    /// @param taken hears of blocks that it took, its own included, for measuring
    void SetTaken(Taken taken);

    /**
     * Receive a LEDGER message.
     * @param server that sent it
     * @param message the message
     * @return why it is dropped; empty: it is not
     */
    std::string Receive(uint32_t server, const Message& message);
    /**
     * Sign an update.
     * @param [in,out] prefix the local gradient's transaction is appended
     * @param order whose update it is
     * @param payload of the UPDATE
     */
    void AppendTransaction(std::vector<uint8_t>& prefix,
                           const WorkOrder& order,
                           const Payload& payload) const;
    /// Search no more until the next template: the device went away.
    void Halt();

    /// @return the engine; null where the hash rate is 0
    Ptr<Processor> GetEngine() const;
    /// @return Psi [hash/s]
    double GetHashRate() const;
    /// @return whether it searches now
    bool IsSearching() const;
    /// @return time for which it has searched so far [s]
    double GetSearchedS() const;
    /// @return energy of the hashes that it has computed so far [J]
    double GetEnergyJ() const;
    /// @return its view of the chain
    const Ledger& GetLedger() const;

  protected:
    void DoDispose() override;

  private:
    /// @return its server, to which blocks are sent
    Participant GetHome() const;
    /// Take a template. @param server that sent it @param block the template @return why it is
    /// dropped; empty: it is not
    std::string TakeTemplate(uint32_t server, std::shared_ptr<const Block> block);
    /// Begin with the template, if the block before it is known.
    void TryTemplate();
    /// Begin the search for the template's nonce.
    void Search();
    /// Sink of the engine's ComputeEnd: a search is over, or was cut short. @param job its number
    /// @param hashes computed @param energyJ of these [J]
    void SearchEnded(uint64_t job, double hashes, double energyJ);
    /// A nonce is found.
    void Found();
    /// A block was taken. @param block the block
    void BlockTaken(const std::shared_ptr<const Block>& block);

    Setup m_setup;                           //!< what it is made of
    std::unique_ptr<LedgerNode> m_node;      //!< its view
    Ptr<Processor> m_engine;                 //!< computes hashes; null: the rate is 0
    std::unique_ptr<RandomStream> m_random;  //!< of races
    Sender m_sender;                         //!< see SetSender()
    Taken m_taken;                           //!< see SetTaken()
    uint32_t m_server{0};                    //!< that sent the last template
    std::shared_ptr<const Block> m_template; //!< to be mined; null: none
    Processor::JobId m_job{0};               //!< the search; 0: none
    Time m_since;                            //!< begin of the search
    double m_searchedS{0};                   //!< of searches that are over [s]
};

} // namespace fl
} // namespace ns3

#endif /* FL_MINER_H */
