/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FDMA_HELPER_H
#define FL_FDMA_HELPER_H

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
 * Without a propagation loss model being named, the path loss is 128.1 + 37.6 log10(d / km) dB
 * (3GPP TR 36.814, macro cell), as LogDistancePropagationLossModel of exponent 3.76 with 15.3 dB at
 * 1 m. Propagation takes its time at the speed of light.
 */
class FdmaHelper : public PcapHelperForDevice, public AsciiTraceHelperForDevice
{
  public:
    FdmaHelper();
    ~FdmaHelper() override;

    /**
     * @param name of an attribute of FdmaChannel: bandwidths, noise, control share ...
     * @param value its value
     */
    void SetChannelAttribute(const std::string& name, const AttributeValue& value);
    /**
     * @param name of an attribute of FdmaNetDevice
     * @param value its value, in base station and devices
     */
    void SetDeviceAttribute(const std::string& name, const AttributeValue& value);

    /**
     * Add a model to the chain of losses; the first call replaces the default.
     * @param type its TypeId, as "ns3::fl::ShadowingLossModel"
     * @param attributes names and values in turn
     */
    template <typename... Attributes>
    void AddPropagationLoss(const std::string& type, const Attributes&... attributes);
    /// @param factory makes the next model of the chain
    void AddPropagationLoss(const ObjectFactory& factory);

    /**
     * Build a cell. Every node needs a MobilityModel by the time that it sends.
     * @param station the base station's node
     * @param devices the devices' nodes; their order is that of DeviceId
     * @return the base station's device, then those of the devices
     * @throws InvalidInput if there is no device
     */
    NetDeviceContainer Install(Ptr<Node> station, const NodeContainer& devices);

    /// @return the control of the cell that was built last
    Ptr<FdmaRadioControl> GetRadioControl() const;
    /// @return the channel of the cell that was built last
    Ptr<FdmaChannel> GetChannel() const;

    /**
     * Enter the base station and the devices into each other's ARP tables, for good: with N
     * devices, N requests would be broadcast to N receivers each.
     * @param interfaces as made from what Install returned: the base station first
     */
    static void PopulateNeighbourCache(const Ipv4InterfaceContainer& interfaces);

    /**
     * Fix the random streams of a cell.
     * @param devices what Install returned
     * @param stream the first one to use
     * @return how many were used
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

    /// Set attributes given as names and values in turn.
    template <typename... Rest>
    static void SetAttributes(ObjectFactory& factory,
                              const std::string& name,
                              const AttributeValue& value,
                              const Rest&... rest)
    {
        factory.Set(name, value);
        SetAttributes(factory, rest...);
    }

    /// @return the first model of a new chain of losses
    Ptr<PropagationLossModel> CreateLossChain() const;
    /// @return a new device on a node
    /// @param node where
    Ptr<FdmaNetDevice> CreateDevice(Ptr<Node> node) const;

    ObjectFactory m_channelFactory;             //!< makes channels
    ObjectFactory m_deviceFactory;              //!< makes devices
    std::vector<ObjectFactory> m_lossFactories; //!< make the chain; empty: the default
    Ptr<FdmaRadioControl> m_control;            //!< of the last cell
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
