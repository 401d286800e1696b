/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief Blockchain-based federated learning with several edge servers, by formula.
 *
 * The paper is D. C. Nguyen et al., "Latency optimization for blockchain-empowered federated
 * learning in multi-server edge computing". Figures 4 to 6 compare ways to a global model, 11 and
 * 12 poison it, `detection` judges what is found from the ledger, `robust` has robust rules against
 * attacks, and 7 to 10 train the agents of fl-offload-agent. `ledger.bin` is for `./fl ledger
 * verify`.
 *
 * `--help` names the options, `results/fl-blockchain/` holds tables and plots afterwards.
 */

#include "study/fl-study.h"

int
main(int argc, char* argv[])
{
    return ns3::fl::RunStudy(argc, argv, "fl-blockchain");
}
