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
 * An LTE cell with an evolved packet core, and the server on a remote host behind it, on a link of
 * 100 Gbit/s without delay.
 *
 * The bandwidth must be one that LTE has: 3, 5, 10, 15 or 20 MHz. Losses are those of every cell;
 * both directions share their objects.
 * Radio bearers use RLC UM unless ns-3's EpsBearerToRlcMapping says otherwise.
 */
class LteCellRadio : public CellRadio
{
  public:
    /// @param scenario of the cell; must outlive this
    explicit LteCellRadio(const Scenario& scenario);
    ~LteCellRadio() override;
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

    /// @return what builds the cell, to reach all that ns-3 offers
    Ptr<LteHelper> GetLteHelper() const;

  private:
    /// @return the bandwidth that was asked for [blocks]
    uint32_t GetBlocks() const;
    /// Make the server's node behind the packet gateway, with link and route.
    void CreateRemoteHost();
    /**
     * Install the base station and its control.
     * @param station its node
     */
    void InstallEnb(Ptr<Node> station);
    /**
     * Install the devices, attach them and give them addresses.
     * @param devices their nodes, by DeviceId
     */
    void InstallUes(const NodeContainer& devices);
    /// Connect a UE.
    static void Attach(Ptr<LteHelper> lte, Ptr<NetDevice> ue, Ptr<NetDevice> enb);

    const Scenario& m_scenario;        //!< of the cell
    Ptr<LteHelper> m_lte;              //!< builds the radio
    Ptr<PointToPointEpcHelper> m_epc;  //!< builds the core
    PointToPointHelper m_pointToPoint; //!< builds the link to the server
    Ptr<Node> m_server;                //!< the remote host
    NetDeviceContainer m_serverLink;   //!< gateway, server
    Ipv4Address m_serverAddress;       //!< of the remote host
    NodeContainer m_stacks;            //!< nodes whose IP stack is ours
    NetDeviceContainer m_radio;        //!< base station first
    Ptr<LteRadioControl> m_control;    //!< radio controller
    Ptr<PropagationLossModel> m_loss;  //!< of both directions
};

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_CELL_RADIO_H */
