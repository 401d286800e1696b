/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-columns.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/// More columns than this are not kept: they take some 100 bytes each.
constexpr size_t MOST_KEPT = 1'000'000;

} // namespace

OffloadColumns::OffloadColumns(const OffloadProblem& problem, bool isBlind)
    : m_problem(problem),
      m_isBlind(isBlind),
      m_power(problem.servers.size()),
      m_deadline(problem.servers.size()),
      m_costs(problem.bandwidthHz.size())
{
    for (size_t n = 0; n < Devices(); ++n)
    {
        m_localS.push_back(problem.LocalS(n));
        for (size_t m = 0; m < Cells(); ++m)
        {
            m_executeS.push_back(problem.ExecuteS(n, m));
        }
    }
    for (size_t g = 0; g < Channels(); ++g)
    {
        for (size_t m = 0; m < Cells(); ++m)
        {
            for (size_t n = 0; n < Devices(); ++n)
            {
                const auto& device = problem.devices[n];
                const double unitS = device.dataBits * std::log(2.0) / problem.bandwidthHz[g];
                const double gain = problem.Gain(n, m, g) / problem.noiseW[g];
                const double powerW =
                    std::min(device.maxTxPowerW,
                             LargestOffloadPowerW(unitS, gain, problem.LearnBudgetJ(n)));
                m_gains.push_back(gain);
                m_powerW.push_back(powerW);
                m_freeS.push_back(powerW > 0 ? unitS / std::log1p(powerW * gain)
                                             : std::numeric_limits<double>::infinity());
            }
        }
    }
}

template <typename Method>
size_t
OffloadColumns::FillIn(size_t g, const OffloadColumn& column, Method& method) const
{
    size_t count = 0;
    for (size_t m = 0; m < column.size(); ++m)
    {
        if (column[m] == OFFLOAD_NOBODY)
        {
            continue;
        }
        const size_t n = column[m];
        auto& link = method.Link(count);
        link.unitS = m_problem.devices[n].dataBits * std::log(2.0) / m_problem.bandwidthHz[g];
        link.maxPowerW = m_powerW[(g * Cells() + m) * Devices() + n];
        link.budgetJ = m_problem.LearnBudgetJ(n);
        size_t other = 0;
        for (size_t k = 0; k < column.size(); ++k)
        {
            if (column[k] != OFFLOAD_NOBODY)
            {
                method.Gain(count, other++) = m_gains[(g * Cells() + m) * Devices() + column[k]];
            }
        }
        ++count;
    }
    method.Begin(count);
    return count;
}

double
OffloadColumns::FreeCost(size_t g, const OffloadColumn& column) const
{
    double sum = 0;
    double longest = 0;
    for (size_t m = 0; m < column.size(); ++m)
    {
        if (column[m] != OFFLOAD_NOBODY)
        {
            const double freeS = FreeS(column[m], m, g);
            sum += freeS;
            longest = std::max(longest, freeS);
        }
    }
    return m_problem.objective == OffloadObjective::SUM ? sum : longest;
}

OffloadColumnCost
OffloadColumns::Compute(size_t g, const OffloadColumn& column)
{
    const double freeS = FreeCost(g, column);
    const auto count =
        column.size() -
        static_cast<size_t>(std::count(column.begin(), column.end(), OFFLOAD_NOBODY));
    if (count < 2 || m_isBlind || !std::isfinite(freeS))
    {
        return {freeS, freeS};
    }
    ++m_solves;
    if (m_problem.objective == OffloadObjective::MAKESPAN)
    {
        FillIn(g, column, m_deadline);
        const double deadlineS = m_deadline.Solve();
        return {deadlineS, std::max(freeS, deadlineS * (1 - 2e-12))};
    }
    FillIn(g, column, m_power);
    m_unsolved += m_power.Solve() ? 0 : 1;
    return {m_power.CostS(), m_power.BoundS()};
}

OffloadColumnCost
OffloadColumns::Cost(size_t g, const OffloadColumn& column)
{
    auto& costs = m_costs[g];
    const auto found = costs.find(column);
    if (found != costs.end())
    {
        return found->second;
    }
    const auto cost = Compute(g, column);
    if (costs.size() >= MOST_KEPT)
    {
        costs.clear();
    }
    costs.emplace(column, cost);
    return cost;
}

std::vector<OffloadDecision>
OffloadColumns::Decide(const std::vector<OffloadColumn>& columns)
{
    std::vector<OffloadDecision> decisions(Devices());
    for (size_t n = 0; n < Devices(); ++n)
    {
        decisions[n].hashRateHps = m_problem.HashRateHps();
        decisions[n].cpuHz = m_problem.LocalHz(n);
    }
    const bool isSum = m_problem.objective == OffloadObjective::SUM;
    for (size_t g = 0; g < columns.size(); ++g)
    {
        if (std::all_of(columns[g].begin(), columns[g].end(), [](char16_t n) {
                return n == OFFLOAD_NOBODY;
            }))
        {
            continue;
        }
        if (isSum)
        {
            FillIn(g, columns[g], m_power);
            m_power.Solve();
        }
        else
        {
            FillIn(g, columns[g], m_deadline);
            m_deadline.Solve();
        }
        size_t i = 0;
        for (size_t m = 0; m < Cells(); ++m)
        {
            if (columns[g][m] != OFFLOAD_NOBODY)
            {
                auto& decision = decisions[columns[g][m]];
                decision.slot = OffloadSlot{static_cast<uint32_t>(m), static_cast<uint32_t>(g)};
                decision.cpuHz = 0;
                decision.bandwidthHz = m_problem.bandwidthHz[g];
                decision.powerW = isSum ? m_power.PowerW(i) : m_deadline.PowerW(i);
                ++i;
            }
        }
    }
    return decisions;
}

std::vector<OffloadColumn>
OffloadColumnsOf(const OffloadProblem& problem, const OffloadAssignment& assignment)
{
    std::vector<OffloadColumn> columns(problem.bandwidthHz.size(),
                                       OffloadColumn(problem.servers.size(), OFFLOAD_NOBODY));
    for (size_t n = 0; n < assignment.size(); ++n)
    {
        if (assignment[n])
        {
            columns[assignment[n]->subChannel][assignment[n]->server] = static_cast<char16_t>(n);
        }
    }
    return columns;
}

} // namespace fl
} // namespace ns3
