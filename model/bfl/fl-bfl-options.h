/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BFL_OPTIONS_H
#define FL_BFL_OPTIONS_H

#include "ns3/fl-dataset.h"
#include "ns3/fl-model.h"
#include "ns3/fl-trainer.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What rounds of blockchain-based federated learning are to be like.
 */

namespace ns3
{
namespace fl
{

/// How servers come to a global model, and who looks at them.
enum class BflScheme : uint8_t
{
    BLOCKCHAIN, //!< consensus, recorded on a ledger, from which poisoning is detected
    CONSENSUS,  //!< the same without a ledger: nobody looks
    LEADER,     //!< a random server's own aggregate becomes the global model
    CENTRAL,    //!< one server aggregates all devices
    INDEPENDENT //!< each server has a model of its own, of its devices
};

/// How poisoning is looked for.
enum class BflDetection : uint8_t
{
    NONE,   //!< not at all
    REPLAY, //!< what a server published after an exchange is computed again from the ledger
    SCORE,  //!< its deviation from the others is above a threshold
    BOTH    //!< the first that finds something
};

/// Who attacks, when and how.
struct BflAttack
{
    std::string name{"none"};        //!< as PoisonAttack takes it
    double scale{0};                 //!< as PoisonAttack takes it; of `noise`: at the model
    bool isByServers{true};          //!< servers attack, or else devices
    std::vector<uint32_t> attackers; //!< their numbers, ascending
    std::vector<uint32_t> rounds;    //!< global rounds, from 1 on; empty: all
    /// of servers: the exchange after which they poison what they publish; 0: their own gradient,
    /// before any
    uint32_t exchange{0};
};

/// What rounds are like.
struct BflOptions
{
    BflScheme scheme{BflScheme::BLOCKCHAIN}; //!< how a global model comes about
    uint32_t servers{3};                     //!< M
    std::string graph{"line"}; //!< links between servers, as MakeServerGraph() takes it
    double mixing{0};          //!< d of (9); 0: UsualMixingWeight()
    uint32_t exchanges{5};     //!< phi, rounds of consensus
    bool isScaled{true};       //!< the leader multiplies by M, or (10) is taken as printed
    bool isByReputation{
        false}; //!< with a ledger the leader is whose devices mined most; else random
    std::string deviceRule{"mean"}; //!< how a server combines its devices' gradients
    uint32_t deviceByzantine{0};    //!< f of that rule
    std::string serverRule{"mean"}; //!< how servers' gradients are combined: mean: by consensus
    uint32_t serverByzantine{0};    //!< f of that rule
    BflAttack attack;               //!< who attacks
    BflDetection detection{BflDetection::REPLAY}; //!< with BLOCKCHAIN
    /// of the deviation score, by exchange from 0 on; CalibrateThresholds() gives them
    std::vector<double> thresholds;
    uint32_t exclusion{10};    //!< rounds for which a server that was found out is left out
    uint32_t realBits{12};     //!< leading zero bits that a nonce is really searched for
    double blockIntervalS{10}; //!< mean time from a block to the next one [s]
    uint64_t seed{1};          //!< of all draws but those of data

    /**
     * @param devices N
     * @throws InvalidInput that names the option, its value and what is allowed
     */
    void Validate(uint32_t devices) const;
};

/// What is learned, and from what.
struct BflTask
{
    std::shared_ptr<const Model> model;       //!< the structure
    std::shared_ptr<const Dataset> train;     //!< training data of all
    std::shared_ptr<const Dataset> test;      //!< held out
    TrainerOptions trainer;                   //!< of the devices: steps of SGD
    bool isByAdam{false};                     //!< they take steps of Adam in place of SGD's
    std::vector<std::vector<uint32_t>> parts; //!< by device, its samples
};

/// @return names of the schemes: blockchain, consensus, leader, central, independent
std::vector<std::pair<std::string, BflScheme>> BflSchemeNames();
/// @return its name in tables and options @param scheme one of the BFL schemes
std::string ToString(BflScheme scheme);

} // namespace fl
} // namespace ns3

#endif /* FL_BFL_OPTIONS_H */
