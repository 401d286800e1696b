/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LTE_DOWNLINK_H
#define FL_LTE_DOWNLINK_H

#include "fl-lte-downlink-shares.h"
#include "fl-lte-link.h"

#include "ns3/ff-mac-sched-sap.h"

#include <map>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The plan's hand on ns-3's downlink scheduler: which UE may have which block group in the next
 * subframe. It keeps account of what waits for each UE and of the channel quality that it reported,
 * as that scheduler does, and divides the groups by LteDownlinkShares.
 *
 * A group that nobody has a claim to is open to all that the plan lets use it, so that nothing
 * waits should the two accounts differ.
 */
class LteDownlink
{
  public:
    /**
     * @param blocks downlink bandwidth [blocks]
     */
    void SetBandwidth(uint32_t blocks);
    /// @return block groups of the band
    uint32_t GetNGroups() const;
    /**
     * Hold to a plan from the next subframe on.
     * @param owned groups that were given away; members are RNTIs
     */
    void SetPlan(const std::vector<BlockGroup>& owned);
    /**
     * Forget a UE.
     * @param rnti which
     */
    void Release(uint16_t rnti);

    /**
     * RLC reports what waits.
     * @param params of one bearer
     */
    void NoteBuffer(const FfMacSchedSapProvider::SchedDlRlcBufferReqParameters& params);
    /**
     * UEs report their channel.
     * @param params reports
     */
    void NoteCqi(const FfMacSchedSapProvider::SchedDlCqiInfoReqParameters& params);
    /**
     * The scheduler decided.
     * @param data what a UE gets
     */
    void NoteDecision(const BuildDataListElement_s& data);
    /**
     * Divide the next subframe. Who has something to be sent again gets nothing new in it.
     * @param feedback HARQ's, of what was received or not
     */
    void Divide(const std::vector<DlInfoListElement_s>& feedback);
    /**
     * @param group a block group
     * @param rnti a UE
     * @return whether the UE may have it in this subframe
     */
    bool IsAvailable(uint32_t group, uint16_t rnti) const;

  private:
    /// A UE.
    struct Ue
    {
        std::map<uint8_t, uint32_t> waiting; //!< by logical channel, where something waits [byte]
        uint8_t cqi{1};                      //!< the worst of all groups in reach; 0: none is
    };

    /**
     * @param rnti the UE
     * @param ue its waiting data and its CQI
     * @return number of block groups that hold all that waits for a UE, at most those that it may
     *         have
     */
    uint32_t GroupsFor(uint16_t rnti, const Ue& ue) const;

    LteLink m_link;                  //!< tables
    LteDownlinkShares m_shares;      //!< divides
    uint32_t m_groupSize{1};         //!< [blocks]
    std::map<uint16_t, Ue> m_ues;    //!< by RNTI
    std::vector<uint16_t> m_winners; //!< RNTI by group, of the running subframe; 0: anybody's
};

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_DOWNLINK_H */
