/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WIFI_RADIO_CONTROL_H
#define FL_WIFI_RADIO_CONTROL_H

#include "fl-wifi-airtime.h"
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

/// Uplink bytes that an access point's PHY received, of IP packets.
struct WifiUplinkBytes
{
    uint64_t triggered{0}; //!< in trigger-based PPDUs
    uint64_t all{0};       //!< in all PPDUs

    /// @return triggered over all; ABSENT before anything arrived
    double TriggeredShare() const;
};

/**
 * @ingroup fl
 * The hand on one 802.11ax cell.
 *
 * Uplink grants become resource units (RUs) by AllocateRuGroups(); a grant's place is not kept, its
 * power is, by any frame that the station sends. The planned band is what the channel's tones take:
 * 242, 484, 996 or 1992 of 78.125 kHz. Stations without a grant share equal RUs in turns of their
 * own, which get ControlShare of the airtime when others want it too.
 *
 * The downlink is not divided: the access point sends to one station at a time, at its own power.
 * Downlink grants are checked and else ignored.
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
     * @param loss what signals between it and the devices suffer
     * @param scheduler its scheduler; null where stations contend
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
     * @param model what its radio takes from its battery, radiated energy included
     */
    void SetEnergyModel(DeviceId device, Ptr<DeviceEnergyModel> model);

    /**
     * A station has no channel access of its own from now on, but for trigger frames (IEEE
     * 802.11ax-2021, 26.2.7: MU EDCA parameters with an AIFSN of 0).
     * @param device a DeviceId
     */
    void EndAccess(DeviceId device);
    /**
     * No station contends any more: the access point need not back off (attribute AccessPointCw).
     * To be called with no beacon on its way.
     */
    void EndContention();
    /// @return whether plans are enforced, or else stations contend
    bool IsEnforcing() const;
    /// @return what arrived since ResetUplinkBytes()
    const WifiUplinkBytes& GetUplinkBytes() const;
    /// Count from now on.
    void ResetUplinkBytes();
    /// @return the scheduler; null where stations contend
    Ptr<WifiScheduler> GetScheduler() const;

    /**
     * @param device a DeviceId
     * @param tones of the RU that all of its power is on
     * @return signal-to-noise ratio at the access point now
     */
    double GetUplinkSnr(DeviceId device, uint32_t tones) const;

    /**
     * @param powerW of a station [W]
     * @param gain between it and the access point
     * @param tones of the RU that all of the power is on
     * @return signal-to-noise ratio at the access point
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
        Ptr<WifiNetDevice> device;     //!< it
        Ptr<DeviceEnergyModel> energy; //!< of its radio, or null
        double radiatedJ{0};           //!< so far
    };

    /// @return the cell as an optimizer sees it
    CellState GetCellState() const;
    /// @return power gain now
    /// @param device which
    /// @param direction uplink or downlink
    double GetGain(DeviceId device, Direction direction) const;
    /// @return what every device gets by a plan: those with a grant, then the others
    /// @param plan what was decided
    std::pair<std::vector<OwnedGrant>, std::vector<OwnedGrant>> DivideGrants(
        const Plan& plan) const;
    /// @return the smallest RU on which the longest packet fits a PPDU, at a power and a gain
    /// @param powerW of the station [W]
    /// @param gain power gain of the uplink
    uint32_t MinTones(double powerW, double gain) const;
    /// @return groups of some devices, whose uplink gains are known by device
    /// @param grants of those devices
    /// @param share of time that the groups have, above 0 and up to 1
    /// @param gains power gains of the uplink, by device
    std::vector<WifiScheduler::Group> MakeGroups(const std::vector<OwnedGrant>& grants,
                                                 double share,
                                                 const std::vector<double>& gains) const;
    /// @return groups of all devices: those with a grant, and the others in turns of their own
    /// @param grants those of the plan
    /// @param others of the devices without one
    /// @param gains power gains of the uplink, by device
    std::vector<WifiScheduler::Group> MakeAllGroups(const std::vector<OwnedGrant>& grants,
                                                    const std::vector<OwnedGrant>& others,
                                                    const std::vector<double>& gains) const;
    /// @return equal grants at full power for all devices that have none
    /// @param grants those of the plan
    std::vector<OwnedGrant> OthersThan(const std::vector<OwnedGrant>& grants) const;
    /// @return uplink gains now, by device
    std::vector<double> GetUplinkGains() const;
    /// @return the longest PPDU that is asked for, and the guard interval [ns] of uplinks
    std::pair<Time, uint16_t> GetUplinkLimits() const;
    /// @return from one beacon to the next
    Time GetBeaconInterval() const;
    /// @return when the next beacon is due
    Time GetNextBeacon() const;
    /// Add a group to a cell, with the links of its stations, at gains and powers by device.
    void AddAirtimeGroup(const WifiScheduler::Group& group,
                         const std::vector<double>& gains,
                         const std::vector<double>& powersW,
                         uint16_t guardNs,
                         WifiAirtimeCell& cell) const;
    /**
     * @param device which
     * @param powerW to send with from now on [W]
     */
    void SetPower(DeviceId device, double powerW);
    /**
     * A station sends.
     * @param device which
     * @param duration of the PPDU
     * @param powerW radiated [W]
     */
    void NotifyTx(DeviceId device, Time duration, double powerW);
    /**
     * The access point received something.
     * @param packet an MPDU, or an A-MPDU's
     * @param vector how it was sent
     * @param aggregated whether it is part of an A-MPDU
     */
    void NotifyRx(Ptr<const Packet> packet, const WifiTxVector& vector, bool aggregated);
    /**
     * The access point sends.
     * @param psdus what, by station
     * @param vector how
     */
    void NotifyAccessPointTx(const WifiConstPsduMap& psdus, const WifiTxVector& vector);

    Ptr<WifiNetDevice> m_station;             //!< the access point
    Ptr<PropagationLossModel> m_loss;         //!< of the cell
    Ptr<WifiScheduler> m_scheduler;           //!< of the access point
    std::vector<Station> m_stations;          //!< by DeviceId
    std::unique_ptr<WifiMcsTable> m_mcsTable; //!< of its receiver
    WifiUplinkBytes m_uplinkBytes;            //!< received
    Time m_firstBeaconAt;                     //!< when the first beacon began
    Time m_beaconAt;                          //!< when the last one began
    Time m_beaconDuration;                    //!< how long it took; 0: none was sent yet
    uint32_t m_cell{0};                       //!< attribute
    bool m_enforce{true};                     //!< attribute
    double m_maxTxPowerW{0};                  //!< attribute
    double m_noiseFigureDb{0};                //!< attribute
    double m_controlShare{0};                 //!< attribute
    double m_success{0};                      //!< attribute
    uint32_t m_accessPointCw{0};              //!< attribute
};

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_RADIO_CONTROL_H */
