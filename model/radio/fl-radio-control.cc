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

uint32_t
RadioControl::GetNDevices() const
{
    return DoGetNDevices();
}

} // namespace fl
} // namespace ns3
