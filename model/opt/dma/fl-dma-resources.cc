/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-resources.h"

#include "fl-dma-timing.h"

#include "ns3/fl-error.h"
#include "ns3/fl-input-name.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// A bound is met if it is to within this, relative.
constexpr double OPTIMAL_GAP = 1e-6;

/// Least values that work are rounded up by this, relative, so that they have an inside.
constexpr double ROUND_UP = 1e-6;

/// Refuse a budget that is spent on the air alone.
void
RequireUploads(const DmaModel& model)
{
    for (const auto& budget : model.budgets)
    {
        if (!(budget.remainJ > 0))
        {
            throw Infeasible(Describe("29c: devices[",
                                      budget.device,
                                      "].",
                                      Named("energy_budget_j"),
                                      " = ",
                                      budget.limitJ,
                                      ": its uploads alone take ",
                                      budget.limitJ - budget.remainJ,
                                      " J"));
        }
    }
}

/// Refuse budgets that can't be kept.
[[noreturn]] void
RefuseBudgets(const DmaModel& model, const DmaInteriorResult& result)
{
    size_t worst = 0;
    std::string others;
    for (size_t b = 0; b < model.budgets.size(); ++b)
    {
        worst = result.excess[b] > result.excess[worst] ? b : worst;
    }
    for (size_t b = 0; b < model.budgets.size(); ++b)
    {
        if (b != worst && result.excess[b] > ROUND_UP)
        {
            others += Describe(others.empty() ? ", if that of device " : ", ",
                               model.budgets[b].device,
                               " is raised to ",
                               model.budgets[b].limitJ +
                                   model.budgets[b].remainJ * result.excess[b] * (1 + ROUND_UP),
                               " J");
        }
    }
    const auto& budget = model.budgets[worst];
    const double leastJ = (budget.limitJ + budget.remainJ * result.excess[worst]) * (1 + ROUND_UP);
    throw Infeasible(Describe("29c: devices[",
                              budget.device,
                              "].",
                              Named("energy_budget_j"),
                              " = ",
                              budget.limitJ,
                              ": the schedule takes at least ",
                              leastJ,
                              " J",
                              others),
                     {{"least_energy_budget_j", leastJ}});
}

/// Rounds e and B of a relaxed solution.
class WorkRounding
{
  public:
    /// Which neighbour.
    enum Mode
    {
        CHEAPER, //!< at the prices of the relaxed optimum
        DOWN,    //!< less work
        UP       //!< more work
    };

    /**
     * @param model the relaxed problem
     * @param result its solution
     */
    WorkRounding(const DmaModel& model, const DmaInteriorResult& result)
        : m_model(model),
          m_result(result)
    {
    }

    /// @return whole e and B of a period; 1 and 1 of an update in flight
    /// @param p period of the model
    /// @param mode which neighbours of the relaxed e and B
    DmaFixedWork RoundPeriod(size_t p, Mode mode) const
    {
        const auto& period = m_model.periods[p];
        if (period.inFlight)
        {
            return {1, 1};
        }
        const auto& task = m_model.tasks[period.task];
        const double e = m_result.point.iterations[p];
        const double work = m_result.point.work[p];
        const double low = std::clamp(Floor(e), task.minSteps, task.maxSteps);
        const double high = std::clamp(Ceiling(e), task.minSteps, task.maxSteps);
        if (mode != CHEAPER)
        {
            const double steps = mode == UP ? high : low;
            const double batch = mode == UP ? Ceiling(work / steps) : Floor(work / steps);
            return {steps, std::clamp(batch, 1.0, period.samples)};
        }
        DmaFixedWork best;
        double least = HUGE_VAL;
        for (const double steps : {low, high})
        {
            for (const double batch : {Floor(work / steps), Ceiling(work / steps)})
            {
                const DmaFixedWork candidate{steps, std::clamp(batch, 1.0, period.samples)};
                const double cost = CostOf(p, candidate);
                if (cost < least)
                {
                    least = cost;
                    best = candidate;
                }
            }
        }
        return best;
    }

    /**
     * @param p period of the model
     * @return whole e and B whose work is near that of the solution, the nearest first
     */
    std::vector<DmaFixedWork> Candidates(size_t p) const
    {
        constexpr double MOST_STEPS_AWAY = 2;
        constexpr size_t MOST = 12;
        const auto& period = m_model.periods[p];
        if (period.inFlight)
        {
            return {{1, 1}};
        }
        const auto& task = m_model.tasks[period.task];
        const double work = m_result.point.work[p];
        const double e = std::round(m_result.point.iterations[p]);
        std::vector<DmaFixedWork> candidates;
        for (double steps = std::max(task.minSteps, e - MOST_STEPS_AWAY);
             steps <= std::min(task.maxSteps, e + MOST_STEPS_AWAY);
             ++steps)
        {
            const double nearest = std::round(work / steps);
            for (const double batch : {nearest - 1, nearest, nearest + 1})
            {
                if (batch >= 1 && batch <= period.samples)
                {
                    candidates.push_back({steps, batch});
                }
            }
        }
        const auto distance = [work](const DmaFixedWork& of) {
            return std::abs(of.iterations * of.batch - work);
        };
        std::stable_sort(candidates.begin(), candidates.end(), [&](const auto& a, const auto& b) {
            return distance(a) < distance(b);
        });
        candidates.resize(std::min(candidates.size(), MOST));
        return candidates;
    }

  private:
    /// @return the whole number below, or the one above if it is within 1e-6
    /// @param value relaxed e or B
    static double Floor(double value)
    {
        return std::floor(value + 1e-6);
    }

    /// @return the whole number above, or the one below if it is within 1e-6
    /// @param value relaxed e or B
    static double Ceiling(double value)
    {
        return std::ceil(value - 1e-6);
    }

    /// @return cost of a period at the computing time and the energy price of the solution; next to
    /// infinite if the frequency does not allow that time
    /// @param p period of the model
    /// @param candidate whole e and B
    double CostOf(size_t p, const DmaFixedWork& candidate) const
    {
        const auto& period = m_model.periods[p];
        const double tau = m_result.point.computeS[p];
        const double price =
            period.budget < 0 ? 0 : m_result.multipliers.budget[period.budget] * period.energyJ;
        const double steps = candidate.iterations;
        const double work = steps * candidate.batch;
        const double cycles = period.cycles * work;
        const double used = std::clamp(tau, cycles / period.highHz, cycles / period.lowHz);
        const double cost = (period.stepCost + m_result.multipliers.steps[p]) * steps +
                            period.squareCost * steps * steps +
                            period.noiseCost * steps / candidate.batch +
                            (period.energyCost + price) * work * (work / used) * (work / used);
        return cost + (std::abs(used - tau) > 1e-9 * tau ? 1e100 * std::abs(used / tau - 1) : 0);
    }

    const DmaModel& m_model;           //!< the relaxed problem
    const DmaInteriorResult& m_result; //!< its solution
};

/**
 * Whole e and B for a relaxed solution: of all periods at once or, where that does not fit, of a
 * half of them, with what is left chosen anew before the other half, and so on down to one period.
 */
class WorkFixing
{
  public:
    /**
     * @param problem a valid problem; must outlive this object
     * @param schedule a valid schedule; must outlive this object
     * @param options how to solve; must outlive this object
     * @param relaxed the relaxed solution
     */
    WorkFixing(const DmaProblem& problem,
               const DmaSchedule& schedule,
               const DmaResourceOptions& options,
               const DmaResources& relaxed)
        : m_problem(problem),
          m_schedule(schedule),
          m_options(options),
          m_current(relaxed)
    {
        for (const auto& task : relaxed.model.tasks)
        {
            m_work.emplace_back(task.count);
        }
    }

    /**
     * @return allocation, and number of Newton steps
     * @throws Infeasible if no rounding was found
     */
    DmaSolution Run()
    {
        if (!Fix(0, m_current.model.periods.size()))
        {
            throw Infeasible("29r: with e and B rounded to whole numbers: " + m_reason);
        }
        DmaSolution solution;
        solution.allocation = AllocationOfDmaPoint(m_current.model, m_current.result.point);
        solution.iterations = m_iterations;
        return solution;
    }

  private:
    /**
     * Fix some periods that are not fixed yet.
     * @param first of them
     * @param last behind them
     * @return whether they are
     */
    bool Fix(size_t first, size_t last)
    {
        const WorkRounding rounding(m_current.model, m_current.result);
        for (const auto mode : {WorkRounding::CHEAPER, WorkRounding::DOWN, WorkRounding::UP})
        {
            std::vector<DmaFixedWork> work;
            for (size_t p = first; p < last; ++p)
            {
                work.push_back(rounding.RoundPeriod(p, mode));
            }
            if (Try(first, work))
            {
                return true;
            }
        }
        if (last - first == 1)
        {
            const auto candidates = rounding.Candidates(first);
            return std::any_of(candidates.begin(), candidates.end(), [&](const auto& work) {
                return Try(first, {work});
            });
        }
        const size_t middle = first + (last - first) / 2;
        return Fix(first, middle) && Fix(middle, last);
    }

    /**
     * Fix some periods, and choose the rest anew.
     * @param first of them
     * @param work of each
     * @return whether there is a solution; if not, nothing has changed
     */
    bool Try(size_t first, const std::vector<DmaFixedWork>& work)
    {
        constexpr uint32_t MOST_SOLVED = 200;
        if (++m_nSolved > MOST_SOLVED)
        {
            return false;
        }
        DmaModelOptions fixed;
        fixed.periodWork = m_work;
        for (size_t i = 0; i < work.size(); ++i)
        {
            const size_t task = m_current.model.periods[first + i].task;
            fixed.periodWork[task][first + i - m_current.model.tasks[task].first] = work[i];
        }
        try
        {
            DmaResources next;
            next.model = MakeDmaModel(m_problem, m_schedule, fixed);
            next.result = SolveDmaModel(next.model, m_options);
            m_iterations += next.result.iterations;
            if (!next.result.converged)
            {
                return false;
            }
            m_current = std::move(next);
            m_work = std::move(fixed.periodWork);
            return true;
        }
        catch (const Infeasible& error)
        {
            m_reason = m_reason.empty() ? error.what() : m_reason;
            return false;
        }
    }

    const DmaProblem& m_problem;                   //!< the problem
    const DmaSchedule& m_schedule;                 //!< the schedule
    const DmaResourceOptions& m_options;           //!< how to solve
    DmaResources m_current;                        //!< with what is fixed so far
    std::vector<std::vector<DmaFixedWork>> m_work; //!< what is fixed so far
    std::string m_reason;                          //!< why the first rounding did not fit
    uint32_t m_iterations{0};                      //!< Newton steps
    uint32_t m_nSolved{0};                         //!< problems solved
};

} // namespace

double
DmaSolution::Gap() const
{
    return (value.objective - lowerBound) / std::max(1e-300, std::abs(value.objective));
}

DmaInteriorResult
SolveDmaModel(const DmaModel& model, const DmaResourceOptions& options)
{
    RequireUploads(model);
    DmaPoint start;
    StartDmaPoint(model, start);
    DmaInterior interior(model);
    DmaInteriorOptions interiorOptions;
    interiorOptions.relativeGap = options.relativeGap;
    auto result = interior.Run(start, interiorOptions);
    if (!result.converged && !result.excess.empty() &&
        *std::max_element(result.excess.begin(), result.excess.end()) > 1e-9)
    {
        interiorOptions.onlyBudgets = true;
        const auto least = interior.Run(start, interiorOptions);
        if (*std::max_element(least.excess.begin(), least.excess.end()) > 1e-8)
        {
            RefuseBudgets(model, least);
        }
    }
    return result;
}

DmaAllocation
AllocationOfDmaPoint(const DmaModel& model, const DmaPoint& point)
{
    DmaAllocation allocation(model.tasks.size());
    for (size_t j = 0; j < model.tasks.size(); ++j)
    {
        const auto& task = model.tasks[j];
        for (size_t p = task.first; p < task.first + task.count; ++p)
        {
            const auto& period = model.periods[p];
            DmaPeriodPlan plan;
            plan.arrivalS = point.arrivalS[p];
            if (!period.inFlight)
            {
                const bool isFixed = period.isFixed;
                plan.iterations =
                    isFixed ? period.fixedSteps
                            : std::clamp(point.iterations[p], task.minSteps, task.maxSteps);
                plan.batch = isFixed
                                 ? period.fixedWork / period.fixedSteps
                                 : std::clamp(point.work[p] / plan.iterations, 1.0, period.samples);
                const double cycles = period.cycles * plan.iterations * plan.batch;
                plan.computeS =
                    std::clamp(point.computeS[p], cycles / period.highHz, cycles / period.lowHz);
            }
            allocation[j].push_back(plan);
        }
    }
    return allocation;
}

void
ConcludeDmaSolution(const DmaProblem& problem, DmaSolution& solution)
{
    solution.value = EvaluateDma(problem, solution.schedule, solution.allocation);
    solution.residuals = CheckDma(problem, solution.schedule, solution.allocation);
    if (solution.status == SolveStatus::FAILED)
    {
        return;
    }
    const auto [name, worst] = WorstResidual(solution.residuals);
    if (worst > DMA_FEASIBILITY_TOLERANCE)
    {
        solution.status = SolveStatus::INFEASIBLE;
        solution.termination = Describe("constraint ", name, " is broken by ", worst, " relative");
        return;
    }
    solution.status = solution.Gap() <= OPTIMAL_GAP ? SolveStatus::OPTIMAL : SolveStatus::FEASIBLE;
}

DmaSolution
SolveDmaResources(const DmaProblem& problem,
                  const DmaSchedule& schedule,
                  const DmaResourceOptions& options)
{
    DmaModelOptions modelOptions;
    modelOptions.pairWork = options.pairWork;
    DmaResources relaxed;
    relaxed.model = MakeDmaModel(problem, schedule, modelOptions);
    relaxed.result = SolveDmaModel(relaxed.model, options);
    DmaSolution solution;
    solution.iterations = relaxed.result.iterations;
    if (!relaxed.result.converged)
    {
        solution.schedule = schedule;
        solution.allocation = AllocationOfDmaPoint(relaxed.model, relaxed.result.point);
        solution.termination = Describe("the interior point method did not converge within ",
                                        relaxed.result.iterations,
                                        " Newton steps");
        ConcludeDmaSolution(problem, solution);
        return solution;
    }
    if (problem.relaxed || !options.pairWork.empty())
    {
        solution.allocation = AllocationOfDmaPoint(relaxed.model, relaxed.result.point);
        solution.termination = "the bound by weak duality is met";
    }
    else
    {
        const auto rounded = WorkFixing(problem, schedule, options, relaxed).Run();
        solution.allocation = rounded.allocation;
        solution.iterations += rounded.iterations;
        solution.termination = "whole e and B next to the relaxed optimum";
    }
    solution.schedule = schedule;
    solution.lowerBound = relaxed.result.lowerBound;
    solution.status = SolveStatus::FEASIBLE;
    ConcludeDmaSolution(problem, solution);
    return solution;
}

} // namespace fl
} // namespace ns3
