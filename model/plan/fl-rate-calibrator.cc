/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-rate-calibrator.h"

#include "fl-rate-model.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param work an order that has ended
 * @param cells by index
 * @return e of the class comment; ABSENT if there is no uplink transfer, or one has no grant of one
 *         of the cells
 */
double
Efficiency(const WorkRecord& work, const std::vector<CellState>& cells)
{
    std::vector<const Transfer*> uploads;
    for (const auto& phase : work.order.phases)
    {
        const auto* transfer = std::get_if<Transfer>(&phase);
        if (transfer && transfer->direction == Direction::UPLINK)
        {
            uploads.push_back(transfer);
        }
    }
    double efficiency = uploads.empty() ? ABSENT : 0;
    for (const auto* upload : uploads)
    {
        const auto& last = uploads.back()->grant;
        const auto& grant = upload->grant;
        if (!grant || !last || grant->cell >= cells.size())
        {
            return ABSENT;
        }
        // The bandwidth after rounding by the PHY, which is not part of the efficiency. The
        // predictor has it for the last transfer's grant, which as a rule is that of all transfers.
        const double bandwidthHz =
            std::isnan(work.predicted.uplinkHz)
                ? grant->bandwidthHz
                : work.predicted.uplinkHz * (grant->bandwidthHz / last->bandwidthHz);
        const double shannonBps =
            ShannonRateBps(bandwidthHz, grant->txPowerW, work.gain, cells[grant->cell].noiseWPerHz);
        efficiency += upload->payloadBits / work.measured.uploadS / shannonBps;
    }
    return efficiency;
}

} // namespace

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
RateCalibrator::Observe(const WorkRecord& work, const std::vector<CellState>& cells)
{
    const auto& measured = work.measured;
    const bool arrived =
        measured.status == WorkStatus::MERGED || measured.status == WorkStatus::LATE;
    const double efficiency = arrived ? Efficiency(work, cells) : ABSENT;
    if (!std::isfinite(efficiency) || !(efficiency > 0))
    {
        return; // no measurement, or Shannon's rate is 0
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
