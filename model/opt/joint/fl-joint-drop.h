/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_DROP_H
#define FL_JOINT_DROP_H

#include "fl-joint-problem.h"

/**
 * @file
 * @ingroup fl
 * Random instances of a JointProblem: a cell with devices dropped around its base station.
 */

namespace ns3
{
namespace fl
{

class RandomStream;

/**
 * What a drop is drawn from. The defaults are those of the paper's section VII-A; numbers that its
 * text lost are from Z. Yang et al., "Energy efficient federated learning over wireless
 * communication networks", IEEE TWC 20(3), 2021.
 */
struct JointDropOptions
{
    uint32_t devices{50};                 //!< N
    double radiusM{250};                  //!< devices are uniform in a disc of this radius [m]
    double minDistanceM{1};               //!< smallest distance to the base station [m]
    double lossAt1KmDb{128.1};            //!< path loss at 1 km [dB]
    double lossPerDecadeDb{37.6};         //!< path loss per tenfold distance [dB]
    double shadowingDb{8};                //!< standard deviation of the shadowing [dB]
    double noiseDbmPerHz{-174};           //!< N0 [dBm/Hz]
    double bandwidthHz{20e6};             //!< B [Hz]
    double payloadBits{28.1e3};           //!< d: what a device uploads in a round [bit]
    double samples{500};                  //!< D: samples of a device
    double minCyclesPerSample{1e4};       //!< c is uniform from here ... [CPU cycles]
    double maxCyclesPerSample{3e4};       //!< ... to here [CPU cycles]
    double localIterations{10};           //!< R_l
    double capacitance{1e-28};            //!< kappa [J s^2]
    double minCpuHz{0.1e9};               //!< f_min [Hz]
    double maxCpuHz{2e9};                 //!< f_max [Hz]
    double minTxPowerDbm{0};              //!< p_min [dBm]
    double maxTxPowerDbm{12};             //!< p_max [dBm]
    double rounds{400};                   //!< R_g
    double weightEnergy{0.5};             //!< w1; w2 = 1 - w1
    std::optional<double> roundDeadlineS; //!< where given, the duration of one round [s]
};

/**
 * Draw a problem.
 *
 * Each device takes the same draws from the stream whatever the options, and the drops of one
 * stream differ in their number of devices only by the last ones: curves over an option compare the
 * same drops.
 * @param options what to draw from
 * @param random the source of the draws
 * @return a valid problem
 * @throws InvalidInput that names what is out of its range
 */
JointProblem DrawJointDrop(const JointDropOptions& options, RandomStream& random);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_DROP_H */
