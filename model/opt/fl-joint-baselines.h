/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_BASELINES_H
#define FL_JOINT_BASELINES_H

#include "fl-joint-methods.h"

namespace ns3
{
namespace fl
{

/**
 * Equal shares of the band, full power and full CPU frequency.
 * @param problem a valid problem
 * @param options nothing of it is used
 * @return what that costs
 */
JointSolution SolveJointEqual(const JointProblem& problem, const JointOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_BASELINES_H */
