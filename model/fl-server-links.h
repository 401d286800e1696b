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
 * The sessions of a server with other servers. The one that connects says HELLO, with the flag
 * SERVER and its number in place of a device's, and is answered with WELCOME; from then on both may
 * send DATA. All messages between servers have the flag SERVER. A session that is lost is opened
 * again by the one that had opened it, every second until it stands.
 */
class ServerLinks
{
  public:
    /// Connect to a server, now if these links are open.
    /// @param remote its address and port
    void Add(const Address& remote);
    /**
     * Connect to all servers that were added, and accept others.
     * @param node where this server is
     * @param transport how messages travel
     * @param handler whom sessions tell; must outlive them
     * @param server number of this server
     */
    void Open(Ptr<Node> node, Ptr<Transport> transport, SessionHandler& handler, uint32_t server);
    /// End all sessions; servers that were added are remembered.
    void Close();
    /// Let go of all, without a packet.
    void Dispose();

    /**
     * A message with the flag SERVER came.
     * @param session it came on
     * @param message HELLO and WELCOME are dealt with here, a DATA is the caller's
     * @return why it is refused; empty: all is well
     */
    std::string Receive(Ptr<Session> session, const Message& message);
    /// A session is over. @param session any
    void Closed(const Ptr<Session>& session);

    /**
     * @param server number of another server
     * @param message to be sent
     * @return whether there was a session with it
     */
    bool Send(uint32_t server, Message&& message);
    /// @return whether there is a session with a server that is known by its number
    /// @param server the number
    bool IsConnected(uint32_t server) const;
    /// @return whether a session is with a server
    /// @param session any
    bool Has(const Ptr<Session>& session) const;

  private:
    /// Another server.
    struct Link
    {
        Address remote;        //!< where it is, if this one connects
        bool isDialled{false}; //!< this one connects
        bool isKnown{false};   //!< its number is known
        uint32_t server{0};    //!< number
        Ptr<Session> session;  //!< null: none
        EventId reconnect;     //!< next attempt
    };

    /// Open a session, and say HELLO.
    /// @param link to whom
    void Dial(Link* link);
    /// @return what a session belongs to, or null
    /// @param session any
    Link* Find(const Ptr<Session>& session) const;
    /// @return a server that can be sent to, or null
    /// @param server number
    Link* Find(uint32_t server) const;
    /// Send to a server.
    /// @param link the server
    /// @param message flag and sender are filled in
    /// @return whether it is on its way
    bool Send(const Link& link, Message&& message) const;
    /// A server says HELLO. @return why it is refused; empty: all is well
    /// @param session it came on
    /// @param message the HELLO
    std::string Welcome(Ptr<Session> session, const Message& message);

    Ptr<Node> m_node;                           //!< null: closed
    Ptr<Transport> m_transport;                 //!< how messages travel
    SessionHandler* m_handler{nullptr};         //!< whom sessions tell
    uint32_t m_server{0};                       //!< number of this server
    std::vector<std::unique_ptr<Link>> m_links; //!< events point to them
    std::map<uint32_t, uint64_t> m_tokens;      //!< as in the first HELLO, by server
};

} // namespace fl
} // namespace ns3

#endif /* FL_SERVER_LINKS_H */
