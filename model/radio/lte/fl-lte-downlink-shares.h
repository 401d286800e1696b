/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LTE_DOWNLINK_SHARES_H
#define FL_LTE_DOWNLINK_SHARES_H

#include "fl-lte-blocks.h"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

/// What a UE has a use for in a subframe.
struct LteDownlinkClaim
{
    uint16_t rnti{0};   //!< the UE
    uint32_t groups{0}; //!< block groups that hold all that waits for it
};

/**
 * @ingroup fl
 * Whose each group of downlink resource blocks is, subframe by subframe. Scheduler and rate model
 * share it, so that a prediction divides the band as the run does.
 *
 * Groups that a plan gave to UEs are these UEs' alone; the others are for all UEs without any.
 * Where several UEs have a claim to a group, it goes to the one that got the fewest so far, over
 * its weight (stride scheduling), the lowest RNTI first; nobody gets more than it has a use for.
 * Whoever had no claim in the subframe before begins level with the one that got the fewest.
 */
class LteDownlinkShares
{
  public:
    /**
     * Hold to a plan from the next subframe on. Who has claims keeps its place.
     * @param groups block groups of the band
     * @param owned those that were given away; members are RNTIs, and turn shares their weights
     */
    void SetPlan(uint32_t groups, const std::vector<BlockGroup>& owned = {});
    /**
     * Divide the next subframe. Costs O(groups * claims).
     * @param claims by ascending RNTI
     * @return RNTI by group; 0: nobody has a use for it
     */
    std::vector<uint16_t> Divide(const std::vector<LteDownlinkClaim>& claims);
    /**
     * @param group a block group
     * @param rnti a UE
     * @return whether the plan lets it use the group
     */
    bool IsAllowed(uint32_t group, uint16_t rnti) const;
    /**
     * @param rnti a UE
     * @return how many groups the plan lets it use
     */
    uint32_t GetNAllowed(uint16_t rnti) const;

  private:
    /// A UE with groups of its own.
    struct Owner
    {
        uint32_t pool;   //!< which groups
        double weight;   //!< its part of them
        uint32_t groups; //!< how many they are
    };

    /// What a UE got while it had claims in each subframe.
    using Passes = std::map<uint16_t, double>;

    /**
     * @param rnti a UE
     * @return the groups that a UE may use, by number; 0: those that belong to nobody
     */
    uint32_t PoolOf(uint16_t rnti) const;
    /**
     * @param claims of the UEs that have something to receive
     * @return by RNTI, the groups over weight that the UEs of these claims got so far; who is new
     *         begins with the least of its pool
     */
    Passes Continue(const std::vector<LteDownlinkClaim>& claims) const;

    std::vector<uint32_t> m_pools;      //!< by group
    std::map<uint16_t, Owner> m_owners; //!< by RNTI
    uint32_t m_nFree{0};                //!< groups that belong to nobody
    Passes m_passes;                    //!< groups over weight, by RNTI
};

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_DOWNLINK_SHARES_H */
