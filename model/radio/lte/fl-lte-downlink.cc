/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-lte-downlink.h"

#include <algorithm>
#include <set>

namespace ns3
{
namespace fl
{

namespace
{

/// The signalling radio bearer, for which ns-3's schedulers assume a longer RLC header.
constexpr uint8_t SRB1 = 1;

/**
 * @param channel logical channel identity (LCID)
 * @return RLC header that ns-3's schedulers subtract from a transport block [byte]
 */
uint32_t
RlcBytes(uint8_t channel)
{
    return channel == SRB1 ? 4 : 2;
}

} // namespace

void
LteDownlink::SetBandwidth(uint32_t blocks)
{
    m_groupSize = LteGroupSize(blocks);
    const uint32_t groups = blocks / m_groupSize;
    m_shares.SetPlan(groups);
    m_winners.assign(groups, 0);
}

uint32_t
LteDownlink::GetNGroups() const
{
    return static_cast<uint32_t>(m_winners.size());
}

void
LteDownlink::SetPlan(const std::vector<BlockGroup>& owned)
{
    m_shares.SetPlan(GetNGroups(), owned);
}

void
LteDownlink::Release(uint16_t rnti)
{
    m_ues.erase(rnti);
}

void
LteDownlink::NoteBuffer(const FfMacSchedSapProvider::SchedDlRlcBufferReqParameters& params)
{
    auto& waiting = m_ues[params.m_rnti].waiting;
    const uint32_t bytes = params.m_rlcTransmissionQueueSize + params.m_rlcRetransmissionQueueSize +
                           params.m_rlcStatusPduSize;
    if (bytes > 0)
    {
        waiting[params.m_logicalChannelIdentity] = bytes;
    }
    else
    {
        waiting.erase(params.m_logicalChannelIdentity);
    }
}

void
LteDownlink::NoteCqi(const FfMacSchedSapProvider::SchedDlCqiInfoReqParameters& params)
{
    for (const auto& report : params.m_cqiList)
    {
        if (report.m_cqiType != CqiListElement_s::A30)
        {
            continue; // the inner scheduler decides by sub-band reports
        }
        uint8_t worst = 0;
        for (const auto& group : report.m_sbMeasResult.m_higherLayerSelected)
        {
            const uint8_t cqi = group.m_sbCqi.at(0);
            worst = cqi > 0 && (worst == 0 || cqi < worst) ? cqi : worst;
        }
        m_ues[report.m_rnti].cqi = worst;
    }
}

void
LteDownlink::NoteDecision(const BuildDataListElement_s& data)
{
    if (data.m_dci.m_ndi.at(0) == 0)
    {
        return; // repeats an earlier transport block
    }
    auto& waiting = m_ues[data.m_rnti].waiting;
    for (const auto& layers : data.m_rlcPduList)
    {
        const auto found = waiting.find(layers.at(0).m_logicalChannelIdentity);
        if (found == waiting.end())
        {
            continue;
        }
        const uint32_t size = layers.at(0).m_size;
        const uint32_t taken = size - std::min(size, RlcBytes(found->first));
        if (found->second <= taken)
        {
            waiting.erase(found);
        }
        else
        {
            found->second -= taken;
        }
    }
}

uint32_t
LteDownlink::GroupsFor(uint16_t rnti, const Ue& ue) const
{
    // A transport block is divided equally among the logical channels with queued data.
    uint32_t most = 0;
    for (const auto& [channel, bytes] : ue.waiting)
    {
        most = std::max(most, bytes + RlcBytes(channel));
    }
    const uint32_t needed = most * static_cast<uint32_t>(ue.waiting.size());
    return m_link.DownlinkGroups(m_link.DownlinkMcsOfCqi(ue.cqi),
                                 needed,
                                 m_groupSize,
                                 m_shares.GetNAllowed(rnti));
}

void
LteDownlink::Divide(const std::vector<DlInfoListElement_s>& feedback)
{
    std::set<uint16_t> repeating;
    for (const auto& info : feedback)
    {
        if (info.m_harqStatus.at(0) == DlInfoListElement_s::NACK)
        {
            repeating.insert(info.m_rnti);
        }
    }
    std::vector<LteDownlinkClaim> claims;
    for (const auto& [rnti, ue] : m_ues)
    {
        if (!ue.waiting.empty() && ue.cqi > 0 && repeating.count(rnti) == 0)
        {
            claims.push_back({rnti, GroupsFor(rnti, ue)});
        }
    }
    m_winners = m_shares.Divide(claims);
}

bool
LteDownlink::IsAvailable(uint32_t group, uint16_t rnti) const
{
    const uint16_t winner = m_winners.at(group);
    return winner != 0 ? winner == rnti : m_shares.IsAllowed(group, rnti);
}

} // namespace fl
} // namespace ns3
