/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief Optimizers and PHYs side by side, with paired differences and 95 % intervals.
 *
 * Each optimizer of `--optimizers` drives the same federated learning over each PHY of `--phys`,
 * with the same random numbers in each run; what is left of a difference is the optimizer's. Run by
 * `./fl compare`.
 *
 * `--help` names the options, `results/fl-compare/` holds tables and plots afterwards.
 */

#include "study/fl-study.h"

int
main(int argc, char* argv[])
{
    return ns3::fl::RunStudy(argc, argv, "fl-compare");
}
