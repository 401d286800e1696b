/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_METHODS_H
#define FL_JOINT_METHODS_H

#include "fl-joint-problem.h"

#include <functional>
#include <optional>
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

/// Where a solver may start from: an earlier answer's price of bandwidth and duration of a round.
struct JointStart
{
    double lambda{0}; //!< [1/Hz]
    double roundS{0}; //!< [s]
};

/// What methods may use besides the problem.
struct JointOptions
{
    std::optional<JointStart> start; //!< where the global solver starts from
    uint32_t threads{1};             //!< for the global solver, when there are many devices
    std::function<double()> uniform; //!< draws from [0, 1), for methods with a random choice
    /// How much of the band the paper's alternation starts with: 0.5 is B/2N each, 1 is B/N.
    double startBandShare{0.5};
};

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
