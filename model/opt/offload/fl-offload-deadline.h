/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OFFLOAD_DEADLINE_H
#define FL_OFFLOAD_DEADLINE_H

#include "fl-offload-power.h"

#include <cstddef>
#include <vector>

/**
 * @file
 * @ingroup fl
 * How soon all who share a sub-channel in different cells can be done.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Powers of k links, at least 1, with the least common deadline A: each needs an SINR of
 * gamma_i = exp(a_i / A) - 1, which
 *   h_ii p_i - gamma_i sum_(j != i) h_ij p_j = gamma_i
 * gives with the least powers. They exist if that matrix is an M-matrix (the spectral radius of the
 * normalised gains is below 1), and must keep limits and budgets. All fall as A rises, so that A is
 * found by bisection.
 */
class OffloadDeadline
{
  public:
    /// @param most largest number of links
    explicit OffloadDeadline(size_t most);
    /**
     * Begin a problem.
     * @param count number of links, from 1 to most
     */
    void Begin(size_t count);

    /// @return a link, to be filled in
    /// @param i the link
    OffloadLink& Link(size_t i)
    {
        return m_links[i];
    }

    /// @return gain over noise of link j's device at link i's receiver, to be filled in [1/W]
    /// @param i receiving link
    /// @param j sending link
    double& Gain(size_t i, size_t j)
    {
        return m_gains[i * m_most + j];
    }

    /// @return the least deadline, to 1e-12 from above [s]
    double Solve();

    /// @return power of a link for it [W]
    /// @param i the link
    double PowerW(size_t i) const
    {
        return m_powers[i];
    }

  private:
    /// @return whether all can be done by then; sets the least powers. @param deadlineS A [s]
    bool Fits(double deadlineS);

    size_t m_most;                    //!< largest number of links
    size_t m_count{0};                //!< number of links
    std::vector<OffloadLink> m_links; //!< of this problem
    std::vector<double> m_gains;      //!< at i m_most + j
    std::vector<double> m_matrix;     //!< of the equations
    std::vector<double> m_powers;     //!< their solution [W]
};

} // namespace fl
} // namespace ns3

#endif /* FL_OFFLOAD_DEADLINE_H */
