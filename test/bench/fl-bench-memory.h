/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_MEMORY_H
#define FL_BENCH_MEMORY_H

#include "fl-bench-report.h"

namespace ns3
{
namespace fl
{

/// @return what the heap has given away and not got back [byte]; 0 where that is not known
double HeapBytes();

/**
 * What an idle client takes beyond its data and beyond ns-3's node, stack and connected socket:
 * client, processor, both ends of the session, and what server and coordinator know of it. The
 * difference between two stars, one with connected TCP sockets and one with federated learning.
 * @param options how much
 * @return lines of the table
 */
BenchRows BenchMemory(const BenchOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_MEMORY_H */
