/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_OFFLOAD_H
#define FL_BENCH_OFFLOAD_H

#include "fl-bench-report.h"

/**
 * @file
 * @ingroup fl
 * Figures of the solvers of offloading to several edge servers.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Offloading: powers on one sub-channel, the exact method, the search.
 * @param options how much to measure
 * @return the figures
 */
BenchRows BenchOffload(const BenchOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_OFFLOAD_H */
