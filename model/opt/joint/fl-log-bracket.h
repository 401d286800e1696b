/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LOG_BRACKET_H
#define FL_LOG_BRACKET_H

#include <algorithm>
#include <cmath>
#include <limits>

/**
 * @file
 * @ingroup fl
 * Newton's method on the logarithm of one number, safeguarded by bisection.
 */

namespace ns3
{
namespace fl
{

/**
 * Limit a step.
 * @param step what Newton's method asks for; NaN: as far as allowed
 * @param limit largest absolute value, positive
 * @return the step, clamped to [-limit, limit]
 */
inline double
LimitStep(double step, double limit)
{
    return std::isnan(step) ? limit : std::clamp(step, -limit, limit);
}

/// A root that is looked for in an interval of logarithms which is known better and better.
class LogBracket
{
  public:
    /// Learn on which side of a point the root is.
    /// @param point natural logarithm
    /// @param above the root is above it, else below
    void Update(double point, bool above)
    {
        const double before = Width();
        (above ? m_low : m_high) = point;
        m_slow = Width() > 0.5 * before ? m_slow + 1 : 0;
    }

    /**
     * @param point where the root was looked for last
     * @param step the Newton step from there
     * @return where to go from a point by a step: not beyond what is known, nor too slowly
     */
    double Next(double point, double step) const
    {
        const double next = point + step;
        // A root that is met from one side lies on the bracket's end: small steps are not cut.
        if (std::abs(step) < 1e-9)
        {
            return next;
        }
        if (next > m_low && next < m_high && m_slow < 2)
        {
            return next;
        }
        return std::isfinite(Width()) ? 0.5 * (m_low + m_high) : next;
    }

    /// @return the end below the root
    double Low() const
    {
        return m_low;
    }

    /// @return the end above the root
    double High() const
    {
        return m_high;
    }

    /// @return the width, infinite while an end is unknown
    double Width() const
    {
        return m_high - m_low;
    }

    /// @return whether no number is left between the ends, or hardly one
    bool IsClosed() const
    {
        return std::isfinite(Width()) && Width() <= 1e-15 * std::max(1.0, std::abs(m_low));
    }

  private:
    /// The root is above this; -infinity: unknown
    double m_low{-std::numeric_limits<double>::infinity()};
    /// The root is below this; infinity: unknown
    double m_high{std::numeric_limits<double>::infinity()};
    int m_slow{0}; //!< updates in a row that did not halve it
};

} // namespace fl
} // namespace ns3

#endif /* FL_LOG_BRACKET_H */
