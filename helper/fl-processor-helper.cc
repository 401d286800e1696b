/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-processor-helper.h"

#include "ns3/double.h"
#include "ns3/fl-fdma-radio-energy-model.h"
#include "ns3/fl-processor-energy-model.h"
#include "ns3/node.h"

namespace ns3
{
namespace fl
{

ProcessorHelper::ProcessorHelper()
{
    m_factory.SetTypeId(Processor::GetTypeId());
}

void
ProcessorHelper::SetAttribute(const std::string& name, const AttributeValue& value)
{
    m_factory.Set(name, value);
}

void
ProcessorHelper::Install(const NodeContainer& nodes) const
{
    for (auto node = nodes.Begin(); node != nodes.End(); ++node)
    {
        (*node)->AggregateObject(m_factory.Create<Processor>());
    }
}

Ptr<Processor>
ProcessorHelper::Install(Ptr<Node> node, const DeviceProfile& profile) const
{
    const auto processor = m_factory.Create<Processor>();
    processor->SetAttribute("MaxFrequency", DoubleValue(profile.maxCpuHz));
    processor->SetAttribute("EffectiveCapacitance", DoubleValue(profile.effectiveCapacitance));
    node->AggregateObject(processor);
    return processor;
}

void
ProcessorHelper::InstallEnergyModels(const EnergySourceContainer& sources)
{
    for (auto source = sources.Begin(); source != sources.End(); ++source)
    {
        const auto node = (*source)->GetNode();
        if (const auto processor = node->GetObject<Processor>())
        {
            const auto model = CreateObject<ProcessorEnergyModel>();
            model->SetEnergySource(*source);
            model->SetProcessor(processor);
            (*source)->AppendDeviceEnergyModel(model);
        }
        for (uint32_t i = 0; i < node->GetNDevices(); ++i)
        {
            const auto device = DynamicCast<FdmaNetDevice>(node->GetDevice(i));
            if (device)
            {
                const auto model = CreateObject<FdmaRadioEnergyModel>();
                model->SetEnergySource(*source);
                model->SetDevice(device);
                (*source)->AppendDeviceEnergyModel(model);
            }
        }
    }
}

} // namespace fl
} // namespace ns3
