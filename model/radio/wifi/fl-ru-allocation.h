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

/// Subcarrier spacing of the HE data field (IEEE 802.11ax-2021, 27.3.10) [Hz].
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

/// A station's share of the channel.
struct RuDemand
{
    double tones{0};       //!< number of tones, not rounded; above 0
    uint32_t minTones{26}; //!< size of the smallest RU that it can use
};

/// Stations that send in the same PPDU.
struct RuGroup
{
    std::vector<size_t> members; //!< indices of demands, ascending
    std::vector<Ru> rus;         //!< by member
    double airtime{1};           //!< the group's fraction of the airtime of all groups
};

/**
 * @param widthMhz 20, 40, 80 or 160
 * @return tones of the widest RU: 242, 484, 996 or 1992
 * @throws InvalidInput if there is no such channel
 */
uint32_t ChannelTones(uint32_t widthMhz);

/**
 * @param widthMhz 20, 40, 80 or 160
 * @return largest number of RUs of the channel: 9, 18, 37 or 74 of 26 tones
 * @throws InvalidInput if there is no such channel
 */
uint32_t MaxRus(uint32_t widthMhz);

/**
 * @param widthMhz 20, 40, 80 or 160
 * @return sizes of the channel's RUs, ascending [tones]
 * @throws InvalidInput if there is no such channel
 */
std::vector<uint32_t> RuSizes(uint32_t widthMhz);

/// The 26-tone RUs that an RU covers: two RUs overlap where they share one.
struct RuSpan
{
    uint32_t first; //!< index of the lowest 26-tone RU, from 0
    uint32_t count; //!< number of 26-tone RUs
};

/**
 * @param ru an RU
 * @return the 26-tone RUs that it covers
 */
RuSpan SpanOf(const Ru& ru);

/**
 * @ingroup fl
 * Allocate one RU to each station, without overlap, by max-min fairness.
 *
 * A station's fit is min(1, t / s), t being the tones of its RU and s its share. The result is
 * lexicographically max-min fair: its smallest fit is the largest possible, then its second
 * smallest, and so on. A transfer takes 1 / fit times as long as planned, so this delays the plan
 * least. No station gets an RU larger than the smallest one that covers its share and that it can
 * use; the rest of the band stays idle. Ties go to the station of lower index.
 *
 * Costs O(N log N) for N stations.
 *
 * @param widthMhz 20, 40, 80 or 160
 * @param demands by station
 * @return RUs, by station; empty if the stations cannot all have an RU that they can use
 * @throws InvalidInput if there is no such channel or RU size, or if a share is not finite or not
 *         above 0
 */
std::vector<Ru> AllocateRus(uint32_t widthMhz, const std::vector<RuDemand>& demands);

/**
 * @ingroup fl
 * Allocate RUs to any number of stations: in groups that take turns where they do not fit in one.
 *
 * The number of groups is minimal. Stations of similar shares are in one group, so that the RUs of
 * a group are of similar size. A group's airtime is its fraction of the sum of all shares; its
 * members' shares are divided by it, and rounded by AllocateRus().
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
