/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LTE_UPLINK_PLAN_H
#define FL_LTE_UPLINK_PLAN_H

#include "fl-lte-blocks.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Which UEs own which uplink resource blocks by the plan in force, and whose turn it is where
 * several own the same.
 */
class LteUplinkPlan
{
  public:
    /// The group of a block that belongs to no UE.
    static constexpr uint16_t NO_GROUP = UINT16_MAX;

    /**
     * No block belongs to a UE until the next SetGroups().
     * @param blocks uplink bandwidth [resource blocks]
     */
    void SetBandwidth(uint32_t blocks);
    /// @return uplink bandwidth [resource blocks]
    uint32_t GetBandwidth() const;
    /// @param groups ranges of blocks within the bandwidth that do not overlap; members are RNTIs,
    /// each in one group at most
    void SetGroups(std::vector<BlockGroup> groups);
    /// @return the groups; members are RNTIs
    const std::vector<BlockGroup>& GetGroups() const;
    /**
     * @param block 0 to the bandwidth less 1
     * @return index of the group that the block belongs to, or NO_GROUP
     */
    uint16_t GroupOfBlock(uint32_t block) const;
    /**
     * @param rnti a UE
     * @return the group that it is a member of; null: it has no uplink grant
     */
    const BlockGroup* FindGroup(uint16_t rnti) const;
    /**
     * Take the next turn of a group: by stride scheduling, a member with share s gets every
     * (1/s)th.
     * @param group index of the group
     * @return index of the member in its group
     */
    size_t TakeTurn(size_t group);

  private:
    std::vector<BlockGroup> m_groups;          //!< members are RNTIs
    std::vector<std::vector<double>> m_passes; //!< by group and member: turns taken over share
    std::vector<uint16_t> m_groupOfBlock;      //!< by block
    std::vector<uint16_t> m_groupOfUe;         //!< by RNTI, up to the highest of a member
};

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_UPLINK_PLAN_H */
