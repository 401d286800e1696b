/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief Device scheduling under a limit of the average delay, section V of Wang et al.
 *
 * Figures 5 and 6 for the quantities of scheduling: devices per round and average delay against its
 * limit, the virtual queue, and the run time of a round's solution, by formula over thousands of
 * rounds. The paper is Z. Wang, Y. Zhou, Y. Shi, K. B. Letaief, "Federated fine-tuning for
 * pre-trained foundation models over wireless networks".
 *
 * `--packets` has some of the schedulers (`--compare`) drive federated learning, packet by packet.
 *
 * `--help` names the options, `results/fl-device-scheduling/` holds tables and plots afterwards.
 */

#include "study/fl-study.h"

int
main(int argc, char* argv[])
{
    return ns3::fl::RunStudy(argc, argv, "fl-device-scheduling");
}
