/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FDMA_RATE_MODEL_H
#define FL_FDMA_RATE_MODEL_H

#include "ns3/fl-rate-model.h"
#include "ns3/fl-transport-profile.h"

#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * How long transfers take over FDMA, and what is radiated for them, from what is known before:
 * Shannon's rate of the grant, which the PHY works at, headers of the link, of IP, of transport and
 * message, propagation, which packets go by the control channel and how long they take there, and
 * the transport's window and acknowledgements. No number in it was fitted to a measurement.
 *
 * A message is followed segment by segment, so a prediction costs O(segments). The control channel
 * is taken to be free: that acknowledgements of several devices wait for each other matters only
 * where a window is closed meanwhile, or where their load comes near its rate. Losses of the
 * transport are not in it.
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
    /// The cell, in what concerns a prediction. Arrays of two are by direction of what is sent.
    struct Cell
    {
        uint32_t cell{0};                   //!< its number in plans
        double linkHeaderBytes{0};          //!< of each frame [byte]
        double controlMaxBytes{0};          //!< packets up to here go by the control channel
        double controlHz[2]{};              //!< its width [Hz]
        std::vector<double> deviceControlW; //!< power of each device on it [W]
        double stationControlW{0};          //!< of the base station on it [W]
        double controlMinRateBps{0};        //!< below it does not serve a device [bit/s]
        double minRateBps{0};               //!< below nothing is sent on a grant [bit/s]
        std::vector<double> propagationS;   //!< delay, by device [s]
    };

    /**
     * A receiver that waits with an acknowledgement for more data sends it after this time without
     * any (RFC 1122 allows 0.5 s; ns-3's default).
     */
    static constexpr double DELAYED_ACK_S = 0.2;

    /**
     * @param cell the cell
     * @param plan all that will be enforced
     * @param transport how messages travel
     */
    FdmaRateModel(Cell cell, const Plan& plan, const TransportProfile& transport);

    /**
     * @param state gains and noise density
     * @param device its number
     * @param grant bandwidth [Hz], transmit power [W], cell and direction
     * @return Shannon's rate, that of the bits on the air [bit/s]; 0 below the least rate that the
     *         cell uses
     */
    double RateBps(const SystemState& state, DeviceId device, const Grant& grant) const override;
    TransferTime Transfer(const SystemState& state,
                          DeviceId device,
                          const Grant& grant,
                          double payloadBits) const override;

  private:
    /// A way to the other end.
    struct Link
    {
        double rateBps{0};   //!< [bit/s]
        double txPowerW{0};  //!< [W]
        bool isGrant{false}; //!< or the control channel
    };

    /**
     * @param state gains and noise density
     * @param device its number, at one end
     * @param grant its grant
     * @param packetBytes size of the packet [byte]
     * @return by which way a packet goes, link header not counted in its size
     */
    Link FindLink(const SystemState& state,
                  DeviceId device,
                  const Grant& grant,
                  double packetBytes) const;
    /**
     * @param device its number
     * @return whether a device is busy long enough for its last acknowledgement to go alone
     */
    bool AcksAlone(DeviceId device) const;

    Cell m_cell;                  //!< the cell
    TransportProfile m_transport; //!< how messages travel
    std::vector<Grant> m_uplink;  //!< by device; without bandwidth where there is none
    std::vector<double> m_pauseS; //!< without a transfer behind the last download, by device [s]
};

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_RATE_MODEL_H */
