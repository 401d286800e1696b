/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-enumerate.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>
#include <set>
#include <tuple>

namespace ns3
{
namespace fl
{

namespace
{

/// All schedules of a task, depth first.
class Enumerator
{
  public:
    /**
     * @param problem a valid problem
     * @param task j
     * @param most how many at most
     */
    Enumerator(const DmaProblem& problem, size_t task, size_t most)
        : m_problem(problem),
          m_task(task),
          m_most(most),
          m_last(problem.devices.size(), 0),
          m_uploads(problem.devices.size(), 0)
    {
    }

    /// @return all
    std::vector<DmaTaskSchedule> Run()
    {
        Extend();
        return std::move(m_all);
    }

  private:
    /// Add the next aggregation in all ways.
    void Extend()
    {
        const auto& task = m_problem.tasks[m_task];
        if (m_schedule.size() == task.aggregations)
        {
            if (m_all.size() == m_most)
            {
                throw InvalidInput(Describe("tasks[",
                                            m_task,
                                            "].aggregations = ",
                                            task.aggregations,
                                            ": there are more than ",
                                            m_most,
                                            " schedules: must be fewer for method enumerate"));
            }
            m_all.push_back(m_schedule);
            return;
        }
        const auto n = static_cast<uint32_t>(m_schedule.size()) + 1;
        uint32_t missing = 0;
        for (const auto uploads : m_uploads)
        {
            missing += m_problem.minUploads - std::min(uploads, m_problem.minUploads);
        }
        for (uint32_t i = 0; i < m_last.size(); ++i)
        {
            const bool isFree = missing < task.aggregations - n + 1;
            if (isFree || m_uploads[i] < m_problem.minUploads)
            {
                ExtendBy(i, n);
            }
        }
    }

    /// Add a device's aggregation from all versions.
    void ExtendBy(uint32_t i, uint32_t n)
    {
        const uint32_t limit = m_problem.tasks[m_task].stalenessLimit;
        const auto& inFlight = m_problem.devices[i].tasks[m_task].inFlight;
        auto low = static_cast<int32_t>(std::max(m_last[i], n - 1 > limit ? n - 1 - limit : 0));
        auto high = static_cast<int32_t>(n - 1);
        if (inFlight && m_last[i] == 0)
        {
            low = DMA_IN_FLIGHT;
            high = n - 1 + inFlight->staleness <= limit ? DMA_IN_FLIGHT : low - 1;
        }
        const uint32_t before = m_last[i];
        for (int32_t v = low; v <= high; ++v)
        {
            m_schedule.push_back({i, v});
            m_last[i] = n;
            ++m_uploads[i];
            Extend();
            --m_uploads[i];
            m_last[i] = before;
            m_schedule.pop_back();
        }
    }

    const DmaProblem& m_problem;        //!< the problem
    size_t m_task;                      //!< j
    size_t m_most;                      //!< how many at most
    std::vector<uint32_t> m_last;       //!< last aggregation by device
    std::vector<uint32_t> m_uploads;    //!< aggregations by device
    DmaTaskSchedule m_schedule;         //!< so far
    std::vector<DmaTaskSchedule> m_all; //!< those found
};

/// One schedule of a task, and what is known of its cost alone.
struct Candidate
{
    size_t index{0}; //!< among the task's schedules
    double bound{0}; //!< no lower cost alone
};

/// All schedules of one task by what they cost alone.
class TaskList
{
  public:
    /**
     * @param problem a valid problem
     * @param task j
     * @param relativeGap of resource problems
     */
    TaskList(const DmaProblem& problem, size_t task, double relativeGap)
        : m_problem(problem),
          m_task(task),
          m_solver(problem, task, {}, relativeGap),
          m_schedules(EnumerateDmaSchedules(problem, task)),
          m_scratch(problem.tasks.size())
    {
        for (size_t k = 0; k < m_schedules.size(); ++k)
        {
            m_open.push_back({k, Bound(k, nullptr)});
        }
    }

    /// Solve what may be below a limit, the lowest bounds first.
    /// @param limit of the cost alone; whatever is not below it is left aside
    /// @param onlyBest the limit falls to the best that is found
    void Solve(double limit, bool onlyBest)
    {
        // Multipliers of the best make the others' bounds tight: the first few are for these.
        for (const size_t most : {size_t{4}, size_t{32}, m_open.size()})
        {
            Sharpen(limit);
            size_t done = 0;
            for (; done < std::min(most, m_open.size()); ++done)
            {
                if (!(m_open[done].bound < (onlyBest ? std::min(limit, m_best) : limit)))
                {
                    break;
                }
                SolveOne(m_open[done].index);
            }
            m_open.erase(m_open.begin(), m_open.begin() + static_cast<std::ptrdiff_t>(done));
        }
    }

    /// @return least cost alone; infinite if nothing is feasible
    double Best() const
    {
        return m_best;
    }

    /// @return solved ones, the lowest bounds first
    std::vector<DmaTaskPlan>& Solved()
    {
        std::sort(m_solved.begin(), m_solved.end(), [](const auto& one, const auto& other) {
            return one.result.lowerBound < other.result.lowerBound;
        });
        return m_solved;
    }

    /// @return how many schedules there are
    size_t Count() const
    {
        return m_schedules.size();
    }

    /// @return the solver
    const DmaTaskSolver& Solver() const
    {
        return m_solver;
    }

  private:
    /// Bounds at the multipliers of the best, of those that may be below a limit; then sort.
    void Sharpen(double limit)
    {
        for (auto& candidate : m_open)
        {
            if (m_hasBest && candidate.bound < limit)
            {
                candidate.bound = std::max(candidate.bound, Bound(candidate.index, &m_multipliers));
            }
        }
        std::sort(m_open.begin(), m_open.end(), [](const Candidate& one, const Candidate& other) {
            return std::tie(one.bound, one.index) < std::tie(other.bound, other.index);
        });
    }

    /// @return a lower bound on the cost of a schedule alone, by weak duality
    /// @param index which schedule, from 0
    /// @param multipliers to bound with, unless there are other budgets; null: all are 0
    double Bound(size_t index, const DmaMultipliers* multipliers)
    {
        DmaModelOptions options;
        options.tasks = {m_task};
        m_scratch[m_task] = m_schedules[index];
        const auto model = MakeDmaModel(m_problem, m_scratch, options);
        if (multipliers && multipliers->budget.size() == model.budgets.size())
        {
            return DmaLowerBound(model, *multipliers);
        }
        DmaMultipliers none;
        none.Resize(model);
        return DmaLowerBound(model, none);
    }

    /// Solve one schedule.
    void SolveOne(size_t index)
    {
        auto plan = m_solver.Solve(m_schedules[index]);
        if (!plan.isFeasible)
        {
            return;
        }
        if (plan.result.cost.Sum() < m_best)
        {
            m_best = plan.result.cost.Sum();
            m_multipliers = plan.result.multipliers;
            m_hasBest = true;
        }
        m_solved.push_back(std::move(plan));
    }

    const DmaProblem& m_problem;              //!< the problem
    size_t m_task;                            //!< j
    DmaTaskSolver m_solver;                   //!< of resource problems
    std::vector<DmaTaskSchedule> m_schedules; //!< all
    DmaSchedule m_scratch;                    //!< of all tasks, the others' left empty
    std::vector<Candidate> m_open;            //!< not solved
    std::vector<DmaTaskPlan> m_solved;        //!< feasible ones
    double m_best{HUGE_VAL};                  //!< least cost alone
    bool m_hasBest{false};                    //!< there are multipliers
    DmaMultipliers m_multipliers;             //!< of the best
};

/// Looks at combinations of the tasks' schedules.
class Combinations
{
  public:
    /**
     * @param problem a valid problem
     * @param lists by task
     * @param relativeGap of resource problems
     * @param result where to put the best
     */
    Combinations(const DmaProblem& problem,
                 std::vector<std::vector<DmaTaskPlan>*> lists,
                 double relativeGap,
                 DmaEnumeration& result)
        : m_problem(problem),
          m_lists(std::move(lists)),
          m_relativeGap(relativeGap),
          m_result(result)
    {
    }

    /// Look at combinations, the lowest bounds first.
    /// @param most how many at most
    /// @return whether the best is known
    bool Run(uint64_t most)
    {
        const std::vector<size_t> first(m_lists.size(), 0);
        Push(first);
        double lowest = HUGE_VAL;
        while (!m_queue.empty() && most > 0)
        {
            const auto [negative, choice] = m_queue.top();
            if (!(-negative < m_best))
            {
                break;
            }
            m_queue.pop();
            lowest = std::min(lowest, Evaluate(choice, -negative));
            for (size_t j = 0; j < choice.size(); ++j)
            {
                auto next = choice;
                ++next[j];
                Push(next);
            }
            --most;
        }
        const bool isDone = m_queue.empty() || !(-m_queue.top().first < m_best);
        m_result.lowerBound = std::min(lowest, m_best);
        return isDone;
    }

  private:
    /// Put a combination into the queue, once.
    void Push(const std::vector<size_t>& choice)
    {
        double bound = 0;
        for (size_t j = 0; j < choice.size(); ++j)
        {
            if (choice[j] >= m_lists[j]->size())
            {
                return;
            }
            bound += (*m_lists[j])[choice[j]].result.lowerBound;
        }
        if (m_seen.insert(choice).second)
        {
            m_queue.emplace(-bound, choice);
        }
    }

    /// @return whether the tasks' own answers keep all devices' energy budgets together
    /// @param choice by task, which of its solved schedules
    bool FitsTogether(const std::vector<size_t>& choice) const
    {
        for (size_t i = 0; i < m_problem.devices.size(); ++i)
        {
            double spentJ = 0;
            for (size_t j = 0; j < choice.size(); ++j)
            {
                spentJ += (*m_lists[j])[choice[j]].energyJ[i];
            }
            const auto& budgetJ = m_problem.devices[i].energyBudgetJ;
            if (budgetJ && spentJ > *budgetJ)
            {
                return false;
            }
        }
        return true;
    }

    /// Take the combination over if it is the best so far.
    /// @return a lower bound of the combination; infinite if it is infeasible
    /// @param choice by task, which of its solved schedules
    /// @param bound known lower bound: the sum of the tasks' own
    double Evaluate(const std::vector<size_t>& choice, double bound)
    {
        ++m_result.combinations;
        DmaSchedule schedule;
        DmaCost cost;
        for (size_t j = 0; j < choice.size(); ++j)
        {
            const auto& plan = (*m_lists[j])[choice[j]];
            schedule.push_back(plan.schedule);
            cost.rest += plan.result.cost.rest;
            cost.staleness += plan.result.cost.staleness;
        }
        if (!FitsTogether(choice))
        {
            try
            {
                ++m_result.solves;
                DmaResourceOptions options;
                options.relativeGap = m_relativeGap;
                const auto result = SolveDmaModel(MakeDmaModel(m_problem, schedule), options);
                if (!result.converged)
                {
                    return bound;
                }
                cost = result.cost;
                bound = std::max(bound, result.lowerBound);
            }
            catch (const Infeasible&)
            {
                return HUGE_VAL;
            }
        }
        if (cost.Sum() < m_best)
        {
            m_best = cost.Sum();
            m_result.cost = cost;
            m_result.schedule = schedule;
        }
        return bound;
    }

    /// Entries of the queue: bound, negated, and which schedule of each task.
    using Entry = std::pair<double, std::vector<size_t>>;

    const DmaProblem& m_problem;                    //!< the problem
    std::vector<std::vector<DmaTaskPlan>*> m_lists; //!< by task
    double m_relativeGap;                           //!< of resource problems
    DmaEnumeration& m_result;                       //!< the best
    double m_best{HUGE_VAL};                        //!< its cost
    std::priority_queue<Entry> m_queue;             //!< still to be looked at
    std::set<std::vector<size_t>> m_seen;           //!< what was in the queue
};

/// Most combinations that are looked at.
constexpr uint64_t MOST_COMBINATIONS = 1'000'000;

/// Combinations of the first so many schedules of each task give the first limit.
constexpr uint64_t FIRST_COMBINATIONS = 1000;

} // namespace

std::vector<DmaTaskSchedule>
EnumerateDmaSchedules(const DmaProblem& problem, size_t task, size_t most)
{
    return Enumerator(problem, task, most).Run();
}

DmaEnumeration
EnumerateDma(const DmaProblem& problem, double relativeGap)
{
    DmaEnumeration result;
    std::vector<TaskList> lists;
    lists.reserve(problem.tasks.size());
    double sum = 0;
    for (size_t j = 0; j < problem.tasks.size(); ++j)
    {
        lists.emplace_back(problem, j, relativeGap);
        result.schedules.push_back(lists[j].Count());
        lists[j].Solve(HUGE_VAL, true);
        sum += lists[j].Best();
        if (lists[j].Solved().empty())
        {
            throw lists[j].Solver().GetRefusal()
                ? *lists[j].Solver().GetRefusal()
                : Infeasible(Describe("staleness: task ", j, " has no schedule"));
        }
    }
    const auto look = [&](uint64_t most) {
        std::vector<std::vector<DmaTaskPlan>*> plans;
        for (auto& list : lists)
        {
            plans.push_back(&list.Solved());
        }
        return Combinations(problem, plans, relativeGap, result).Run(most);
    };
    // The best of what is solved limits what else must be.
    look(FIRST_COMBINATIONS);
    const double limit = result.schedule.empty() ? HUGE_VAL : result.cost.Sum();
    for (auto& list : lists)
    {
        list.Solve(limit - (sum - list.Best()), false);
        result.solves += list.Solver().GetSolves();
    }
    const bool isDone = look(MOST_COMBINATIONS);
    if (result.schedule.empty())
    {
        throw Infeasible("29c: no combination of schedules keeps all energy budgets");
    }
    if (!isDone)
    {
        result.lowerBound = -HUGE_VAL;
    }
    return result;
}

} // namespace fl
} // namespace ns3
