/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-methods.h"

#include "fl-joint-baselines.h"
#include "fl-joint-global.h"
#include "fl-joint-paper-literal.h"
#include "fl-joint-paper.h"
#include "fl-joint-scheme1.h"

#include "ns3/fl-error.h"

#include <cmath>

namespace ns3
{
namespace fl
{

const std::vector<JointMethod>&
JointMethods()
{
    static const std::vector<JointMethod> methods{
        {"global", "the global optimum, with a certificate", SolveJointGlobal},
        {"paper", "the paper's alternation, its subproblems solved exactly", SolveJointPaper},
        {"paper-literal", "the paper's formulas without repairs", SolveJointPaperLiteral},
        {"equal", "equal bandwidth, full power, full CPU frequency", SolveJointEqual},
        {"random-frequency",
         "random CPU frequency, full power, equal bandwidth",
         SolveJointRandomFrequency},
        {"random-power",
         "random power, full CPU frequency, equal bandwidth",
         SolveJointRandomPower},
        {"communication-only",
         "optimal power and bandwidth at fixed CPU frequencies",
         SolveJointCommunicationOnly},
        {"computation-only",
         "optimal CPU frequencies at full power and equal parts of half the band",
         SolveJointComputationOnly},
        {"scheme1", "least energy under a deadline by Yang et al. (2021)", SolveJointScheme1},
    };
    return methods;
}

JointSolution
SolveJoint(const std::string& method, const JointProblem& problem, const JointOptions& options)
{
    problem.Validate();
    std::string known;
    for (const auto& entry : JointMethods())
    {
        if (entry.name == method)
        {
            auto solution = entry.solve(problem, options);
            if (solution.status == SolveStatus::FAILED && problem.roundDeadlineS)
            {
                // Where no method has an answer, it is not the method that failed.
                SolveJointGlobal(problem, options);
            }
            if (!std::isfinite(solution.objective))
            {
                solution.termination = "a time or an energy is not finite";
            }
            return solution;
        }
        known += (known.empty() ? "" : ", ") + entry.name;
    }
    throw InvalidInput(Describe("method = '", method, "': must be one of ", known));
}

} // namespace fl
} // namespace ns3
