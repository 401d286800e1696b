/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_METHODS_H
#define FL_MEL_METHODS_H

#include "fl-mel-options.h"
#include "fl-mel-problem.h"

#include <functional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Ways to answer a MelProblem, by name.
 */

namespace ns3
{
namespace fl
{

/// A way to answer a MelProblem.
struct MelMethod
{
    std::string name;        //!< as typed
    std::string description; //!< one line
    /// @throws Infeasible if there is no feasible answer, or none with what the method fixes
    std::function<MelSolution(const MelProblem&, const MelOptions&)> solve;
};

/// @return all methods: exact, sai, ha-sync, hu-sync, hu-asyn
const std::vector<MelMethod>& MelMethods();

/**
 * @param method a name of MelMethods()
 * @param problem the problem
 * @param options what else the method may use
 * @return its answer, with an upper bound on the problem's optimum; OPTIMAL if it meets that
 * @throws InvalidInput if the problem is not valid, or there is no such method
 * @throws Infeasible naming the smallest T and the smallest E that work
 */
MelSolution SolveMel(const std::string& method,
                     const MelProblem& problem,
                     const MelOptions& options = {});

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_METHODS_H */
