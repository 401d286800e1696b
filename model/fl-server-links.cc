/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-server-links.h"

#include "ns3/fl-error.h"
#include "ns3/fl-mix-seed.h"
#include "ns3/fl-work-codec.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace fl
{

void
ServerLinks::Add(const Address& remote)
{
    m_links.push_back(std::make_unique<Link>());
    m_links.back()->remote = remote;
    m_links.back()->isInitiator = true;
    Connect(m_links.back().get());
}

void
ServerLinks::Open(Ptr<Node> node,
                  Ptr<Transport> transport,
                  SessionHandler& handler,
                  uint32_t server)
{
    m_node = node;
    m_transport = transport;
    m_handler = &handler;
    m_server = server;
    for (const auto& link : m_links)
    {
        Connect(link.get());
    }
}

void
ServerLinks::Close()
{
    m_node = nullptr;
    m_transport = nullptr;
    for (const auto& link : m_links)
    {
        link->reconnect.Cancel();
        if (link->session)
        {
            link->session->Abort();
            link->session = nullptr;
        }
    }
    m_links.erase(std::remove_if(m_links.begin(),
                                 m_links.end(),
                                 [](const auto& link) { return !link->isInitiator; }),
                  m_links.end());
}

void
ServerLinks::Dispose()
{
    for (const auto& link : m_links)
    {
        link->reconnect.Cancel();
        if (link->session)
        {
            link->session->SetHandler(nullptr);
        }
    }
    m_links.clear();
    m_node = nullptr;
    m_transport = nullptr;
}

void
ServerLinks::Connect(Link* link)
{
    if (!m_node || link->session)
    {
        return;
    }
    link->isKnown = false;
    link->session = m_transport->Connect(m_node, link->remote, *m_handler);
    Message hello;
    hello.header.type = MessageType::HELLO;
    Append(hello.prefix, Hello{m_server, MixSeed({m_node->GetId(), m_server})});
    Send(*link, std::move(hello));
}

std::string
ServerLinks::Receive(Ptr<Session> session, const Message& message)
{
    Link* link = Find(session);
    switch (message.header.type)
    {
    case MessageType::HELLO:
        return link ? "HELLO twice" : Welcome(session, message);
    case MessageType::WELCOME:
        if (!link || !link->isInitiator || link->isKnown)
        {
            return "WELCOME from a server that was not greeted";
        }
        link->isKnown = true;
        link->server = message.header.sender;
        return "";
    case MessageType::DATA:
    case MessageType::LEDGER:
        if (!link || !link->isKnown || link->server != message.header.sender)
        {
            return Describe(ToString(message.header.type),
                            " from a server that has not said HELLO");
        }
        return "";
    default:
        return Describe(ToString(message.header.type), " is not for a server");
    }
}

std::string
ServerLinks::Welcome(Ptr<Session> session, const Message& message)
{
    Hello hello;
    ByteReader reader(message.prefix.data(), message.prefix.size());
    if (!Parse(reader, hello) || hello.device != message.header.sender || hello.device == m_server)
    {
        return "HELLO of no other server";
    }
    if (m_tokens.emplace(hello.device, hello.token).first->second != hello.token)
    {
        return "HELLO with another token";
    }
    ForgetAccepted(hello.device);
    auto link = std::make_unique<Link>();
    link->isKnown = true;
    link->server = hello.device;
    link->session = session;
    Message welcome;
    welcome.header.type = MessageType::WELCOME;
    Send(*link, std::move(welcome));
    m_links.push_back(std::move(link));
    return "";
}

void
ServerLinks::ForgetAccepted(uint32_t server)
{
    const auto before = std::find_if(m_links.begin(), m_links.end(), [server](const auto& link) {
        return !link->isInitiator && link->server == server;
    });
    if (before != m_links.end())
    {
        const Ptr<Session> session = (*before)->session;
        m_links.erase(before);
        session->Abort();
    }
}

void
ServerLinks::Closed(const Ptr<Session>& session)
{
    Link* link = Find(session);
    if (!link)
    {
        return;
    }
    link->session = nullptr;
    if (link->isInitiator)
    {
        link->reconnect = Simulator::Schedule(Seconds(1), &ServerLinks::Connect, this, link);
        return;
    }
    m_links.erase(std::find_if(m_links.begin(), m_links.end(), [link](const auto& other) {
        return other.get() == link;
    }));
}

bool
ServerLinks::Send(uint32_t server, Message&& message)
{
    const Link* link = Find(server);
    return link && Send(*link, std::move(message));
}

bool
ServerLinks::Send(const Link& link, Message&& message) const
{
    message.header.flags = MessageHeader::SERVER;
    message.header.sender = m_server;
    return link.session && link.session->Send(std::move(message));
}

bool
ServerLinks::IsConnected(uint32_t server) const
{
    return Find(server) != nullptr;
}

bool
ServerLinks::Has(const Ptr<Session>& session) const
{
    return Find(session) != nullptr;
}

ServerLinks::Link*
ServerLinks::Find(const Ptr<Session>& session) const
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

ServerLinks::Link*
ServerLinks::Find(uint32_t server) const
{
    for (const auto& link : m_links)
    {
        if (link->isKnown && link->session && link->server == server)
        {
            return link.get();
        }
    }
    return nullptr;
}

} // namespace fl
} // namespace ns3
