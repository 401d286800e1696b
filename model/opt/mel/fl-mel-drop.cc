/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-drop.h"

#include "fl-mel-coefficients.h"

#include "ns3/fl-error.h"
#include "ns3/fl-predictor.h"
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

/// Refuse a shape of the cell that gives no gains, or a cell of nobody.
void
ValidateCell(const MelDropOptions& options)
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
    if (options.learners == 0 || options.cpuHz.empty())
    {
        throw InvalidInput(Describe("learners = ",
                                    options.learners,
                                    ": must be at least 1, with at least one CPU frequency"));
    }
}

} // namespace

MelProblem
DrawMelDrop(const MelDropOptions& options, RandomStream& random)
{
    ValidateCell(options);
    MelWorkload workload;
    workload.cyclesPerSample = options.cyclesPerSample;
    workload.downloadBits = options.parameterBits * options.modelParameters;
    workload.uploadBits = workload.downloadBits;
    workload.modelBitsPerSample = options.parameterBits * options.modelParametersPerSample;
    workload.sampleBits = options.features * options.sampleFeatureBits;
    MelProblem problem;
    problem.cycleTimeS = options.cycleTimeS;
    problem.staleness = options.staleness;
    problem.samples = options.samples;
    problem.minSamples = static_cast<int64_t>(
        std::floor(options.leastShare * static_cast<double>(options.samples) / options.learners));
    for (uint32_t k = 0; k < options.learners; ++k)
    {
        // Areas are uniform, not radii.
        const double distanceM =
            std::max(options.minDistanceM, options.radiusM * std::sqrt(random.Uniform()));
        const double lossDb =
            options.lossAt1KmDb + options.lossPerDecadeDb * std::log10(distanceM / 1000);
        MelDevice device;
        device.cpuHz = options.cpuHz[k % options.cpuHz.size()];
        device.energyPerCycleJ = options.energyPerCycleHz * device.cpuHz;
        device.txPowerW = FromDb(options.txPowerDbm - 30);
        device.uplinkBps = ShannonRateBps(options.bandwidthHz,
                                          device.txPowerW,
                                          FromDb(-lossDb),
                                          FromDb(options.noiseDbmPerHz - 30));
        device.downlinkBps = device.uplinkBps;
        device.energyJ =
            options.energyJ + random.Uniform(-options.energySpreadJ, options.energySpreadJ);
        problem.learners.push_back(MakeMelLearner(workload, device));
    }
    problem.Validate();
    return problem;
}

} // namespace fl
} // namespace ns3
