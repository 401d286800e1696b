/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SAMPLE_H
#define FL_SAMPLE_H

#include <cstdint>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Mean and 95 % confidence interval of independent, identically distributed values.
 *
 * Running mean and sum of squares by B. P. Welford (Technometrics 4(3), 1962). NaN values are
 * ignored.
 */
class Sample
{
  public:
    /// @param value value of one repetition; NaN: ignored
    void Add(double value);
    /// @return n, the number of values
    uint32_t GetN() const;
    /// @return the mean; NaN without values
    double Mean() const;
    /// @return the standard deviation with n - 1 in the denominator, NaN below two values
    double StandardDeviation() const;
    /**
     * @return half the width of the 95 % confidence interval of the mean,
     *         t(0.975, n - 1) s / sqrt(n) with Student's t; NaN below two values
     */
    double Ci95() const;

  private:
    uint32_t m_n{0};     //!< number of values
    double m_mean{0};    //!< running mean
    double m_squares{0}; //!< sum of squared deviations from it
};

} // namespace fl
} // namespace ns3

#endif /* FL_SAMPLE_H */
