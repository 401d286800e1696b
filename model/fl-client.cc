/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-client.h"

#include "fl-miner.h"

#include "ns3/fl-bytes.h"
#include "ns3/fl-error.h"
#include "ns3/fl-mix-seed.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-tcp-transport.h"
#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlClient");

NS_OBJECT_ENSURE_REGISTERED(Client);

namespace
{

/// A server may make periods of keep-alive longer by this factor at most.
constexpr double MAX_KEEP_ALIVE_FACTOR = 1e6;

} // namespace

TypeId
Client::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::Client")
            .SetParent<Application>()
            .SetGroupName("Fl")
            .AddConstructor<Client>()
            .AddAttribute("Remote",
                          "Address and port of server 0",
                          AddressValue(),
                          MakeAddressAccessor(&Client::SetRemote, &Client::GetRemote),
                          MakeAddressChecker())
            .AddAttribute("DeviceId",
                          "Which device this is",
                          UintegerValue(0),
                          MakeUintegerAccessor(&Client::m_device),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("Transport",
                          "How messages travel, shared by any number of clients; none: a "
                          "TcpTransport of its own",
                          PointerValue(),
                          MakePointerAccessor(&Client::m_transport),
                          MakePointerChecker<Transport>())
            .AddAttribute("ReconnectInterval",
                          "How long to wait after a session is lost before connecting again",
                          TimeValue(Seconds(1)),
                          MakeTimeAccessor(&Client::m_reconnectInterval),
                          MakeTimeChecker(NanoSeconds(1)))
            .AddAttribute(
                "KeepAlive",
                "Silence of the server after which it is asked whether it is there; after "
                "twice that the session is given up, and it connects again. Zero: never, so that a "
                "device is lost for good where a reset gets lost",
                TimeValue(Seconds(30)),
                MakeTimeAccessor(&Client::m_keepAlive),
                MakeTimeChecker(Time(0)))
            .AddTraceSource("WorkReceived",
                            "An order has come, with the payload of its first downlink transfer",
                            MakeTraceSourceAccessor(&Client::m_workReceivedTrace),
                            "ns3::fl::Client::WorkCallback")
            .AddTraceSource("ComputeBegin",
                            "A computation of an order at the device begins",
                            MakeTraceSourceAccessor(&Client::m_computeBeginTrace),
                            "ns3::fl::Client::WorkCallback")
            .AddTraceSource("ComputeEnd",
                            "A computation of an order at the device ends",
                            MakeTraceSourceAccessor(&Client::m_computeEndTrace),
                            "ns3::fl::Client::WorkCallback")
            .AddTraceSource("UploadBegin",
                            "An uplink transfer of an order begins",
                            MakeTraceSourceAccessor(&Client::m_uploadBeginTrace),
                            "ns3::fl::Client::WorkCallback")
            .AddTraceSource("Aborted",
                            "An order was dropped: device, order, why",
                            MakeTraceSourceAccessor(&Client::m_abortedTrace),
                            "ns3::fl::Client::AbortedCallback")
            .AddTraceSource("Dropped",
                            "A message was malformed, damaged or unexpected: device, why",
                            MakeTraceSourceAccessor(&Client::m_droppedTrace),
                            "ns3::fl::Client::DroppedCallback");
    return tid;
}

// Here, where Miner is known.
Client::Client() = default;

Client::~Client() = default;

void
Client::DoDispose()
{
    if (m_running)
    {
        DisconnectProcessor();
    }
    m_work.clear();
    for (const auto& link : m_links)
    {
        link->reconnect.Cancel();
        link->keepAlive.Cancel();
        if (link->session)
        {
            link->session->SetHandler(nullptr);
        }
    }
    m_links.clear();
    m_tasks.clear();
    m_samples.clear();
    m_processor = nullptr;
    m_transport = nullptr;
    if (m_miner)
    {
        m_miner->Dispose();
        m_miner = nullptr;
    }
    Application::DoDispose();
}

void
Client::SetRemote(const Address& address)
{
    AddServer(address, 0);
}

Address
Client::GetRemote() const
{
    const auto* link = FindLink(0);
    return link ? link->remote : Address();
}

void
Client::AddServer(const Address& remote, uint32_t server)
{
    Link* link = FindLink(server);
    if (link)
    {
        link->remote = remote;
        return;
    }
    if (remote.IsInvalid())
    {
        return; // the attribute's default
    }
    m_links.push_back(std::make_unique<Link>());
    m_links.back()->server = server;
    m_links.back()->remote = remote;
    Connect(m_links.back().get());
}

void
Client::SetTask(uint32_t id,
                std::shared_ptr<const LearningTask> task,
                std::vector<uint32_t> samples)
{
    for (auto& known : m_tasks)
    {
        if (known.id == id)
        {
            known = {id, std::move(task), ClientData(std::move(samples)), nullptr};
            return;
        }
    }
    m_tasks.push_back({id, std::move(task), ClientData(std::move(samples)), nullptr});
}

void
Client::SetProcessor(Ptr<Processor> processor)
{
    m_processor = processor;
}

void
Client::SetMiner(Ptr<Miner> miner)
{
    m_miner = miner;
    miner->SetSender([this](uint32_t server, Message&& message) {
        const Link* link = FindLink(server);
        message.header.type = MessageType::LEDGER;
        message.header.sender = m_device;
        return link && link->session && link->session->Send(std::move(message));
    });
}

Ptr<Miner>
Client::GetMiner() const
{
    return m_miner;
}

DeviceId
Client::GetDeviceId() const
{
    return m_device;
}

Ptr<Processor>
Client::GetProcessor() const
{
    return m_processor;
}

SendWindow
Client::GetSendWindow(uint32_t server) const
{
    const auto* link = FindLink(server);
    return link && link->session ? link->session->GetSendWindow() : SendWindow();
}

// Life cycle

void
Client::StartApplication()
{
    if (!m_transport)
    {
        m_transport = CreateObject<TcpTransport>();
    }
    if (!m_processor)
    {
        m_processor = GetNode()->GetObject<Processor>();
    }
    if (m_processor && !m_running)
    {
        m_processor->TraceConnectWithoutContext("ComputeEnd",
                                                MakeCallback(&Client::JobEnded, this));
        m_processor->TraceConnectWithoutContext("SwitchedOff",
                                                MakeCallback(&Client::PowerOff, this));
    }
    m_running = true;
    m_powered = !m_processor || m_processor->IsOn();
    ConnectAll();
}

void
Client::StopApplication()
{
    if (!m_running)
    {
        return;
    }
    m_running = false;
    Disconnect("the client stopped");
    DisconnectProcessor();
}

void
Client::DisconnectProcessor()
{
    if (m_processor)
    {
        m_processor->TraceDisconnectWithoutContext("ComputeEnd",
                                                   MakeCallback(&Client::JobEnded, this));
        m_processor->TraceDisconnectWithoutContext("SwitchedOff",
                                                   MakeCallback(&Client::PowerOff, this));
    }
}

void
Client::SetAvailable(bool available)
{
    if (available == m_available)
    {
        return;
    }
    m_available = available;
    if (available)
    {
        ConnectAll();
    }
    else
    {
        Disconnect("the device went away");
    }
}

void
Client::PowerOff()
{
    if (m_powered)
    {
        m_powered = false;
        Disconnect("the battery is empty");
    }
}

bool
Client::IsUp() const
{
    return m_running && m_available && m_powered;
}

void
Client::ConnectAll()
{
    if (m_links.empty() && IsUp())
    {
        throw InvalidInput(
            Describe("device ", m_device, ": its client has no server: set its attribute Remote"));
    }
    for (const auto& link : m_links)
    {
        Connect(link.get());
    }
}

void
Client::Connect(Link* link)
{
    if (!IsUp() || link->session)
    {
        return;
    }
    link->reconnect.Cancel();
    link->session = m_transport->Connect(GetNode(), link->remote, *this);
    Message hello;
    hello.header.type = MessageType::HELLO;
    hello.header.sender = m_device;
    // A client proves that it is the one that was there before by something only it can know; in a
    // simulation its node and number are as good as a random one, and repeatable.
    Append(hello.prefix, Hello{m_device, MixSeed({GetNode()->GetId(), m_device})});
    link->session->Send(std::move(hello));
}

void
Client::CheckAlive(Link* link)
{
    const Time silence = Simulator::Now() - link->session->GetLastHeard();
    if (silence >= 2 * link->period)
    {
        link->session->Abort();
        SessionLost(*link, "the server is silent");
        return;
    }
    // Unacknowledged bytes serve as a PING: the transport retransmits them.
    if (silence >= link->period && link->session->GetPendingBytes() == 0)
    {
        Send(*link, MessageType::PING, 0, 0);
    }
    link->keepAlive = Simulator::Schedule(link->period, &Client::CheckAlive, this, link);
}

void
Client::SessionLost(Link& link, const std::string& why)
{
    link.session = nullptr;
    link.keepAlive.Cancel();
    ScheduleReconnect(link);
    AbortWorkOf(link.server, why);
}

void
Client::ScheduleReconnect(Link& link)
{
    if (IsUp())
    {
        link.reconnect = Simulator::Schedule(m_reconnectInterval, &Client::Connect, this, &link);
    }
}

void
Client::Disconnect(const std::string& why)
{
    if (m_miner)
    {
        m_miner->Halt();
    }
    // Before any trace source is fired: a sink may inspect this client, or start it again.
    std::vector<Ptr<Session>> sessions;
    std::vector<uint32_t> servers;
    for (const auto& link : m_links)
    {
        link->reconnect.Cancel();
        link->keepAlive.Cancel();
        servers.push_back(link->server);
        if (link->session)
        {
            sessions.push_back(link->session);
            link->session = nullptr;
        }
    }
    for (const auto& session : sessions)
    {
        session->Abort();
    }
    for (const auto server : servers)
    {
        AbortWorkOf(server, why);
    }
}

Client::Link*
Client::FindLink(const Ptr<Session>& session) const
{
    for (const auto& link : m_links)
    {
        if (link->session == session)
        {
            return link.get();
        }
    }
    return nullptr;
}

Client::Link*
Client::FindLink(uint32_t server) const
{
    for (const auto& link : m_links)
    {
        if (link->server == server)
        {
            return link.get();
        }
    }
    return nullptr;
}

// SessionHandler

void
Client::SessionOpened(Ptr<Session> session)
{
    // HELLO is on its way already.
    Link* link = FindLink(session);
    if (link && m_keepAlive.IsStrictlyPositive())
    {
        link->period = m_keepAlive;
        link->keepAlive = Simulator::Schedule(m_keepAlive, &Client::CheckAlive, this, link);
    }
}

void
Client::SessionClosed(Ptr<Session> session, CloseReason reason)
{
    Link* link = FindLink(session);
    if (link)
    {
        SessionLost(*link, Describe("the session is over: ", ToString(reason)));
    }
}

void
Client::MessageDelivered(Ptr<Session> session, const MessageHeader& header)
{
    const Link* link = header.step > 0 ? FindLink(session) : nullptr;
    const auto work = link ? FindWork(link->server, header) : nullptr;
    if (work)
    {
        work->Delivered(header.step - 1U);
    }
}

void
Client::MessageRefused(Ptr<Session> session, WireError error, const MessageHeader& header)
{
    Drop(ToString(error));
    const Link* link = FindLink(session);
    if (!link)
    {
        return;
    }
    if (header.type == MessageType::DATA && header.step > 0)
    {
        if (const auto work = FindWork(link->server, header))
        {
            GiveUp(*work, Describe("a payload was damaged: ", ToString(error)));
        }
    }
    else if (header.type == MessageType::DATA)
    {
        // Nor those that came before: the order is refused when it comes.
        ForgetSamples(link->server, header.task);
    }
    if (header.type == MessageType::WORK)
    {
        // The order was damaged: without an answer the server would wait for an update.
        Send(*link, MessageType::ABORT, header.task, header.round);
    }
}

void
Client::MessageReceived(Ptr<Session> session, Message&& message)
{
    Link* link = FindLink(session);
    if (!link)
    {
        return;
    }
    switch (message.header.type)
    {
    case MessageType::WORK:
        HandleWork(*link, std::move(message));
        break;
    case MessageType::DATA:
        HandleData(*link, std::move(message));
        break;
    case MessageType::ABORT:
        HandleAbort(*link, message);
        break;
    case MessageType::PING:
        Send(*link, MessageType::PONG, message.header.task, message.header.round);
        break;
    case MessageType::WELCOME:
        HandleWelcome(*link, message);
        break;
    case MessageType::PONG:
        break;
    case MessageType::LEDGER:
        HandleLedger(*link, message);
        break;
    case MessageType::BYE:
        link->keepAlive.Cancel(); // there is no more work to be missed
        break;
    default:
        Drop(Describe(ToString(message.header.type), " is not for a client"));
    }
}

void
Client::HandleWelcome(Link& link, const Message& message)
{
    if (message.prefix.empty())
    {
        return;
    }
    ByteReader reader(message.prefix.data(), message.prefix.size());
    const auto factor = reader.Read<double>();
    if (!reader.IsGood() || !(factor >= 1 && factor <= MAX_KEEP_ALIVE_FACTOR))
    {
        Drop("WELCOME with a malformed factor of keep-alive");
        return;
    }
    link.period = Seconds(m_keepAlive.GetSeconds() * factor);
}

void
Client::HandleLedger(const Link& link, const Message& message)
{
    const std::string why =
        m_miner ? m_miner->Receive(link.server, message) : "LEDGER where there is no ledger";
    if (!why.empty())
    {
        Drop(why);
    }
}

void
Client::Send(const Link& link, MessageType type, uint32_t task, uint32_t round)
{
    Message message;
    message.header.type = type;
    message.header.task = task;
    message.header.round = round;
    message.header.sender = m_device;
    if (link.session)
    {
        link.session->Send(std::move(message));
    }
}

void
Client::Drop(const std::string& why)
{
    NS_LOG_WARN("device " << m_device << " dropped a message: " << why);
    m_droppedTrace(m_device, why);
}

} // namespace fl
} // namespace ns3
