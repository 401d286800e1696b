/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-datagram-transport.h"

#include "fl-datagram-session.h"

#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/udp-socket-factory.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlDatagramTransport");

NS_OBJECT_ENSURE_REGISTERED(DatagramTransport);

namespace
{

/// Length of TIME-WAIT: several times MaxRto's default, after which no copy of a packet of the
/// session is in the network any more.
const Time TIME_WAIT = Minutes(5);

} // namespace

std::size_t
AddressHash::operator()(const Address& address) const
{
    uint8_t bytes[Address::MAX_SIZE];
    const uint32_t size = address.CopyTo(bytes);
    // FNV-1a, which does well on a few bytes.
    uint64_t hash = 0xcbf29ce484222325U;
    for (uint32_t i = 0; i < size; ++i)
    {
        hash = (hash ^ bytes[i]) * 0x100000001b3U;
    }
    return hash;
}

TransportProfile
DatagramTransport::GetProfile() const
{
    constexpr double UDP_AND_IP_BYTES = 8 + 20;
    TransportProfile profile = Transport::GetProfile();
    profile.segmentBytes = m_config.fragmentBytes;
    profile.headerBytes = DatagramHeader::SHORT_SIZE + UDP_AND_IP_BYTES;
    profile.ackBytes = DatagramHeader::ACK_SIZE + UDP_AND_IP_BYTES;
    profile.ackAfterBytes = static_cast<double>(m_config.ackEvery) * m_config.fragmentBytes;
    profile.initialWindowBytes =
        static_cast<double>(m_config.initialWindow) * m_config.fragmentBytes;
    profile.maxWindowBytes =
        std::min<double>(m_config.windowBytes, DatagramSender::MAX_FLIGHT * m_config.fragmentBytes);
    return profile;
}

Time
DatagramTransport::GetFirstTimeout(Time expected) const
{
    return m_config.GetFirstTimeout(expected);
}

TypeId
DatagramTransport::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::DatagramTransport")
            .SetParent<Transport>()
            .SetGroupName("Fl")
            .AddConstructor<DatagramTransport>()
            .AddAttribute("SocketType",
                          "The factory of the datagram sockets",
                          TypeIdValue(UdpSocketFactory::GetTypeId()),
                          MakeTypeIdAccessor(&DatagramTransport::m_socketType),
                          MakeTypeIdChecker())
            .AddAttribute("FragmentBytes",
                          "Bytes of a message in one datagram [byte]; with 14 of our header, 8 of "
                          "UDP's and 20 of IP's it should fit the MTU",
                          UintegerValue(1400),
                          MakeUintegerAccessor(
                              &DatagramTransport::SetParameter<&DatagramConfig::fragmentBytes>,
                              &DatagramTransport::GetParameter<&DatagramConfig::fragmentBytes>),
                          MakeUintegerChecker<uint32_t>(64, 65000))
            .AddAttribute("Window",
                          "The most that is on its way to one peer and not acknowledged [byte]; it "
                          "bounds the rate to this per round-trip time. 64 fragments are the limit",
                          UintegerValue(65536),
                          MakeUintegerAccessor(
                              &DatagramTransport::SetParameter<&DatagramConfig::windowBytes>,
                              &DatagramTransport::GetParameter<&DatagramConfig::windowBytes>),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("InitialWindow",
                          "Fragments sent at the beginning of a burst, before the first "
                          "acknowledgement (RFC 6928)",
                          UintegerValue(10),
                          MakeUintegerAccessor(
                              &DatagramTransport::SetParameter<&DatagramConfig::initialWindow>,
                              &DatagramTransport::GetParameter<&DatagramConfig::initialWindow>),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute(
                "AckEvery",
                "In the middle of a burst, ask for an acknowledgement every so many "
                "fragments",
                UintegerValue(4),
                MakeUintegerAccessor(&DatagramTransport::SetParameter<&DatagramConfig::ackEvery>,
                                     &DatagramTransport::GetParameter<&DatagramConfig::ackEvery>),
                MakeUintegerChecker<uint32_t>(1, 16))
            .AddAttribute(
                "InitialRto",
                "How long to wait for the first acknowledgement of a burst, at least; "
                "three times the predicted time of the transfer where that is longer",
                TimeValue(Seconds(10)),
                MakeTimeAccessor(&DatagramTransport::SetParameter<&DatagramConfig::initialRto>,
                                 &DatagramTransport::GetParameter<&DatagramConfig::initialRto>),
                MakeTimeChecker(MilliSeconds(1)))
            .AddAttribute(
                "MinRto",
                "The shortest retransmission timeout",
                TimeValue(Seconds(1)),
                MakeTimeAccessor(&DatagramTransport::SetParameter<&DatagramConfig::minRto>,
                                 &DatagramTransport::GetParameter<&DatagramConfig::minRto>),
                MakeTimeChecker(MilliSeconds(1)))
            .AddAttribute(
                "MaxRto",
                "The longest retransmission timeout, unless the first one of a burst is "
                "longer",
                TimeValue(Seconds(60)),
                MakeTimeAccessor(&DatagramTransport::SetParameter<&DatagramConfig::maxRto>,
                                 &DatagramTransport::GetParameter<&DatagramConfig::maxRto>),
                MakeTimeChecker(MilliSeconds(1)))
            .AddAttribute(
                "MaxRetries",
                "Timeouts in a row before a peer is given up; the default waits about 15 "
                "min, since a radio may let a device wait for a grant",
                UintegerValue(16),
                MakeUintegerAccessor(&DatagramTransport::SetParameter<&DatagramConfig::maxRetries>,
                                     &DatagramTransport::GetParameter<&DatagramConfig::maxRetries>),
                MakeUintegerChecker<uint32_t>());
    return tid;
}

DatagramTransport::DatagramTransport() = default;
DatagramTransport::~DatagramTransport() = default;

void
DatagramTransport::DoDispose()
{
    Transport::DoDispose();
    CloseEndpoint();
    m_handler = nullptr;
    m_peers.clear();
    m_timeWait.clear();
}

Ptr<Socket>
DatagramTransport::CreateSocket(Ptr<Node> node) const
{
    auto socket = Socket::CreateSocket(node, m_socketType);
    // Not that we broadcast: without it ns-3 looks at all interfaces of the node for each packet,
    // to see whether we do.
    socket->SetAllowBroadcast(true);
    return socket;
}

bool
DatagramTransport::DoListen(Ptr<Node> node, const Address& local, SessionHandler& handler)
{
    if (!m_endpoint || m_endpoint->GetNode() != node || !(m_local == local))
    {
        auto socket = CreateSocket(node);
        if (socket->Bind(local) != 0)
        {
            return false;
        }
        socket->SetRecvCallback(MakeCallback(&DatagramTransport::Receive, this));
        CloseEndpoint();
        m_endpoint = socket;
        m_local = local;
    }
    m_handler = &handler;
    m_accepting = true;
    return true;
}

void
DatagramTransport::CloseEndpoint()
{
    if (m_endpoint)
    {
        m_endpoint->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
        m_endpoint->Close();
        m_endpoint = nullptr;
    }
}

void
DatagramTransport::DoStopListening()
{
    m_accepting = false;
}

Ptr<Session>
DatagramTransport::DoConnect(Ptr<Node> node, const Address& remote, SessionHandler& handler)
{
    auto socket = CreateSocket(node);
    if (InetSocketAddress::IsMatchingType(remote))
    {
        socket->Bind();
    }
    else
    {
        socket->Bind6();
    }
    socket->Connect(remote);
    return Create<DatagramSession>(this, m_config, m_counters, &handler, socket, remote, nullptr);
}

void
DatagramTransport::Receive(Ptr<Socket> socket)
{
    const Ptr<Transport> self(this);
    Address from;
    while (m_endpoint)
    {
        const auto packet = socket->RecvFrom(from);
        if (!packet)
        {
            return;
        }
        Dispatch(packet, from);
    }
}

void
DatagramTransport::Dispatch(Ptr<Packet> packet, const Address& from)
{
    DatagramHeader header;
    if (!DatagramSession::TakeHeader(packet, header))
    {
        CountRefused(from, WireError::BAD_DATAGRAM);
        return;
    }
    const auto peer = m_peers.find(from);
    if (peer != m_peers.end() && peer->second)
    {
        const auto session = peer->second;
        session->HandleDatagram(header, packet);
        return;
    }
    if (header.kind != DatagramHeader::DATA)
    {
        if (peer == m_peers.end())
        {
            CountRefused(from, WireError::BAD_DATAGRAM);
        }
        return;
    }
    if (peer != m_peers.end() || !m_accepting || header.sequence > DatagramSender::MAX_FLIGHT)
    {
        DatagramHeader reset;
        reset.kind = DatagramHeader::RESET;
        auto answer = Create<Packet>();
        answer->AddHeader(reset);
        m_endpoint->SendTo(answer, 0, from);
        return;
    }
    auto session = Create<DatagramSession>(this,
                                           m_config,
                                           m_counters,
                                           m_handler,
                                           m_endpoint,
                                           from,
                                           [this](const Address& peer) { EnterTimeWait(peer); });
    m_peers.emplace(from, session);
    Adopt(session);
    session->HandleDatagram(header, packet);
}

void
DatagramTransport::EnterTimeWait(const Address& peer)
{
    const auto entry = m_peers.find(peer);
    if (entry == m_peers.end())
    {
        return;
    }
    entry->second = nullptr;
    const Time now = Simulator::Now();
    m_timeWait.emplace_back(now + TIME_WAIT, peer);
    while (m_timeWait.front().first <= now)
    {
        m_peers.erase(m_timeWait.front().second);
        m_timeWait.pop_front();
    }
}

} // namespace fl
} // namespace ns3
