/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief One scenario over FDMA, LTE and Wi-Fi: predicted against measured uploads, side by side.
 *
 * The same eight devices learn from the same data in the same cell, over each PHY that this build
 * has. What the PHY's own model and what Shannon's formula say of each upload's time and energy
 * stands beside what was measured.
 *
 * `--help` names the options, `results/fl-phy-comparison/` holds tables and plots afterwards.
 */

#include "study/fl-study.h"

int
main(int argc, char* argv[])
{
    return ns3::fl::RunStudy(argc, argv, "fl-phy-comparison");
}
