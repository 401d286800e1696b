/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-search.h"

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
        for (; m_round < m_options.priceRounds; ++m_round)
        {
            if (SearchTasks() && !Combine())
            {
                break;
            }
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
    /// Search all tasks, each alone.
    /// @return whether each has a plan; if not, prices were raised
    bool SearchTasks()
    {
        try
        {
            for (size_t j = 0; j < m_plans.size(); ++j)
            {
                SearchTask(j);
            }
            return true;
        }
        catch (const Infeasible& refusal)
        {
            if (!m_isSplit)
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

    /// Search one task at the present prices of energy.
    void SearchTask(size_t j)
    {
        const DmaProblem& problem = m_isSplit ? m_split : m_problem;
        DmaTaskSolver solver(problem, j, m_modelOptions, m_options.relativeGap);
        std::vector<DmaTaskPlan> plans;
        const auto add = [&](const DmaTaskSchedule& schedule) {
            auto plan = solver.Solve(schedule);
            if (plan.isFeasible)
            {
                plans.push_back(std::move(plan));
            }
        };
        if (m_plans[j])
        {
            add(m_plans[j]->schedule);
        }
        for (const auto& schedule : GreedyDmaSchedules(solver.Table()))
        {
            add(schedule);
        }
        if (plans.empty())
        {
            m_result.solves += solver.GetSolves();
            throw solver.GetRefusal() ? *solver.GetRefusal()
                                      : Infeasible(Describe("staleness: tasks[",
                                                            j,
                                                            "].staleness_limit = ",
                                                            m_problem.tasks[j].stalenessLimit,
                                                            ": no schedule was found"));
        }
        std::stable_sort(plans.begin(), plans.end(), [](const auto& one, const auto& other) {
            return DmaImprovement(one.result.cost, other.result.cost) > 0;
        });
        plans.resize(std::min(plans.size(), m_options.useLocal ? STARTS : 1));
        // Later rounds begin from what earlier ones found.
        const uint64_t most =
            (uint64_t{m_options.solvesPerAggregation} * m_problem.tasks[j].aggregations + 100) /
            (1 + m_round);
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
        m_plans[j] =
            *std::min_element(plans.begin(), plans.end(), [](const auto& a, const auto& b) {
                return DmaImprovement(a.result.cost, b.result.cost) > 0;
            });
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
        DmaModelOptions options;
        options.pairWork = m_options.pairWork;
        const auto model = MakeDmaModel(m_problem, schedule, options);
        DmaResourceOptions resources;
        resources.relativeGap = m_options.relativeGap;
        ++m_result.solves;
        try
        {
            const auto result = SolveDmaModel(model, resources);
            if (!result.converged)
            {
                return false;
            }
            if (m_result.schedule.empty() || DmaImprovement(result.cost, m_result.cost) > 0)
            {
                m_result.schedule = schedule;
                m_result.cost = result.cost;
                m_result.history.push_back(result.cost.Sum());
            }
            return SetPrices(model, result);
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
            rest += std::abs(plan->result.cost.rest);
            for (size_t i = 0; i < spentJ.size(); ++i)
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
    DmaProblem m_split;                              //!< with budgets divided among the tasks
    uint32_t m_round{0};                             //!< how often prices were set
    bool m_isSplit{false};                           //!< it is the one that tasks are searched in
    bool m_wasSplit{false};                          //!< it has been
    std::optional<Infeasible> m_refusal;             //!< the last
};

} // namespace

DmaSearchResult
SearchDmaSchedule(const DmaProblem& problem, const DmaSearchOptions& options)
{
    return Search(problem, options).Run();
}

} // namespace fl
} // namespace ns3
