/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-tcp-transport.h"

#include "fl-tcp-session.h"

#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlTcpTransport");

NS_OBJECT_ENSURE_REGISTERED(TcpTransport);

namespace
{

/**
 * @param local address and port to listen on
 * @return the port
 */
uint16_t
LocalPort(const Address& local)
{
    return InetSocketAddress::IsMatchingType(local)
               ? InetSocketAddress::ConvertFrom(local).GetPort()
               : Inet6SocketAddress::ConvertFrom(local).GetPort();
}

} // namespace

TransportProfile
TcpTransport::GetProfile() const
{
    // TCP's header with the time stamps that ns-3 sends by default, and IP's.
    constexpr double HEADER_BYTES = 32 + 20;
    // RFC 6928, and ns-3's default.
    constexpr double INITIAL_SEGMENTS = 10;
    // ns-3's default (RFC 1122 allows 0.5 s).
    constexpr double ACK_DELAY_S = 0.2;
    TransportProfile profile = Transport::GetProfile();
    profile.segmentBytes = m_segmentBytes;
    profile.headerBytes = HEADER_BYTES;
    profile.ackBytes = HEADER_BYTES;
    profile.ackAfterBytes = 2.0 * m_segmentBytes; // delayed acknowledgements (RFC 1122)
    profile.initialWindowBytes = INITIAL_SEGMENTS * m_segmentBytes;
    profile.maxWindowBytes = std::min(m_sendBufferBytes, m_receiveBufferBytes);
    profile.windowStays = true;
    profile.cubic = true; // ns-3's default
    profile.ackDelayS = ACK_DELAY_S;
    profile.acksEnd = false;
    return profile;
}

TypeId
TcpTransport::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::TcpTransport")
            .SetParent<Transport>()
            .SetGroupName("Fl")
            .AddConstructor<TcpTransport>()
            .AddAttribute("SocketType",
                          "The factory of the stream sockets",
                          TypeIdValue(TcpSocketFactory::GetTypeId()),
                          MakeTypeIdAccessor(&TcpTransport::m_socketType),
                          MakeTypeIdChecker())
            .AddAttribute("SegmentBytes",
                          "Data per segment [byte]; with 60 of TCP header and 20 of IP header it "
                          "should fit the MTU (ns-3's own default of 536 is half as fast)",
                          UintegerValue(1400),
                          MakeUintegerAccessor(&TcpTransport::m_segmentBytes),
                          MakeUintegerChecker<uint32_t>(64, 65000))
            .AddAttribute("SendBufferBytes",
                          "Buffer of a socket for data not sent or not acknowledged [byte]; it "
                          "bounds the rate to this per round-trip time",
                          UintegerValue(131072),
                          MakeUintegerAccessor(&TcpTransport::m_sendBufferBytes),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("ReceiveBufferBytes",
                          "Buffer of a socket for data out of order [byte]; it bounds the rate to "
                          "this per round-trip time",
                          UintegerValue(131072),
                          MakeUintegerAccessor(&TcpTransport::m_receiveBufferBytes),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("DataRetries",
                          "Retransmissions of one segment in a row before a connection is given "
                          "up. They are at most 60 s apart; the default waits about 15 min, since "
                          "a radio may let a device wait for a grant",
                          UintegerValue(20),
                          MakeUintegerAccessor(&TcpTransport::m_dataRetries),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("EndPointTables",
                          "Over how many instances of TcpL4Protocol a server's connections are "
                          "spread (TcpDemux), since ns-3 searches all of one for each segment; 1: "
                          "the node's own; 0: as 1, but FederationHelper sets it by the number of "
                          "clients",
                          UintegerValue(0),
                          MakeUintegerAccessor(&TcpTransport::m_tables),
                          MakeUintegerChecker<uint32_t>(0, 65536));
    return tid;
}

TcpTransport::TcpTransport() = default;
TcpTransport::~TcpTransport() = default;

void
TcpTransport::DoDispose()
{
    CloseListener();
    m_handler = nullptr;
    m_resets.Clear();
    Transport::DoDispose();
}

void
TcpTransport::Configure(Ptr<Socket> socket) const
{
    // Only those that this kind of socket has.
    socket->SetAttributeFailSafe("SegmentSize", UintegerValue(m_segmentBytes));
    socket->SetAttributeFailSafe("SndBufSize", UintegerValue(m_sendBufferBytes));
    socket->SetAttributeFailSafe("RcvBufSize", UintegerValue(m_receiveBufferBytes));
    socket->SetAttributeFailSafe("DataRetries", UintegerValue(m_dataRetries));
}

Ptr<Socket>
TcpTransport::CreateSocket(Ptr<Node> node) const
{
    if (m_socketType == TcpSocketFactory::GetTypeId())
    {
        TcpDemux::Install(node);
    }
    auto socket = Socket::CreateSocket(node, m_socketType);
    Configure(socket);
    return socket;
}

bool
TcpTransport::DoListen(Ptr<Node> node, const Address& local, SessionHandler& handler)
{
    m_handler = &handler;
    m_accepting = true;
    if (!m_listeners.empty() && m_listeners.front()->GetNode() == node && m_local == local)
    {
        return true;
    }
    CloseListener();
    m_local = local;
    // The first one refuses an address that is in use, and accepts whom no other one is for.
    if (!AddListener(CreateSocket(node)))
    {
        return false;
    }
    if (m_tables > 1 && m_socketType == TcpSocketFactory::GetTypeId())
    {
        m_demux = TcpDemux::Install(node);
        m_demux->Serve(LocalPort(local), m_tables, [this](Ptr<TcpL4Protocol> table) {
            auto socket = table->CreateSocket();
            Configure(socket);
            AddListener(socket);
        });
    }
    return true;
}

bool
TcpTransport::AddListener(Ptr<Socket> socket)
{
    // Each SYN that comes again is answered, and ns-3 counts that against the retransmissions of
    // the answer. When they are used up the half of a connection that is here dies, and nothing
    // tells the peer, whose connection may stand: SYNs that waited for the end of a fade come all
    // at once. So as many for the peer's SYNs as for our own timer.
    UintegerValue attempts;
    if (socket->GetAttributeFailSafe("ConnCount", attempts))
    {
        socket->SetAttribute("ConnCount", UintegerValue(2 * attempts.Get()));
    }
    if (socket->Bind(m_local) != 0 || socket->Listen() != 0)
    {
        return false;
    }
    socket->SetAcceptCallback(MakeCallback(&TcpTransport::IsWelcome, this),
                              MakeCallback(&TcpTransport::Accept, this));
    m_listeners.push_back(socket);
    return true;
}

void
TcpTransport::DoStopListening()
{
    // The socket stays: while connections of the same address are there, and for minutes after
    // their end, ns-3 would not let us bind another one.
    m_accepting = false;
}

void
TcpTransport::CloseListener()
{
    if (m_demux)
    {
        m_demux->Leave(LocalPort(m_local));
        m_demux = nullptr;
    }
    for (const auto& listener : m_listeners)
    {
        listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                    MakeNullCallback<void, Ptr<Socket>, const Address&>());
        listener->Close();
    }
    m_listeners.clear();
}

bool
TcpTransport::IsWelcome(Ptr<Socket> /* socket */, const Address& /* peer */)
{
    return m_accepting;
}

void
TcpTransport::Accept(Ptr<Socket> socket, const Address& peer)
{
    auto session = Create<TcpSession>(this, m_handler, socket, peer, m_segmentBytes, &m_resets);
    Adopt(session);
    session->Established();
}

Ptr<Session>
TcpTransport::DoConnect(Ptr<Node> node, const Address& remote, SessionHandler& handler)
{
    auto socket = CreateSocket(node);
    const bool isBound =
        (InetSocketAddress::IsMatchingType(remote) ? socket->Bind() : socket->Bind6()) == 0;
    auto session = Create<TcpSession>(this, &handler, socket, remote, m_segmentBytes, nullptr);
    session->WatchConnecting();
    if (!isBound || socket->Connect(remote) != 0)
    {
        // No route, perhaps for the time being only. The caller does not have the session yet.
        Simulator::ScheduleNow(&TcpSession::HandleConnectFailed, session, socket);
    }
    return session;
}

} // namespace fl
} // namespace ns3
