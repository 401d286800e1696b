/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief Federated learning of images by 20 devices in a simulated FDMA cell, packet by packet.
 *
 * Devices in a disc of 250 m around a base station learn together to tell clothes apart
 * (Fashion-MNIST), or where that set is not installed to read synthetic digits. In each of 20
 * rounds the server sends the model down, each device trains on its own samples, and the updates
 * come back over private sub-bands of the uplink. Time and energy of each phase are accounted for.
 *
 * `--help` names the options, `results/fl-quickstart/` holds tables and plots afterwards.
 */

#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-data-source.h"
#include "ns3/fl-main.h"

using namespace ns3::fl;

int
main(int argc, char* argv[])
{
    return RunMain(argc, argv, [](int argc, char* argv[]) {
        Options options;
        OptionParser parser("fl-quickstart", "Federated learning over a simulated FDMA cell");
        AddOptions(parser, options);
        parser.Parse(argc, argv);
        PreferRealData(parser, options);
        RunCellExperiment(parser, options);
        return EXIT_DONE;
    });
}
