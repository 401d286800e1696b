/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-rate-model-wrapper.h"

namespace ns3
{
namespace fl
{

double
RateModelWrapper::RateBps(const SystemState& state, DeviceId device, const Grant& grant) const
{
    return GetInner().RateBps(state, device, grant);
}

double
RateModelWrapper::RateAtGainBps(const SystemState& state,
                                DeviceId device,
                                const Grant& grant,
                                double gain) const
{
    return GetInner().RateAtGainBps(state, device, grant, gain);
}

double
RateModelWrapper::RoundedHz(DeviceId device, const Grant& grant) const
{
    return GetInner().RoundedHz(device, grant);
}

} // namespace fl
} // namespace ns3
