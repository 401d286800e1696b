/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-baselines.h"

#include "fl-mel-base.h"

#include <algorithm>
#include <vector>

namespace ns3
{
namespace fl
{

MelSolution
SolveMelHaSync(const MelProblem& problem)
{
    const int64_t most = MelSynchronousIterations(problem);
    auto solution =
        EvaluateMel(problem,
                    ShareMelSamples(problem, std::vector<int64_t>(problem.learners.size(), most)));
    solution.iterations = 1;
    solution.termination = "no more equal iterations fit";
    return solution;
}

MelSolution
SolveMelEqualBatches(const MelProblem& problem, int64_t staleness)
{
    const auto batches = MelEqualBatches(problem);
    std::vector<MelWork> work(batches.size());
    int64_t least = MEL_MAX_ITERATIONS;
    for (size_t k = 0; k < batches.size(); ++k)
    {
        work[k].samples = batches[k];
        work[k].iterations =
            MelMaxIterations(problem, k, batches[k], MEL_MAX_ITERATIONS + MEL_MAX_STALENESS);
        least = std::min(least, work[k].iterations);
    }
    for (auto& entry : work)
    {
        entry.iterations = std::min(entry.iterations, least + staleness);
    }
    auto solution = EvaluateMel(problem, std::move(work));
    solution.iterations = 1;
    solution.termination = "as many iterations as fit equal batches";
    return solution;
}

} // namespace fl
} // namespace ns3
