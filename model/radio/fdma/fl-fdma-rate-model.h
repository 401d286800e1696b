/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FDMA_RATE_MODEL_H
#define FL_FDMA_RATE_MODEL_H

#include "ns3/fl-planned-interference.h"
#include "ns3/fl-rate-model.h"
#include "ns3/fl-transport-profile.h"

#include <memory>
#include <unordered_map>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Predicts durations of transfers over FDMA, and the energy radiated for them, before they begin:
 * from Shannon's rate of the grant, at which the PHY sends, headers of link, IP, transport and
 * message, propagation delay, the packets that go by the control channel and their time there, and
 * the transport's window and acknowledgements. No parameter was fitted to a measurement.
 *
 * A message is followed segment by segment, so a prediction costs O(segments). The control channel
 * is assumed idle: queueing of several devices' acknowledgements matters only where a window is
 * full meanwhile, or where their load approaches the channel's rate. Packet losses are not
 * modelled.
 *
 * Of an order with several transfers each is predicted as if it were the only one in its direction:
 * its session's window is the same at the beginning of each, and a pause behind the last download
 * decides for all whether their last acknowledgement goes alone. That is exact for one transfer
 * each way; for more it is off by the growth of the window in the first round, and by an
 * acknowledgement per download.
 */
class FdmaRateModel : public RateModel
{
  public:
    /// A device of the plan, as predictions need it.
    struct Device
    {
        double controlW{0};     //!< its power on the control channel [W]
        double propagationS{0}; //!< delay [s]
    };

    /// The parameters of the cell that predictions need. Arrays of two are by direction.
    struct Cell
    {
        uint32_t cell{0};            //!< index of the cell in plans
        double linkHeaderBytes{0};   //!< of each frame [byte]
        double controlMaxBytes{0};   //!< largest packet on the control channel [byte]
        double controlHz[2]{};       //!< its width [Hz]
        double stationControlW{0};   //!< power of the base station on it [W]
        double controlMinRateBps{0}; //!< below it does not serve a device [bit/s]
        double minRateBps{0};        //!< below nothing is sent on a grant [bit/s]
        std::unordered_map<DeviceId, Device> devices; //!< those of the plan
        /// Of other cells; null: the cell is alone. Then the state's meanGains are those of the
        /// control channel.
        std::shared_ptr<const PlannedInterference> interference;
    };

    /**
     * A receiver that waits with an acknowledgement for more data sends it after this time without
     * any (RFC 1122 allows 0.5 s; ns-3's default).
     */
    static constexpr double DELAYED_ACK_S = 0.2;

    /**
     * @param cell the cell
     * @param plan the plan that will be enforced
     * @param transport headers, windows and acknowledgements of the transport
     */
    FdmaRateModel(Cell cell, const Plan& plan, const TransportProfile& transport);

    /**
     * @param state gains and noise density
     * @param device the device at one end
     * @param grant bandwidth [Hz], transmit power [W], cell and direction
     * @return Shannon's rate with the interference of other cells, that of the bits on the air
     *         [bit/s]; 0 below the least rate that the
     *         cell uses
     */
    double RateBps(const SystemState& state, DeviceId device, const Grant& grant) const override;
    TransferTime Transfer(const SystemState& state,
                          DeviceId device,
                          const Grant& grant,
                          double payloadBits) const override;

  private:
    /// The channel that a packet goes by: a grant, or the control channel.
    struct Link
    {
        double rateBps{0};   //!< [bit/s]
        double txPowerW{0};  //!< [W]
        bool isGrant{false}; //!< whether it is the grant; else the control channel
    };

    /**
     * @param state gains and noise density
     * @param device the device at one end
     * @param grant its grant
     * @param packetBytes size of the packet, link header not counted [byte]
     * @return the channel that the packet goes by
     */
    Link FindLink(const SystemState& state,
                  DeviceId device,
                  const Grant& grant,
                  double packetBytes) const;
    /**
     * @param device the device
     * @return whether it computes for DELAYED_ACK_S or longer, so that the download's last
     *         acknowledgement goes alone and not with the upload
     */
    bool AcksAlone(DeviceId device) const;

    /// What the plan has for a device.
    struct Planned
    {
        Grant uplink;     //!< without bandwidth where there is none
        double pauseS{0}; //!< without a transfer behind the last download [s]
    };

    Cell m_cell;                                     //!< the cell
    TransportProfile m_transport;                    //!< how messages travel
    std::unordered_map<DeviceId, Planned> m_planned; //!< by device of the plan
};

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_RATE_MODEL_H */
