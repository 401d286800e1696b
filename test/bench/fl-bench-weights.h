/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_WEIGHTS_H
#define FL_BENCH_WEIGHTS_H

#include "fl-bench-report.h"

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Weights of BERT-base's size from a file of safetensors.
 * @param options how much to measure
 * @return what was found
 */
BenchRows BenchWeights(const BenchOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_WEIGHTS_H */
