/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-baselines.h"

namespace ns3
{
namespace fl
{

JointSolution
SolveJointEqual(const JointProblem& problem, const JointOptions&)
{
    std::vector<JointShare> shares(problem.devices.size());
    for (size_t i = 0; i < shares.size(); ++i)
    {
        shares[i].bandwidthHz = problem.bandwidthHz / static_cast<double>(shares.size());
        shares[i].txPowerW = problem.devices[i].maxTxPowerW;
        shares[i].cpuHz = problem.devices[i].maxCpuHz;
    }
    auto solution = EvaluateJoint(problem, std::move(shares));
    solution.termination = "closed form";
    return solution;
}

} // namespace fl
} // namespace ns3
