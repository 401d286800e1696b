/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-interior.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Newton steps at one weight of the barrier, and at all of them.
constexpr uint32_t STEPS_PER_WEIGHT = 60;
constexpr uint32_t MOST_STEPS = 600; //!< at all

/// The weight falls by this factor.
constexpr double WEIGHT_FACTOR = 0.1;

/// Newton decrement, squared and relative to the weight, that is near enough to the centre.
constexpr double CENTRED = 0.02;

} // namespace

double
DmaInterior::Merit(double weight) const
{
    double merit = 0;
    if (!m_onlyBudgets)
    {
        merit = EvaluateDmaModel(m_model, m_point).rest / m_scale;
        for (size_t j = 0; j < m_linear.size(); ++j)
        {
            const double steps = m_point.maxSteps[j];
            merit += m_linear[j] * steps + m_square[j] * steps * steps;
        }
    }
    for (const auto& elastic : m_elastic)
    {
        merit += m_excessCost * elastic.slack;
    }
    double logarithms = 0;
    ForPairs(*this, [&](const Pair& pair) { logarithms += std::log(pair.slack); });
    return merit - weight * logarithms;
}

double
DmaInterior::MeritSlope(double weight) const
{
    double slope = 0;
    for (size_t p = 0; p < m_states.size() && !m_onlyBudgets; ++p)
    {
        const auto& period = m_model.periods[p];
        const double before = period.previous < 0 ? 0 : m_step.arrival[period.previous];
        slope += period.idleCost / m_scale * (m_step.arrival[p] - before);
        if (!period.inFlight)
        {
            const auto d = Derive(p);
            slope += d.t * m_step.compute[p];
            slope += period.isFixed ? 0 : d.p * m_step.work[p] + d.e * m_step.iterations[p];
        }
    }
    for (size_t j = 0; j < m_linear.size(); ++j)
    {
        slope += m_isFixed[j]
                     ? 0
                     : (m_linear[j] + 2 * m_square[j] * m_point.maxSteps[j]) * m_step.maxSteps[j];
    }
    for (const auto& elastic : m_elastic)
    {
        slope += m_excessCost * elastic.slackStep;
    }
    ForPairs(*this, [&](const Pair& pair) { slope -= weight * pair.slackStep / pair.slack; });
    return slope;
}

bool
DmaInterior::BarrierStep(double weight, double& decrement)
{
    ForPairs(*this, [&](Pair& pair) { pair.multiplier = weight / pair.slack; });
    SetMatrix();
    if (!m_newton.Factorize())
    {
        return false;
    }
    SetRight(weight, false);
    m_newton.Solve(m_right, m_step);
    SetSteps();
    const double slope = MeritSlope(weight);
    decrement = -slope / weight;
    if (!(decrement > CENTRED))
    {
        return true;
    }
    double part = LongestSteps(weight, false).first;
    const double merit = Merit(weight);
    m_before = m_point;
    m_slacksBefore.clear();
    ForPairs(*this, [&](const Pair& pair) { m_slacksBefore.push_back(pair.slack); });
    while (part > 1e-10)
    {
        Place(m_before, part);
        size_t at = 0;
        ForPairs(*this,
                 [&](Pair& pair) { pair.slack = m_slacksBefore[at++] + part * pair.slackStep; });
        bool isInside = true;
        for (size_t b = 0; b < m_budget.size(); ++b)
        {
            m_budget[b].slack = 1 + m_elastic[b].slack - m_energy[b];
            isInside = isInside && m_budget[b].slack > 0;
        }
        if (isInside && Merit(weight) <= merit + 0.1 * part * slope)
        {
            return true;
        }
        part *= 0.5;
    }
    // Rounding leaves nothing to gain.
    Place(m_before, 0);
    size_t at = 0;
    ForPairs(*this, [&](Pair& pair) { pair.slack = m_slacksBefore[at++]; });
    decrement = 0;
    return true;
}

void
DmaInterior::RunBarrier(const DmaPoint& start,
                        const DmaInteriorOptions& options,
                        DmaInteriorResult& result)
{
    Begin(start, options);
    const double counted = (std::abs(m_counted) + 1e-3 * m_scale) / m_scale;
    const auto count = static_cast<double>(m_count);
    const double least =
        m_onlyBudgets ? 1e-10 / count : 0.3 * options.relativeGap * counted / count;
    const uint32_t end = result.iterations + MOST_STEPS;
    double weight = 1 / count;
    while (!result.converged && result.iterations < end)
    {
        double decrement = HUGE_VAL;
        for (uint32_t k = 0; k < STEPS_PER_WEIGHT && decrement > CENTRED; ++k)
        {
            if (!BarrierStep(weight, decrement))
            {
                return;
            }
            ++result.iterations;
        }
        // To first order these are the multipliers at the centre.
        ForPairs(*this, [&](Pair& pair) {
            const double change = pair.slackStep / pair.slack;
            pair.multiplier = weight / pair.slack * std::clamp(1 - change, 0.01, 100.0);
        });
        result.converged = IsDone(options, result);
        if (weight <= least)
        {
            return;
        }
        weight = std::max(weight * WEIGHT_FACTOR, least);
    }
}

} // namespace fl
} // namespace ns3
