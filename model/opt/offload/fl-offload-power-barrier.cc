/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-power.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/// The barrier method ends after so many steps.
constexpr uint32_t MOST_STEPS = 600;

} // namespace

bool
OffloadPower::Start()
{
    for (size_t i = 0; i < m_count; ++i)
    {
        m_y[i] = m_top[i] - 0.5;
    }
    // Scaled down, all come to what they need without interference.
    for (int k = 0; k < 400; ++k)
    {
        Look(m_y);
        bool within = true;
        std::fill_n(m_step.begin(), m_count, 0);
        for (size_t i = 0; i < m_count; ++i)
        {
            // Of the slack that there is without any power, a part.
            const double least =
                std::log(m_links[i].unitS / m_gains[i * m_most + i] / m_links[i].budgetJ);
            if (!m_states[i].isBudgeted || Budget(i, m_y[i]) < 0.05 * least)
            {
                continue;
            }
            // Who exceeds its budget steps down, and so do those who disturb it.
            within = false;
            const double length = 0.5 + std::abs(Budget(i, m_y[i]));
            for (size_t j = 0; j < m_count; ++j)
            {
                // Disturbance up to this leaves some of the slack.
                const double share = m_shares[i * m_most + j] * static_cast<double>(m_count) /
                                     (0.5 * std::abs(least));
                m_step[j] = std::max(m_step[j], (j == i ? 1 : std::min(1.0, share)) * length);
            }
        }
        for (size_t j = 0; j < m_count; ++j)
        {
            m_y[j] -= m_step[j];
        }
        if (within)
        {
            return std::isfinite(m_lnCost);
        }
    }
    return false;
}

double
OffloadPower::Barrier(double centre) const
{
    double sum = 0;
    for (size_t i = 0; i < m_count; ++i)
    {
        sum += std::log(m_top[i] - m_y[i]);
        sum += m_states[i].isBudgeted ? std::log(-Budget(i, m_y[i])) : 0;
    }
    // Not a number outside of the limits.
    return m_lnCost - centre * sum;
}

bool
OffloadPower::Descend(double centre)
{
    SetUp(centre);
    Factorize();
    double slope = 0;
    for (size_t i = 0; i < m_count; ++i)
    {
        slope += m_gradient[i] * m_step[i];
    }
    if (!(slope < -1e-4 * centre))
    {
        return false;
    }
    const double before = Barrier(centre);
    std::copy_n(m_y.begin(), m_count, m_try.begin());
    for (double length = 1; length > 1e-12; length /= 2)
    {
        for (size_t i = 0; i < m_count; ++i)
        {
            m_y[i] = m_try[i] + length * m_step[i];
        }
        Look(m_y);
        if (Barrier(centre) <= before + 0.1 * length * slope)
        {
            return true;
        }
    }
    std::copy_n(m_try.begin(), m_count, m_y.begin());
    Look(m_y);
    return false;
}

void
OffloadPower::Follow()
{
    double gap = std::numeric_limits<double>::infinity();
    double centre = FIRST_CENTRE;
    SetPrices(centre);
    for (uint32_t k = 0; k < MOST_STEPS; ++k, ++m_steps)
    {
        const bool hasMoved = Descend(centre);
        SetPrices(centre);
        if (!hasMoved)
        {
            gap = Gap();
            if (gap <= GOAL || centre < 1e-3 * GOAL)
            {
                break;
            }
            centre *= 0.2;
            SetPrices(centre);
        }
    }
    Conclude(std::min(gap, Gap()));
}

} // namespace fl
} // namespace ns3
