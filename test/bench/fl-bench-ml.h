/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_ML_H
#define FL_BENCH_ML_H

#include "fl-bench-report.h"

namespace ns3
{
namespace fl
{

/**
 * One SGD step of an MLP 784-200-10 at batch 64 on one thread, against Eigen's own five matrix
 * products of those sizes, the floor: target 70 % of the floor's speed.
 * @param options how much
 * @return lines of the table
 */
BenchRows BenchStep(const BenchOptions& options);

/**
 * The accuracy of softmax regression and of an MLP with 200 hidden units, trained centrally on
 * 60,000 synthetic digits and tested on 10,000 others: targets 85-93 % and 95-98 %.
 * @param options how much
 * @return lines of the table
 */
BenchRows BenchTraining(const BenchOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_ML_H */
