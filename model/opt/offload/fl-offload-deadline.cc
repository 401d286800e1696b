/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-deadline.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

OffloadDeadline::OffloadDeadline(size_t most)
    : m_most(most),
      m_links(most),
      m_gains(most * most),
      m_matrix(most * most),
      m_powers(most)
{
}

void
OffloadDeadline::Begin(size_t count)
{
    m_count = count;
}

bool
OffloadDeadline::Fits(double deadlineS)
{
    for (size_t i = 0; i < m_count; ++i)
    {
        const double sinr = std::expm1(m_links[i].unitS / deadlineS);
        for (size_t j = 0; j < m_count; ++j)
        {
            const double gain = m_gains[i * m_most + j];
            m_matrix[i * m_most + j] = j == i ? gain : -sinr * gain;
        }
        m_powers[i] = sinr;
    }
    // Of an M-matrix, and of no other with such signs, all pivots are positive.
    for (size_t k = 0; k < m_count; ++k)
    {
        const double pivot = m_matrix[k * m_most + k];
        if (!(pivot > 0))
        {
            return false;
        }
        for (size_t i = k + 1; i < m_count; ++i)
        {
            const double factor = m_matrix[i * m_most + k] / pivot;
            for (size_t j = k + 1; j < m_count; ++j)
            {
                m_matrix[i * m_most + j] -= factor * m_matrix[k * m_most + j];
            }
            m_powers[i] -= factor * m_powers[k];
        }
    }
    for (size_t k = m_count; k-- > 0;)
    {
        for (size_t j = k + 1; j < m_count; ++j)
        {
            m_powers[k] -= m_matrix[k * m_most + j] * m_powers[j];
        }
        m_powers[k] /= m_matrix[k * m_most + k];
        if (!(m_powers[k] <= m_links[k].maxPowerW && m_powers[k] * deadlineS <= m_links[k].budgetJ))
        {
            return false;
        }
    }
    return true;
}

double
OffloadDeadline::Solve()
{
    double low = 0;
    for (size_t i = 0; i < m_count; ++i)
    {
        low =
            std::max(low,
                     m_links[i].unitS / std::log1p(m_links[i].maxPowerW * m_gains[i * m_most + i]));
    }
    // The least duration without interference fits but for rounding if there is none.
    double high = low * (1 + 1e-13);
    while (!Fits(high))
    {
        low = high;
        high *= 1.5;
        if (high > 1e300)
        {
            return HUGE_VAL;
        }
    }
    while (high - low > 1e-12 * high)
    {
        const double middle = std::sqrt(low) * std::sqrt(high);
        if (middle <= low || middle >= high)
        {
            break;
        }
        (Fits(middle) ? high : low) = middle;
    }
    Fits(high);
    return high;
}

} // namespace fl
} // namespace ns3
