/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SOLVE_PROBLEM_H
#define FL_SOLVE_PROBLEM_H

#include "fl-json-document.h"
#include "fl-json-stream.h"

#include "ns3/fl-solve-status.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What ./fl solve needs to know of a kind of problem, and the list of the kinds that there are.
 */

namespace ns3
{
namespace fl
{

/// How an instance is to be solved.
struct SolveRequest
{
    std::string method;        //!< one of the problem's; empty: its default
    uint64_t seed{1};          //!< of methods that draw
    uint32_t threads{1};       //!< of methods that use several
    double seconds{60};        //!< of methods that may take long: when they end at the latest [s]
    bool hasTightBound{false}; //!< whether methods spend time on a better bound, if they can
    std::string agent{};       //!< of the method agent: the file of a trained one
};

/// What a method answered.
struct SolveAnswer
{
    SolveStatus status{SolveStatus::FAILED}; //!< what it is worth
    std::string termination;                 //!< why the method ended, one line
    double solveS{0};                        //!< wall clock of the method alone [s]
    /// Prints its members, within an object that has status and method already.
    std::function<void(JsonStream&)> write;
};

/// A kind of problem that instances are read for.
struct SolveProblem
{
    std::string name;          //!< as typed
    std::string description;   //!< one line
    std::string defaultMethod; //!< one of the methods
    /// Names and descriptions of the methods.
    std::function<std::vector<std::pair<std::string, std::string>>()> methods;
    /// Reads an instance, and answers it by an existing method; throws InvalidInput or Infeasible.
    std::function<SolveAnswer(JsonDocument, const SolveRequest&)> solve{};
};

/// @return names and descriptions of a problem's methods
/// @tparam methods function that returns all of them
template <auto methods>
std::vector<std::pair<std::string, std::string>>
MethodNames()
{
    std::vector<std::pair<std::string, std::string>> names;
    for (const auto& method : methods())
    {
        names.emplace_back(method.name, method.description);
    }
    return names;
}

/**
 * Complete a kind of problem by what is its own in the way from an instance to an answer.
 * @tparam Problem an instance
 * @tparam Solution an answer, with status and termination
 * @param problem all but `solve`
 * @param read makes a valid instance of a document, or throws InvalidInput
 * @param solve answers an instance by the method of a request; may throw Infeasible
 * @param write prints the members of an answer
 * @return the problem
 */
template <typename Problem, typename Solution>
SolveProblem
MakeSolveProblem(SolveProblem problem,
                 Problem (*read)(const JsonDocument&),
                 Solution (*solve)(const Problem&, const SolveRequest&),
                 void (*write)(const Solution&, JsonStream&))
{
    problem.solve = [read, solve, write](JsonDocument document, const SolveRequest& request) {
        const Problem instance = read(document);
        // Of a million devices one copy is enough.
        document = {};
        const auto start = std::chrono::steady_clock::now();
        const auto solution = std::make_shared<const Solution>(solve(instance, request));
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
        return SolveAnswer{solution->status,
                           solution->termination,
                           elapsed.count(),
                           [solution, write](JsonStream& json) { write(*solution, json); }};
    };
    return problem;
}

/// @return all kinds of problems that were registered, by name
const std::map<std::string, SolveProblem>& SolveProblems();

/**
 * @ingroup fl
 * A static object of this class in a problem's own file makes the problem known to ./fl solve.
 */
class SolveProblemRegistration
{
  public:
    /// @param problem the kind of problem; its name must not be taken
    explicit SolveProblemRegistration(SolveProblem problem);
};

} // namespace fl
} // namespace ns3

#endif /* FL_SOLVE_PROBLEM_H */
