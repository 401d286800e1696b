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

/// What all the LoadEnergyModels of a source draw together; aggregated to the source.
class SourceLoad : public Object
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::fl::SourceLoad").SetParent<Object>().SetGroupName("Fl");
        return tid;
    }

    double powerW{0}; //!< the sum [W]
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
    m_look.Cancel();
    m_tell.Cancel();
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
    // Its state is its power, which the processor or the radio knows.
}

void
LoadEnergyModel::SetPower(double /* oldW */, double newW)
{
    if (!m_source)
    {
        return;
    }
    // The source asks for the current that was drawn until now, so before it changes.
    m_source->UpdateEnergySource();
    m_energyJ = GetTotalEnergyConsumption();
    m_since = Simulator::Now();
    m_total->powerW += newW - m_powerW;
    m_powerW = newW;
    ScheduleLook();
}

double
LoadEnergyModel::DoGetCurrentA() const
{
    return m_source ? m_powerW / m_source->GetSupplyVoltage() : 0;
}

void
LoadEnergyModel::HandleEnergyDepletion()
{
    m_empty = true;
    if (!IsPending(m_tell))
    {
        m_tell = Simulator::ScheduleNow(&LoadEnergyModel::Tell, this);
    }
}

void
LoadEnergyModel::HandleEnergyRecharged()
{
    m_empty = false;
    if (!IsPending(m_tell))
    {
        m_tell = Simulator::ScheduleNow(&LoadEnergyModel::Tell, this);
    }
}

void
LoadEnergyModel::HandleEnergyChanged()
{
    ScheduleLook();
}

void
LoadEnergyModel::Tell()
{
    if (m_empty == m_toldEmpty)
    {
        return;
    }
    m_toldEmpty = m_empty;
    if (m_empty)
    {
        DoDepleted();
    }
    else
    {
        DoRecharged();
    }
}

void
LoadEnergyModel::ScheduleLook()
{
    m_look.Cancel(); // it was for another power, or another charge
    if (m_powerW <= 0 || m_empty)
    {
        return; // the loads that draw look out for all
    }
    TimeValue interval;
    DoubleValue threshold;
    if (!m_source->GetAttributeFailSafe("PeriodicEnergyUpdateInterval", interval) ||
        !m_source->GetAttributeFailSafe("BasicEnergyLowBatteryThreshold", threshold))
    {
        return; // another kind of source: as exact as it is by itself
    }
    const double leftJ =
        m_source->GetRemainingEnergy() - threshold.Get() * m_source->GetInitialEnergy();
    // BasicEnergySource computes the energy taken since its last look as a Time: in whole
    // nanojoules, rounded down. Sooner than after one of these it would see no change, ever.
    constexpr double QUANTUM_J = 1e-9;
    const double leftS = (std::max(leftJ, 0.0) + QUANTUM_J) / m_total->powerW;
    if (leftS <= interval.Get().GetSeconds())
    {
        // Not before the energy is used up, whatever rounding does.
        m_look = Simulator::Schedule(Seconds(leftS) + NanoSeconds(1), &LoadEnergyModel::Look, this);
    }
}

void
LoadEnergyModel::Look()
{
    m_source->UpdateEnergySource();
    ScheduleLook();
}

} // namespace fl
} // namespace ns3
