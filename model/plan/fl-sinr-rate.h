/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SINR_RATE_H
#define FL_SINR_RATE_H

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Shannon's rate of a sub-band in which others transmit.
 */

namespace ns3
{
namespace fl
{

/// A part of the spectrum, and the power sent in it with a flat density.
struct Emission
{
    double startHz{0};     //!< lower edge [Hz]
    double bandwidthHz{0}; //!< width, above 0 [Hz]
    double txPowerW{0};    //!< power over all of it [W]

    /// @return upper edge [Hz]
    double EndHz() const
    {
        return startHz + bandwidthHz;
    }
};

/// Sub-channels of equal width, side by side; each fades by itself, and is flat.
struct SubChannelGrid
{
    double widthHz{std::numeric_limits<double>::infinity()}; //!< of each; infinite: there is one
    double originHz{0};                                      //!< lower edge of number 0 [Hz]
};

/// An emission, and its power gain at one receiver by sub-channel.
struct ReceivedEmission
{
    Emission emission; //!< place, width and power
    /// Received over transmitted power, by number of sub-channel.
    std::function<double(uint32_t)> gain;
};

/**
 * @ingroup fl
 * Shannon's rate with interference that is treated as noise: the band of the signal is cut where a
 * sub-channel begins and where another emission begins or ends, and each piece of width w carries
 *
 *     w log2(1 + s g / (N0 + sum_j s_j g_j)),
 *
 * s being densities [W/Hz] and g gains. With one piece it is (19) of the paper on blockchain-based
 * FL. Takes O(k^2) for k emissions that overlap the signal.
 *
 * @param signal that is wanted
 * @param others that disturb it where they overlap
 * @param noiseWPerHz noise power spectral density N0, above 0 [W/Hz]
 * @param grid sub-channels of the receiver; emissions are not below its origin
 * @return rate [bit/s]; 0 for a signal without power or band
 */
double SinrRateBps(const ReceivedEmission& signal,
                   const std::vector<ReceivedEmission>& others,
                   double noiseWPerHz,
                   const SubChannelGrid& grid = {});

/**
 * @param a an emission
 * @param b another one
 * @return whether they have spectrum in common
 */
bool Overlap(const Emission& a, const Emission& b);

} // namespace fl
} // namespace ns3

#endif /* FL_SINR_RATE_H */
