/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-rate-model.h"

#include "ns3/fl-error.h"

#include <cmath>

namespace ns3
{
namespace fl
{

double
ShannonRateBps(double bandwidthHz, double txPowerW, double gain, double noiseWPerHz)
{
    constexpr double LN2 = 0.693147180559945309417232121458;
    if (!(bandwidthHz > 0) || !(txPowerW > 0) || !(gain > 0))
    {
        return 0;
    }
    // Divided one after the other: N0 B alone underflows for very narrow bands.
    const double snr = txPowerW * gain / noiseWPerHz / bandwidthHz;
    return bandwidthHz * std::log1p(snr) / LN2;
}

TransferTime
RateModel::Transfer(const SystemState& state,
                    DeviceId device,
                    const Grant& grant,
                    double payloadBits) const
{
    const double seconds = payloadBits / RateBps(state, device, grant);
    return {seconds, seconds};
}

TransferTime
RateModel::TransferAt(const SystemState& state,
                      DeviceId device,
                      const Grant& grant,
                      double payloadBits,
                      double /* startS */) const
{
    return Transfer(state, device, grant, payloadBits);
}

double
RateModel::RateAtGainBps(const SystemState& state,
                         DeviceId /* device */,
                         const Grant& grant,
                         double gain) const
{
    return ShannonRateBps(grant.bandwidthHz,
                          grant.txPowerW,
                          gain,
                          state.cells.at(grant.cell).noiseWPerHz);
}

double
RateModel::RoundedHz(DeviceId, const Grant& grant) const
{
    return grant.bandwidthHz;
}

double
ShannonRateModel::RateBps(const SystemState& state, DeviceId device, const Grant& grant) const
{
    return RateAtGainBps(state, device, grant, state.gains(device, grant.cell, grant.direction));
}

ShannonGapRateModel::ShannonGapRateModel(double snrGap, double efficiency)
    : m_snrGap(snrGap),
      m_efficiency(efficiency)
{
    if (!std::isfinite(snrGap) || !(snrGap >= 1))
    {
        throw InvalidInput(Describe("SNR gap = ", snrGap, ": must be finite and at least 1"));
    }
    if (!(efficiency > 0 && efficiency <= 1))
    {
        throw InvalidInput(
            Describe("efficiency = ", efficiency, ": must be above 0 and at most 1"));
    }
}

double
ShannonGapRateModel::RateBps(const SystemState& state, DeviceId device, const Grant& grant) const
{
    return RateAtGainBps(state, device, grant, state.gains(device, grant.cell, grant.direction));
}

double
ShannonGapRateModel::RateAtGainBps(const SystemState& state,
                                   DeviceId device,
                                   const Grant& grant,
                                   double gain) const
{
    return m_efficiency * RateModel::RateAtGainBps(state, device, grant, gain / m_snrGap);
}

} // namespace fl
} // namespace ns3
