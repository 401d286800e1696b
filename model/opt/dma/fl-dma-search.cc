/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-search.h"

#include "ns3/fl-input-name.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

namespace ns3
{
namespace fl
{

namespace
{

/// Greedy schedules of a task that the search goes on from.
constexpr size_t STARTS = 3;

/// Roundings of the relaxation.
constexpr uint32_t ROUNDS = 10;

/// A search over all tasks.
class Search
{
  public:
    /**
     * @param problem a valid problem
     * @param options how
     */
    Search(const DmaProblem& problem, const DmaSearchOptions& options)
        : m_problem(problem),
          m_options(options),
          m_plans(problem.tasks.size())
    {
        m_modelOptions.pairWork = options.pairWork;
    }

    /// @return the best
    DmaSearchResult Run()
    {
        m_modelOptions.energyPrice.assign(m_problem.devices.size(), 0);
        if (!m_options.start.empty())
        {
            TryStart();
        }
        for (; m_round < m_options.priceRounds; ++m_round)
        {
            if (!SearchTasks())
            {
                m_binds = true;
                continue;
            }
            if (!Combine())
            {
                break;
            }
            m_binds = true;
        }
        if (m_binds && !m_result.schedule.empty())
        {
            TakeTurns();
        }
        if (m_result.schedule.empty())
        {
            throw Infeasible(m_refusal ? *m_refusal
                                       : Infeasible("29c: no schedule was found that keeps all "
                                                    "energy budgets"));
        }
        return std::move(m_result);
    }

  private:
    /// Measure the schedule to begin from, all tasks together.
    void TryStart()
    {
        try
        {
            Measure(m_options.start);
        }
        catch (const Infeasible& refusal)
        {
            m_refusal = refusal;
        }
    }

    /// Search all tasks, each alone.
    /// @return whether each has a plan; if not, prices were raised
    bool SearchTasks()
    {
        try
        {
            for (size_t j = 0; j < m_plans.size(); ++j)
            {
                std::vector<DmaTaskSchedule> starts;
                if (m_plans[j])
                {
                    starts.push_back(m_plans[j]->schedule);
                }
                if (!m_options.start.empty())
                {
                    starts.push_back(m_options.start[j]);
                }
                // Later rounds begin from what earlier ones found.
                m_plans[j] = SearchTask(m_isSplit ? m_split : m_problem,
                                        j,
                                        m_modelOptions,
                                        starts,
                                        MostSolves(j) / (1 + m_round));
            }
            return true;
        }
        catch (const Infeasible& refusal)
        {
            if (!m_isSplit && m_result.schedule.empty())
            {
                throw;
            }
            m_refusal = refusal;
            m_isSplit = false;
            RaisePrices();
            return false;
        }
    }

    /// @return the problem, with budgets divided among the tasks
    DmaProblem Split() const
    {
        DmaProblem split = m_problem;
        for (auto& device : split.devices)
        {
            if (device.energyBudgetJ)
            {
                *device.energyBudgetJ /= static_cast<double>(m_problem.tasks.size());
            }
        }
        return split;
    }

    /// @return most resource problems of a task's local search
    /// @param j the task
    uint64_t MostSolves(size_t j) const
    {
        return uint64_t{m_options.solvesPerAggregation} * m_problem.tasks[j].aggregations + 100;
    }

    /**
     * Search one task.
     * @param problem with the budgets that hold for it
     * @param j the task
     * @param modelOptions what is given, prices of energy
     * @param starts schedules to begin from, beside greedy ones
     * @param most resource problems of the local search
     * @return the best plan
     * @throws Infeasible if nothing to begin from keeps all limits
     */
    DmaTaskPlan SearchTask(const DmaProblem& problem,
                           size_t j,
                           const DmaModelOptions& modelOptions,
                           const std::vector<DmaTaskSchedule>& starts,
                           uint64_t most)
    {
        DmaTaskSolver solver(problem, j, modelOptions, m_options.relativeGap);
        std::vector<DmaTaskPlan> plans;
        const auto add = [&](const DmaTaskSchedule& schedule) {
            auto plan = solver.Solve(schedule);
            if (plan.isFeasible)
            {
                plans.push_back(std::move(plan));
            }
        };
        std::for_each(starts.begin(), starts.end(), add);
        const auto greedy = GreedyDmaSchedules(solver.Table());
        std::for_each(greedy.begin(), greedy.end(), add);
        if (plans.empty())
        {
            m_result.solves += solver.GetSolves();
            throw solver.GetRefusal() ? *solver.GetRefusal()
                                      : Infeasible(Describe("staleness: tasks[",
                                                            j,
                                                            "].",
                                                            Named("staleness_limit"),
                                                            " = ",
                                                            problem.tasks[j].stalenessLimit,
                                                            ": no schedule was found"));
        }
        std::stable_sort(plans.begin(), plans.end(), [](const auto& one, const auto& other) {
            return DmaImprovement(one.result.cost, other.result.cost) > 0;
        });
        plans.resize(std::min(plans.size(), m_options.useLocal ? STARTS : 1));
        for (auto& plan : plans)
        {
            if (m_options.useRelaxation && &plan == &plans.front())
            {
                plan = RelaxDmaPlan(solver, std::move(plan), ROUNDS);
            }
            if (m_options.useLocal)
            {
                plan = ImproveDmaPlan(solver, std::move(plan), most / plans.size());
            }
        }
        m_result.solves += solver.GetSolves();
        return *std::min_element(plans.begin(), plans.end(), [](const auto& a, const auto& b) {
            return DmaImprovement(a.result.cost, b.result.cost) > 0;
        });
    }

    /// All tasks together, with the best resources; keep it if it is the best so far.
    /// @param schedule of all tasks
    /// @return the resource problem and its solution
    /// @throws Infeasible if it breaks a limit
    DmaResources Measure(const DmaSchedule& schedule)
    {
        DmaModelOptions options;
        options.pairWork = m_options.pairWork;
        DmaResourceOptions resources;
        resources.relativeGap = m_options.relativeGap;
        ++m_result.solves;
        DmaResources measured;
        measured.model = MakeDmaModel(m_problem, schedule, options);
        measured.result = SolveDmaModel(measured.model, resources);
        if (measured.result.converged &&
            (m_result.schedule.empty() || DmaImprovement(measured.result.cost, m_result.cost) > 0))
        {
            m_result.schedule = schedule;
            m_result.cost = measured.result.cost;
            m_result.history.push_back(measured.result.cost.Sum());
            m_spentJ.clear();
            for (size_t j = 0; j < schedule.size(); ++j)
            {
                m_spentJ.push_back(
                    DmaDeviceEnergyJ(m_problem, measured.model, measured.result.point, j));
            }
        }
        return measured;
    }

    /// Put the tasks together.
    /// @return whether budgets bind, and their prices were set anew
    bool Combine()
    {
        DmaSchedule schedule;
        for (const auto& plan : m_plans)
        {
            schedule.push_back(plan->schedule);
        }
        try
        {
            const auto measured = Measure(schedule);
            return measured.result.converged && SetPrices(measured.model, measured.result);
        }
        catch (const Infeasible& refusal)
        {
            m_refusal = refusal;
            if (!m_wasSplit)
            {
                // What keeps an equal part of each budget keeps the whole together.
                m_isSplit = m_wasSplit = true;
                m_split = Split();
            }
            else
            {
                m_isSplit = false;
                RaisePrices();
            }
            return true;
        }
    }

    /// Search each task in turn with what the others leave, until that changes nothing.
    void TakeTurns()
    {
        for (uint32_t turn = 0; turn < m_options.turns; ++turn)
        {
            const size_t found = m_result.history.size();
            for (size_t j = 0; j < m_plans.size(); ++j)
            {
                TakeTurn(j, MostSolves(j) / (2 + turn));
            }
            if (m_result.history.size() == found)
            {
                break;
            }
        }
    }

    /// Search one task with what the others leave of the budgets in the best schedule so far.
    /// @param j the task
    /// @param most resource problems of the local search
    void TakeTurn(size_t j, uint64_t most)
    {
        DmaProblem left = m_problem;
        for (size_t i = 0; i < left.devices.size(); ++i)
        {
            auto& budgetJ = left.devices[i].energyBudgetJ;
            if (budgetJ)
            {
                double leftJ = *budgetJ * (1 + DMA_BUDGET_ROUNDING);
                for (size_t k = 0; k < m_spentJ.size(); ++k)
                {
                    leftJ -= k == j ? 0 : m_spentJ[k][i];
                }
                *budgetJ = std::max(0.0, leftJ);
            }
        }
        DmaModelOptions options;
        options.pairWork = m_options.pairWork;
        auto schedule = m_result.schedule;
        try
        {
            schedule[j] = SearchTask(left, j, options, {schedule[j]}, most).schedule;
            if (schedule[j] != m_result.schedule[j])
            {
                Measure(schedule);
            }
        }
        catch (const Infeasible&)
        {
            // Next to a limit rounding decides; the best so far stays.
        }
    }

    /// Take over prices of the resource problem: of energy, by device [1/J].
    /// @param model the resource problem of all tasks together
    /// @param result its solution
    /// @return whether some energy has one that changes anything
    bool SetPrices(const DmaModel& model, const DmaInteriorResult& result)
    {
        const bool wasSplit = m_isSplit;
        m_isSplit = false;
        bool binds = false;
        std::vector<double> prices(m_problem.devices.size(), 0);
        for (size_t b = 0; b < model.budgets.size(); ++b)
        {
            const auto& budget = model.budgets[b];
            prices[budget.device] = result.multipliers.budget[b];
            binds =
                binds || prices[budget.device] * budget.limitJ > 1e-5 * std::abs(result.cost.rest);
        }
        for (size_t i = 0; i < prices.size(); ++i)
        {
            auto& price = m_modelOptions.energyPrice[i];
            price = price > 0 ? (price + prices[i]) / 2 : prices[i];
        }
        // Parts of budgets may have bound where budgets as a whole do not.
        return binds || wasSplit;
    }

    /// Raise the prices of energy of devices that spend more than they have.
    void RaisePrices()
    {
        std::vector<double> spentJ(m_problem.devices.size(), 0);
        double rest = 0;
        for (const auto& plan : m_plans)
        {
            rest += plan ? std::abs(plan->result.cost.rest) : 0;
            for (size_t i = 0; plan && i < spentJ.size(); ++i)
            {
                spentJ[i] += plan->energyJ[i];
            }
        }
        for (size_t i = 0; i < spentJ.size(); ++i)
        {
            const auto& budgetJ = m_problem.devices[i].energyBudgetJ;
            if (budgetJ && spentJ[i] > *budgetJ)
            {
                auto& price = m_modelOptions.energyPrice[i];
                price = std::max(4 * price, 0.05 * rest / *budgetJ);
            }
        }
    }

    const DmaProblem& m_problem;                     //!< the problem
    const DmaSearchOptions& m_options;               //!< how
    DmaModelOptions m_modelOptions;                  //!< what is given, prices
    std::vector<std::optional<DmaTaskPlan>> m_plans; //!< by task
    DmaSearchResult m_result;                        //!< so far
    std::vector<std::vector<double>> m_spentJ; //!< of the best schedule, by task, by device [J]
    bool m_binds{false};                       //!< budgets have been in the way
    DmaProblem m_split;                        //!< with budgets divided among the tasks
    uint32_t m_round{0};                       //!< how often prices were set
    bool m_isSplit{false};                     //!< it is the one that tasks are searched in
    bool m_wasSplit{false};                    //!< it has been
    std::optional<Infeasible> m_refusal;       //!< the last
};

} // namespace

DmaSearchResult
SearchDmaSchedule(const DmaProblem& problem, const DmaSearchOptions& options)
{
    return Search(problem, options).Run();
}

} // namespace fl
} // namespace ns3
