/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-lte-downlink-shares.h"

#include <algorithm>
#include <limits>

namespace ns3
{
namespace fl
{

void
LteDownlinkShares::SetPlan(uint32_t groups, const std::vector<BlockGroup>& owned)
{
    m_pools.assign(groups, 0);
    m_owners.clear();
    m_nFree = groups;
    uint32_t pool = 0;
    for (const auto& group : owned)
    {
        ++pool;
        m_nFree -= group.count;
        std::fill_n(m_pools.begin() + group.first, group.count, pool);
        for (size_t i = 0; i < group.members.size(); ++i)
        {
            m_owners[static_cast<uint16_t>(group.members[i])] = {pool,
                                                                 group.turnShares[i],
                                                                 group.count};
        }
    }
}

uint32_t
LteDownlinkShares::PoolOf(uint16_t rnti) const
{
    const auto found = m_owners.find(rnti);
    return found == m_owners.end() ? 0 : found->second.pool;
}

bool
LteDownlinkShares::IsAllowed(uint32_t group, uint16_t rnti) const
{
    return m_pools.at(group) == PoolOf(rnti);
}

uint32_t
LteDownlinkShares::GetNAllowed(uint16_t rnti) const
{
    const auto found = m_owners.find(rnti);
    return found == m_owners.end() ? m_nFree : found->second.groups;
}

LteDownlinkShares::Passes
LteDownlinkShares::Continue(const std::vector<LteDownlinkClaim>& claims) const
{
    std::map<uint32_t, double> lowest; // by pool
    for (const auto& claim : claims)
    {
        const auto found = m_passes.find(claim.rnti);
        if (found != m_passes.end())
        {
            const auto entry = lowest.emplace(PoolOf(claim.rnti), found->second).first;
            entry->second = std::min(entry->second, found->second);
        }
    }
    Passes passes;
    for (const auto& claim : claims)
    {
        const auto found = m_passes.find(claim.rnti);
        passes[claim.rnti] = found != m_passes.end() ? found->second : lowest[PoolOf(claim.rnti)];
    }
    return passes;
}

std::vector<uint16_t>
LteDownlinkShares::Divide(const std::vector<LteDownlinkClaim>& claims)
{
    /// The rest of a claim.
    struct Open
    {
        LteDownlinkClaim claim; //!< groups that are still to be assigned
        uint32_t pool;          //!< number of the groups' pool
        double step;            //!< 1 / weight
        double* pass;           //!< groups over weight so far
    };

    m_passes = Continue(claims);
    std::vector<Open> open;
    open.reserve(claims.size());
    for (const auto& claim : claims)
    {
        const auto owner = m_owners.find(claim.rnti);
        const double weight = owner == m_owners.end() ? 1 : owner->second.weight;
        open.push_back({claim, PoolOf(claim.rnti), 1 / weight, &m_passes[claim.rnti]});
    }
    std::vector<uint16_t> winners(m_pools.size(), 0);
    for (size_t group = 0; group < m_pools.size(); ++group)
    {
        Open* best = nullptr;
        for (auto& candidate : open)
        {
            if (candidate.pool == m_pools[group] && candidate.claim.groups > 0 &&
                (!best || *candidate.pass < *best->pass))
            {
                best = &candidate;
            }
        }
        if (best)
        {
            winners[group] = best->claim.rnti;
            --best->claim.groups;
            *best->pass += best->step;
        }
    }
    return winners;
}

} // namespace fl
} // namespace ns3
