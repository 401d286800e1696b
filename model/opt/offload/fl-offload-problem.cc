/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-problem.h"

#include "ns3/fl-error.h"
#include "ns3/fl-input-name.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Numbers beyond these, in SI units, are no physics, and their products leave the range of
/// doubles.
constexpr double SMALLEST = 1e-30;
constexpr double LARGEST = 1e30; //!< the upper end

/// What is left of a budget after mining must exceed the rounding errors of the difference.
constexpr double LEAST_REST = 1e-9;

/// @return whether a number lies within [SMALLEST, LARGEST]
/// @param value the number
bool
IsPositive(double value)
{
    return value >= SMALLEST && value <= LARGEST;
}

/// Refuse a number that is not from SMALLEST to LARGEST.
void
RequirePositive(const std::string& name, double value)
{
    if (!IsPositive(value))
    {
        throw InvalidInput(
            Describe(name, " = ", value, ": must be from ", SMALLEST, " to ", LARGEST));
    }
}

/// Refuse a number that is neither 0 nor from SMALLEST to LARGEST.
void
RequireNonNegative(const std::string& name, double value)
{
    if (value != 0 && !IsPositive(value))
    {
        throw InvalidInput(
            Describe(name, " = ", value, ": must be 0 or from ", SMALLEST, " to ", LARGEST));
    }
}

/// Refuse a count of entries that is none or too large.
void
RequireCount(const std::string& name, size_t count, size_t most)
{
    if (count < 1 || count > most)
    {
        throw InvalidInput(Describe(name, " has ", count, " entries: must have from 1 to ", most));
    }
}

/// A device on its own.
void
ValidateDevice(const std::string& place, const OffloadDevice& device)
{
    RequirePositive(place + Named("data_bits"), device.dataBits);
    RequirePositive(place + Named("cycles"), device.cycles);
    RequirePositive(place + Named("max_cpu_hz"), device.maxCpuHz);
    RequireNonNegative(place + Named("effective_capacitance"), device.effectiveCapacitance);
    RequirePositive(place + Named("max_tx_power_w"), device.maxTxPowerW);
    RequirePositive(place + Named("energy_budget_j"), device.energyBudgetJ);
    RequirePositive(place + Named("upload_rate_bps"), device.uploadRateBps);
}

/// The band, and how each device is heard.
void
ValidateRadio(const OffloadProblem& problem)
{
    const size_t channels = problem.bandwidthHz.size();
    RequireCount(Named("bandwidth_hz"), channels, OFFLOAD_MAX_SUB_CHANNELS);
    if (problem.noiseW.size() != channels)
    {
        throw InvalidInput(Describe(Named("noise_w"),
                                    " has ",
                                    problem.noiseW.size(),
                                    " entries: must have ",
                                    channels,
                                    ", one per sub-channel, as ",
                                    Named("bandwidth_hz")));
    }
    for (size_t g = 0; g < channels; ++g)
    {
        RequirePositive(Describe(Named("bandwidth_hz"), "[", g, "]"), problem.bandwidthHz[g]);
        RequirePositive(Describe(Named("noise_w"), "[", g, "]"), problem.noiseW[g]);
    }
    const size_t servers = problem.servers.size();
    const size_t expected = problem.devices.size() * servers * channels;
    if (problem.gains.size() != expected)
    {
        throw InvalidInput(Describe(Named("gain", "gains"),
                                    " has ",
                                    problem.gains.size(),
                                    " numbers: must have ",
                                    expected,
                                    ", one per device, server and sub-channel"));
    }
    for (size_t k = 0; k < expected; ++k)
    {
        if (problem.gains[k] != 0 && !IsPositive(problem.gains[k]))
        {
            const std::string key = Describe("gain[",
                                             k / channels / servers,
                                             "][",
                                             k / channels % servers,
                                             "][",
                                             k % channels,
                                             "]");
            RequireNonNegative(Named(key, Describe("gains[", k, "]")), problem.gains[k]);
        }
    }
}

/// The ledger's part.
void
ValidateMining(const OffloadMining& mining)
{
    RequirePositive(Named("mining.block_hashes"), mining.blockHashes);
    RequireNonNegative(Named("mining.joule_per_hash"), mining.joulePerHash);
    RequirePositive(Named("mining.max_hash_rate_hps"), mining.maxHashRateHps);
    RequireNonNegative(Named("mining.forks"), mining.forks);
    RequireNonNegative(Named("mining.propagation_s"), mining.propagationS);
    if (mining.hashPoolHps)
    {
        RequirePositive(Named("mining.hash_pool_hps"), *mining.hashPoolHps);
    }
}

} // namespace

const char*
ToString(OffloadObjective objective)
{
    return objective == OffloadObjective::SUM ? "sum" : "makespan";
}

void
OffloadProblem::Validate() const
{
    RequireCount("servers", servers.size(), OFFLOAD_MAX_SERVERS);
    RequireCount("devices", devices.size(), OFFLOAD_MAX_DEVICES);
    ValidateRadio(*this);
    for (size_t m = 0; m < servers.size(); ++m)
    {
        RequirePositive(Describe("servers[", m, "].", Named("cpu_hz")), servers[m].cpuHz);
    }
    for (size_t n = 0; n < devices.size(); ++n)
    {
        ValidateDevice(Describe("devices[", n, "]."), devices[n]);
    }
    RequirePositive(Named("model_bits"), modelBits);
    RequireNonNegative(Named("consensus_s"), consensusS);
    ValidateMining(mining);
}

void
OffloadProblem::RequireEnergy() const
{
    const double leastJ = MiningJ() * (1 + LEAST_REST);
    for (size_t n = 0; n < devices.size(); ++n)
    {
        if (devices[n].energyBudgetJ < leastJ)
        {
            throw Infeasible(Describe("28h: devices[",
                                      n,
                                      "].",
                                      Named("energy_budget_j"),
                                      " = ",
                                      devices[n].energyBudgetJ,
                                      ": must exceed ",
                                      MiningJ(),
                                      " J, what mining takes"),
                             {{"least_energy_budget_j", leastJ}});
        }
    }
}

double
OffloadProblem::MiningJ() const
{
    return mining.joulePerHash * mining.blockHashes;
}

double
OffloadProblem::LearnBudgetJ(size_t n) const
{
    return devices[n].energyBudgetJ - MiningJ();
}

double
OffloadProblem::HashRateHps() const
{
    // Of a pool that binds, equal shares are best: the sum of 1/Psi is convex and symmetric.
    const auto count = static_cast<double>(devices.size());
    return mining.hashPoolHps ? std::min(mining.maxHashRateHps, *mining.hashPoolHps / count)
                              : mining.maxHashRateHps;
}

double
OffloadProblem::MiningS(double hashRateHps) const
{
    return mining.forks * (mining.blockHashes / hashRateHps + mining.propagationS);
}

double
OffloadProblem::LocalHz(size_t n) const
{
    const auto& device = devices[n];
    if (device.effectiveCapacitance == 0)
    {
        return device.maxCpuHz;
    }
    return std::min(device.maxCpuHz,
                    std::sqrt(LearnBudgetJ(n) / device.effectiveCapacitance / device.cycles));
}

double
OffloadProblem::LocalS(size_t n) const
{
    return devices[n].cycles / LocalHz(n) + modelBits / devices[n].uploadRateBps;
}

double
OffloadProblem::ExecuteS(size_t n, size_t m) const
{
    return devices[n].cycles / servers[m].cpuHz;
}

} // namespace fl
} // namespace ns3
