/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fdma-helper.h"

#include "ns3/arp-cache.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/mac48-address.h"
#include "ns3/node.h"
#include "ns3/pcap-file-wrapper.h"
#include "ns3/propagation-delay-model.h"

#include <sstream>

namespace ns3
{
namespace fl
{

namespace
{

/// Of pcap files, by the registry of tcpdump.org; its name in ns-3 changes in 3.49.
constexpr uint32_t LINK_TYPE_ETHERNET = 1;

/// The ARP table of an interface, and the addresses that it is known by.
struct Neighbour
{
    Ptr<ArpCache> cache; //!< its own ARP table
    Ipv4Address ip;      //!< its address
    Address mac;         //!< its hardware address
};

/**
 * @param interfaces of the nodes of one link
 * @param i index into these
 * @return ARP table, first IPv4 address and hardware address of that interface
 */
Neighbour
FindNeighbour(const Ipv4InterfaceContainer& interfaces, uint32_t i)
{
    const auto [ipv4, interface] = interfaces.Get(i);
    Neighbour neighbour;
    neighbour.cache = DynamicCast<Ipv4L3Protocol>(ipv4)->GetInterface(interface)->GetArpCache();
    neighbour.ip = ipv4->GetAddress(interface, 0).GetLocal();
    neighbour.mac = ipv4->GetNetDevice(interface)->GetAddress();
    return neighbour;
}

/// Add a permanent entry for a neighbour to the ARP table of a node.
void
AddEntry(const Neighbour& node, const Neighbour& neighbour)
{
    auto* entry = node.cache->Lookup(neighbour.ip);
    if (!entry)
    {
        entry = node.cache->Add(neighbour.ip);
    }
    entry->SetMacAddress(neighbour.mac);
    entry->MarkPermanent();
}

} // namespace

FdmaHelper::FdmaHelper()
{
    m_channelFactory.SetTypeId(FdmaChannel::GetTypeId());
    m_deviceFactory.SetTypeId(FdmaNetDevice::GetTypeId());
}

FdmaHelper::~FdmaHelper() = default;

void
FdmaHelper::SetChannelAttribute(const std::string& name, const AttributeValue& value)
{
    m_channelFactory.Set(name, value);
}

void
FdmaHelper::SetDeviceAttribute(const std::string& name, const AttributeValue& value)
{
    m_deviceFactory.Set(name, value);
}

void
FdmaHelper::AddPropagationLoss(const ObjectFactory& factory)
{
    m_lossFactories.push_back(factory);
}

Ptr<PropagationLossModel>
FdmaHelper::CreateLossChain() const
{
    std::vector<ObjectFactory> factories = m_lossFactories;
    if (factories.empty())
    {
        factories.emplace_back();
        factories.back().SetTypeId("ns3::LogDistancePropagationLossModel");
        factories.back().Set("Exponent", DoubleValue(3.76));
        factories.back().Set("ReferenceDistance", DoubleValue(1));
        factories.back().Set("ReferenceLoss", DoubleValue(15.3));
    }
    Ptr<PropagationLossModel> first;
    Ptr<PropagationLossModel> last;
    for (const auto& factory : factories)
    {
        const auto next = factory.Create<PropagationLossModel>();
        if (last)
        {
            last->SetNext(next);
        }
        else
        {
            first = next;
        }
        last = next;
    }
    return first;
}

Ptr<FdmaNetDevice>
FdmaHelper::CreateDevice(Ptr<Node> node) const
{
    const auto device = m_deviceFactory.Create<FdmaNetDevice>();
    device->SetAddress(Mac48Address::Allocate());
    node->AddDevice(device);
    return device;
}

NetDeviceContainer
FdmaHelper::Install(Ptr<Node> station, const NodeContainer& devices)
{
    if (devices.GetN() == 0)
    {
        throw InvalidInput("devices = 0: an FDMA cell needs at least 1");
    }
    const auto channel = m_channelFactory.Create<FdmaChannel>();
    channel->SetPropagationLoss(CreateLossChain());
    channel->SetPropagationDelay(CreateObject<ConstantSpeedPropagationDelayModel>());
    m_control = CreateObject<FdmaRadioControl>();
    m_control->SetChannel(channel);

    NetDeviceContainer container;
    const auto stationDevice = CreateDevice(station);
    channel->SetBaseStation(stationDevice);
    container.Add(stationDevice);
    for (auto node = devices.Begin(); node != devices.End(); ++node)
    {
        const auto device = CreateDevice(*node);
        channel->Add(device);
        m_control->Add(device);
        container.Add(device);
    }
    return container;
}

std::vector<NetDeviceContainer>
FdmaHelper::InstallCells(const NodeContainer& stations,
                         const NodeContainer& devices,
                         Ptr<FdmaMedium> medium)
{
    if (stations.GetN() == 0)
    {
        throw InvalidInput("stations = 0: at least 1 cell is needed");
    }
    const auto control = CreateObject<FdmaCellsControl>();
    control->SetMedium(medium);
    std::vector<NetDeviceContainer> cells;
    for (uint32_t i = 0; i < stations.GetN(); ++i)
    {
        cells.push_back(Install(stations.Get(i), devices));
        const auto channel = GetChannel();
        channel->SetMedium(medium);
        channel->SetAttribute("DownlinkOffset",
                              DoubleValue(i * channel->GetBandwidthHz(Direction::DOWNLINK)));
        control->Add(m_control);
    }
    m_cellsControl = control;
    return cells;
}

Ptr<FdmaCellsControl>
FdmaHelper::GetCellsControl() const
{
    return m_cellsControl;
}

Ptr<FdmaRadioControl>
FdmaHelper::GetRadioControl() const
{
    return m_control;
}

Ptr<FdmaChannel>
FdmaHelper::GetChannel() const
{
    return m_control ? m_control->GetChannel() : nullptr;
}

void
FdmaHelper::PopulateNeighbourCache(const Ipv4InterfaceContainer& interfaces)
{
    const Neighbour station = FindNeighbour(interfaces, 0);
    for (uint32_t i = 1; i < interfaces.GetN(); ++i)
    {
        const Neighbour device = FindNeighbour(interfaces, i);
        AddEntry(station, device);
        AddEntry(device, station);
    }
}

int64_t
FdmaHelper::AssignStreams(const NetDeviceContainer& devices, int64_t stream)
{
    const auto station = DynamicCast<FdmaNetDevice>(devices.Get(0));
    return station->GetFdmaChannel()->AssignStreams(stream);
}

void
FdmaHelper::EnablePcapInternal(std::string prefix,
                               Ptr<NetDevice> device,
                               bool promiscuous,
                               bool explicitFilename)
{
    const auto fdma = DynamicCast<FdmaNetDevice>(device);
    if (!fdma)
    {
        return; // "all devices" may include others
    }
    PcapHelper helper;
    const std::string name = explicitFilename ? prefix : helper.GetFilenameFromDevice(prefix, fdma);
    const auto file = CreateObject<PcapFileWrapper>();
    file->Open(name, std::ios::out);
    if (file->Fail())
    {
        throw InvalidInput(Describe("pcap file = '", name, "': can not be written"));
    }
    file->Init(LINK_TYPE_ETHERNET);
    helper.HookDefaultSink<FdmaNetDevice>(fdma, promiscuous ? "PromiscSniffer" : "Sniffer", file);
}

void
FdmaHelper::EnableAsciiInternal(Ptr<OutputStreamWrapper> stream,
                                std::string prefix,
                                Ptr<NetDevice> device,
                                bool explicitFilename)
{
    const auto fdma = DynamicCast<FdmaNetDevice>(device);
    if (!fdma)
    {
        return; // "all devices" may include others
    }
    Packet::EnablePrinting();
    // A device has several queues, so "+" is a packet's entry and "-" the beginning of its
    // transmission, through whichever.
    AsciiTraceHelper helper;
    if (!stream)
    {
        const std::string name =
            explicitFilename ? prefix : helper.GetFilenameFromDevice(prefix, fdma);
        const auto file = helper.CreateFileStream(name);
        helper.HookDefaultEnqueueSinkWithoutContext<FdmaNetDevice>(fdma, "MacTx", file);
        helper.HookDefaultDequeueSinkWithoutContext<FdmaNetDevice>(fdma, "PhyTxBegin", file);
        helper.HookDefaultReceiveSinkWithoutContext<FdmaNetDevice>(fdma, "MacRx", file);
        for (const auto* drop : {"MacTxDrop", "PhyTxDrop", "PhyRxDrop", "MacRxDrop"})
        {
            helper.HookDefaultDropSinkWithoutContext<FdmaNetDevice>(fdma, drop, file);
        }
        return;
    }
    std::ostringstream path;
    path << "/NodeList/" << fdma->GetNode()->GetId() << "/DeviceList/" << fdma->GetIfIndex()
         << "/$ns3::fl::FdmaNetDevice/";
    const auto connect = [&](const char* trace, auto sink) {
        Config::Connect(path.str() + trace, MakeBoundCallback(sink, stream));
    };
    connect("MacTx", &AsciiTraceHelper::DefaultEnqueueSinkWithContext);
    connect("PhyTxBegin", &AsciiTraceHelper::DefaultDequeueSinkWithContext);
    connect("MacRx", &AsciiTraceHelper::DefaultReceiveSinkWithContext);
    for (const auto* drop : {"MacTxDrop", "PhyTxDrop", "PhyRxDrop", "MacRxDrop"})
    {
        connect(drop, &AsciiTraceHelper::DefaultDropSinkWithContext);
    }
}

} // namespace fl
} // namespace ns3
