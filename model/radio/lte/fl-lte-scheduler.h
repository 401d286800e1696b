/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LTE_SCHEDULER_H
#define FL_LTE_SCHEDULER_H

#include "fl-lte-blocks.h"
#include "fl-lte-downlink.h"
#include "fl-lte-uplink.h"

#include "ns3/ff-mac-scheduler.h"
#include "ns3/pf-ff-mac-scheduler.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace ns3
{
namespace fl
{

/// A device as the LTE scheduler plans it.
struct LtePlannedUe
{
    uint16_t rnti{0};     //!< its identity in the cell
    double uplinkW{0};    //!< transmit power, over all of its blocks [W]
    double uplink{0};     //!< quota of uplink resource blocks; 0: no grant
    double downlink{0};   //!< quota of downlink block groups; 0: no grant
    double uplinkHz{0};   //!< lower edge of the uplink grant, to order by [Hz]
    double downlinkHz{0}; //!< lower edge of the downlink grant, to order by [Hz]
};

/**
 * @ingroup fl
 * A scheduler for ns-3's LTE eNB that gives each UE the resource blocks of its grant.
 *
 * The uplink is scheduled by LteUplink:
 * - grants become contiguous ranges of whole blocks (LayOutBlocks()); UEs that share a range take
 *   turns in proportion to their quotas, whether they have data to send or not;
 * - the uppermost ControlBlocks are outside the plan: random access, and UEs without a grant;
 * - where `Lending` is on, UEs without a grant also get planned blocks that would idle in a
 *   subframe; the owner's own data always come first;
 * - where `LendToOwners` is on (it is not by default, since transfers then take less than planned),
 *   planned blocks whose owners have no data to send widen the adjacent grants, at the same total
 *   power;
 * - the MCS is chosen from the SINR that the planned power will have on the granted blocks: a
 *   channel gain per block is kept (SINR times number of blocks over power), from PUSCH or SRS or
 *   both (`Csi`), whichever power and width they had. SINR becomes spectral efficiency, CQI and MCS
 *   as in ns-3's own schedulers; where not even the lowest CQI is reached, MCS 0 is tried. It is
 *   raised until a transport block holds 11 bytes, which RLC needs;
 * - HARQ is synchronous: a transport block that was not received is sent again 8 ms later, on the
 * same resource blocks or, where a new plan gave them to another UE, on the UE's own; up to 3
 * times. A grant that the UE did not use at all is not repeated;
 * - from a buffer status report the grants since it was made are subtracted.
 *
 * The downlink is scheduled by an inner PfFfMacScheduler, which is restricted in each subframe to
 * the block groups that LteDownlink assigns to each UE. A UE with a downlink grant gets its own
 * block groups, and no others; the UEs without one, which is the default, share the remaining
 * groups equally among those that have data queued.
 *
 * A plan given at time t holds for decisions from the next subframe on, which are on the air
 * AIR_DELAY_TTIS subframes later.
 */
class LteFlScheduler : public FfMacScheduler
{
  public:
    /// From a decision to its transmission: the trigger of subframe n is for subframe n + this.
    static constexpr uint32_t AIR_DELAY_TTIS = 6;

    /// @return the TypeId
    static TypeId GetTypeId();

    LteFlScheduler();
    ~LteFlScheduler() override;

    /**
     * Enforce a plan from the next subframe on.
     * @param ues the UEs that have a grant or a power
     */
    void SetPlan(const std::vector<LtePlannedUe>& ues);
    /**
     * Set a UE's transmit power, by which measured SINRs become channel gains.
     * @param rnti the UE
     * @param powerW its transmit power from now on [W]
     */
    void SetAirPowerW(uint16_t rnti, double powerW);
    /// @return the groups of uplink blocks of the plan in force; members are RNTIs
    const std::vector<BlockGroup>& GetUplinkGroups() const;
    /// @return number of uplink resource blocks that can be planned
    uint32_t GetNPlannedBlocks() const;
    /// @param ulBandwidth the cell's uplink bandwidth [blocks], known before the first subframe
    void SetUlBandwidth(uint32_t ulBandwidth);
    /// @return number of uplink resource blocks outside the plan
    uint32_t GetNControlBlocks() const;

    /// A decision for a subframe: RNTI, first block, blocks, MCS, transport block [byte], whether
    /// it is a retransmission.
    using UplinkGrantCallback = void (*)(uint16_t, uint32_t, uint32_t, uint8_t, uint32_t, bool);

    /// The same for the downlink: RNTI, block groups, MCS, transport block [byte], whether it is a
    /// retransmission.
    using DownlinkGrantCallback = void (*)(uint16_t, uint32_t, uint8_t, uint32_t, bool);

    // From FfMacScheduler.
    void SetFfMacCschedSapUser(FfMacCschedSapUser* s) override;
    void SetFfMacSchedSapUser(FfMacSchedSapUser* s) override;
    FfMacCschedSapProvider* GetFfMacCschedSapProvider() override;
    FfMacSchedSapProvider* GetFfMacSchedSapProvider() override;
    void SetLteFfrSapProvider(LteFfrSapProvider* s) override;
    LteFfrSapUser* GetLteFfrSapUser() override;

  protected:
    void DoDispose() override;

  private:
    class CschedProvider; ///< receives the eNB's configuration
    class SchedProvider;  ///< receives the eNB's triggers and reports
    class SchedUser;      ///< receives the inner scheduler's decisions
    class FfrProvider;    ///< restricts the inner scheduler to the plan's block groups

    /// @param params the cell's bandwidth [blocks]
    void DoCellConfig(const FfMacCschedSapProvider::CschedCellConfigReqParameters& params);
    /// @param params a new UE, or a UE's new configuration
    void DoUeConfig(const FfMacCschedSapProvider::CschedUeConfigReqParameters& params);
    /// @param params a UE that is released
    void DoUeRelease(const FfMacCschedSapProvider::CschedUeReleaseReqParameters& params);
    /**
     * Schedule a downlink subframe.
     * @param params the subframe, and HARQ feedback of earlier ones
     */
    void DoDlTrigger(const FfMacSchedSapProvider::SchedDlTriggerReqParameters& params);
    /**
     * Schedule an uplink subframe, and fire UplinkGrant for each decision.
     * @param params the subframe, and HARQ feedback of earlier ones
     */
    void DoUlTrigger(const FfMacSchedSapProvider::SchedUlTriggerReqParameters& params);
    /// Account for a decision of the inner scheduler, and fire DownlinkGrant.
    /// @param data transport block of a UE
    void NoteDownlink(const BuildDataListElement_s& data);

    // Accessors of attributes.

    /// @param csi where uplink channel state comes from
    void SetCsi(LteUplink::Csi csi);
    /// @return the same
    LteUplink::Csi GetCsi() const;
    /// @param lending whether idle planned blocks serve UEs without a grant
    void SetLending(bool lending);
    /// @return the same
    bool GetLending() const;
    /// @param lendToOwners whether idle planned blocks extend the grants beside them
    void SetLendToOwners(bool lendToOwners);
    /// @return the same
    bool GetLendToOwners() const;
    /// @param controlBlocks uplink resource blocks outside the plan
    void SetControlBlocks(uint32_t controlBlocks);
    /// @return the same
    uint32_t GetControlBlocks() const;

    Ptr<PfFfMacScheduler> m_inner;                    //!< schedules the downlink
    std::unique_ptr<CschedProvider> m_cschedProvider; //!< this scheduler's, for the RRC
    std::unique_ptr<SchedProvider> m_schedProvider;   //!< this scheduler's, for the MAC
    std::unique_ptr<SchedUser> m_innerUser;           //!< the inner scheduler's
    std::unique_ptr<FfrProvider> m_ffrProvider;       //!< the inner scheduler's
    FfMacSchedSapUser* m_schedUser{nullptr};          //!< the eNB's MAC
    LteUplink m_uplink;                               //!< schedules the uplink
    LteDownlink m_downlink;                           //!< restricts the inner scheduler

    TracedCallback<uint16_t, uint32_t, uint32_t, uint8_t, uint32_t, bool>
        m_grantTrace; //!< trace UplinkGrant
    TracedCallback<uint16_t, uint32_t, uint8_t, uint32_t, bool>
        m_downlinkTrace; //!< trace DownlinkGrant
};

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_SCHEDULER_H */
