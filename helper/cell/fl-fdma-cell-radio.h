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
    Ptr<RadioControl> GetRadioControl() const override;
    Ptr<Node> GetServerNode() const override;
    Address GetServerAddress(uint16_t port) const override;
    int64_t AssignStreams(int64_t stream) override;
    void EnablePcap(const std::string& prefix) override;

  private:
    const Scenario& m_scenario;         //!< the scenario
    FdmaHelper m_helper;                //!< builds the cell
    NodeContainer m_nodes;              //!< base station first, then by DeviceId
    NetDeviceContainer m_netDevices;    //!< in the order of m_nodes
    Ipv4InterfaceContainer m_addresses; //!< in the order of m_nodes
};

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_CELL_RADIO_H */
