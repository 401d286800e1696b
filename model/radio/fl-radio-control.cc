/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-radio-control.h"

#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/fl-fading-rate-model.h"
#include "ns3/fl-ns3-compat.h"

#include <cmath>

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
                          "By what transfers are predicted: Phy (the PHY's own model), Shannon or "
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
                          "With RateModel=ShannonGap: how much more signal it takes [dB]",
                          DoubleValue(0),
                          MakeDoubleAccessor(&RadioControl::m_snrGapDb),
                          MakeDoubleChecker<double>(0, 100))
            .AddAttribute("Efficiency",
                          "With RateModel=ShannonGap: part of the rate that is payload",
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

void
RadioControl::Report(SystemState& state) const
{
    DoReport(state);
}

double
RadioControl::GetRadiatedEnergyJ(DeviceId device) const
{
    return DoGetRadiatedEnergyJ(device);
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
    if (!state.fading.IsFading())
    {
        return MakeBlockRateModel(state, plan, transport);
    }
    // The model may be asked for after the caller's plan is gone.
    const auto make = [this, plan, transport](const SystemState& gains) {
        return MakeBlockRateModel(gains, plan, transport);
    };
    return std::make_unique<FadingRateModel>(state, plan, make);
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
