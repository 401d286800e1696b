/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-drop.h"

#include "ns3/fl-disc-drop.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// No device is nearer to a station [m].
constexpr double LEAST_DISTANCE_M = 10;
/// pi, which C++17 does not have.
constexpr double PI = 3.14159265358979323846;

/// Draw what a device has to send and to compute.
void
DrawSizes(RandomStream& random, OffloadDevice& device)
{
    device.dataBits = 8e6 * random.Uniform(0.5, 2);
    device.cycles = 1e9 * random.Uniform(0.7, 1.1);
}

/// Draw a device, and how the stations hear it, on average too.
void
AddDevice(const OffloadDrop& drop,
          RandomStream& random,
          OffloadProblem& problem,
          std::vector<double>* meanGains)
{
    OffloadDevice device;
    DrawSizes(random, device);
    device.maxCpuHz = 1e9 * random.Uniform(0.2, 2);
    device.effectiveCapacitance = 5e-27;
    device.maxTxPowerW = drop.maxTxPowerW;
    device.energyBudgetJ = problem.MiningJ() + random.Uniform(drop.minBudgetJ, drop.maxBudgetJ);
    const double radiusM = drop.discM * std::sqrt(random.Uniform());
    const double angle = 2 * PI * random.Uniform();
    double best = 0;
    for (size_t m = 0; m < drop.servers; ++m)
    {
        const double station = 2 * PI * static_cast<double>(m) / static_cast<double>(drop.servers);
        const double xM = radiusM * std::cos(angle) - drop.ringM * std::cos(station);
        const double yM = radiusM * std::sin(angle) - drop.ringM * std::sin(station);
        const double distanceM = std::max(LEAST_DISTANCE_M, std::hypot(xM, yM));
        const double loss = FromDb(128.1 + 37.6 * std::log10(distanceM / 1000));
        best = std::max(best, 1 / loss);
        if (meanGains)
        {
            meanGains->push_back(1 / loss);
        }
        for (size_t g = 0; g < drop.subChannels; ++g)
        {
            problem.gains.push_back(-std::log1p(-random.Uniform()) / loss);
        }
    }
    // (23): the best server, a full sub-channel, no interference, full power, no fading.
    const double snr = drop.maxTxPowerW * best / problem.noiseW[0];
    device.uploadRateBps = problem.bandwidthHz[0] * std::log1p(snr) / std::log(2.0);
    problem.devices.push_back(device);
}

} // namespace

OffloadProblem
DrawOffload(const OffloadDrop& drop, RandomStream& random, std::vector<double>* meanGains)
{
    OffloadProblem problem;
    const double widthHz =
        drop.isGrid ? drop.bandwidthHz / static_cast<double>(drop.subChannels) : drop.bandwidthHz;
    problem.bandwidthHz.assign(drop.subChannels, widthHz);
    problem.noiseW.assign(drop.subChannels, drop.noiseWPerHz * widthHz);
    problem.servers.assign(drop.servers, {5e9});
    problem.modelBits = 40e3;
    problem.consensusS = 0.01;
    problem.mining.blockHashes = 50e9;
    problem.mining.joulePerHash = 5e-8;
    problem.mining.maxHashRateHps = drop.maxHashRateHps;
    problem.mining.forks = 3;
    problem.mining.propagationS =
        drop.propagationPerNodeS * static_cast<double>(drop.servers + drop.devices - 1);
    for (size_t n = 0; n < drop.devices; ++n)
    {
        AddDevice(drop, random, problem, meanGains);
    }
    return problem;
}

void
RedrawOffloadFading(const std::vector<double>& meanGains,
                    RandomStream& random,
                    OffloadProblem& problem)
{
    const size_t channels = problem.bandwidthHz.size();
    for (size_t k = 0; k < problem.gains.size(); ++k)
    {
        // The power of a Rayleigh amplitude is exponential.
        problem.gains[k] = -meanGains[k / channels] * std::log1p(-random.Uniform());
    }
}

void
RedrawOffloadSizes(RandomStream& random, OffloadProblem& problem)
{
    for (auto& device : problem.devices)
    {
        DrawSizes(random, device);
    }
}

} // namespace fl
} // namespace ns3
