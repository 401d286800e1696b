/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mining.h"

#include "ns3/fl-error.h"
#include "ns3/fl-random-stream.h"

#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Complain unless a number is finite and positive.
void
RequirePositive(const char* name, double value)
{
    if (!(value > 0 && std::isfinite(value)))
    {
        throw InvalidInput(Describe(name, " ", value, ": must be positive and finite"));
    }
}

/// Complain unless a number is finite and at least 0.
void
RequireNonNegative(const char* name, double value)
{
    if (!(value >= 0 && std::isfinite(value)))
    {
        throw InvalidInput(Describe(name, " ", value, ": must be at least 0 and finite"));
    }
}

/// @param hashRates of the miners [hash/s] @return their sum [hash/s]
double
TotalRate(const std::vector<double>& hashRates)
{
    double total = 0;
    for (const double rate : hashRates)
    {
        RequireNonNegative("hash rate", rate);
        total += rate;
    }
    if (!(total > 0 && std::isfinite(total)))
    {
        throw InvalidInput(Describe("hash rates of ",
                                    hashRates.size(),
                                    " miners add up to ",
                                    total,
                                    ": must be positive and finite"));
    }
    return total;
}

} // namespace

double
DeterministicMiningS(double hashes, double hashRate, double propagationS, double zeta)
{
    RequirePositive("hashes per block", hashes);
    RequirePositive("hash rate", hashRate);
    RequireNonNegative("propagation delay", propagationS);
    RequirePositive("zeta", zeta);
    return zeta * (hashes / hashRate + propagationS);
}

MiningRace
DrawMiningRace(const std::vector<double>& hashRates, double hashes, RandomStream& random)
{
    RequirePositive("hashes per block", hashes);
    const double total = TotalRate(hashRates);
    MiningRace race;
    race.seconds = -std::log1p(-random.Uniform()) * hashes / total;
    double left = random.Uniform() * total;
    // Rounding may leave a rest behind the last: the winner is one that mines.
    for (size_t miner = 0; miner < hashRates.size() && left >= 0; ++miner)
    {
        race.winner = hashRates[miner] > 0 ? miner : race.winner;
        left -= hashRates[miner];
    }
    return race;
}

double
HashesForInterval(const std::vector<double>& hashRates, double intervalS)
{
    RequirePositive("block interval", intervalS);
    return TotalRate(hashRates) * intervalS;
}

double
ForkProbability(double delayS, double intervalS)
{
    RequireNonNegative("propagation delay", delayS);
    RequirePositive("block interval", intervalS);
    return -std::expm1(-delayS / intervalS);
}

} // namespace fl
} // namespace ns3
