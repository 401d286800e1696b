/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LTE_BLOCKS_H
#define FL_LTE_BLOCKS_H

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Rounding of shares of a band to whole resource blocks. No ns-3 in it.
 */

namespace ns3
{
namespace fl
{

/// Contiguous resource blocks and their owners: one, or several that take turns.
struct BlockGroup
{
    uint32_t first{0};              //!< lowest block
    uint32_t count{0};              //!< number of blocks
    std::vector<uint32_t> members;  //!< owners: indices of quotas, ascending, or RNTIs
    std::vector<double> turnShares; //!< fraction of the subframes, by member; the sum is 1
};

/**
 * @ingroup fl
 * Round quotas to whole numbers of at least 1 each, by largest remainder (Hamilton's method).
 *
 * The total is the sum of the quotas, rounded, but at least one for each and at most the limit. A
 * quota that would be rounded to 0 or 1 gets exactly 1; the others are scaled to the remainder, get
 * their integer part, and one more by largest fractional part, the lower index first. Where no
 * quota is below 1 and they add up to a whole number, each result is the quota rounded down or up.
 *
 * @param quotas number of blocks that each should have; finite and above 0
 * @param limit largest total; at least the number of quotas
 * @return number of blocks of each, at least 1
 */
std::vector<uint32_t> RoundToBlocks(const std::vector<double>& quotas, uint32_t limit);

/**
 * @ingroup fl
 * Lay out quotas as contiguous ranges of blocks that do not overlap, in the order of the quotas.
 *
 * Where there are more quotas than blocks, the two smallest are merged until there are not (as in
 * Huffman's code), and the members of a group take turns in proportion to their quotas. So large
 * quotas keep blocks of their own.
 *
 * @param quotas number of blocks that each should have; finite and above 0
 * @param blocks number of blocks available; at least 1 if there is a quota
 * @param firstBlock first block of the first range
 * @return the groups, by ascending first block
 */
std::vector<BlockGroup> LayOutBlocks(const std::vector<double>& quotas,
                                     uint32_t blocks,
                                     uint32_t firstBlock = 0);

/// A UE's claim to resource blocks, or groups of them.
struct BlockQuota
{
    uint16_t rnti{0};  //!< the UE
    double blocks{0};  //!< how many it should have; finite and above 0
    double placeHz{0}; //!< lower edge of its grant in the band, to order by [Hz]
};

/**
 * @ingroup fl
 * LayOutBlocks() in the order of the grants' places in the band; those at the same place keep the
 * order of the list.
 *
 * @param quotas by UE
 * @param blocks number of blocks available; at least 1 if there is a quota
 * @return the groups, by ascending first block; their members are RNTIs
 */
std::vector<BlockGroup> LayOutByPlace(std::vector<BlockQuota> quotas, uint32_t blocks);

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_BLOCKS_H */
