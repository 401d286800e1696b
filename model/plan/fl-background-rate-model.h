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
 * Any PHY's rate model where devices send other traffic beside their updates
 * (SystemState::backgroundBps): both share a device's uplink in the order in which they come. An
 * upload of S bits on the air that would go at a mean rate R waits for what is queued before it,
 * and takes
 *
 *     (S + W) / (R - b),   W = max(0, Q + (b - R) t),
 *
 * where b is the rate of the other traffic, Q what was queued when the round began, and t the time
 * from then to the beginning of the upload. All that the device sends from the beginning of the
 * round to the end of the upload is radiated. Downloads are as without it.
 *
 * Of an order with several uplink transfers each is taken for the first one: W is 0 behind an
 * upload that has emptied the queue, as it should be, but of what is radiated the other traffic
 * before the earlier ones is counted again, so that the energy is an upper bound.
 */
class BackgroundRateModel : public RateModelWrapper
{
  public:
    /**
     * @param inner the model without other traffic
     * @param transport how messages travel
     * @param linkHeaderBytes of each packet on the air, IP header not counted [byte]
     * @param queuedBits Q, by device [bit]
     */
    BackgroundRateModel(std::unique_ptr<const RateModel> inner,
                        const TransportProfile& transport,
                        double linkHeaderBytes,
                        std::vector<double> queuedBits);

    /// As of a transfer that begins now.
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

    std::unique_ptr<const RateModel> m_inner; //!< without other traffic
    TransportProfile m_transport;             //!< how messages travel
    double m_linkHeaderBytes;                 //!< of each packet
    std::vector<double> m_queuedBits;         //!< Q, by device
};

} // namespace fl
} // namespace ns3

#endif /* FL_BACKGROUND_RATE_MODEL_H */
