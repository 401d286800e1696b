/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-rate-calibrator.h"

#include "fl-predictor.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

RateCalibrator::RateCalibrator(double weight)
    : m_weight(weight)
{
    if (!(weight > 0 && weight <= 1))
    {
        throw InvalidInput(
            Describe("calibration weight = ", weight, ": must be above 0 and at most 1"));
    }
}

void
RateCalibrator::Observe(const WorkRecord& work, double noiseWPerHz)
{
    const auto& measured = work.measured;
    const auto* upload = work.order.FindTransfer(Direction::UPLINK);
    const bool arrived =
        measured.status == WorkStatus::MERGED || measured.status == WorkStatus::LATE;
    if (!arrived || !upload || !upload->grant)
    {
        return;
    }
    // What the device was to have: rounding is the PHY's, and will be another one next time.
    const double bandwidthHz =
        std::isnan(work.predicted.uplinkHz) ? upload->grant->bandwidthHz : work.predicted.uplinkHz;
    const double shannonBps =
        ShannonRateBps(bandwidthHz, upload->grant->txPowerW, work.gain, noiseWPerHz);
    const double efficiency = upload->payloadBits / measured.uploadS / shannonBps;
    if (!std::isfinite(efficiency) || !(efficiency > 0))
    {
        return; // nothing was sent, or by no rate
    }
    const DeviceId device = work.order.device;
    m_efficiency.resize(std::max<size_t>(m_efficiency.size(), device + 1));
    double& kept = m_efficiency[device];
    kept = kept > 0 ? std::pow(kept, 1 - m_weight) * std::pow(efficiency, m_weight) : efficiency;
}

void
RateCalibrator::Report(SystemState& state) const
{
    state.uplinkEfficiency.assign(state.profiles.size(), 1);
    for (size_t device = 0; device < std::min(m_efficiency.size(), state.profiles.size()); ++device)
    {
        if (m_efficiency[device] > 0)
        {
            state.uplinkEfficiency[device] = m_efficiency[device];
        }
    }
}

} // namespace fl
} // namespace ns3
