/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-lte-scheduler.h"

#include "ns3/boolean.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/log.h"
#include "ns3/lte-common.h"
#include "ns3/lte-ffr-sap.h"
#include "ns3/lte-vendor-specific-parameters.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlLteScheduler");

NS_OBJECT_ENSURE_REGISTERED(LteFlScheduler);

namespace
{

/// HARQ processes of a UE (FDD, 3GPP TS 36.213, 8).
constexpr uint32_t N_PROCESSES = 8;
/// A block is sent at most this many times more.
constexpr uint8_t MAX_REPEATS = 3;
/// Least number of blocks for who has no grant, so that a transport block at MCS 0 is of use.
constexpr uint32_t MIN_OTHER_BLOCKS = 3;
/// No group has the block.
constexpr uint16_t NO_GROUP = UINT16_MAX;
/// What RLC takes of a transport block at least [byte], as the UE's MAC counts.
constexpr uint32_t RLC_HEADER_BYTES = 2;
/// A report below this is of blocks that nobody sent on [dB]. ns-3's fixed-point numbers end at
/// -4096 dB.
constexpr double SILENCE_DB = -100;
/// A buffer status report that comes in subframe n was made in n - 5 (UL_PUSCH_TTIS_DELAY until it
/// is on the air, and that subframe), and knows of grants decided 3 before (2 until they are on the
/// air, and that subframe).
constexpr uint64_t REPORT_LAG_TTIS = 8;

} // namespace

/// What the RRC configures: passed to the inner scheduler, cell and UEs through the owner.
class LteFlScheduler::CschedProvider : public FfMacCschedSapProvider
{
  public:
    /// @param owner the scheduler; outlives this object
    explicit CschedProvider(LteFlScheduler* owner)
        : m_owner(owner)
    {
    }

    /**
     * Configure the cell.
     * @param params bandwidths of uplink and downlink, among others
     */
    void CschedCellConfigReq(const CschedCellConfigReqParameters& params) override
    {
        m_owner->DoCellConfig(params);
    }

    /**
     * Configure a UE.
     * @param params its RNTI and transmission mode, among others
     */
    void CschedUeConfigReq(const CschedUeConfigReqParameters& params) override
    {
        m_owner->DoUeConfig(params);
    }

    /**
     * Configure logical channels, which only the inner scheduler knows.
     * @param params RNTI and channels
     */
    void CschedLcConfigReq(const CschedLcConfigReqParameters& params) override
    {
        m_owner->m_inner->GetFfMacCschedSapProvider()->CschedLcConfigReq(params);
    }

    /**
     * Release logical channels, which only the inner scheduler knows.
     * @param params RNTI and channels
     */
    void CschedLcReleaseReq(const CschedLcReleaseReqParameters& params) override
    {
        m_owner->m_inner->GetFfMacCschedSapProvider()->CschedLcReleaseReq(params);
    }

    /**
     * Release a UE.
     * @param params its RNTI
     */
    void CschedUeReleaseReq(const CschedUeReleaseReqParameters& params) override
    {
        m_owner->DoUeRelease(params);
    }

  private:
    LteFlScheduler* m_owner; //!< not owned
};

/**
 * What the MAC asks for in each subframe: the downlink is left to the inner scheduler, the uplink
 * is the owner's.
 */
class LteFlScheduler::SchedProvider : public FfMacSchedSapProvider
{
  public:
    /// @param owner the scheduler; outlives this object
    explicit SchedProvider(LteFlScheduler* owner)
        : m_owner(owner)
    {
    }

    /**
     * RLC says what waits for a UE; noted, and passed on.
     * @param params RNTI, logical channel and queue sizes [byte]
     */
    void SchedDlRlcBufferReq(const SchedDlRlcBufferReqParameters& params) override
    {
        m_owner->m_downlink.NoteBuffer(params);
        Inner()->SchedDlRlcBufferReq(params);
    }

    /**
     * What waits of paging messages; passed on.
     * @param params queue size of the paging channel [byte]
     */
    void SchedDlPagingBufferReq(const SchedDlPagingBufferReqParameters& params) override
    {
        Inner()->SchedDlPagingBufferReq(params);
    }

    /**
     * MAC control elements of the downlink; passed on.
     * @param params those that wait for a UE
     */
    void SchedDlMacBufferReq(const SchedDlMacBufferReqParameters& params) override
    {
        Inner()->SchedDlMacBufferReq(params);
    }

    /**
     * Decide a subframe of the downlink.
     * @param params frame, subframe and HARQ feedback
     */
    void SchedDlTriggerReq(const SchedDlTriggerReqParameters& params) override
    {
        m_owner->DoDlTrigger(params);
    }

    /**
     * Random accesses that were received; passed on.
     * @param params preambles, by RNTI
     */
    void SchedDlRachInfoReq(const SchedDlRachInfoReqParameters& params) override
    {
        Inner()->SchedDlRachInfoReq(params);
    }

    /**
     * CQI reports of UEs; noted, and passed on.
     * @param params by UE, wideband or subband CQI
     */
    void SchedDlCqiInfoReq(const SchedDlCqiInfoReqParameters& params) override
    {
        m_owner->m_downlink.NoteCqi(params);
        Inner()->SchedDlCqiInfoReq(params);
    }

    /**
     * Decide a subframe of the uplink.
     * @param params frame, subframe and HARQ feedback
     */
    void SchedUlTriggerReq(const SchedUlTriggerReqParameters& params) override
    {
        m_owner->DoUlTrigger(params);
    }

    /// Ignored: the uplink's channel state comes from SINR reports.
    void SchedUlNoiseInterferenceReq(const SchedUlNoiseInterferenceReqParameters&) override
    {
    }

    /// Ignored: buffer status reports say what waits.
    void SchedUlSrInfoReq(const SchedUlSrInfoReqParameters&) override
    {
    }

    /**
     * Buffer status reports.
     * @param params MAC control elements that were received
     */
    void SchedUlMacCtrlInfoReq(const SchedUlMacCtrlInfoReqParameters& params) override
    {
        m_owner->DoMacCtrl(params);
    }

    /**
     * SINR of the uplink, from PUSCH or SRS.
     * @param params SINR by resource block
     */
    void SchedUlCqiInfoReq(const SchedUlCqiInfoReqParameters& params) override
    {
        m_owner->DoUlCqi(params);
    }

  private:
    /// @return where the inner scheduler takes requests
    FfMacSchedSapProvider* Inner() const
    {
        return m_owner->m_inner->GetFfMacSchedSapProvider();
    }

    LteFlScheduler* m_owner; //!< not owned
};

/// What the inner scheduler decides: noted, and passed on to the MAC.
class LteFlScheduler::SchedUser : public FfMacSchedSapUser
{
  public:
    /// @param owner the scheduler; outlives this object
    explicit SchedUser(LteFlScheduler* owner)
        : m_owner(owner)
    {
    }

    /**
     * Decisions for a subframe of the downlink.
     * @param params random access responses and transport blocks
     */
    void SchedDlConfigInd(const SchedDlConfigIndParameters& params) override
    {
        for (const auto& rar : params.m_buildRarList)
        {
            m_owner->NoteRandomAccess(rar);
        }
        for (const auto& data : params.m_buildDataList)
        {
            m_owner->NoteDownlink(data);
        }
        m_owner->m_schedUser->SchedDlConfigInd(params);
    }

    /// Decisions for the uplink, which are ignored.
    void SchedUlConfigInd(const SchedUlConfigIndParameters&) override
    {
        // The inner scheduler is never asked for one.
    }

  private:
    LteFlScheduler* m_owner; //!< not owned
};

/// Tells the inner scheduler which blocks a UE may have, as an algorithm of frequency reuse does.
class LteFlScheduler::FfrProvider : public LteFfrSapProvider
{
  public:
    /// @param owner the scheduler; outlives this object
    explicit FfrProvider(LteFlScheduler* owner)
        : m_owner(owner)
    {
    }

    std::vector<bool> GetAvailableDlRbg() override
    {
        return std::vector<bool>(m_owner->m_downlink.GetNGroups(), false); // true means taken
    }

    bool IsDlRbgAvailableForUe(int i, uint16_t rnti) override
    {
        return m_owner->m_downlink.IsAvailable(static_cast<uint32_t>(i), rnti);
    }

    std::vector<bool> GetAvailableUlRbg() override
    {
        std::vector<bool> taken(m_owner->m_ulBandwidth);
        for (uint32_t i = 0; i < taken.size(); ++i)
        {
            taken[i] = m_owner->m_blockGroup[i] != NO_GROUP;
        }
        return taken;
    }

    bool IsUlRbgAvailableForUe(int, uint16_t) override
    {
        return true;
    }

    /// Ignored: the plan does not depend on reports.
    void ReportDlCqiInfo(const FfMacSchedSapProvider::SchedDlCqiInfoReqParameters&) override
    {
    }

    /// Ignored: the plan does not depend on reports.
    void ReportUlCqiInfo(const FfMacSchedSapProvider::SchedUlCqiInfoReqParameters&) override
    {
    }

    void ReportUlCqiInfo(std::map<uint16_t, std::vector<double>>) override
    {
    }

    uint8_t GetTpc(uint16_t) override
    {
        return 1; // 0 dB (3GPP TS 36.213, table 5.1.1.1-2)
    }

    uint16_t GetMinContinuousUlBandwidth() override
    {
        return static_cast<uint16_t>(m_owner->m_ulBandwidth);
    }

  private:
    LteFlScheduler* m_owner; //!< not owned
};

TypeId
LteFlScheduler::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::LteFlScheduler")
            .SetParent<FfMacScheduler>()
            .SetGroupName("Fl")
            .AddConstructor<LteFlScheduler>()
            .AddAttribute("Csi",
                          "Where uplink channel state comes from: Pusch (data transmissions), Srs "
                          "(sounding) or Both",
                          EnumValue(LteFlScheduler::BOTH),
                          MakeFlEnumAccessor<Csi>(&LteFlScheduler::m_csi),
                          MakeEnumChecker(LteFlScheduler::PUSCH,
                                          "Pusch",
                                          LteFlScheduler::SRS,
                                          "Srs",
                                          LteFlScheduler::BOTH,
                                          "Both"))
            .AddAttribute("Lending",
                          "Whether uplink blocks that their owner has no use for in a millisecond "
                          "serve UEs without a grant (and, where several UEs take turns, the next "
                          "one); off: strict frequency division",
                          BooleanValue(true),
                          MakeBooleanAccessor(&LteFlScheduler::m_lending),
                          MakeBooleanChecker())
            .AddAttribute("LendToOwners",
                          "Whether planned blocks whose owners have nothing to send also extend "
                          "the grants beside them, in the same millisecond; off: a device with a "
                          "grant never has more than its own blocks",
                          BooleanValue(false),
                          MakeBooleanAccessor(&LteFlScheduler::m_lendToOwners),
                          MakeBooleanChecker())
            .AddAttribute("ControlBlocks",
                          "Uplink resource blocks outside the plan, for random access and UEs "
                          "without a grant; at least the 6 that a random access takes",
                          UintegerValue(6),
                          MakeUintegerAccessor(&LteFlScheduler::m_controlBlocks),
                          MakeUintegerChecker<uint32_t>(6, 109))
            .AddTraceSource("UplinkGrant",
                            "A decision for the uplink: RNTI, first block, blocks, MCS, transport "
                            "block [byte], whether it is a retransmission",
                            MakeTraceSourceAccessor(&LteFlScheduler::m_grantTrace),
                            "ns3::fl::LteFlScheduler::UplinkGrantCallback")
            .AddTraceSource("DownlinkGrant",
                            "A decision for the downlink: RNTI, block groups, MCS, transport block "
                            "[byte], whether it is a retransmission",
                            MakeTraceSourceAccessor(&LteFlScheduler::m_downlinkTrace),
                            "ns3::fl::LteFlScheduler::DownlinkGrantCallback");
    return tid;
}

LteFlScheduler::LteFlScheduler()
    : m_inner(CreateObject<PfFfMacScheduler>()),
      m_cschedProvider(std::make_unique<CschedProvider>(this)),
      m_schedProvider(std::make_unique<SchedProvider>(this)),
      m_innerUser(std::make_unique<SchedUser>(this)),
      m_ffrProvider(std::make_unique<FfrProvider>(this))
{
    m_inner->SetFfMacSchedSapUser(m_innerUser.get());
    m_inner->SetLteFfrSapProvider(m_ffrProvider.get());
}

LteFlScheduler::~LteFlScheduler() = default;

void
LteFlScheduler::DoDispose()
{
    m_inner->Dispose();
    m_ues.clear();
    m_allocations.clear();
    FfMacScheduler::DoDispose();
}

void
LteFlScheduler::SetFfMacCschedSapUser(FfMacCschedSapUser* s)
{
    m_inner->SetFfMacCschedSapUser(s);
}

void
LteFlScheduler::SetFfMacSchedSapUser(FfMacSchedSapUser* s)
{
    m_schedUser = s;
}

FfMacCschedSapProvider*
LteFlScheduler::GetFfMacCschedSapProvider()
{
    return m_cschedProvider.get();
}

FfMacSchedSapProvider*
LteFlScheduler::GetFfMacSchedSapProvider()
{
    return m_schedProvider.get();
}

void
LteFlScheduler::SetLteFfrSapProvider(LteFfrSapProvider*)
{
    // Blocks are given by the plan, not by an algorithm of frequency reuse.
}

LteFfrSapUser*
LteFlScheduler::GetLteFfrSapUser()
{
    return m_inner->GetLteFfrSapUser();
}

// Plans

uint32_t
LteFlScheduler::GetNControlBlocks() const
{
    return std::min(m_controlBlocks, m_ulBandwidth);
}

uint32_t
LteFlScheduler::GetNPlannedBlocks() const
{
    return m_ulBandwidth - GetNControlBlocks();
}

void
LteFlScheduler::SetUlBandwidth(uint32_t ulBandwidth)
{
    m_ulBandwidth = ulBandwidth;
    m_blockGroup.assign(m_ulBandwidth, NO_GROUP);
    m_randomAccess.assign(m_ulBandwidth, 0);
}

const std::vector<BlockGroup>&
LteFlScheduler::GetUplinkGroups() const
{
    return m_groups;
}

void
LteFlScheduler::SetAirPowerW(uint16_t rnti, double powerW)
{
    m_ues[rnti].airW = powerW;
}

void
LteFlScheduler::SetPlan(const std::vector<LtePlannedUe>& ues)
{
    std::vector<const LtePlannedUe*> owners;
    for (const auto& ue : ues)
    {
        m_ues[ue.rnti].planW = ue.uplinkW;
        if (ue.uplink > 0)
        {
            owners.push_back(&ue);
        }
    }
    std::stable_sort(owners.begin(), owners.end(), [](const auto* a, const auto* b) {
        return a->uplinkHz < b->uplinkHz;
    });
    std::vector<double> quotas;
    for (const auto* owner : owners)
    {
        quotas.push_back(owner->uplink);
    }
    m_groups = LayOutBlocks(quotas, GetNPlannedBlocks());
    m_turns.clear();
    m_blockGroup.assign(m_ulBandwidth, NO_GROUP);
    for (auto& group : m_groups)
    {
        std::fill_n(m_blockGroup.begin() + group.first,
                    group.count,
                    static_cast<uint16_t>(m_turns.size()));
        for (auto& member : group.members)
        {
            member = owners[member]->rnti;
        }
        m_turns.push_back({std::vector<double>(group.members.size(), 0)});
    }
    LayOutDownlink(ues);
}

void
LteFlScheduler::LayOutDownlink(const std::vector<LtePlannedUe>& ues)
{
    std::vector<const LtePlannedUe*> owners;
    for (const auto& ue : ues)
    {
        if (ue.downlink > 0)
        {
            owners.push_back(&ue);
        }
    }
    std::stable_sort(owners.begin(), owners.end(), [](const auto* a, const auto* b) {
        return a->downlinkHz < b->downlinkHz;
    });
    std::vector<double> quotas;
    for (const auto* owner : owners)
    {
        quotas.push_back(owner->downlink);
    }
    // The last group is outside the plan.
    auto groups = LayOutBlocks(quotas, std::max(m_downlink.GetNGroups(), 2U) - 1);
    for (auto& group : groups)
    {
        for (auto& member : group.members)
        {
            member = owners[member]->rnti;
        }
    }
    m_downlink.SetPlan(groups);
}

const BlockGroup*
LteFlScheduler::FindGroup(uint16_t rnti) const
{
    for (const auto& group : m_groups)
    {
        if (std::find(group.members.begin(), group.members.end(), rnti) != group.members.end())
        {
            return &group;
        }
    }
    return nullptr;
}

// Configuration

void
LteFlScheduler::DoCellConfig(const FfMacCschedSapProvider::CschedCellConfigReqParameters& params)
{
    SetUlBandwidth(params.m_ulBandwidth);
    m_downlink.SetBandwidth(params.m_dlBandwidth);
    m_inner->GetFfMacCschedSapProvider()->CschedCellConfigReq(params);
}

void
LteFlScheduler::DoUeConfig(const FfMacCschedSapProvider::CschedUeConfigReqParameters& params)
{
    m_ues[params.m_rnti];
    m_inner->GetFfMacCschedSapProvider()->CschedUeConfigReq(params);
}

void
LteFlScheduler::DoUeRelease(const FfMacCschedSapProvider::CschedUeReleaseReqParameters& params)
{
    m_ues.erase(params.m_rnti);
    m_downlink.Release(params.m_rnti);
    m_inner->GetFfMacCschedSapProvider()->CschedUeReleaseReq(params);
}

// Reports

void
LteFlScheduler::DoMacCtrl(const FfMacSchedSapProvider::SchedUlMacCtrlInfoReqParameters& params)
{
    for (const auto& element : params.m_macCeList)
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
LteFlScheduler::DoUlCqi(const FfMacSchedSapProvider::SchedUlCqiInfoReqParameters& params)
{
    const auto& sinrs = params.m_ulCqi.m_sinr;
    const auto linear = [&](uint32_t block) {
        const double db = LteFfConverter::fpS11dot3toDouble(sinrs.at(block));
        return db < SILENCE_DB ? 0 : std::pow(10, db / 10);
    };
    if (params.m_ulCqi.m_type == UlCqi_s::SRS)
    {
        for (const auto& element : params.m_vendorSpecificList)
        {
            const auto rnti = DynamicCast<SrsCqiRntiVsp>(element.m_value);
            const auto found = rnti ? m_ues.find(rnti->GetRnti()) : m_ues.end();
            if (m_csi == PUSCH || found == m_ues.end() || found->second.airW <= 0)
            {
                continue;
            }
            Ue& ue = found->second;
            ue.gain.resize(m_ulBandwidth, 0);
            for (uint32_t block = 0; block < m_ulBandwidth; ++block)
            {
                ue.gain[block] = linear(block) * m_ulBandwidth / ue.airW;
            }
        }
        return;
    }
    const auto sent = m_allocations.find(params.m_sfnSf);
    if (params.m_ulCqi.m_type != UlCqi_s::PUSCH || sent == m_allocations.end())
    {
        return;
    }
    for (const auto& allocation : sent->second)
    {
        const auto found = m_ues.find(allocation.rnti);
        if (found == m_ues.end())
        {
            continue;
        }
        Ue& ue = found->second;
        if (linear(allocation.first) == 0)
        {
            // It had nothing to send: no channel state, and nothing to repeat.
            ue.harq[allocation.process].active = false;
            continue;
        }
        if (m_csi == SRS || allocation.powerW <= 0)
        {
            continue;
        }
        ue.gain.resize(m_ulBandwidth, 0);
        for (uint32_t i = allocation.first; i < allocation.first + allocation.count; ++i)
        {
            ue.gain[i] = linear(i) * allocation.count / allocation.powerW;
        }
    }
    m_allocations.erase(sent);
}

double
LteFlScheduler::PredictSinr(const Ue& ue, uint32_t first, uint32_t count) const
{
    double worst = 0;
    double sum = 0;
    uint32_t known = 0;
    for (uint32_t i = 0; i < ue.gain.size(); ++i)
    {
        if (ue.gain[i] <= 0)
        {
            continue;
        }
        sum += ue.gain[i];
        ++known;
        if (i >= first && i < first + count)
        {
            worst = worst > 0 ? std::min(worst, ue.gain[i]) : ue.gain[i];
        }
    }
    const double gain = worst > 0 ? worst : known > 0 ? sum / known : 0;
    return gain * ue.planW / count;
}

// Subframes

void
LteFlScheduler::DoDlTrigger(const FfMacSchedSapProvider::SchedDlTriggerReqParameters& params)
{
    ++m_tti;
    std::fill(m_randomAccess.begin(), m_randomAccess.end(), 0);
    m_downlink.Divide(params.m_dlInfoList);
    m_inner->GetFfMacSchedSapProvider()->SchedDlTriggerReq(params);
}

void
LteFlScheduler::NoteRandomAccess(const BuildRarListElement_s& rar)
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

void
LteFlScheduler::NoteDownlink(const BuildDataListElement_s& data)
{
    m_downlink.NoteDecision(data);
    uint32_t groups = 0;
    for (uint32_t mask = data.m_dci.m_rbBitmap; mask != 0; mask &= mask - 1)
    {
        ++groups;
    }
    m_downlinkTrace(data.m_rnti,
                    groups,
                    data.m_dci.m_mcs.at(0),
                    data.m_dci.m_tbsSize.at(0),
                    data.m_dci.m_ndi.at(0) == 0);
}

void
LteFlScheduler::DoUlTrigger(const FfMacSchedSapProvider::SchedUlTriggerReqParameters& params)
{
    Subframe subframe;
    subframe.owner = m_randomAccess;
    std::vector<UlInfoListElement_s> planned;
    std::vector<UlInfoListElement_s> others;
    for (const auto& info : params.m_ulInfoList)
    {
        (FindGroup(info.m_rnti) ? planned : others).push_back(info);
    }
    if (m_lendToOwners)
    {
        // On blocks that were lent only after those on a device's own.
        std::stable_partition(planned.begin(), planned.end(), [this](const auto& info) {
            return !IsLent(info.m_rnti);
        });
    }
    PlaceRetransmissions(planned, subframe);
    PlaceGrants(subframe);
    // Who has no grant comes last, so that it never keeps an owner from its blocks.
    PlaceRetransmissions(others, subframe);
    PlaceOthers(subframe);
    m_allocations[params.m_sfnSf] = subframe.allocations;
    if (!subframe.dcis.empty())
    {
        FfMacSchedSapUser::SchedUlConfigIndParameters decisions;
        decisions.m_dciList = subframe.dcis;
        m_schedUser->SchedUlConfigInd(decisions);
    }
}

bool
LteFlScheduler::IsServed(const Subframe& subframe, uint16_t rnti)
{
    return std::any_of(subframe.allocations.begin(),
                       subframe.allocations.end(),
                       [rnti](const Allocation& a) { return a.rnti == rnti; });
}

bool
LteFlScheduler::IsLent(uint16_t rnti) const
{
    const auto* own = FindGroup(rnti);
    const auto found = m_ues.find(rnti);
    if (!own || found == m_ues.end())
    {
        return false;
    }
    const auto& dci = found->second.harq[(m_tti + 1) % N_PROCESSES].dci;
    return dci.m_rbStart < own->first || dci.m_rbStart + dci.m_rbLen > own->first + own->count;
}

bool
LteFlScheduler::IsIdle(uint16_t index) const
{
    if (index == NO_GROUP)
    {
        return false;
    }
    const auto& members = m_groups[index].members;
    return std::none_of(members.begin(), members.end(), [this](auto rnti) {
        const auto found = m_ues.find(static_cast<uint16_t>(rnti));
        return found != m_ues.end() && found->second.backlog > 0 && found->second.planW > 0;
    });
}

bool
LteFlScheduler::IsFree(const Subframe& subframe,
                       uint16_t rnti,
                       uint32_t first,
                       uint32_t count) const
{
    if (count == 0 || first + count > m_ulBandwidth)
    {
        return false;
    }
    const auto* own = FindGroup(rnti);
    for (uint32_t i = first; i < first + count; ++i)
    {
        const bool mine = own && i >= own->first && i < own->first + own->count;
        const bool lent =
            own ? m_lendToOwners && IsIdle(m_blockGroup[i]) : m_lending; // NO_GROUP is nobody's
        if (subframe.owner[i] != 0 || (m_blockGroup[i] != NO_GROUP && !mine && !lent))
        {
            return false;
        }
    }
    return true;
}

void
LteFlScheduler::Commit(Subframe& subframe, const UlDciListElement_s& dci, uint8_t repeated)
{
    Ue& ue = m_ues[dci.m_rnti];
    const uint32_t process = m_tti % N_PROCESSES;
    ue.harq[process] = {true, repeated, dci};
    std::fill_n(subframe.owner.begin() + dci.m_rbStart, dci.m_rbLen, dci.m_rnti);
    subframe.dcis.push_back(dci);
    subframe.allocations.push_back({dci.m_rnti, dci.m_rbStart, dci.m_rbLen, ue.planW, process});
    m_grantTrace(dci.m_rnti, dci.m_rbStart, dci.m_rbLen, dci.m_mcs, dci.m_tbSize, repeated > 0);
}

void
LteFlScheduler::PlaceRetransmissions(const std::vector<UlInfoListElement_s>& feedback,
                                     Subframe& subframe)
{
    // That of the process used seven subframes ago.
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
        const auto* own = FindGroup(info.m_rnti);
        bool free = IsFree(subframe, info.m_rnti, dci.m_rbStart, dci.m_rbLen);
        for (uint32_t first = 0;
             !free && (!own || m_lendToOwners) && first + dci.m_rbLen <= m_ulBandwidth;
             ++first)
        {
            free = IsFree(subframe, info.m_rnti, first, dci.m_rbLen);
            dci.m_rbStart = free ? static_cast<uint8_t>(first) : dci.m_rbStart;
        }
        if (!free && own)
        {
            // Another one has these blocks now. Fewer blocks hold the same data at a higher rate.
            dci.m_rbStart = static_cast<uint8_t>(own->first);
            dci.m_rbLen = static_cast<uint8_t>(std::min<uint32_t>(dci.m_rbLen, own->count));
            free = IsFree(subframe, info.m_rnti, dci.m_rbStart, dci.m_rbLen);
        }
        if (free)
        {
            Commit(subframe, dci, static_cast<uint8_t>(harq.repeated + 1));
        }
    }
}

size_t
LteFlScheduler::TakeTurn(size_t index)
{
    const auto& group = m_groups[index];
    auto& pass = m_turns[index].pass;
    size_t next = 0;
    for (size_t i = 1; i < pass.size(); ++i)
    {
        if (pass[i] < pass[next])
        {
            next = i;
        }
    }
    // Stride scheduling: who has a share s comes every 1/s turns.
    pass[next] += 1 / group.turnShares[next];
    return next;
}

void
LteFlScheduler::PlaceGrants(Subframe& subframe)
{
    for (size_t k = 0; k < m_groups.size(); ++k)
    {
        // From either end in turn, so that blocks between two grants are lent to both.
        const size_t i = m_lendToOwners && m_tti % 2 ? m_groups.size() - 1 - k : k;
        const auto& group = m_groups[i];
        const size_t turn = TakeTurn(i);
        // Where blocks may be lent, whoever comes next has the turn of one that has no use for it.
        const size_t candidates = m_lending ? group.members.size() : 1;
        for (size_t j = 0; j < candidates; ++j)
        {
            const auto rnti =
                static_cast<uint16_t>(group.members[(turn + j) % group.members.size()]);
            const auto found = m_ues.find(rnti);
            if (found != m_ues.end() && found->second.backlog > 0 && found->second.planW > 0 &&
                !IsServed(subframe, rnti) && IsFree(subframe, rnti, group.first, group.count))
            {
                uint32_t first = group.first;
                uint32_t count = group.count;
                if (m_lendToOwners)
                {
                    Extend(subframe, rnti, first, count);
                }
                Place(subframe, rnti, first, count);
                break;
            }
        }
    }
}

void
LteFlScheduler::Extend(const Subframe& subframe,
                       uint16_t rnti,
                       uint32_t& first,
                       uint32_t& count) const
{
    const Ue& ue = m_ues.at(rnti);
    const auto needsMore = [&]() {
        return m_link.UplinkBytes(m_link.UplinkMcs(PredictSinr(ue, first, count), count), count) <
               ue.backlog + RLC_HEADER_BYTES;
    };
    while (first > 0 && m_blockGroup[first - 1] != NO_GROUP &&
           IsFree(subframe, rnti, first - 1, 1) && needsMore())
    {
        --first;
        ++count;
    }
    while (first + count < m_ulBandwidth && m_blockGroup[first + count] != NO_GROUP &&
           IsFree(subframe, rnti, first + count, 1) && needsMore())
    {
        ++count;
    }
}

void
LteFlScheduler::Place(Subframe& subframe, uint16_t rnti, uint32_t first, uint32_t count)
{
    Ue& ue = m_ues[rnti];
    UlDciListElement_s dci;
    dci.m_rnti = rnti;
    dci.m_rbStart = static_cast<uint8_t>(first);
    dci.m_rbLen = static_cast<uint8_t>(count);
    dci.m_mcs = m_link.UplinkMcs(PredictSinr(ue, first, count), count);
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

void
LteFlScheduler::PlaceOthers(Subframe& subframe)
{
    std::vector<uint16_t> waiting;
    for (const auto& [rnti, ue] : m_ues)
    {
        if (ue.backlog > 0 && ue.planW > 0 && !FindGroup(rnti) && !IsServed(subframe, rnti))
        {
            waiting.push_back(rnti);
        }
    }
    // In turn, beginning where the last subframe had no room left.
    std::rotate(waiting.begin(),
                std::lower_bound(waiting.begin(), waiting.end(), m_nextOther),
                waiting.end());
    m_nextOther = 0;
    uint32_t first = 0;
    for (size_t i = 0; i < waiting.size(); ++i)
    {
        while (first < m_ulBandwidth && !IsFree(subframe, waiting[i], first, MIN_OTHER_BLOCKS))
        {
            ++first;
        }
        if (first >= m_ulBandwidth)
        {
            m_nextOther = waiting[i];
            return;
        }
        // An equal part of the room there is, but no more than the UE needs.
        uint32_t run = MIN_OTHER_BLOCKS;
        while (IsFree(subframe, waiting[i], first, run + 1))
        {
            ++run;
        }
        const auto sharers = static_cast<uint32_t>(waiting.size() - i);
        const uint32_t most = std::max(MIN_OTHER_BLOCKS, run / sharers);
        const Ue& ue = m_ues[waiting[i]];
        uint32_t count = MIN_OTHER_BLOCKS;
        while (count < most &&
               m_link.UplinkBytes(m_link.UplinkMcs(PredictSinr(ue, first, count), count), count) <
                   ue.backlog + RLC_HEADER_BYTES)
        {
            ++count;
        }
        Place(subframe, waiting[i], first, count);
        first += count;
    }
}

} // namespace fl
} // namespace ns3
