/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief What it brings to plan with measured rates in place of Shannon's, over each PHY.
 *
 * The same cells, with SyncCoordinator::Calibrate off and on, for w1 = 0.5 and for w1 = 0 (time
 * alone): the measured objective of the joint optimizer and the rounds' duration, from the fourth
 * round on.
 *
 * `--help` names the options, `results/fl-calibration/` holds tables and plots afterwards.
 */

#include "study/fl-study.h"

int
main(int argc, char* argv[])
{
    return ns3::fl::RunStudy(argc, argv, "fl-calibration");
}
