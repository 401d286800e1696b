/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fdma-radio-control.h"

#include "fl-fdma-rate-model.h"

#include "ns3/ethernet-header.h"
#include "ns3/fl-gain-report.h"
#include "ns3/fl-grant-check.h"
#include "ns3/log.h"
#include "ns3/queue.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlFdmaRadioControl");

NS_OBJECT_ENSURE_REGISTERED(FdmaRadioControl);

TypeId
FdmaRadioControl::GetTypeId()
{
    static TypeId tid = TypeId("ns3::fl::FdmaRadioControl")
                            .SetParent<RadioControl>()
                            .SetGroupName("Fl")
                            .AddConstructor<FdmaRadioControl>()
                            .AddAttribute("CellId",
                                          "Number of the cell in plans and states",
                                          UintegerValue(0),
                                          MakeUintegerAccessor(&FdmaRadioControl::m_cell),
                                          MakeUintegerChecker<uint32_t>());
    return tid;
}

FdmaRadioControl::FdmaRadioControl() = default;

FdmaRadioControl::~FdmaRadioControl() = default;

void
FdmaRadioControl::DoDispose()
{
    m_devices.clear();
    m_channel = nullptr;
    RadioControl::DoDispose();
}

void
FdmaRadioControl::SetChannel(Ptr<FdmaChannel> channel)
{
    m_channel = channel;
}

Ptr<FdmaChannel>
FdmaRadioControl::GetChannel() const
{
    return m_channel;
}

DeviceId
FdmaRadioControl::Add(Ptr<FdmaNetDevice> device)
{
    m_devices.push_back(device);
    return m_devices.size() - 1;
}

Ptr<FdmaNetDevice>
FdmaRadioControl::GetDevice(DeviceId device) const
{
    return m_devices.at(device);
}

double
FdmaRadioControl::GetDataEnergyJ(DeviceId device) const
{
    return m_devices.at(device)->GetDataEnergyJ();
}

double
FdmaRadioControl::GetControlEnergyJ(DeviceId device) const
{
    return m_devices.at(device)->GetControlEnergyJ();
}

double
FdmaRadioControl::DoGetRadiatedEnergyJ(DeviceId device) const
{
    return m_devices.at(device)->GetRadiatedEnergyJ();
}

uint32_t
FdmaRadioControl::DoGetNDevices() const
{
    return m_devices.size();
}

double
FdmaRadioControl::DoGetLinkHeaderBytes() const
{
    return EthernetHeader(false).GetSerializedSize();
}

double
FdmaRadioControl::DoGetQueuedBits(DeviceId device) const
{
    return 8.0 * m_devices.at(device)->GetQueue(0)->GetNBytes();
}

CellState
FdmaRadioControl::GetCellState() const
{
    CellState cell;
    cell.uplinkBandwidthHz = m_channel->GetPlannedBandwidthHz(Direction::UPLINK);
    cell.downlinkBandwidthHz = m_channel->GetPlannedBandwidthHz(Direction::DOWNLINK);
    cell.downlinkTxPowerW = m_channel->GetStationTxPowerW();
    cell.noiseWPerHz = m_channel->GetNoiseWPerHz();
    return cell;
}

void
FdmaRadioControl::DoReport(SystemState& state) const
{
    state.cells.assign(m_cell + 1, CellState());
    state.cells[m_cell] = GetCellState();
    CellLinks links;
    links.cell = m_cell;
    links.uplink = m_channel->GetPropagationLoss();
    links.downlink = links.uplink;
    links.station = m_channel->GetBaseStation()->GetNode();
    for (const auto& device : m_devices)
    {
        links.devices.push_back(device->GetNode());
    }
    ReportGains(links, state);
}

std::unique_ptr<const RateModel>
FdmaRadioControl::DoMakeRateModel(const SystemState& /* state */,
                                  const Plan& plan,
                                  const TransportProfile& transport) const
{
    FdmaRateModel::Cell cell;
    cell.cell = m_cell;
    cell.linkHeaderBytes = DoGetLinkHeaderBytes();
    cell.controlMaxBytes = m_channel->GetControlMaxBytes();
    for (const auto direction : {Direction::UPLINK, Direction::DOWNLINK})
    {
        cell.controlHz[static_cast<size_t>(direction)] =
            m_channel->GetControlBandwidthHz(direction);
    }
    cell.stationControlW = m_channel->GetStationControlTxPowerW();
    cell.controlMinRateBps = m_channel->GetControlMinRateBps();
    cell.minRateBps = m_channel->GetMinRateBps();
    for (const auto& device : m_devices)
    {
        cell.deviceControlW.push_back(device->GetControlTxPowerW());
        cell.propagationS.push_back(
            m_channel->GetDelay(device->GetIndex(), Direction::UPLINK).GetSeconds());
    }
    return std::make_unique<FdmaRateModel>(std::move(cell), plan, transport);
}

void
FdmaRadioControl::DoApply(const Plan& plan)
{
    NS_LOG_FUNCTION(this << plan.orders.size());
    GrantLimits limits;
    limits.cell = m_cell;
    limits.state = GetCellState();
    for (const auto& device : m_devices)
    {
        limits.maxTxPowerW.push_back(device->GetMaxTxPowerW());
    }
    const auto grants = CheckedDeviceGrants(plan, limits);
    for (DeviceId device = 0; device < m_devices.size(); ++device)
    {
        for (const auto direction : {Direction::UPLINK, Direction::DOWNLINK})
        {
            m_channel->SetGrant(m_devices[device]->GetIndex(),
                                grants[device].byDirection[static_cast<size_t>(direction)]);
        }
    }
}

} // namespace fl
} // namespace ns3
