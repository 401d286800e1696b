/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fdma-radio-energy-model.h"

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(FdmaRadioEnergyModel);

TypeId
FdmaRadioEnergyModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::fl::FdmaRadioEnergyModel")
                            .SetParent<LoadEnergyModel>()
                            .SetGroupName("Fl")
                            .AddConstructor<FdmaRadioEnergyModel>();
    return tid;
}

FdmaRadioEnergyModel::FdmaRadioEnergyModel() = default;

FdmaRadioEnergyModel::~FdmaRadioEnergyModel() = default;

void
FdmaRadioEnergyModel::SetDevice(Ptr<FdmaNetDevice> device)
{
    m_device = device;
    device->TraceConnectWithoutContext("TxPower",
                                       MakeCallback(&FdmaRadioEnergyModel::SetPower, this));
}

void
FdmaRadioEnergyModel::DoDispose()
{
    if (m_device)
    {
        m_device->TraceDisconnectWithoutContext(
            "TxPower",
            MakeCallback(&FdmaRadioEnergyModel::SetPower, this));
        m_device = nullptr;
    }
    LoadEnergyModel::DoDispose();
}

void
FdmaRadioEnergyModel::DoDepleted()
{
    m_device->SetDown();
}

void
FdmaRadioEnergyModel::DoRecharged()
{
    m_device->SetUp();
}

} // namespace fl
} // namespace ns3
