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

/// What a PHY can take at most.
struct PhyLimits
{
    std::vector<double> bandwidthsHz; //!< the bandwidths that there are [Hz]; empty: any
    uint32_t devices{UINT32_MAX};     //!< devices in a cell
};

/**
 * @ingroup fl
 * What a cell is made of on one PHY: devices, channel, IP, and where the server is. CellRun builds
 * a cell through this, so that nothing else in an example depends on the PHY.
 *
 * Adding a PHY: derive, put its files into a list of their own in CMakeLists.txt, and name it in
 * fl-phys.cc.
 */
class CellRadio
{
  public:
    CellRadio() = default;
    virtual ~CellRadio() = default;
    CellRadio(const CellRadio&) = delete;
    CellRadio& operator=(const CellRadio&) = delete;

    /**
     * Build the cell: network devices, IP stack and addresses, on the base station, the devices and
     * whatever else the PHY needs. To be called once, first of all.
     * @param station the base station's node; it has a MobilityModel
     * @param devices the devices' nodes, each with a MobilityModel; their order is that of DeviceId
     * @throws InvalidInput if an option cannot be met
     */
    virtual void Install(Ptr<Node> station, const NodeContainer& devices) = 0;
    /// @return the radio controller, by which plans are enforced in the cell; once installed
    virtual Ptr<RadioControl> GetRadioControl() const = 0;
    /// @return the node that an FL server is to run on
    virtual Ptr<Node> GetServerNode() const = 0;
    /**
     * @param port a port of the server's node
     * @return how the devices reach it
     */
    virtual Address GetServerAddress(uint16_t port) const = 0;
    /**
     * Fix the random streams of all that was installed, the IP stack included.
     * @param stream the first one to use
     * @return how many were used
     */
    virtual int64_t AssignStreams(int64_t stream) = 0;
    /**
     * Capture what the base station sends and receives.
     * @param prefix how the names of the files begin
     * @throws InvalidInput if one cannot be written
     */
    virtual void EnablePcap(const std::string& prefix) = 0;
    /**
     * Have the devices' radios draw what they take from their nodes' energy sources, where
     * ProcessorHelper::InstallEnergyModels() does not see to that.
     * @param sources on the devices' nodes
     */
    virtual void InstallEnergyModels(const EnergySourceContainer& sources);
    /**
     * @return simulated time from which on applications may run: when devices are attached or
     *         associated. 0 where there is no such thing.
     */
    virtual Time GetStartTime() const;
    /**
     * @return what the PHY counted in the run so far, for the summary; by name, in the style of the
     *         other totals. Nothing by default.
     */
    virtual std::map<std::string, double> GetCounters() const;
    /// @return the same in a sentence, to be printed at the end of a run; may be empty
    virtual std::string ToText() const;
};

/**
 * @ingroup fl
 * The propagation losses of an experiment's cell, the same on every PHY: path loss 128.1 + 37.6
 * log10(d / km) dB (3GPP TR 36.814), shadowing and, where asked for, block fading.
 * @param scenario `fading` counts
 * @return what makes the models of the chain, in their order
 */
std::vector<ObjectFactory> CellLossFactories(const Scenario& scenario);

/**
 * @ingroup fl
 * @param dbm a power [dBm]
 * @return the same [W]
 */
double WattOfDbm(double dbm);

} // namespace fl
} // namespace ns3

#endif /* FL_CELL_RADIO_H */
