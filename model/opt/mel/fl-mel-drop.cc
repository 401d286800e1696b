/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-drop.h"

#include "fl-mel-coefficients.h"

#include "ns3/fl-disc-drop.h"
#include "ns3/fl-error.h"
#include "ns3/fl-predictor.h"
#include "ns3/fl-random-stream.h"

#include <cmath>

namespace ns3
{
namespace fl
{

MelProblem
DrawMelDrop(const MelDropOptions& options, RandomStream& random)
{
    const DiscDrop disc(options.radiusM,
                        options.minDistanceM,
                        options.lossAt1KmDb,
                        options.lossPerDecadeDb);
    if (options.learners == 0 || options.cpuHz.empty())
    {
        throw InvalidInput(Describe("learners = ",
                                    options.learners,
                                    ": must be at least 1, with at least one CPU frequency"));
    }
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
        const double lossDb = disc.DrawLossDb(random);
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
