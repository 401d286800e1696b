/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fdma-radio-control.h"

#include "ns3/ethernet-header.h"
#include "ns3/fl-error.h"
#include "ns3/fl-gain-report.h"
#include "ns3/fl-grant-check.h"
#include "ns3/log.h"
#include "ns3/queue.h"
#include "ns3/uinteger.h"

#include <exception>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlFdmaRadioControl");

NS_OBJECT_ENSURE_REGISTERED(FdmaRadioControl);

namespace
{

/**
 * @param plan a plan
 * @throws InvalidInput if one of its transfers has no grant
 */
void
RequireGrants(const Plan& plan)
{
    for (const auto& order : plan.orders)
    {
        for (const auto& phase : order.phases)
        {
            const auto* transfer = std::get_if<Transfer>(&phase);
            if (transfer && !transfer->grant)
            {
                throw InvalidInput(Describe("device ",
                                            order.device,
                                            ": ",
                                            ToString(transfer->direction),
                                            " transfer without a grant: must have one where one "
                                            "device's grants are updated"));
            }
        }
    }
}

} // namespace

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

double
FdmaRadioControl::DoGetStationEnergyJ(DeviceId device) const
{
    return m_channel->GetBaseStation()->GetLinkEnergyJ(m_devices.at(device)->GetIndex());
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
    ReportGains(GetLinks(), state);
}

void
FdmaRadioControl::DoReportDevice(DeviceId device, SystemState& state) const
{
    state.cells.assign(m_cell + 1, CellState());
    state.cells[m_cell] = GetCellState();
    ReportGain(GetLinks(), device, state);
}

const CellLinks&
FdmaRadioControl::GetLinks() const
{
    m_links.cell = m_cell;
    m_links.uplink = m_channel->GetPropagationLoss();
    m_links.downlink = m_links.uplink;
    m_links.station = m_channel->GetBaseStation()->GetNode();
    for (size_t i = m_links.devices.size(); i < m_devices.size(); ++i)
    {
        m_links.devices.push_back(m_devices[i]->GetNode());
    }
    return m_links;
}

const GrantLimits&
FdmaRadioControl::GetLimits(const Plan& plan) const
{
    m_limits.cell = m_cell;
    m_limits.state = GetCellState();
    m_limits.maxTxPowerW.resize(m_devices.size());
    for (const auto& order : plan.orders)
    {
        if (order.device < m_devices.size())
        {
            m_limits.maxTxPowerW[order.device] = m_devices[order.device]->GetMaxTxPowerW();
        }
    }
    return m_limits;
}

void
FdmaRadioControl::Check(const Plan& plan) const
{
    CheckedDeviceGrants(plan, GetLimits(plan));
}

double
FdmaRadioControl::GetLinkHeaderBytes() const
{
    return DoGetLinkHeaderBytes();
}

FdmaRateModel::Cell
FdmaRadioControl::GetRateModelCell(const Plan& plan) const
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
    for (const auto& order : plan.orders)
    {
        const auto& device = m_devices.at(order.device);
        cell.devices[order.device] = {
            device->GetControlTxPowerW(),
            m_channel->GetDelay(device->GetIndex(), Direction::UPLINK).GetSeconds()};
    }
    return cell;
}

std::unique_ptr<const RateModel>
FdmaRadioControl::DoMakeRateModel(const SystemState& /* state */,
                                  const Plan& plan,
                                  const TransportProfile& transport) const
{
    return std::make_unique<FdmaRateModel>(GetRateModelCell(plan), plan, transport);
}

void
FdmaRadioControl::DoApply(const Plan& plan)
{
    NS_LOG_FUNCTION(this << plan.orders.size());
    const auto grants = CheckedDeviceGrants(plan, GetLimits(plan));
    for (auto& subBands : m_subBands)
    {
        subBands.Clear();
    }
    for (DeviceId device = 0; device < m_devices.size(); ++device)
    {
        for (const auto& grant : grants[device].byDirection)
        {
            SetGrant(device, grant);
        }
        // Not those of the downlink, of which defaults have no place.
        m_subBands[0].Replace(device, grants[device].byDirection[0], SlackHz());
    }
}

void
FdmaRadioControl::SetGrant(DeviceId device, const Grant& grant)
{
    m_channel->SetGrant(m_devices[device]->GetIndex(), grant);
}

void
FdmaRadioControl::DoRelease(DeviceId device)
{
    for (const auto direction : {Direction::UPLINK, Direction::DOWNLINK})
    {
        Grant none;
        none.direction = direction;
        m_subBands[static_cast<size_t>(direction)].Replace(device, none, 0);
        SetGrant(device, none);
    }
}

double
FdmaRadioControl::SlackHz() const
{
    return GRANT_ROUND_OFF * m_channel->GetPlannedBandwidthHz(Direction::UPLINK);
}

bool
FdmaRadioControl::DoCanUpdate() const
{
    return true;
}

void
FdmaRadioControl::ReplaceSubBands(const std::vector<OwnedGrant> (&grants)[2])
{
    for (const size_t index : {0, 1})
    {
        for (const auto& owned : grants[index])
        {
            m_subBands[index].Replace(owned.device, Grant(), 0);
        }
        for (const auto& owned : grants[index])
        {
            m_subBands[index].Replace(owned.device, owned.grant, SlackHz());
        }
    }
}

void
FdmaRadioControl::DoUpdate(const Plan& plan)
{
    const auto& limits = GetLimits(plan);
    RequireGrants(plan);
    std::vector<OwnedGrant> grants[2];
    std::vector<OwnedGrant> before[2];
    for (const auto direction : {Direction::UPLINK, Direction::DOWNLINK})
    {
        const auto index = static_cast<size_t>(direction);
        grants[index] = CheckedGrants(plan, direction, limits);
        for (const auto& owned : grants[index])
        {
            before[index].push_back({owned.device, m_subBands[index].Find(owned.device)});
        }
    }
    try
    {
        ReplaceSubBands(grants);
        CheckDownlinkPower(m_subBands[1].GetTotalPowerW(), limits.state.downlinkTxPowerW);
    }
    catch (const std::exception&)
    {
        ReplaceSubBands(before);
        throw;
    }
    for (const auto& direction : grants)
    {
        for (const auto& owned : direction)
        {
            SetGrant(owned.device, owned.grant);
        }
    }
}

} // namespace fl
} // namespace ns3
