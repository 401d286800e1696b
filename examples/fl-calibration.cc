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

#include "ns3/fl-calibration-study.h"
#include "ns3/fl-main.h"
#include "ns3/fl-phy-comparison.h"

using namespace ns3::fl;

int
main(int argc, char* argv[])
{
    return RunMain(argc, argv, [](int argc, char* argv[]) {
        Options options;
        options.phy = ALL_PHYS;
        options.devices = 8;
        options.rounds = 8;
        options.runs = 10;
        options.payloadBits = 1e6;
        // So little to compute that uploads are a good part of a round.
        options.samplesPerDevice = 200;
        // Wi-Fi's cell, for all, so that path losses are the same.
        options.radius = 50;
        OptionParser parser("fl-calibration", "Planning with measured rates");
        AddOptions(parser, options);
        parser.Parse(argc, argv);
        RunCalibrationStudy(parser, options, {0.5, 0});
        return EXIT_DONE;
    });
}
