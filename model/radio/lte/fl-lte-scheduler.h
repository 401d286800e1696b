/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LTE_SCHEDULER_H
#define FL_LTE_SCHEDULER_H

#include "fl-lte-blocks.h"
#include "fl-lte-downlink.h"
#include "fl-lte-link.h"

#include "ns3/ff-mac-scheduler.h"
#include "ns3/nstime.h"
#include "ns3/pf-ff-mac-scheduler.h"
#include "ns3/traced-callback.h"

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace ns3
{
namespace fl
{

/// A device as the LTE scheduler plans it.
struct LtePlannedUe
{
    uint16_t rnti{0};     //!< its number in the cell
    double uplinkW{0};    //!< transmit power, over its blocks, whenever it sends [W]
    double uplink{0};     //!< quota of uplink blocks; 0: no grant
    double downlink{0};   //!< quota of downlink block groups; 0: none of its own
    double uplinkHz{0};   //!< place of the uplink grant, to order by [Hz]
    double downlinkHz{0}; //!< place of the downlink grant, to order by [Hz]
};

/**
 * @ingroup fl
 * A scheduler for ns-3's LTE eNB that gives each UE the resource blocks of its grant.
 *
 * The uplink is scheduled here, from scratch:
 * - grants become contiguous ranges of whole blocks (LayOutBlocks()); UEs that share a range take
 *   turns, in proportion, whether they have something to send or not;
 * - the uppermost ControlBlocks are outside the plan: random access, and UEs without a grant;
 * - where `Lending` is on, UEs without a grant also get planned blocks that would idle in a
 *   millisecond; they never keep the owner from using its own;
 * - where `LendToOwners` is on (it is not by default, since transfers then take less than planned),
 *   planned blocks whose owners have nothing to send make the grants beside them wider, at the same
 *   total power;
 * - the MCS is chosen from the SINR that the planned power will have on the granted blocks: a
 *   channel gain per block is kept (SINR times number of blocks over power), from PUSCH or SRS or
 *   both (`Csi`), whichever power and width they had. SINR becomes spectral efficiency, CQI and MCS
 *   as in ns-3's own schedulers; where not even the lowest CQI is reached, MCS 0 is tried. It is
 *   raised until a transport block holds 11 bytes, which RLC needs;
 * - HARQ is synchronous: a block that was not received is sent again 8 ms later, on the same
 *   resource blocks or, where a new plan gave them to another UE, on the UE's own; up to 3 times.
 *   A grant that the UE did not use at all is not repeated;
 * - a buffer status report counts less what was granted since it was made.
 *
 * The downlink is carried out by an inner PfFfMacScheduler, which is told in each subframe which UE
 * may have which block group (LteDownlink). A UE with a downlink grant gets its own block groups,
 * and no others; the rest share what is left equally, which is the default, and those that have
 * nothing more to receive free their part.
 *
 * A plan given at time t holds for decisions from the next subframe on, which are on the air
 * `AIR_DELAY` later.
 */
class LteFlScheduler : public FfMacScheduler
{
  public:
    /// Where uplink channel state comes from. Unscoped, since ns-3 before 3.41 asks for it.
    enum Csi
    {
        PUSCH, //!< data transmissions: at most some milliseconds old, on the blocks used
        SRS,   //!< sounding: whole band, once per SRS period
        BOTH   //!< whichever came last
    };

    /// From a decision to its transmission: the trigger of subframe n is for subframe n + this.
    static constexpr uint32_t AIR_DELAY_TTIS = 6;

    /// @return the TypeId
    static TypeId GetTypeId();

    LteFlScheduler();
    ~LteFlScheduler() override;

    /**
     * Hold to a plan from the next subframe on.
     * @param ues the UEs that have a grant or a power
     */
    void SetPlan(const std::vector<LtePlannedUe>& ues);
    /**
     * The power that a UE sends with from now on, to make gains of what is received.
     * @param rnti the UE
     * @param powerW [W]
     */
    void SetAirPowerW(uint16_t rnti, double powerW);
    /// @return the groups of uplink blocks of the plan in force; members are RNTIs
    const std::vector<BlockGroup>& GetUplinkGroups() const;
    /// @return uplink blocks that can be planned
    uint32_t GetNPlannedBlocks() const;
    /// @param ulBandwidth the cell's uplink bandwidth [blocks], known before the first subframe
    void SetUlBandwidth(uint32_t ulBandwidth);
    /// @return blocks outside the plan
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
    class CschedProvider; ///< hears the eNB's configuration
    class SchedProvider;  ///< hears the eNB's triggers and reports
    class SchedUser;      ///< hears the inner scheduler's decisions
    class FfrProvider;    ///< tells the inner scheduler which blocks are free

    /// A HARQ process of a UE.
    struct Harq
    {
        bool active{false};     //!< whether something was sent
        uint8_t repeated{0};    //!< how often it was sent again
        UlDciListElement_s dci; //!< what was sent
    };

    /// A UE.
    struct Ue
    {
        uint32_t backlog{0};                               //!< to be sent, as far as known [byte]
        std::deque<std::pair<uint64_t, uint32_t>> granted; //!< (TTI, bytes) since the last reports
        std::array<Harq, 8> harq;                          //!< by process
        std::vector<double> gain; //!< SINR x blocks / power, by block [1/W]; 0: not known
        double planW{0.01};       //!< power of what is decided now [W]
        double airW{0.01};        //!< power of what is sent now [W]
    };

    /// What was decided for one UE and subframe.
    struct Allocation
    {
        uint16_t rnti;    //!< whose
        uint32_t first;   //!< lowest block
        uint32_t count;   //!< blocks
        double powerW;    //!< on them [W]
        uint32_t process; //!< HARQ process
    };

    /// A group of blocks whose members take turns.
    struct Turns
    {
        std::vector<double> pass; //!< by member: turns taken over share
    };

    /// @param params the cell's bandwidth [blocks]
    void DoCellConfig(const FfMacCschedSapProvider::CschedCellConfigReqParameters& params);
    /// @param params a UE that came, or its new settings
    void DoUeConfig(const FfMacCschedSapProvider::CschedUeConfigReqParameters& params);
    /// @param params a UE that left
    void DoUeRelease(const FfMacCschedSapProvider::CschedUeReleaseReqParameters& params);
    /**
     * Decide about a downlink subframe.
     * @param params the subframe and what came back of earlier ones
     */
    void DoDlTrigger(const FfMacSchedSapProvider::SchedDlTriggerReqParameters& params);
    /**
     * Decide about an uplink subframe.
     * @param params the subframe and what came back of earlier ones
     */
    void DoUlTrigger(const FfMacSchedSapProvider::SchedUlTriggerReqParameters& params);
    /// @param params reports of the UEs' buffers
    void DoMacCtrl(const FfMacSchedSapProvider::SchedUlMacCtrlInfoReqParameters& params);
    /// @param params SINR of a reception, by block
    void DoUlCqi(const FfMacSchedSapProvider::SchedUlCqiInfoReqParameters& params);
    /// A random access response of the inner scheduler uses uplink blocks.
    void NoteRandomAccess(const BuildRarListElement_s& rar);
    /// The inner scheduler has decided what a UE gets.
    void NoteDownlink(const BuildDataListElement_s& data);

    /// What is being decided for one subframe.
    struct Subframe
    {
        std::vector<uint16_t> owner;          //!< RNTI by block; 0: free
        std::vector<UlDciListElement_s> dcis; //!< decided
        std::vector<Allocation> allocations;  //!< the same, to be remembered
    };

    /**
     * Give blocks to what has to be sent again.
     * @param feedback which transmissions failed
     * @param subframe gets the blocks
     */
    void PlaceRetransmissions(const std::vector<UlInfoListElement_s>& feedback, Subframe& subframe);
    /**
     * Give blocks to UEs with a grant.
     * @param subframe gets them
     */
    void PlaceGrants(Subframe& subframe);
    /**
     * Give blocks to UEs without a grant, and lend what idles.
     * @param subframe gets them
     */
    void PlaceOthers(Subframe& subframe);
    /// Make a grant wider by idle blocks of others on both sides, as far as the UE needs.
    void Extend(const Subframe& subframe, uint16_t rnti, uint32_t& first, uint32_t& count) const;
    /// @return whether there is a group of that index and none of its UEs has anything to send
    /// @param index of the group
    bool IsIdle(uint16_t index) const;
    /// @return whether a block that the UE sends again lies outside its own blocks
    /// @param rnti the UE
    bool IsLent(uint16_t rnti) const;
    /// @return whether the blocks are free and may be used by the UE
    /// @param subframe as decided so far
    /// @param rnti the UE
    /// @param first block
    /// @param count of blocks
    bool IsFree(const Subframe& subframe, uint16_t rnti, uint32_t first, uint32_t count) const;
    /// @return whether the UE has an allocation already
    /// @param subframe as decided so far
    /// @param rnti the UE
    static bool IsServed(const Subframe& subframe, uint16_t rnti);
    /// Decide for new data.
    void Place(Subframe& subframe, uint16_t rnti, uint32_t first, uint32_t count);
    /// Enter a decision.
    void Commit(Subframe& subframe, const UlDciListElement_s& dci, uint8_t repeated);
    /// @return whose turn it is in a group
    /// @param group index of the group
    size_t TakeTurn(size_t group);
    /// @return SINR that a UE's planned power will have on blocks; 0: not known
    /// @param ue the UE
    /// @param first block
    /// @param count of blocks
    double PredictSinr(const Ue& ue, uint32_t first, uint32_t count) const;
    /// @return the group that a UE is in, or null
    /// @param rnti the UE
    const BlockGroup* FindGroup(uint16_t rnti) const;
    /**
     * Lay the downlink grants side by side.
     * @param ues as planned
     */
    void LayOutDownlink(const std::vector<LtePlannedUe>& ues);

    Ptr<PfFfMacScheduler> m_inner;                    //!< the downlink
    std::unique_ptr<CschedProvider> m_cschedProvider; //!< ours
    std::unique_ptr<SchedProvider> m_schedProvider;   //!< ours
    std::unique_ptr<SchedUser> m_innerUser;           //!< ours
    std::unique_ptr<FfrProvider> m_ffrProvider;       //!< ours
    FfMacSchedSapUser* m_schedUser{nullptr};          //!< the eNB's MAC
    LteLink m_link;                                   //!< SINR, CQI, MCS, transport blocks

    Csi m_csi;                 //!< where gains come from
    bool m_lending;            //!< of idle blocks
    bool m_lendToOwners;       //!< also to who has blocks of its own
    uint32_t m_controlBlocks;  //!< outside the plan
    uint32_t m_ulBandwidth{0}; //!< [blocks]

    std::map<uint16_t, Ue> m_ues;         //!< by RNTI
    std::vector<BlockGroup> m_groups;     //!< uplink; members are RNTIs
    std::vector<Turns> m_turns;           //!< by group
    std::vector<uint16_t> m_blockGroup;   //!< group by block; NO_GROUP: none
    LteDownlink m_downlink;               //!< whose downlink blocks are
    std::vector<uint16_t> m_randomAccess; //!< RNTI by uplink block, of the running subframe
    uint16_t m_nextOther{0};              //!< next UE without a grant to be served
    uint64_t m_tti{0};                    //!< subframes so far
    std::map<uint32_t, std::vector<Allocation>> m_allocations; //!< by subframe on the air

    TracedCallback<uint16_t, uint32_t, uint32_t, uint8_t, uint32_t, bool> m_grantTrace; //!< one
    TracedCallback<uint16_t, uint32_t, uint8_t, uint32_t, bool> m_downlinkTrace;        //!< one
};

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_SCHEDULER_H */
