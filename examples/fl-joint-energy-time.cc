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

#include "ns3/fl-joint-packets.h"
#include "ns3/fl-joint-study.h"
#include "ns3/fl-main.h"

using namespace ns3::fl;

int
main(int argc, char* argv[])
{
    return RunMain(argc, argv, [](int argc, char* argv[]) {
        JointStudyOptions options;
        OptionParser parser("fl-joint-energy-time", "Energy and completion time, Zhou et al.");
        AddJointStudyOptions(parser, options);
        parser.Parse(argc, argv);
        options.packets ? RunJointPackets(parser, options) : RunJointStudy(parser, options);
        return EXIT_DONE;
    });
}
