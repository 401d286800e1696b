/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-methods.h"

#include "fl-dma-baselines.h"
#include "fl-dma-enumerate.h"
#include "fl-dma-local.h"
#include "fl-dma-search.h"
#include "fl-dma-shares.h"

#include "ns3/fl-error.h"

#include <optional>
#include <stdexcept>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// @return how resource problems are solved
/// @param options of the method, whose relative gap they get
DmaResourceOptions
ResourceOptions(const DmaOptions& options)
{
    DmaResourceOptions resources;
    resources.relativeGap = options.relativeGap;
    return resources;
}

/**
 * The best resources for a schedule; shares of the CPU are improved where they are to be chosen.
 * @param problem a valid problem
 * @param schedule a valid schedule
 * @param options how
 * @return the answer, with the bound of the schedule where shares are given
 */
DmaSolution
SolveWithShares(const DmaProblem& problem, const DmaSchedule& schedule, const DmaOptions& options)
{
    const auto resources = ResourceOptions(options);
    if (!problem.ChoosesShares())
    {
        return SolveDmaResources(problem, schedule, resources);
    }
    const auto improved = ImproveDmaShares(problem, schedule, resources);
    auto solution = SolveDmaResources(WithDmaShares(problem, improved.shares), schedule, resources);
    solution.cpuShares = improved.shares;
    // Shares are a local optimum: nothing bounds what others come to.
    solution.lowerBound = ABSENT;
    solution.iterations += static_cast<uint32_t>(improved.solves);
    solution.termination += ", with shares of the CPU that no step improves";
    if (solution.status == SolveStatus::OPTIMAL)
    {
        solution.status = SolveStatus::FEASIBLE;
    }
    return solution;
}

/**
 * @param solution the best resources for a schedule that was chosen
 * @param reason why the method ended, for the answer's termination if it is feasible
 * @param solves resource problems solved, for the answer's iterations
 * @return the answer, at most feasible: the bound of its schedule is no bound on others
 */
DmaSolution
Chosen(DmaSolution solution, const std::string& reason, uint64_t solves)
{
    solution.lowerBound = ABSENT;
    solution.iterations = static_cast<uint32_t>(solves);
    if (solution.status == SolveStatus::OPTIMAL)
    {
        solution.status = SolveStatus::FEASIBLE;
    }
    if (solution.status == SolveStatus::FEASIBLE)
    {
        solution.termination = reason;
    }
    return solution;
}

/// @return FedAsync's schedule, or none where it breaks the staleness limit of what is in flight or
/// the least number of uploads
/// @param problem a valid problem
DmaSchedule
FedAsyncSchedule(const DmaProblem& problem)
{
    auto schedule = FedAsyncDmaBaseline(problem).schedule;
    try
    {
        ValidateDmaSchedule(problem, schedule);
    }
    catch (const InvalidInput&)
    {
        schedule.clear();
    }
    return schedule;
}

/// @return the parts of an answer's objective as they are compared
/// @param problem a valid problem
/// @param value of the answer
DmaCost
CostOf(const DmaProblem& problem, const DmaValue& value)
{
    DmaCost cost;
    cost.rest = value.energyPart;
    for (size_t j = 0; j < value.terms.size(); ++j)
    {
        const double weight = problem.weightModel * problem.tasks[j].importance;
        DmaTerms others = value.terms[j];
        others.e = 0;
        cost.rest += weight * others.Sum();
        cost.staleness += weight > 0 ? weight * value.terms[j].e : 0;
    }
    return cost;
}

/// @return whether an answer may be used
/// @param solution the answer
bool
IsFeasible(const DmaSolution& solution)
{
    return solution.status == SolveStatus::OPTIMAL || solution.status == SolveStatus::FEASIBLE;
}

/**
 * The better one of two schedules, each with its best resources: rounding e and B, and shares of
 * the CPU, may turn round what relaxed optima with equal shares say.
 * @param problem a valid problem
 * @param found the schedule that a search has found
 * @param start another one; empty: none
 * @param solve gives a schedule its resources; may throw Infeasible
 * @return the better answer
 * @throws Infeasible if neither is feasible, as for the first
 */
DmaSolution
BetterOf(const DmaProblem& problem,
         const DmaSchedule& found,
         const DmaSchedule& start,
         const std::function<DmaSolution(const DmaSchedule&)>& solve)
{
    std::optional<DmaSolution> best;
    std::optional<Infeasible> refusal;
    for (const auto* schedule : {&found, &start})
    {
        if (schedule->empty() || (schedule == &start && start == found))
        {
            continue;
        }
        try
        {
            auto solution = solve(*schedule);
            const bool isBetter =
                !best || (IsFeasible(solution) &&
                          (!IsFeasible(*best) || DmaImprovement(CostOf(problem, solution.value),
                                                                CostOf(problem, best->value)) > 0));
            if (isBetter)
            {
                best = std::move(solution);
            }
        }
        catch (const Infeasible& error)
        {
            refusal = refusal ? refusal : error;
        }
    }
    if (!best)
    {
        throw *refusal;
    }
    return std::move(*best);
}

/**
 * @param problem a valid problem
 * @param options of resource problems of the schedule that is found
 * @param search how the schedule is searched
 * @param reason why the method ended
 * @return the answer of a search, no worse than FedAsync's schedule with its best resources
 */
DmaSolution
Searched(const DmaProblem& problem,
         const DmaOptions& options,
         DmaSearchOptions search,
         const std::string& reason)
{
    search.start = FedAsyncSchedule(problem);
    const auto found = SearchDmaSchedule(problem, search);
    auto solution =
        BetterOf(problem, found.schedule, search.start, [&](const DmaSchedule& schedule) {
            return SolveWithShares(problem, schedule, options);
        });
    return Chosen(std::move(solution), reason, found.solves);
}

/// The best resources for the problem's schedule.
DmaSolution
SolveGiven(const DmaProblem& problem, const DmaOptions& options)
{
    if (problem.schedule.empty())
    {
        throw InvalidInput("schedule: is missing: must be given for method resources");
    }
    return SolveWithShares(problem, problem.schedule, options);
}

/// Local search.
DmaSolution
SolveLocal(const DmaProblem& problem, const DmaOptions& options)
{
    DmaSearchOptions search;
    search.useRelaxation = false;
    return Searched(problem, options, search, "no change of one aggregation was found better");
}

/// Relaxation and rounding.
DmaSolution
SolveRelaxation(const DmaProblem& problem, const DmaOptions& options)
{
    DmaSearchOptions search;
    search.useLocal = false;
    return Searched(problem, options, search, "the best rounding of the penalised relaxation");
}

/// Both.
DmaSolution
SolveBest(const DmaProblem& problem, const DmaOptions& options)
{
    if (!problem.schedule.empty())
    {
        return SolveGiven(problem, options);
    }
    return Searched(problem,
                    options,
                    {},
                    "no change of one aggregation was found better than the best rounding");
}

/// All schedules.
DmaSolution
SolveEnumeration(const DmaProblem& problem, const DmaOptions& options)
{
    const auto found = EnumerateDma(problem, options.relativeGap);
    auto solution = SolveWithShares(problem, found.schedule, options);
    solution.iterations = static_cast<uint32_t>(found.solves);
    if (problem.ChoosesShares())
    {
        solution.termination += ", for the best schedule with equal shares";
        return solution;
    }
    solution.lowerBound = found.lowerBound;
    solution.termination = Describe("all schedules: ", found.combinations, " combinations");
    ConcludeDmaSolution(problem, solution);
    return solution;
}

/// FedAsync as it is.
DmaSolution
SolveFedAsync(const DmaProblem& problem, const DmaOptions&)
{
    auto baseline = FedAsyncDmaBaseline(problem);
    DmaSolution solution;
    solution.schedule = std::move(baseline.schedule);
    solution.allocation = std::move(baseline.allocation);
    solution.status = SolveStatus::FEASIBLE;
    solution.termination = "nothing is optimized";
    ConcludeDmaSolution(problem, solution);
    return solution;
}

/// Algorithm 1 as printed.
DmaSolution
SolveLiteral(const DmaProblem& problem, const DmaOptions& options)
{
    auto solution = SolveFedAsync(problem, options);
    std::vector<double> binary;
    for (const auto& schedule : solution.schedule)
    {
        for (const auto& entry : schedule)
        {
            // U of each device at this aggregation; R is of the same kind.
            for (size_t i = 0; i < problem.devices.size(); ++i)
            {
                binary.push_back(entry.device == i ? 1 : 0);
            }
        }
    }
    const double step = LiteralDmaStep(binary, 1);
    solution.iterations = 1;
    if (solution.status == SolveStatus::FEASIBLE)
    {
        solution.termination = Describe("the surrogate's only feasible point is where it begins, "
                                        "FedAsync's schedule with resources in the middle: step ",
                                        step);
    }
    return solution;
}

/// DMA-FL-NS: FedAsync's schedule, resources optimized.
DmaSolution
SolveNoSchedule(const DmaProblem& problem, const DmaOptions& options)
{
    const auto baseline = FedAsyncDmaBaseline(problem);
    return Chosen(SolveWithShares(problem, baseline.schedule, options),
                  "FedAsync's schedule, with its best resources",
                  1);
}

/// DMA-FL-NR: schedule optimized, resources in the middle.
DmaSolution
SolveNoResources(const DmaProblem& problem, const DmaOptions& options)
{
    const auto middle = WithMiddleDmaFrequency(problem);
    DmaSearchOptions search;
    search.pairWork = MiddleDmaWork(problem);
    search.start = FedAsyncSchedule(problem);
    const auto found = SearchDmaSchedule(middle, search);
    auto resources = ResourceOptions(options);
    resources.pairWork = search.pairWork;
    auto solution =
        BetterOf(middle, found.schedule, search.start, [&](const DmaSchedule& schedule) {
            return SolveDmaResources(middle, schedule, resources);
        });
    return Chosen(std::move(solution),
                  "a searched schedule, resources in the middle",
                  found.solves);
}

/// Conventional asynchronous learning: idle times random, the rest optimized.
DmaSolution
SolveConventional(const DmaProblem& problem, const DmaOptions& options)
{
    if (!options.uniform)
    {
        throw std::logic_error("method conventional needs random numbers");
    }
    const auto idleS = [&](size_t i, size_t j) {
        return options.uniform() * (problem.DownloadS(i, j) + problem.UploadS(i, j));
    };
    const auto baseline = FedAsyncDmaBaseline(problem, idleS);
    return Chosen(SolveWithShares(problem, baseline.schedule, options),
                  "the schedule of random idle times, with its best resources",
                  1);
}

} // namespace

const std::vector<DmaMethod>&
DmaMethods()
{
    static const std::vector<DmaMethod> METHODS{
        {"best",
         "resources for the given schedule, or else the better of sca and local",
         &SolveBest},
        {"resources", "the best resources for the given schedule", &SolveGiven},
        {"enumerate", "the best of all schedules, where there are few", &SolveEnumeration},
        {"local", "local search over changes of (device, base) from greedy schedules", &SolveLocal},
        {"sca",
         "penalised relaxation by successive convex approximation, rounded",
         &SolveRelaxation},
        {"sca-literal", "Algorithm 1 of the paper as printed", &SolveLiteral},
        {"nr", "DMA-FL-NR: schedule searched, resources in the middle", &SolveNoResources},
        {"ns", "DMA-FL-NS: FedAsync's schedule, resources optimized", &SolveNoSchedule},
        {"fedasync", "FedAsync: nothing optimized", &SolveFedAsync},
        {"conventional",
         "asynchronous learning with random idle times, resources optimized",
         &SolveConventional},
    };
    return METHODS;
}

DmaSolution
SolveDma(const std::string& name, const DmaProblem& problem, const DmaOptions& options)
{
    problem.Validate();
    std::string known;
    for (const auto& method : DmaMethods())
    {
        if (method.name == name)
        {
            return method.solve(problem, options);
        }
        known += (known.empty() ? "" : ", ") + method.name;
    }
    throw InvalidInput(Describe("method = '", name, "': must be one of ", known));
}

} // namespace fl
} // namespace ns3
