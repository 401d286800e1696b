/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SOLVE_INSTANCE_H
#define FL_SOLVE_INSTANCE_H

#include "fl-solve-problem.h"

#include "ns3/fl-main.h"

#include <functional>
#include <ostream>
#include <string>
#include <string_view>

/**
 * @file
 * @ingroup fl
 * What ./fl solve does, from the text of an instance to the answer and the exit code.
 */

namespace ns3
{
namespace fl
{

/// What came out.
struct SolveReport
{
    int exitCode{EXIT_DONE}; //!< EXIT_DONE, EXIT_FAILED or EXIT_INFEASIBLE
    std::string reason;      //!< one line, if the exit code is not EXIT_DONE
    double solveS{0};        //!< wall clock of the method alone [s]; 0 where there is no answer
    /// Prints the members of the answer, an object.
    std::function<void(JsonStream&)> write;

    /// Print the answer as JSON, and a new line.
    /// @param out where to; errors show in its state
    void Print(std::ostream& out) const;
    /// @return what Print() prints
    std::string ToText() const;
};

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
 * @param document the instance; moved, since of a million devices one copy is enough
 * @param source what messages call it: the file's name
 * @param request how to solve it
 * @return the answer
 * @throws InvalidInput if the instance or the request can't be accepted
 */
SolveReport SolveInstance(const SolveProblem& problem,
                          JsonDocument document,
                          const std::string& source,
                          const SolveRequest& request);

/**
 * As above, of an instance that is a text.
 * @param problem the kind of problem
 * @param text the instance
 * @param source what messages call it
 * @param request how to solve it
 * @return the answer
 * @throws InvalidInput if the instance or the request can't be accepted
 */
SolveReport SolveInstance(const SolveProblem& problem,
                          std::string_view text,
                          const std::string& source,
                          const SolveRequest& request);

} // namespace fl
} // namespace ns3

#endif /* FL_SOLVE_INSTANCE_H */
