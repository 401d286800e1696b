/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OFFLOAD_MAKESPAN_H
#define FL_OFFLOAD_MAKESPAN_H

#include "fl-offload-partition.h"

#include <functional>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Bound and exact method for the objective makespan.
 */

namespace ns3
{
namespace fl
{

/**
 * How long learning lasts at least. Let t be a local duration, or 0, so that all who take longer
 * offload: they take at least the bottleneck matching of them and slots, without interference, and
 * after that at least t, what a server takes for one of them, and their work shared by all servers.
 * The least of the sums over t is a bound.
 * @param columns costs, objective makespan
 * @return the bound [s]
 */
double FreeMakespanBound(const OffloadColumns& columns);

/**
 * Branch and bound over devices: next comes the one whose best place costs most. A part of an
 * assignment costs no more than the whole.
 * @param columns costs, objective makespan
 * @param incumbent a known answer, by sub-channel
 * @param knownS what learning takes with it [s]
 * @param isLate whether time is over
 * @return the best answer; its bound is FreeMakespanBound() if time was over
 */
OffloadExactResult BranchMakespan(OffloadColumns& columns,
                                  const std::vector<OffloadColumn>& incumbent,
                                  double knownS,
                                  const std::function<bool()>& isLate);

} // namespace fl
} // namespace ns3

#endif /* FL_OFFLOAD_MAKESPAN_H */
