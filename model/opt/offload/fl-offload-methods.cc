/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-methods.h"

#include "fl-offload-columns.h"
#include "fl-offload-makespan.h"
#include "fl-offload-partition.h"
#include "fl-offload-search.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <stdexcept>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// The answer of a method before it is priced: who offloads, by sub-channel.
using Columns = std::vector<OffloadColumn>;

/// @return processor time of the program [s]
double
CpuS()
{
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// @return whether time is over, as a function of the time that it is called at
/// @param seconds from now on
std::function<bool()>
Deadline(double seconds)
{
    return [endS = CpuS() + seconds] { return CpuS() > endS; };
}

/// @return whether the objective is the sum @param columns of the problem
bool
IsSum(const OffloadColumns& columns)
{
    return columns.Problem().objective == OffloadObjective::SUM;
}

/// @return what learning takes at least, as if there were no interference @param columns of the
/// problem
double
FreeBoundS(const OffloadColumns& columns)
{
    if (!IsSum(columns))
    {
        return FreeMakespanBound(columns);
    }
    OffloadColumns blind(columns.Problem(), true);
    return OffloadSumS(blind, FreeOffloadMatching(blind));
}

/// @return the larger of two bounds, of which the second may be absent @param bound one @param
/// other the second
double
Larger(double bound, double other)
{
    return other > bound ? other : bound;
}

/// @return the whole round's bound
/// @param problem the problem
/// @param learnS of learning [s]
double
WholeBoundS(const OffloadProblem& problem, double learnS)
{
    const double miningS = problem.MiningS(problem.HashRateHps());
    const auto miners = static_cast<double>(
        problem.objective == OffloadObjective::SUM ? problem.devices.size() : 1);
    return learnS + problem.consensusS + miners * miningS;
}

/// @return an answer, with what is known about its worth
/// @param columns costs
/// @param decisions by device
/// @param boundS of what learning takes [s]
/// @param reason why the method ended
OffloadSolution
Conclude(const OffloadColumns& columns,
         std::vector<OffloadDecision> decisions,
         double boundS,
         const std::string& reason)
{
    OffloadSolution solution;
    solution.decisions = std::move(decisions);
    solution.lowerBound = WholeBoundS(columns.Problem(), boundS);
    solution.iterations = columns.Solves();
    solution.unsolved = columns.Unsolved();
    solution.termination = reason;
    ConcludeOffload(columns.Problem(), solution);
    // Rounding must not put a bound above what was found.
    solution.lowerBound = std::min(solution.lowerBound, solution.value.objective);
    return solution;
}

/// @return what learning takes at least @param columns of the problem @param chosen who offloads in
/// a known answer @param options whether it may take long
double
BoundS(OffloadColumns& columns, const Columns& chosen, const OffloadOptions& options)
{
    double boundS = FreeBoundS(columns);
    if (options.hasPartitionBound && IsSum(columns))
    {
        const auto isLate = Deadline(options.seconds);
        const auto relaxation = RelaxOffload(columns, chosen, OffloadSumS(columns, chosen), isLate);
        boundS = Larger(boundS, relaxation.lowerBoundS);
    }
    return boundS;
}

/// @return the answer of a method that proves nothing itself @param columns of the problem @param
/// chosen what it found @param options for bounds @param reason why it ended
OffloadSolution
WithBound(OffloadColumns& columns,
          const Columns& chosen,
          const OffloadOptions& options,
          const std::string& reason)
{
    const double boundS = BoundS(columns, chosen, options);
    return Conclude(columns, columns.Decide(chosen), boundS, reason);
}

/// The optimum.
OffloadSolution
SolveExact(const OffloadProblem& problem, const OffloadOptions& options)
{
    const auto isLate = Deadline(options.seconds);
    OffloadColumns columns(problem);
    OffloadSearchOptions search;
    search.isLate = isLate;
    const auto start = SearchOffload(columns, search);
    OffloadState state(columns);
    state.Set(start);
    const auto result = IsSum(columns)
                            ? PartitionOffload(columns, start, isLate)
                            : BranchMakespan(columns, start, state.Score().learnS, isLate);
    const double boundS = Larger(FreeBoundS(columns), result.lowerBoundS);
    std::string reason = "all assignments are covered";
    if (!result.isComplete)
    {
        reason = isLate() ? Describe("time is over after ", options.seconds, " s")
                          : "more columns are within the gap than are listed";
    }
    return Conclude(columns, columns.Decide(result.columns), boundS, reason);
}

/// Local search.
OffloadSolution
SolveSearch(const OffloadProblem& problem, const OffloadOptions& options)
{
    OffloadColumns columns(problem);
    OffloadSearchOptions search;
    search.isLate = Deadline(options.seconds);
    const auto chosen = SearchOffload(columns, search);
    return WithBound(columns, chosen, options, "no change of a slot was found better");
}

/// The best without interference.
OffloadSolution
SolveBlind(const OffloadProblem& problem, const OffloadOptions& options)
{
    OffloadColumns columns(problem);
    OffloadColumns blind(problem, true);
    OffloadSearchOptions search;
    search.kicks = 10;
    search.isLate = Deadline(options.seconds);
    const auto chosen = IsSum(columns) ? FreeOffloadMatching(blind) : SearchOffload(blind, search);
    return WithBound(columns, chosen, options, "the best assignment without interference");
}

/// Nobody offloads.
OffloadSolution
SolveLocal(const OffloadProblem& problem, const OffloadOptions& options)
{
    OffloadColumns columns(problem);
    return WithBound(columns, OffloadColumnsOf(problem, {}), options, "nobody offloads");
}

/**
 * Device by device, each takes a slot.
 * @param columns costs
 * @param worth of a slot to a device, above 0; the largest is taken
 * @return who offloads
 */
Columns
TakeInTurn(const OffloadColumns& columns,
           const std::function<double(size_t, size_t, size_t)>& worth)
{
    OffloadAssignment assignment(columns.Devices());
    std::vector<char> isTaken(columns.Cells() * columns.Channels(), 0);
    for (size_t n = 0; n < columns.Devices(); ++n)
    {
        double most = 0;
        for (uint32_t m = 0; m < columns.Cells(); ++m)
        {
            for (uint32_t g = 0; g < columns.Channels(); ++g)
            {
                // A slot that takes more energy than there is can't be taken.
                if (isTaken[g * columns.Cells() + m] || !std::isfinite(columns.FreeS(n, m, g)))
                {
                    continue;
                }
                const double value = worth(n, m, g);
                if (value > most)
                {
                    most = value;
                    assignment[n] = OffloadSlot{m, g};
                }
            }
        }
        if (assignment[n])
        {
            isTaken[assignment[n]->subChannel * columns.Cells() + assignment[n]->server] = 1;
        }
    }
    return OffloadColumnsOf(columns.Problem(), assignment);
}

/// Everybody offloads who finds a slot.
OffloadSolution
SolveOffloadAll(const OffloadProblem& problem, const OffloadOptions& options)
{
    OffloadColumns columns(problem);
    const auto chosen = TakeInTurn(columns, [&](size_t n, size_t m, size_t g) {
        return problem.Gain(n, m, g) / problem.noiseW[g] * problem.bandwidthHz[g];
    });
    return WithBound(columns, chosen, options, "everybody offloads who finds a slot");
}

/// Slots are drawn.
OffloadSolution
SolveRandom(const OffloadProblem& problem, const OffloadOptions& options)
{
    if (!options.uniform)
    {
        throw std::logic_error("SolveOffload: random needs OffloadOptions::uniform");
    }
    OffloadColumns columns(problem);
    const auto chosen = TakeInTurn(columns, [&](size_t, size_t, size_t) {
        // The largest of so many is each of them equally likely.
        return 1 - options.uniform();
    });
    return WithBound(columns, chosen, options, "random draw");
}

} // namespace

const std::vector<OffloadMethod>&
OffloadMethods()
{
    static const std::vector<OffloadMethod> METHODS{
        {"exact", "the optimum, with its bound; feasible if time is over before", &SolveExact},
        {"search", "local search over slots, with exact powers", &SolveSearch},
        {"blind", "the best assignment without interference, then exact powers", &SolveBlind},
        {"local", "nobody offloads", &SolveLocal},
        {"all", "each in turn takes the best slot that is left", &SolveOffloadAll},
        {"random", "each in turn takes a random slot", &SolveRandom},
    };
    return METHODS;
}

OffloadSolution
SolveOffload(const std::string& name, const OffloadProblem& problem, const OffloadOptions& options)
{
    problem.Validate();
    std::string known;
    for (const auto& method : OffloadMethods())
    {
        if (method.name == name)
        {
            problem.RequireEnergy();
            return method.solve(problem, options);
        }
        known += (known.empty() ? "" : ", ") + method.name;
    }
    throw InvalidInput(Describe("method = '", name, "': must be one of ", known));
}

OffloadSolution
PriceOffload(const OffloadProblem& problem,
             const std::vector<OffloadDecision>& decisions,
             const OffloadOptions& options,
             const std::string& reason)
{
    OffloadColumns columns(problem);
    OffloadAssignment assignment;
    for (const auto& decision : decisions)
    {
        assignment.push_back(decision.slot);
    }
    const auto chosen = OffloadColumnsOf(problem, assignment);
    return Conclude(columns, decisions, BoundS(columns, chosen, options), reason);
}

} // namespace fl
} // namespace ns3
