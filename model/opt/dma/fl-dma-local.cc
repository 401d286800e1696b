/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-local.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Changes by less than this, relative to the cost, are none.
constexpr double LEAST_IMPROVEMENT = 1e-9;

/// @return whether two changes leave each other alone
/// @param one a change
/// @param other another change
/// @param distance their aggregations must be further apart than this
bool
AreApart(const DmaMove& one, const DmaMove& other, uint32_t distance)
{
    return one.n > other.n + distance || other.n > one.n + distance;
}

/// Makes several changes at once.
class Batch
{
  public:
    /**
     * @param moves the most promising first
     * @param threshold of estimates that promise something
     * @param distance between changes
     */
    Batch(const std::vector<DmaMove>& moves, double threshold, uint32_t distance)
    {
        for (const auto& move : moves)
        {
            if (!(move.estimate < threshold))
            {
                break;
            }
            if (std::all_of(m_chosen.begin(), m_chosen.end(), [&](const DmaMove& chosen) {
                    return AreApart(chosen, move, distance);
                }))
            {
                m_chosen.push_back(move);
            }
        }
    }

    /// @return how many there are
    size_t Size() const
    {
        return m_chosen.size();
    }

    /// @return the schedule with the first ones made
    /// @param schedule before
    /// @param count number of moves that are made, from the first on
    /// @param problem the problem
    /// @param task j
    DmaTaskSchedule Apply(DmaTaskSchedule schedule,
                          size_t count,
                          const DmaProblem& problem,
                          size_t task) const
    {
        for (size_t k = 0; k < count; ++k)
        {
            auto changed = ApplyDmaMove(schedule, m_chosen[k]);
            // Changes of one device may be in each other's way.
            if (IsValid(problem, task, changed))
            {
                schedule = std::move(changed);
            }
        }
        return schedule;
    }

  private:
    /// @return whether a schedule may be: base versions not before the device's last aggregation,
    /// staleness within the limit, and enough uploads of each device
    /// @param problem the problem
    /// @param task j
    /// @param schedule of the task, by aggregation
    static bool IsValid(const DmaProblem& problem, size_t task, const DmaTaskSchedule& schedule)
    {
        std::vector<uint32_t> last(problem.devices.size(), 0);
        std::vector<uint32_t> uploads(problem.devices.size(), 0);
        for (uint32_t n = 1; n <= schedule.size(); ++n)
        {
            const auto& entry = schedule[n - 1];
            const bool inFlight = entry.base == DMA_IN_FLIGHT && last[entry.device] == 0;
            if (!inFlight && (entry.base < static_cast<int32_t>(last[entry.device]) ||
                              n - 1 - entry.base > problem.tasks[task].stalenessLimit))
            {
                return false;
            }
            last[entry.device] = n;
            ++uploads[entry.device];
        }
        return std::all_of(uploads.begin(), uploads.end(), [&](uint32_t count) {
            return count >= problem.minUploads;
        });
    }

    std::vector<DmaMove> m_chosen; //!< apart from each other
};

} // namespace

double
DmaImprovement(const DmaCost& cost, const DmaCost& other)
{
    const double staleness =
        cost.staleness == other.staleness ? 0 : other.staleness - cost.staleness;
    return staleness + (other.rest - cost.rest);
}

DmaTaskSolver::DmaTaskSolver(const DmaProblem& problem,
                             size_t task,
                             const DmaModelOptions& options,
                             double relativeGap)
    : m_problem(problem),
      m_task(task),
      m_options(options),
      m_relativeGap(relativeGap),
      m_table(problem, task, options),
      m_schedule(problem.tasks.size())
{
    m_options.tasks = {task};
}

DmaTaskPlan
DmaTaskSolver::Solve(const DmaTaskSchedule& schedule)
{
    ++m_solves;
    DmaTaskPlan plan;
    plan.schedule = schedule;
    m_schedule[m_task] = schedule;
    plan.model = MakeDmaModel(m_problem, m_schedule, m_options);
    DmaResourceOptions options;
    options.relativeGap = m_relativeGap;
    try
    {
        plan.result = SolveDmaModel(plan.model, options);
    }
    catch (const Infeasible& refusal)
    {
        const auto least = [](const Infeasible& error) {
            return error.GetLimits().empty() ? HUGE_VAL : error.GetLimits().front().second;
        };
        if (!m_refusal || least(refusal) < least(*m_refusal))
        {
            m_refusal = refusal;
        }
        return plan;
    }
    plan.isFeasible = plan.result.converged;
    plan.energyJ = DmaDeviceEnergyJ(m_problem, plan.model, plan.result.point, 0);
    return plan;
}

DmaTaskSchedule
ApplyDmaMove(const DmaTaskSchedule& schedule, const DmaMove& move)
{
    DmaTaskSchedule changed = schedule;
    changed[move.n - 1] = move.entry;
    for (size_t n = move.n + 1; n <= changed.size(); ++n)
    {
        if (changed[n - 1].device == move.entry.device)
        {
            changed[n - 1].base = std::max(changed[n - 1].base, static_cast<int32_t>(move.n));
            break;
        }
    }
    return changed;
}

std::vector<DmaMove>
EstimateDmaMoves(const DmaPairTable& table, const DmaTaskPlan& plan)
{
    auto moves = DmaMoveEstimator(table, plan).All();
    std::stable_sort(moves.begin(), moves.end(), [](const DmaMove& one, const DmaMove& other) {
        return one.estimate < other.estimate;
    });
    return moves;
}

DmaTaskPlan
ImproveDmaPlan(DmaTaskSolver& solver, DmaTaskPlan plan, uint64_t solves)
{
    const auto& problem = solver.Table().Problem();
    const size_t task = solver.Table().Task();
    const uint64_t end = solver.GetSolves() + solves;
    const auto isBetter = [](const DmaTaskPlan& candidate, const DmaTaskPlan& than) {
        return candidate.isFeasible && DmaImprovement(candidate.result.cost, than.result.cost) >
                                           LEAST_IMPROVEMENT * std::abs(than.result.cost.rest);
    };
    bool improved = true;
    while (improved && solver.GetSolves() < end)
    {
        improved = false;
        const auto moves = EstimateDmaMoves(solver.Table(), plan);
        const double threshold = -LEAST_IMPROVEMENT * std::abs(plan.result.cost.rest);
        const Batch batch(moves, threshold, problem.tasks[task].stalenessLimit + 1);
        for (size_t count = batch.Size(); count > 1 && solver.GetSolves() < end && !improved;
             count /= 2)
        {
            auto candidate = solver.Solve(batch.Apply(plan.schedule, count, problem, task));
            if (isBetter(candidate, plan))
            {
                plan = std::move(candidate);
                improved = true;
            }
        }
        for (size_t k = 0; k < moves.size() && solver.GetSolves() < end && !improved; ++k)
        {
            // Estimates at fixed prices promise too much rather than too little.
            if (!(moves[k].estimate < -threshold))
            {
                break;
            }
            auto candidate = solver.Solve(ApplyDmaMove(plan.schedule, moves[k]));
            if (isBetter(candidate, plan))
            {
                plan = std::move(candidate);
                improved = true;
            }
        }
    }
    return plan;
}

} // namespace fl
} // namespace ns3
