/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_JOINT_H
#define FL_BENCH_JOINT_H

#include "fl-bench-report.h"

namespace ns3
{
namespace fl
{

/**
 * The joint optimization of energy and time: the global solver's time for 50 to 1,000,000 devices,
 * its growth, SciPy's SLSQP on the same instance, the paper's algorithm on 500 random drops, and
 * the share of a round's wall clock that planning takes.
 * @param options how much
 * @return lines of the table
 */
BenchRows BenchJoint(const BenchOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_JOINT_H */
