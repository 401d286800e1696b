/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-frequencies.h"

#include "ns3/fl-predictor.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param problem weight of energy w1
 * @param device capacitance kappa
 * @return whether a device's CPU frequency costs anything: w1 kappa > 0
 */
bool
FrequencyCosts(const JointProblem& problem, const JointDevice& device)
{
    return problem.weightEnergy * device.capacitance > 0;
}

/**
 * @param problem weight of energy
 * @param device its cycles, capacitance kappa and range of CPU frequencies [Hz]
 * @param uploadS duration of its upload [s]
 * @param roundS duration of the round [s]
 * @return the cheapest CPU frequency with which a device that uploads for uploadS is ready by
 *         roundS [Hz], clamped to the device's range; the largest one if it costs nothing
 */
double
SlowestFrequency(const JointProblem& problem,
                 const JointDevice& device,
                 double uploadS,
                 double roundS)
{
    if (device.cycles == 0)
    {
        return device.minCpuHz;
    }
    if (!FrequencyCosts(problem, device) || roundS <= uploadS)
    {
        return device.maxCpuHz;
    }
    return std::clamp(device.cycles / (roundS - uploadS), device.minCpuHz, device.maxCpuHz);
}

/**
 * @param problem a valid problem
 * @param shares by device, with upload times [s]
 * @param roundS duration of the round [s]
 * @return the sum of the multipliers lambda_n of (9a) at a duration of a round [1/s]
 */
double
SumOfMultipliers(const JointProblem& problem, const std::vector<JointShare>& shares, double roundS)
{
    double sum = 0;
    for (size_t i = 0; i < shares.size(); ++i)
    {
        const auto& device = problem.devices[i];
        const double frequency = SlowestFrequency(problem, device, shares[i].uploadS, roundS);
        if (device.cycles > 0 && frequency > device.minCpuHz)
        {
            sum +=
                2 * problem.weightEnergy * device.capacitance * frequency * frequency * frequency;
        }
    }
    return sum;
}

/**
 * @param problem a valid problem, with positive weights of time w2 and of energy
 * @param shares by device, with upload times [s]
 * @param shortestS the shortest feasible round [s]
 * @return a round so long that the multipliers add up to w2 at most [s]
 */
double
LongestRound(const JointProblem& problem, const std::vector<JointShare>& shares, double shortestS)
{
    double roundS = shortestS;
    for (size_t i = 0; i < shares.size(); ++i)
    {
        const auto& device = problem.devices[i];
        if (device.cycles == 0 || !FrequencyCosts(problem, device))
        {
            continue;
        }
        // At this frequency each multiplier is w2 / N; below f_min it is 0.
        const double fair = std::cbrt(
            problem.weightTime / (2 * problem.weightEnergy * device.capacitance * shares.size()));
        roundS =
            std::max(roundS, shares[i].uploadS + device.cycles / std::max(fair, device.minCpuHz));
    }
    return roundS;
}

/**
 * @param problem a valid problem
 * @param shares by device, with upload times [s]
 * @return the duration T of the round that minimises Subproblem 1 [s], by bisection
 */
double
BestRound(const JointProblem& problem, const std::vector<JointShare>& shares)
{
    double low = ShortestRound(problem, shares);
    if (SumOfMultipliers(problem, shares, low) <= problem.weightTime)
    {
        return low;
    }
    double high = LongestRound(problem, shares, low);
    for (double middle = low + (high - low) / 2; middle > low && middle < high;
         middle = low + (high - low) / 2)
    {
        (SumOfMultipliers(problem, shares, middle) > problem.weightTime ? low : high) = middle;
    }
    return high;
}

} // namespace

size_t
CountSenders(const JointProblem& problem)
{
    return std::count_if(problem.devices.begin(), problem.devices.end(), [](const auto& device) {
        return device.payloadBits > 0;
    });
}

std::vector<JointShare>
StartShares(const JointProblem& problem, double bandShare)
{
    const double bandwidthHz =
        bandShare * problem.bandwidthHz / std::max<double>(1, CountSenders(problem));
    std::vector<JointShare> shares(problem.devices.size());
    for (size_t i = 0; i < shares.size(); ++i)
    {
        shares[i].bandwidthHz = problem.devices[i].payloadBits > 0 ? bandwidthHz : 0;
        shares[i].txPowerW = problem.devices[i].maxTxPowerW;
    }
    UpdateUploadTimes(problem, shares);
    return shares;
}

double
ShortestRound(const JointProblem& problem, const std::vector<JointShare>& shares)
{
    double roundS = 0;
    for (size_t i = 0; i < shares.size(); ++i)
    {
        const auto& device = problem.devices[i];
        const double computeS = device.cycles > 0 ? device.cycles / device.maxCpuHz : 0;
        roundS = std::max(roundS, shares[i].uploadS + computeS);
    }
    return roundS;
}

double
SolveFrequencies(const JointProblem& problem, std::vector<JointShare>& shares)
{
    const double roundS =
        problem.roundDeadlineS ? *problem.roundDeadlineS : BestRound(problem, shares);
    for (size_t i = 0; i < shares.size(); ++i)
    {
        const auto& device = problem.devices[i];
        shares[i].cpuHz = SlowestFrequency(problem, device, shares[i].uploadS, roundS);
        shares[i].computeS = device.cycles > 0 ? device.cycles / shares[i].cpuHz : 0;
    }
    return roundS;
}

void
UpdateUploadTimes(const JointProblem& problem, std::vector<JointShare>& shares)
{
    for (size_t i = 0; i < shares.size(); ++i)
    {
        const auto& device = problem.devices[i];
        auto& share = shares[i];
        share.uploadS = device.payloadBits > 0
                            ? device.payloadBits / ShannonRateBps(share.bandwidthHz,
                                                                  share.txPowerW,
                                                                  device.gain,
                                                                  problem.noiseWPerHz)
                            : 0;
    }
}

double
UploadEnergy(const JointProblem& problem, const std::vector<JointShare>& shares)
{
    double energyJ = 0;
    for (size_t i = 0; i < shares.size(); ++i)
    {
        energyJ += problem.devices[i].payloadBits > 0 ? shares[i].txPowerW * shares[i].uploadS : 0;
    }
    return energyJ;
}

} // namespace fl
} // namespace ns3
