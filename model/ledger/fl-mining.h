/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MINING_H
#define FL_MINING_H

#include <cstddef>
#include <vector>

/**
 * @file
 * @ingroup fl
 * How long mining takes, for blocks whose nonce is searched in no time of the simulation: D. C.
 * Nguyen et al., "Latency optimization for blockchain-empowered federated learning in multi-server
 * edge computing", (27) and section III-B.
 */

namespace ns3
{
namespace fl
{

class RandomStream;

/// Who mines a block first.
struct MiningRace
{
    size_t winner{0};  //!< index among the miners
    double seconds{0}; //!< from the beginning of the search to the nonce [s]
};

/**
 * (27): mining without chance.
 * @param hashes hbar, hashes that a block takes, positive
 * @param hashRate Psi, of the miner [hash/s], positive
 * @param propagationS of a block to all others [s], at least 0
 * @param zeta the paper's constant factor, positive
 * @return the time until everybody has the block [s]
 * @throws InvalidInput if one of them is out of range
 */
double DeterministicMiningS(double hashes, double hashRate, double propagationS, double zeta);

/**
 * Draw a race: each miner's search is a Poisson process of rate hash rate over hashes, so that the
 * first nonce comes after an exponential time of mean hashes / sum of rates, and is a miner's with
 * the probability of its share of the rates.
 * @param hashRates of the miners [hash/s], at least 0, of which one is positive
 * @param hashes hashes that a block takes in the mean, positive
 * @param random where it comes from: two uniform numbers
 * @return winner and time
 * @throws InvalidInput if a number is out of range, or nobody mines
 */
MiningRace DrawMiningRace(const std::vector<double>& hashRates,
                          double hashes,
                          RandomStream& random);

/**
 * @param hashRates of the miners [hash/s], at least 0, of which one is positive
 * @param intervalS mean time from a block to the next one [s], positive
 * @return hashes per block for which the race takes that long
 * @throws InvalidInput if a number is out of range, or nobody mines
 */
double HashesForInterval(const std::vector<double>& hashRates, double intervalS);

/**
 * @param delayS until a block is with all miners [s], at least 0
 * @param intervalS mean time from a block to the next one [s], positive
 * @return probability that another block is mined meanwhile: 1 - exp(-delay / interval)
 * @throws InvalidInput if a number is out of range
 */
double ForkProbability(double delayS, double intervalS);

} // namespace fl
} // namespace ns3

#endif /* FL_MINING_H */
