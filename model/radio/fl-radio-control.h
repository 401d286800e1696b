/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_RADIO_CONTROL_H
#define FL_RADIO_CONTROL_H

#include "ns3/fl-rate-model.h"
#include "ns3/fl-system-state.h"
#include "ns3/fl-transport-profile.h"
#include "ns3/object.h"

#include <memory>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The hand on a cell's radio: enforces the grants of a plan on a PHY, refuses what does not fit,
 * and reports what an optimizer needs to know.
 *
 * Devices are known by their DeviceId, the order in which they were added.
 */
class RadioControl : public Object
{
  public:
    /// By which model transfers are predicted.
    enum PredictionModel
    {
        PHY,        //!< the PHY's own
        SHANNON,    //!< Shannon's formula
        SHANNON_GAP //!< the same with an SNR gap and an efficiency
    };

    /// @return the TypeId
    static TypeId GetTypeId();

    /**
     * Enforce the grants of a plan from now on. Devices without a work order, and directions
     * without a grant, lose what they had; downlink transfers without a grant get the default
     * (DefaultDownlinkGrant()).
     * @param plan the plan
     * @throws InvalidInput if a grant is wrong in itself: not finite, without bandwidth, of
     * negative power or place, overlapping another device's, different from another one of its
     * device in the same direction. Nothing is applied then.
     * @throws Infeasible if grants do not fit: beyond the band, more power than the device or the
     * base station has; the message names the device or band and the excess. Nothing is applied
     * then.
     */
    void Apply(const Plan& plan);

    /**
     * Fill in what the radio knows: cells (bandwidth to be planned, noise, power) and the gains of
     * all devices now.
     * @param state profiles are there already; cells and gains are overwritten
     */
    void Report(SystemState& state) const;

    /**
     * Tell of other traffic that each device sends over UDP, beside its updates, so that states
     * and predictions know of it. The plan's part is SystemState::uplinkEfficiency: what it leaves
     * of an equal share of the band.
     * @param payloadBps of each device, UDP's payload [bit/s]; 0: none
     * @param packetBytes UDP's payload in a packet, above 0 [byte]
     */
    void SetBackground(double payloadBps, double packetBytes);

    /**
     * @param device the device
     * @return energy radiated by it so far [J]: power times time on the air, of all that it sent
     */
    double GetRadiatedEnergyJ(DeviceId device) const;

    /**
     * @param device the device
     * @return energy that its radio's circuits took so far [J]; ABSENT where they are not modelled
     */
    double GetCircuitEnergyJ(DeviceId device) const;

    /**
     * The model of transfers to predict a plan with, before it is enforced: the PHY's own, or
     * another one by the attribute RateModel. The PHY's own may depend on the whole plan, as where
     * shares are rounded together; where a PHY has none, it is Shannon's. Where gains fade in
     * blocks, it is in both cases a FadingRateModel of it.
     * @param state as reported
     * @param plan what will be enforced
     * @param transport how messages travel
     * @return the model
     */
    std::unique_ptr<const RateModel> MakeRateModel(const SystemState& state,
                                                   const Plan& plan,
                                                   const TransportProfile& transport) const;

    /// @return the number of devices
    uint32_t GetNDevices() const;

  private:
    /**
     * The same while gains stay as they are in the state.
     * @param state what is known
     * @param plan what is to be predicted
     * @param transport what messages add to it
     * @return a model of that plan's transfers; must not outlive the state and the plan
     */
    std::unique_ptr<const RateModel> MakeBlockRateModel(const SystemState& state,
                                                        const Plan& plan,
                                                        const TransportProfile& transport) const;

    /**
     * Report what other traffic takes and leaves.
     * @param state gets it, by device [bit/s]
     */
    void ReportBackground(SystemState& state) const;

    /**
     * Enforce the grants of a plan, from now on.
     * @param plan already checked for overlaps
     * @throws Infeasible if it takes more than the cell has; the excess is named
     */
    virtual void DoApply(const Plan& plan) = 0;
    /// @param state gets gains, noise and bandwidths of the cell
    virtual void DoReport(SystemState& state) const = 0;
    /**
     * @param device which
     * @return what its radio has radiated since the beginning [J]
     */
    virtual double DoGetRadiatedEnergyJ(DeviceId device) const = 0;
    /// @return number of devices in the cell
    virtual uint32_t DoGetNDevices() const = 0;
    /**
     * @param device which
     * @return what its radio's circuits have taken since the beginning [J]; ABSENT where they are
     * not modelled
     */
    virtual double DoGetCircuitEnergyJ(DeviceId device) const;
    /// @return what the link adds to each packet on its uplink [byte]; here 0
    virtual double DoGetLinkHeaderBytes() const;
    /**
     * @param device which
     * @return what waits in it for its uplink [bit]; here 0, as where devices always send
     */
    virtual double DoGetQueuedBits(DeviceId device) const;
    /**
     * @param state what is known
     * @param plan what is to be predicted
     * @param transport what messages add to it
     * @return a model of that plan's transfers; must not outlive the state and the plan
     */
    virtual std::unique_ptr<const RateModel> DoMakeRateModel(
        const SystemState& state,
        const Plan& plan,
        const TransportProfile& transport) const;

    PredictionModel m_rateModel{PHY}; //!< attribute
    double m_snrGapDb{0};             //!< attribute
    double m_efficiency{1};           //!< attribute
    double m_backgroundBps{0};        //!< UDP's payload of other traffic, per device [bit/s]
    double m_backgroundBytes{1};      //!< of it in a packet [byte]
};

} // namespace fl
} // namespace ns3

#endif /* FL_RADIO_CONTROL_H */
