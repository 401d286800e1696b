/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_AGENT_H
#define FL_BENCH_AGENT_H

#include "fl-bench-report.h"

namespace ns3
{
namespace fl
{

/**
 * Learning agents for offloading, 30 devices, 5 servers, 5 sub-channels: steps of the environment,
 * decisions, updates, a long training; beside PyTorch where it is there.
 * @param bench how much
 * @return rows of the table
 */
BenchRows BenchAgent(const BenchOptions& bench);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_AGENT_H */
