/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-methods.h"

#include "fl-dma-baselines.h"
#include "fl-dma-enumerate.h"
#include "fl-dma-search.h"
#include "fl-dma-shares.h"

#include "ns3/fl-error.h"

#include <stdexcept>

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

/**
 * @param problem a valid problem
 * @param options of resource problems of the schedule that is found
 * @param search how the schedule is searched
 * @param reason why the method ended
 * @return the answer of a search
 */
DmaSolution
Searched(const DmaProblem& problem,
         const DmaOptions& options,
         const DmaSearchOptions& search,
         const std::string& reason)
{
    const auto found = SearchDmaSchedule(problem, search);
    return Chosen(SolveWithShares(problem, found.schedule, options), reason, found.solves);
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
    const auto found = SearchDmaSchedule(middle, search);
    auto resources = ResourceOptions(options);
    resources.pairWork = search.pairWork;
    auto solution = SolveDmaResources(middle, found.schedule, resources);
    solution = Chosen(std::move(solution), "a searched schedule, resources in the middle", 0);
    solution.iterations = static_cast<uint32_t>(found.solves);
    return solution;
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
