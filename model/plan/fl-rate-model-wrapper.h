/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_RATE_MODEL_WRAPPER_H
#define FL_RATE_MODEL_WRAPPER_H

#include "fl-rate-model.h"

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Decorator of a rate model: forwards the rates to the inner model. Subclasses override Transfer()
 * and TransferAt(), to add an effect that the inner model does not have.
 */
class RateModelWrapper : public RateModel
{
  public:
    double RateBps(const SystemState& state, DeviceId device, const Grant& grant) const override;
    double RateAtGainBps(const SystemState& state,
                         DeviceId device,
                         const Grant& grant,
                         double gain) const override;
    double RoundedHz(DeviceId device, const Grant& grant) const override;

  private:
    /// @return the model that is decorated
    virtual const RateModel& GetInner() const = 0;
};

} // namespace fl
} // namespace ns3

#endif /* FL_RATE_MODEL_WRAPPER_H */
