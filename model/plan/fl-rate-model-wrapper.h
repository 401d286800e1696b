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
 * A rate model around another one, whose rates are that one's. Subclasses add what the other does
 * not know to the time of a transfer.
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
    /// @return the other one
    virtual const RateModel& GetInner() const = 0;
};

} // namespace fl
} // namespace ns3

#endif /* FL_RATE_MODEL_WRAPPER_H */
