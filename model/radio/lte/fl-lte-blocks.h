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
 * How shares of a band become whole resource blocks.
 */

namespace ns3
{
namespace fl
{

/// Contiguous resource blocks, and who has them: one, or several in turn.
struct BlockGroup
{
    uint32_t first{0};              //!< lowest block
    uint32_t count{0};              //!< how many blocks
    std::vector<uint32_t> members;  //!< indices of the shares that have them, ascending
    std::vector<double> turnShares; //!< of the time, by member; they add up to 1
};

/**
 * @ingroup fl
 * Round quotas to whole numbers of at least 1 each, by largest remainder (Hamilton's method).
 *
 * Handed out are as many as the quotas add up to, rounded, but at least one for each and at most
 * the limit. A quota for which nothing or one would be left gets exactly 1; the others are scaled
 * to what remains, get the integer part, and one more by largest fractional part, the lower index
 * first. Where no quota is below 1 and they add up to a whole number, each result is the quota
 * rounded down or up.
 *
 * @param quotas what each should have; finite and above 0
 * @param limit how many there are at most; at least the number of quotas
 * @return how many each gets
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
 * @param quotas what each should have [blocks]; finite and above 0
 * @param blocks how many there are; at least 1 if there is a quota
 * @param firstBlock where the first range begins
 * @return the groups, by ascending first block
 */
std::vector<BlockGroup> LayOutBlocks(const std::vector<double>& quotas,
                                     uint32_t blocks,
                                     uint32_t firstBlock = 0);

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_BLOCKS_H */
