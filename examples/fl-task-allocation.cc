/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief Figures 4 to 8 of Mohammad et al. on task allocation for mobile edge learning.
 *
 * Accuracy by global update, final accuracy and updates to an accuracy, for heterogeneity-aware and
 * -unaware, synchronous and asynchronous allocations under limits of time and energy; and a table
 * of the paper's claims. The paper is U. Mohammad, S. Sorour, M. Hefeida, "Task allocation for
 * asynchronous mobile edge learning with delay and energy constraints", arXiv:2012.00143.
 *
 * `--packets` runs a cell packet by packet, on any PHY, by the plans of an optimizer
 * (`--optimizer`, mel-exact).
 *
 * `--help` names the options, `results/fl-task-allocation/` holds tables and plots afterwards.
 */

#include "study/fl-study.h"

int
main(int argc, char* argv[])
{
    return ns3::fl::RunStudy(argc, argv, "fl-task-allocation");
}
