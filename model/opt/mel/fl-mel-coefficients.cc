/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-coefficients.h"

namespace ns3
{
namespace fl
{

MelLearner
MakeMelLearner(const MelWorkload& workload, const MelDevice& device)
{
    MelLearner learner;
    learner.c2 = workload.cyclesPerSample / device.cpuHz;
    learner.c1 = (workload.sampleBits + workload.modelBitsPerSample) / device.downlinkBps +
                 workload.modelBitsPerSample / device.uplinkBps;
    learner.c0 =
        workload.downloadBits / device.downlinkBps + workload.uploadBits / device.uplinkBps;
    learner.g2 = device.energyPerCycleJ * workload.cyclesPerSample;
    learner.g1 = device.txPowerW * workload.modelBitsPerSample / device.uplinkBps;
    learner.g0 = device.txPowerW * workload.uploadBits / device.uplinkBps;
    learner.energyJ = device.energyJ;
    return learner;
}

} // namespace fl
} // namespace ns3
