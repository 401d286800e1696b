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
 * Predicts durations of transfers over LTE before they begin: from the blocks that the scheduler
 * will allocate (the same rounding), SINR from gain and power, its CQI, MCS and transport block
 * size (the same tables), ns-3's error model for retransmissions, headers of RLC, PDCP, IP and
 * transport, the delays of ns-3's LTE stack, and the transport's initial window. No parameter was
 * fitted to a measurement.
 *
 * Uplink: LteDelays::UPLINK_S, then one transport block per subframe (or per turn, where devices
 * share blocks).
 *
 * Downlink: the plan's downloads are simulated together, subframe by subframe, by the scheduler's
 * rule (ReplayLteDownlink()), since the duration of one depends on the others. Of each device that
 * is the first one of its first order; the time of others is that of the first in proportion to the
 * payload, which leaves out that the load may be another at their time.
 *
 * A transport may send its initial window at once, and twice as much each round trip, in which the
 * UE falls idle and has to report again; once a window lasts longer than a round trip the radio is
 * never idle. Packet losses and fading within a
 * transfer are not modelled.
 */
class LteRateModel : public RateModel
{
  public:
    /// The parameters of the cell that predictions need.
    struct Cell
    {
        uint32_t cell{0};                          //!< index of the cell in plans
        uint32_t uplinkBlocks{0};                  //!< resource blocks that can be planned
        uint32_t downlinkBlocks{0};                //!< resource blocks of the band
        double downlinkTxPowerW{0};                //!< over the whole band [W]
        double uplinkNoiseWPerHz{0};               //!< at the base station [W/Hz]
        std::vector<uint16_t> rntis{};             //!< of the devices; 0: not connected
        std::vector<double> downlinkNoiseWPerHz{}; //!< at the devices [W/Hz]
    };

    /**
     * @param cell the cell
     * @param state gains, time and round
     * @param plan the plan that will be enforced
     * @param transport headers, windows and acknowledgements of the transport
     */
    LteRateModel(const Cell& cell,
                 const SystemState& state,
                 const Plan& plan,
                 const TransportProfile& transport);

    double RateBps(const SystemState& state, DeviceId device, const Grant& grant) const override;
    /// @return bandwidth of the grant's blocks, times the fraction of subframes that they are its
    /// [Hz]
    /// @param device the device
    /// @param grant its grant
    double RoundedHz(DeviceId device, const Grant& grant) const override;
    TransferTime Transfer(const SystemState& state,
                          DeviceId device,
                          const Grant& grant,
                          double payloadBits) const override;

  private:
    /// A device's share of the band in one direction.
    struct Share
    {
        uint32_t blocks{0}; //!< number of blocks in each of its subframes
        double turns{0};    //!< fraction of the subframes in which it has them
    };

    /// A download of the plan.
    struct Download
    {
        double payloadBits{0}; //!< size [bit]; 0: there is none
        double seconds{0};     //!< predicted duration [s]
    };

    /// A sequence of transport blocks of one size.
    struct Stream
    {
        double blockBytes{0};    //!< of a transport block; 0: nothing can be sent
        double subframes{0};     //!< per block, retransmissions and turns included
        double transmissions{0}; //!< per block, on average
    };

    /// @return the share of an uplink grant, or of a downlink grant
    /// @param device the device
    /// @param grant its grant
    Share FindShare(DeviceId device, const Grant& grant) const;
    /// @return the transport blocks by which a device sends or receives
    /// @param state gains
    /// @param device the device
    /// @param grant its grant
    Stream MakeStream(const SystemState& state, DeviceId device, const Grant& grant) const;
    /**
     * Lay out the plan's grants of one direction, as the scheduler will.
     * @param plan all work orders of the round
     * @param direction uplink or downlink
     * @param blocks number of resource blocks, or block groups, that can be planned
     * @param blockHz width of one [Hz]
     * @return groups of blocks; members are DeviceIds
     */
    std::vector<BlockGroup> LayOut(const Plan& plan,
                                   Direction direction,
                                   uint32_t blocks,
                                   double blockHz);
    /**
     * @param state gains of the downlink
     * @param device the device
     * @param cell index of its cell
     * @return the MCS of the CQI that it will report; -1: out of range
     */
    int FindDownlinkMcs(const SystemState& state, DeviceId device, uint32_t cell) const;
    /**
     * @param state number of the round: a window that persists is open from the second one on
     * @return bytes that a session may send before the first acknowledgement; infinite if its
     *         window is open
     */
    double InitialWindowBytes(const SystemState& state) const;
    /// Predict all downloads of the plan together.
    /// @param state gains, time and round
    /// @param plan the plan
    /// @param owned block groups that it grants; members are DeviceIds
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
     * @param shares the number of block groups that each UE may have
     * @return the download: its UE, message, window and block sizes [byte], but not its start
     */
    LteDownlinkUe MakeDownlinkUe(const SystemState& state,
                                 const WorkOrder& order,
                                 const fl::Transfer& download,
                                 const LteDownlinkShares& shares) const;

    Cell m_cell;                       //!< the cell
    TransportProfile m_transport;      //!< headers, windows and acknowledgements
    LteLink m_link;                    //!< MCS and transport block sizes
    std::vector<Share> m_shares[2];    //!< of grants, by direction and device
    std::vector<Download> m_downloads; //!< by device
};

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_RATE_MODEL_H */
