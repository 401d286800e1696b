/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fdma-net-device.h"

#include "fl-fdma-channel.h"

#include "ns3/abort.h"
#include "ns3/double.h"
#include "ns3/ethernet-header.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/trace-source-accessor.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlFdmaNetDevice");

NS_OBJECT_ENSURE_REGISTERED(FdmaNetDevice);

namespace
{

/// 12 dBm, as in most of the literature.
constexpr double DEFAULT_TX_POWER_W = 0.015848931924611134;

} // namespace

TypeId
FdmaNetDevice::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::FdmaNetDevice")
            .SetParent<FdmaRadio>()
            .SetGroupName("Fl")
            .AddConstructor<FdmaNetDevice>()
            .AddAttribute("Mtu",
                          "Largest packet, link header not counted [byte]",
                          UintegerValue(1500),
                          MakeUintegerAccessor(&FdmaNetDevice::SetMtu, &FdmaNetDevice::GetMtu),
                          MakeUintegerChecker<uint16_t>())
            .AddAttribute(
                "MaxTxPower",
                "Largest power that an uplink grant may ask of a device [W]",
                DoubleValue(DEFAULT_TX_POWER_W),
                MakeDoubleAccessor(&FdmaNetDevice::SetMaxTxPowerW, &FdmaNetDevice::GetMaxTxPowerW),
                MakeDoubleChecker<double>())
            .AddAttribute("ControlTxPower",
                          "Power of a device on the control channel [W]",
                          DoubleValue(DEFAULT_TX_POWER_W),
                          MakeDoubleAccessor(&FdmaNetDevice::SetControlTxPowerW,
                                             &FdmaNetDevice::GetControlTxPowerW),
                          MakeDoubleChecker<double>())
            .AddAttribute("ReceiveErrorModel",
                          "Decides which received frames are corrupt, and may alter them",
                          PointerValue(),
                          MakePointerAccessor(&FdmaNetDevice::m_errorModel),
                          MakePointerChecker<ErrorModel>())
            .AddTraceSource("MacTx",
                            "A frame came from the upper layers and was accepted",
                            MakeTraceSourceAccessor(&FdmaNetDevice::m_macTxTrace),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("MacTxDrop",
                            "A packet came from the upper layers and was refused: the queue is "
                            "full, the destination unknown, or the device down",
                            MakeTraceSourceAccessor(&FdmaNetDevice::m_macTxDropTrace),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("MacPromiscRx",
                            "A frame was received, whoever it is for",
                            MakeTraceSourceAccessor(&FdmaNetDevice::m_macPromiscRxTrace),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("MacRx",
                            "A frame for this node was received",
                            MakeTraceSourceAccessor(&FdmaNetDevice::m_macRxTrace),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("MacRxDrop",
                            "A frame was received that is not for this node",
                            MakeTraceSourceAccessor(&FdmaNetDevice::m_macRxDropTrace),
                            "ns3::Packet::TracedCallback");
    return tid;
}

FdmaNetDevice::FdmaNetDevice()
{
    NS_LOG_FUNCTION(this);
}

FdmaNetDevice::~FdmaNetDevice() = default;

void
FdmaNetDevice::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_links.clear();
    m_channel = nullptr;
    m_node = nullptr;
    m_errorModel = nullptr;
    m_receive.Nullify();
    m_promiscReceive.Nullify();
    FdmaRadio::DoDispose();
}

Ptr<FdmaChannel>
FdmaNetDevice::GetFdmaChannel() const
{
    return m_channel;
}

void
FdmaNetDevice::AttachAsStation(Ptr<FdmaChannel> channel)
{
    NS_LOG_FUNCTION(this << channel);
    m_channel = channel;
    for (const auto direction : {Direction::UPLINK, Direction::DOWNLINK})
    {
        m_controlBands[static_cast<size_t>(direction)] =
            std::make_unique<FdmaControlBand>(PeekPointer(channel), direction);
    }
    BecomeStation();
    m_linkChange();
}

void
FdmaNetDevice::AttachAsMember(Ptr<FdmaChannel> channel, uint32_t index)
{
    NS_LOG_FUNCTION(this << channel << index);
    m_channel = channel;
    SetIndex(index);
    m_links.push_back(std::make_unique<FdmaTransmitter>(this, index, Direction::UPLINK));
    m_linkChange();
}

FdmaControlBand&
FdmaNetDevice::GetControlBand(Direction direction)
{
    const auto& band = m_controlBands[static_cast<size_t>(direction)];
    NS_ABORT_MSG_UNLESS(band, "FdmaNetDevice: only a base station has control bands");
    return *band;
}

void
FdmaNetDevice::AddLink(uint32_t index)
{
    m_links.push_back(std::make_unique<FdmaTransmitter>(this, index, Direction::DOWNLINK));
}

void
FdmaNetDevice::SetDown()
{
    NS_LOG_FUNCTION(this);
    if (!m_isUp)
    {
        return;
    }
    m_isUp = false;
    for (const auto& link : m_links)
    {
        link->Flush();
    }
    if (m_channel)
    {
        const auto direction = IsBaseStation() ? Direction::DOWNLINK : Direction::UPLINK;
        m_channel->GetControlBand(direction).Flush(IsBaseStation() ? FdmaControlBand::ALL
                                                                   : GetIndex());
    }
    m_linkChange();
}

void
FdmaNetDevice::SetUp()
{
    NS_LOG_FUNCTION(this);
    if (!m_isUp)
    {
        m_isUp = true;
        m_linkChange();
    }
}

void
FdmaNetDevice::SetGrant(uint32_t index, const Grant& grant)
{
    m_links.at(IsBaseStation() ? index : 0)->SetGrant(grant);
}

double
FdmaNetDevice::GetLinkEnergyJ(uint32_t index) const
{
    return m_links.at(IsBaseStation() ? index : 0)->GetEnergyJ();
}

void
FdmaNetDevice::ResumeLink(uint32_t index)
{
    // Empty once the device was disposed of.
    if (!m_links.empty())
    {
        m_links[IsBaseStation() ? index : 0]->Resume();
    }
}

void
FdmaNetDevice::RenewRate(uint32_t index)
{
    if (!m_links.empty())
    {
        m_links[IsBaseStation() ? index : 0]->RenewRate();
    }
}

void
FdmaNetDevice::NotifyMoved()
{
    if (m_channel)
    {
        m_channel->NotifyMoved(*this);
    }
}

double
FdmaNetDevice::GetDataEnergyJ() const
{
    double total = 0;
    for (const auto& link : m_links)
    {
        total += link->GetEnergyJ();
    }
    return total;
}

double
FdmaNetDevice::GetRadiatedEnergyJ() const
{
    return GetDataEnergyJ() + GetControlEnergyJ();
}

Time
FdmaNetDevice::GetDataAirtime() const
{
    Time total;
    for (const auto& link : m_links)
    {
        total += link->GetAirtime();
    }
    return total;
}

uint32_t
FdmaNetDevice::GetNFrames() const
{
    uint32_t total = 0;
    for (const auto& link : m_links)
    {
        total += link->GetNFrames();
    }
    return total;
}

Ptr<Queue<Packet>>
FdmaNetDevice::GetQueue(uint32_t index)
{
    return m_links.at(IsBaseStation() ? index : 0)->GetQueue();
}

void
FdmaNetDevice::SetReceiveErrorModel(Ptr<ErrorModel> model)
{
    m_errorModel = model;
}

void
FdmaNetDevice::UpdateTxPower()
{
    // The base station is not battery powered, and has as many links as there are devices.
    if (!IsBaseStation() && !m_links.empty())
    {
        ReportTxPower(m_links.front()->GetTxPowerNowW());
    }
}

bool
FdmaNetDevice::RefuseTx(Ptr<const Packet> packet)
{
    CountTxDrop();
    m_macTxDropTrace(packet);
    return false;
}

bool
FdmaNetDevice::Send(Ptr<Packet> packet, const Address& destination, uint16_t protocol)
{
    NS_LOG_FUNCTION(this << packet << destination << protocol);
    if (!IsLinkUp())
    {
        return RefuseTx(packet);
    }
    const bool isControl = packet->GetSize() <= m_channel->GetControlMaxBytes();
    const auto to = Mac48Address::ConvertFrom(destination);
    EthernetHeader header(false);
    header.SetSource(m_address);
    header.SetDestination(to);
    header.SetLengthType(protocol);
    packet->AddHeader(header);
    return Enqueue(packet, to, isControl);
}

bool
FdmaNetDevice::Enqueue(Ptr<Packet> frame, const Mac48Address& destination, bool isControl)
{
    uint32_t index = GetIndex();
    if (IsBaseStation() && destination.IsGroup())
    {
        index = FdmaControlBand::ALL;
        isControl = true;
    }
    else if (IsBaseStation() && !m_channel->FindMember(destination, index))
    {
        return RefuseTx(frame);
    }
    // Before the frame begins, so that traces fire in order.
    m_macTxTrace(frame);
    const auto direction = IsBaseStation() ? Direction::DOWNLINK : Direction::UPLINK;
    const bool accepted = isControl ? m_channel->GetControlBand(direction).Enqueue(frame, index)
                                    : m_links[IsBaseStation() ? index : 0]->Enqueue(frame);
    return accepted || RefuseTx(frame);
}

bool
FdmaNetDevice::SendFrom(Ptr<Packet> packet,
                        const Address& /* source */,
                        const Address& /* destination */,
                        uint16_t /* protocol */)
{
    return RefuseTx(packet);
}

void
FdmaNetDevice::Receive(Ptr<Packet> frame)
{
    NS_LOG_FUNCTION(this << frame);
    if (!IsLinkUp() || (m_errorModel && m_errorModel->IsCorrupt(frame)))
    {
        NotifyRxDrop(frame);
        return;
    }
    m_phyRxEndTrace(frame);
    ForwardUp(frame);
}

NetDevice::PacketType
FdmaNetDevice::Classify(const Mac48Address& destination) const
{
    if (destination == m_address)
    {
        return PACKET_HOST;
    }
    if (destination.IsBroadcast())
    {
        return PACKET_BROADCAST;
    }
    return destination.IsGroup() ? PACKET_MULTICAST : PACKET_OTHERHOST;
}

void
FdmaNetDevice::ForwardUp(Ptr<Packet> frame)
{
    Ptr<Packet> packet = frame->Copy();
    EthernetHeader header(false);
    packet->RemoveHeader(header);
    const uint16_t protocol = header.GetLengthType();
    const PacketType type = Classify(header.GetDestination());

    m_promiscSnifferTrace(frame);
    if (!m_promiscReceive.IsNull())
    {
        m_macPromiscRxTrace(frame);
        m_promiscReceive(this,
                         packet->Copy(),
                         protocol,
                         header.GetSource(),
                         header.GetDestination(),
                         type);
    }
    if (type == PACKET_OTHERHOST)
    {
        CountRxDrop();
        m_macRxDropTrace(frame);
        return;
    }
    m_snifferTrace(frame);
    m_macRxTrace(frame);
    if (!m_receive.IsNull())
    {
        m_receive(this, packet, protocol, header.GetSource());
    }
}

void
FdmaNetDevice::SetIfIndex(const uint32_t index)
{
    m_ifIndex = index;
}

uint32_t
FdmaNetDevice::GetIfIndex() const
{
    return m_ifIndex;
}

Ptr<Channel>
FdmaNetDevice::GetChannel() const
{
    return m_channel;
}

void
FdmaNetDevice::SetAddress(Address address)
{
    const auto to = Mac48Address::ConvertFrom(address);
    if (m_channel && !IsBaseStation())
    {
        m_channel->ChangeAddress(GetIndex(), m_address, to);
    }
    m_address = to;
}

Address
FdmaNetDevice::GetAddress() const
{
    return m_address;
}

bool
FdmaNetDevice::SetMtu(const uint16_t mtu)
{
    m_mtu = mtu;
    return true;
}

uint16_t
FdmaNetDevice::GetMtu() const
{
    return m_mtu;
}

bool
FdmaNetDevice::IsLinkUp() const
{
    return m_isUp && m_channel;
}

void
FdmaNetDevice::AddLinkChangeCallback(Callback<void> callback)
{
    m_linkChange.ConnectWithoutContext(callback);
}

bool
FdmaNetDevice::IsBroadcast() const
{
    return true;
}

Address
FdmaNetDevice::GetBroadcast() const
{
    return Mac48Address::GetBroadcast();
}

bool
FdmaNetDevice::IsMulticast() const
{
    return true;
}

Address
FdmaNetDevice::GetMulticast(Ipv4Address address) const
{
    return Mac48Address::GetMulticast(address);
}

Address
FdmaNetDevice::GetMulticast(Ipv6Address address) const
{
    return Mac48Address::GetMulticast(address);
}

bool
FdmaNetDevice::IsPointToPoint() const
{
    return false;
}

bool
FdmaNetDevice::IsBridge() const
{
    return false;
}

Ptr<Node>
FdmaNetDevice::GetNode() const
{
    return m_node;
}

void
FdmaNetDevice::SetNode(Ptr<Node> node)
{
    m_node = node;
}

bool
FdmaNetDevice::NeedsArp() const
{
    return true;
}

void
FdmaNetDevice::SetReceiveCallback(ReceiveCallback callback)
{
    m_receive = callback;
}

void
FdmaNetDevice::SetPromiscReceiveCallback(PromiscReceiveCallback callback)
{
    m_promiscReceive = callback;
}

bool
FdmaNetDevice::SupportsSendFrom() const
{
    return false;
}

} // namespace fl
} // namespace ns3
