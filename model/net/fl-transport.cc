/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-transport.h"

#include "ns3/fl-error.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlTransport");

NS_OBJECT_ENSURE_REGISTERED(Transport);

namespace
{

/**
 * @param address an address with a port
 * @return both in words, as "10.0.0.1 port 9000"
 */
std::string
ToText(const Address& address)
{
    if (InetSocketAddress::IsMatchingType(address))
    {
        const auto inet = InetSocketAddress::ConvertFrom(address);
        return Describe(inet.GetIpv4(), " port ", inet.GetPort());
    }
    const auto inet6 = Inet6SocketAddress::ConvertFrom(address);
    return Describe(inet6.GetIpv6(), " port ", inet6.GetPort());
}

} // namespace

const char*
ToString(CloseReason reason)
{
    switch (reason)
    {
    case CloseReason::LOCAL:
        return "local";
    case CloseReason::PEER:
        return "peer";
    case CloseReason::TRUNCATED:
        return "truncated";
    case CloseReason::LOST:
        return "lost";
    case CloseReason::UNREACHABLE:
        return "unreachable";
    case CloseReason::REFUSED:
        return "refused";
    }
    return "?";
}

void
SessionHandler::MessageStarted(Ptr<Session> /* session */, const MessageHeader& /* header */)
{
}

void
SessionHandler::MessageDelivered(Ptr<Session> /* session */, const MessageHeader& /* header */)
{
}

Session::Session(Transport* transport, SessionHandler* handler)
    : m_transport(transport),
      m_handler(handler),
      m_lastHeard(Simulator::Now()),
      m_lastReceived(m_lastHeard),
      m_lastAcknowledged(m_lastHeard)
{
}

Session::~Session() = default;

bool
Session::Send(Message message)
{
    if (!m_open)
    {
        return false;
    }
    message.Seal();
    if (message.GetWireBytes() > GetMaxMessageBytes())
    {
        throw InvalidInput(Describe("message ",
                                    ToString(message.header.type),
                                    ": ",
                                    message.GetWireBytes(),
                                    " bytes: at most ",
                                    GetMaxMessageBytes(),
                                    " are allowed (attribute MaxMessageBytes)"));
    }
    DoSend(std::move(message));
    return true;
}

void
Session::Close()
{
    if (m_open)
    {
        NS_LOG_FUNCTION(this);
        const Ptr<Session> self(this);
        m_open = false;
        DoClose();
    }
}

void
Session::Abort()
{
    NS_LOG_FUNCTION(this);
    const Ptr<Session> self(this);
    m_open = false;
    DoAbort();
}

uint64_t
Session::GetMaxMessageBytes() const
{
    return m_transport ? m_transport->GetMaxMessageBytes() : 0;
}

void
Session::Heard()
{
    m_lastHeard = Simulator::Now();
}

void
Session::Received()
{
    m_lastReceived = Simulator::Now();
}

void
Session::Acknowledged()
{
    m_lastAcknowledged = Simulator::Now();
}

void
Session::ReportOpened()
{
    if (m_open && !m_opened)
    {
        m_opened = true;
        if (m_handler)
        {
            m_handler->SessionOpened(Ptr<Session>(this));
        }
    }
}

void
Session::ReportReceived(Message&& message)
{
    if (m_open && m_handler)
    {
        m_handler->MessageReceived(Ptr<Session>(this), std::move(message));
    }
}

void
Session::ReportStarted(const MessageHeader& header)
{
    if (m_open && m_handler)
    {
        m_handler->MessageStarted(Ptr<Session>(this), header);
    }
}

void
Session::ReportDelivered(const MessageHeader& header)
{
    if (m_open && m_handler)
    {
        m_handler->MessageDelivered(Ptr<Session>(this), header);
    }
}

void
Session::ReportRefused(WireError error, const MessageHeader& header)
{
    if (!m_open)
    {
        return;
    }
    const Ptr<Session> self(this);
    CountRefused(error);
    if (m_handler)
    {
        m_handler->MessageRefused(self, error, header);
    }
    const bool goesOn = error == WireError::BAD_PREFIX_CRC || error == WireError::BAD_PAYLOAD_CRC;
    if (m_open && !goesOn)
    {
        ReportClosed(CloseReason::REFUSED);
        DoAbort();
    }
}

void
Session::CountRefused(WireError error)
{
    m_transport->CountRefused(GetPeer(), error);
}

void
Session::ReportClosed(CloseReason reason)
{
    if (!m_open)
    {
        return;
    }
    const Ptr<Session> self(this);
    m_open = false;
    m_transport->CountClosed(GetPeer(), reason);
    if (m_handler)
    {
        m_handler->SessionClosed(self, reason);
    }
}

void
Session::Leave()
{
    if (m_transport)
    {
        m_transport->Release(*this);
    }
}

TypeId
Transport::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::Transport")
            .SetParent<Object>()
            .SetGroupName("Fl")
            .AddAttribute("MaxMessageBytes",
                          "The largest message accepted or sent, header included [byte]; a peer "
                          "that announces a larger one is refused before memory is taken for it",
                          UintegerValue(1U << 30),
                          MakeUintegerAccessor(&Transport::m_maxMessageBytes),
                          MakeUintegerChecker<uint64_t>(MessageHeader::SIZE))
            .AddTraceSource("Refused",
                            "A message or datagram was malformed, damaged or too large",
                            MakeTraceSourceAccessor(&Transport::m_refusedTrace),
                            "ns3::fl::Transport::RefusedTracedCallback")
            .AddTraceSource("Closed",
                            "A session ended, and not by a call from its own side",
                            MakeTraceSourceAccessor(&Transport::m_closedTrace),
                            "ns3::fl::Transport::ClosedTracedCallback");
    return tid;
}

Transport::Transport() = default;
Transport::~Transport() = default;

void
Transport::DoDispose()
{
    auto sessions = std::move(m_sessions);
    m_sessions.clear();
    for (const auto& session : sessions)
    {
        session->m_open = false;
        session->m_handler = nullptr;
        session->DoDetach();
        session->m_transport = nullptr;
    }
    Object::DoDispose();
}

void
Transport::Listen(Ptr<Node> node, const Address& local, SessionHandler& handler)
{
    if (m_listening)
    {
        throw InvalidInput("Transport::Listen: it listens already; use one transport per server");
    }
    CheckAddress(local, "listen on");
    if (!DoListen(node, local, handler))
    {
        throw InvalidInput(
            Describe("address to listen on ",
                     ToText(local),
                     ": node ",
                     node->GetId(),
                     " cannot bind a socket to it; it must be the node's, and free"));
    }
    m_listening = true;
}

SendWindow
Session::GetSendWindow() const
{
    return {};
}

TransportProfile
Transport::GetProfile() const
{
    TransportProfile profile;
    profile.messageBytes = MessageHeader::SIZE;
    return profile;
}

Time
Transport::GetFirstTimeout(Time /* expected */) const
{
    return Time(0);
}

void
Transport::StopListening()
{
    if (m_listening)
    {
        m_listening = false;
        DoStopListening();
    }
}

Ptr<Session>
Transport::Connect(Ptr<Node> node, const Address& remote, SessionHandler& handler)
{
    CheckAddress(remote, "connect to");
    auto session = DoConnect(node, remote, handler);
    Adopt(session);
    return session;
}

void
Transport::CheckAddress(const Address& address, const char* purpose)
{
    if (!InetSocketAddress::IsMatchingType(address) && !Inet6SocketAddress::IsMatchingType(address))
    {
        throw InvalidInput(Describe("address to ",
                                    purpose,
                                    " ",
                                    address,
                                    ": an InetSocketAddress or Inet6SocketAddress is needed"));
    }
}

void
Transport::Adopt(Ptr<Session> session)
{
    session->m_slot = static_cast<uint32_t>(m_sessions.size());
    session->m_adopted = true;
    m_sessions.push_back(session);
}

void
Transport::Release(Session& session)
{
    if (!session.m_adopted)
    {
        return;
    }
    session.m_adopted = false;
    const uint32_t slot = session.m_slot;
    // Keeps the session until the list is consistent again: this may be the last reference.
    const Ptr<Session> leaving = m_sessions[slot];
    m_sessions[slot] = m_sessions.back();
    m_sessions[slot]->m_slot = slot;
    m_sessions.pop_back();
}

void
Transport::CountRefused(const Address& peer, WireError error)
{
    NS_LOG_INFO("refused: " << ToString(error));
    ++m_nRefused;
    m_refusedTrace(peer, error);
}

void
Transport::CountClosed(const Address& peer, CloseReason reason)
{
    NS_LOG_INFO("closed: " << ToString(reason));
    if (reason == CloseReason::TRUNCATED)
    {
        ++m_nTruncated;
    }
    m_closedTrace(peer, reason);
}

} // namespace fl
} // namespace ns3
