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

/// A UE's demand for downlink block groups in a subframe.
struct LteDownlinkClaim
{
    uint16_t rnti{0};   //!< the UE
    uint32_t groups{0}; //!< block groups that hold all data queued for it
};

/**
 * @ingroup fl
 * Divides the downlink's resource block groups among UEs, subframe by subframe. Scheduler and rate
 * model share it, so that a prediction divides the band as the simulation does.
 *
 * Groups that the plan grants to UEs are for these UEs only; the others are for all UEs without a
 * grant. Where several UEs claim a group, it goes to the one with the fewest groups so far over its
 * weight (stride scheduling), the lowest RNTI first; no UE gets more groups than it claims. A UE
 * without a claim in the subframe before starts level with the one with the fewest.
 */
class LteDownlinkShares
{
  public:
    /**
     * Enforce a plan from the next subframe on. UEs with claims keep their counts.
     * @param groups number of block groups of the band
     * @param owned groups that the plan grants; members are RNTIs, turn shares their weights
     */
    void SetPlan(uint32_t groups, const std::vector<BlockGroup>& owned = {});
    /**
     * Divide the next subframe. Costs O(groups * claims).
     * @param claims by ascending RNTI
     * @return RNTI by group; 0: no UE claims it
     */
    std::vector<uint16_t> Divide(const std::vector<LteDownlinkClaim>& claims);
    /**
     * @param group a block group
     * @param rnti a UE
     * @return whether the plan admits it to the group
     */
    bool IsAllowed(uint32_t group, uint16_t rnti) const;
    /**
     * @param rnti a UE
     * @return number of groups that the plan admits it to
     */
    uint32_t GetNAllowed(uint16_t rnti) const;

  private:
    /// A UE with groups of its own.
    struct Owner
    {
        uint32_t pool;   //!< number of the groups' pool
        double weight;   //!< its share of the pool
        uint32_t groups; //!< size of the pool
    };

    /// By RNTI: groups received over weight, since the UE has had claims in each subframe.
    using Passes = std::map<uint16_t, double>;

    /**
     * @param rnti a UE
     * @return number of the pool that it may use; 0: the groups outside the plan
     */
    uint32_t PoolOf(uint16_t rnti) const;
    /**
     * @param claims of the UEs that have data queued
     * @return counts of these UEs; a new one starts with the least of its pool
     */
    Passes Continue(const std::vector<LteDownlinkClaim>& claims) const;

    std::vector<uint32_t> m_pools;      //!< number of the pool, by group
    std::map<uint16_t, Owner> m_owners; //!< by RNTI
    uint32_t m_nFree{0};                //!< number of groups outside the plan
    Passes m_passes;                    //!< as of the last subframe
};

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_DOWNLINK_SHARES_H */
