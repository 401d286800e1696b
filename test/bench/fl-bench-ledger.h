/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_LEDGER_H
#define FL_BENCH_LEDGER_H

#include "fl-bench-report.h"

namespace ns3
{
namespace fl
{

/**
 * What the ledger costs: hashes and signatures beside libsodium alone, in turns; the check of a
 * chain beside its signatures alone. Without libsodium there are no rows.
 * @param bench how much
 * @return rows of the table
 */
BenchRows BenchLedger(const BenchOptions& bench);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_LEDGER_H */
