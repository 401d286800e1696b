/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-shortest.h"

#include "fl-joint-sweep.h"
#include "fl-log-bracket.h"

#include "ns3/fl-error.h"
#include "ns3/fl-input-name.h"
#include "ns3/fl-lanes.h"

#include <algorithm>
#include <cmath>
#include <iomanip>

namespace ns3
{
namespace fl
{

namespace
{

/// Bandwidth adds up to the band within this, relative.
constexpr double BALANCE = 1e-12;
/// Of the search for T_min.
constexpr int MAX_BISECTIONS = 200;
/// Of the smallest deadline, in messages.
constexpr int DIGITS = 10;

/**
 * @param value positive
 * @return a positive number, rounded up to DIGITS digits: as printed it must not be too small
 */
double
RoundUp(double value)
{
    const double unit = std::pow(10, std::floor(std::log10(value)) - (DIGITS - 1));
    return std::ceil(value / unit) * unit;
}

/**
 * -dB/dt at constant power, of a share that uploads.
 * @param device its payload [bit]
 * @param share its bandwidth [Hz] and upload time [s], both positive
 * @return [Hz/s]
 */
double
BandwidthSlope(const JointDevice& device, const JointShare& share)
{
    const double a = device.payloadBits * std::log(2.0);
    const Lanes x = Lanes::Constant(a / (share.uploadS * share.bandwidthHz));
    const ExpFunctions f(x.max(1e-30).min(500.0));
    return share.bandwidthHz * share.bandwidthHz * f.exp[0] / (a * f.slope[0]);
}

/// Who stands in the way of a deadline.
struct Bottleneck
{
    size_t device{0};  //!< the one that asks for most bandwidth, or is slowest with all of it
    double hz{0};      //!< what it asks for [Hz]; infinite: no bandwidth is enough
    double totalHz{0}; //!< what all devices ask for [Hz]
};

/**
 * @param problem a valid problem with a deadline
 * @return who asks for most bandwidth to keep it, at full power and CPU frequency
 */
Bottleneck
FindBottleneck(const JointProblem& problem)
{
    Bottleneck worst;
    double worstS = 0;
    for (size_t i = 0; i < problem.devices.size(); ++i)
    {
        const auto& device = problem.devices[i];
        const double computeS = device.cycles / device.maxCpuHz;
        const double snrHz = device.gain * device.maxTxPowerW / problem.noiseWPerHz;
        const double leastS = computeS + device.payloadBits * std::log(2.0) / snrHz;
        const double hz =
            NeededBandwidthHz(device, problem.noiseWPerHz, *problem.roundDeadlineS - computeS);
        worst.totalHz += hz;
        if (hz > worst.hz || (std::isinf(hz) && leastS > worstS))
        {
            worst.device = i;
            worst.hz = hz;
            worstS = leastS;
        }
    }
    return worst;
}

} // namespace

JointShortest
FindShortestRound(const JointProblem& problem, JointSweep& sweep)
{
    JointShortest shortest;
    if (!sweep.HasUploads())
    {
        return shortest;
    }
    if (sweep.GetSmallestSlackS() > 0)
    {
        ++shortest.sweeps;
        if (sweep.Pinned(0).bandwidthHz <= problem.bandwidthHz)
        {
            return shortest;
        }
    }
    shortest.bandLimited = true;
    LogBracket bracket;
    double room = std::log(sweep.GetWidebandRoomS());
    for (int step = 0; step < MAX_BISECTIONS && !bracket.IsClosed(); ++step)
    {
        shortest.roomS = std::exp(room);
        ++shortest.sweeps;
        const auto sums = sweep.Pinned(shortest.roomS);
        const double excess = std::log(sums.bandwidthHz / problem.bandwidthHz);
        if (std::abs(excess) < BALANCE)
        {
            break;
        }
        bracket.Update(room, excess > 0);
        const double slope = shortest.roomS * sums.cross / sums.bandwidthHz;
        room = bracket.Next(room, LimitStep(excess / slope, 10));
    }
    return shortest;
}

void
RequireDeadline(const JointProblem& problem, double shortestS)
{
    const double deadlineS = *problem.roundDeadlineS;
    if (deadlineS >= shortestS * (1 - 1e-12))
    {
        return;
    }
    const auto worst = FindBottleneck(problem);
    const std::string begin = Describe(Named("round_deadline_s"), " = ", deadlineS, ": ");
    const std::string end = Describe("the smallest deadline that works is ",
                                     std::setprecision(DIGITS),
                                     RoundUp(shortestS),
                                     " s");
    if (std::isinf(worst.hz))
    {
        throw Infeasible(Describe(begin,
                                  "devices[",
                                  worst.device,
                                  "] cannot meet it at full power and CPU frequency whatever its "
                                  "bandwidth; ",
                                  end));
    }
    throw Infeasible(Describe(begin,
                              "at full power and CPU frequency the devices need ",
                              worst.totalHz,
                              " Hz of bandwidth where ",
                              problem.bandwidthHz,
                              " Hz are there, devices[",
                              worst.device,
                              "] most of all (",
                              worst.hz,
                              " Hz); ",
                              end));
}

void
PriceShortestRound(const JointProblem& problem,
                   const JointSweep& sweep,
                   const JointShortest& shortest,
                   JointSolution& solution)
{
    const double w1 = problem.weightEnergy;
    auto& prices = *solution.prices;
    double slopes = 0;
    double powers = 0;
    double sum = 0;
    for (size_t i = 0; i < solution.shares.size(); ++i)
    {
        const auto& device = problem.devices[i];
        if (device.payloadBits > 0)
        {
            slopes += BandwidthSlope(device, solution.shares[i]);
            powers += solution.shares[i].txPowerW;
        }
        sum += prices.mu[i];
    }
    if (!shortest.bandLimited)
    {
        const size_t slowest = sweep.GetSlowestComputer();
        if (w1 == 0)
        {
            prices.lambda = 0;
            std::fill(prices.mu.begin(), prices.mu.end(), 0.0);
            sum = 0;
        }
        prices.mu[slowest] += std::max(0.0, problem.weightTime - sum);
        return;
    }
    prices.lambda = (problem.weightTime + w1 * powers) / slopes;
    for (size_t i = 0; i < solution.shares.size(); ++i)
    {
        const auto& device = problem.devices[i];
        const auto& share = solution.shares[i];
        prices.mu[i] =
            device.payloadBits > 0
                ? std::max(0.0, prices.lambda * BandwidthSlope(device, share) - w1 * share.txPowerW)
                : 0;
    }
}

} // namespace fl
} // namespace ns3
