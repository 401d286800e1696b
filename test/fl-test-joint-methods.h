/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_JOINT_METHODS_H
#define FL_TEST_JOINT_METHODS_H

#include "fl-test-joint.h"

#include "ns3/fl-joint-drop.h"
#include "ns3/fl-random-stream.h"

#include <cmath>

/**
 * @file
 * @ingroup fl
 * Problems for the methods of the joint problem, and what is promised of their answers.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// What the methods promise of constraints, relative (EvaluateJoint()).
inline constexpr double FEASIBLE = 1e-9;

/// A problem with everything as in the paper, from a numbered drop.
inline JointProblem
PaperDrop(uint64_t number, const JointDropOptions& options)
{
    RandomStream random(1, number);
    return DrawJointDrop(options, random);
}

/// @return how long a device's upload takes [s]
inline double
UploadTime(const JointProblem& problem, const JointDevice& device, const JointShare& share)
{
    return UploadS(problem, device, share.bandwidthHz, share.txPowerW);
}

/// @return a problem in which anything that is allowed may be 0, and gains spread over six decades
inline JointProblem
HostileProblem(uint64_t number)
{
    RandomStream random(2, number);
    const auto power = [&](double low, double high) {
        return std::pow(10.0, random.Uniform(low, high));
    };
    const auto oneIn = [&](uint64_t n) { return random.Below(n) == 0; };
    JointProblem problem;
    problem.weightEnergy = oneIn(6) ? 0 : oneIn(6) ? 1 : random.Uniform();
    problem.weightTime = 1 - problem.weightEnergy;
    problem.bandwidthHz = power(4, 8);
    problem.noiseWPerHz = 4e-21;
    problem.rounds = 400;
    const bool unbounded = problem.weightTime == 0;
    for (uint64_t left = 1 + random.Below(10); left > 0; --left)
    {
        JointDevice device;
        device.gain = power(-15, -9);
        device.payloadBits = oneIn(5) ? 0 : power(1, 7);
        device.cycles = oneIn(5) ? 0 : power(5, 10);
        device.capacitance = oneIn(6) ? 0 : power(-29, -26);
        device.maxCpuHz = power(8, 10);
        device.minCpuHz = !unbounded && oneIn(4) ? 0 : device.maxCpuHz * power(-2, 0);
        device.maxTxPowerW = power(-3, 0);
        device.minTxPowerW = !unbounded && oneIn(4) ? 0 : device.maxTxPowerW * power(-3, 0);
        problem.devices.push_back(device);
    }
    return problem;
}

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_JOINT_METHODS_H */
