/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_SOLVE_H
#define FL_BENCH_SOLVE_H

#include "fl-bench-report.h"

namespace ns3
{
namespace fl
{

/**
 * What ./fl solve takes for an instance of a million devices, from the file to the printed answer,
 * beside what the method alone takes of it.
 * @param options how much
 * @return lines of the table
 */
BenchRows BenchSolve(const BenchOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_SOLVE_H */
