/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-estimate.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

DmaMoveEstimator::DmaMoveEstimator(const DmaPairTable& table, const DmaTaskPlan& plan)
    : m_table(table),
      m_problem(table.Problem()),
      m_plan(plan),
      m_count(plan.schedule.size()),
      m_last(m_problem.devices.size(), 0),
      m_first(m_problem.devices.size(), 0),
      m_uploads(m_problem.devices.size(), 0),
      m_next(m_count + 1, 0),
      m_own(m_count + 1, 0),
      m_previous(DmaPreviousAggregations(m_problem.devices.size(), plan.schedule)),
      m_staleness(DmaLargestStaleness(m_problem, table.Task(), plan.schedule))
{
    m_energyPrice.assign(m_problem.devices.size(), 0);
    for (size_t b = 0; b < m_plan.model.budgets.size(); ++b)
    {
        m_energyPrice[m_plan.model.budgets[b].device] = m_plan.result.multipliers.budget[b];
    }
    double sum = 0;
    for (size_t n = 1; n <= m_count; ++n)
    {
        const auto device = m_plan.schedule[n - 1].device;
        m_last[device] = static_cast<uint32_t>(n);
        m_first[device] = m_first[device] ? m_first[device] : m_last[device];
        ++m_uploads[device];
        if (m_previous[n - 1])
        {
            m_next[m_previous[n - 1]] = static_cast<uint32_t>(n);
        }
        sum += m_plan.result.multipliers.early[n - 1] + m_table.Get(device, 0).period.idleCost;
    }
    m_typicalPrice = sum / static_cast<double>(m_count);
    for (size_t n = 1; n <= m_count; ++n)
    {
        const auto& entry = m_plan.schedule[n - 1];
        m_own[n] = entry.base == DMA_IN_FLIGHT
                       ? 0
                       : Cost(n, entry.device, entry.base, m_previous[n - 1] == 0);
    }
}

std::vector<DmaMove>
DmaMoveEstimator::All() const
{
    std::vector<DmaMove> moves;
    std::vector<uint32_t> before(m_problem.devices.size(), 0);
    for (uint32_t n = 1; n <= m_count; ++n)
    {
        const auto& old = m_plan.schedule[n - 1];
        const bool isNeeded = m_uploads[old.device] <= m_problem.minUploads;
        for (uint32_t i = 0; i < before.size() && old.base != DMA_IN_FLIGHT; ++i)
        {
            const bool waits =
                m_problem.devices[i].tasks[m_table.Task()].inFlight && before[i] == 0;
            if ((isNeeded && i != old.device) || waits)
            {
                continue;
            }
            const uint32_t low = std::max(before[i], n - 1 > m_staleness ? n - 1 - m_staleness : 0);
            for (uint32_t v = low; v < n; ++v)
            {
                const DmaAssignment entry{i, static_cast<int32_t>(v)};
                if (!(entry == old))
                {
                    moves.push_back({n, entry, Estimate(n, entry, before[i])});
                }
            }
        }
        before[old.device] = n;
    }
    return moves;
}

double
DmaMoveEstimator::ArrivalS(size_t n) const
{
    return n ? m_plan.result.point.arrivalS[n - 1] : 0;
}

double
DmaMoveEstimator::Cost(size_t n, uint32_t device, size_t v, bool isFirst) const
{
    const auto& pair = m_table.Get(device, v);
    const auto& period = pair.period;
    const double price = m_plan.result.multipliers.early[n - 1];
    const double energy = m_energyPrice[device];
    const double beginS = std::max(ArrivalS(v), isFirst ? period.startS : 0);
    const double roomS = ArrivalS(n) - period.linkS - beginS;
    const auto choice = CheapestDmaPeriod(period,
                                          m_table.Limits(),
                                          period.stepCost,
                                          period.timeCost + price,
                                          period.energyCost + energy * period.energyJ);
    double cost = choice.cost - price * roomS + pair.airCost + energy * pair.uploadJ;
    const double leastS = period.LeastS(m_table.Limits().minSteps);
    if (leastS > roomS)
    {
        cost += m_typicalPrice * (leastS - roomS);
    }
    const double mostS = period.MostS(m_table.Limits().maxSteps);
    if (v + 1 < n && ArrivalS(n) - period.linkS - mostS > ArrivalS(v + 1))
    {
        cost += m_typicalPrice * (ArrivalS(n) - period.linkS - mostS - ArrivalS(v + 1));
    }
    return cost;
}

double
DmaMoveEstimator::Drift(uint32_t device, size_t n) const
{
    return m_table.Get(device, 0).period.idleCost * ArrivalS(n);
}

double
DmaMoveEstimator::Estimate(uint32_t n, const DmaAssignment& entry, uint32_t before) const
{
    const auto& old = m_plan.schedule[n - 1];
    double change = Cost(n, entry.device, entry.base, before == 0) - m_own[n];
    if (entry.device == old.device)
    {
        return change;
    }
    if (n > m_last[entry.device])
    {
        change += Drift(entry.device, n) - Drift(entry.device, m_last[entry.device]);
    }
    else
    {
        // Its next period now begins from n at the earliest.
        const uint32_t next = before ? m_next[before] : m_first[entry.device];
        const auto base = static_cast<uint32_t>(m_plan.schedule[next - 1].base);
        if (base < n)
        {
            change += Cost(next, entry.device, n, false) - m_own[next];
        }
    }
    if (n == m_last[old.device])
    {
        change += Drift(old.device, m_previous[n - 1]) - Drift(old.device, n);
    }
    return change;
}

} // namespace fl
} // namespace ns3
