/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_LORA_H
#define FL_BENCH_LORA_H

#include "fl-bench-report.h"

namespace ns3
{
namespace fl
{

/**
 * Transformers with low-rank adapters on one thread, in processor time: an encoder layer of
 * BERT-base, forward and backward at batch 32 x 128, against PyTorch's (Debian's python3-torch;
 * target at most 2.0 times) and against Eigen's products of its sizes (target at least 80 % of
 * their speed); the work of one device in a round of a small encoder against PyTorch's; loading a
 * checkpoint of BERT-base's size from the page cache (target below 1 s). Not judged where PyTorch
 * runs on the reference BLAS, or is not there.
 * @param options how much
 * @return lines of the table
 */
BenchRows BenchLora(const BenchOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_LORA_H */
