/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SOLVE_INSTANCE_H
#define FL_SOLVE_INSTANCE_H

#include "ns3/fl-main.h"

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What ./fl solve does, from the text of an instance to the answer and the exit code.
 */

namespace ns3
{
namespace fl
{

/// How an instance is to be solved.
struct SolveRequest
{
    std::string method;  //!< one of the problem's; empty: its default
    uint64_t seed{1};    //!< of methods that draw
    uint32_t threads{1}; //!< of methods that use several
};

/// What came out.
struct SolveReport
{
    int exitCode{EXIT_DONE};       //!< EXIT_DONE, EXIT_FAILED or EXIT_INFEASIBLE
    nlohmann::ordered_json answer; //!< what is printed
    std::string reason;            //!< one line, if the exit code is not EXIT_DONE
};

/// A kind of problem that instances are read for.
struct SolveProblem
{
    std::string name;          //!< as typed
    std::string description;   //!< one line
    std::string defaultMethod; //!< one of the methods
    /// Names and descriptions of the methods.
    std::function<std::vector<std::pair<std::string, std::string>>()> methods;
    /// Reads the instance, then solves it by an existing method; the answer has no `method` yet.
    std::function<nlohmann::ordered_json(const nlohmann::json&, const SolveRequest&)> solve;
};

/// @return all kinds of problems
const std::vector<SolveProblem>& SolveProblems();

/**
 * @param name as typed
 * @return the problem
 * @throws InvalidInput if there is none of that name
 */
const SolveProblem& FindSolveProblem(const std::string& name);

/**
 * Whatever a method answers is printed, and is `EXIT_DONE`: also an answer that breaks constraints
 * (status infeasible, with `violation`), since that is what was asked for. `EXIT_INFEASIBLE` means
 * that there is no feasible answer, or none with what the method fixes; `EXIT_FAILED` that the
 * method came to no end.
 * @param problem the kind of problem
 * @param text the instance
 * @param source what messages call it: the file's name
 * @param request how to solve it
 * @return the answer
 * @throws InvalidInput if the instance or the request can't be accepted
 */
SolveReport SolveInstance(const SolveProblem& problem,
                          const std::string& text,
                          const std::string& source,
                          const SolveRequest& request);

} // namespace fl
} // namespace ns3

#endif /* FL_SOLVE_INSTANCE_H */
