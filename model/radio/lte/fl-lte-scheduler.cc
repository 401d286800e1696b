/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-lte-scheduler.h"

#include "ns3/boolean.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/log.h"
#include "ns3/lte-ffr-sap.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlLteScheduler");

NS_OBJECT_ENSURE_REGISTERED(LteFlScheduler);

/// Configuration by the RRC: passed to the inner scheduler, cell and UEs through the owner.
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
 * Requests of the MAC in each subframe: those for the downlink go to the inner scheduler, those for
 * the uplink to the owner.
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
     * RLC queues of a UE; noted, and passed on.
     * @param params RNTI, logical channel and queue sizes [byte]
     */
    void SchedDlRlcBufferReq(const SchedDlRlcBufferReqParameters& params) override
    {
        m_owner->m_downlink.NoteBuffer(params);
        Inner()->SchedDlRlcBufferReq(params);
    }

    /**
     * Queue of paging messages; passed on.
     * @param params queue size of the paging channel [byte]
     */
    void SchedDlPagingBufferReq(const SchedDlPagingBufferReqParameters& params) override
    {
        Inner()->SchedDlPagingBufferReq(params);
    }

    /**
     * MAC control elements of the downlink; passed on.
     * @param params control elements of a UE
     */
    void SchedDlMacBufferReq(const SchedDlMacBufferReqParameters& params) override
    {
        Inner()->SchedDlMacBufferReq(params);
    }

    /**
     * Schedule a subframe of the downlink.
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
     * Schedule a subframe of the uplink.
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

    /// Ignored: buffer status reports give the UEs' queues.
    void SchedUlSrInfoReq(const SchedUlSrInfoReqParameters&) override
    {
    }

    /**
     * Buffer status reports.
     * @param params MAC control elements that were received
     */
    void SchedUlMacCtrlInfoReq(const SchedUlMacCtrlInfoReqParameters& params) override
    {
        m_owner->m_uplink.TakeBufferReports(params.m_macCeList);
    }

    /**
     * SINR of the uplink, from PUSCH or SRS.
     * @param params SINR by resource block
     */
    void SchedUlCqiInfoReq(const SchedUlCqiInfoReqParameters& params) override
    {
        m_owner->m_uplink.TakeSinrReport(params);
    }

  private:
    /// @return the inner scheduler's side of the interface
    FfMacSchedSapProvider* Inner() const
    {
        return m_owner->m_inner->GetFfMacSchedSapProvider();
    }

    LteFlScheduler* m_owner; //!< not owned
};

/// Decisions of the inner scheduler: noted, and passed on to the MAC.
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
            m_owner->m_uplink.NoteRandomAccess(rar);
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
        // The inner scheduler never gets an uplink trigger.
    }

  private:
    LteFlScheduler* m_owner; //!< not owned
};

/// Restricts the inner scheduler to block groups per UE, as an algorithm of frequency reuse does.
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
        const auto& plan = m_owner->m_uplink.GetPlan();
        std::vector<bool> taken(plan.GetBandwidth());
        for (uint32_t i = 0; i < taken.size(); ++i)
        {
            taken[i] = plan.GroupOfBlock(i) != LteUplinkPlan::NO_GROUP;
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
        return static_cast<uint16_t>(m_owner->m_uplink.GetPlan().GetBandwidth());
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
                          EnumValue(LteUplink::BOTH),
                          MakeFlEnumAccessor<LteUplink::Csi>(&LteFlScheduler::GetCsi,
                                                             &LteFlScheduler::SetCsi),
                          MakeEnumChecker(LteUplink::PUSCH,
                                          "Pusch",
                                          LteUplink::SRS,
                                          "Srs",
                                          LteUplink::BOTH,
                                          "Both"))
            .AddAttribute(
                "Lending",
                "Whether uplink blocks whose owner has no data to send in a subframe "
                "serve UEs without a grant (and, where several UEs take turns, the next "
                "one); off: strict frequency division",
                BooleanValue(true),
                MakeBooleanAccessor(&LteFlScheduler::GetLending, &LteFlScheduler::SetLending),
                MakeBooleanChecker())
            .AddAttribute("LendToOwners",
                          "Whether planned blocks whose owners have no data to send also extend "
                          "the adjacent grants, in the same subframe; off: a device with a grant "
                          "never has more than its own blocks",
                          BooleanValue(false),
                          MakeBooleanAccessor(&LteFlScheduler::GetLendToOwners,
                                              &LteFlScheduler::SetLendToOwners),
                          MakeBooleanChecker())
            .AddAttribute("ControlBlocks",
                          "Uplink resource blocks outside the plan, for random access and UEs "
                          "without a grant; at least the 6 that a random access takes",
                          UintegerValue(6),
                          MakeUintegerAccessor(&LteFlScheduler::GetControlBlocks,
                                               &LteFlScheduler::SetControlBlocks),
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
    FfMacScheduler::DoDispose();
}

void
LteFlScheduler::SetCsi(LteUplink::Csi csi)
{
    m_uplink.GetSettings().csi = csi;
}

LteUplink::Csi
LteFlScheduler::GetCsi() const
{
    return m_uplink.GetSettings().csi;
}

void
LteFlScheduler::SetLending(bool lending)
{
    m_uplink.GetSettings().lending = lending;
}

bool
LteFlScheduler::GetLending() const
{
    return m_uplink.GetSettings().lending;
}

void
LteFlScheduler::SetLendToOwners(bool lendToOwners)
{
    m_uplink.GetSettings().lendToOwners = lendToOwners;
}

bool
LteFlScheduler::GetLendToOwners() const
{
    return m_uplink.GetSettings().lendToOwners;
}

void
LteFlScheduler::SetControlBlocks(uint32_t controlBlocks)
{
    m_uplink.GetSettings().controlBlocks = controlBlocks;
}

uint32_t
LteFlScheduler::GetControlBlocks() const
{
    return m_uplink.GetSettings().controlBlocks;
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
    // The plan divides the blocks, not an algorithm of frequency reuse.
}

LteFfrSapUser*
LteFlScheduler::GetLteFfrSapUser()
{
    return m_inner->GetLteFfrSapUser();
}

uint32_t
LteFlScheduler::GetNControlBlocks() const
{
    return m_uplink.GetNControlBlocks();
}

uint32_t
LteFlScheduler::GetNPlannedBlocks() const
{
    return m_uplink.GetNPlannedBlocks();
}

void
LteFlScheduler::SetUlBandwidth(uint32_t ulBandwidth)
{
    m_uplink.SetBandwidth(ulBandwidth);
}

const std::vector<BlockGroup>&
LteFlScheduler::GetUplinkGroups() const
{
    return m_uplink.GetPlan().GetGroups();
}

void
LteFlScheduler::SetAirPowerW(uint16_t rnti, double powerW)
{
    m_uplink.SetAirPowerW(rnti, powerW);
}

void
LteFlScheduler::SetPlan(const std::vector<LtePlannedUe>& ues)
{
    std::vector<BlockQuota> uplink;
    std::vector<BlockQuota> downlink;
    for (const auto& ue : ues)
    {
        m_uplink.SetPlannedPowerW(ue.rnti, ue.uplinkW);
        if (ue.uplink > 0)
        {
            uplink.push_back({ue.rnti, ue.uplink, ue.uplinkHz});
        }
        if (ue.downlink > 0)
        {
            downlink.push_back({ue.rnti, ue.downlink, ue.downlinkHz});
        }
    }
    m_uplink.SetGroups(LayOutByPlace(std::move(uplink), GetNPlannedBlocks()));
    // The last block group of the downlink is outside the plan.
    const uint32_t plannedGroups = std::max(m_downlink.GetNGroups(), 2U) - 1;
    m_downlink.SetPlan(LayOutByPlace(std::move(downlink), plannedGroups));
}

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
    m_uplink.AddUe(params.m_rnti);
    m_inner->GetFfMacCschedSapProvider()->CschedUeConfigReq(params);
}

void
LteFlScheduler::DoUeRelease(const FfMacCschedSapProvider::CschedUeReleaseReqParameters& params)
{
    m_uplink.RemoveUe(params.m_rnti);
    m_downlink.Release(params.m_rnti);
    m_inner->GetFfMacCschedSapProvider()->CschedUeReleaseReq(params);
}

void
LteFlScheduler::DoDlTrigger(const FfMacSchedSapProvider::SchedDlTriggerReqParameters& params)
{
    m_uplink.BeginSubframe();
    m_downlink.Divide(params.m_dlInfoList);
    m_inner->GetFfMacSchedSapProvider()->SchedDlTriggerReq(params);
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
    FfMacSchedSapUser::SchedUlConfigIndParameters decisions;
    for (const auto& [dci, isRetransmission] : m_uplink.Decide(params.m_sfnSf, params.m_ulInfoList))
    {
        m_grantTrace(dci.m_rnti,
                     dci.m_rbStart,
                     dci.m_rbLen,
                     dci.m_mcs,
                     dci.m_tbSize,
                     isRetransmission);
        decisions.m_dciList.push_back(dci);
    }
    if (!decisions.m_dciList.empty())
    {
        m_schedUser->SchedUlConfigInd(decisions);
    }
}

} // namespace fl
} // namespace ns3
