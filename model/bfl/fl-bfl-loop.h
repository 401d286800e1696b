/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BFL_LOOP_H
#define FL_BFL_LOOP_H

#include "fl-bfl-detection.h"
#include "fl-bfl-exchanges.h"
#include "fl-bfl-ledger.h"
#include "fl-bfl-options.h"

#include "ns3/fl-poison-attack.h"
#include "ns3/fl-robust-rule.h"
#include "ns3/fl-trainer.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace ns3
{
namespace fl
{

/// What became of a round.
struct BflRound
{
    uint32_t round{0};               //!< its number, from 1 on
    uint32_t leader{0};              //!< the server whose model became the global one
    Evaluation evaluation;           //!< of the global model; of several: weighted by devices
    std::vector<uint32_t> attackers; //!< servers that poisoned what they sent
    std::vector<uint32_t> accused;   //!< servers that were found, in this order
    std::vector<uint32_t> exchanges; //!< of each of them, after which exchange; 0: before any
    std::vector<uint32_t> active;    //!< servers that take part at the end of the round
    double consensusError{0};        //!< norm of M x_leader - sum of A_m
    double errorBound{0};            //!< MixingMatrix::ErrorBound() on it
    std::vector<double> scores;      //!< by exchange, the largest deviation score; without restarts
};

/**
 * @ingroup fl
 * Learning with several edge servers, by formula: no packets, and no time but that of mining. The
 * four schemes of D. C. Nguyen et al., section V-E, are one code path with switches.
 *
 * A round: devices train e steps from the model of their server; each server combines what its
 * devices send, (8), or by a robust rule; servers exchange values with their neighbours, (9); the
 * leader's value, scaled, is the step of the global model, (11) and (12). With a ledger each value
 * is recorded before the next exchange, and looked at; a server that is found out is excluded, its
 * devices send what they trained to other servers, and the exchanges begin anew, from the devices'
 * gradients on.
 *
 * An excluded server still forwards what its neighbours send each other, which it cannot forge:
 * these become neighbours, so that a connected graph stays connected. The last active server is
 * never excluded.
 *
 * The result is a function of task and options.
 */
class BflLoop
{
  public:
    /**
     * @param task what is learned
     * @param options what rounds are like
     * @throws InvalidInput if they are not valid, or BLOCKCHAIN was asked for and this was built
     *         without libsodium
     */
    BflLoop(BflTask task, BflOptions options);

    /// Go through a round. @return what became of it
    BflRound RunRound();

    /// @return the global model of a server; they differ with INDEPENDENT alone
    /// @param server its number
    const Eigen::VectorXf& GetModel(uint32_t server = 0) const;
    /// @return the ledger; null without
    const BflLedger* GetLedger() const;
    /// @return what was found so far
    const DetectionCount& GetDetection() const;
    /// @return server of each device, at present
    const std::vector<uint32_t>& GetHomes() const;

  private:
    /// A server that was found out.
    struct Alarm
    {
        uint32_t server{0};   //!< its number
        uint32_t exchange{0}; //!< after which
    };

    /// Servers come back; devices go to their server, or to one that is active.
    void ReturnServers();
    /// Set homes of devices whose server is not active.
    void AssignDevices();
    /// @return whether servers or devices attack in this round @param isByServers which
    bool IsAttacked(bool isByServers) const;
    /// Train all devices: sets their normalised gradients, which some may poison.
    void TrainDevices();
    /// Poison values of servers that attack. @param [in,out] exchanges theirs @param scale of the
    /// step
    void Poison(BflExchanges& exchanges, double scale);
    /// @return servers' gradients, A_m of (8), before any exchange
    BflExchanges Gather() const;
    /// @return the gradient of a server's devices, and sets their share @param server which
    /// @param [out] share samples of its devices over all
    Eigen::VectorXf CombineDevices(uint32_t server, double& share) const;
    /// Look at what servers have published. @param exchanges theirs @param before their
    /// values before the exchange; empty: none @param exchange number @param mixing weights
    /// @param [out] alarm who is accused @param [in,out] round gets the scores @return whether
    /// somebody
    bool Look(const BflExchanges& exchanges,
              const std::vector<Eigen::VectorXf>& before,
              uint32_t exchange,
              const MixingMatrix& mixing,
              Alarm& alarm,
              BflRound& round) const;
    /// Record what servers publish. @param [in,out] exchanges theirs
    void Publish(BflExchanges& exchanges);
    /// A try of consensus. @param [in,out] exchanges from gradients to the end @param [in,out]
    /// round gets errors and scores @param [out] alarm who was found @return whether somebody was
    bool Agree(BflExchanges& exchanges, BflRound& round, Alarm& alarm);
    /// Exclude a server. @param alarm of it @param [in,out] round gets it
    void Exclude(const Alarm& alarm, BflRound& round);
    /// Take the step of the leader's value, or each server's. @param exchanges final values @param
    /// leader its number
    void Step(const BflExchanges& exchanges, uint32_t leader);
    /// @return number of the leader @param exchanges the active servers
    uint32_t ChooseLeader(const BflExchanges& exchanges);
    /// Count what was found. @param round of it
    void Count(const BflRound& round);
    /// @return whether servers agree by exchanges
    bool HasConsensus() const;
    /// @return exchange after which servers that attack have poisoned values; 0: before any
    uint32_t PoisonedExchange() const;
    /// @return scale of the leader's value @param active number of servers
    double ScaleOf(size_t active) const;

    const BflTask m_task;                           //!< what is learned
    const BflOptions m_options;                     //!< what rounds are like
    const PoisonAttack m_attack;                    //!< of m_options
    std::unique_ptr<const RobustRule> m_deviceRule; //!< at servers
    std::unique_ptr<const RobustRule> m_serverRule; //!< between servers
    std::unique_ptr<BflLedger> m_ledger;            //!< null: none
    ServerGraph m_graph;                            //!< links between servers
    std::vector<Dataset> m_flipped;                 //!< by device, of those that flip labels
    std::vector<Eigen::VectorXf> m_models;          //!< one, or by server
    std::vector<Eigen::VectorXf> m_updates;         //!< by device, w_e - w_0 of the round
    std::vector<uint32_t> m_usualHomes;             //!< by device
    std::vector<uint32_t> m_homes;                  //!< by device, at present
    std::vector<uint32_t> m_excludedUntil;          //!< by server, last round of exclusion
    std::vector<uint64_t> m_reputation;             //!< by server, blocks of its devices
    uint32_t m_round{0};                            //!< the present one
    double m_totalSamples{0};                       //!< D
    DetectionCount m_detection;                     //!< so far
};

} // namespace fl
} // namespace ns3

#endif /* FL_BFL_LOOP_H */
