/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SERVER_LINKS_H
#define FL_SERVER_LINKS_H

#include "ns3/address.h"
#include "ns3/event-id.h"
#include "ns3/fl-transport.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The sessions of a server with other servers. The server that connects (initiator) sends HELLO
 * with its number in place of a DeviceId, and is answered with WELCOME; both may send DATA and
 * LEDGER after that. All messages between servers have the flag SERVER. When a session is lost, its
 * initiator tries to open it again every second. There is no keep-alive; a HELLO of the same server
 * replaces its earlier session, of whose end nothing may have been heard.
 */
class ServerLinks
{
  public:
    /// Add a server to connect to; connects at once between Open() and Close().
    /// @param remote address and port of the server
    void Add(const Address& remote);
    /**
     * Connect to all servers added, and accept HELLO of others.
     * @param node node of this server
     * @param transport transport of the sessions
     * @param handler receives the events of the sessions; must outlive them
     * @param server number of this server
     */
    void Open(Ptr<Node> node, Ptr<Transport> transport, SessionHandler& handler, uint32_t server);
    /// Close all sessions; Open() connects to the servers added again.
    void Close();
    /// Release everything without sending.
    void Dispose();

    /**
     * Receive a message with the flag SERVER.
     * @param session the session that received it
     * @param message the message; HELLO and WELCOME are handled here, DATA and LEDGER are only
     * checked and left to the caller
     * @return reason of a refusal in words; empty: accepted
     */
    std::string Receive(Ptr<Session> session, const Message& message);
    /// A session has ended; ignored if it is not with a server.
    /// @param session the session
    void Closed(const Ptr<Session>& session);

    /**
     * Send a message to a server.
     * @param server number of the other server
     * @param message the message; the flag SERVER and the sender are set here
     * @return false if IsConnected() is
     */
    bool Send(uint32_t server, Message&& message);
    /// @return whether there is a session with a server, and its number is known by HELLO or
    /// WELCOME
    /// @param server number of the other server
    bool IsConnected(uint32_t server) const;
    /// @return whether a session is with a server
    /// @param session a session
    bool Has(const Ptr<Session>& session) const;

  private:
    /// Another server.
    struct Link
    {
        Address remote;          //!< address and port, if isInitiator
        bool isInitiator{false}; //!< whether this server connects, not the other one
        bool isKnown{false};     //!< whether its number is known
        uint32_t server{0};      //!< its number
        Ptr<Session> session;    //!< null: not connected
        EventId reconnect;       //!< next attempt to connect
    };

    /// Open a session, and send HELLO.
    /// @param link the other server
    void Connect(Link* link);
    /// @return the server of a session, or null
    /// @param session a session
    Link* Find(const Ptr<Session>& session) const;
    /// @return the connected server of that number, or null
    /// @param server number of a server
    Link* Find(uint32_t server) const;
    /// Send to a server.
    /// @param link the server
    /// @param message the message; the flag SERVER and the sender are set here
    /// @return false without an open session
    bool Send(const Link& link, Message&& message) const;
    /// Receive a HELLO, and answer with WELCOME.
    /// @param session the session that received it
    /// @param message the HELLO
    /// @return reason of a refusal in words; empty: accepted
    std::string Welcome(Ptr<Session> session, const Message& message);
    /// Abort and remove the session that a server opened before, if there is one.
    /// @param server number of the server
    void ForgetAccepted(uint32_t server);

    Ptr<Node> m_node;                           //!< node of this server; null: closed
    Ptr<Transport> m_transport;                 //!< transport of the sessions
    SessionHandler* m_handler{nullptr};         //!< receives the events of the sessions
    uint32_t m_server{0};                       //!< number of this server
    std::vector<std::unique_ptr<Link>> m_links; //!< events point to them
    std::map<uint32_t, uint64_t> m_tokens;      //!< token of the first HELLO, by server
};

} // namespace fl
} // namespace ns3

#endif /* FL_SERVER_LINKS_H */
