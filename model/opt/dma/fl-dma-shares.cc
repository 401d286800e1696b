/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-shares.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace ns3
{
namespace fl
{

namespace
{

/// Steps that are tried at most.
constexpr int STEPS = 60;

/// Steps smaller than this, of the logarithm of a share, end it.
constexpr double SMALLEST_STEP = 1e-4;

/// What an idle task keeps.
constexpr double IDLE_SHARE = 1e-6;

/// Shares at one point of the search.
struct Point
{
    DmaShares shares;   //!< by device, by task
    DmaCost cost;       //!< of the resource problem
    DmaShares gradient; //!< of the cost, times the share
};

/// Searches shares.
class ShareSearch
{
  public:
    /**
     * @param problem a valid problem
     * @param schedule a valid schedule
     * @param options of resource problems
     */
    ShareSearch(const DmaProblem& problem,
                const DmaSchedule& schedule,
                const DmaResourceOptions& options)
        : m_problem(problem),
          m_schedule(schedule),
          m_options(options),
          m_isUsed(problem.devices.size(), std::vector<bool>(problem.tasks.size(), false))
    {
        for (size_t j = 0; j < schedule.size(); ++j)
        {
            for (const auto& entry : schedule[j])
            {
                m_isUsed[entry.device][j] = true;
            }
        }
    }

    /// @return the result
    DmaSharesResult Run()
    {
        const double equal = 1.0 / static_cast<double>(m_problem.tasks.size());
        const DmaShares start(m_problem.devices.size(),
                              std::vector<double>(m_problem.tasks.size(), equal));
        auto best = Evaluate(start);
        if (!best)
        {
            throw std::runtime_error("shares of the CPU: the resource problem did not converge");
        }
        m_result.history.push_back(best->cost.Sum());
        if (auto used = Try(AmongUsed(), *best))
        {
            best = std::move(used);
        }
        double step = 0.5;
        for (int k = 0; k < STEPS && step > SMALLEST_STEP; ++k)
        {
            auto next = Try(Moved(*best, step), *best);
            step *= next ? 1.5 : 0.4;
            if (next)
            {
                best = std::move(next);
            }
        }
        m_result.shares = best->shares;
        m_result.cost = best->cost;
        return std::move(m_result);
    }

  private:
    /// @return a point with its cost and gradient; none if the solver did not converge
    /// @param shares of the CPU, by device, by task
    std::optional<Point> Evaluate(const DmaShares& shares)
    {
        ++m_result.solves;
        const auto problem = WithDmaShares(m_problem, shares);
        DmaModelOptions modelOptions;
        modelOptions.pairWork = m_options.pairWork;
        const auto model = MakeDmaModel(problem, m_schedule, modelOptions);
        const auto result = SolveDmaModel(model, m_options);
        if (!result.converged)
        {
            return std::nullopt;
        }
        Point point{shares, result.cost, shares};
        for (auto& row : point.gradient)
        {
            std::fill(row.begin(), row.end(), 0);
        }
        for (size_t p = 0; p < model.periods.size(); ++p)
        {
            const auto& period = model.periods[p];
            if (!period.inFlight)
            {
                // a P - low tau >= 0 and high tau - a P >= 0, both limits times the share.
                point.gradient[period.device][model.tasks[period.task].task] +=
                    result.point.computeS[p] * (result.multipliers.cpuLow[p] * period.lowHz -
                                                result.multipliers.cpuHigh[p] * period.highHz);
            }
        }
        return point;
    }

    /// @return a point, if it is feasible and better than another
    /// @param shares of the CPU, by device, by task
    /// @param than the other point
    std::optional<Point> Try(const DmaShares& shares, const Point& than)
    {
        try
        {
            auto point = Evaluate(shares);
            if (point && DmaImprovement(point->cost, than.cost) > 1e-9 * std::abs(than.cost.rest))
            {
                m_result.history.push_back(point->cost.Sum());
                return point;
            }
        }
        catch (const Infeasible&)
        {
            // Another point, then.
        }
        return std::nullopt;
    }

    /// @return equal shares among the tasks that a device has a part in
    DmaShares AmongUsed() const
    {
        DmaShares shares;
        for (const auto& used : m_isUsed)
        {
            const auto count = std::count(used.begin(), used.end(), true);
            const auto idle = static_cast<double>(used.size() - count) * IDLE_SHARE;
            shares.emplace_back();
            for (const bool is : used)
            {
                shares.back().push_back(is ? (1 - idle) / static_cast<double>(count) : IDLE_SHARE);
            }
        }
        return shares;
    }

    /// @return shares after a step against the gradient, with a sum of at most 1 by device
    /// @param point where the step begins
    /// @param step largest change of the logarithm of a share, before sums are brought down to 1
    DmaShares Moved(const Point& point, double step) const
    {
        DmaShares shares = point.shares;
        for (size_t i = 0; i < shares.size(); ++i)
        {
            const auto& gradient = point.gradient[i];
            double mean = 0;
            double sum = 0;
            for (size_t j = 0; j < gradient.size(); ++j)
            {
                mean += gradient[j];
                sum += shares[i][j];
            }
            // Where all are used up, only what differs between tasks moves anything.
            mean = sum > 1 - 1e-9 && mean < 0 ? mean : 0;
            double largest = 0;
            for (size_t j = 0; j < gradient.size(); ++j)
            {
                largest = std::max(largest, std::abs(gradient[j] - mean * shares[i][j]));
            }
            if (!(largest > 0))
            {
                continue;
            }
            sum = 0;
            for (size_t j = 0; j < gradient.size(); ++j)
            {
                shares[i][j] = std::clamp(
                    shares[i][j] * std::exp(-step * (gradient[j] - mean * shares[i][j]) / largest),
                    IDLE_SHARE,
                    1.0);
                sum += shares[i][j];
            }
            for (auto& share : shares[i])
            {
                share /= std::max(1.0, sum);
            }
        }
        return shares;
    }

    const DmaProblem& m_problem;             //!< the problem
    const DmaSchedule& m_schedule;           //!< the schedule
    const DmaResourceOptions& m_options;     //!< of resource problems
    std::vector<std::vector<bool>> m_isUsed; //!< by device, by task
    DmaSharesResult m_result;                //!< so far
};

} // namespace

DmaProblem
WithDmaShares(const DmaProblem& problem, const DmaShares& shares)
{
    DmaProblem with = problem;
    for (size_t i = 0; i < shares.size(); ++i)
    {
        for (size_t j = 0; j < shares[i].size(); ++j)
        {
            with.devices[i].tasks[j].cpuShare = shares[i][j];
        }
    }
    return with;
}

DmaSharesResult
ImproveDmaShares(const DmaProblem& problem,
                 const DmaSchedule& schedule,
                 const DmaResourceOptions& options)
{
    return ShareSearch(problem, schedule, options).Run();
}

} // namespace fl
} // namespace ns3
