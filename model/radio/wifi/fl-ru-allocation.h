/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_RU_ALLOCATION_H
#define FL_RU_ALLOCATION_H

#include <cstddef>
#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Rounding of shares of a band to the resource units (RUs) of IEEE 802.11ax. No ns-3 in it.
 */

namespace ns3
{
namespace fl
{

/// Distance of two tones (IEEE 802.11ax-2021, 27.3.10) [Hz].
inline constexpr double TONE_HZ = 78125;

/// One RU of a channel.
struct Ru
{
    uint32_t tones{0}; //!< 26, 52, 106, 242, 484, 996 or 1992 (2 x 996)
    uint32_t index{0}; //!< its place among the channel's RUs of that size, from 1, lowest first

    /// @return whether both are the same RU
    /// @param other an RU
    bool operator==(const Ru& other) const;
};

/// What one station is to get.
struct RuDemand
{
    double tones{0};       //!< its share [tones], not rounded
    uint32_t minTones{26}; //!< the smallest RU that it can use [tones], one of the sizes
};

/// Stations that are on the air together.
struct RuGroup
{
    std::vector<size_t> members; //!< which demands, ascending
    std::vector<Ru> rus;         //!< theirs, in the same order
    double airtime{1};           //!< this group's part of the time that all groups have
};

/**
 * @param widthMhz 20, 40, 80 or 160
 * @return tones of the widest RU: 242, 484, 996 or 1992
 * @throws InvalidInput if there is no such channel
 */
uint32_t ChannelTones(uint32_t widthMhz);

/**
 * @param widthMhz 20, 40, 80 or 160
 * @return how many RUs the channel has at most: 9, 18, 37 or 74
 * @throws InvalidInput if there is no such channel
 */
uint32_t MaxRus(uint32_t widthMhz);

/**
 * @param widthMhz 20, 40, 80 or 160
 * @return the sizes that RUs have there, ascending [tones]
 * @throws InvalidInput if there is no such channel
 */
std::vector<uint32_t> RuSizes(uint32_t widthMhz);

/// The 26-tone RUs that an RU covers: two RUs overlap where they share one.
struct RuSpan
{
    uint32_t first; //!< place of the lowest 26-tone RU, from 0
    uint32_t count; //!< how many
};

/**
 * @param ru an RU
 * @return what it covers
 */
RuSpan SpanOf(const Ru& ru);

/**
 * @ingroup fl
 * One RU for each of some stations, without overlap: the set that fits their shares best.
 *
 * A station's fit is what its RU has of what it wants, t / s, and 1 if it has that or more. Best is
 * the set whose smallest fit is the largest possible, among those the one whose second smallest is,
 * and so on: no station could get more but for one that is as badly off. What is planned takes
 * 1 / fit times as long as planned, so this is what stretches the plan least. No station gets an RU
 * larger than the smallest one that covers its share and that it can use; what is left of the band
 * stays idle. Where stations are equally badly off, those of lower number go first.
 *
 * Costs O(N log N) for N stations.
 *
 * @param widthMhz 20, 40, 80 or 160
 * @param demands by station
 * @return RUs, by station; empty if there is no set in which each has one that it can use
 * @throws InvalidInput if there is no such channel or RU size, or if a share is not finite or not
 *         above 0
 */
std::vector<Ru> AllocateRus(uint32_t widthMhz, const std::vector<RuDemand>& demands);

/**
 * @ingroup fl
 * RUs for any number of stations: those that do not fit together take turns.
 *
 * There are as few groups as possible; stations of similar shares are in one, so that the RUs of a
 * group are of similar size, and a group's airtime is its part of the sum of all shares. Within a
 * group, shares grow as its airtime shrinks, and AllocateRus() rounds them.
 *
 * @param widthMhz 20, 40, 80 or 160
 * @param demands by station
 * @return groups, each with at least one member; none if there are no demands
 * @throws InvalidInput as AllocateRus()
 */
std::vector<RuGroup> AllocateRuGroups(uint32_t widthMhz, const std::vector<RuDemand>& demands);

} // namespace fl
} // namespace ns3

#endif /* FL_RU_ALLOCATION_H */
