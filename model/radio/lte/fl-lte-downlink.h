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
 * Enforces a plan on ns-3's downlink scheduler: decides which UE may have which block group in the
 * next subframe. It tracks each UE's RLC queues and reported CQI, as that scheduler does, and
 * divides the groups by LteDownlinkShares.
 *
 * A group that no UE claims is open to all UEs that the plan admits to it, so that no data stall
 * where the inner scheduler's view of the queues differs from this one.
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
     * Enforce a plan from the next subframe on.
     * @param owned groups that the plan grants; members are RNTIs
     */
    void SetPlan(const std::vector<BlockGroup>& owned);
    /**
     * Forget a UE.
     * @param rnti the UE
     */
    void Release(uint16_t rnti);

    /**
     * RLC reports a queue.
     * @param params queue sizes of one logical channel [byte]
     */
    void NoteBuffer(const FfMacSchedSapProvider::SchedDlRlcBufferReqParameters& params);
    /**
     * UEs report their channel.
     * @param params CQI by UE, wideband or per subband
     */
    void NoteCqi(const FfMacSchedSapProvider::SchedDlCqiInfoReqParameters& params);
    /**
     * The inner scheduler has decided for a UE.
     * @param data its transport block and logical channels
     */
    void NoteDecision(const BuildDataListElement_s& data);
    /**
     * Divide the next subframe. A UE with a retransmission gets no new data in it.
     * @param feedback HARQ acknowledgements of earlier subframes
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
        std::map<uint8_t, uint32_t> waiting; //!< queued data, by logical channel [byte]
        uint8_t cqi{1}; //!< lowest above 0 of its subbands; 0: out of range on all
    };

    /**
     * @param rnti the UE
     * @param ue its queues and its CQI
     * @return number of block groups that hold all of its queued data, at most those that it may
     *         have
     */
    uint32_t GroupsFor(uint16_t rnti, const Ue& ue) const;

    LteLink m_link;                  //!< MCS and transport block sizes
    LteDownlinkShares m_shares;      //!< divides the groups
    uint32_t m_groupSize{1};         //!< resource blocks per group
    std::map<uint16_t, Ue> m_ues;    //!< by RNTI
    std::vector<uint16_t> m_winners; //!< RNTI by group, of the running subframe; 0: open
};

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_DOWNLINK_H */
