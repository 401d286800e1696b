/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OFFLOAD_METHODS_H
#define FL_OFFLOAD_METHODS_H

#include "fl-offload-problem.h"
#include "fl-offload-value.h"

#include <functional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Ways to answer an OffloadProblem, by name.
 *
 * CPU frequencies and hash rates are at the best that limits and budgets allow, and powers are the
 * best for who offloads where, with all methods: they differ in who does.
 */

namespace ns3
{
namespace fl
{

/// What methods may use besides the problem.
struct OffloadOptions
{
    double seconds{60};              //!< when searches end at the latest, of processor time [s]
    bool hasPartitionBound{false};   //!< others: the set partition's bound, which takes longer
    std::function<double()> uniform; //!< draws from [0, 1); random needs it
};

/// A way to answer an OffloadProblem.
struct OffloadMethod
{
    std::string name;        //!< as typed
    std::string description; //!< one line
    /// Answers a valid problem that has enough energy for mining.
    std::function<OffloadSolution(const OffloadProblem&, const OffloadOptions&)> solve;
};

/**
 * - exact: the optimum, with its bound (PartitionOffload(), BranchMakespan());
 * - search: local search (SearchOffload());
 * - blind: the best assignment as if there were no interference;
 * - local: nobody offloads;
 * - all: device by device, each takes the slot with the best channel that is left;
 * - random: the same, with slots drawn uniformly.
 * All carry the bound without interference, or, if asked for, the set partition's relaxation.
 * @return all methods
 */
const std::vector<OffloadMethod>& OffloadMethods();

/**
 * @param method a name of OffloadMethods()
 * @param problem the problem
 * @param options what else the method may use
 * @return its answer
 * @throws InvalidInput if the problem is not valid, or there is no such method
 * @throws Infeasible if mining takes all of a device's energy
 */
OffloadSolution SolveOffload(const std::string& method,
                             const OffloadProblem& problem,
                             const OffloadOptions& options = {});

/**
 * @param problem a valid problem that has enough energy for mining
 * @param decisions by device, made elsewhere
 * @param options for bounds
 * @param reason how they were made, one line
 * @return what they are worth, with the bound without interference, or a better one if asked for
 */
OffloadSolution PriceOffload(const OffloadProblem& problem,
                             const std::vector<OffloadDecision>& decisions,
                             const OffloadOptions& options,
                             const std::string& reason);

} // namespace fl
} // namespace ns3

#endif /* FL_OFFLOAD_METHODS_H */
