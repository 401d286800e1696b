/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OFFLOAD_COLUMNS_H
#define FL_OFFLOAD_COLUMNS_H

#include "fl-offload-deadline.h"
#include "fl-offload-power.h"
#include "fl-offload-problem.h"
#include "fl-offload-value.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What it takes to offload on one sub-channel, by who does so in which cell.
 */

namespace ns3
{
namespace fl
{

/// Who offloads on a sub-channel: by cell, a device or OFFLOAD_NOBODY. (A text of up to 7 entries
/// takes no memory of its own, and has a hash.)
using OffloadColumn = std::u16string;

/// Nobody offloads to this cell.
inline constexpr char16_t OFFLOAD_NOBODY = 0xffff;

/// What a column costs.
struct OffloadColumnCost
{
    double costS{0};  //!< with powers that keep all limits [s]
    double boundS{0}; //!< no powers cost less; the same but for the tolerance of the powers [s]
};

/**
 * @ingroup fl
 * Costs of columns, computed once each: the sum of the durations of offloading (objective sum), or
 * the longest of them (makespan), with the best powers. Costs are superadditive (sum) or monotone
 * (makespan): taking devices away never makes the rest slower.
 */
class OffloadColumns
{
  public:
    /**
     * @param problem a valid problem with enough energy for mining; must outlive this object
     * @param isBlind whether interference is ignored
     */
    explicit OffloadColumns(const OffloadProblem& problem, bool isBlind = false);

    /// @return the problem
    const OffloadProblem& Problem() const
    {
        return m_problem;
    }

    /// @return N
    size_t Devices() const
    {
        return m_problem.devices.size();
    }

    /// @return M
    size_t Cells() const
    {
        return m_problem.servers.size();
    }

    /// @return G
    size_t Channels() const
    {
        return m_problem.bandwidthHz.size();
    }

    /// @return what a device takes that computes itself [s]
    /// @param n device
    double LocalS(size_t n) const
    {
        return m_localS[n];
    }

    /// @return what a server takes for a device [s]
    /// @param n device
    /// @param m server
    double ExecuteS(size_t n, size_t m) const
    {
        return m_executeS[n * Cells() + m];
    }

    /// @return duration of offloading without interference [s]; infinite where a budget forbids it
    /// @param n device
    /// @param m server
    /// @param g sub-channel
    double FreeS(size_t n, size_t m, size_t g) const
    {
        return m_freeS[(g * Cells() + m) * Devices() + n];
    }

    /// @return what it takes; infinite if a link can't be
    /// @param g sub-channel
    /// @param column who offloads
    OffloadColumnCost Cost(size_t g, const OffloadColumn& column);
    /// @return sum of FreeS(), or the longest: no more than the cost
    /// @param g sub-channel
    /// @param column who offloads
    double FreeCost(size_t g, const OffloadColumn& column) const;
    /**
     * @param columns by sub-channel, each device at most once
     * @return decisions with the best powers
     */
    std::vector<OffloadDecision> Decide(const std::vector<OffloadColumn>& columns);

    /// @return power problems that were solved
    uint64_t Solves() const
    {
        return m_solves;
    }

    /// @return of these, how many were not to their tolerance: such a column's bound is below
    uint64_t Unsolved() const
    {
        return m_unsolved;
    }

  private:
    /// Hand links of a column to a method. @return how many @param g sub-channel @param column its
    /// links @param method gets them
    template <typename Method>
    size_t FillIn(size_t g, const OffloadColumn& column, Method& method) const;
    /// @return cost, computed now @param g sub-channel @param column its links
    OffloadColumnCost Compute(size_t g, const OffloadColumn& column);

    const OffloadProblem& m_problem; //!< see Problem()
    bool m_isBlind;                  //!< whether interference is ignored
    std::vector<double> m_localS;    //!< by device
    std::vector<double> m_executeS;  //!< at n M + m
    std::vector<double> m_gains;     //!< over noise, at (g M + m) N + n [1/W]
    std::vector<double> m_powerW;    //!< without interference, at (g M + m) N + n; 0: can't
    std::vector<double> m_freeS;     //!< the same, duration
    OffloadPower m_power;            //!< of the objective sum
    OffloadDeadline m_deadline;      //!< of the objective makespan
    /// By sub-channel, of columns.
    std::vector<std::unordered_map<OffloadColumn, OffloadColumnCost>> m_costs;
    uint64_t m_solves{0};   //!< see Solves()
    uint64_t m_unsolved{0}; //!< see Unsolved()
};

/**
 * @param problem a valid problem
 * @param assignment by device
 * @return by sub-channel, who offloads
 */
std::vector<OffloadColumn> OffloadColumnsOf(const OffloadProblem& problem,
                                            const OffloadAssignment& assignment);

} // namespace fl
} // namespace ns3

#endif /* FL_OFFLOAD_COLUMNS_H */
