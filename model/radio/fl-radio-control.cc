/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-radio-control.h"

#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/fl-background-rate-model.h"
#include "ns3/fl-error.h"
#include "ns3/fl-fading-rate-model.h"
#include "ns3/fl-ns3-compat.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(RadioControl);

TypeId
RadioControl::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::RadioControl")
            .SetParent<Object>()
            .SetGroupName("Fl")
            .AddAttribute("RateModel",
                          "Rate model of predictions: Phy (that of the PHY), Shannon or "
                          "ShannonGap (with SnrGap and Efficiency)",
                          EnumValue(RadioControl::PHY),
                          MakeFlEnumAccessor<PredictionModel>(&RadioControl::m_rateModel),
                          MakeEnumChecker(RadioControl::PHY,
                                          "Phy",
                                          RadioControl::SHANNON,
                                          "Shannon",
                                          RadioControl::SHANNON_GAP,
                                          "ShannonGap"))
            .AddAttribute("SnrGap",
                          "With RateModel=ShannonGap: SNR gap to Shannon's bound [dB]",
                          DoubleValue(0),
                          MakeDoubleAccessor(&RadioControl::m_snrGapDb),
                          MakeDoubleChecker<double>(0, 100))
            .AddAttribute("Efficiency",
                          "With RateModel=ShannonGap: fraction of the rate that is payload",
                          DoubleValue(1),
                          MakeDoubleAccessor(&RadioControl::m_efficiency),
                          MakeDoubleChecker<double>(1e-6, 1));
    return tid;
}

void
RadioControl::Apply(const Plan& plan)
{
    DoApply(plan);
}

bool
RadioControl::CanUpdate() const
{
    return DoCanUpdate();
}

bool
RadioControl::DoCanUpdate() const
{
    return false;
}

void
RadioControl::Update(const Plan& plan)
{
    if (!DoCanUpdate())
    {
        throw InvalidInput(Describe(GetInstanceTypeId().GetName(),
                                    " cannot change the grants of one device: a whole plan must be "
                                    "applied"));
    }
    DoUpdate(plan);
}

void
RadioControl::DoUpdate(const Plan&)
{
}

void
RadioControl::Release(DeviceId device)
{
    if (DoCanUpdate())
    {
        DoRelease(device);
    }
}

void
RadioControl::DoRelease(DeviceId)
{
}

void
RadioControl::Report(DeviceId device, SystemState& state) const
{
    DoReportDevice(device, state);
}

void
RadioControl::DoReportDevice(DeviceId, SystemState& state) const
{
    DoReport(state);
}

void
RadioControl::Report(SystemState& state) const
{
    DoReport(state);
    ReportBackground(state);
}

void
RadioControl::SetBackground(double payloadBps, double packetBytes)
{
    m_backgroundBps = payloadBps;
    m_backgroundBytes = packetBytes;
}

void
RadioControl::ReportBackground(SystemState& state) const
{
    constexpr double UDP_AND_IP_BYTES = 8 + 20;
    // Least efficiency of a share that background traffic fills: with 0 there would be no plan.
    constexpr double LEAST = 1e-3;
    state.backgroundBps.clear();
    state.uplinkEfficiency.clear();
    if (!(m_backgroundBps > 0))
    {
        return;
    }
    const double headerBytes = UDP_AND_IP_BYTES + DoGetLinkHeaderBytes();
    const double onAirBps = m_backgroundBps * (1 + headerBytes / m_backgroundBytes);
    const uint32_t devices = GetNDevices();
    state.backgroundBps.assign(devices, onAirBps);
    const auto& cell = state.cells.back();
    const auto cellId = static_cast<uint32_t>(state.cells.size() - 1);
    for (DeviceId device = 0; device < std::min<size_t>(devices, state.profiles.size()); ++device)
    {
        const double shareBps = ShannonRateBps(cell.uplinkBandwidthHz / devices,
                                               state.profiles[device].maxTxPowerW,
                                               state.gains(device, cellId, Direction::UPLINK),
                                               cell.noiseWPerHz);
        state.uplinkEfficiency.push_back(std::max(1 - onAirBps / shareBps, LEAST));
    }
}

double
RadioControl::DoGetLinkHeaderBytes() const
{
    return 0;
}

double
RadioControl::DoGetQueuedBits(DeviceId) const
{
    return 0;
}

double
RadioControl::GetRadiatedEnergyJ(DeviceId device) const
{
    return DoGetRadiatedEnergyJ(device);
}

double
RadioControl::GetStationEnergyJ(DeviceId device) const
{
    return DoGetStationEnergyJ(device);
}

double
RadioControl::DoGetStationEnergyJ(DeviceId /* device */) const
{
    return ABSENT;
}

double
RadioControl::GetCircuitEnergyJ(DeviceId device) const
{
    return DoGetCircuitEnergyJ(device);
}

double
RadioControl::DoGetCircuitEnergyJ(DeviceId) const
{
    return ABSENT;
}

std::unique_ptr<const RateModel>
RadioControl::MakeRateModel(const SystemState& state,
                            const Plan& plan,
                            const TransportProfile& transport) const
{
    std::unique_ptr<const RateModel> model;
    if (state.fading.IsFading())
    {
        // The model may be asked for after the caller's plan is gone.
        const auto make = [this, plan, transport](const SystemState& gains) {
            return MakeBlockRateModel(gains, plan, transport);
        };
        model = std::make_unique<FadingRateModel>(state, plan, make);
    }
    else
    {
        model = MakeBlockRateModel(state, plan, transport);
    }
    if (state.backgroundBps.empty())
    {
        return model;
    }
    std::vector<double> queuedBits;
    for (DeviceId device = 0; device < GetNDevices(); ++device)
    {
        queuedBits.push_back(DoGetQueuedBits(device));
    }
    return std::make_unique<BackgroundRateModel>(std::move(model),
                                                 transport,
                                                 DoGetLinkHeaderBytes(),
                                                 std::move(queuedBits));
}

std::unique_ptr<const RateModel>
RadioControl::MakeBlockRateModel(const SystemState& state,
                                 const Plan& plan,
                                 const TransportProfile& transport) const
{
    switch (m_rateModel)
    {
    case SHANNON:
        return std::make_unique<ShannonRateModel>();
    case SHANNON_GAP:
        return std::make_unique<ShannonGapRateModel>(std::pow(10, m_snrGapDb / 10), m_efficiency);
    case PHY:
        break;
    }
    return DoMakeRateModel(state, plan, transport);
}

std::unique_ptr<const RateModel>
RadioControl::DoMakeRateModel(const SystemState&, const Plan&, const TransportProfile&) const
{
    return std::make_unique<ShannonRateModel>();
}

uint32_t
RadioControl::GetNDevices() const
{
    return DoGetNDevices();
}

} // namespace fl
} // namespace ns3
