/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-system-state.h"

#include "ns3/fl-error.h"

#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Throw InvalidInput unless a value is finite and above 0, or at least 0 if zeroAllowed.
void
Require(DeviceId device, const char* name, double value, bool zeroAllowed)
{
    const bool ok = std::isfinite(value) && (zeroAllowed ? value >= 0 : value > 0);
    if (!ok)
    {
        throw InvalidInput(Describe("device ",
                                    device,
                                    ": ",
                                    name,
                                    " = ",
                                    value,
                                    ": must be finite and ",
                                    zeroAllowed ? "at least 0" : "above 0"));
    }
}

/// Throw InvalidInput if lowValue exceeds highValue.
void
RequireOrder(DeviceId device, const char* low, double lowValue, const char* high, double highValue)
{
    if (lowValue > highValue)
    {
        throw InvalidInput(Describe("device ",
                                    device,
                                    ": ",
                                    low,
                                    " = ",
                                    lowValue,
                                    ": must not exceed ",
                                    high,
                                    " = ",
                                    highValue));
    }
}

} // namespace

void
DeviceProfile::Validate(DeviceId device) const
{
    Require(device, "cyclesPerSample", cyclesPerSample, false);
    Require(device, "effectiveCapacitance", effectiveCapacitance, true);
    Require(device, "frequencyExponent", frequencyExponent, true);
    Require(device, "minCpuHz", minCpuHz, true);
    Require(device, "maxCpuHz", maxCpuHz, false);
    RequireOrder(device, "minCpuHz", minCpuHz, "maxCpuHz", maxCpuHz);
    Require(device, "minTxPowerW", minTxPowerW, true);
    Require(device, "maxTxPowerW", maxTxPowerW, false);
    RequireOrder(device, "minTxPowerW", minTxPowerW, "maxTxPowerW", maxTxPowerW);
    Require(device, "downlinkTxPowerW", downlinkTxPowerW, true);
    if (std::isnan(energyBudgetJ) || energyBudgetJ <= 0)
    {
        throw InvalidInput(
            Describe("device ", device, ": energyBudgetJ = ", energyBudgetJ, ": must be above 0"));
    }
}

GainTable::GainTable(uint32_t devices, uint32_t cells, uint32_t subChannels)
    : m_cells(cells),
      m_subChannels(subChannels),
      m_gain(static_cast<size_t>(devices) * cells * 2 * subChannels, 0.0)
{
}

size_t
GainTable::Index(DeviceId device, uint32_t cell, Direction direction, uint32_t subChannel) const
{
    const size_t link = static_cast<size_t>(device) * m_cells + cell;
    return (link * 2 + static_cast<size_t>(direction)) * m_subChannels + subChannel;
}

double
GainTable::operator()(DeviceId device,
                      uint32_t cell,
                      Direction direction,
                      uint32_t subChannel) const
{
    return m_gain.at(Index(device, cell, direction, subChannel));
}

double&
GainTable::At(DeviceId device, uint32_t cell, Direction direction, uint32_t subChannel)
{
    return m_gain.at(Index(device, cell, direction, subChannel));
}

double
SystemState::UplinkEfficiency(DeviceId device) const
{
    return uplinkEfficiency.empty() ? 1 : uplinkEfficiency.at(device);
}

double
SystemState::EffectiveUploadBits(DeviceId device) const
{
    return uploadBits / UplinkEfficiency(device);
}

} // namespace fl
} // namespace ns3
