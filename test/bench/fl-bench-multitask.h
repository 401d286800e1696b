/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_MULTITASK_H
#define FL_BENCH_MULTITASK_H

#include "fl-bench-report.h"

/**
 * @file
 * @ingroup fl
 * What a figure of fl-async-multitask takes.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * A run of figure 5 of DMA-FL: one scheme, FedAsync, with one seed and one learning rate.
 * @param options how much to measure
 * @return the figures
 */
BenchRows BenchMultitask(const BenchOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_MULTITASK_H */
