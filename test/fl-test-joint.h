/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_JOINT_H
#define FL_TEST_JOINT_H

#include "ns3/fl-error.h"
#include "ns3/fl-joint-problem.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The joint problem's costs, bounds and limits again, for tests: plain scalar code that shares
 * nothing with the solvers. Minima are found by golden section, roots by bisection.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// Sums of up to some hundred positive numbers, in another order or by another formula.
inline constexpr double ROUNDING = 1e-12;

/**
 * @param low, high ends of an interval
 * @param function unimodal there: its sublevel sets are intervals
 * @return its minimum, by golden section; near it a function is flat, so that rounding is all that
 *         is wrong with the value
 */
template <typename Function>
double
Least(double low, double high, const Function& function)
{
    const double part = (std::sqrt(5.0) - 1) / 2;
    double a = high - part * (high - low);
    double b = low + part * (high - low);
    double atA = function(a);
    double atB = function(b);
    double least = std::min({function(low), function(high), atA, atB});
    // 0.618^80 = 2e-17
    for (int i = 0; i < 80; ++i)
    {
        if (atA <= atB)
        {
            high = b;
            b = a;
            atB = atA;
            a = high - part * (high - low);
            atA = function(a);
        }
        else
        {
            low = a;
            a = b;
            atA = atB;
            b = low + part * (high - low);
            atB = function(b);
        }
        least = std::min({least, atA, atB});
    }
    return least;
}

/// @return seconds that an upload takes at a bandwidth and power, or infinity
inline double
UploadS(const JointProblem& problem, const JointDevice& device, double bandwidthHz, double powerW)
{
    const double snr = device.gain * powerW / (problem.noiseWPerHz * bandwidthHz);
    return device.payloadBits > 0
               ? device.payloadBits * std::log(2.0) / (bandwidthHz * std::log1p(snr))
               : 0;
}

/// @return seconds that computing takes at a frequency
inline double
ComputeS(const JointDevice& device, double cpuHz)
{
    return device.cycles > 0 ? device.cycles / cpuHz : 0;
}

/**
 * min over p and B of (w1 p + mu) d / r + lambda B.
 *
 * With x = ln(1 + SNR), B = s p / (e^x - 1) and d / r = a (e^x - 1) / (x s p), where a = d ln 2 and
 * s = g / N0. At constant x the cost is a constant plus c1 / p + c2 p, which is least at
 * sqrt(c1 / c2) or at an end. What is left depends on x alone, and is unimodal: costs up to any
 * level make a connected set of (t, B), as the problem is convex in them, and x is continuous
 * there.
 */
inline double
LeastUploadCost(const JointProblem& problem, const JointDevice& device, double lambda, double mu)
{
    if (device.payloadBits == 0)
    {
        return 0;
    }
    const double a = device.payloadBits * std::log(2.0);
    const double s = device.gain / problem.noiseWPerHz;
    return Least(std::log(1e-26), std::log(300.0), [&](double u) {
        const double x = std::exp(u);
        const double perW = a * std::expm1(x) / (x * s);
        const double c1 = mu * perW;
        const double c2 = lambda * s / std::expm1(x);
        double p = c2 > 0 ? std::sqrt(c1 / c2) : c1 > 0 ? device.maxTxPowerW : 0;
        p = std::clamp(p, device.minTxPowerW, device.maxTxPowerW);
        return problem.weightEnergy * perW + (c1 > 0 ? c1 / p : 0) + c2 * p;
    });
}

/// min over f of w1 kappa C f^2 + mu C / f, which is convex in ln f.
inline double
LeastComputeCost(const JointProblem& problem, const JointDevice& device, double mu)
{
    const double high = std::log(device.maxCpuHz);
    const double low = device.minCpuHz > 0 ? std::log(device.minCpuHz) : high - 60;
    return Least(low, high, [&](double v) {
        const double f = std::exp(v);
        return problem.weightEnergy * device.capacitance * device.cycles * f * f +
               mu * device.cycles / f;
    });
}

/// The lower bound that follows from prices: the least of the Lagrangian, over all rounds.
inline double
DualBound(const JointProblem& problem, double lambda, const std::vector<double>& mu)
{
    double bound = -lambda * problem.bandwidthHz;
    double left = problem.weightTime;
    for (size_t i = 0; i < problem.devices.size(); ++i)
    {
        bound += LeastUploadCost(problem, problem.devices[i], lambda, mu[i]);
        bound += LeastComputeCost(problem, problem.devices[i], mu[i]);
        left -= mu[i];
    }
    // Where T is free, the prices of time add up to its weight.
    bound += problem.roundDeadlineS ? left * *problem.roundDeadlineS : 0;
    return problem.rounds * bound;
}

/// @return bandwidth with which an upload at full power takes a time, by bisection; or infinity
inline double
BandwidthFor(const JointProblem& problem, const JointDevice& device, double uploadS)
{
    if (device.payloadBits == 0)
    {
        return uploadS >= 0 ? 0 : std::numeric_limits<double>::infinity();
    }
    double low = std::log(1e-30);
    double high = std::log(1e40);
    if (!(uploadS > 0) ||
        UploadS(problem, device, std::exp(high), device.maxTxPowerW) >= uploadS * (1 - 1e-15))
    {
        return std::numeric_limits<double>::infinity();
    }
    for (int i = 0; i < 60; ++i)
    {
        const double middle = 0.5 * (low + high);
        const double t = UploadS(problem, device, std::exp(middle), device.maxTxPowerW);
        (t > uploadS ? low : high) = middle;
    }
    return std::exp(high);
}

/// @return the shortest round there is, by bisection [s]
inline double
ShortestRoundS(const JointProblem& problem)
{
    double low = 0;
    double high = 0;
    for (const auto& device : problem.devices)
    {
        // With equal shares of the band.
        const double shareHz = problem.bandwidthHz / static_cast<double>(problem.devices.size());
        const double computeS = ComputeS(device, device.maxCpuHz);
        low = std::max(low, computeS);
        high = std::max(high, computeS + UploadS(problem, device, shareHz, device.maxTxPowerW));
    }
    for (int i = 0; i < 60 && high > low; ++i)
    {
        const double middle = 0.5 * (low + high);
        double neededHz = 0;
        for (const auto& device : problem.devices)
        {
            neededHz += BandwidthFor(problem, device, middle - ComputeS(device, device.maxCpuHz));
        }
        (neededHz > problem.bandwidthHz ? low : high) = middle;
    }
    return high;
}

/**
 * @param problem the problem
 * @param solution an answer
 * @param tolerance of the objective, relative
 * @return why an answer is not feasible, or its costs are not those of its shares; empty if all is
 *         well. 1e-9 relative is what EvaluateJoint() allows.
 */
inline std::string
FaultOf(const JointProblem& problem, const JointSolution& solution, double tolerance = ROUNDING)
{
    if (solution.shares.size() != problem.devices.size())
    {
        return "not all devices";
    }
    double usedHz = 0;
    double energyJ = 0;
    double slowestS = 0;
    for (size_t i = 0; i < problem.devices.size(); ++i)
    {
        const auto& device = problem.devices[i];
        const auto& share = solution.shares[i];
        if (!(share.txPowerW >= device.minTxPowerW && share.txPowerW <= device.maxTxPowerW))
        {
            return Describe("power of device ", i, " = ", share.txPowerW);
        }
        if (!(share.cpuHz >= device.minCpuHz && share.cpuHz <= device.maxCpuHz))
        {
            return Describe("frequency of device ", i, " = ", share.cpuHz);
        }
        if (device.payloadBits == 0 && share.bandwidthHz != 0)
        {
            return Describe("band for device ", i, ", which sends nothing");
        }
        const double uploadS = UploadS(problem, device, share.bandwidthHz, share.txPowerW);
        slowestS = std::max(slowestS, uploadS + ComputeS(device, share.cpuHz));
        energyJ += share.txPowerW * uploadS +
                   device.capacitance * device.cycles * share.cpuHz * share.cpuHz;
        usedHz += share.bandwidthHz;
    }
    if (!(usedHz <= problem.bandwidthHz * (1 + 1e-9)))
    {
        return Describe("band = ", usedHz);
    }
    const double roundS = problem.roundDeadlineS.value_or(slowestS);
    if (!(slowestS <= roundS * (1 + 1e-9)))
    {
        return Describe("slowest = ", slowestS);
    }
    const double objective =
        problem.rounds * (problem.weightEnergy * energyJ + problem.weightTime * roundS);
    if (!(std::abs(objective - solution.objective) <= tolerance * objective))
    {
        return Describe("objective = ", solution.objective, ", is ", objective);
    }
    return "";
}

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_JOINT_H */
