/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FDMA_HELPER_H
#define FL_FDMA_HELPER_H

#include "ns3/fl-fdma-cells-control.h"
#include "ns3/fl-fdma-radio-control.h"
#include "ns3/ipv4-interface-container.h"
#include "ns3/net-device-container.h"
#include "ns3/node-container.h"
#include "ns3/object-factory.h"
#include "ns3/trace-helper.h"

#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Builds FDMA cells: a base station, its devices, the channel between them and its RadioControl.
 *
 * The default path loss is 128.1 + 37.6 log10(d / km) dB (3GPP TR 36.814, macro cell): a
 * LogDistancePropagationLossModel with exponent 3.76 and 15.3 dB at 1 m. The propagation delay is
 * that of ConstantSpeedPropagationDelayModel, at the speed of light.
 */
class FdmaHelper : public PcapHelperForDevice, public AsciiTraceHelperForDevice
{
  public:
    FdmaHelper();
    ~FdmaHelper() override;

    /**
     * @param name name of an attribute of FdmaChannel: bandwidths, noise, control share ...
     * @param value its value for channels of later Install() calls
     */
    void SetChannelAttribute(const std::string& name, const AttributeValue& value);
    /**
     * @param name name of an attribute of FdmaNetDevice
     * @param value its value for base stations and devices of later Install() calls
     */
    void SetDeviceAttribute(const std::string& name, const AttributeValue& value);

    /**
     * Add a model to the chain of propagation losses; the first call replaces the default.
     * @param type name of its TypeId, as "ns3::fl::ShadowingLossModel"
     * @param attributes names and values of attributes, alternating
     */
    template <typename... Attributes>
    void AddPropagationLoss(const std::string& type, const Attributes&... attributes);
    /// Add a model to the chain of propagation losses; the first call replaces the default.
    /// @param factory creates the model
    void AddPropagationLoss(const ObjectFactory& factory);

    /**
     * Build a cell. Each node needs a MobilityModel before it sends.
     * @param station node of the base station
     * @param devices nodes of the devices, by DeviceId
     * @return NetDevices: the base station's first, then those of the devices by DeviceId
     * @throws InvalidInput if there are no devices
     */
    NetDeviceContainer Install(Ptr<Node> station, const NodeContainer& devices);

    /**
     * Build cells that share a medium, so that uplink grants of different cells that overlap
     * disturb each other. Their downlink bands lie side by side, each of DownlinkBandwidth, and do
     * not. Each device has a NetDevice in each cell.
     * @param stations nodes of the base stations, by cell
     * @param devices nodes of the devices, by DeviceId
     * @param medium the spectrum that they share; with its fading of sub-channels, if any
     * @return NetDevices by cell, as Install() returns them
     * @throws InvalidInput if there are no stations or devices
     */
    std::vector<NetDeviceContainer> InstallCells(const NodeContainer& stations,
                                                 const NodeContainer& devices,
                                                 Ptr<FdmaMedium> medium);
    /// @return radio controller of the cells that InstallCells() built last
    Ptr<FdmaCellsControl> GetCellsControl() const;

    /// @return radio controller of the last cell built
    Ptr<FdmaRadioControl> GetRadioControl() const;
    /// @return channel of the last cell built
    Ptr<FdmaChannel> GetChannel() const;

    /**
     * Add permanent entries for base station and devices to each other's ARP tables. Without them N
     * devices broadcast N requests to N receivers each.
     * @param interfaces interfaces of the NetDevices that Install() returned, in the same order
     */
    static void PopulateNeighbourCache(const Ipv4InterfaceContainer& interfaces);

    /**
     * Assign fixed random variable streams to a cell.
     * @param devices result of Install()
     * @param stream index of the first stream
     * @return number of streams assigned
     */
    static int64_t AssignStreams(const NetDeviceContainer& devices, int64_t stream);

  private:
    void EnablePcapInternal(std::string prefix,
                            Ptr<NetDevice> device,
                            bool promiscuous,
                            bool explicitFilename) override;
    void EnableAsciiInternal(Ptr<OutputStreamWrapper> stream,
                             std::string prefix,
                             Ptr<NetDevice> device,
                             bool explicitFilename) override;

    /// End of the recursion.
    static void SetAttributes(ObjectFactory&)
    {
    }

    /// Set attributes given as names and values, alternating.
    template <typename... Rest>
    static void SetAttributes(ObjectFactory& factory,
                              const std::string& name,
                              const AttributeValue& value,
                              const Rest&... rest)
    {
        factory.Set(name, value);
        SetAttributes(factory, rest...);
    }

    /// @return first model of a new chain of propagation losses
    Ptr<PropagationLossModel> CreateLossChain() const;
    /// @return a new NetDevice, added to a node
    /// @param node the node
    Ptr<FdmaNetDevice> CreateDevice(Ptr<Node> node) const;

    ObjectFactory m_channelFactory;             //!< creates channels
    ObjectFactory m_deviceFactory;              //!< creates NetDevices
    std::vector<ObjectFactory> m_lossFactories; //!< create the chain; empty: default
    Ptr<FdmaRadioControl> m_control;            //!< of the last cell built
    Ptr<FdmaCellsControl> m_cellsControl;       //!< of the last cells built
};

template <typename... Attributes>
void
FdmaHelper::AddPropagationLoss(const std::string& type, const Attributes&... attributes)
{
    ObjectFactory factory;
    factory.SetTypeId(type);
    SetAttributes(factory, attributes...);
    AddPropagationLoss(factory);
}

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_HELPER_H */
