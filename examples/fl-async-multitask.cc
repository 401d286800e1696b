/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief Dynamic multi-task asynchronous federated learning, section VI of Chang et al.
 *
 * Figures 5 to 14 and the remarks of section V-B2: three learning tasks in one cell, six schemes,
 * by formula, with models that really train. The paper is Z.-L. Chang, S. Hosseinalipour, M.
 * Chiang, C. G. Brinton, "Asynchronous multi-model dynamic federated learning over wireless
 * networks: theory, modeling, and optimization".
 *
 * `--packets` has a scheme drive the three tasks packet by packet.
 *
 * `--help` names the options, `results/fl-async-multitask/` holds tables and plots afterwards.
 */

#include "study/fl-study.h"

int
main(int argc, char* argv[])
{
    return ns3::fl::RunStudy(argc, argv, "fl-async-multitask");
}
