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
 * A cell of IEEE 802.11ax at 5 GHz, with the server at the access point's node.
 *
 * Before the applications start, the stations associate, one after the other, and each exchanges a
 * datagram with the access point, to establish block ack agreements in both directions. Then the
 * stations' own channel access (EDCA) is disabled: they send only when triggered (UL OFDMA). From
 * then on the channel between stations is cut (WifiStationCut), which saves most of the run time
 * and has no effect on results, since before a response to a trigger frame a station senses its
 * access point only. A station that is out of reach by then is tried again, and may contend.
 *
 * With ns3::fl::WifiRadioControl::EnforcePlan=false there are no trigger frames, and stations
 * contend by EDCA once they have their agreements.
 */
class WifiCellRadio : public CellRadio
{
  public:
    /// @param scenario the scenario; must outlive this object
    explicit WifiCellRadio(const Scenario& scenario);
    ~WifiCellRadio() override;
    /// @return limits of the PHY
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

    /// @return NetDevices: the access point's first, then by DeviceId
    const NetDeviceContainer& GetNetDevices() const;

  private:
    /// Create the chain of propagation losses.
    void CreateLosses();
    /// Set the channel and the attributes of all PHYs.
    void PreparePhy();
    /// Create channel, access point and stations.
    void InstallDevices();
    /// Tell the radio controller of access point and stations, and hear of associations.
    void ConnectControl();
    /// Install IP stack and addresses, without a traffic control queue above the MAC's queue.
    void InstallInternet();
    /// A station has associated: add the ARP entries, and begin its WarmUp().
    /// @param device DeviceId of the station
    void Associated(DeviceId device);
    /// Send datagrams until there are block ack agreements; then disable the station's EDCA if
    /// plans are enforced, and after the last station cut the channel between stations.
    /// @param device DeviceId of the station
    void WarmUp(DeviceId device);
    /// @return whether access point and station have block ack agreements in both directions
    /// @param device DeviceId of the station
    bool IsReady(DeviceId device) const;
    /// @return time until the middle between two beacons of the access point
    Time UntilBetweenBeacons() const;
    /// At GetStartTime(): reset the counter of uplink bytes, without those of the preparation.
    void Begin();

    const Scenario& m_scenario;         //!< the scenario
    NodeContainer m_nodes;              //!< access point first, then by DeviceId
    NetDeviceContainer m_netDevices;    //!< in the order of m_nodes
    Ipv4InterfaceContainer m_addresses; //!< in the order of m_nodes
    Ptr<WifiRadioControl> m_control;    //!< radio controller
    Ptr<PropagationLossModel> m_loss;   //!< first of the chain, without m_cut
    Ptr<WifiStationCut> m_cut;          //!< cuts the channel between stations
    SpectrumWifiPhyHelper m_phyHelper;  //!< helper of the PHYs
    std::vector<bool> m_warm;           //!< by DeviceId: whether WarmUp is done
};

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_CELL_RADIO_H */
