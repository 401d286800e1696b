/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-problem.h"

#include "ns3/fl-error.h"
#include "ns3/fl-input-name.h"
#include "ns3/fl-predictor.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>

namespace ns3
{
namespace fl
{

namespace
{

/// A share breaks a constraint if it does so by more than this, relative to the constraint.
constexpr double FEASIBILITY_TOLERANCE = 1e-9;

/// What a number may be.
enum class Sign
{
    POSITIVE,
    NOT_NEGATIVE
};

/// Which field is meant. Its name is made when it is refused only: to make a million of them takes
/// as long as some methods do.
struct Field
{
    /// Of a problem, not of a device.
    static constexpr size_t NO_DEVICE = std::numeric_limits<size_t>::max();

    const char* key;          //!< as in files
    size_t device{NO_DEVICE}; //!< of which device
    const char* field{""};    //!< member, where it isn't spelled as the key

    /// Write the name, as in devices[3].cpu_hz[0] or devices[3].minCpuHz.
    friend std::ostream& operator<<(std::ostream& os, const Field& field)
    {
        if (field.device != NO_DEVICE)
        {
            os << "devices[" << field.device << "].";
        }
        return os << Named(field.key, field.field);
    }
};

/// Numbers beyond these, in SI units, are no physics, and their products leave the range of
/// doubles.
constexpr double SMALLEST = 1e-40;
constexpr double LARGEST = 1e40; //!< the upper end

/// Refuse a number that has the wrong sign or is beyond all reason.
void
Require(const Field& field, double value, Sign sign)
{
    const bool zero = value == 0 && sign == Sign::NOT_NEGATIVE;
    if (!zero && !(value >= SMALLEST && value <= LARGEST))
    {
        throw InvalidInput(Describe(field,
                                    " = ",
                                    value,
                                    sign == Sign::POSITIVE ? ": must be" : ": must be 0 or",
                                    " from ",
                                    SMALLEST,
                                    " to ",
                                    LARGEST));
    }
}

/// Refuse a range that is empty or has a bad end.
void
RequireRange(const Field& lowField, const Field& highField, double low, double high)
{
    Require(lowField, low, Sign::NOT_NEGATIVE);
    Require(highField, high, Sign::POSITIVE);
    if (low > high)
    {
        throw InvalidInput(Describe(lowField,
                                    " = ",
                                    low,
                                    ", the minimum: must not exceed the maximum, ",
                                    highField,
                                    " = ",
                                    high,
                                    ", but does by ",
                                    low - high));
    }
}

/// Refuse a device that has a field out of its range.
void
ValidateDevice(const JointDevice& device, size_t index, bool unbounded)
{
    Require({"gain", index}, device.gain, Sign::POSITIVE);
    Require({"payload_bits", index}, device.payloadBits, Sign::NOT_NEGATIVE);
    Require({"cycles", index}, device.cycles, Sign::NOT_NEGATIVE);
    Require({"capacitance", index}, device.capacitance, Sign::NOT_NEGATIVE);
    const Field minCpu{"cpu_hz[0]", index, "minCpuHz"};
    const Field minPower{"power_w[0]", index, "minTxPowerW"};
    RequireRange(minCpu, {"cpu_hz[1]", index, "maxCpuHz"}, device.minCpuHz, device.maxCpuHz);
    RequireRange(minPower,
                 {"power_w[1]", index, "maxTxPowerW"},
                 device.minTxPowerW,
                 device.maxTxPowerW);
    // Without a price on time the energy only falls with power and frequency: its infimum at 0 is
    // not attained.
    const auto refuse = [](const Field& field) {
        throw InvalidInput(Describe(field,
                                    " = 0: must be above 0 where ",
                                    Named("weight_time"),
                                    " is 0 and no deadline is given: with nothing to hurry for, "
                                    "no least energy is attained"));
    };
    if (unbounded && device.payloadBits > 0 && device.minTxPowerW == 0)
    {
        refuse(minPower);
    }
    if (unbounded && device.cycles > 0 && device.capacitance > 0 && device.minCpuHz == 0)
    {
        refuse(minCpu);
    }
}

/**
 * @param value what is checked
 * @param low lower end
 * @param high upper end
 * @return how far a value lies outside of a range; 0 within it
 */
double
Outside(double value, double low, double high)
{
    return std::max({0.0, low - value, value - high});
}

/**
 * @param amount cycles, or bits
 * @param rate of it per second [1/s]
 * @return amount / rate [s], where nothing takes no time
 */
double
Duration(double amount, double rate)
{
    return amount > 0 ? amount / rate : 0;
}

} // namespace

void
JointProblem::Validate() const
{
    Require({"weight_energy"}, weightEnergy, Sign::NOT_NEGATIVE);
    Require({"weight_time"}, weightTime, Sign::NOT_NEGATIVE);
    if (std::abs(weightEnergy + weightTime - 1) > 1e-9)
    {
        const double sum = weightEnergy + weightTime;
        throw InvalidInput(Describe(Named("weight_energy"),
                                    " + ",
                                    Named("weight_time"),
                                    " = ",
                                    sum,
                                    ", off by ",
                                    std::abs(sum - 1),
                                    ": must be 1 within 1e-9"));
    }
    Require({"bandwidth_hz"}, bandwidthHz, Sign::POSITIVE);
    Require({"noise_w_per_hz"}, noiseWPerHz, Sign::POSITIVE);
    Require({"rounds"}, rounds, Sign::POSITIVE);
    if (roundDeadlineS)
    {
        Require({"round_deadline_s"}, *roundDeadlineS, Sign::POSITIVE);
    }
    if (devices.empty())
    {
        throw InvalidInput("devices: must have at least one entry");
    }
    const bool unbounded = weightTime == 0 && !roundDeadlineS;
    for (size_t i = 0; i < devices.size(); ++i)
    {
        ValidateDevice(devices[i], i, unbounded);
    }
}

bool
JointViolation::Exceeds(const JointProblem& problem, double roundS, double tolerance) const
{
    double maxTxPowerW = 0;
    double maxCpuHz = 0;
    for (const auto& device : problem.devices)
    {
        maxTxPowerW = std::max(maxTxPowerW, device.maxTxPowerW);
        maxCpuHz = std::max(maxCpuHz, device.maxCpuHz);
    }
    return bandwidthHz > tolerance * problem.bandwidthHz || txPowerW > tolerance * maxTxPowerW ||
           cpuHz > tolerance * maxCpuHz || deadlineS > tolerance * roundS;
}

double
JointSolution::Gap() const
{
    return std::abs(objective - lowerBound) / std::max(1e-300, std::abs(objective));
}

JointSolution
EvaluateJoint(const JointProblem& problem, std::vector<JointShare> shares)
{
    JointSolution solution;
    double usedHz = 0;
    double energyJ = 0;
    double slowestS = 0;
    for (size_t i = 0; i < shares.size(); ++i)
    {
        const auto& device = problem.devices[i];
        auto& share = shares[i];
        const double rateBps =
            ShannonRateBps(share.bandwidthHz, share.txPowerW, device.gain, problem.noiseWPerHz);
        share.uploadS = Duration(device.payloadBits, rateBps);
        share.computeS = Duration(device.cycles, share.cpuHz);
        usedHz += share.bandwidthHz;
        slowestS = std::max(slowestS, share.uploadS + share.computeS);
        energyJ += device.capacitance * device.cycles * share.cpuHz * share.cpuHz;
        // A device without payload sends nothing, whatever its power.
        energyJ += device.payloadBits > 0 ? share.txPowerW * share.uploadS : 0;
        auto& violation = solution.violation;
        violation.txPowerW =
            std::max(violation.txPowerW,
                     Outside(share.txPowerW, device.minTxPowerW, device.maxTxPowerW));
        violation.cpuHz =
            std::max(violation.cpuHz, Outside(share.cpuHz, device.minCpuHz, device.maxCpuHz));
    }
    const double roundS = problem.roundDeadlineS.value_or(slowestS);
    solution.violation.bandwidthHz = std::max(0.0, usedHz - problem.bandwidthHz);
    solution.violation.deadlineS = std::max(0.0, slowestS - roundS);
    solution.energyJ = problem.rounds * energyJ;
    solution.timeS = problem.rounds * roundS;
    solution.objective =
        problem.weightEnergy * solution.energyJ + problem.weightTime * solution.timeS;
    solution.shares = std::move(shares);
    if (!std::isfinite(solution.objective) || !std::isfinite(slowestS))
    {
        solution.status = SolveStatus::FAILED;
    }
    else
    {
        solution.status = solution.violation.Exceeds(problem, roundS, FEASIBILITY_TOLERANCE)
                              ? SolveStatus::INFEASIBLE
                              : SolveStatus::FEASIBLE;
    }
    return solution;
}

} // namespace fl
} // namespace ns3
