/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_PHY_H
#define FL_BENCH_PHY_H

#include "fl-bench-report.h"

namespace ns3
{
namespace fl
{

/**
 * LTE and Wi-Fi, where this build has them: uploads against ns-3's own scheduler and applications,
 * what is on the air against the plan, and large cells.
 * @param options how much
 * @return lines of the table
 */
BenchRows BenchPhy(const BenchOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_PHY_H */
