/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_METHODS_H
#define FL_MEL_METHODS_H

#include "fl-mel-problem.h"

#include <cstdint>
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

/// What methods may use besides the problem.
struct MelOptions
{
    /// How many entries the exact solver's tables may have in all, 2 bytes each; and how many
    /// choices of learners at all bases are looked at for bounds; a 16th of that for the bounds
    /// of all other methods.
    uint64_t maxWork{uint64_t{1} << 29};
};

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

/**
 * The heterogeneity-aware synchronous scheme: as many iterations as all can do on batches that fit
 * each; the optimum for c = 0.
 * @param problem a valid problem
 * @return an answer; its bound is absent
 */
MelSolution SolveMelHaSync(const MelProblem& problem);

/**
 * The heterogeneity-unaware schemes: equal batches.
 * @param problem a valid problem
 * @param staleness 0: all do as many iterations as the slowest can; c: up to c more
 * @return an answer; its bound is absent
 * @throws Infeasible if equal batches don't fit
 */
MelSolution SolveMelEqualBatches(const MelProblem& problem, int64_t staleness);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_METHODS_H */
