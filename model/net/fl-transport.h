/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TRANSPORT_H
#define FL_TRANSPORT_H

#include "fl-message.h"

#include "ns3/address.h"
#include "ns3/fl-predictor.h"
#include "ns3/node.h"
#include "ns3/object.h"
#include "ns3/ptr.h"
#include "ns3/simple-ref-count.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace fl
{

class MessageAssembler;
class Session;
class Transport;

/**
 * @ingroup fl
 * Why a session ended.
 */
enum class CloseReason : uint8_t
{
    LOCAL,       //!< closed from this side (no callback tells this)
    PEER,        //!< the peer closed, between two messages
    TRUNCATED,   //!< the peer closed or vanished in the middle of a message
    LOST,        //!< the peer does not answer, or reset the connection
    UNREACHABLE, //!< it could never be reached
    REFUSED      //!< it sent what is no message; closed from this side
};

/// @return the name in lower case, for logs and result files
/// @param reason why a session ended
const char* ToString(CloseReason reason);

/**
 * @ingroup fl
 * What the owner of sessions (Server, Client) is told. One pointer per session, in place of a
 * handful of ns-3 callbacks that would cost a kilobyte each time.
 *
 * The session may be used, closed or aborted from within any of these. After Close(), Abort() or
 * Closed(), nothing more is told about a session.
 */
class SessionHandler
{
  public:
    virtual ~SessionHandler() = default;

    /**
     * The session can be used: a peer was accepted, or the connection to the server stands.
     * Datagram sessions open with the first packet that comes from the peer. Messages may be sent
     * before.
     * @param session the session
     */
    virtual void SessionOpened(Ptr<Session> session) = 0;
    /**
     * A whole and undamaged message came.
     * @param session from where
     * @param message the message, to be moved from
     */
    virtual void MessageReceived(Ptr<Session> session, Message&& message) = 0;
    /**
     * A message came that is damaged or is none at all. After a damaged body the session goes on;
     * after anything else it is closed, and SessionClosed(REFUSED) follows, since a stream cannot
     * find its place again.
     * @param session from where
     * @param error what is wrong
     * @param header the header, if it was valid (damaged body), else default
     */
    virtual void MessageRefused(Ptr<Session> session,
                                WireError error,
                                const MessageHeader& header) = 0;
    /**
     * The session is over. Release the pointer.
     * @param session the session
     * @param reason why
     */
    virtual void SessionClosed(Ptr<Session> session, CloseReason reason) = 0;

    /**
     * The first byte of a message was handed to the socket.
     * @param session to where
     * @param header which message
     */
    virtual void MessageStarted(Ptr<Session> session, const MessageHeader& header);
    /**
     * All bytes of a message were acknowledged by the peer.
     * @param session to where
     * @param header which message
     */
    virtual void MessageDelivered(Ptr<Session> session, const MessageHeader& header);
};

/**
 * @ingroup fl
 * A lasting conversation with one peer, whole messages in order, each delivered once.
 *
 * Idle sessions hold no buffers and no timers.
 */
class Session : public SimpleRefCount<Session>
{
  public:
    virtual ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /**
     * Queue a message. The payload is shared, not copied.
     * @param message what to send; sealed here
     * @return false if the session is closed (or closing); the message is dropped then
     * @throws InvalidInput if it is larger than MaxMessageBytes
     */
    bool Send(Message message);
    /**
     * Send what is queued, then close. Nothing is told to the handler from now on.
     */
    void Close();
    /**
     * Drop what is queued and close at once; the peer sees a message cut short as TRUNCATED.
     * Nothing is told to the handler from now on.
     */
    void Abort();

    /// @return whether messages can be queued
    bool IsOpen() const
    {
        return m_open;
    }

    /// @return the peer's address
    virtual Address GetPeer() const = 0;

    /**
     * For liveness.
     * @return when the peer was last heard of: bytes or acknowledgements came
     */
    Time GetLastHeard() const
    {
        return m_lastHeard;
    }

    /**
     * For liveness as well: a radio may let small packets through, and no large ones.
     * @return when bytes of messages came last that no earlier ones are missing of
     */
    Time GetLastReceived() const
    {
        return m_lastReceived;
    }

    /// @return when the oldest bytes that were not acknowledged were last
    Time GetLastAcknowledged() const
    {
        return m_lastAcknowledged;
    }

    /**
     * @return bytes of messages that are queued or not acknowledged [byte]
     */
    virtual uint64_t GetPendingBytes() const = 0;

    /// @return what it may have on its way now, as far as it is known; by default it is not
    virtual SendWindow GetSendWindow() const;

    /// @param handler receives the events of the session; null: none
    void SetHandler(SessionHandler* handler)
    {
        m_handler = handler;
    }

    /**
     * A place for the owner's own state of this peer.
     * @param context anything; null at first; not owned
     */
    void SetContext(void* context)
    {
        m_context = context;
    }

    /// @return what SetContext was given
    void* GetContext() const
    {
        return m_context;
    }

  protected:
    /**
     * @param transport whose attributes and counters it uses
     * @param handler receives the events of the session
     */
    Session(Transport* transport, SessionHandler* handler);

    friend class Transport;
    friend class MessageAssembler;

    /// Queue a sealed message.
    /// @param message what to send
    virtual void DoSend(Message&& message) = 0;
    /// Close when what is queued was sent, then Leave().
    virtual void DoClose() = 0;
    /// Close now, and Leave().
    virtual void DoAbort() = 0;
    /// Let go of sockets and timers without a packet: the node may be half gone already.
    virtual void DoDetach() = 0;
    /// @return whether part of a message has come
    virtual bool IsMidMessage() const = 0;

    /// @return the largest message accepted [byte]
    uint64_t GetMaxMessageBytes() const;
    /// The peer was heard of.
    void Heard();
    /// Bytes came that are next in order.
    void Received();
    /// The oldest bytes on their way were acknowledged.
    void Acknowledged();
    /// Tell that it can be used.
    void TellOpened();
    /**
     * Tell about a message.
     * @param message a whole and undamaged message
     */
    void TellReceived(Message&& message);
    /**
     * Tell that a message is on its way.
     * @param header header of the message
     */
    void TellStarted(const MessageHeader& header);
    /**
     * Tell that a message was acknowledged.
     * @param header header of the message
     */
    void TellDelivered(const MessageHeader& header);
    /**
     * Tell and count a refusal, and end the session if no more can be read from it.
     * @param error what is wrong
     * @param header the header, if valid
     */
    void TellRefused(WireError error, const MessageHeader& header);
    /**
     * Count and trace something of the peer that is no part of a message.
     * @param error what is wrong
     */
    void CountRefused(WireError error);
    /**
     * The peer ended the session, or it cannot go on: tell and count. The caller frees what it
     * holds, and leaves.
     * @param reason why
     */
    void TellClosed(CloseReason reason);
    /// Leave the transport's list: nothing keeps the session alive any more but its users.
    void Leave();

    Transport* m_transport;    //!< whose it is; null when that is gone
    SessionHandler* m_handler; //!< receives events
    void* m_context{nullptr};  //!< the owner's
    Time m_lastHeard;          //!< when the peer was last heard of
    Time m_lastReceived;       //!< when bytes came in order last
    Time m_lastAcknowledged;   //!< when the oldest bytes on their way were acknowledged last
    uint32_t m_slot{0};        //!< place in the transport's list
    bool m_adopted{false};     //!< it is in that list
    bool m_open{true};         //!< messages may be queued
    bool m_opened{false};      //!< the handler was told that it can be used
};

/**
 * @ingroup fl
 * A way to carry messages between nodes: TcpTransport or DatagramTransport.
 *
 * It keeps the sessions it made alive until they are closed. One object may serve a server (one
 * Listen, any number of Connect), or connect any number of clients, so that 10,000 clients need
 * not have one each. Disposing it drops all sessions and sockets without telling anybody.
 */
class Transport : public Object
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    Transport();
    ~Transport() override;

    /**
     * Accept peers from now on.
     * @param node the node
     * @param local address and port to listen on (InetSocketAddress or Inet6SocketAddress)
     * @param handler receives the events of the sessions; must outlive them or reset itself
     * @throws InvalidInput if the address is taken or of no use, or if it listens already
     */
    void Listen(Ptr<Node> node, const Address& local, SessionHandler& handler);
    /**
     * Accept no more peers; the sessions there are go on. The address stays taken, so that Listen()
     * can be called again whatever the state of the sessions.
     */
    void StopListening();
    /**
     * Open a session to a server. Messages may be sent at once; they wait for the connection. Call
     * it from within the simulation: before, ns-3's nodes cannot send.
     * @param node the node that connects
     * @param remote address and port of the server
     * @param handler receives the events of the session; must outlive the session or reset itself
     * @return the session; without a route to the server it closes soon as UNREACHABLE
     * @throws InvalidInput if it is no address with a port
     */
    Ptr<Session> Connect(Ptr<Node> node, const Address& remote, SessionHandler& handler);

    /// @return what carrying a message adds, for predictions
    virtual TransportProfile GetProfile() const;
    /**
     * @param expected how long a message is predicted to take; 0: not known
     * @return how long its sender waits for a first acknowledgement; 0 where a prediction is of no
     *         use to this transport
     */
    virtual Time GetFirstTimeout(Time expected) const;

    /// @return the largest message accepted or sent, header included [byte]
    uint64_t GetMaxMessageBytes() const
    {
        return m_maxMessageBytes;
    }

    /// @return sessions that are alive
    std::size_t GetNSessions() const
    {
        return m_sessions.size();
    }

    /// @return messages and datagrams refused so far
    uint64_t GetNRefused() const
    {
        return m_nRefused;
    }

    /// @return sessions so far that ended in the middle of a message
    uint64_t GetNTruncated() const
    {
        return m_nTruncated;
    }

    /**
     * Signature of the trace source "Refused".
     * @param peer from where
     * @param error what was wrong
     */
    typedef void (*RefusedTracedCallback)(const Address& peer, WireError error);
    /**
     * Signature of the trace source "Closed".
     * @param peer the peer
     * @param reason why
     */
    typedef void (*ClosedTracedCallback)(const Address& peer, CloseReason reason);

  protected:
    void DoDispose() override;

    friend class Session;

    /// Take a session into the list that keeps it alive.
    /// @param session the session
    void Adopt(Ptr<Session> session);
    /// Let go of a session.
    /// @param session the session
    void Release(Session& session);
    /**
     * Count and trace something refused.
     * @param peer from where
     * @param error what was wrong
     */
    void CountRefused(const Address& peer, WireError error);
    /**
     * Count and trace the end of a session.
     * @param peer the peer
     * @param reason why
     */
    void CountClosed(const Address& peer, CloseReason reason);

  private:
    /**
     * @param address what a user gave
     * @param purpose what for, as in "listen on"
     * @throws InvalidInput if it is no address with a port
     */
    static void CheckAddress(const Address& address, const char* purpose);
    /// @return false if the address cannot be bound
    /// @param node where
    /// @param local address and port
    /// @param handler is told of sessions; must outlive them
    virtual bool DoListen(Ptr<Node> node, const Address& local, SessionHandler& handler) = 0;
    /// Accept no more sessions; those that are open stay.
    virtual void DoStopListening() = 0;
    /**
     * @param node from where
     * @param remote address and port
     * @param handler is told of the session; must outlive it
     * @return a session that opens later, or is closed with a reason
     */
    virtual Ptr<Session> DoConnect(Ptr<Node> node,
                                   const Address& remote,
                                   SessionHandler& handler) = 0;

    uint64_t m_maxMessageBytes;                                //!< attribute
    bool m_listening{false};                                   //!< Listen was called
    std::vector<Ptr<Session>> m_sessions;                      //!< alive, each knows its place
    uint64_t m_nRefused{0};                                    //!< see GetNRefused
    uint64_t m_nTruncated{0};                                  //!< see GetNTruncated
    TracedCallback<const Address&, WireError> m_refusedTrace;  //!< "Refused"
    TracedCallback<const Address&, CloseReason> m_closedTrace; //!< "Closed"
};

} // namespace fl
} // namespace ns3

#endif /* FL_TRANSPORT_H */
