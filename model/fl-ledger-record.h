/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LEDGER_RECORD_H
#define FL_LEDGER_RECORD_H

#include "ns3/fl-plan.h"
#include "ns3/fl-sodium.h"

#include <cstdint>
#include <map>
#include <set>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What is measured of blocks that are mined over a network. Times are simulated times.
 */

namespace ns3
{
namespace fl
{

/// A block that was mined, on the chain or not.
struct BlockRecord
{
    Digest hash{};          //!< its hash
    uint64_t height{0};     //!< blocks before it
    uint32_t round{0};      //!< number of the round in which it was found
    DeviceId miner{0};      //!< the device that found its nonce
    uint32_t server{0};     //!< number of the miner's server
    double foundS{ABSENT};  //!< when the nonce was found [s]
    double leaderS{ABSENT}; //!< when the round's leader took it [s]; ABSENT: it never did
    double spreadS{ABSENT}; //!< when the last of the round's servers took it [s]; ABSENT: likewise
    bool isOrphan{false};   //!< whether it is on no server's chain in the end
    double intervalS{ABSENT}; //!< mean time to a block with those who searched for it [s]; ABSENT:
                              //!< no race
    std::set<uint32_t> holders;         //!< servers that took it
    std::map<DeviceId, double> weights; //!< the others that searched then: shares of the hash rates
                                        //!< of all that searched
    std::map<DeviceId, double> heardS;  //!< when devices took it [s]
};

/// The block of a round, from the end of consensus to that of mining.
struct MiningRecord
{
    uint32_t round{0};               //!< number of the round
    uint32_t leader{0};              //!< server that made the template
    uint32_t servers{0};             //!< that took part
    DeviceId miner{0};               //!< whose block is on the leader's chain
    double startS{ABSENT};           //!< consensus was over [s]
    double templateS{ABSENT};        //!< the leader had the transactions [s]
    double foundS{ABSENT};           //!< the nonce was found [s]
    double leaderS{ABSENT};          //!< the leader had the block [s]
    double endS{ABSENT};             //!< the servers agreed on it [s]
    double templateBytes{0};         //!< size of the template [byte]
    double predictedSearchS{ABSENT}; //!< (27) without propagation, or a race's mean [s]
    double predictedS{ABSENT};       //!< of leaderS - templateS: search, links and radio [s]
};

/// Sums over a run.
struct LedgerTotals
{
    uint32_t blocks{0};              //!< on the chain, without the first one
    uint32_t orphans{0};             //!< mined, and not on the chain
    uint32_t forks{0};               //!< heights at which several blocks were mined
    double forkRate{ABSENT};         //!< forks over heights; ABSENT: no block was mined
    double expectedForkRate{ABSENT}; //!< mean of 1 - exp(-delay / interval); ABSENT: no race
    double energyJ{0};               //!< of all hashes [J]
};

} // namespace fl
} // namespace ns3

#endif /* FL_LEDGER_RECORD_H */
