/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief Figures 2 to 8 of Zhou et al. on energy and completion time, by formula over random drops.
 *
 * Energy and time against power, frequency, devices, radius and rounds, for weights of energy
 * against time; what the methods make of a deadline; and the trade-off between energy and time. The
 * paper is X. Zhou, J. Zhao, H. Han, C. Guet, "Joint optimization of energy consumption and
 * completion time in federated learning", IEEE ICDCS 2022.
 *
 * `--packets` runs one such cell packet by packet, by the plans of an optimizer (`--optimizer`),
 * and sets what was expected of time and energy beside what was measured.
 *
 * `--help` names the options, `results/fl-joint-energy-time/` holds tables and plots afterwards.
 */

#include "study/fl-study.h"

int
main(int argc, char* argv[])
{
    return ns3::fl::RunStudy(argc, argv, "fl-joint-energy-time");
}
