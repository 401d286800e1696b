/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-drop.h"

#include "ns3/fl-disc-drop.h"
#include "ns3/fl-error.h"
#include "ns3/fl-random-stream.h"

#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Draw one device: its place, its shadowing, its cycles per sample.
JointDevice
DrawDevice(const JointDropOptions& options, const DiscDrop& disc, RandomStream& random)
{
    const double meanLossDb = disc.DrawLossDb(random);
    const double lossDb = meanLossDb + options.shadowingDb * random.Normal();
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
    const DiscDrop disc(options.radiusM,
                        options.minDistanceM,
                        options.lossAt1KmDb,
                        options.lossPerDecadeDb);
    if (!(options.shadowingDb >= 0) || !std::isfinite(options.shadowingDb))
    {
        throw InvalidInput(
            Describe("shadowingDb = ", options.shadowingDb, ": must be finite and at least 0"));
    }
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
        problem.devices.push_back(DrawDevice(options, disc, random));
    }
    problem.Validate();
    return problem;
}

} // namespace fl
} // namespace ns3
