/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-gain-report.h"

#include "ns3/fl-error.h"
#include "ns3/mobility-model.h"

#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param loss the first model of the chain; null: there is no chain
 * @return the first model of a chain that fades in blocks; null: none
 */
Ptr<BlockFadingLossModel>
FindFading(Ptr<PropagationLossModel> loss)
{
    for (; loss; loss = loss->GetNext())
    {
        const auto fading = DynamicCast<BlockFadingLossModel>(loss);
        if (fading && fading->GetState().IsFading())
        {
            return fading;
        }
    }
    return nullptr;
}

/**
 * @param node at one end of a link
 * @return its mobility model
 * @throws InvalidInput if it has none
 */
Ptr<MobilityModel>
MobilityOf(const Ptr<Node>& node)
{
    const auto mobility = node->GetObject<MobilityModel>();
    if (!mobility)
    {
        throw InvalidInput(Describe("node ",
                                    node->GetId(),
                                    ": has no MobilityModel: a cell with a propagation loss model "
                                    "needs one on every node"));
    }
    return mobility;
}

/**
 * @param links the cell's nodes and loss models
 * @param device a DeviceId
 * @param direction the link's direction
 * @return the fading of a device's link now, as a power gain; 1 without block fading
 */
double
FadeOf(const CellLinks& links, DeviceId device, Direction direction)
{
    const bool up = direction == Direction::UPLINK;
    const auto fading = FindFading(up ? links.uplink : links.downlink);
    const uint32_t there = links.devices[device]->GetId();
    const uint32_t here = links.station->GetId();
    return fading ? fading->GetGain(up ? there : here, up ? here : there) : 1;
}

/**
 * @param links the cell's nodes and loss models
 * @param device a DeviceId
 * @param direction the link's direction
 * @return a device's linear power gain now, path loss and fading included; 1 without a loss model
 */
double
GainOf(const CellLinks& links, DeviceId device, Direction direction)
{
    const bool up = direction == Direction::UPLINK;
    const auto& loss = up ? links.uplink : links.downlink;
    if (!loss)
    {
        return 1;
    }
    const auto there = MobilityOf(links.devices[device]);
    const auto here = MobilityOf(links.station);
    return std::pow(10.0, loss->CalcRxPower(0, up ? there : here, up ? here : there) / 10);
}

} // namespace

void
ReportGain(const CellLinks& links, DeviceId device, SystemState& state)
{
    const auto fading = FindFading(links.uplink ? links.uplink : links.downlink);
    state.fading = fading ? fading->GetState() : FadingState();
    for (const auto direction : {Direction::UPLINK, Direction::DOWNLINK})
    {
        const double gain = GainOf(links, device, direction);
        state.gains.At(device, links.cell, direction) = gain;
        if (fading)
        {
            state.meanGains.At(device, links.cell, direction) =
                gain / FadeOf(links, device, direction);
        }
    }
}

void
ReportGains(const CellLinks& links, SystemState& state)
{
    const auto fading = FindFading(links.uplink ? links.uplink : links.downlink);
    state.fading = fading ? fading->GetState() : FadingState();
    state.gains = GainTable(links.devices.size(), links.cell + 1);
    state.meanGains = fading ? state.gains : GainTable();
    for (DeviceId device = 0; device < links.devices.size(); ++device)
    {
        ReportGain(links, device, state);
    }
}

void
ReportCellGains(const std::vector<const CellLinks*>& cells,
                const SubChannels& subChannels,
                SystemState& state)
{
    const auto devices = static_cast<uint32_t>(cells.empty() ? 0 : cells[0]->devices.size());
    state.fading = FadingState();
    state.gains = GainTable(devices, cells.size(), subChannels.count);
    state.meanGains = GainTable(devices, cells.size());
    for (uint32_t cell = 0; cell < cells.size(); ++cell)
    {
        const CellLinks& links = *cells[cell];
        const uint32_t station = links.station->GetId();
        for (DeviceId device = 0; device < devices; ++device)
        {
            const uint32_t node = links.devices[device]->GetId();
            for (const auto direction : {Direction::UPLINK, Direction::DOWNLINK})
            {
                const bool up = direction == Direction::UPLINK;
                const double gain = GainOf(links, device, direction);
                state.meanGains.At(device, cell, direction) = gain;
                for (uint32_t i = 0; i < subChannels.count; ++i)
                {
                    const double fade = subChannels.fading
                                            ? subChannels.fading->GetGain(up ? node : station,
                                                                          up ? station : node,
                                                                          i)
                                            : 1;
                    state.gains.At(device, cell, direction, i) = gain * fade;
                }
            }
        }
    }
}

} // namespace fl
} // namespace ns3
