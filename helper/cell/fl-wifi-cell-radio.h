/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WIFI_CELL_RADIO_H
#define FL_WIFI_CELL_RADIO_H

#include "fl-cell-radio.h"

#include "ns3/fl-wifi-radio-control.h"
#include "ns3/ipv4-interface-container.h"
#include "ns3/net-device-container.h"
#include "ns3/spectrum-wifi-helper.h"

#include <vector>

namespace ns3
{
namespace fl
{

class WifiStationCut;

/**
 * @ingroup fl
 * A cell of 802.11ax at 5 GHz, with the server at the access point.
 *
 * Before the applications start, the stations associate, one after the other, and each exchanges a
 * datagram with the access point, so that there are block-ack agreements in both directions. Then
 * the stations' own channel access (EDCA) is turned off: they send by triggers alone. From then on
 * they do not hear each other, which saves most of the simulation's time and changes nothing, since
 * they do not listen before they answer a trigger but to their access point. A station that is out
 * of reach by then is tried again, and may contend.
 *
 * With ns3::fl::WifiRadioControl::EnforcePlan=false there are no triggers, and stations contend
 * once they have their agreements.
 */
class WifiCellRadio : public CellRadio
{
  public:
    /// @param scenario of the cell; must outlive this
    explicit WifiCellRadio(const Scenario& scenario);
    ~WifiCellRadio() override;
    /// @return what such a cell can take at most
    static PhyLimits GetLimits();

    void Install(Ptr<Node> station, const NodeContainer& devices) override;
    Ptr<RadioControl> GetRadioControl() const override;
    Ptr<Node> GetServerNode() const override;
    Address GetServerAddress(uint16_t port) const override;
    int64_t AssignStreams(int64_t stream) override;
    void EnablePcap(const std::string& prefix) override;
    void InstallEnergyModels(const EnergySourceContainer& sources) override;
    Time GetStartTime() const override;
    std::map<std::string, double> GetCounters() const override;
    std::string ToText() const override;

    /// @return base station's device first
    const NetDeviceContainer& GetNetDevices() const;

  private:
    /// Make the chain of propagation losses.
    void CreateLosses();
    /// Make channel, access point and stations.
    void InstallDevices();
    /// Install IP, addresses, and no queue above the MAC's.
    void InstallInternet();
    /// A station associated: it and the access point know each other's addresses.
    void Associated(DeviceId device);
    /// Exchange datagrams until there are agreements; then turn a solicited station's own access
    /// off.
    void WarmUp(DeviceId device);
    /// @return whether the access point and the station have agreements in both directions
    /// @param device which station
    bool IsReady(DeviceId device) const;
    /// @return how long until the middle between two beacons of the access point
    Time UntilBetweenBeacons() const;
    /// All that was needed before the applications start is done.
    void Begin();

    const Scenario& m_scenario;         //!< of the cell
    NodeContainer m_nodes;              //!< base station first
    NetDeviceContainer m_netDevices;    //!< base station first
    Ipv4InterfaceContainer m_addresses; //!< base station first
    Ptr<WifiRadioControl> m_control;    //!< radio controller
    Ptr<PropagationLossModel> m_loss;   //!< first of the chain, without the cut
    Ptr<WifiStationCut> m_cut;          //!< between stations
    SpectrumWifiPhyHelper m_phyHelper;  //!< made the PHYs
    std::vector<bool> m_warm;           //!< which stations need no more warming up
};

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_CELL_RADIO_H */
