/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-sample.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

void
Sample::Add(double value)
{
    if (std::isnan(value))
    {
        return;
    }
    ++m_n;
    const double deviation = value - m_mean;
    m_mean += deviation / m_n;
    m_squares += deviation * (value - m_mean);
}

uint32_t
Sample::GetN() const
{
    return m_n;
}

double
Sample::Mean() const
{
    return m_n ? m_mean : std::numeric_limits<double>::quiet_NaN();
}

double
Sample::StandardDeviation() const
{
    return m_n > 1 ? std::sqrt(m_squares / (m_n - 1)) : std::numeric_limits<double>::quiet_NaN();
}

double
Sample::Ci95() const
{
    if (m_n < 2)
    {
        return std::numeric_limits<double>::quiet_NaN();
    }
    const boost::math::students_t_distribution<double> student(m_n - 1);
    return boost::math::quantile(student, 0.975) * StandardDeviation() / std::sqrt(m_n);
}

} // namespace fl
} // namespace ns3
