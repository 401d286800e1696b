/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FDMA_CELL_RADIO_H
#define FL_FDMA_CELL_RADIO_H

#include "fl-cell-radio.h"

#include "ns3/fl-fdma-helper.h"
#include "ns3/ipv4-interface-container.h"

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * An FDMA cell, with the server at the base station's node.
 */
class FdmaCellRadio : public CellRadio
{
  public:
    /// @param scenario the scenario; must outlive this object
    explicit FdmaCellRadio(const Scenario& scenario);
    ~FdmaCellRadio() override;

    void Install(Ptr<Node> station, const NodeContainer& devices) override;
    void InstallCells(const NodeContainer& stations, const NodeContainer& devices) override;
    Ptr<RadioControl> GetRadioControl() const override;
    Ptr<Node> GetServerNode() const override;
    Address GetServerAddress(uint16_t port) const override;
    NodeContainer GetServerNodes() const override;
    std::vector<Address> GetServerAddresses(uint16_t port) const override;
    int64_t AssignStreams(int64_t stream) override;
    void EnablePcap(const std::string& prefix) override;

  private:
    /// One cell.
    struct Cell
    {
        NetDeviceContainer netDevices;    //!< base station first, then by DeviceId
        Ipv4InterfaceContainer addresses; //!< in the same order
    };

    /// Set the attributes of the scenario.
    void Configure();
    /// Install IP stacks, and addresses by cell.
    /// @param stations nodes of the base stations
    /// @param devices nodes of the devices
    void InstallInternet(const NodeContainer& stations, const NodeContainer& devices);

    const Scenario& m_scenario; //!< the scenario
    FdmaHelper m_helper;        //!< builds the cells
    NodeContainer m_stations;   //!< by cell
    NodeContainer m_nodes;      //!< base stations first, then by DeviceId
    std::vector<Cell> m_cells;  //!< by number
    Ptr<FdmaMedium> m_medium;   //!< that cells share; null: one cell without sub-channels
};

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_CELL_RADIO_H */
