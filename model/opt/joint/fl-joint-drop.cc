/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-drop.h"

#include "ns3/fl-error.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param db power ratio [dB]
 * @return the same, linear
 */
double
FromDb(double db)
{
    return std::pow(10.0, db / 10);
}

/// Refuse a shape of the cell that gives no gains.
void
ValidateCell(const JointDropOptions& options)
{
    if (!(options.minDistanceM > 0) || !(options.minDistanceM <= options.radiusM) ||
        !std::isfinite(options.radiusM))
    {
        throw InvalidInput(Describe("radius_m = ",
                                    options.radiusM,
                                    ": must be finite and at least the smallest distance, ",
                                    options.minDistanceM,
                                    " m, which must be above 0"));
    }
    if (!(options.shadowingDb >= 0) || !std::isfinite(options.shadowingDb))
    {
        throw InvalidInput(
            Describe("shadowing_db = ", options.shadowingDb, ": must be finite and at least 0"));
    }
}

/// Draw one device: its place, its shadowing, its cycles per sample.
JointDevice
DrawDevice(const JointDropOptions& options, RandomStream& random)
{
    // Areas are uniform, not radii.
    const double distanceM =
        std::max(options.minDistanceM, options.radiusM * std::sqrt(random.Uniform()));
    const double lossDb = options.lossAt1KmDb +
                          options.lossPerDecadeDb * std::log10(distanceM / 1000) +
                          options.shadowingDb * random.Normal();
    JointDevice device;
    device.gain = FromDb(-lossDb);
    device.payloadBits = options.payloadBits;
    device.cycles = options.localIterations * options.samples *
                    random.Uniform(options.minCyclesPerSample, options.maxCyclesPerSample);
    device.capacitance = options.capacitance;
    device.minCpuHz = options.minCpuHz;
    device.maxCpuHz = options.maxCpuHz;
    device.minTxPowerW = FromDb(options.minTxPowerDbm - 30);
    device.maxTxPowerW = FromDb(options.maxTxPowerDbm - 30);
    return device;
}

} // namespace

JointProblem
DrawJointDrop(const JointDropOptions& options, RandomStream& random)
{
    ValidateCell(options);
    JointProblem problem;
    problem.weightEnergy = options.weightEnergy;
    problem.weightTime = 1 - options.weightEnergy;
    problem.bandwidthHz = options.bandwidthHz;
    problem.noiseWPerHz = FromDb(options.noiseDbmPerHz - 30);
    problem.rounds = options.rounds;
    problem.roundDeadlineS = options.roundDeadlineS;
    problem.devices.reserve(options.devices);
    for (uint32_t i = 0; i < options.devices; ++i)
    {
        problem.devices.push_back(DrawDevice(options, random));
    }
    problem.Validate();
    return problem;
}

} // namespace fl
} // namespace ns3
