/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BACKGROUND_RATE_MODEL_H
#define FL_BACKGROUND_RATE_MODEL_H

#include "fl-rate-model-wrapper.h"
#include "fl-transport-profile.h"

#include <memory>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Decorates a PHY's rate model with background traffic in the uplink (SystemState::backgroundBps),
 * which shares a device's queue with the updates, first in, first out; both are fluids. An upload
 * of S bits, headers included, whose mean rate would be R without other traffic waits for what is
 * queued before it, and takes
 *
 *     (S + W) / (R - b),   W = max(0, Q + (b - R) t),
 *
 * where b < R is the rate of the other traffic, Q what was queued at the begin of the round, and t
 * the time from there to the begin of the upload; for b >= R the time is infinite. The airtime is
 * that of all that the device sends from the begin of the round to the end of the upload. Downlink
 * transfers are not affected.
 *
 * Each uplink transfer of an order is treated as the first one. W is 0 after an upload that has
 * emptied the queue, which is right; but the airtime of other traffic before earlier uploads is
 * counted again, so that the radiated energy of such orders is an upper bound.
 */
class BackgroundRateModel : public RateModelWrapper
{
  public:
    /**
     * @param inner the PHY's model, without background traffic
     * @param transport headers and segmentation of messages
     * @param linkHeaderBytes link-layer header of each packet, without the IP header [byte]
     * @param queuedBits Q by device, headers included [bit]
     */
    BackgroundRateModel(std::unique_ptr<const RateModel> inner,
                        const TransportProfile& transport,
                        double linkHeaderBytes,
                        std::vector<double> queuedBits);

    /// TransferAt() with startS = state.nowS.
    TransferTime Transfer(const SystemState& state,
                          DeviceId device,
                          const Grant& grant,
                          double payloadBits) const override;
    TransferTime TransferAt(const SystemState& state,
                            DeviceId device,
                            const Grant& grant,
                            double payloadBits,
                            double startS) const override;

  private:
    const RateModel& GetInner() const override;

    std::unique_ptr<const RateModel> m_inner; //!< without background traffic
    TransportProfile m_transport;             //!< headers and segmentation of messages
    double m_linkHeaderBytes;                 //!< link-layer header of each packet [byte]
    std::vector<double> m_queuedBits;         //!< Q by device [bit]
};

} // namespace fl
} // namespace ns3

#endif /* FL_BACKGROUND_RATE_MODEL_H */
