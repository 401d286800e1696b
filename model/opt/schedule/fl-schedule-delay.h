/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_DELAY_H
#define FL_SCHEDULE_DELAY_H

#include "ns3/fl-plan.h"

#include <cstddef>
#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * How much bandwidth an upload needs to be over in time, and the smallest time in which all of a
 * set can be.
 *
 * With x = ln(1 + s/B) the upload of mu bits takes D = mu ln2 / (B x), so that
 *   (e^x - 1) / x = s D / (mu ln2),   B = mu ln2 / (D x).
 * This is (25) of the paper behind fl-schedule-problem.h: x = -1/q - W-1(-e^(-1/q) / q) at
 * q = s D / (mu ln2), without the cancellation where q is near 1, the widest band.
 *
 * The delay is written as the least that any band gives a device of reference, times 1 + excess:
 *   D = mu ln2 / s_ref (1 + excess).
 * A device that is barely in reach needs the excess to all digits, where D has lost them.
 */

namespace ns3
{
namespace fl
{

/// A delay, without the factor mu ln2.
struct RelativeDelay
{
    double referenceHz{1}; //!< s_ref [Hz], positive
    double excess{0};      //!< above what an infinite band gives the device of reference; positive

    /// @return D / (mu ln2) [1/Hz]
    double PerNat() const
    {
        return (1 + excess) / referenceHz;
    }
};

/// What each of some devices needs at a delay, and how fast that falls with the delay.
struct BandwidthNeeds
{
    std::vector<double> bandwidthHz; //!< B_k [Hz]
    std::vector<double> fallHz;      //!< -dB_k / d(ln D) [Hz]; at least B_k

    /**
     * Fill in the needs of the first devices. ln B_k is convex in ln D, and so is the logarithm of
     * any sum of them.
     * @param gainOverNoiseHz s_k, in descending order [Hz]
     * @param count of so many devices
     * @param delay the delay
     * @return how many of them are within reach: no band is enough for those that follow
     */
    size_t Set(const std::vector<double>& gainOverNoiseHz,
               size_t count,
               const RelativeDelay& delay);
};

/// A set's uploads when all take the same time and share all of the band.
struct CommonDelay
{
    std::vector<double> bandwidthHz; //!< by device, in the order given [Hz]
    double delayS{0};                //!< [s]
    uint32_t sweeps{0};              //!< Newton steps, each over all devices
};

/**
 * The smallest delay that all of a set can keep: the root of sum_k B_k(D) = B, by Newton's method
 * in ln(sum) over ln D, which comes from the left and stays there, since the sum is convex so.
 * @param gainOverNoiseHz s_k of the set, in any order [Hz], positive
 * @param bandwidthHz B [Hz], positive
 * @param payloadBits mu [bit], positive
 * @return the delay, which is the longest upload's; 0 for an empty set
 */
CommonDelay SmallestDelay(const std::vector<double>& gainOverNoiseHz,
                          double bandwidthHz,
                          double payloadBits);

/**
 * @param gainOverNoiseHz s [Hz], positive
 * @param bandwidthHz a band [Hz], positive
 * @return the excess over the least delay if a device has that band to itself: (e^x - 1)/x - 1 at
 *         x = ln(1 + s/B), without cancellation
 */
double ExcessAlone(double gainOverNoiseHz, double bandwidthHz);

/**
 * @param delay a delay
 * @param sumHz what a set needs at that delay [Hz]
 * @param fallHz how fast that falls [Hz]
 * @param bandwidthHz what there is [Hz]
 * @return a lower bound on the excess of the set's smallest delay, by the tangent in the logarithms
 */
double TangentExcess(const RelativeDelay& delay, double sumHz, double fallHz, double bandwidthHz);

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_DELAY_H */
