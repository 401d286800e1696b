/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CONSENSUS_COORDINATOR_H
#define FL_CONSENSUS_COORDINATOR_H

#include "fl-sync-coordinator.h"

#include "ns3/event-id.h"
#include "ns3/fl-consensus.h"
#include "ns3/fl-server-graph.h"
#include "ns3/nstime.h"
#include "ns3/traced-callback.h"

#include <Eigen/Core>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

/// A consensus between servers that has ended.
struct ConsensusRecord
{
    uint32_t round{0};         //!< number of the round
    uint32_t exchanges{0};     //!< phi
    uint32_t servers{0};       //!< that took part
    uint32_t leader{0};        //!< number of the server that made the model
    double rate{ABSENT};       //!< lambda of the weights
    double spread{ABSENT};     //!< Xi, largest distance of two servers' gradients in the beginning
    double error{ABSENT};      //!< distance of M x_leader from the sum of all gradients
    double errorBound{ABSENT}; //!< MixingMatrix::ErrorBound() of it
    double startS{ABSENT};     //!< simulated time of the first exchange [s]
    double exchangedS{ABSENT}; //!< when the leader had the last value [s]
    double endS{ABSENT};       //!< when every server had the model [s]
    double predictedS{ABSENT}; //!< (25): exchanges times the slowest link, of exchangedS - startS
};

/**
 * @ingroup fl
 * Rounds of several edge servers that agree by consensus ("Blockchain-based federated learning with
 * parameterized deep reinforcement learning", (8) to (12)): when the orders of a round are over,
 * each server has the normalised gradient (8) of its own devices; neighbours exchange their values
 * as float32 over their sessions (Server::ConnectTo()), Exchanges times, and mix them (9); the
 * leader takes the step (12) with what it has then, and sends the model to all servers along the
 * graph. Then the next round begins.
 *
 * The leader is the running server with the smallest number, unless a subclass chooses. Where a
 * server stops during the exchanges, or nothing arrives for ConsensusTimeout, they begin again
 * without the links on which something is missing, with the weights of the graph that is left; of a
 * graph in parts the leader's goes on alone.
 */
class ConsensusCoordinator : public SyncCoordinator
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    ConsensusCoordinator();
    ~ConsensusCoordinator() override;

    /**
     * @param graph which servers have a session with each other; connected
     * @throws InvalidInput if it is not, or the mixing weight is out of its range
     */
    void SetGraph(const ServerGraph& graph);
    /**
     * For predictions, see ConsensusRecord::predictedS.
     * @param rateBps of the links, headers included [bit/s]
     * @param delay of the links
     */
    void SetLinks(double rateBps, Time delay);

    /// Signature of "Consensus".
    using ConsensusCallback = void (*)(const ConsensusRecord&);

  protected:
    void DoDispose() override;
    void DoInitialize(GlobalModel& model) override;
    uint32_t DoAggregate(GlobalModel& model) override;
    void DoServerLost(uint32_t server) override;
    void CancelEvents() override;

    /// @return the graph without what is broken or stopped, of all servers
    ServerGraph GraphLeft() const;
    /// @return servers of the present consensus, or of the last one, ascending
    const std::vector<uint32_t>& GetMembers() const;
    /// @return number of the server that leads it
    uint32_t GetLeader() const;
    /// @return parameters that the leader has made; empty: it made none
    const Eigen::VectorXf& GetMade() const;
    /// @param parameters those of the next version, in place of GetMade()
    void SetMade(Eigen::VectorXf parameters);
    /// @return attribute ConsensusTimeout
    Time GetTimeout() const;
    /// @return predicted time of a message to a neighbour [s]; ABSENT: links are not known
    /// @param bytes its size
    double GetLinkS(double bytes) const;

  private:
    /**
     * Choose who leads; the part of the graph that it is in goes on.
     * @param running servers that run, ascending, at least one
     * @return one of these; that of the smallest number by default
     */
    virtual uint32_t DoChooseLeader(const std::vector<uint32_t>& running);

    /// The updates of a round are there, before anything is computed from them.
    /// @param updates by device
    virtual void DoMerging([[maybe_unused]] const std::map<DeviceId, KeptUpdate>& updates)
    {
    }

    /// A server has a value that it is going to send: its gradient, or what it mixed.
    /// @param server its number
    /// @param value what it has
    virtual void DoNotifyValue([[maybe_unused]] uint32_t server,
                               [[maybe_unused]] const Eigen::VectorXf& value)
    {
    }

    /// Servers have agreed, or had nothing to agree on: close the round, the default.
    virtual void DoConsensusOver();

    /// What a server has in the exchanges.
    struct Node
    {
        Eigen::VectorXf value; //!< x_m(l)
        uint32_t exchanged{0}; //!< l
        bool hasModel{false};  //!< whether the leader's model is there
        /// Values of neighbours, by exchange and server, until they are mixed.
        std::map<uint32_t, std::map<uint32_t, Eigen::VectorXf>> received;
    };

    void DoRoundOver() override;
    void DoNotifyServerData(uint32_t server, uint32_t receiver, const Message& message) override;

    /// Compute the gradients of all servers (8), and begin the exchanges.
    void BeginConsensus();
    /// Begin the exchanges among the servers that are left.
    void BeginExchanges();
    /// Set m_left, m_members and m_isMember.
    /// @return whether there are any members
    bool ChooseMembers();
    /// @return place of a server among the members
    /// @param server a member
    uint32_t IndexOf(uint32_t server) const;
    /**
     * @param server a member
     * @param neighbour another one
     * @return whether what the neighbour has sent, and the server needs now, did not come
     */
    bool IsOwed(uint32_t server, uint32_t neighbour) const;
    /// Send a server's present value to its neighbours.
    /// @param server its number
    void SendValue(uint32_t server);
    /// Mix while all that is needed is there.
    /// @param server a server
    void Mix(uint32_t server);
    /// The leader has its last value: make the model, and send it.
    void MakeModel();
    /// A server has the model: pass it on.
    /// @param server its number
    /// @param from the neighbour that sent it
    void HandleModel(uint32_t server, uint32_t from);
    /// Send to a neighbour.
    /// @param from a server
    /// @param to another one
    /// @param step of the message: exchange plus one, or MODEL_STEP
    /// @param values what is sent
    void Send(uint32_t from, uint32_t to, uint8_t step, const Eigen::VectorXf& values);
    /// Nothing arrived for ConsensusTimeout.
    void HandleTimeout();
    /// Every server has the model.
    void EndConsensus();

    uint32_t m_exchanges{5};    //!< attribute Exchanges: phi
    double m_mixingWeight{0};   //!< attribute MixingWeight: d; 0: usual
    bool m_isPaperScale{false}; //!< attribute PaperScale
    Time m_timeout;             //!< attribute ConsensusTimeout
    ServerGraph m_graph;        //!< of all servers
    double m_linkBps{0};        //!< see SetLinks; 0: not known [bit/s]
    Time m_linkDelay;           //!< see SetLinks

    bool m_isExchanging{false};      //!< between BeginConsensus and EndConsensus
    uint32_t m_attempt{0};           //!< at exchanges, counted over all rounds
    std::vector<uint32_t> m_members; //!< servers of this consensus, ascending
    std::vector<bool> m_isMember;    //!< by server
    ServerGraph m_left;              //!< the graph of this consensus
    std::set<std::pair<uint32_t, uint32_t>> m_brokenEdges; //!< that brought nothing in this round
    std::optional<MixingMatrix> m_mixing;                  //!< its weights
    std::vector<Eigen::VectorXf> m_gradients;              //!< by server: A_m
    std::vector<Node> m_nodes;                             //!< by server
    double m_learningRate{0};                              //!< eta
    double m_meanSteps{0};                                 //!< of (12)
    uint32_t m_merged{0};                                  //!< updates in the gradients
    Eigen::VectorXf m_model;                               //!< parameters that the leader made
    ConsensusRecord m_consensus;                           //!< of this round
    EventId m_timeoutEvent;                                //!< end of ConsensusTimeout

    TracedCallback<const ConsensusRecord&> m_consensusTrace; //!< "Consensus"
};

} // namespace fl
} // namespace ns3

#endif /* FL_CONSENSUS_COORDINATOR_H */
