/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-server.h"

#include "ns3/double.h"
#include "ns3/fl-bytes.h"
#include "ns3/fl-error.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-tcp-transport.h"
#include "ns3/fl-transaction.h"
#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <stdexcept>
#include <utility>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlServer");

NS_OBJECT_ENSURE_REGISTERED(Server);

TypeId
Server::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::Server")
            .SetParent<Application>()
            .SetGroupName("Fl")
            .AddConstructor<Server>()
            .AddAttribute("Local",
                          "Address and port to listen on",
                          AddressValue(InetSocketAddress(Ipv4Address::GetAny(), 9000)),
                          MakeAddressAccessor(&Server::m_local),
                          MakeAddressChecker())
            .AddAttribute("Id",
                          "Number of the server, as in work orders",
                          UintegerValue(0),
                          MakeUintegerAccessor(&Server::m_id),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("Transport",
                          "How messages travel; none: a TcpTransport of its own",
                          PointerValue(),
                          MakePointerAccessor(&Server::m_transport),
                          MakePointerChecker<Transport>())
            .AddAttribute("Coordinator",
                          "The FL protocol that it runs",
                          PointerValue(),
                          MakePointerAccessor(&Server::SetCoordinator, &Server::GetCoordinator),
                          MakePointerChecker<Coordinator>())
            .AddAttribute("KeepAlive",
                          "Silence of a client that has work after which it is asked whether it is "
                          "there; zero: never",
                          TimeValue(Seconds(10)),
                          MakeTimeAccessor(&Server::m_keepAlive),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("KeepAliveMisses",
                          "A client is lost after that many such periods of silence",
                          UintegerValue(3),
                          MakeUintegerAccessor(&Server::m_keepAliveMisses),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("KeepAliveRate",
                          "Most PINGs per second: where KeepAlive would take more, since many "
                          "clients have work, periods are longer in proportion [1/s]",
                          DoubleValue(500),
                          MakeDoubleAccessor(&Server::m_keepAliveRate),
                          MakeDoubleChecker<double>(1e-3, 1e9))
            .AddAttribute("StallTimeout",
                          "A client that has work and is not silent is lost as well when for so "
                          "long no bytes of the order were acknowledged by it, or, after the "
                          "order, no bytes came from it, in order: a radio may let nothing but "
                          "small packets through. Twice the transport's first timeout and "
                          "KeepAliveMisses times KeepAlive are the least. The default is twice the "
                          "longest time between two retransmissions. Zero, or KeepAlive zero: "
                          "never",
                          TimeValue(Minutes(2)),
                          MakeTimeAccessor(&Server::m_stallTimeout),
                          MakeTimeChecker(Time(0)))
            .AddTraceSource("ClientJoined",
                            "A device has said HELLO",
                            MakeTraceSourceAccessor(&Server::m_joinedTrace),
                            "ns3::fl::Server::DeviceCallback")
            .AddTraceSource("ClientLeft",
                            "A device's session is over",
                            MakeTraceSourceAccessor(&Server::m_leftTrace),
                            "ns3::fl::Server::DeviceCallback")
            .AddTraceSource(
                "ModelSent",
                "An order begins to be sent, with what its first downlink transfer carries: "
                "device, task, round",
                MakeTraceSourceAccessor(&Server::m_modelSentTrace),
                "ns3::fl::Server::WorkCallback")
            .AddTraceSource("UpdateReceived",
                            "An expected update is there: device, task, round",
                            MakeTraceSourceAccessor(&Server::m_updateTrace),
                            "ns3::fl::Server::WorkCallback")
            .AddTraceSource("Dropped",
                            "A message was malformed, damaged, unexpected or a duplicate: device "
                            "(or NO_DEVICE) and reason",
                            MakeTraceSourceAccessor(&Server::m_droppedTrace),
                            "ns3::fl::Server::DroppedCallback");
    return tid;
}

Server::Server() = default;

Server::~Server() = default;

void
Server::DoDispose()
{
    m_keepAliveEvent.Cancel();
    m_links.Dispose();
    for (auto& peer : m_peers)
    {
        if (peer.session)
        {
            peer.session->SetHandler(nullptr);
        }
    }
    m_peers.clear();
    if (m_coordinator)
    {
        m_coordinator->Dispose();
        m_coordinator = nullptr;
    }
    m_transport = nullptr;
    Application::DoDispose();
}

void
Server::SetCoordinator(Ptr<Coordinator> coordinator)
{
    m_coordinator = coordinator;
    if (coordinator)
    {
        coordinator->AddServer(this);
    }
}

uint32_t
Server::GetNumber() const
{
    return m_id;
}

Ptr<Coordinator>
Server::GetCoordinator() const
{
    return m_coordinator;
}

Ptr<Transport>
Server::GetTransport() const
{
    return m_transport;
}

bool
Server::IsRunning() const
{
    return m_running;
}

bool
Server::IsConnected(DeviceId device) const
{
    return device < m_peers.size() && m_peers[device].session;
}

SendWindow
Server::GetSendWindow(DeviceId device) const
{
    return IsConnected(device) ? m_peers[device].session->GetSendWindow() : SendWindow();
}

uint64_t
Server::GetPendingBytes(DeviceId device) const
{
    return IsConnected(device) ? m_peers[device].session->GetPendingBytes() : 0;
}

uint64_t
Server::GetNDropped() const
{
    return m_dropped;
}

// Life cycle

void
Server::StartApplication()
{
    Start();
}

void
Server::StopApplication()
{
    Stop();
}

void
Server::Start()
{
    if (m_running)
    {
        return;
    }
    if (!m_coordinator)
    {
        throw std::logic_error("fl::Server needs a Coordinator");
    }
    if (!m_transport)
    {
        m_transport = CreateObject<TcpTransport>();
    }
    m_peers.resize(m_coordinator->GetNDevices());
    for (DeviceId device = 0; device < m_peers.size(); ++device)
    {
        m_peers[device].device = device;
    }
    m_transport->Listen(GetNode(), m_local, *this);
    m_running = true;
    m_byeSent = false;
    m_links.Open(GetNode(), m_transport, *this, m_id);
    m_coordinator->Start(m_id);
}

void
Server::Stop()
{
    if (!m_running)
    {
        return;
    }
    m_running = false;
    m_keepAliveEvent.Cancel();
    m_coordinator->Stop(m_id);
    m_transport->StopListening();
    m_links.Close();
    for (auto& peer : m_peers)
    {
        while (!peer.work.empty())
        {
            ForgetWork(peer, peer.work.back());
        }
        if (peer.session)
        {
            peer.session->SetContext(nullptr);
            // A reset, not a close: it must not wait behind a model that is still in the queue.
            peer.session->Abort();
            peer.session = nullptr;
        }
    }
}

// Sending

void
Server::SendBye()
{
    m_byeSent = true;
    for (auto& peer : m_peers)
    {
        Send(peer, MessageType::BYE, 0, 0);
    }
}

void
Server::ConnectTo(const Address& remote)
{
    m_links.Add(remote);
}

bool
Server::SendToServer(uint32_t server, Message&& message)
{
    message.header.type = MessageType::DATA;
    return m_links.Send(server, std::move(message));
}

bool
Server::IsConnectedToServer(uint32_t server) const
{
    return m_links.IsConnected(server);
}

bool
Server::Send(Peer& peer, Message&& message)
{
    message.header.sender = m_id;
    return peer.session && peer.session->Send(std::move(message));
}

bool
Server::Send(Peer& peer, MessageType type, uint32_t task, uint32_t round)
{
    Message message;
    message.header.type = type;
    message.header.task = task;
    message.header.round = round;
    return Send(peer, std::move(message));
}

// Receiving

Server::Peer*
Server::GetPeer(const Session& session)
{
    return static_cast<Peer*>(session.GetContext());
}

void
Server::SessionOpened(Ptr<Session>)
{
    // A client introduces itself; there is nothing to do before.
}

void
Server::MessageReceived(Ptr<Session> session, Message&& message)
{
    if (message.header.IsFromServer())
    {
        HandleServer(session, message);
        return;
    }
    if (message.header.type == MessageType::HELLO)
    {
        HandleHello(session, message);
        return;
    }
    Peer* peer = GetPeer(*session);
    if (!peer || message.header.sender != peer->device)
    {
        Drop(peer ? peer->device : NO_DEVICE,
             Describe(ToString(message.header.type), " from a sender that has not said HELLO"));
        return;
    }
    switch (message.header.type)
    {
    case MessageType::UPDATE:
        HandleUpdate(*peer, std::move(message));
        break;
    case MessageType::DATA:
        HandleData(*peer, std::move(message));
        break;
    case MessageType::ABORT:
        FailWork(*peer, message.header.task, message.header.round);
        break;
    case MessageType::PING:
        Send(*peer, MessageType::PONG, message.header.task, message.header.round);
        break;
    case MessageType::PONG:
        break;
    case MessageType::LEDGER:
        HandleLedger({Participant::Role::DEVICE, peer->device}, message);
        break;
    case MessageType::BYE:
        Disconnect(*peer);
        break;
    default:
        Drop(peer->device, Describe(ToString(message.header.type), " is not for a server"));
    }
}

void
Server::HandleHello(Ptr<Session> session, const Message& message)
{
    if (!m_running)
    {
        // The connection was accepted before we stopped. The device will try again.
        session->Abort();
        return;
    }
    Hello hello;
    ByteReader reader(message.prefix.data(), message.prefix.size());
    if (!Parse(reader, hello) || hello.device >= m_peers.size() ||
        message.header.sender != hello.device)
    {
        Drop(NO_DEVICE, "HELLO of no device of ours");
        session->Abort();
        return;
    }
    const Peer* before = GetPeer(*session);
    if (before)
    {
        Drop(before->device,
             before->device == hello.device ? "HELLO twice" : "HELLO as another device");
        return;
    }
    Peer& peer = m_peers[hello.device];
    if (peer.known && peer.token != hello.token)
    {
        Drop(hello.device, "HELLO with another token");
        session->Abort();
        return;
    }
    if (peer.session)
    {
        // The device came back before its old session was found dead.
        Disconnect(peer);
    }
    peer.known = true;
    peer.token = hello.token;
    peer.session = session;
    session->SetContext(&peer);
    Message answer;
    answer.header.type = m_byeSent ? MessageType::BYE : MessageType::WELCOME;
    const Time period = GetKeepAlive(m_peers.size());
    if (!m_byeSent && m_keepAlive.IsStrictlyPositive() && period > m_keepAlive)
    {
        AppendNumber(answer.prefix, period.GetSeconds() / m_keepAlive.GetSeconds());
    }
    Send(peer, std::move(answer));
    m_joinedTrace(peer.device);
    m_coordinator->NotifyJoined(peer.device, m_id);
}

void
Server::HandleServer(Ptr<Session> session, const Message& message)
{
    if (!m_running)
    {
        session->Abort();
        return;
    }
    const Peer* peer = GetPeer(*session);
    if (peer)
    {
        Drop(peer->device, "a device that speaks as a server");
        return;
    }
    const std::string why = m_links.Receive(session, message);
    if (!why.empty())
    {
        Drop(NO_DEVICE, why);
        if (!m_links.Has(session))
        {
            session->Abort();
        }
    }
    else if (message.header.type == MessageType::DATA)
    {
        m_coordinator->NotifyServerData(message.header.sender, message, m_id);
    }
    else if (message.header.type == MessageType::LEDGER)
    {
        HandleLedger({Participant::Role::SERVER, message.header.sender}, message);
    }
}

void
Server::MessageRefused(Ptr<Session> session, WireError error, const MessageHeader& header)
{
    Peer* peer = GetPeer(*session);
    Drop(peer ? peer->device : NO_DEVICE, ToString(error));
    // The header's own checksum was right, so that it can be trusted which work is lost.
    const bool damagedBody =
        error == WireError::BAD_PREFIX_CRC || error == WireError::BAD_PAYLOAD_CRC;
    if (m_links.Has(session))
    {
        return; // what another server said is lost
    }
    if (!peer && damagedBody)
    {
        // Perhaps its HELLO, without which it would wait for ever: have it begin anew.
        session->Abort();
    }
    else if (peer && damagedBody && header.type == MessageType::UPDATE)
    {
        FailWork(*peer, header.task, header.round);
    }
    else if (peer && damagedBody && header.type == MessageType::DATA)
    {
        if (const auto work = FindWork(*peer, header.task, header.round))
        {
            GiveUp(*work, ToString(error)); // the device waits for an answer to it
        }
    }
}

void
Server::SessionClosed(Ptr<Session> session, CloseReason reason)
{
    Peer* peer = GetPeer(*session);
    NS_LOG_INFO("session closed: " << ToString(reason));
    if (reason == CloseReason::TRUNCATED)
    {
        Drop(peer ? peer->device : NO_DEVICE, "closed in the middle of a message");
    }
    if (peer && peer->session == session)
    {
        Disconnect(*peer);
    }
    m_links.Closed(session);
}

void
Server::MessageDelivered(Ptr<Session> session, const MessageHeader& header)
{
    const Peer* peer = GetPeer(*session);
    const auto work = peer ? FindWork(*peer, header.task, header.round) : nullptr;
    if (work && (header.type == MessageType::WORK || header.step > 0))
    {
        work->Delivered(header.step);
    }
}

void
Server::Disconnect(Peer& peer)
{
    const Ptr<Session> session = peer.session;
    peer.session = nullptr;
    session->SetContext(nullptr);
    session->Abort();
    const auto lost = peer.work;
    for (const auto& work : lost)
    {
        work->Halt();
    }
    m_leftTrace(peer.device);
    m_coordinator->NotifyLeft(peer.device, m_id);
    for (const auto& work : lost)
    {
        ForgetWork(peer, work);
    }
}

void
Server::Drop(DeviceId device, const std::string& why)
{
    ++m_dropped;
    NS_LOG_WARN("dropped, from device " << device << ": " << why);
    m_droppedTrace(device, why);
}

} // namespace fl
} // namespace ns3
