/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LTE_CELL_RADIO_H
#define FL_LTE_CELL_RADIO_H

#include "fl-cell-radio.h"

#include "ns3/fl-lte-radio-control.h"
#include "ns3/lte-helper.h"
#include "ns3/net-device-container.h"
#include "ns3/point-to-point-epc-helper.h"
#include "ns3/point-to-point-helper.h"

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * An LTE cell with an evolved packet core (EPC), and the server on a remote host that is connected
 * to the packet gateway by a link of 100 Gbit/s without delay.
 *
 * The channel bandwidth must be 3, 5, 10, 15 or 20 MHz (3GPP TS 36.104). Propagation losses are
 * those of CellLossFactories(), with the same objects in both directions. Radio bearers use RLC UM
 * unless ns-3's EpsBearerToRlcMapping is set.
 */
class LteCellRadio : public CellRadio
{
  public:
    /// @param scenario the scenario; must outlive this object
    explicit LteCellRadio(const Scenario& scenario);
    ~LteCellRadio() override;
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

    /// @return the helper that built the radio, as for its traces
    Ptr<LteHelper> GetLteHelper() const;

  private:
    /// @return number of resource blocks of the scenario's bandwidth
    uint32_t GetBlocks() const;
    /// Create the remote host, its link to the packet gateway and its route to the UEs.
    void CreateRemoteHost();
    /**
     * Install the base station (eNB) and the radio controller.
     * @param station node of the base station
     */
    void InstallEnb(Ptr<Node> station);
    /**
     * Install the devices (UEs), attach them and assign their addresses.
     * @param devices nodes of the devices, by DeviceId
     */
    void InstallUes(const NodeContainer& devices);
    /// Attach a UE.
    /// @param lte the helper
    /// @param ue NetDevice of the UE
    /// @param enb NetDevice of the base station
    static void Attach(Ptr<LteHelper> lte, Ptr<NetDevice> ue, Ptr<NetDevice> enb);

    const Scenario& m_scenario;        //!< the scenario
    Ptr<LteHelper> m_lte;              //!< builds the radio
    Ptr<PointToPointEpcHelper> m_epc;  //!< builds the EPC
    PointToPointHelper m_pointToPoint; //!< builds the link to the server
    Ptr<Node> m_server;                //!< the remote host
    NetDeviceContainer m_serverLink;   //!< packet gateway, remote host
    Ipv4Address m_serverAddress;       //!< of the remote host
    NodeContainer m_stacks;            //!< nodes whose IP stack is installed here
    NetDeviceContainer m_radio;        //!< base station first, then by DeviceId
    Ptr<LteRadioControl> m_control;    //!< radio controller
    Ptr<PropagationLossModel> m_loss;  //!< first of the chain, of both directions
};

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_CELL_RADIO_H */
