/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-tcp-transport.h"

#include "fl-message-stream.h"

#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/tcp-socket-base.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/tcp-socket-state.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <limits>
#include <list>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlTcpTransport");

NS_OBJECT_ENSURE_REGISTERED(TcpTransport);

namespace
{

/**
 * Throw away what comes to a socket that has no session any more: ns-3 answers a close with unread
 * data by a reset, and what the peer has still to acknowledge would be lost.
 * @param socket the socket
 */
void
Drain(Ptr<Socket> socket)
{
    for (auto packet = socket->Recv(); packet && packet->GetSize() > 0; packet = socket->Recv())
    {
    }
}

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

/// How long a connection that was reset is remembered: several times the 60 s at most between two
/// retransmissions of the peer.
const Time GRAVE_LIFETIME = Minutes(5);

/// Reaches what ns-3 has no public function for, on any TCP socket: by pointers to protected
/// members of the base, as a derived class may have them.
class TcpAccess : public TcpSocketBase
{
  public:
    /**
     * End a connection with a reset at once.
     * @param socket the connection
     */
    static void End(Ptr<Socket> socket)
    {
        if (const auto tcp = DynamicCast<TcpSocketBase>(socket))
        {
            (PeekPointer(tcp)->*(&TcpAccess::SendRST))();
        }
        else
        {
            socket->Close();
        }
    }

    /**
     * The same, but the socket answers what still comes from the peer, whom the reset may not have
     * reached, by resets. Without it the listening socket of the same port would take such
     * segments, and drop those that are no SYN in silence.
     * @param socket the connection, accepted by a listening socket
     */
    static void EndAndAnswer(Ptr<Socket> socket)
    {
        if (const auto tcp = DynamicCast<TcpSocketBase>(socket))
        {
            auto& base = *PeekPointer(tcp);
            (base.*(&TcpAccess::SendEmptyPacket))(TcpHeader::RST);
            (base.*(&TcpAccess::CancelAllTimers))();
            base.*(&TcpAccess::m_state) = TcpSocket::CLOSED;
        }
        else
        {
            socket->Close();
        }
    }

    /**
     * @param socket of any kind
     * @return its congestion control's state, which lives as long as it; null if it is not TCP
     */
    static const TcpSocketState* GetState(Ptr<Socket> socket)
    {
        const auto tcp = DynamicCast<TcpSocketBase>(socket);
        return tcp ? PeekPointer(PeekPointer(tcp)->*(&TcpAccess::m_tcb)) : nullptr;
    }

    /// @param socket one that answers; no more
    static void Forget(Ptr<Socket> socket)
    {
        if (const auto tcp = DynamicCast<TcpSocketBase>(socket))
        {
            (PeekPointer(tcp)->*(&TcpAccess::DeallocateEndPoint))();
        }
    }
};

} // namespace

/// A connection.
class TcpSession : public Session
{
  public:
    /**
     * @param transport whose it is
     * @param handler receives the events of the session
     * @param socket the connection
     * @param peer the address at its other end
     * @param segmentBytes the most bytes to hand to the socket at once
     */
    TcpSession(TcpTransport* transport,
               SessionHandler* handler,
               Ptr<Socket> socket,
               const Address& peer,
               uint32_t segmentBytes);
    ~TcpSession() override;

    Address GetPeer() const override;
    uint64_t GetPendingBytes() const override;
    SendWindow GetSendWindow() const override;

    /// Be told how connecting ends.
    void WatchConnecting();
    /// The connection stands.
    void Established();
    /// @param socket the connection, which was refused
    void HandleConnectFailed(Ptr<Socket> socket);

  private:
    /// A message that is queued, or waits for acknowledgement.
    struct Outgoing
    {
        Message message;    //!< the body is dropped when the socket has it all
        uint64_t bytes;     //!< on the wire
        uint64_t offset{0}; //!< bytes that the socket has
        uint64_t end{0};    //!< bytes of the stream up to its end, when the socket has it all
    };

    void DoSend(Message&& message) override;
    void DoClose() override;
    void DoAbort() override;
    void DoDetach() override;
    bool IsMidMessage() const override;

    /// Hand to the socket what it has room for.
    void Write();
    /**
     * Hand over the next piece of a message.
     * @param out the message
     * @return false if the socket has no room, or the session is over
     */
    bool WriteChunk(Outgoing& out);
    /// Tell about the messages that were acknowledged.
    void TellAcknowledged();
    /// Close the socket as soon as the peer has all that was written, and leave.
    void Finish();

    /// Look whether the slow start threshold has changed. Traces would tell, but take a kilobyte.
    void WatchThreshold();

    /// @param socket the connection, which stands
    void HandleConnected(Ptr<Socket> socket);
    /// @param socket the connection, which has bytes to be read
    void HandleReceive(Ptr<Socket> socket);
    /**
     * @param socket the connection, which has room
     * @param room how much [byte]
     */
    void HandleRoom(Ptr<Socket> socket, uint32_t room);
    /// @param socket the connection, closed by the peer
    void HandlePeerClosed(Ptr<Socket> socket);
    /// @param socket the connection, which is broken
    void HandleError(Ptr<Socket> socket);

    Ptr<Socket> m_socket;                    //!< null when the session is over
    Address m_peer;                          //!< at the other end
    MessageAssembler m_in;                   //!< what comes
    std::list<Outgoing> m_out;               //!< not acknowledged or not sent, in order
    std::list<Outgoing>::iterator m_nextOut; //!< the first that the socket does not have whole
    uint64_t m_written{0};                   //!< bytes that the socket has taken
    uint64_t m_acknowledged{0};              //!< of these, as known last
    uint32_t m_segmentBytes;                 //!< the most to hand over at once
    uint32_t m_bufferBytes;                  //!< size of the socket's buffer
    bool m_accepted{true};                   //!< by a listening socket
    const TcpSocketState* m_state;           //!< the socket's; null: it has none
    uint32_t m_threshold{UINT32_MAX};        //!< of slow start, as known last [byte]
    double m_thresholdS{0};                  //!< when that changed last [s]
    double m_flightS{0};                     //!< when bytes were written or acknowledged last [s]
    bool m_connected{false};                 //!< the connection stands
    bool m_writing{false};                   //!< in Write()
};

TcpSession::TcpSession(TcpTransport* transport,
                       SessionHandler* handler,
                       Ptr<Socket> socket,
                       const Address& peer,
                       uint32_t segmentBytes)
    : Session(transport, handler),
      m_socket(socket),
      m_peer(peer),
      m_nextOut(m_out.end()),
      m_bufferBytes(socket->GetTxAvailable()),
      m_state(TcpAccess::GetState(socket))
{
    m_segmentBytes = std::max<uint32_t>(1, std::min(segmentBytes, m_bufferBytes));
    socket->SetRecvCallback(MakeCallback(&TcpSession::HandleReceive, this));
    socket->SetSendCallback(MakeCallback(&TcpSession::HandleRoom, this));
    socket->SetCloseCallbacks(MakeCallback(&TcpSession::HandlePeerClosed, this),
                              MakeCallback(&TcpSession::HandleError, this));
}

TcpSession::~TcpSession()
{
    TcpSession::DoDetach();
}

void
TcpSession::DoDetach()
{
    if (m_socket)
    {
        m_socket->SetConnectCallback(MakeNullCallback<void, Ptr<Socket>>(),
                                     MakeNullCallback<void, Ptr<Socket>>());
        m_socket->SetRecvCallback(MakeCallback(&Drain));
        m_socket->SetSendCallback(MakeNullCallback<void, Ptr<Socket>, uint32_t>());
        m_socket->SetCloseCallbacks(MakeNullCallback<void, Ptr<Socket>>(),
                                    MakeNullCallback<void, Ptr<Socket>>());
        m_socket = nullptr;
        m_state = nullptr;
    }
    m_out.clear();
    m_nextOut = m_out.end();
}

Address
TcpSession::GetPeer() const
{
    return m_peer;
}

uint64_t
TcpSession::GetPendingBytes() const
{
    uint64_t queued = 0;
    for (auto out = m_nextOut; out != m_out.end(); ++out)
    {
        queued += out->bytes - out->offset;
    }
    return queued + (m_socket ? m_bufferBytes - m_socket->GetTxAvailable() : 0);
}

void
TcpSession::WatchThreshold()
{
    if (m_state && m_state->m_ssThresh != m_threshold)
    {
        m_threshold = m_state->m_ssThresh;
        m_thresholdS = Simulator::Now().GetSeconds();
    }
}

SendWindow
TcpSession::GetSendWindow() const
{
    SendWindow window;
    window.flightBytes = static_cast<double>(GetPendingBytes());
    window.flightS = m_flightS;
    if (!m_state)
    {
        return window;
    }
    window.bytes = m_state->m_cWnd;
    // ns-3 begins with the highest number that there is.
    if (m_threshold < UINT32_MAX)
    {
        window.thresholdBytes = m_threshold;
        window.thresholdS = m_thresholdS;
    }
    window.rttS = m_state->m_lastRtt.Get().GetSeconds();
    window.minRttS = m_state->m_minRtt == Time::Max() ? 0 : m_state->m_minRtt.GetSeconds();
    return window;
}

bool
TcpSession::IsMidMessage() const
{
    return m_in.IsMidMessage();
}

void
TcpSession::DoSend(Message&& message)
{
    const uint64_t bytes = message.GetWireBytes();
    m_out.push_back(Outgoing{std::move(message), bytes});
    if (m_nextOut == m_out.end())
    {
        --m_nextOut;
    }
    Write();
}

void
TcpSession::DoClose()
{
    if (m_nextOut == m_out.end())
    {
        Finish();
    }
}

void
TcpSession::DoAbort()
{
    if (m_socket)
    {
        const auto socket = m_socket;
        DoDetach();
        // Not Socket::Close(): its FIN waits for, or arrives behind, data that may wait for a grant
        // for ever, and until then the peer takes the session for alive. Not from within a callback
        // of the socket, which goes on with its work when that returns.
        if (m_accepted)
        {
            static_cast<TcpTransport*>(m_transport)->Bury(socket);
            Simulator::ScheduleNow(&TcpAccess::EndAndAnswer, socket);
        }
        else
        {
            Simulator::ScheduleNow(&TcpAccess::End, socket);
        }
        Leave();
    }
}

void
TcpSession::Finish()
{
    if (m_socket)
    {
        const auto socket = m_socket;
        DoDetach();
        socket->Close();
        Leave();
    }
}

void
TcpSession::Write()
{
    // The handler may send from within MessageStarted: the loop below sees what it queued.
    if (!m_connected || m_writing)
    {
        return;
    }
    m_writing = true;
    while (m_socket && m_nextOut != m_out.end() && WriteChunk(*m_nextOut))
    {
        if (m_nextOut->offset == m_nextOut->bytes)
        {
            m_nextOut->end = m_written;
            m_nextOut->message.payload.reset();
            std::vector<uint8_t>().swap(m_nextOut->message.prefix);
            ++m_nextOut;
        }
    }
    m_writing = false;
    if (!m_open && m_nextOut == m_out.end())
    {
        Finish();
    }
}

bool
TcpSession::WriteChunk(Outgoing& out)
{
    // Whole segments only, since the socket would have to split and merge smaller pieces.
    const auto want =
        static_cast<uint32_t>(std::min<uint64_t>(out.bytes - out.offset, m_segmentBytes));
    if (m_socket->GetTxAvailable() < want)
    {
        return false;
    }
    const int sent = m_socket->Send(CutPacket(out.message, out.offset, want));
    if (sent <= 0)
    {
        return false;
    }
    const bool isFirst = out.offset == 0;
    out.offset += static_cast<uint32_t>(sent);
    m_written += static_cast<uint32_t>(sent);
    m_flightS = Simulator::Now().GetSeconds();
    if (isFirst)
    {
        TellStarted(out.message.header);
    }
    return m_socket != nullptr;
}

void
TcpSession::TellAcknowledged()
{
    const uint64_t acknowledged = m_written - (m_bufferBytes - m_socket->GetTxAvailable());
    // ns-3 also says that there is room when it sends, and even when it sends again what got lost;
    // only more acknowledged bytes are a sign of life.
    if (acknowledged > m_acknowledged)
    {
        m_acknowledged = acknowledged;
        m_flightS = Simulator::Now().GetSeconds();
        WatchThreshold();
        Heard();
        Acknowledged();
    }
    while (m_socket && m_out.begin() != m_nextOut && m_out.front().end <= acknowledged)
    {
        const MessageHeader header = m_out.front().message.header;
        m_out.pop_front();
        TellDelivered(header);
    }
}

void
TcpSession::WatchConnecting()
{
    m_accepted = false;
    m_socket->SetConnectCallback(MakeCallback(&TcpSession::HandleConnected, this),
                                 MakeCallback(&TcpSession::HandleConnectFailed, this));
}

void
TcpSession::Established()
{
    m_connected = true;
    Heard();
    TellOpened();
    if (m_socket)
    {
        Write();
    }
}

void
TcpSession::HandleConnected(Ptr<Socket> /* socket */)
{
    const Ptr<Session> self(this);
    Established();
}

void
TcpSession::HandleConnectFailed(Ptr<Socket> /* socket */)
{
    const Ptr<Session> self(this);
    TellClosed(CloseReason::UNREACHABLE);
    Finish();
}

void
TcpSession::HandleReceive(Ptr<Socket> socket)
{
    const Ptr<Session> self(this);
    Heard();
    Received();
    while (m_socket)
    {
        // One segment at a time: ns-3 would copy a longer run once per segment in it.
        const auto packet = socket->Recv(m_segmentBytes, 0);
        if (!packet || packet->GetSize() == 0)
        {
            return;
        }
        m_in.Consume(*this, packet);
    }
    Drain(socket);
}

void
TcpSession::HandleRoom(Ptr<Socket> /* socket */, uint32_t /* room */)
{
    if (m_out.empty())
    {
        return;
    }
    const Ptr<Session> self(this);
    TellAcknowledged();
    if (m_socket)
    {
        Write();
    }
}

void
TcpSession::HandlePeerClosed(Ptr<Socket> /* socket */)
{
    const Ptr<Session> self(this);
    TellClosed(!m_connected     ? CloseReason::UNREACHABLE
               : IsMidMessage() ? CloseReason::TRUNCATED
                                : CloseReason::PEER);
    Finish();
}

void
TcpSession::HandleError(Ptr<Socket> /* socket */)
{
    const Ptr<Session> self(this);
    TellClosed(!m_connected     ? CloseReason::UNREACHABLE
               : IsMidMessage() ? CloseReason::TRUNCATED
                                : CloseReason::LOST);
    Finish();
}

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
    m_graves.clear();
    Transport::DoDispose();
}

void
TcpTransport::Bury(Ptr<Socket> socket)
{
    const Time now = Simulator::Now();
    while (!m_graves.empty() && m_graves.front().first <= now)
    {
        TcpAccess::Forget(m_graves.front().second);
        m_graves.pop_front();
    }
    m_graves.emplace_back(now + GRAVE_LIFETIME, socket);
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
    auto session = Create<TcpSession>(this, m_handler, socket, peer, m_segmentBytes);
    Adopt(session);
    session->Established();
}

Ptr<Session>
TcpTransport::DoConnect(Ptr<Node> node, const Address& remote, SessionHandler& handler)
{
    auto socket = CreateSocket(node);
    const bool isBound =
        (InetSocketAddress::IsMatchingType(remote) ? socket->Bind() : socket->Bind6()) == 0;
    auto session = Create<TcpSession>(this, &handler, socket, remote, m_segmentBytes);
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
