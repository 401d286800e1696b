/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OFFLOAD_PARTITION_H
#define FL_OFFLOAD_PARTITION_H

#include "fl-offload-columns.h"

#include "ns3/fl-plan.h"

#include <functional>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The exact method for the objective sum: a set partition by columns.
 */

namespace ns3
{
namespace fl
{

/// Prices of devices, and the bound that they prove.
struct OffloadRelaxation
{
    std::vector<double> prices; //!< by device, at least 0 [s]
    double lowerBoundS{0};      //!< of what learning takes [s]
    bool isComplete{false};     //!< whether it is the linear relaxation's optimum, or the target
};

/**
 * The linear relaxation of the set partition: min sum of local durations plus sum over columns of
 * (cost - local durations of its devices) x, at most one column per sub-channel, each device in at
 * most one, by column generation with smoothed prices (P. Wentges, "Weighted Dantzig-Wolfe
 * decomposition for linear mixed-integer programming", 1997). Whatever the prices, the Lagrangian
 * is a bound.
 * @param columns costs, objective sum
 * @param start columns to begin with, by sub-channel
 * @param targetS it ends when the bound is this [s]
 * @param isLate whether time is over
 * @return prices and bound
 */
OffloadRelaxation RelaxOffload(OffloadColumns& columns,
                               const std::vector<OffloadColumn>& start,
                               double targetS,
                               const std::function<bool()>& isLate);

/// The answer of the exact method.
struct OffloadExactResult
{
    std::vector<OffloadColumn> columns; //!< by sub-channel
    double lowerBoundS{ABSENT};         //!< of what learning takes [s]
    bool isComplete{false};             //!< nothing was left out for lack of time or memory
};

/**
 * Price, list, choose: no column whose reduced cost is above the difference of a known answer and
 * the relaxation's bound is in a better answer. Those that are left are listed, and the best choice
 * among them is found depth-first, with sub-channels that have the fewest columns first.
 * @param columns costs, objective sum
 * @param incumbent a known answer, by sub-channel
 * @param isLate whether time is over
 * @return the best answer, and what it proves
 */
OffloadExactResult PartitionOffload(OffloadColumns& columns,
                                    const std::vector<OffloadColumn>& incumbent,
                                    const std::function<bool()>& isLate);

/// @return what learning takes with these columns, objective sum [s]
/// @param columns costs
/// @param chosen by sub-channel
double OffloadSumS(OffloadColumns& columns, const std::vector<OffloadColumn>& chosen);

} // namespace fl
} // namespace ns3

#endif /* FL_OFFLOAD_PARTITION_H */
