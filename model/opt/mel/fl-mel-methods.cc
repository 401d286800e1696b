/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-methods.h"

#include "fl-mel-base.h"
#include "fl-mel-baselines.h"
#include "fl-mel-exact.h"
#include "fl-mel-sai.h"
#include "fl-mel-survey.h"

#include "ns3/fl-error.h"

#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// A bound beside an answer takes no more than this part of the work that the exact solver may do:
/// who asks for a quick method does not wait for a proof.
constexpr uint64_t BOUND_PART = 16;

/// Bound an answer that has no bound yet, by the relaxations of all bases.
void
AddBound(const MelProblem& problem, const MelOptions& options, MelSolution& solution)
{
    if (solution.status != SolveStatus::FEASIBLE || std::isfinite(solution.upperBound))
    {
        return;
    }
    const auto count = static_cast<double>(problem.learners.size());
    uint64_t work = options.maxWork / BOUND_PART;
    const auto survey = SurveyMelBases(problem,
                                       MelSynchronousIterations(problem),
                                       std::llround(solution.objective * count),
                                       work);
    solution.upperBound = static_cast<double>(survey.GetBound()) / count;
    if (solution.upperBound == solution.objective)
    {
        solution.status = SolveStatus::OPTIMAL;
    }
}

} // namespace

const std::vector<MelMethod>&
MelMethods()
{
    static const std::vector<MelMethod> methods{
        {"exact", "the integer optimum, with a certificate", SolveMelExact},
        {"sai",
         "the paper's suggest-and-improve: relaxed, coordinate descent, floored, repaired",
         [](const MelProblem& problem, const MelOptions&) { return SolveMelSai(problem); }},
        {"ha-sync",
         "equal iterations, batches that fit each learner",
         [](const MelProblem& problem, const MelOptions&) { return SolveMelHaSync(problem); }},
        {"hu-sync",
         "equal batches, equal iterations",
         [](const MelProblem& problem, const MelOptions&) {
             return SolveMelEqualBatches(problem, 0);
         }},
        {"hu-asyn",
         "equal batches, iterations within the staleness",
         [](const MelProblem& problem, const MelOptions&) {
             return SolveMelEqualBatches(problem, problem.staleness);
         }},
    };
    return methods;
}

MelSolution
SolveMel(const std::string& method, const MelProblem& problem, const MelOptions& options)
{
    problem.Validate();
    std::string known;
    for (const auto& entry : MelMethods())
    {
        if (entry.name == method)
        {
            auto solution = entry.solve(problem, options);
            AddBound(problem, options, solution);
            return solution;
        }
        known += (known.empty() ? "" : ", ") + entry.name;
    }
    throw InvalidInput(Describe("method = '", method, "': must be one of ", known));
}

} // namespace fl
} // namespace ns3
