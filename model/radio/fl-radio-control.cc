/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-radio-control.h"

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(RadioControl);

TypeId
RadioControl::GetTypeId()
{
    static TypeId tid = TypeId("ns3::fl::RadioControl").SetParent<Object>().SetGroupName("Fl");
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
