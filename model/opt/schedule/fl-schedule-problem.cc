/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-schedule-problem.h"

#include "ns3/fl-error.h"
#include "ns3/fl-input-name.h"
#include "ns3/fl-predictor.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Bandwidths exceed the band if they do so by more than this, relative to it.
constexpr double FEASIBILITY_TOLERANCE = 1e-9;

/// Numbers beyond these, in SI units, are no physics, and their products leave the range of
/// doubles.
constexpr double SMALLEST = 1e-40;
constexpr double LARGEST = 1e40; //!< the upper end

/**
 * @param value what is checked
 * @return whether a number lies within [SMALLEST, LARGEST]: it is positive, and neither NaN nor
 *         beyond all reason
 */
bool
IsPositive(double value)
{
    return value >= SMALLEST && value <= LARGEST;
}

/// Refuse a number that is not.
void
RequirePositive(const char* key, double value)
{
    if (!IsPositive(value))
    {
        throw InvalidInput(
            Describe(Named(key), " = ", value, ": must be from ", SMALLEST, " to ", LARGEST));
    }
}

/// The same for each entry of an array.
void
RequireAllPositive(const char* key, const std::vector<double>& values)
{
    for (size_t k = 0; k < values.size(); ++k)
    {
        if (!IsPositive(values[k]))
        {
            RequirePositive(Describe(key, "[", k, "]").c_str(), values[k]);
        }
    }
}

} // namespace

void
ScheduleProblem::Validate() const
{
    RequirePositive("bandwidth_hz", bandwidthHz);
    RequirePositive("payload_bits", payloadBits);
    if (queueWeight != 0 && !IsPositive(queueWeight))
    {
        throw InvalidInput(Describe(Named("queue_weight"),
                                    " = ",
                                    queueWeight,
                                    ": must be 0 or from ",
                                    SMALLEST,
                                    " to ",
                                    LARGEST));
    }
    if (gainOverNoiseHz.empty())
    {
        throw InvalidInput(Named("gain_over_noise_hz") + ": must have at least one entry");
    }
    RequireAllPositive("gain_over_noise_hz", gainOverNoiseHz);
    if (delayLimitS)
    {
        RequirePositive("delay_limit_s", *delayLimitS);
    }
    if (devicesPerRound && (*devicesPerRound < 1 || *devicesPerRound > gainOverNoiseHz.size()))
    {
        throw InvalidInput(Describe(Named("devices_per_round"),
                                    " = ",
                                    *devicesPerRound,
                                    ": must be a whole number from 1 to ",
                                    gainOverNoiseHz.size(),
                                    ", the number of devices"));
    }
    if (round < 1)
    {
        throw InvalidInput("round = 0: must be a whole number of at least 1");
    }
    if (!averageGainOverNoiseHz.empty() && averageGainOverNoiseHz.size() != gainOverNoiseHz.size())
    {
        throw InvalidInput(Describe(Named("average_gain_over_noise_hz"),
                                    " has ",
                                    averageGainOverNoiseHz.size(),
                                    " entries: must have ",
                                    gainOverNoiseHz.size(),
                                    ", one per device, as ",
                                    Named("gain_over_noise_hz")));
    }
    RequireAllPositive("average_gain_over_noise_hz", averageGainOverNoiseHz);
}

double
ScheduleProblem::DelayLimitS() const
{
    return delayLimitS.value_or(SCHEDULE_DELAY_PER_BIT_S * payloadBits);
}

size_t
ScheduleProblem::DevicesPerRound() const
{
    return devicesPerRound.value_or((gainOverNoiseHz.size() + 1) / 2);
}

double
ScheduleSolution::Gap() const
{
    return std::abs(objective - upperBound) / std::max(1e-300, std::abs(objective));
}

ScheduleSolution
EvaluateSchedule(const ScheduleProblem& problem, std::vector<double> bandwidthHz)
{
    ScheduleSolution solution;
    solution.delayS = 0;
    double usedHz = 0;
    for (size_t k = 0; k < bandwidthHz.size(); ++k)
    {
        if (bandwidthHz[k] == 0)
        {
            continue;
        }
        ++solution.selected;
        usedHz += bandwidthHz[k];
        // s = g p / N0 stands for gain, power and noise.
        const double rateBps = ShannonRateBps(bandwidthHz[k], 1, problem.gainOverNoiseHz[k], 1);
        solution.delayS = std::max(solution.delayS, problem.payloadBits / rateBps);
    }
    solution.bandwidthHz = std::move(bandwidthHz);
    solution.objective =
        static_cast<double>(solution.selected) - problem.queueWeight * solution.delayS;
    if (!std::isfinite(solution.delayS) || !std::isfinite(solution.objective))
    {
        solution.status = SolveStatus::FAILED;
        solution.termination = "a delay is not finite";
    }
    else
    {
        solution.status = usedHz <= problem.bandwidthHz * (1 + FEASIBILITY_TOLERANCE)
                              ? SolveStatus::FEASIBLE
                              : SolveStatus::INFEASIBLE;
    }
    return solution;
}

} // namespace fl
} // namespace ns3
