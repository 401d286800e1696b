/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LTE_UPLINK_H
#define FL_LTE_UPLINK_H

#include "fl-lte-link.h"
#include "fl-lte-uplink-gains.h"
#include "fl-lte-uplink-plan.h"

#include "ns3/ff-mac-common.h"
#include "ns3/ff-mac-sched-sap.h"

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

/// A decision of the uplink scheduler for one UE and subframe.
struct LteUplinkDecision
{
    UlDciListElement_s dci;       //!< blocks, MCS and transport block
    bool isRetransmission{false}; //!< whether it repeats an earlier transport block
};

/**
 * @ingroup fl
 * The uplink half of LteFlScheduler: gives resource blocks to UEs, subframe by subframe.
 *
 * Per subframe: BeginSubframe(), NoteRandomAccess() for each random access response, then Decide().
 * Retransmissions of UEs with a grant are placed first, then their new data, then the
 * retransmissions and new data of UEs without a grant, which so never keep a UE from its own
 * blocks.
 */
class LteUplink
{
  public:
    /// Where uplink channel state comes from. Unscoped, since ns-3 before 3.41 asks for it.
    enum Csi
    {
        PUSCH, //!< data transmissions: at most some milliseconds old, on the blocks used
        SRS,   //!< sounding: whole band, once per SRS period
        BOTH   //!< whichever came last
    };

    /// How blocks that are not planned, or idle, are used; see the attributes of LteFlScheduler.
    struct Settings
    {
        Csi csi{BOTH};             //!< where gains come from
        bool lending{true};        //!< idle planned blocks serve UEs without a grant
        bool lendToOwners{false};  //!< idle planned blocks extend the grants beside them
        uint32_t controlBlocks{6}; //!< outside the plan [resource blocks]
    };

    /// @return the settings, which may be changed between subframes
    Settings& GetSettings();
    /// @return the settings
    const Settings& GetSettings() const;

    /**
     * No block belongs to a UE until the next SetGroups().
     * @param blocks uplink bandwidth [resource blocks]
     */
    void SetBandwidth(uint32_t blocks);
    /// @return resource blocks outside the plan
    uint32_t GetNControlBlocks() const;
    /// @return resource blocks that can be planned: those below the control blocks
    uint32_t GetNPlannedBlocks() const;
    /// @param groups blocks of each UE with a grant; members are RNTIs
    void SetGroups(std::vector<BlockGroup> groups);
    /// @return the plan in force
    const LteUplinkPlan& GetPlan() const;
    /// @param rnti a UE, known from now on
    void AddUe(uint16_t rnti);
    /// @param rnti a UE to forget
    void RemoveUe(uint16_t rnti);
    /**
     * @param rnti a UE
     * @param powerW transmit power of later allocations; 0: no blocks are allocated to it [W]
     */
    void SetPlannedPowerW(uint16_t rnti, double powerW);
    /**
     * @param rnti a UE
     * @param powerW present transmit power, by which received sounding power is divided [W]
     */
    void SetAirPowerW(uint16_t rnti, double powerW);

    /// @param reports MAC control elements that were received; all but buffer status reports are
    /// ignored
    void TakeBufferReports(const std::vector<MacCeListElement_s>& reports);
    /**
     * Process SINRs measured on PUSCH or SRS, if Settings::csi includes that kind. No
     * retransmission is scheduled for a UE that did not send on its blocks.
     * @param params SINR by resource block
     */
    void TakeSinrReport(const FfMacSchedSapProvider::SchedUlCqiInfoReqParameters& params);

    /// Begin the allocation of the next subframe.
    void BeginSubframe();
    /// @param rar a random access response for this subframe; its uplink grant takes blocks
    void NoteRandomAccess(const BuildRarListElement_s& rar);
    /**
     * Allocate this subframe.
     * @param sfnSf frame and subframe, as in the later report of its SINRs
     * @param feedback HARQ feedback, of the subframe seven before
     * @return one decision per UE at most, on blocks that do not overlap
     */
    std::vector<LteUplinkDecision> Decide(uint32_t sfnSf,
                                          const std::vector<UlInfoListElement_s>& feedback);

  private:
    /// HARQ processes of a UE (FDD, 3GPP TS 36.213, clause 8).
    static constexpr uint32_t N_PROCESSES = 8;

    /// A HARQ process of a UE.
    struct Harq
    {
        bool active{false};     //!< whether it has a transport block
        uint8_t repeated{0};    //!< number of retransmissions
        UlDciListElement_s dci; //!< its last transmission
    };

    /// A UE.
    struct Ue
    {
        uint32_t backlog{0}; //!< buffered data, by reports and grants [byte]
        std::deque<std::pair<uint64_t, uint32_t>> granted; //!< (TTI, bytes) since the last reports
        std::array<Harq, N_PROCESSES> harq;                //!< by process
        LteUplinkGains gains;                              //!< measured gains
        double planW{0.01}; //!< transmit power of later allocations [W]
        double airW{0.01};  //!< present transmit power [W]

        /// @return whether it has data to send, and the power to do so
        bool IsWaiting() const;
    };

    /// Allocation of a UE in a subframe.
    struct Allocation
    {
        uint16_t rnti;    //!< the UE
        uint32_t first;   //!< lowest block
        uint32_t count;   //!< blocks
        double powerW;    //!< transmit power [W]
        uint32_t process; //!< HARQ process
    };

    /// State of a subframe during its allocation.
    struct Subframe
    {
        std::vector<uint16_t> owner;              //!< RNTI by block; 0: free
        std::vector<LteUplinkDecision> decisions; //!< so far
        std::vector<Allocation> allocations;      //!< the same, for later reports
    };

    /// @param params SINR of a UE's sounding, by block of the band
    void TakeSounding(const FfMacSchedSapProvider::SchedUlCqiInfoReqParameters& params);
    /**
     * @param sinrs by block of the band, in ns-3's fixed-point format [dB]
     * @param allocations allocations of that subframe
     */
    void TakeReception(const std::vector<uint16_t>& sinrs,
                       const std::vector<Allocation>& allocations);
    /**
     * Allocate retransmissions.
     * @param feedback HARQ feedback
     * @param [in,out] subframe allocations are added
     */
    void PlaceRetransmissions(const std::vector<UlInfoListElement_s>& feedback, Subframe& subframe);
    /**
     * Find free blocks for a retransmission: those of the first transmission, else others where the
     * UE may use such, else its own.
     * @param subframe as decided so far
     * @param dci the transmission to be repeated; its blocks are changed where needed
     * @return whether there are any
     */
    bool FindRoom(const Subframe& subframe, UlDciListElement_s& dci) const;
    /**
     * Allocate new data of UEs with a grant.
     * @param [in,out] subframe allocations are added
     */
    void PlaceGrants(Subframe& subframe);
    /**
     * Allocate new data of UEs without a grant: equal parts of each run of free blocks.
     * @param [in,out] subframe allocations are added
     */
    void PlaceOthers(Subframe& subframe);
    /// @return UEs without a grant that have something to send, first the one whose turn it is
    /// @param subframe as decided so far
    std::vector<uint16_t> OthersInTurn(const Subframe& subframe) const;
    /**
     * Make a grant wider by idle blocks of others on both sides, as far as the UE needs.
     * @param subframe as decided so far
     * @param rnti the UE
     * @param [in,out] first block
     * @param [in,out] count of blocks
     */
    void Extend(const Subframe& subframe, uint16_t rnti, uint32_t& first, uint32_t& count) const;
    /// @return whether new data on these blocks leave something in the UE's buffer
    /// @param ue the UE
    /// @param first block
    /// @param count of blocks
    bool NeedsMore(const Ue& ue, uint32_t first, uint32_t count) const;
    /// @return whether it is the index of a group, and none of its UEs has anything to send
    /// @param index of the group, or LteUplinkPlan::NO_GROUP
    bool IsIdle(uint16_t index) const;
    /// @return whether a transmission that failed lies outside the UE's own blocks
    /// @param rnti the UE
    bool IsLent(uint16_t rnti) const;
    /// @return whether the blocks exist, are free, and may be used by the UE
    /// @param subframe as decided so far
    /// @param rnti the UE
    /// @param first block
    /// @param count of blocks
    bool IsFree(const Subframe& subframe, uint16_t rnti, uint32_t first, uint32_t count) const;
    /// @return whether the UE has an allocation already
    /// @param subframe as decided so far
    /// @param rnti the UE
    static bool IsServed(const Subframe& subframe, uint16_t rnti);
    /**
     * Allocate new data of a UE.
     * @param [in,out] subframe the allocation is added
     * @param rnti the UE
     * @param first block
     * @param count of blocks
     */
    void Place(Subframe& subframe, uint16_t rnti, uint32_t first, uint32_t count);
    /**
     * Add an allocation.
     * @param [in,out] subframe the allocation is added
     * @param dci the allocation
     * @param repeated number of earlier transmissions of the transport block
     */
    void Commit(Subframe& subframe, const UlDciListElement_s& dci, uint8_t repeated);

    Settings m_settings;                  //!< attributes of the scheduler
    LteLink m_link;                       //!< SINR, CQI, MCS, transport blocks
    LteUplinkPlan m_plan;                 //!< blocks of UEs with a grant
    std::map<uint16_t, Ue> m_ues;         //!< by RNTI
    std::vector<uint16_t> m_randomAccess; //!< RNTI by block, of the running subframe
    uint16_t m_nextOther{0};              //!< next UE without a grant to be served
    uint64_t m_tti{0};                    //!< subframes so far
    std::map<uint32_t, std::vector<Allocation>> m_allocations; //!< by subframe on the air
};

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_UPLINK_H */
