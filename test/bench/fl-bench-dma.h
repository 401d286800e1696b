/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_DMA_H
#define FL_BENCH_DMA_H

#include "fl-bench-report.h"

/**
 * @file
 * @ingroup fl
 * Figures of the DMA-FL solvers.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * DMA-FL: time of the resource problem for a given schedule, and of a whole plan, for 10 devices
 * and 3 tasks.
 * @param options how much to measure
 * @return the figures
 */
BenchRows BenchDma(const BenchOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_DMA_H */
