/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-ratios.h"

#include "fl-joint-exponents.h"
#include "fl-joint-frequencies.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

constexpr double XI = 0.5;              //!< by what a Newton step is shortened
constexpr double EPSILON = 0.01;        //!< how much of the residual a full step must take away
constexpr int MAX_SHORTENINGS = 20;     //!< of one Newton step
constexpr uint32_t MAX_ITERATIONS = 30; //!< of Newton's method
/// (22) and (23) hold when the residual's largest component is below this, relative.
constexpr double TOLERANCE = 1e-10;

const double LN2 = std::log(2.0); //!< ln 2

/**
 * @param problem a valid problem
 * @param shares by device, with power [W] and upload times [s]
 * @return by device, beta [J] and nu [s/bit] at which (22) and (23) hold for these shares; 0
 *         without payload
 */
RatioParameters
ParametersOf(const JointProblem& problem, const std::vector<JointShare>& shares)
{
    RatioParameters parameters;
    parameters.beta.resize(shares.size());
    parameters.nu.resize(shares.size());
    for (size_t i = 0; i < shares.size(); ++i)
    {
        if (problem.devices[i].payloadBits > 0)
        {
            parameters.beta[i] = shares[i].txPowerW * shares[i].uploadS;
            parameters.nu[i] = shares[i].uploadS / problem.devices[i].payloadBits;
        }
    }
    return parameters;
}

/// Move by a part of the way to other parameters.
RatioParameters
Towards(const RatioParameters& from, const RatioParameters& to, double part)
{
    RatioParameters result = from;
    for (size_t i = 0; i < from.beta.size(); ++i)
    {
        result.beta[i] += part * (to.beta[i] - from.beta[i]);
        result.nu[i] += part * (to.nu[i] - from.nu[i]);
    }
    return result;
}

/// The residual phi of (26): its norm, and its largest component.
struct Residual
{
    double norm{0};    //!< Euclidean
    double largest{0}; //!< of the components' absolute values, relative

    /// From what the parameters are, and what they should be
    Residual(const RatioParameters& are, const RatioParameters& should)
    {
        double sum = 0;
        for (size_t i = 0; i < are.beta.size(); ++i)
        {
            if (should.nu[i] > 0)
            {
                const double first = are.beta[i] / should.beta[i] - 1;
                const double second = are.nu[i] / should.nu[i] - 1;
                sum += first * first + second * second;
                largest = std::max({largest, std::abs(first), std::abs(second)});
            }
        }
        norm = std::sqrt(sum);
    }
};

} // namespace

RatioOutcome
SolveSumOfRatios(const JointProblem& problem,
                 const RatioSubproblem& subproblem,
                 bool keepBest,
                 std::vector<JointShare>& shares)
{
    RatioOutcome outcome;
    auto best = shares;
    double bestJ = UploadEnergy(problem, shares);
    const auto solve = [&](const RatioParameters& parameters) {
        outcome.failure = subproblem(parameters, shares);
        const double energyJ = UploadEnergy(problem, shares);
        if (keepBest && outcome.failure.empty() && energyJ < bestJ)
        {
            best = shares;
            bestJ = energyJ;
        }
        return outcome.failure.empty();
    };
    auto parameters = ParametersOf(problem, shares);
    bool improving = solve(parameters);
    while (improving && outcome.iterations < MAX_ITERATIONS)
    {
        const auto target = ParametersOf(problem, shares);
        const Residual before(parameters, target);
        outcome.converged = before.largest <= TOLERANCE;
        if (outcome.converged)
        {
            break;
        }
        ++outcome.iterations;
        improving = false;
        double length = 1;
        for (int i = 0; i < MAX_SHORTENINGS && !improving; ++i, length *= XI)
        {
            const auto trial = Towards(parameters, target, length);
            if (!solve(trial))
            {
                break;
            }
            const Residual after(trial, ParametersOf(problem, shares));
            improving = after.norm <= (1 - EPSILON * length) * before.norm;
            if (improving)
            {
                parameters = trial;
            }
        }
    }
    if (keepBest)
    {
        shares = best;
    }
    return outcome;
}

ExactRatioSubproblem::ExactRatioSubproblem(const JointProblem& problem,
                                           const std::vector<double>& limitS)
    : m_problem(problem),
      m_ranges(UploadRanges(problem, limitS)),
      m_price(GuessBandPrice(problem, m_ranges))
{
}

double
ExactRatioSubproblem::RayX(size_t i, const RatioParameters& parameters) const
{
    const auto& range = m_ranges[i];
    return std::log(std::max(1.0, parameters.beta[i] / (range.noisePerGain * range.nats)));
}

double
ExactRatioSubproblem::BandAtPrice(size_t i, const RatioParameters& parameters, double price) const
{
    const auto& range = m_ranges[i];
    const auto& device = m_problem.devices[i];
    const double nu = parameters.nu[i];
    const double x = ExponentAtPrice(price / (nu * device.payloadBits * range.noisePerGain));
    const bool tight = x > RayX(i, parameters);
    if (tight && x > range.minX)
    {
        return range.BandAt(std::min(x, range.maxX));
    }
    // Rate to spare at a power of p_min, or p_max.
    const double fixed = ExponentAtFixedPower(price * LN2 / (nu * parameters.beta[i]));
    return tight ? std::max(range.BandAt(range.minX), range.BandAtPower(device.minTxPowerW, fixed))
                 : std::max(range.BandAt(range.maxX), range.BandAtPower(device.maxTxPowerW, fixed));
}

double
ExactRatioSubproblem::PowerAt(size_t i, const RatioParameters& parameters, double bandwidthHz) const
{
    const auto& range = m_ranges[i];
    const double rayW = range.noisePerGain * bandwidthHz * std::expm1(RayX(i, parameters));
    return std::clamp(std::max(range.PowerFor(bandwidthHz), rayW),
                      m_problem.devices[i].minTxPowerW,
                      m_problem.devices[i].maxTxPowerW);
}

std::string
ExactRatioSubproblem::operator()(const RatioParameters& parameters, std::vector<JointShare>& shares)
{
    std::vector<double> bandHz(shares.size());
    const auto ask = [&](double price, std::vector<double>& askedHz) {
        for (size_t i = 0; i < askedHz.size(); ++i)
        {
            const bool sends = m_problem.devices[i].payloadBits > 0;
            askedHz[i] = sends ? BandAtPrice(i, parameters, price) : 0;
        }
    };
    if (HasHopelessUpload(m_problem, m_ranges) ||
        !GiveOutBand(m_problem.bandwidthHz, m_price, ask, bandHz))
    {
        return "the band is too narrow for the rate constraints";
    }
    for (size_t i = 0; i < shares.size(); ++i)
    {
        shares[i].bandwidthHz = bandHz[i];
        shares[i].txPowerW = m_problem.devices[i].payloadBits > 0
                                 ? PowerAt(i, parameters, bandHz[i])
                                 : m_problem.devices[i].minTxPowerW;
    }
    UpdateUploadTimes(m_problem, shares);
    return "";
}

} // namespace fl
} // namespace ns3
