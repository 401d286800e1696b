/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LEDGER_COORDINATOR_H
#define FL_LEDGER_COORDINATOR_H

#include "fl-consensus-coordinator.h"
#include "fl-ledger-node.h"
#include "fl-ledger-record.h"
#include "fl-miner.h"

#include "ns3/event-id.h"
#include "ns3/nstime.h"
#include "ns3/traced-callback.h"

#include <Eigen/Core>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/// Who leads a round.
enum class LedgerLeader : uint8_t
{
    SMALLEST,  //!< the running server with the smallest number
    RANDOM,    //!< one that is drawn anew for each round
    REPUTATION //!< the one whose devices mined most blocks of the chain; the smallest of equals
};

/// Parameters of a ledger whose blocks are mined over a network.
struct LedgerOptions
{
    uint32_t realBits{12};                       //!< work that is really done [zero bits]
    MiningRule rule;                             //!< how long devices search
    LedgerLeader leader{LedgerLeader::SMALLEST}; //!< who leads
    uint64_t seed{1};                            //!< of leaders that are drawn
};

/**
 * @ingroup fl
 * Consensus between servers whose rounds are recorded on a ledger that devices mine ("Blockchain-
 * based federated learning with parameterized deep reinforcement learning", II-A and III-B). All of
 * it is messages over the same links and the same air as models and updates.
 *
 * Devices sign their updates (the transaction is in the prefix of UPDATE), servers what they
 * trained for devices, their values before and after each exchange, and the leader the model. When
 * servers have agreed, each sends its transactions to its neighbours, who pass them on. The leader
 * makes a template of all of them, approves it, and sends it along the graph; each server sends it
 * to its devices, which search (Miner). Who finds the nonce sends the block to its server; servers
 * check it, pass it on to other servers and to their devices, and forks end as Ledger has it. When
 * all servers of the leader's part of the graph have the same chain, the round goes on for as long
 * as the block is predicted to take to the slowest device, and is over; it is over, too,
 * ConsensusTimeout after the leader has the model on its own. The model on that chain is then
 * adopted: exactly one for each version.
 *
 * A device's server is the one that hears it best among those that take part. For the time of
 * mining devices share the uplink band evenly, without interference; the downlink has its default
 * grants.
 *
 * Where a server stops, its devices are told by others; where the leader stops, another one leads
 * on, with the template if it has it. A server that was away asks its neighbours for what it lacks.
 * A round number of a transaction is the model's version that it leads to.
 */
class LedgerCoordinator : public ConsensusCoordinator
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    LedgerCoordinator();
    ~LedgerCoordinator() override;

    /**
     * To be called once, when all servers are added; each client of a device needs a Miner of the
     * same genesis.
     * @param options parameters
     * @param keys of all servers, from number 0 on
     * @param genesis first block, which registers servers and devices
     * @throws InvalidInput as Ledger, or if a server has no key
     */
    void SetLedger(const LedgerOptions& options,
                   const std::map<Participant, SigningKey>& keys,
                   std::shared_ptr<const Block> genesis);

    /// @return a server's view of the chain @param server its number
    const Ledger& GetLedger(uint32_t server) const;
    /// @return number of the present leader, or of the last one
    uint32_t GetLeaderNumber() const;
    /// @return all blocks that were mined, in the order in which they were found
    std::vector<BlockRecord> GetBlocks() const;
    /// @return sums over the run so far
    LedgerTotals GetTotals() const;

    /// Signature of "Mined".
    using MinedCallback = void (*)(const MiningRecord&);

  private:
    void DoDispose() override;
    void DoInitialize(GlobalModel& model) override;
    void DoCheckUpdate(const WorkOrder& order, const Message& message) override;
    uint32_t DoChooseLeader(const std::vector<uint32_t>& running) override;
    void DoMerging(const std::map<DeviceId, KeptUpdate>& updates) override;
    void DoNotifyValue(uint32_t server, const Eigen::VectorXf& value) override;
    void DoConsensusOver() override;
    uint32_t DoAggregate(GlobalModel& model) override;
    void DoComplete(RoundRecord& record) override;
    void DoServerLost(uint32_t server) override;
    void DoJoined() override;
    void DoNotifyLeft(DeviceId device, uint32_t server) override;
    void CancelEvents() override;
    std::string DoNotifyLedger(const Participant& from,
                               const Message& message,
                               uint32_t receiver) override;

    // Transactions

    /// Sign a transaction of the version that is made now.
    /// @param server that signs
    /// @param kind of the transaction
    /// @param exchange of SERVER_GRADIENT
    /// @param payload what it is about
    /// @param isKept whether the transaction carries it
    void Record(uint32_t server,
                Transaction::Kind kind,
                uint32_t exchange,
                std::vector<uint8_t> payload,
                bool isKept);
    /// Sign the model that consensus made, and keep it until the chain has one. @param server signs
    void RecordModel(uint32_t server);
    /**
     * Send transactions, with the hash of the server's last block, to its neighbours.
     * @param server that has them
     * @param from the server that sent them, or itself
     * @param transactions what is sent
     */
    void SendTransactions(uint32_t server,
                          uint32_t from,
                          const std::vector<Transaction>& transactions);
    /// Receive TRANSACTIONS. @param server that received them @param from the server that sent them
    /// @param payload of the message @return why some are dropped; empty: none
    std::string ReceiveTransactions(uint32_t server, uint32_t from, const Payload& payload);

    // Mining

    /// Servers have agreed on a model: begin with its block.
    void BeginMining();
    /// Choose the devices' servers, and give them grants.
    void PlanMining();
    /// @return the servers of devices @param state the system state
    std::vector<uint32_t> ChooseHomes(const SystemState& state) const;
    /// Predict the time to the block, from grants. @param predicted by device, with download,
    /// search and upload; @param plan the plan
    void PredictMining(const Plan& plan, const Outcome& predicted);
    /// @return time from the leader to a server along the graph [s] @param server a member @param
    /// bytes size of the message
    double GetPathS(uint32_t server, double bytes) const;
    /// @return expected time of a search, (27) without propagation, or of a race [s]
    double GetSearchS() const;
    /// @return whether a server can make the template: its chain has all models, and it has the
    /// next one's transaction @param server its number
    bool IsReady(uint32_t server) const;
    /// Make the template, if the leader has all that it needs.
    void TryLead();
    /// Make the template.
    void Lead();
    /// The leader waited for transactions long enough.
    void HandleGatherTimeout();
    /// Receive TEMPLATE. @param server that received it @param from the server that sent it @param
    /// payload of the message @return why it is dropped; empty: it is not
    std::string ReceiveTemplate(uint32_t server,
                                uint32_t from,
                                const std::shared_ptr<const Payload>& payload);
    /// A server has the template: pass it on. @param server its number @param from the server that
    /// sent it, or itself @param block the template @param payload its bytes
    void SpreadTemplate(uint32_t server,
                        uint32_t from,
                        std::shared_ptr<const Block> block,
                        const std::shared_ptr<const Payload>& payload);
    /// Send the template to devices whose server has it, and that were not told.
    void TellMiners();
    /// @return to whom a server passes blocks on @param server its number
    std::vector<Participant> PeersOf(uint32_t server) const;
    /// A server took a block. @param server its number @param block the block
    void BlockTaken(uint32_t server, const Block& block);
    /// A device took a block, its own or another one's.
    /// @param device number of the device
    /// @param block the block that it took
    void DeviceTook(DeviceId device, const std::shared_ptr<const Block>& block);
    /// End mining, if the servers agree on the model's block.
    void CheckMined();
    /// The round's block is known.
    void EndMining();
    /// No block came for MiningTimeout.
    void GiveUp();
    /// @return block of the leader's chain that has a version's model, or null
    /// @param version of the global model
    const Block* FindModelBlock(uint32_t version) const;

    /// A server's part.
    struct Node
    {
        std::unique_ptr<LedgerNode> ledger;          //!< its view
        std::vector<Transaction> own;                //!< that it made in this round
        std::map<DeviceId, Digest> trained;          //!< updates that it trained for devices
        uint32_t values{0};                          //!< of which it made transactions
        size_t gathered{0};                          //!< transactions of the round that it has
        std::shared_ptr<const Block> unmined;        //!< the template; null: not there
        std::shared_ptr<const Payload> unminedBytes; //!< of the template
    };

    Time m_miningTimeout;                     //!< attribute MiningTimeout
    LedgerOptions m_options;                  //!< parameters
    std::vector<Node> m_nodes;                //!< by server
    std::map<DeviceId, Transaction> m_signed; //!< of updates of this round
    bool m_isMining{false};                   //!< between BeginMining and EndMining
    uint32_t m_leader{0};                     //!< that leads the mining
    std::vector<uint32_t> m_miningMembers;    //!< servers that must agree, ascending
    size_t m_expected{0};                     //!< transactions of the round
    std::vector<uint32_t> m_homes;            //!< by device: number of its server
    double m_downloadS{0};                    //!< of a block to the slowest device, predicted [s]
    std::vector<int64_t> m_told;              //!< by device: server that sent the template, or -1
    std::map<Digest, Eigen::VectorXf> m_candidates; //!< models that may be adopted, by digest
    std::vector<uint32_t> m_reputation;             //!< by server: blocks that its devices mined
    std::vector<MiningShare> m_before;              //!< by device, until the end of the last round
    std::vector<BlockRecord> m_blocks;              //!< all that were mined
    std::map<Digest, size_t> m_blockIndex;          //!< of these, by hash
    MiningRecord m_mining;                          //!< of this round
    EventId m_gatherEvent;                          //!< end of the wait for transactions
    EventId m_spreadEvent; //!< end of the wait for servers without the block
    EventId m_endEvent;    //!< EndMining
    EventId m_giveUpEvent; //!< end of MiningTimeout

    TracedCallback<const MiningRecord&> m_minedTrace; //!< "Mined"
};

} // namespace fl
} // namespace ns3

#endif /* FL_LEDGER_COORDINATOR_H */
