/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief Trains agents that decide who offloads where, and compares them by formula.
 *
 * The paper is D. C. Nguyen et al., "Latency optimization for blockchain-empowered federated
 * learning in multi-server edge computing". `--figure=8b` and so on train the schemes of that
 * figure and evaluate them beside the bound, search, blind, local and random search; `--train=FILE`
 * trains one agent and writes it to a file for `./fl solve offload --method=agent --agent=FILE`.
 *
 * `--help` names the options, `results/fl-offload-agent/` holds tables and plots afterwards.
 */

#include "study/fl-study.h"

int
main(int argc, char* argv[])
{
    return ns3::fl::RunStudy(argc, argv, "fl-offload-agent");
}
