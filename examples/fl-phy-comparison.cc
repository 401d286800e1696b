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

#include "ns3/fl-phy-comparison.h"

#include "ns3/fl-main.h"

using namespace ns3::fl;

int
main(int argc, char* argv[])
{
    return RunMain(argc, argv, [](int argc, char* argv[]) {
        Options options;
        options.phy = ALL_PHYS;
        options.devices = 8;
        options.rounds = 5;
        // So little to compute that uploads are a good part of a round.
        options.trainSamples = 4000;
        options.testSamples = 2000;
        options.localIterations = 2;
        // Wi-Fi's cell, for all, so that path losses are the same.
        options.radius = 50;
        OptionParser parser("fl-phy-comparison", "Federated learning over one PHY after another");
        AddOptions(parser, options);
        parser.Parse(argc, argv);
        RunPhyComparison(parser, options);
        return EXIT_DONE;
    });
}
