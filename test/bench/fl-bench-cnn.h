/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_CNN_H
#define FL_BENCH_CNN_H

#include "fl-bench-report.h"

namespace ns3
{
namespace fl
{

/**
 * One SGD step of the convolutional network of DMA-FL's Table I at batch 64 on one thread, against
 * PyTorch's (Debian's python3-torch) and against Eigen's products of its sizes, the floor: target
 * at most 1.5 times PyTorch's. Not judged where PyTorch runs on the reference BLAS, or is not
 * there.
 * @param options how much
 * @return lines of the table
 */
BenchRows BenchCnn(const BenchOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_CNN_H */
