/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_METHODS_H
#define FL_JOINT_METHODS_H

#include "fl-joint-options.h"
#include "fl-joint-problem.h"

#include <functional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Ways to answer a JointProblem, by name.
 */

namespace ns3
{
namespace fl
{

/// A way to answer a JointProblem.
struct JointMethod
{
    std::string name;        //!< as typed
    std::string description; //!< one line
    /// @throws Infeasible if there is no feasible answer
    std::function<JointSolution(const JointProblem&, const JointOptions&)> solve;
};

/// @return all methods: global, paper, paper-literal and the baselines
const std::vector<JointMethod>& JointMethods();

/**
 * @param method a name of JointMethods()
 * @param problem the problem
 * @param options what else the method may use
 * @return its answer
 * @throws InvalidInput if the problem is not valid, or there is no such method
 * @throws Infeasible naming the device and the smallest deadline, or bandwidth, that works
 */
JointSolution SolveJoint(const std::string& method,
                         const JointProblem& problem,
                         const JointOptions& options = {});

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_METHODS_H */
