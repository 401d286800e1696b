/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OFFLOAD_DROP_H
#define FL_OFFLOAD_DROP_H

#include "fl-offload-problem.h"

#include <cstddef>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Random instances of OffloadProblem: the paper's Table IV.
 */

namespace ns3
{
namespace fl
{

class RandomStream;

/// What random instances are like; defaults are Table IV's, but for what the table does not say.
struct OffloadDrop
{
    size_t devices{30};               //!< N
    size_t servers{5};                //!< M
    size_t subChannels{5};            //!< G
    bool isGrid{false};               //!< sub-channels are W / G wide, or else W each
    double bandwidthHz{20e6};         //!< W [Hz]
    double noiseWPerHz{5e-21};        //!< sigma^2, 1e-13 W (-100 dBm) over W as printed [W/Hz]
    double maxTxPowerW{1};            //!< P [W]
    double minBudgetJ{1};             //!< least E_max beyond mining, a choice [J]
    double maxBudgetJ{6};             //!< largest [J]
    double ringM{300};                //!< stations stand on a circle of this radius, a choice [m]
    double discM{500};                //!< devices are uniform in this one, a choice [m]
    double maxHashRateHps{1e12};      //!< Psi_max [hash/s]
    double propagationPerNodeS{5e-3}; //!< xi: T_prop is xi (M + N - 1) [s]
};

/**
 * Draw an instance: devices in a disc, path loss 128.1 + 37.6 log10(d / km) dB, Rayleigh fading
 * that is independent by device, station and sub-channel.
 * @param drop distributions of sizes, powers and places
 * @param random source of the draws
 * @param [out] meanGains if not null: gains without fading, by device and station
 * @return the instance, which is valid
 */
OffloadProblem DrawOffload(const OffloadDrop& drop,
                           RandomStream& random,
                           std::vector<double>* meanGains = nullptr);

/**
 * Draw Rayleigh fading anew, independent by device, station and sub-channel.
 * @param meanGains of DrawOffload(), by device and station
 * @param random source of the draws
 * @param [in,out] problem its gains change
 */
void RedrawOffloadFading(const std::vector<double>& meanGains,
                         RandomStream& random,
                         OffloadProblem& problem);

/**
 * Draw anew what devices have to send and to compute.
 * @param random source of the draws
 * @param [in,out] problem its devices' data and cycles change
 */
void RedrawOffloadSizes(RandomStream& random, OffloadProblem& problem);

} // namespace fl
} // namespace ns3

#endif /* FL_OFFLOAD_DROP_H */
