/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_SCHEDULE_H
#define FL_BENCH_SCHEDULE_H

#include "fl-bench-report.h"

#include "ns3/fl-schedule-problem.h"

namespace ns3
{
namespace fl
{

class RandomStream;

/**
 * @param devices how many
 * @param random the source of the draws
 * @return section V's setting, with a price of delay between those at which all and half are in
 */
ScheduleProblem DrawBenchSchedule(size_t devices, RandomStream& random);

/**
 * @ingroup fl
 * Device scheduling: the exact solver's time for 20 to 100,000 devices, and what Algorithm 1's
 * early stop costs.
 * @param options how much to measure
 * @return the figures
 */
BenchRows BenchSchedule(const BenchOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_SCHEDULE_H */
