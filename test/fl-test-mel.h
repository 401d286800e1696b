/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_MEL_H
#define FL_TEST_MEL_H

#include "ns3/fl-mel-problem.h"
#include "ns3/fl-random-stream.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

/**
 * @file
 * @ingroup fl
 * What the tests of task allocation share.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// @return what an answer is worth, to compare
inline std::string
StatusOf(const MelSolution& solution)
{
    return ToString(solution.status);
}

/// @return an instance like the paper's, with so many learners
inline MelProblem
DrawLarge(RandomStream& random, size_t count, int64_t staleness)
{
    MelProblem problem;
    problem.cycleTimeS = random.Uniform(5, 40);
    problem.staleness = staleness;
    problem.samples = 60000;
    problem.minSamples = static_cast<int64_t>(6000 / count);
    const double speeds[] = {6e9, 2.4e9, 1.4e9, 0.7e9};
    for (size_t k = 0; k < count; ++k)
    {
        MelLearner learner;
        const double hz = speeds[random.Below(4)];
        const double bits = 5e6 * std::log2(1 + std::pow(10, random.Uniform(1, 4)));
        learner.c2 = 1.1e6 / hz;
        learner.c1 = 6272 / bits;
        learner.c0 = 1.8e7 / bits;
        learner.g2 = 1.1e6 * hz * 1e-20;
        learner.g0 = 0.2 * 9e6 / bits;
        learner.energyJ = random.Uniform(17.5, 22.5);
        problem.learners.push_back(learner);
    }
    return problem;
}

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_MEL_H */
