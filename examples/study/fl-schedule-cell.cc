/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-schedule-cell.h"

#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fl-schedule-optimizer.h"
#include "ns3/nstime.h"

namespace ns3
{
namespace fl
{

Options
ScheduleCellDefaults()
{
    Options cell;
    cell.devices = 20;
    cell.runs = 10;
    cell.optimizer = "schedule";
    cell.bandwidthHz = 10e6;
    cell.fading = "rayleigh";
    cell.maxPowerDbm = 30;
    // TCP does not outlive some of these fades.
    cell.transport = "datagram";
    return cell;
}

void
SetScheduleDefaults()
{
    // 1e-11 W/Hz; the base station reaches across it as its devices do, with 40 of them.
    Config::SetDefault("ns3::fl::FdmaChannel::NoiseDensity", DoubleValue(-80));
    Config::SetDefault("ns3::fl::FdmaChannel::StationTxPower", DoubleValue(40));
    Config::SetDefault("ns3::fl::ShadowingLossModel::SigmaDb", DoubleValue(0));
    Config::SetDefault("ns3::fl::BlockFadingLossModel::CoherenceTime", TimeValue(Seconds(5)));
}

Options
MakeScheduleCell(Options cell)
{
    if (cell.phy == "fdma")
    {
        // (d / 10 m)^-3.5.
        const Scenario others;
        cell.lossAt1mDb = cell.lossAt1mDb == others.lossAt1mDb ? -35 : cell.lossAt1mDb;
        cell.lossExponent = cell.lossExponent == others.lossExponent ? 3.5 : cell.lossExponent;
        cell.radius = cell.radius > 0 ? cell.radius : 50;
        Config::SetDefault("ns3::UniformDiscPositionAllocator::X", DoubleValue(300));
        return cell;
    }
    const Options defaults = ScheduleCellDefaults();
    if (cell.maxPowerDbm == defaults.maxPowerDbm)
    {
        cell.maxPowerDbm = 20;
    }
    if (cell.phy == "wifi" && cell.bandwidthHz == defaults.bandwidthHz)
    {
        cell.bandwidthHz = 20e6;
    }
    DoubleValue limit;
    CreateObject<ScheduleOptimizer>()->GetAttribute("DelayLimitPerBit", limit);
    if (limit.Get() == SCHEDULE_DELAY_PER_BIT_S)
    {
        Config::SetDefault("ns3::fl::ScheduleOptimizer::DelayLimitPerBit",
                           DoubleValue(cell.phy == "wifi" ? 1e-7 : 1e-6));
    }
    return cell;
}

} // namespace fl
} // namespace ns3
