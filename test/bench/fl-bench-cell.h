/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_CELL_H
#define FL_BENCH_CELL_H

#include "fl-bench-report.h"

namespace ns3
{
namespace fl
{

/**
 * How long a round of federated learning takes: softmax regression, 1,000 clients of 60 samples, 10
 * per round, over FDMA and TCP, the global model evaluated on 10,000 samples each round. Compared
 * with one thread and two, and with the same learning in a loop without a network.
 * @param options how much
 * @return lines of the table
 */
BenchRows BenchRounds(const BenchOptions& options);

/**
 * Asynchronous aggregation beside synchronous rounds of the same devices: updates per second, cost
 * of an update by the number of devices, memory by the number of aggregations, versions in use.
 * @param options how much
 * @return lines of the table
 */
BenchRows BenchAsync(const BenchOptions& options);

/**
 * How many devices a cell may have: 10,000 take part in each of 10 rounds, 28.1 kbit each way, over
 * FDMA and datagrams; compared with TCP.
 * @param options how much
 * @return lines of the table
 */
BenchRows BenchScale(const BenchOptions& options);

/**
 * What several cells cost: rounds of 30 devices that offload to the servers of three cells, with
 * interference, beside those of one cell.
 * @param options how much
 * @return lines of the table
 */
BenchRows BenchCells(const BenchOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_CELL_H */
