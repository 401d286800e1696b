/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-solve-problem.h"

#include "ns3/fl-error.h"

#include <stdexcept>

namespace ns3
{
namespace fl
{

namespace
{

/// @return the list; made at its first use, since registrations run in any order
std::map<std::string, SolveProblem>&
Registered()
{
    static std::map<std::string, SolveProblem> problems;
    return problems;
}

} // namespace

const std::map<std::string, SolveProblem>&
SolveProblems()
{
    return Registered();
}

SolveProblemRegistration::SolveProblemRegistration(SolveProblem problem)
{
    const std::string name = problem.name;
    if (!Registered().emplace(name, std::move(problem)).second)
    {
        throw std::logic_error(Describe("two kinds of problem are called ", name));
    }
}

} // namespace fl
} // namespace ns3
