/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_MEL_H
#define FL_BENCH_MEL_H

#include "fl-bench-report.h"

namespace ns3
{
namespace fl
{

/**
 * Task allocation for mobile edge learning: the exact solver's time for 20 to 1,000 learners, and
 * what it gains over the paper's suggest-and-improve on 200 random instances.
 * @param options how much
 * @return lines of the table
 */
BenchRows BenchMel(const BenchOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_MEL_H */
