/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-lte-uplink-plan.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace fl
{

void
LteUplinkPlan::SetBandwidth(uint32_t blocks)
{
    m_groupOfBlock.assign(blocks, NO_GROUP);
}

uint32_t
LteUplinkPlan::GetBandwidth() const
{
    return static_cast<uint32_t>(m_groupOfBlock.size());
}

void
LteUplinkPlan::SetGroups(std::vector<BlockGroup> groups)
{
    m_groups = std::move(groups);
    m_passes.clear();
    m_groupOfUe.clear();
    std::fill(m_groupOfBlock.begin(), m_groupOfBlock.end(), NO_GROUP);
    for (const auto& group : m_groups)
    {
        const auto index = static_cast<uint16_t>(m_passes.size());
        std::fill_n(m_groupOfBlock.begin() + group.first, group.count, index);
        for (const uint32_t rnti : group.members)
        {
            if (rnti >= m_groupOfUe.size())
            {
                m_groupOfUe.resize(rnti + 1, NO_GROUP);
            }
            m_groupOfUe[rnti] = index;
        }
        m_passes.emplace_back(group.members.size(), 0);
    }
}

const std::vector<BlockGroup>&
LteUplinkPlan::GetGroups() const
{
    return m_groups;
}

uint16_t
LteUplinkPlan::GroupOfBlock(uint32_t block) const
{
    return m_groupOfBlock[block];
}

const BlockGroup*
LteUplinkPlan::FindGroup(uint16_t rnti) const
{
    const uint16_t group = rnti < m_groupOfUe.size() ? m_groupOfUe[rnti] : NO_GROUP;
    return group == NO_GROUP ? nullptr : &m_groups[group];
}

size_t
LteUplinkPlan::TakeTurn(size_t group)
{
    auto& pass = m_passes[group];
    // The first of those with the fewest turns over share.
    const size_t next = std::min_element(pass.begin(), pass.end()) - pass.begin();
    pass[next] += 1 / m_groups[group].turnShares[next];
    return next;
}

} // namespace fl
} // namespace ns3
