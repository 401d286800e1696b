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
 * The radio controller of a cell, abstract: enforces the grants of a plan on a PHY, rejects plans
 * that exceed the cell's resources, and reports the cell's state to optimizers.
 *
 * A device's DeviceId is the number of devices that were added before it.
 */
class RadioControl : public Object
{
  public:
    /// The rate model that predictions use. Unscoped, since ns-3 before 3.41 asks for it.
    enum PredictionModel
    {
        PHY,        //!< that of the PHY (FdmaRateModel, LteRateModel, WifiRateModel)
        SHANNON,    //!< Shannon's formula: B log2(1 + SNR)
        SHANNON_GAP //!< the same with an SNR gap [dB] and an efficiency (a factor up to 1)
    };

    /// @return the TypeId
    static TypeId GetTypeId();

    /**
     * Enforce the grants of a plan from now on. Devices without a work order, and directions
     * without a grant, lose what they had; downlink transfers without a grant get the default
     * (DefaultDownlinkGrant()).
     * @param plan the plan
     * @throws InvalidInput if a grant is invalid by itself: not finite, without bandwidth, of
     * negative power or place, overlapping another device's, different from another one of its
     * device in the same direction. Nothing is applied then.
     * @throws Infeasible if grants do not fit: beyond the band, more power than the device or the
     * base station has; the message names the device or band and the excess. Nothing is applied
     * then.
     */
    void Apply(const Plan& plan);

    /**
     * @return whether Update() costs the same however many other devices there are, and no device's
     *         rate depends on the grants of others
     */
    bool CanUpdate() const;
    /**
     * Enforce the grants of a plan's devices from now on; other devices keep theirs. Only if
     * CanUpdate().
     * @param plan one or a few orders; each transfer has a grant
     * @throws InvalidInput as Apply(), and if a transfer has no grant, or CanUpdate() is false
     * @throws Infeasible as Apply()
     */
    void Update(const Plan& plan);
    /**
     * Take a device's grants from it, so that Update() can give them to others; nothing
     * happens unless CanUpdate().
     * @param device the device
     */
    void Release(DeviceId device);

    /**
     * Report one device, in a state that Report() has filled in: its present gains, and the bands.
     * @param device the device
     * @param [in,out] state its cells and the device's gains are overwritten
     */
    void Report(DeviceId device, SystemState& state) const;

    /**
     * Report the cell to optimizers: bandwidth that can be planned [Hz], noise density [W/Hz], the
     * base station's power [W], and the present gains of all devices.
     * @param [in,out] state has the device profiles already; cells and gains are overwritten
     */
    void Report(SystemState& state) const;

    /**
     * Declare the background traffic that each device sends over UDP beside its updates, so that
     * states and predictions account for it. Optimizers see it as SystemState::uplinkEfficiency,
     * the fraction that it leaves of an equal share of the band.
     * @param payloadBps UDP payload of each device [bit/s]; 0: none
     * @param packetBytes UDP payload of a packet, above 0 [byte]
     */
    void SetBackground(double payloadBps, double packetBytes);

    /**
     * @param device the device
     * @return energy radiated by it so far [J]: transmit power times airtime of all of its frames
     */
    double GetRadiatedEnergyJ(DeviceId device) const;

    /**
     * @param device the device
     * @return energy that its radio's circuits consumed so far [J]; ABSENT where they are not
     * modelled
     */
    double GetCircuitEnergyJ(DeviceId device) const;

    /**
     * @param device the device
     * @return energy that the base station radiated on the device's downlink grants so far [J]:
     *         power times airtime; ABSENT where that is not counted
     */
    double GetStationEnergyJ(DeviceId device) const;

    /**
     * The rate model to predict a plan with, before it is enforced: that of the PHY, or the one
     * that the attribute RateModel names. A PHY's model may depend on the whole plan, as where
     * shares are rounded together; a PHY without one has Shannon's. Where gains fade in blocks, the
     * result is a FadingRateModel of it.
     * @param state as Report() made it
     * @param plan the plan that will be enforced
     * @param transport headers, windows and acknowledgements of the transport
     * @return the model; must not outlive state and plan
     */
    std::unique_ptr<const RateModel> MakeRateModel(const SystemState& state,
                                                   const Plan& plan,
                                                   const TransportProfile& transport) const;

    /// @return the number of devices
    uint32_t GetNDevices() const;

  private:
    /**
     * The same for constant gains, those of the state.
     * @param state gains, noise density and bandwidths
     * @param plan the plan that will be enforced
     * @param transport headers, windows and acknowledgements of the transport
     * @return a model of that plan's transfers; must not outlive the state and the plan
     */
    std::unique_ptr<const RateModel> MakeBlockRateModel(const SystemState& state,
                                                        const Plan& plan,
                                                        const TransportProfile& transport) const;

    /**
     * Report the background traffic and the share of the uplink that it leaves.
     * @param [in,out] state its backgroundBps, by device, and uplinkEfficiency are overwritten
     */
    void ReportBackground(SystemState& state) const;

    /**
     * Enforce the grants of a plan, from now on.
     * @param plan already checked for overlaps
     * @throws Infeasible if it takes more than the cell has; the excess is named
     */
    virtual void DoApply(const Plan& plan) = 0;
    /// @return see CanUpdate(); false by default
    virtual bool DoCanUpdate() const;
    /**
     * Enforce the grants of a plan's devices; called if DoCanUpdate().
     * @param plan one or a few orders
     * @throws InvalidInput, Infeasible as Update()
     */
    virtual void DoUpdate(const Plan& plan);
    /**
     * Take a device's grants from it; called if DoCanUpdate().
     * @param device the device
     */
    virtual void DoRelease(DeviceId device);
    /**
     * Report one device; by default all of them.
     * @param device the device
     * @param [in,out] state its cells and the device's gains are overwritten
     */
    virtual void DoReportDevice(DeviceId device, SystemState& state) const;
    /// @param [in,out] state its cells and gains are overwritten
    virtual void DoReport(SystemState& state) const = 0;
    /**
     * @param device the device
     * @return energy that its radio has radiated since the start of the simulation [J]
     */
    virtual double DoGetRadiatedEnergyJ(DeviceId device) const = 0;
    /// @return number of devices in the cell
    virtual uint32_t DoGetNDevices() const = 0;
    /**
     * @param device the device
     * @return energy that its radio's circuits have consumed since the start of the simulation [J];
     * ABSENT, the default, where they are not modelled
     */
    virtual double DoGetCircuitEnergyJ(DeviceId device) const;
    /**
     * @param device the device
     * @return energy that the base station has radiated on its downlink grants since the start of
     *         the simulation [J]; ABSENT, the default, where it is not counted
     */
    virtual double DoGetStationEnergyJ(DeviceId device) const;
    /// @return link header of a packet on the uplink [byte]; 0 by default
    virtual double DoGetLinkHeaderBytes() const;
    /**
     * @param device the device
     * @return data in its uplink queue [bit]; 0 by default
     */
    virtual double DoGetQueuedBits(DeviceId device) const;
    /**
     * @param state gains, noise density and bandwidths
     * @param plan the plan that will be enforced
     * @param transport headers, windows and acknowledgements of the transport
     * @return a model of that plan's transfers; must not outlive the state and the plan
     */
    virtual std::unique_ptr<const RateModel> DoMakeRateModel(
        const SystemState& state,
        const Plan& plan,
        const TransportProfile& transport) const;

    PredictionModel m_rateModel{PHY}; //!< attribute RateModel
    double m_snrGapDb{0};             //!< attribute SnrGap [dB]
    double m_efficiency{1};           //!< attribute Efficiency
    double m_backgroundBps{0};        //!< UDP payload of background traffic, per device [bit/s]
    double m_backgroundBytes{1};      //!< UDP payload of its packets [byte]
};

} // namespace fl
} // namespace ns3

#endif /* FL_RADIO_CONTROL_H */
