/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_CHANNELS_H
#define FL_SCHEDULE_CHANNELS_H

#include "ns3/fl-random-stream.h"

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The cell of section V of Wang et al., and its channels by formula.
 */

namespace ns3
{
namespace fl
{

/// The cell of section V. Delays are per bit of the payload, to which they are proportional.
struct ScheduleSetting
{
    uint32_t devices{20};      //!< number of devices K
    double centreM{300};       //!< distance of the disc's centre from the server [m]
    double radiusM{50};        //!< radius of the disc of devices [m]
    double referenceM{10};     //!< reference distance: gain (d / referenceM)^-exponent [m]
    double exponent{3.5};      //!< path loss exponent
    double noiseWPerHz{1e-11}; //!< noise power spectral density sigma^2 [W/Hz]
    double txPowerW{
        1}; //!< transmit power of each device; 1 in the paper, which has no such factor [W]
    double bandwidthHz{10e6}; //!< bandwidth B [Hz]
    uint32_t rounds{5000};    //!< number of rounds T
};

/// Gains of all rounds: place and fading of each device.
class ScheduleChannels
{
  public:
    /**
     * Place the devices uniformly in the cell.
     * @param setting the cell
     * @param random draws places, then fading
     */
    ScheduleChannels(const ScheduleSetting& setting, RandomStream random);

    /// @return gain times transmit power over noise density of the next round, by device [Hz]
    std::vector<double> Next();

  private:
    RandomStream m_random;        //!< draws
    std::vector<double> m_meanHz; //!< without fading
};

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_CHANNELS_H */
