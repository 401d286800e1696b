/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-tcp-demux.h"

#include "ns3/ipv4-header.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv6-header.h"
#include "ns3/ipv6-interface.h"
#include "ns3/ipv6-l3-protocol.h"
#include "ns3/log.h"
#include "ns3/packet.h"

#include <array>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlTcpDemux");

NS_OBJECT_ENSURE_REGISTERED(TcpDemux);

namespace
{

/**
 * @param bytes two bytes of a TCP header
 * @return the port number in network byte order
 */
uint16_t
ToPort(const uint8_t* bytes)
{
    return static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
}

/**
 * @param packet a TCP segment
 * @return its destination port; 0 if it is shorter than that
 */
uint16_t
DestinationPort(const Packet& packet)
{
    std::array<uint8_t, 4> ports{};
    return packet.CopyData(ports.data(), ports.size()) == ports.size() ? ToPort(&ports[2]) : 0;
}

} // namespace

TypeId
TcpDemux::GetTypeId()
{
    static TypeId tid = TypeId("ns3::fl::TcpDemux").SetParent<IpL4Protocol>().SetGroupName("Fl");
    return tid;
}

TcpDemux::TcpDemux() = default;
TcpDemux::~TcpDemux() = default;

void
TcpDemux::DoDispose()
{
    if (m_ports)
    {
        for (auto& [number, port] : *m_ports)
        {
            for (auto& table : port.tables)
            {
                if (table)
                {
                    table->Dispose();
                }
            }
        }
    }
    m_ports = nullptr;
    m_own = nullptr;
    m_node = nullptr;
    IpL4Protocol::DoDispose();
}

Ptr<TcpDemux>
TcpDemux::Install(Ptr<Node> node)
{
    if (const auto known = node->GetObject<TcpDemux>())
    {
        return known;
    }
    const auto own = node->GetObject<TcpL4Protocol>();
    if (!own)
    {
        return nullptr;
    }
    auto demux = CreateObject<TcpDemux>();
    demux->m_node = node;
    demux->m_own = own;
    node->AggregateObject(demux);
    if (const auto ipv4 = node->GetObject<Ipv4L3Protocol>())
    {
        ipv4->Insert(demux);
    }
    if (const auto ipv6 = node->GetObject<Ipv6L3Protocol>())
    {
        ipv6->Insert(demux);
    }
    return demux;
}

void
TcpDemux::Serve(uint16_t port, uint32_t tables, Listen listen)
{
    if (!m_ports)
    {
        m_ports = std::make_unique<std::map<uint16_t, Port>>();
    }
    auto& served = (*m_ports)[port];
    if (served.tables.empty())
    {
        served.tables.resize(tables);
    }
    served.listen = std::move(listen);
    for (const auto& table : served.tables)
    {
        if (table)
        {
            served.listen(table);
        }
    }
}

void
TcpDemux::Leave(uint16_t port)
{
    if (const auto served = FindPort(port))
    {
        served->listen = nullptr;
    }
}

TcpDemux::Port*
TcpDemux::FindPort(uint16_t port)
{
    if (!m_ports)
    {
        return nullptr;
    }
    const auto found = m_ports->find(port);
    return found == m_ports->end() ? nullptr : &found->second;
}

Ptr<TcpL4Protocol>
TcpDemux::MakeTable() const
{
    auto table = CreateObject<TcpL4Protocol>();
    for (const char* name : {"RttEstimatorType", "SocketType", "RecoveryType"})
    {
        TypeIdValue value;
        m_own->GetAttribute(name, value);
        table->SetAttribute(name, value);
    }
    table->SetNode(m_node);
    table->SetDownTarget(m_own->GetDownTarget());
    table->SetDownTarget6(m_own->GetDownTarget6());
    return table;
}

Ptr<TcpL4Protocol>
TcpDemux::Find(uint16_t port, size_t hash)
{
    const auto served = FindPort(port);
    if (!served)
    {
        return m_own;
    }
    auto& [tables, listen] = *served;
    auto& table = tables[hash % tables.size()];
    if (!table && listen)
    {
        table = MakeTable();
        listen(table);
    }
    return table ? table : m_own;
}

const TcpOvertaking&
TcpDemux::GetOvertaking() const
{
    return m_overtaking;
}

int
TcpDemux::GetProtocolNumber() const
{
    return TcpL4Protocol::PROT_NUMBER;
}

IpL4Protocol::RxStatus
TcpDemux::Receive(Ptr<Packet> packet,
                  const Ipv4Header& header,
                  Ptr<Ipv4Interface> incomingInterface)
{
    const auto table = Find(DestinationPort(*packet), Ipv4AddressHash()(header.GetSource()));
    return table->Receive(m_overtaking.Renew(packet, header), header, incomingInterface);
}

IpL4Protocol::RxStatus
TcpDemux::Receive(Ptr<Packet> packet,
                  const Ipv6Header& header,
                  Ptr<Ipv6Interface> incomingInterface)
{
    const auto table = Find(DestinationPort(*packet), Ipv6AddressHash()(header.GetSource()));
    return table->Receive(m_overtaking.Renew(packet, header), header, incomingInterface);
}

void
TcpDemux::ReceiveIcmp(Ipv4Address icmpSource,
                      uint8_t icmpTtl,
                      uint8_t icmpType,
                      uint8_t icmpCode,
                      uint32_t icmpInfo,
                      Ipv4Address payloadSource,
                      Ipv4Address payloadDestination,
                      const uint8_t payload[8])
{
    // The payload is the header of a segment that this node sent: its source port is local.
    Find(ToPort(payload), Ipv4AddressHash()(payloadDestination))
        ->ReceiveIcmp(icmpSource,
                      icmpTtl,
                      icmpType,
                      icmpCode,
                      icmpInfo,
                      payloadSource,
                      payloadDestination,
                      payload);
}

void
TcpDemux::ReceiveIcmp(Ipv6Address icmpSource,
                      uint8_t icmpTtl,
                      uint8_t icmpType,
                      uint8_t icmpCode,
                      uint32_t icmpInfo,
                      Ipv6Address payloadSource,
                      Ipv6Address payloadDestination,
                      const uint8_t payload[8])
{
    Find(ToPort(payload), Ipv6AddressHash()(payloadDestination))
        ->ReceiveIcmp(icmpSource,
                      icmpTtl,
                      icmpType,
                      icmpCode,
                      icmpInfo,
                      payloadSource,
                      payloadDestination,
                      payload);
}

void
TcpDemux::SetDownTarget(DownTargetCallback callback)
{
    m_own->SetDownTarget(callback);
}

void
TcpDemux::SetDownTarget6(DownTargetCallback6 callback)
{
    m_own->SetDownTarget6(callback);
}

IpL4Protocol::DownTargetCallback
TcpDemux::GetDownTarget() const
{
    return m_own->GetDownTarget();
}

IpL4Protocol::DownTargetCallback6
TcpDemux::GetDownTarget6() const
{
    return m_own->GetDownTarget6();
}

} // namespace fl
} // namespace ns3
