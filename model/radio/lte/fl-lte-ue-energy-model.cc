/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-lte-ue-energy-model.h"

#include "ns3/double.h"
#include "ns3/lte-spectrum-phy.h"
#include "ns3/lte-ue-phy.h"
#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(LteUeEnergyModel);

TypeId
LteUeEnergyModel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::LteUeEnergyModel")
            .SetParent<LoadEnergyModel>()
            .SetGroupName("Fl")
            .AddConstructor<LteUeEnergyModel>()
            .AddAttribute("IdlePower",
                          "Power without an RRC connection [W]",
                          DoubleValue(0.5),
                          MakeDoubleAccessor(&LteUeEnergyModel::m_idleW),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("ConnectedPower",
                          "Power with an RRC connection [W]",
                          DoubleValue(1.53),
                          MakeDoubleAccessor(&LteUeEnergyModel::m_connectedW),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("SendPower",
                          "Power on top of it while data are sent, without what is radiated [W]",
                          DoubleValue(0.55),
                          MakeDoubleAccessor(&LteUeEnergyModel::m_sendW),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("ReceivePower",
                          "Power on top of it while a transport block is received [W]",
                          DoubleValue(0.42),
                          MakeDoubleAccessor(&LteUeEnergyModel::m_receiveW),
                          MakeDoubleChecker<double>(0));
    return tid;
}

LteUeEnergyModel::LteUeEnergyModel() = default;

LteUeEnergyModel::~LteUeEnergyModel() = default;

void
LteUeEnergyModel::SetDevice(Ptr<LteUeNetDevice> device)
{
    m_device = device;
    m_since = Simulator::Now();
    device->GetRrc()->TraceConnectWithoutContext(
        "StateTransition",
        MakeCallback(&LteUeEnergyModel::StateChanged, this));
    device->GetPhy()->GetDownlinkSpectrumPhy()->TraceConnectWithoutContext(
        "DlPhyReception",
        MakeCallback(&LteUeEnergyModel::Received, this));
}

void
LteUeEnergyModel::DoDispose()
{
    m_device = nullptr;
    LoadEnergyModel::DoDispose();
}

double
LteUeEnergyModel::StatePowerW(bool connected, bool off) const
{
    return off ? 0 : connected ? m_connectedW : m_idleW;
}

double
LteUeEnergyModel::GetCircuitEnergyJ() const
{
    return m_circuitJ + StatePowerW(m_connected, m_off) * (Simulator::Now() - m_since).GetSeconds();
}

void
LteUeEnergyModel::SetState(bool connected, bool off)
{
    m_circuitJ = GetCircuitEnergyJ();
    m_since = Simulator::Now();
    const double changeW = StatePowerW(connected, off) - StatePowerW(m_connected, m_off);
    m_connected = connected;
    m_off = off;
    Draw(changeW);
}

void
LteUeEnergyModel::StateChanged(uint64_t, uint16_t, uint16_t, LteUeRrc::State, LteUeRrc::State to)
{
    const bool connected = to == LteUeRrc::CONNECTED_NORMALLY;
    if (connected != m_connected)
    {
        SetState(connected, m_off);
    }
}

void
LteUeEnergyModel::Received(const PhyReceptionStatParameters)
{
    if (m_off)
    {
        return;
    }
    const Time subframe = MilliSeconds(1);
    m_circuitJ += m_receiveW * subframe.GetSeconds();
    DrawFor(m_receiveW, subframe);
}

void
LteUeEnergyModel::NotifySent(Time duration, double radiatedW)
{
    if (m_off)
    {
        return;
    }
    m_circuitJ += m_sendW * duration.GetSeconds();
    DrawFor(m_sendW + radiatedW, duration);
}

void
LteUeEnergyModel::SetEnergySource(Ptr<EnergySource> source)
{
    LoadEnergyModel::SetEnergySource(source);
    m_hasSource = true;
    Draw(StatePowerW(m_connected, m_off));
}

void
LteUeEnergyModel::DrawFor(double powerW, Time duration)
{
    if (m_hasSource)
    {
        Draw(powerW);
        Simulator::Schedule(duration, &LteUeEnergyModel::Draw, this, -powerW);
    }
}

void
LteUeEnergyModel::Draw(double powerW)
{
    if (m_hasSource)
    {
        const double newW = std::max(0.0, m_drawnW + powerW);
        SetPower(m_drawnW, newW);
        m_drawnW = newW;
    }
}

void
LteUeEnergyModel::DoDepleted()
{
    // The processor on the same source fails the device's orders; here its radio stops sending.
    SetState(m_connected, true);
    if (m_device)
    {
        m_device->GetPhy()->SetTxPower(-300);
    }
}

void
LteUeEnergyModel::DoRecharged()
{
    // The next plan gives it a power.
    SetState(m_connected, false);
}

} // namespace fl
} // namespace ns3
