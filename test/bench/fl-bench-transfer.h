/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_TRANSFER_H
#define FL_BENCH_TRANSFER_H

#include "fl-bench-report.h"

namespace ns3
{
namespace fl
{

/**
 * What federated learning adds to a transfer: rounds in which models go down and up, against
 * ns-3's BulkSend and PacketSink moving as many bytes over the same links with the same TCP
 * settings; over point-to-point links and over an FDMA cell; with stated sizes, and with models
 * that are encoded, carried, checked, decoded, trained for one step, and merged.
 * @param options how much
 * @return lines of the table
 */
BenchRows BenchTransfer(const BenchOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_TRANSFER_H */
