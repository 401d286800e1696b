/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fdma-radio-control.h"

#include "../fl-error.h"
#include "../opt/fl-predictor.h"

#include "ns3/log.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlFdmaRadioControl");

NS_OBJECT_ENSURE_REGISTERED(FdmaRadioControl);

namespace
{

/// What round-off may add to a sum of shares that just fills a limit, relative to the limit.
constexpr double ROUND_OFF = 1e-9;

/// @return the direction's name in messages
const char*
ToString(Direction direction)
{
    return direction == Direction::UPLINK ? "uplink" : "downlink";
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

uint32_t
FdmaRadioControl::DoGetNDevices() const
{
    return m_devices.size();
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
    state.gains = GainTable(m_devices.size(), m_cell + 1);
    for (DeviceId device = 0; device < m_devices.size(); ++device)
    {
        const uint32_t index = m_devices[device]->GetIndex();
        for (const auto direction : {Direction::UPLINK, Direction::DOWNLINK})
        {
            state.gains.At(device, m_cell, direction) = m_channel->GetGain(index, direction);
        }
    }
}

void
FdmaRadioControl::DoApply(const Plan& plan)
{
    NS_LOG_FUNCTION(this << plan.orders.size());
    const auto uplink = Collect(plan, Direction::UPLINK);
    const auto downlink = Collect(plan, Direction::DOWNLINK);
    CheckBand(uplink, Direction::UPLINK);
    CheckBand(downlink, Direction::DOWNLINK);
    CheckUplinkPower(uplink);
    CheckDownlinkPower(downlink);

    std::vector<DeviceGrants> grants(m_devices.size());
    for (const auto* direction : {&uplink, &downlink})
    {
        for (const auto& owned : *direction)
        {
            grants[owned.device].byDirection[static_cast<size_t>(owned.grant.direction)] =
                owned.grant;
        }
    }
    AddDefaults(plan, grants);
    for (DeviceId device = 0; device < m_devices.size(); ++device)
    {
        for (const auto direction : {Direction::UPLINK, Direction::DOWNLINK})
        {
            Grant grant = grants[device].byDirection[static_cast<size_t>(direction)];
            grant.direction = direction;
            m_channel->SetGrant(m_devices[device]->GetIndex(), grant);
        }
    }
}

std::vector<FdmaRadioControl::OwnedGrant>
FdmaRadioControl::Collect(const Plan& plan, Direction direction) const
{
    std::vector<OwnedGrant> collected;
    std::vector<bool> has(m_devices.size(), false);
    for (const auto& order : plan.orders)
    {
        if (order.device >= m_devices.size())
        {
            throw InvalidInput(Describe("device ",
                                        order.device,
                                        ": not in the cell, which has ",
                                        m_devices.size(),
                                        " devices"));
        }
        for (const auto& phase : order.phases)
        {
            const auto* transfer = std::get_if<Transfer>(&phase);
            if (!transfer || transfer->direction != direction || !transfer->grant)
            {
                continue;
            }
            CheckGrant(order.device, direction, *transfer->grant);
            if (has[order.device])
            {
                throw InvalidInput(Describe("device ",
                                            order.device,
                                            ": has two ",
                                            ToString(direction),
                                            " grants: one is allowed"));
            }
            has[order.device] = true;
            collected.push_back({order.device, *transfer->grant});
        }
    }
    return collected;
}

void
FdmaRadioControl::CheckGrant(DeviceId device, Direction direction, const Grant& grant) const
{
    const auto require = [&](bool ok, const char* name, double value, const std::string& allowed) {
        if (!ok)
        {
            throw InvalidInput(Describe("device ",
                                        device,
                                        ": ",
                                        ToString(direction),
                                        " grant's ",
                                        name,
                                        " = ",
                                        value,
                                        ": must be ",
                                        allowed));
        }
    };
    require(grant.cell == m_cell, "cell", grant.cell, Describe(m_cell));
    require(grant.direction == direction,
            "direction",
            static_cast<double>(grant.direction),
            "that of its transfer");
    require(std::isfinite(grant.bandwidthHz) && grant.bandwidthHz > 0,
            "bandwidthHz",
            grant.bandwidthHz,
            "finite and above 0");
    require(std::isfinite(grant.txPowerW) && grant.txPowerW >= 0,
            "txPowerW",
            grant.txPowerW,
            "finite and at least 0");
    require(std::isfinite(grant.startHz) && grant.startHz >= 0,
            "startHz",
            grant.startHz,
            "finite and at least 0");
}

void
FdmaRadioControl::CheckBand(std::vector<OwnedGrant> grants, Direction direction) const
{
    const double bandHz = m_channel->GetPlannedBandwidthHz(direction);
    const double slackHz = bandHz * ROUND_OFF;
    double sumHz = 0;
    for (const auto& owned : grants)
    {
        sumHz += owned.grant.bandwidthHz;
    }
    if (sumHz > bandHz + slackHz)
    {
        throw InvalidInput(Describe(ToString(direction),
                                    " grants take ",
                                    sumHz,
                                    " Hz in all: ",
                                    sumHz - bandHz,
                                    " Hz more than the planned band of ",
                                    bandHz,
                                    " Hz"));
    }
    std::sort(grants.begin(), grants.end(), [](const OwnedGrant& a, const OwnedGrant& b) {
        return a.grant.startHz < b.grant.startHz;
    });
    double edgeHz = 0;
    DeviceId below = 0;
    for (const auto& owned : grants)
    {
        if (owned.grant.startHz < edgeHz - slackHz)
        {
            throw InvalidInput(Describe(ToString(direction),
                                        " grants of devices ",
                                        below,
                                        " and ",
                                        owned.device,
                                        " overlap by ",
                                        edgeHz - owned.grant.startHz,
                                        " Hz: sub-bands must be disjoint"));
        }
        edgeHz = owned.grant.startHz + owned.grant.bandwidthHz;
        below = owned.device;
        if (edgeHz > bandHz + slackHz)
        {
            throw InvalidInput(Describe(ToString(direction),
                                        " grant of device ",
                                        owned.device,
                                        " ends at ",
                                        edgeHz,
                                        " Hz: ",
                                        edgeHz - bandHz,
                                        " Hz beyond the planned band of ",
                                        bandHz,
                                        " Hz"));
        }
    }
}

void
FdmaRadioControl::CheckUplinkPower(const std::vector<OwnedGrant>& grants) const
{
    for (const auto& owned : grants)
    {
        const double limitW = m_devices[owned.device]->GetMaxTxPowerW();
        if (owned.grant.txPowerW > limitW * (1 + ROUND_OFF))
        {
            throw InvalidInput(Describe("device ",
                                        owned.device,
                                        ": uplink grant of ",
                                        owned.grant.txPowerW,
                                        " W: ",
                                        owned.grant.txPowerW - limitW,
                                        " W more than the device's MaxTxPower of ",
                                        limitW,
                                        " W"));
        }
    }
}

void
FdmaRadioControl::CheckDownlinkPower(const std::vector<OwnedGrant>& grants) const
{
    const double limitW = m_channel->GetStationTxPowerW();
    double sumW = 0;
    for (const auto& owned : grants)
    {
        sumW += owned.grant.txPowerW;
    }
    if (sumW > limitW * (1 + ROUND_OFF))
    {
        throw InvalidInput(Describe("downlink grants take ",
                                    sumW,
                                    " W in all: ",
                                    sumW - limitW,
                                    " W more than the base station's StationTxPower of ",
                                    limitW,
                                    " W"));
    }
}

void
FdmaRadioControl::AddDefaults(const Plan& plan, std::vector<DeviceGrants>& grants) const
{
    const CellState cell = GetCellState();
    const Grant share = Predictor::DefaultDownlinkGrant(cell, m_cell, plan);
    // What round-off leaves of a band that is used up is no band.
    const bool left = share.bandwidthHz > cell.downlinkBandwidthHz * ROUND_OFF &&
                      share.txPowerW > cell.downlinkTxPowerW * ROUND_OFF;
    for (const auto& order : plan.orders)
    {
        Grant& downlink =
            grants[order.device].byDirection[static_cast<size_t>(Direction::DOWNLINK)];
        const auto* transfer = order.FindTransfer(Direction::DOWNLINK);
        if (!transfer || downlink.bandwidthHz > 0)
        {
            continue;
        }
        if (!left)
        {
            throw InvalidInput(Describe("device ",
                                        order.device,
                                        ": its download has no grant, and the plan's downlink "
                                        "grants leave no band or power for it"));
        }
        downlink = share;
    }
}

} // namespace fl
} // namespace ns3
