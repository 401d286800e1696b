/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-lte-uplink.h"

#include "ns3/lte-common.h"
#include "ns3/lte-vendor-specific-parameters.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// A transport block is sent at most this many times more.
constexpr uint8_t MAX_REPEATS = 3;
/// Least number of blocks for a UE without a grant, so that a transport block at MCS 0 is of use.
constexpr uint32_t MIN_OTHER_BLOCKS = 3;
/// What RLC takes of a transport block at least [byte], as the UE's MAC counts.
constexpr uint32_t RLC_HEADER_BYTES = 2;
/// A report below this is of blocks that nobody sent on [dB]. ns-3's fixed-point numbers end at
/// -4096 dB.
constexpr double SILENCE_DB = -100;
/// A buffer status report that comes in subframe n was made in n - 5 (UL_PUSCH_TTIS_DELAY until it
/// is on the air, and that subframe), and knows of grants decided 3 before (2 until they are on the
/// air, and that subframe).
constexpr uint64_t REPORT_LAG_TTIS = 8;

/// @return SINR as a ratio; 0: nobody sent
/// @param sinr in ns-3's fixed-point format [dB]
double
LinearSinr(uint16_t sinr)
{
    const double db = LteFfConverter::fpS11dot3toDouble(sinr);
    return db < SILENCE_DB ? 0 : std::pow(10, db / 10);
}

} // namespace

bool
LteUplink::Ue::IsWaiting() const
{
    return backlog > 0 && planW > 0;
}

LteUplink::Settings&
LteUplink::GetSettings()
{
    return m_settings;
}

const LteUplink::Settings&
LteUplink::GetSettings() const
{
    return m_settings;
}

void
LteUplink::SetBandwidth(uint32_t blocks)
{
    m_plan.SetBandwidth(blocks);
    m_randomAccess.assign(blocks, 0);
}

uint32_t
LteUplink::GetNControlBlocks() const
{
    return std::min(m_settings.controlBlocks, m_plan.GetBandwidth());
}

uint32_t
LteUplink::GetNPlannedBlocks() const
{
    return m_plan.GetBandwidth() - GetNControlBlocks();
}

void
LteUplink::SetGroups(std::vector<BlockGroup> groups)
{
    m_plan.SetGroups(std::move(groups));
}

const LteUplinkPlan&
LteUplink::GetPlan() const
{
    return m_plan;
}

void
LteUplink::AddUe(uint16_t rnti)
{
    m_ues[rnti];
}

void
LteUplink::RemoveUe(uint16_t rnti)
{
    m_ues.erase(rnti);
}

void
LteUplink::SetPlannedPowerW(uint16_t rnti, double powerW)
{
    m_ues[rnti].planW = powerW;
}

void
LteUplink::SetAirPowerW(uint16_t rnti, double powerW)
{
    m_ues[rnti].airW = powerW;
}

void
LteUplink::TakeBufferReports(const std::vector<MacCeListElement_s>& reports)
{
    for (const auto& element : reports)
    {
        const auto found = m_ues.find(element.m_rnti);
        if (element.m_macCeType != MacCeListElement_s::BSR || found == m_ues.end())
        {
            continue;
        }
        Ue& ue = found->second;
        uint32_t bytes = 0;
        for (const auto level : element.m_macCeValue.m_bufferStatus)
        {
            bytes += BufferSizeLevelBsr::BsrId2BufferSize(level);
        }
        while (!ue.granted.empty() && ue.granted.front().first + REPORT_LAG_TTIS <= m_tti)
        {
            ue.granted.pop_front();
        }
        uint32_t underWay = 0;
        for (const auto& [tti, granted] : ue.granted)
        {
            underWay += granted;
        }
        ue.backlog = bytes - std::min(bytes, underWay);
    }
}

void
LteUplink::TakeSinrReport(const FfMacSchedSapProvider::SchedUlCqiInfoReqParameters& params)
{
    if (params.m_ulCqi.m_type == UlCqi_s::SRS)
    {
        if (m_settings.csi != PUSCH)
        {
            TakeSounding(params);
        }
        return;
    }
    const auto sent = m_allocations.find(params.m_sfnSf);
    if (params.m_ulCqi.m_type == UlCqi_s::PUSCH && sent != m_allocations.end())
    {
        TakeReception(params.m_ulCqi.m_sinr, sent->second);
        m_allocations.erase(sent);
    }
}

void
LteUplink::TakeSounding(const FfMacSchedSapProvider::SchedUlCqiInfoReqParameters& params)
{
    for (const auto& element : params.m_vendorSpecificList)
    {
        const auto rnti = DynamicCast<SrsCqiRntiVsp>(element.m_value);
        const auto found = rnti ? m_ues.find(rnti->GetRnti()) : m_ues.end();
        if (found == m_ues.end() || found->second.airW <= 0)
        {
            continue;
        }
        std::vector<double> sinrs(m_plan.GetBandwidth());
        for (uint32_t block = 0; block < sinrs.size(); ++block)
        {
            sinrs[block] = LinearSinr(params.m_ulCqi.m_sinr.at(block));
        }
        Ue& ue = found->second;
        ue.gains.Enter(0, sinrs, ue.airW, m_plan.GetBandwidth());
    }
}

void
LteUplink::TakeReception(const std::vector<uint16_t>& sinrs,
                         const std::vector<Allocation>& allocations)
{
    for (const auto& allocation : allocations)
    {
        const auto found = m_ues.find(allocation.rnti);
        if (found == m_ues.end())
        {
            continue;
        }
        Ue& ue = found->second;
        if (LinearSinr(sinrs.at(allocation.first)) == 0)
        {
            // It sent nothing: there is no channel state, and nothing to repeat.
            ue.harq[allocation.process].active = false;
            continue;
        }
        if (m_settings.csi == SRS || allocation.powerW <= 0)
        {
            continue;
        }
        std::vector<double> received(allocation.count);
        for (uint32_t i = 0; i < allocation.count; ++i)
        {
            received[i] = LinearSinr(sinrs.at(allocation.first + i));
        }
        ue.gains.Enter(allocation.first, received, allocation.powerW, m_plan.GetBandwidth());
    }
}

void
LteUplink::BeginSubframe()
{
    ++m_tti;
    std::fill(m_randomAccess.begin(), m_randomAccess.end(), 0);
}

void
LteUplink::NoteRandomAccess(const BuildRarListElement_s& rar)
{
    const auto& grant = rar.m_grant;
    std::fill_n(m_randomAccess.begin() + grant.m_rbStart, grant.m_rbLen, rar.m_rnti);
    Harq& harq = m_ues[rar.m_rnti].harq[m_tti % N_PROCESSES];
    harq.active = true;
    harq.repeated = 0;
    harq.dci = UlDciListElement_s();
    harq.dci.m_rnti = rar.m_rnti;
    harq.dci.m_rbStart = grant.m_rbStart;
    harq.dci.m_rbLen = grant.m_rbLen;
    harq.dci.m_mcs = grant.m_mcs;
    harq.dci.m_tbSize = grant.m_tbSize;
    harq.dci.m_ndi = 1;
}

std::vector<LteUplinkDecision>
LteUplink::Decide(uint32_t sfnSf, const std::vector<UlInfoListElement_s>& feedback)
{
    Subframe subframe;
    subframe.owner = m_randomAccess;
    std::vector<UlInfoListElement_s> planned;
    std::vector<UlInfoListElement_s> others;
    for (const auto& info : feedback)
    {
        (m_plan.FindGroup(info.m_rnti) ? planned : others).push_back(info);
    }
    if (m_settings.lendToOwners)
    {
        // Those on a UE's own blocks before those on blocks of others.
        std::stable_partition(planned.begin(), planned.end(), [this](const auto& info) {
            return !IsLent(info.m_rnti);
        });
    }
    PlaceRetransmissions(planned, subframe);
    PlaceGrants(subframe);
    PlaceRetransmissions(others, subframe);
    PlaceOthers(subframe);
    m_allocations[sfnSf] = std::move(subframe.allocations);
    return std::move(subframe.decisions);
}

bool
LteUplink::IsServed(const Subframe& subframe, uint16_t rnti)
{
    return std::any_of(subframe.allocations.begin(),
                       subframe.allocations.end(),
                       [rnti](const Allocation& a) { return a.rnti == rnti; });
}

bool
LteUplink::IsLent(uint16_t rnti) const
{
    const auto* own = m_plan.FindGroup(rnti);
    const auto found = m_ues.find(rnti);
    if (!own || found == m_ues.end())
    {
        return false;
    }
    const auto& dci = found->second.harq[(m_tti + 1) % N_PROCESSES].dci;
    return dci.m_rbStart < own->first || dci.m_rbStart + dci.m_rbLen > own->first + own->count;
}

bool
LteUplink::IsIdle(uint16_t index) const
{
    if (index == LteUplinkPlan::NO_GROUP)
    {
        return false;
    }
    const auto& members = m_plan.GetGroups()[index].members;
    return std::none_of(members.begin(), members.end(), [this](auto rnti) {
        const auto found = m_ues.find(static_cast<uint16_t>(rnti));
        return found != m_ues.end() && found->second.IsWaiting();
    });
}

bool
LteUplink::IsFree(const Subframe& subframe, uint16_t rnti, uint32_t first, uint32_t count) const
{
    if (count == 0 || first + count > m_plan.GetBandwidth())
    {
        return false;
    }
    const auto* own = m_plan.FindGroup(rnti);
    for (uint32_t i = first; i < first + count; ++i)
    {
        const bool mine = own && i >= own->first && i < own->first + own->count;
        const bool lent = own ? m_settings.lendToOwners && IsIdle(m_plan.GroupOfBlock(i))
                              : m_settings.lending; // NO_GROUP has no owner
        if (subframe.owner[i] != 0 ||
            (m_plan.GroupOfBlock(i) != LteUplinkPlan::NO_GROUP && !mine && !lent))
        {
            return false;
        }
    }
    return true;
}

void
LteUplink::Commit(Subframe& subframe, const UlDciListElement_s& dci, uint8_t repeated)
{
    Ue& ue = m_ues[dci.m_rnti];
    const uint32_t process = m_tti % N_PROCESSES;
    ue.harq[process] = {true, repeated, dci};
    std::fill_n(subframe.owner.begin() + dci.m_rbStart, dci.m_rbLen, dci.m_rnti);
    subframe.decisions.push_back({dci, repeated > 0});
    subframe.allocations.push_back({dci.m_rnti, dci.m_rbStart, dci.m_rbLen, ue.planW, process});
}

void
LteUplink::PlaceRetransmissions(const std::vector<UlInfoListElement_s>& feedback,
                                Subframe& subframe)
{
    // The process used seven subframes ago.
    const uint32_t process = (m_tti + 1) % N_PROCESSES;
    for (const auto& info : feedback)
    {
        const auto found = m_ues.find(info.m_rnti);
        if (found == m_ues.end())
        {
            continue;
        }
        Harq harq = found->second.harq[process];
        found->second.harq[process].active = false;
        if (info.m_receptionStatus != UlInfoListElement_s::NotOk || !harq.active ||
            harq.repeated >= MAX_REPEATS || IsServed(subframe, info.m_rnti))
        {
            continue;
        }
        UlDciListElement_s dci = harq.dci;
        dci.m_ndi = 0;
        if (FindRoom(subframe, dci))
        {
            Commit(subframe, dci, static_cast<uint8_t>(harq.repeated + 1));
        }
    }
}

bool
LteUplink::FindRoom(const Subframe& subframe, UlDciListElement_s& dci) const
{
    const uint16_t rnti = dci.m_rnti;
    if (IsFree(subframe, rnti, dci.m_rbStart, dci.m_rbLen))
    {
        return true;
    }
    const auto* own = m_plan.FindGroup(rnti);
    if (!own || m_settings.lendToOwners)
    {
        for (uint32_t first = 0; first + dci.m_rbLen <= m_plan.GetBandwidth(); ++first)
        {
            if (IsFree(subframe, rnti, first, dci.m_rbLen))
            {
                dci.m_rbStart = static_cast<uint8_t>(first);
                return true;
            }
        }
    }
    if (!own)
    {
        return false;
    }
    // Another UE has these blocks now. Fewer blocks hold the same data at a higher code rate.
    dci.m_rbStart = static_cast<uint8_t>(own->first);
    dci.m_rbLen = static_cast<uint8_t>(std::min<uint32_t>(dci.m_rbLen, own->count));
    return IsFree(subframe, rnti, dci.m_rbStart, dci.m_rbLen);
}

void
LteUplink::PlaceGrants(Subframe& subframe)
{
    const auto& groups = m_plan.GetGroups();
    for (size_t k = 0; k < groups.size(); ++k)
    {
        // From both ends alternately, so that blocks between two grants are lent to either.
        const size_t i = m_settings.lendToOwners && m_tti % 2 ? groups.size() - 1 - k : k;
        const auto& group = groups[i];
        const size_t turn = m_plan.TakeTurn(i);
        // With lending, the next member takes the turn of one without data to send.
        const size_t candidates = m_settings.lending ? group.members.size() : 1;
        for (size_t j = 0; j < candidates; ++j)
        {
            const auto rnti =
                static_cast<uint16_t>(group.members[(turn + j) % group.members.size()]);
            const auto found = m_ues.find(rnti);
            if (found != m_ues.end() && found->second.IsWaiting() && !IsServed(subframe, rnti) &&
                IsFree(subframe, rnti, group.first, group.count))
            {
                uint32_t first = group.first;
                uint32_t count = group.count;
                if (m_settings.lendToOwners)
                {
                    Extend(subframe, rnti, first, count);
                }
                Place(subframe, rnti, first, count);
                break;
            }
        }
    }
}

bool
LteUplink::NeedsMore(const Ue& ue, uint32_t first, uint32_t count) const
{
    const uint8_t mcs = m_link.UplinkMcs(ue.gains.PredictSinr(ue.planW, first, count), count);
    return m_link.UplinkBytes(mcs, count) < ue.backlog + RLC_HEADER_BYTES;
}

void
LteUplink::Extend(const Subframe& subframe, uint16_t rnti, uint32_t& first, uint32_t& count) const
{
    const Ue& ue = m_ues.at(rnti);
    while (first > 0 && m_plan.GroupOfBlock(first - 1) != LteUplinkPlan::NO_GROUP &&
           IsFree(subframe, rnti, first - 1, 1) && NeedsMore(ue, first, count))
    {
        --first;
        ++count;
    }
    while (first + count < m_plan.GetBandwidth() &&
           m_plan.GroupOfBlock(first + count) != LteUplinkPlan::NO_GROUP &&
           IsFree(subframe, rnti, first + count, 1) && NeedsMore(ue, first, count))
    {
        ++count;
    }
}

void
LteUplink::Place(Subframe& subframe, uint16_t rnti, uint32_t first, uint32_t count)
{
    Ue& ue = m_ues[rnti];
    UlDciListElement_s dci;
    dci.m_rnti = rnti;
    dci.m_rbStart = static_cast<uint8_t>(first);
    dci.m_rbLen = static_cast<uint8_t>(count);
    dci.m_mcs = m_link.UplinkMcs(ue.gains.PredictSinr(ue.planW, first, count), count);
    const uint32_t bytes = m_link.UplinkBytes(dci.m_mcs, count);
    dci.m_tbSize = static_cast<uint16_t>(bytes);
    dci.m_ndi = 1;
    dci.m_cceIndex = 0;
    dci.m_aggrLevel = 1;
    dci.m_ueTxAntennaSelection = 3; // off
    dci.m_hopping = false;
    dci.m_n2Dmrs = 0;
    dci.m_tpc = 0;
    dci.m_cqiRequest = false;
    dci.m_ulIndex = 0;
    dci.m_dai = 1;
    dci.m_freqHopping = 0;
    dci.m_pdcchPowerOffset = 0;
    const uint32_t data = bytes - RLC_HEADER_BYTES;
    ue.backlog -= std::min(ue.backlog, data);
    ue.granted.emplace_back(m_tti, data);
    while (ue.granted.front().first + REPORT_LAG_TTIS <= m_tti)
    {
        ue.granted.pop_front();
    }
    Commit(subframe, dci, 0);
}

std::vector<uint16_t>
LteUplink::OthersInTurn(const Subframe& subframe) const
{
    std::vector<uint16_t> waiting;
    for (const auto& [rnti, ue] : m_ues)
    {
        if (ue.IsWaiting() && !m_plan.FindGroup(rnti) && !IsServed(subframe, rnti))
        {
            waiting.push_back(rnti);
        }
    }
    // From where the last subframe had no room left.
    std::rotate(waiting.begin(),
                std::lower_bound(waiting.begin(), waiting.end(), m_nextOther),
                waiting.end());
    return waiting;
}

void
LteUplink::PlaceOthers(Subframe& subframe)
{
    const auto waiting = OthersInTurn(subframe);
    m_nextOther = 0;
    uint32_t first = 0;
    for (size_t i = 0; i < waiting.size(); ++i)
    {
        while (first < m_plan.GetBandwidth() &&
               !IsFree(subframe, waiting[i], first, MIN_OTHER_BLOCKS))
        {
            ++first;
        }
        if (first >= m_plan.GetBandwidth())
        {
            m_nextOther = waiting[i];
            return;
        }
        // An equal part of the free run, but no more than the UE needs.
        uint32_t run = MIN_OTHER_BLOCKS;
        while (IsFree(subframe, waiting[i], first, run + 1))
        {
            ++run;
        }
        const auto sharers = static_cast<uint32_t>(waiting.size() - i);
        const uint32_t most = std::max(MIN_OTHER_BLOCKS, run / sharers);
        const Ue& ue = m_ues[waiting[i]];
        uint32_t count = MIN_OTHER_BLOCKS;
        while (count < most && NeedsMore(ue, first, count))
        {
            ++count;
        }
        Place(subframe, waiting[i], first, count);
        first += count;
    }
}

} // namespace fl
} // namespace ns3
