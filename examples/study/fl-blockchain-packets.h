/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BLOCKCHAIN_PACKETS_H
#define FL_BLOCKCHAIN_PACKETS_H

#include "fl-blockchain-packet-plots.h"

#include "ns3/fl-scenario.h"

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * One configuration of BFL by packets: three cells, ten devices, consensus between the servers, and
 * blocks that the devices mine.
 */

namespace ns3
{
namespace fl
{

/// A term of a round's latency, summed over devices, or of the round as a whole.
struct BlockchainTerm
{
    std::string objective; //!< sum or makespan: what the plans minimise
    uint32_t drop{0};      //!< number of the drop: places and fading
    uint32_t round{0};     //!< number of the round
    std::string name;      //!< offload, execute, compute, upload, download, consensus, record (from
                           //!< consensus to the template), mining (from there until the leader has
                           //!< the block) or round
    double formulaS{0};    //!< by (20) to (27): payloads alone, everybody sends all the time [s]
    double predictedS{0};  //!< by the Predictor, headers included; NaN: not predicted [s]
    double measuredS{0};   //!< [s]
};

/// How much of the interference that plans assume is there, of one objective.
struct BlockchainInterference
{
    std::string objective; //!< sum or makespan
    uint32_t links{0};     //!< uploads of samples that others are planned to disturb
    double share{0};       //!< mean of the time lost by interference, measured over assumed
};

/// What the runs found.
struct BlockchainPackets
{
    std::vector<BlockchainTerm> terms;                 //!< by objective, drop, round and term
    std::vector<BlockchainInterference> interferences; //!< by objective
    std::vector<BlockchainSpan> spans;                 //!< of the first drop, for the sum
    std::vector<BlockchainPlace> places;               //!< of that
    std::vector<BlockRecord> blocks;                   //!< of a race with forks, see below
    LedgerTotals race;                                 //!< of that
};

/**
 * The configuration: M = 3 servers of 5 GHz, N = 10 devices of 0.2 to 2 GHz, G = 3 sub-channels, 20
 * MHz, 30 dBm, Rayleigh fading, samples of 1 MB and about 0.9 Gcycle a device (Table IV), a line of
 * links of 1 Gbit/s and 1 ms, 5 exchanges; a ledger, hash rates of 0.1 to 1 Thash/s, 50 Ghash a
 * block, three times, without chance (27).
 * @param run RngRun, of places and fading, which lasts
 * @return the scenario, of two rounds: sessions are new in the first one
 */
Scenario BlockchainPacketScenario(uint64_t run);

/**
 * Simulate it with both objectives; ns-3's defaults are changed. Then a race of 20 rounds in the
 * first drop, for a block every 5 ms, so that there are forks to be seen.
 * @param run RngRun of the first drop
 * @param drops number of drops
 * @param threads that train
 * @return what was planned, predicted and measured
 */
BlockchainPackets RunBlockchainPackets(uint64_t run, uint32_t drops, uint32_t threads);

/// @return packets.csv
/// @param packets what was found
std::string BlockchainPacketsCsv(const BlockchainPackets& packets);
/// Print means over the rounds.
/// @param os where to
/// @param packets what was found
void PrintBlockchainPackets(std::ostream& os, const BlockchainPackets& packets);

} // namespace fl
} // namespace ns3

#endif /* FL_BLOCKCHAIN_PACKETS_H */
