/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_DROP_H
#define FL_MEL_DROP_H

#include "fl-mel-problem.h"

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Random cells of the paper that MelProblem names, section 5.1 and Table 1.
 */

namespace ns3
{
namespace fl
{

class RandomStream;

/**
 * What a drop is drawn from. Defaults are the paper's where it has them; what it leaves open is
 * listed in doc/fl.rst, "Choices" of its section.
 */
struct MelDropOptions
{
    uint32_t learners{20};                               //!< K
    std::vector<double> cpuHz{6e9, 2.4e9, 1.4e9, 0.7e9}; //!< f_k, in turn [Hz]
    double radiusM{500};                                 //!< learners are uniform in this disc [m]
    double minDistanceM{10};                             //!< none is nearer to the centre [m]
    double lossAt1KmDb{128};                             //!< path loss at 1 km [dB]
    double lossPerDecadeDb{37.1};                        //!< path loss per tenfold distance [dB]
    double bandwidthHz{5e6};                             //!< W, of a learner's own channel [Hz]
    double txPowerDbm{23};                               //!< P_k, in both directions [dBm]
    double noiseDbmPerHz{-174};                          //!< N0 [dBm/Hz]
    double features{784};                                //!< F
    double sampleFeatureBits{8};                         //!< P_d [bit]; 0: federated learning
    double modelParameters{280440};                      //!< S_m: weights of 784-300-124-60-10
    double modelParametersPerSample{0};                  //!< S_d
    double parameterBits{32};                            //!< P_m [bit]
    double cyclesPerSample{1123736};                     //!< C_m: 4 per weight and bias
    double energyPerCycleHz{1e-20};                      //!< mu: a cycle takes mu f [J s]
    double energyJ{10};                                  //!< E, the learners' mean budget [J]
    double energySpreadJ{2.5};                           //!< E_k is uniform in E -+ this [J]
    double cycleTimeS{20};                               //!< T [s]
    int64_t staleness{1};                                //!< c
    int64_t samples{60000};                              //!< d
    double leastShare{0.1};                              //!< d_l = this, times d / K, rounded down
};

/**
 * Draw a problem. A learner takes the same draws whatever the options: its place, then its budget.
 * @param options what to draw from
 * @param random the source of the draws
 * @return a valid problem
 * @throws InvalidInput that names what is out of its range
 */
MelProblem DrawMelDrop(const MelDropOptions& options, RandomStream& random);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_DROP_H */
