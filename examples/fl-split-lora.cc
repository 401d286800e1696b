/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief Split federated LoRA under a limit of the average delay, section V of Wang et al.
 *
 * Figures 3 to 6: a transformer whose encoder stays at the server is fine-tuned by devices that
 * embed and classify, and five schemes choose who takes part. Learning is real, delays are by
 * formula. The paper is Z. Wang, Y. Zhou, Y. Shi, K. B. Letaief, "Federated fine-tuning for
 * pre-trained foundation models over wireless networks".
 *
 * `--packets` has the schemes drive the same learning, packet by packet, over `--phy`.
 *
 * `--help` names the options, `results/fl-split-lora/` holds tables and plots afterwards.
 */

#include "study/fl-study.h"

int
main(int argc, char* argv[])
{
    return ns3::fl::RunStudy(argc, argv, "fl-split-lora");
}
