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
 * Something that draws a piecewise constant power from an ns-3 EnergySource; subclasses say how
 * much, and what to do when the source is empty.
 *
 * ns-3's sources look at their charge when a power changes, and at intervals
 * (BasicEnergySource: PeriodicEnergyUpdateInterval, 1 s), and call themselves empty at a threshold
 * (BasicEnergyLowBatteryThreshold, 10 % of the initial energy). Between two such looks this model
 * has the source look once more, at the moment at which the loads of this kind that it feeds would
 * empty it together: depletion is then exact, to some nanojoules, in which BasicEnergySource
 * counts. The threshold must leave room for these: ns-3 asserts that a source never gives more than
 * it has.
 *
 * BasicEnergySource rounds what it gives to whole nanojoules at each look, so its account of many
 * short transmissions is good to about 1e-4; this model's own account is not rounded.
 *
 * The subclass is told about depletion in an event of its own, at the same time, since the source
 * may find out while the subclass is changing its power.
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
     * The subclass's power changes now.
     * @param oldW before [W]
     * @param newW from now on [W]
     */
    void SetPower(double oldW, double newW);

    void DoDispose() override;

  private:
    double DoGetCurrentA() const override;
    /// The source is empty, or was charged again: DoDepleted or DoRecharged.
    void Tell();
    /// Have the source look when its loads will have emptied it, if that is soon.
    void ScheduleLook();
    /// The time has come.
    void Look();

    /// The source is empty.
    virtual void DoDepleted() = 0;
    /// The source was charged again.
    virtual void DoRecharged() = 0;

    Ptr<SourceLoad> m_total;    //!< drawn by all loads of the source
    Ptr<EnergySource> m_source; //!< where the energy comes from
    double m_powerW{0};         //!< drawn now
    double m_energyJ{0};        //!< drawn until m_since
    Time m_since;               //!< since when m_powerW is drawn
    bool m_empty{false};        //!< what the source said last
    bool m_toldEmpty{false};    //!< what the subclass knows
    EventId m_look;             //!< the next extra look
    EventId m_tell;             //!< Tell
};

} // namespace fl
} // namespace ns3

#endif /* FL_LOAD_ENERGY_MODEL_H */
