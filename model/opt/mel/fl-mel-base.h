/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_BASE_H
#define FL_MEL_BASE_H

#include "fl-mel-problem.h"

#include <cstdint>
#include <optional>
#include <vector>

/**
 * @file
 * @ingroup fl
 * A MelProblem with the least number of iterations fixed. Whoever does more takes fewer samples:
 * what is left is a knapsack problem with one choice per learner.
 */

namespace ns3
{
namespace fl
{

/// A learner's choice at a base.
struct MelOption
{
    int64_t extra; //!< iterations above the base
    int64_t cost;  //!< samples that it can take less than at the base
};

/**
 * All learners do `base` to `base + width` iterations, as with a width of c. Choices must not cost
 * more than `spare` samples together; the iterations above the base are to be as many as possible.
 */
struct MelBase
{
    int64_t base{0};                //!< m, the least number of iterations
    int64_t spare{0};               //!< samples that learners could take above d at the base
    std::vector<MelOption> options; //!< by learner; extra and cost ascending, from (., 0)
    std::vector<size_t> first;      //!< where the options of learner k begin; one entry more

    /// @return options of learner k: begin
    /// @param k index of the learner
    const MelOption* Begin(size_t k) const
    {
        return options.data() + first[k];
    }

    /// @return options of learner k: end
    /// @param k index of the learner
    const MelOption* End(size_t k) const
    {
        return options.data() + first[k + 1];
    }
};

/**
 * @param problem a valid problem
 * @param base m
 * @param width by how many iterations learners may differ: c, or more for several bases at once
 * @return the choices, without those that another one with no less of extra does not cost more
 *         than; nothing if equal iterations of m don't fit
 */
std::optional<MelBase> MakeMelBase(const MelProblem& problem, int64_t base, int64_t width);

/// What the continuous relaxation of a base says.
struct MelBound
{
    int64_t bound{0};           //!< no choice has more extra iterations in all
    int64_t found{0};           //!< as many have these choices:
    std::vector<size_t> chosen; //!< index into MelBase::options, by learner
    double real{0};             //!< the relaxation's value, before it was rounded down
    double price{0};            //!< iterations per sample, at the relaxation's optimum
};

/**
 * The relaxation is solved by taking steps on the convex hulls of (extra, cost) in the order of
 * their price, in whole numbers throughout; the step that does not fit is taken in part. What is
 * found leaves it out, and falls short of the bound by less than c + 1.
 * @param base the choices
 * @return the bound
 */
MelBound BoundMelBase(const MelBase& base);

/**
 * @param problem a valid problem
 * @return the largest m at which equal iterations of m fit: the optimum for c = 0
 * @throws Infeasible if there is none
 * @throws InvalidInput if it is above MEL_MAX_ITERATIONS
 */
int64_t MelSynchronousIterations(const MelProblem& problem);

/**
 * @param problem a valid problem
 * @param iterations by learner, so that their capacities are enough
 * @return the samples: the least for all, the rest in proportion to what each can take above it
 */
std::vector<MelWork> ShareMelSamples(const MelProblem& problem,
                                     const std::vector<int64_t>& iterations);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_BASE_H */
