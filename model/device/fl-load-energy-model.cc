/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-load-energy-model.h"

#include "ns3/double.h"
#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

/// Sum of the power of all LoadEnergyModels on a source; aggregated to the source.
class SourceLoad : public Object
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::fl::SourceLoad").SetParent<Object>().SetGroupName("Fl");
        return tid;
    }

    double powerW{0}; //!< drawn now [W]
};

NS_OBJECT_ENSURE_REGISTERED(SourceLoad);
NS_OBJECT_ENSURE_REGISTERED(LoadEnergyModel);

TypeId
LoadEnergyModel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::LoadEnergyModel").SetParent<DeviceEnergyModel>().SetGroupName("Fl");
    return tid;
}

LoadEnergyModel::LoadEnergyModel() = default;

LoadEnergyModel::~LoadEnergyModel() = default;

void
LoadEnergyModel::DoDispose()
{
    m_updateEvent.Cancel();
    m_reportEvent.Cancel();
    m_total = nullptr;
    m_source = nullptr;
    DeviceEnergyModel::DoDispose();
}

void
LoadEnergyModel::SetEnergySource(Ptr<EnergySource> source)
{
    m_source = source;
    m_total = source->GetObject<SourceLoad>();
    if (!m_total)
    {
        m_total = CreateObject<SourceLoad>();
        source->AggregateObject(m_total);
    }
}

double
LoadEnergyModel::GetTotalEnergyConsumption() const
{
    return m_energyJ + m_powerW * (Simulator::Now() - m_since).GetSeconds();
}

void
LoadEnergyModel::ChangeState(int /* newState */)
{
    // The state is the power, which the subclass sets.
}

void
LoadEnergyModel::SetPower(double /* oldW */, double newW)
{
    if (!m_source)
    {
        return;
    }
    // Before the change: the source integrates the current that was drawn until now.
    m_source->UpdateEnergySource();
    m_energyJ = GetTotalEnergyConsumption();
    m_since = Simulator::Now();
    m_total->powerW += newW - m_powerW;
    m_powerW = newW;
    ScheduleSourceUpdate();
}

double
LoadEnergyModel::DoGetCurrentA() const
{
    return m_source ? m_powerW / m_source->GetSupplyVoltage() : 0;
}

void
LoadEnergyModel::HandleEnergyDepletion()
{
    m_isDepleted = true;
    if (!IsPending(m_reportEvent))
    {
        m_reportEvent = Simulator::ScheduleNow(&LoadEnergyModel::ReportSourceState, this);
    }
}

void
LoadEnergyModel::HandleEnergyRecharged()
{
    m_isDepleted = false;
    if (!IsPending(m_reportEvent))
    {
        m_reportEvent = Simulator::ScheduleNow(&LoadEnergyModel::ReportSourceState, this);
    }
}

void
LoadEnergyModel::HandleEnergyChanged()
{
    ScheduleSourceUpdate();
}

void
LoadEnergyModel::ReportSourceState()
{
    if (m_isDepleted == m_reportedDepleted)
    {
        return;
    }
    m_reportedDepleted = m_isDepleted;
    if (m_isDepleted)
    {
        DoDepleted();
    }
    else
    {
        DoRecharged();
    }
}

void
LoadEnergyModel::ScheduleSourceUpdate()
{
    m_updateEvent.Cancel(); // it was computed from another power or remaining energy
    if (m_powerW <= 0 || m_isDepleted)
    {
        return; // the other loads on the source schedule updates for all
    }
    TimeValue interval;
    DoubleValue threshold;
    if (!m_source->GetAttributeFailSafe("PeriodicEnergyUpdateInterval", interval) ||
        !m_source->GetAttributeFailSafe("BasicEnergyLowBatteryThreshold", threshold))
    {
        return; // not a BasicEnergySource: no better than its own updates
    }
    const double leftJ =
        m_source->GetRemainingEnergy() - threshold.Get() * m_source->GetInitialEnergy();
    // BasicEnergySource computes the energy supplied since its last update as a Time: in whole
    // nanojoules, rounded down. Before one of these is used, an update changes nothing.
    constexpr double QUANTUM_J = 1e-9;
    const double leftS = (std::max(leftJ, 0.0) + QUANTUM_J) / m_total->powerW;
    if (leftS <= interval.Get().GetSeconds())
    {
        // After the energy is used up, whatever way the time is rounded.
        m_updateEvent = Simulator::Schedule(Seconds(leftS) + NanoSeconds(1),
                                            &LoadEnergyModel::UpdateSource,
                                            this);
    }
}

void
LoadEnergyModel::UpdateSource()
{
    m_source->UpdateEnergySource();
    ScheduleSourceUpdate();
}

} // namespace fl
} // namespace ns3
