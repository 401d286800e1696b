/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LTE_RATE_MODEL_H
#define FL_LTE_RATE_MODEL_H

#include "fl-lte-downlink-replay.h"
#include "fl-lte-link.h"

#include "ns3/fl-rate-model.h"
#include "ns3/fl-transport-profile.h"

#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * How long transfers take over LTE, from what is known before: the blocks that the scheduler will
 * give (the same rounding), SINR from gain and power, its CQI, MCS and transport block (the same
 * tables), ns-3's error model for repetitions, headers of RLC, PDCP, IP and transport, the delays
 * of ns-3's LTE stack, and the window that a transport begins with. No number in it was fitted to
 * a measurement of transfers.
 *
 * Uplink: LteDelays::UPLINK_S, then one transport block per subframe (or per turn, where devices
 * share blocks).
 *
 * Downlink: the plan's downloads go through the scheduler's rule subframe by subframe
 * (ReplayLteDownlink()), since how long one takes depends on who else receives meanwhile. Of each
 * device that is the first one of its first order; the time of others is that of the first in
 * proportion to the payload, which leaves out that others may receive less or more at their time.
 *
 * A transport may send its initial window at once, and twice as much each round trip, in which the
 * UE falls idle and has to report again; once a window lasts longer than a round trip the radio is
 * never idle. Losses of the transport are not in
 * it, nor is fading within a transfer.
 */
class LteRateModel : public RateModel
{
  public:
    /// The cell, in what concerns a prediction.
    struct Cell
    {
        uint32_t cell{0};                          //!< its number in plans
        uint32_t uplinkBlocks{0};                  //!< that can be planned
        uint32_t downlinkBlocks{0};                //!< of the band
        double downlinkTxPowerW{0};                //!< over the whole band [W]
        double uplinkNoiseWPerHz{0};               //!< at the base station [W/Hz]
        std::vector<uint16_t> rntis{};             //!< of the devices; 0: not connected
        std::vector<double> downlinkNoiseWPerHz{}; //!< at the devices [W/Hz]
    };

    /**
     * @param cell the cell
     * @param state gains
     * @param plan all that will be enforced
     * @param transport how messages travel
     */
    LteRateModel(const Cell& cell,
                 const SystemState& state,
                 const Plan& plan,
                 const TransportProfile& transport);

    double RateBps(const SystemState& state, DeviceId device, const Grant& grant) const override;
    /// @return that of the blocks in which subframes are its
    /// @param device which
    /// @param grant of that device
    double RoundedHz(DeviceId device, const Grant& grant) const override;
    TransferTime Transfer(const SystemState& state,
                          DeviceId device,
                          const Grant& grant,
                          double payloadBits) const override;

  private:
    /// What a device gets in one direction.
    struct Share
    {
        uint32_t blocks{0}; //!< in each of its subframes
        double turns{0};    //!< part of the subframes that are its
    };

    /// A download of the plan.
    struct Download
    {
        double payloadBits{0}; //!< what it brings; 0: there is none
        double seconds{0};     //!< how long it takes
    };

    /// One transport block after the other.
    struct Stream
    {
        double blockBytes{0};    //!< of a transport block; 0: nothing can be sent
        double subframes{0};     //!< that each takes, repetitions and turns included
        double transmissions{0}; //!< of each, on average
    };

    /// @return the blocks of an uplink grant, or of a downlink grant
    /// @param device which
    /// @param grant of that device
    Share FindShare(DeviceId device, const Grant& grant) const;
    /// @return what a device sends or receives
    /// @param state what is known
    /// @param device which
    /// @param grant of that device
    Stream MakeStream(const SystemState& state, DeviceId device, const Grant& grant) const;
    /**
     * Lay out the plan's grants of one direction, as the scheduler will.
     * @param plan all work orders of the round
     * @param direction which grants
     * @param blocks resource blocks, or block groups, that there are for the plan
     * @param blockHz width of one [Hz]
     * @return blocks; members are devices
     */
    std::vector<BlockGroup> LayOut(const Plan& plan,
                                   Direction direction,
                                   uint32_t blocks,
                                   double blockHz);
    /**
     * @param state gains of the downlink
     * @param device its number
     * @param cell its cell's number
     * @return the MCS that a device's reports will ask for; -1: nothing can be sent
     */
    int FindDownlinkMcs(const SystemState& state, DeviceId device, uint32_t cell) const;
    /**
     * @param state the round's number: a window that stays is open from the second round on
     * @return what a session may send before the first acknowledgement [byte]; infinite if the
     *         window stays open
     */
    double InitialWindowBytes(const SystemState& state) const;
    /// Go through all downloads of the plan.
    void PredictDownloads(const SystemState& state,
                          const Plan& plan,
                          const std::vector<BlockGroup>& owned);
    /**
     * @param state time, and what uploads before it take
     * @param order a work order
     * @param download one of its phases
     * @return when that begins [s]; infinite: never
     */
    double DownloadStartS(const SystemState& state,
                          const WorkOrder& order,
                          const fl::Transfer& download) const;
    /**
     * @param state gains, time and round
     * @param order a work order
     * @param download its first downlink transfer
     * @param shares says how many block groups the UE may have
     * @return the download: its UE, message, window and block sizes [byte], but not its start
     */
    LteDownlinkUe MakeDownlinkUe(const SystemState& state,
                                 const WorkOrder& order,
                                 const fl::Transfer& download,
                                 const LteDownlinkShares& shares) const;

    Cell m_cell;                       //!< the cell
    TransportProfile m_transport;      //!< how messages travel
    LteLink m_link;                    //!< tables
    std::vector<Share> m_shares[2];    //!< of grants, by direction and device
    std::vector<Download> m_downloads; //!< by device
};

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_RATE_MODEL_H */
