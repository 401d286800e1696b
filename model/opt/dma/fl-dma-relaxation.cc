/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ns3
{
namespace fl
{

namespace
{

/// Steps of the convex approximation between two roundings.
constexpr int STEPS = 25;

/// epsilon of (35).
constexpr double STEP_SIZE = 0.5;

/// One way to make an aggregation.
struct Option
{
    DmaAssignment entry; //!< device and base
    double share{0};     //!< x
    double cost{0};      //!< of the linearised objective, relative
    double target{0};    //!< x of the surrogate's solution
};

/// The relaxation of one task.
class Relaxation
{
  public:
    /**
     * @param table of the task
     * @param plan a feasible plan
     */
    Relaxation(const DmaPairTable& table, const DmaTaskPlan& plan)
        : m_problem(table.Problem()),
          m_table(table),
          m_devices(m_problem.devices.size()),
          m_options(plan.schedule.size() + 1),
          m_prices(m_devices * (plan.schedule.size() + 1), 0),
          m_occupied(m_prices.size(), 0)
    {
        const uint32_t limit = DmaLargestStaleness(m_problem, table.Task(), plan.schedule);
        for (uint32_t n = 1; n < m_options.size(); ++n)
        {
            const uint32_t low = n - 1 > limit ? n - 1 - limit : 0;
            for (uint32_t i = 0; i < m_devices; ++i)
            {
                for (uint32_t v = low; v < n; ++v)
                {
                    m_options[n].push_back({{i, static_cast<int32_t>(v)}});
                }
            }
            for (auto& option : m_options[n])
            {
                option.share = 1.0 / static_cast<double>(m_options[n].size());
            }
        }
    }

    /// Linearise the objective around a plan.
    /// @param plan feasible
    void Linearise(const DmaTaskPlan& plan)
    {
        const DmaMoveEstimator estimator(m_table, plan);
        std::vector<uint32_t> before(m_devices, 0);
        double spread = 0;
        size_t count = 0;
        for (uint32_t n = 1; n < m_options.size(); ++n)
        {
            for (auto& option : m_options[n])
            {
                option.cost = estimator.Estimate(n, option.entry, before[option.entry.device]);
                spread += std::abs(option.cost);
                ++count;
            }
            before[plan.schedule[n - 1].device] = n;
        }
        const double scale = spread > 0 ? static_cast<double>(count) / spread : 1;
        for (auto& options : m_options)
        {
            for (auto& option : options)
            {
                option.cost *= scale;
            }
        }
    }

    /// One step of successive convex approximation.
    /// @param penalty weight of x (1 - x)
    void Step(double penalty)
    {
        SetOccupied();
        for (auto& options : m_options)
        {
            for (auto& option : options)
            {
                // The gradient of x (1 - x) is 1 - 2 x; the proximal weight is 1.
                option.target = option.share - (option.cost + penalty * (1 - 2 * option.share) +
                                                OverlapPrice(option, &options - &m_options[0]));
            }
            Project(options);
            for (auto& option : options)
            {
                option.share += STEP_SIZE * (option.target - option.share);
            }
        }
    }

    /// @return the schedule that the largest shares make, from the first aggregation on
    DmaTaskSchedule Round() const
    {
        DmaTaskSchedule schedule;
        std::vector<uint32_t> last(m_devices, 0);
        std::vector<uint32_t> uploads(m_devices, 0);
        for (uint32_t n = 1; n < m_options.size(); ++n)
        {
            const auto count = static_cast<uint32_t>(m_options.size());
            uint32_t missing = 0;
            for (const auto done : uploads)
            {
                missing += m_problem.minUploads - std::min(done, m_problem.minUploads);
            }
            const Option* best = nullptr;
            for (const auto& option : m_options[n])
            {
                const auto i = option.entry.device;
                const bool may = missing < count - n || uploads[i] < m_problem.minUploads;
                if (may && option.entry.base >= static_cast<int32_t>(last[i]) &&
                    (!best || option.share > best->share))
                {
                    best = &option;
                }
            }
            if (!best)
            {
                return {};
            }
            schedule.push_back(best->entry);
            last[best->entry.device] = n;
            ++uploads[best->entry.device];
        }
        return schedule;
    }

  private:
    /// Raise the prices of what devices would do at once, lower those of the rest.
    void SetOccupied()
    {
        std::fill(m_occupied.begin(), m_occupied.end(), 0);
        for (size_t n = 1; n < m_options.size(); ++n)
        {
            for (const auto& option : m_options[n])
            {
                for (size_t k = option.entry.base + 1; k <= n; ++k)
                {
                    m_occupied[k * m_devices + option.entry.device] += option.share;
                }
            }
        }
        for (size_t k = 0; k < m_prices.size(); ++k)
        {
            m_prices[k] = std::max(0.0, m_prices[k] + 0.2 * (m_occupied[k] - 1));
        }
    }

    /// @return the price of the versions that a period spans
    /// @param option device and base version of the period
    /// @param n the aggregation that it ends with, from 1
    double OverlapPrice(const Option& option, size_t n) const
    {
        double price = 0;
        for (size_t k = option.entry.base + 1; k <= n; ++k)
        {
            price += m_prices[k * m_devices + option.entry.device];
        }
        return price;
    }

    /// Project targets onto the simplex: at least 0, with sum 1.
    void Project(std::vector<Option>& options)
    {
        m_sorted.clear();
        for (const auto& option : options)
        {
            m_sorted.push_back(option.target);
        }
        std::sort(m_sorted.begin(), m_sorted.end(), std::greater<>());
        double sum = 0;
        double shift = 0;
        for (size_t k = 0; k < m_sorted.size(); ++k)
        {
            sum += m_sorted[k];
            const double candidate = (sum - 1) / static_cast<double>(k + 1);
            if (m_sorted[k] > candidate)
            {
                shift = candidate;
            }
        }
        for (auto& option : options)
        {
            option.target = std::max(0.0, option.target - shift);
        }
    }

    const DmaProblem& m_problem;                //!< the problem
    const DmaPairTable& m_table;                //!< periods
    size_t m_devices;                           //!< I
    std::vector<std::vector<Option>> m_options; //!< by aggregation, none at 0
    std::vector<double> m_prices;               //!< of overlap, by version and device
    std::vector<double> m_occupied;             //!< how much a device does, by version and device
    std::vector<double> m_sorted;               //!< scratch
};

} // namespace

DmaTaskPlan
RelaxDmaPlan(DmaTaskSolver& solver, DmaTaskPlan plan, uint32_t rounds)
{
    const auto& problem = solver.Table().Problem();
    for (const auto& device : problem.devices)
    {
        if (device.tasks[solver.Table().Task()].inFlight)
        {
            // What is in flight is nobody's to choose; the local search moves around it.
            return plan;
        }
    }
    Relaxation relaxation(solver.Table(), plan);
    DmaTaskPlan current = plan;
    for (uint32_t round = 0; round < rounds; ++round)
    {
        relaxation.Linearise(current);
        const double penalty = 0.3 * static_cast<double>(round);
        for (int step = 0; step < STEPS; ++step)
        {
            relaxation.Step(penalty);
        }
        const auto schedule = relaxation.Round();
        if (schedule.empty() || schedule == current.schedule)
        {
            continue;
        }
        auto candidate = solver.Solve(schedule);
        if (candidate.isFeasible)
        {
            current = candidate;
            if (DmaImprovement(candidate.result.cost, plan.result.cost) > 0)
            {
                plan = std::move(candidate);
            }
        }
    }
    return plan;
}

double
LiteralDmaStep(const std::vector<double>& binary, double lipschitz)
{
    double largest = std::numeric_limits<double>::infinity();
    for (const double x : binary)
    {
        // Of x (1 - x) at x_m the value, 0 of a binary one; moving adds at least 0.
        const double value = x * (1 - x);
        const double slope = 1 - 2 * x;
        // From 0 only upwards, from 1 only downwards: the linear part grows by |slope| times the
        // distance, so that the best for a step elsewhere is to stay.
        const double gain = slope > 0 ? slope * x : -slope * (1 - x);
        // value - gain + L/2 |v - v_m|^2 <= 0
        largest = std::min(largest, std::sqrt(std::max(0.0, 2 * (gain - value) / lipschitz)));
    }
    return largest;
}

} // namespace fl
} // namespace ns3
