/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WIFI_RADIO_CONTROL_H
#define FL_WIFI_RADIO_CONTROL_H

#include "fl-wifi-airtime.h"
#include "fl-wifi-ap-watch.h"
#include "fl-wifi-link.h"
#include "fl-wifi-scheduler.h"

#include "ns3/device-energy-model.h"
#include "ns3/fl-grant-check.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-radio-control.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/wifi-net-device.h"
#include "ns3/wifi-phy.h"

#include <memory>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The radio controller of an 802.11ax cell.
 *
 * Uplink grants become resource units (RUs) by AllocateRuGroups(). A grant's place is ignored; its
 * power holds for all frames that the station sends. The planned band is that of the channel's
 * tones: 242, 484, 996 or 1992 of 78.125 kHz. Stations without a grant get equal RUs in groups of
 * their own, which have ControlShare of the airtime while others have data to send too.
 *
 * The downlink is not divided: the access point sends to one station at a time, at its own power.
 * Downlink grants are checked but not enforced.
 */
class WifiRadioControl : public RadioControl
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    WifiRadioControl();
    ~WifiRadioControl() override;

    /**
     * @param station the access point
     * @param loss first model of the chain of losses between it and the devices
     * @param scheduler its scheduler; null: stations contend
     */
    void SetAccessPoint(Ptr<WifiNetDevice> station,
                        Ptr<PropagationLossModel> loss,
                        Ptr<WifiScheduler> scheduler);
    /**
     * @param device a device of the cell
     * @return its DeviceId: the number of devices added before
     */
    DeviceId Add(Ptr<WifiNetDevice> device);
    /**
     * @param device a DeviceId
     * @param model energy model of its radio, radiated energy included
     */
    void SetEnergyModel(DeviceId device, Ptr<DeviceEnergyModel> model);

    /**
     * A station has no channel access of its own from now on, but for trigger frames (IEEE
     * 802.11ax-2021, 26.2.7: MU EDCA parameters with an AIFSN of 0).
     * @param device a DeviceId
     */
    void EndAccess(DeviceId device);
    /**
     * End the channel access of all stations, and set the access point's contention window to the
     * attribute AccessPointCw, since no station contends any more. No beacon may be on the air.
     */
    void EndContention();
    /// @return whether plans are enforced; else stations contend
    bool IsEnforcing() const;
    /// @return bytes received since ResetUplinkBytes()
    const WifiUplinkBytes& GetUplinkBytes() const;
    /// Set the count of received bytes to 0.
    void ResetUplinkBytes();
    /// @return the scheduler; null: stations contend
    Ptr<WifiScheduler> GetScheduler() const;

    /**
     * @param device a DeviceId
     * @param tones size of the RU that all of its power is on
     * @return signal-to-noise ratio at the access point now, not in dB
     */
    double GetUplinkSnr(DeviceId device, uint32_t tones) const;

    /**
     * @param powerW transmit power of a station [W]
     * @param gain power gain between it and the access point, a ratio
     * @param tones size of the RU that all of the power is on
     * @return signal-to-noise ratio at the access point, not in dB
     */
    double UplinkSnr(double powerW, double gain, uint32_t tones) const;

  protected:
    void DoDispose() override;

  private:
    void DoApply(const Plan& plan) override;
    void DoReport(SystemState& state) const override;
    double DoGetRadiatedEnergyJ(DeviceId device) const override;
    double DoGetCircuitEnergyJ(DeviceId device) const override;
    uint32_t DoGetNDevices() const override;
    std::unique_ptr<const RateModel> DoMakeRateModel(
        const SystemState& state,
        const Plan& plan,
        const TransportProfile& transport) const override;

    /// A device of the cell.
    struct Station
    {
        Ptr<WifiNetDevice> device;     //!< its net device
        Ptr<DeviceEnergyModel> energy; //!< of its radio, or null
        double radiatedJ{0};           //!< radiated so far [J]
    };

    /// @return the cell as an optimizer sees it
    CellState GetCellState() const;
    /// @return power gain now, a ratio
    /// @param device a DeviceId
    /// @param direction uplink or downlink
    double GetGain(DeviceId device, Direction direction) const;
    /// @return uplink grants of the plan, and equal ones of the devices without
    /// @param plan the plan
    std::pair<std::vector<OwnedGrant>, std::vector<OwnedGrant>> DivideGrants(
        const Plan& plan) const;
    /// @return the smallest RU on which the longest packet fits a PPDU, at a power and a gain
    /// @param powerW transmit power of the station [W]
    /// @param gain power gain of the uplink
    uint32_t MinTones(double powerW, double gain) const;
    /// @return groups of some devices
    /// @param grants of those devices
    /// @param share fraction of the airtime that these groups have together, above 0 and up to 1
    /// @param gains power gains of the uplink, by device
    std::vector<WifiScheduler::Group> MakeGroups(const std::vector<OwnedGrant>& grants,
                                                 double share,
                                                 const std::vector<double>& gains) const;
    /// @return groups of all devices: of those with a grant, then of those without
    /// @param grants of the plan
    /// @param others grants of the devices without one
    /// @param gains power gains of the uplink, by device
    std::vector<WifiScheduler::Group> MakeAllGroups(const std::vector<OwnedGrant>& grants,
                                                    const std::vector<OwnedGrant>& others,
                                                    const std::vector<double>& gains) const;
    /// @return equal grants at full power for all devices that have none
    /// @param grants of the plan
    std::vector<OwnedGrant> OthersThan(const std::vector<OwnedGrant>& grants) const;
    /// @return uplink gains now, by device
    std::vector<double> GetUplinkGains() const;
    /// @return longest duration of an uplink PPDU, and its guard interval [ns]
    std::pair<Time, uint16_t> GetUplinkLimits() const;
    /// Add a group and the uplinks of its stations to a cell.
    /// @param group stations and RUs
    /// @param gains power gains of the uplink, by device
    /// @param powersW transmit powers, by device [W]
    /// @param guardNs guard interval of uplink PPDUs [ns]
    /// @param [in,out] cell gets the group; its stations exist already
    void AddAirtimeGroup(const WifiScheduler::Group& group,
                         const std::vector<double>& gains,
                         const std::vector<double>& powersW,
                         uint16_t guardNs,
                         WifiAirtimeCell& cell) const;
    /**
     * @param device a DeviceId
     * @param powerW its transmit power from now on [W]; 0: it cannot be received
     */
    void SetPower(DeviceId device, double powerW);
    /**
     * A station sends: sink of the trace PhyTxPsduBegin.
     * @param device a DeviceId
     * @param duration of the PPDU
     * @param powerW radiated [W]
     */
    void NotifyTx(DeviceId device, Time duration, double powerW);
    Ptr<WifiNetDevice> m_station;             //!< the access point
    Ptr<PropagationLossModel> m_loss;         //!< first model of the chain of losses
    Ptr<WifiScheduler> m_scheduler;           //!< of the access point; null: stations contend
    std::vector<Station> m_stations;          //!< by DeviceId
    std::unique_ptr<WifiMcsTable> m_mcsTable; //!< of the access point's receiver
    WifiApWatch m_apWatch;                    //!< its beacons, and what it receives
    uint32_t m_cell{0};                       //!< attribute CellId
    bool m_enforce{true};                     //!< attribute EnforcePlan
    double m_maxTxPowerW{0};                  //!< attribute MaxTxPower [W]
    double m_noiseFigureDb{0};                //!< attribute NoiseFigure [dB]
    double m_controlShare{0};                 //!< attribute ControlShare
    double m_success{0};                      //!< attribute PacketSuccess
    uint32_t m_accessPointCw{0};              //!< attribute AccessPointCw [slots]
};

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_RADIO_CONTROL_H */
