/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CELL_RADIO_H
#define FL_CELL_RADIO_H

#include "fl-scenario.h"

#include "ns3/address.h"
#include "ns3/energy-source-container.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-radio-control.h"
#include "ns3/node-container.h"
#include "ns3/nstime.h"
#include "ns3/object-factory.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/// Limits of a PHY.
struct PhyLimits
{
    std::vector<double> bandwidthsHz; //!< supported channel bandwidths; empty: any [Hz]
    uint32_t devices{UINT32_MAX};     //!< maximum number of devices in a cell
};

/**
 * @ingroup fl
 * Interface by which CellRun builds a cell of any PHY: NetDevices, channel, IP stack, and the node
 * of the server. Nothing else in an example depends on the PHY.
 *
 * To add a PHY, derive from this class, put its files into a list of their own in CMakeLists.txt,
 * and add it to fl-phys.cc.
 */
class CellRadio
{
  public:
    CellRadio() = default;
    virtual ~CellRadio() = default;
    CellRadio(const CellRadio&) = delete;
    CellRadio& operator=(const CellRadio&) = delete;

    /**
     * Build the cell: NetDevices, IP stack and addresses on the base station, the devices and other
     * nodes that the PHY needs. To be called once, before all other functions.
     * @param station node of the base station, with a MobilityModel
     * @param devices nodes of the devices, each with a MobilityModel, by DeviceId
     * @throws InvalidInput if the PHY does not support a value of the scenario
     */
    virtual void Install(Ptr<Node> station, const NodeContainer& devices) = 0;
    /**
     * The same for several cells of which each device is in all. The default builds one cell.
     * @param stations nodes of the base stations, by cell, each with a MobilityModel
     * @param devices nodes of the devices, each with a MobilityModel, by DeviceId
     * @throws InvalidInput if the PHY does not support a value of the scenario, or several cells
     */
    virtual void InstallCells(const NodeContainer& stations, const NodeContainer& devices);
    /// @return radio controller of the cell
    virtual Ptr<RadioControl> GetRadioControl() const = 0;
    /// @return node on which the server is to be installed
    virtual Ptr<Node> GetServerNode() const = 0;
    /**
     * @param port port of the server
     * @return its address and port, as seen by the devices
     */
    virtual Address GetServerAddress(uint16_t port) const = 0;
    /// @return nodes on which servers are to be installed, by cell; the default is of one cell
    virtual NodeContainer GetServerNodes() const;
    /**
     * @param port port of the servers
     * @return their addresses, as seen by the devices, by cell; the default is of one cell
     */
    virtual std::vector<Address> GetServerAddresses(uint16_t port) const;
    /**
     * Assign fixed random variable streams to all that was installed, the IP stack included.
     * @param stream index of the first stream
     * @return number of streams assigned
     */
    virtual int64_t AssignStreams(int64_t stream) = 0;
    /**
     * Capture packets at the base station.
     * @param prefix prefix of the file names
     * @throws InvalidInput if a file cannot be written
     */
    virtual void EnablePcap(const std::string& prefix) = 0;
    /**
     * Add device energy models of the radios, where ProcessorHelper::InstallEnergyModels() does
     * not. Does nothing by default.
     * @param sources energy sources of the devices' nodes
     */
    virtual void InstallEnergyModels(const EnergySourceContainer& sources);
    /**
     * @return simulated time at which devices are attached or associated, so that applications may
     *         start; 0 by default
     */
    virtual Time GetStartTime() const;
    /**
     * @return counters of the PHY so far, by their names in summary.json; empty by default
     */
    virtual std::map<std::string, double> GetCounters() const;
    /// @return the counters in a sentence, printed at the end of a run; may be empty
    virtual std::string ToText() const;
};

/**
 * @ingroup fl
 * Propagation losses of a cell, the same on every PHY: path loss by `lossAt1mDb` and `lossExponent`
 * (default: 128.1 + 37.6 log10(d / km) dB, 3GPP TR 36.814), shadowing and, by `fading`, block
 * fading.
 * @param scenario the scenario
 * @return factories of the models of the chain, in their order
 */
std::vector<ObjectFactory> CellLossFactories(const Scenario& scenario);

/**
 * @ingroup fl
 * @param dbm a power [dBm]
 * @return the power [W]
 */
double WattOfDbm(double dbm);

} // namespace fl
} // namespace ns3

#endif /* FL_CELL_RADIO_H */
