/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-processor-energy-model.h"

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(ProcessorEnergyModel);

TypeId
ProcessorEnergyModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::fl::ProcessorEnergyModel")
                            .SetParent<LoadEnergyModel>()
                            .SetGroupName("Fl")
                            .AddConstructor<ProcessorEnergyModel>();
    return tid;
}

ProcessorEnergyModel::ProcessorEnergyModel() = default;

ProcessorEnergyModel::~ProcessorEnergyModel() = default;

void
ProcessorEnergyModel::SetProcessor(Ptr<Processor> processor)
{
    m_processor = processor;
    processor->TraceConnectWithoutContext("Power",
                                          MakeCallback(&ProcessorEnergyModel::SetPower, this));
}

void
ProcessorEnergyModel::DoDispose()
{
    if (m_processor)
    {
        m_processor->TraceDisconnectWithoutContext(
            "Power",
            MakeCallback(&ProcessorEnergyModel::SetPower, this));
        m_processor = nullptr;
    }
    LoadEnergyModel::DoDispose();
}

void
ProcessorEnergyModel::DoDepleted()
{
    m_processor->SwitchOff();
}

void
ProcessorEnergyModel::DoRecharged()
{
    m_processor->SwitchOn();
}

} // namespace fl
} // namespace ns3
