/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LOAD_ENERGY_MODEL_H
#define FL_LOAD_ENERGY_MODEL_H

#include "ns3/device-energy-model.h"
#include "ns3/energy-source.h"
#include "ns3/event-id.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/nstime.h"

namespace ns3
{
namespace fl
{

class SourceLoad;

/**
 * @ingroup fl
 * A device energy model that draws a piecewise constant power from an ns-3 EnergySource. Subclasses
 * set the power and react to depletion.
 *
 * ns-3's sources update their remaining energy when a load changes, and periodically
 * (BasicEnergySource: PeriodicEnergyUpdateInterval, 1 s), and report depletion at a threshold
 * (BasicEnergyLowBatteryThreshold, 10 % of the initial energy). Between two updates this model
 * requests another one, at the time at which all loads of this kind on the source will have
 * depleted it together. The time of depletion is then exact, to some nanojoules, the unit in which
 * BasicEnergySource counts. The threshold must leave room for these: ns-3 asserts that a source
 * never supplies more than it has.
 *
 * BasicEnergySource rounds the energy that it supplies to whole nanojoules at each update, so its
 * total over many short transmissions has a relative error of about 1e-4;
 * GetTotalEnergyConsumption() is not rounded.
 *
 * DoDepleted() and DoRecharged() are called from an event of their own, at the same simulated time,
 * since the source may detect depletion while the subclass is changing its power.
 */
class LoadEnergyModel : public DeviceEnergyModel
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    LoadEnergyModel();
    ~LoadEnergyModel() override;

    // From DeviceEnergyModel.
    void SetEnergySource(Ptr<EnergySource> source) override;
    double GetTotalEnergyConsumption() const override;
    void ChangeState(int newState) override;
    void HandleEnergyDepletion() override;
    void HandleEnergyRecharged() override;
    void HandleEnergyChanged() override;

  protected:
    /**
     * Change the power drawn. The signature is that of a power trace's sink.
     * @param oldW ignored: the power set last counts
     * @param newW from now on [W]; at least 0
     */
    void SetPower(double oldW, double newW);

    void DoDispose() override;

  private:
    double DoGetCurrentA() const override;
    /// Call DoDepleted() or DoRecharged(), if the source's state differs from the one reported
    /// last.
    void ReportSourceState();
    /// Schedule an update of the source for the time at which its loads will have depleted it, if
    /// that is before its next periodic one.
    void ScheduleSourceUpdate();
    /// Update the source's remaining energy, and schedule the next update.
    void UpdateSource();

    /// The source is depleted: the subclass stops what draws power.
    virtual void DoDepleted() = 0;
    /// The source was recharged above its threshold.
    virtual void DoRecharged() = 0;

    Ptr<SourceLoad> m_total;        //!< sum over all loads of this kind on the source
    Ptr<EnergySource> m_source;     //!< source that is drawn from; null: none
    double m_powerW{0};             //!< drawn now [W]
    double m_energyJ{0};            //!< drawn until m_since [J]
    Time m_since;                   //!< time of the last change of m_powerW
    bool m_isDepleted{false};       //!< state of the source, as it reported last
    bool m_reportedDepleted{false}; //!< state of the source, as the subclass was told last
    EventId m_updateEvent;          //!< the next UpdateSource()
    EventId m_reportEvent;          //!< the next ReportSourceState()
};

} // namespace fl
} // namespace ns3

#endif /* FL_LOAD_ENERGY_MODEL_H */
