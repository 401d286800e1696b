/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LTE_RADIO_CONTROL_H
#define FL_LTE_RADIO_CONTROL_H

#include "fl-lte-scheduler.h"

#include "ns3/energy-source.h"
#include "ns3/fl-grant-check.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-radio-control.h"
#include "ns3/lte-enb-net-device.h"
#include "ns3/lte-ue-net-device.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/spectrum-signal-parameters.h"

#include <unordered_map>
#include <vector>

namespace ns3
{
namespace fl
{

class LteUeEnergyModel;

/**
 * @ingroup fl
 * The hand on one LTE cell with an LteFlScheduler. Grants are shares of the blocks that the
 * scheduler's ControlBlocks leave of the uplink, and of all downlink block groups but one.
 *
 * The uplink power of a grant is the UE's total power on its blocks, whatever their number. All
 * devices without an uplink grant send with their maximum power. In the downlink ns-3 sends all
 * blocks with the same power, so that a downlink grant must have its proportional part of the base
 * station's.
 *
 * Apply() comes into force in the middle of the running subframe or of the next one; decisions
 * follow it from then on, and powers change at the very subframe in which the first of these
 * decisions is on the air.
 *
 * Reported gains are path loss and all that is chained to it; fading of the trace-based,
 * frequency-selective kind is not in them.
 */
class LteRadioControl : public RadioControl
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    LteRadioControl();
    ~LteRadioControl() override;

    /**
     * @param enb the base station
     * @param scheduler its scheduler
     * @param uplinkLoss the uplink's losses
     * @param downlinkLoss the downlink's losses
     */
    void SetCell(Ptr<LteEnbNetDevice> enb,
                 Ptr<LteFlScheduler> scheduler,
                 Ptr<PropagationLossModel> uplinkLoss,
                 Ptr<PropagationLossModel> downlinkLoss);
    /**
     * @param device a UE of the cell; its uplink power control must be off
     * @param maxTxPowerW the most that a grant may ask of it [W]
     * @return its DeviceId: the number of devices added before
     */
    DeviceId Add(Ptr<LteUeNetDevice> device, double maxTxPowerW);

    /**
     * The circuits of the node's UE, and what it radiates, draw from a source from now on.
     * @param source on a node
     */
    void DrawFrom(Ptr<EnergySource> source);

    /// @return the scheduler
    Ptr<LteFlScheduler> GetScheduler() const;
    /**
     * @param device a DeviceId
     * @return its UE
     */
    Ptr<LteUeNetDevice> GetDevice(DeviceId device) const;
    /**
     * @param device a DeviceId
     * @return the RNTI by which the cell knows it; 0 while it is not connected
     */
    uint16_t GetRnti(DeviceId device) const;
    /**
     * @param device a DeviceId
     * @return energy radiated in data transmissions so far [J]: power times their duration
     */
    double GetDataEnergyJ(DeviceId device) const;

  protected:
    void DoDispose() override;

  private:
    /// What is known of a device.
    struct Device
    {
        Ptr<LteUeNetDevice> ue;        //!< the UE
        double maxTxPowerW{0};         //!< [W]
        double dataJ{0};               //!< radiated in data transmissions [J]
        double soundingJ{0};           //!< radiated in sounding [J]
        LtePlannedUe planned;          //!< by the plan in force
        Ptr<LteUeEnergyModel> circuit; //!< what its circuits take
    };

    void DoApply(const Plan& plan) override;
    void DoReport(SystemState& state) const override;
    double DoGetRadiatedEnergyJ(DeviceId device) const override;
    uint32_t DoGetNDevices() const override;
    double DoGetCircuitEnergyJ(DeviceId device) const override;
    std::unique_ptr<const RateModel> DoMakeRateModel(
        const SystemState& state,
        const Plan& plan,
        const TransportProfile& transport) const override;

    /// @return what there is to give
    GrantLimits GetLimits() const;
    /// @return quotas and powers, by DeviceId
    /// @param plan whose grants are to be blocks
    std::vector<LtePlannedUe> Quotas(const Plan& plan) const;
    /// Hand the plan to the scheduler, for the UEs that are connected.
    void PushPlan();
    /// Powers of a plan whose first decisions are about to be on the air.
    void SwitchPower(const std::vector<double>& powerW);
    /// A UE has a new RNTI.
    void ConnectionEstablished(uint64_t imsi, uint16_t cellId, uint16_t rnti);
    /// Something was sent in the uplink.
    void Sent(Ptr<SpectrumSignalParameters> signal);

    Ptr<LteEnbNetDevice> m_enb;                               //!< the base station
    Ptr<LteFlScheduler> m_scheduler;                          //!< its scheduler
    Ptr<PropagationLossModel> m_loss[2];                      //!< by direction
    std::vector<Device> m_devices;                            //!< by DeviceId
    std::unordered_map<const SpectrumPhy*, DeviceId> m_byPhy; //!< whose uplink PHY it is
    uint32_t m_cell{0};                                       //!< its number in plans
};

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_RADIO_CONTROL_H */
