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
 * The radio controller of an LTE cell with an LteFlScheduler. Grants are shares of the uplink
 * resource blocks, less the scheduler's ControlBlocks, and of all downlink block groups but one.
 *
 * The uplink power of a grant is the UE's total power on its blocks, whatever their number. All
 * devices without an uplink grant send with their maximum power. In the downlink ns-3 sends all
 * blocks with the same power, so that the power of a downlink grant must be proportional to its
 * bandwidth.
 *
 * A plan comes into force in the middle of the running subframe or of the next one. Scheduling
 * decisions follow it from then on, and UEs' powers change at the beginning of the subframe in
 * which the first of these decisions is on the air.
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
     * @param uplinkLoss first model of the uplink's chain of losses
     * @param downlinkLoss first model of the downlink's chain of losses
     */
    void SetCell(Ptr<LteEnbNetDevice> enb,
                 Ptr<LteFlScheduler> scheduler,
                 Ptr<PropagationLossModel> uplinkLoss,
                 Ptr<PropagationLossModel> downlinkLoss);
    /**
     * @param device a UE of the cell; its uplink power control must be off
     * @param maxTxPowerW highest power that a grant may have [W]
     * @return its DeviceId: the number of devices added before
     */
    DeviceId Add(Ptr<LteUeNetDevice> device, double maxTxPowerW);

    /**
     * Let the circuits of a UE, and the power that it radiates, draw from an energy source.
     * @param source on the node of a UE of the cell
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
     * @return its RNTI (radio network temporary identifier); 0 while it is not connected
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
    /// A UE of the cell.
    struct Device
    {
        Ptr<LteUeNetDevice> ue;        //!< the UE
        double maxTxPowerW{0};         //!< highest power of a grant [W]
        double dataJ{0};               //!< radiated in data transmissions [J]
        double soundingJ{0};           //!< radiated in sounding [J]
        LtePlannedUe planned;          //!< quotas and power by the plan in force
        Ptr<LteUeEnergyModel> circuit; //!< energy model of its circuits
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

    /// @return bandwidths and powers that grants may not exceed
    GrantLimits GetLimits() const;
    /// @return quotas and powers, by DeviceId
    /// @param plan the plan
    std::vector<LtePlannedUe> Quotas(const Plan& plan) const;
    /// Pass the plan to the scheduler, for the UEs that are connected.
    void PushPlan();
    /// Set the UEs' powers just before the first decisions by a plan are on the air.
    /// @param powerW by DeviceId [W]
    void SwitchPower(const std::vector<double>& powerW);
    /// A UE has connected: sink of the eNB RRC's trace ConnectionEstablished.
    /// @param imsi the UE
    /// @param cellId the cell
    /// @param rnti its RNTI from now on
    void ConnectionEstablished(uint64_t imsi, uint16_t cellId, uint16_t rnti);
    /// Account for the energy of an uplink transmission: sink of the uplink channel's trace.
    /// @param signal the transmission
    void Sent(Ptr<SpectrumSignalParameters> signal);

    Ptr<LteEnbNetDevice> m_enb;                               //!< the base station
    Ptr<LteFlScheduler> m_scheduler;                          //!< its scheduler
    Ptr<PropagationLossModel> m_loss[2];                      //!< by direction
    std::vector<Device> m_devices;                            //!< by DeviceId
    std::unordered_map<const SpectrumPhy*, DeviceId> m_byPhy; //!< by uplink PHY
    uint32_t m_cell{0}; //!< attribute CellId: index of the cell in plans
};

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_RADIO_CONTROL_H */
