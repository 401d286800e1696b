/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-methods.h"

#include "../fl-error.h"
#include "fl-joint-baselines.h"

namespace ns3
{
namespace fl
{

const std::vector<JointMethod>&
JointMethods()
{
    static const std::vector<JointMethod> methods{
        {"equal", "equal bandwidth, full power, full CPU frequency", SolveJointEqual},
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
            return entry.solve(problem, options);
        }
        known += (known.empty() ? "" : ", ") + entry.name;
    }
    throw InvalidInput(Describe("method = '", method, "': must be one of ", known));
}

} // namespace fl
} // namespace ns3
