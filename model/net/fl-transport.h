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
    LOCAL,       //!< closed locally by Close() or Abort(); never passed to SessionClosed()
    PEER,        //!< closed by the peer, between two messages
    TRUNCATED,   //!< the peer closed or disappeared in the middle of a message
    LOST,        //!< the peer no longer acknowledges, or reset the connection
    UNREACHABLE, //!< the connection could not be established
    REFUSED      //!< the peer sent an invalid message header; closed locally
};

/// @return the name in lower case, for logs and result files
/// @param reason why a session ended
const char* ToString(CloseReason reason);

/**
 * @ingroup fl
 * Receives the events of sessions; implemented by their owners (Server, Client). A session holds
 * one pointer to it in place of several ns3::Callback objects, which would cost a kilobyte per
 * session.
 *
 * The session may be used, closed or aborted from within any of these functions. None is called for
 * a session after its Close() or Abort(), or after SessionClosed().
 */
class SessionHandler
{
  public:
    virtual ~SessionHandler() = default;

    /**
     * The session is established: a peer was accepted, or the connection to the server is made.
     * Datagram sessions open with the first packet received from the peer. Messages may be sent
     * before.
     * @param session the session
     */
    virtual void SessionOpened(Ptr<Session> session) = 0;
    /**
     * A message was received completely, and its checksums are right.
     * @param session the session that received it
     * @param message the message; may be moved from
     */
    virtual void MessageReceived(Ptr<Session> session, Message&& message) = 0;
    /**
     * Received bytes were refused. After a checksum error in the body the session continues; after
     * an invalid header it is closed, and SessionClosed(REFUSED) follows, since a stream has no way
     * to find the next message.
     * @param session the session that received them
     * @param error reason of the refusal
     * @param header the message's header if it was valid (checksum error in the body), else
     *        default-constructed
     */
    virtual void MessageRefused(Ptr<Session> session,
                                WireError error,
                                const MessageHeader& header) = 0;
    /**
     * The session has ended, not by a local Close() or Abort(). The owner should release its Ptr.
     * @param session the session
     * @param reason reason of the end
     */
    virtual void SessionClosed(Ptr<Session> session, CloseReason reason) = 0;

    /**
     * The first byte of a message was passed to the socket. Does nothing by default.
     * @param session the session that sends it
     * @param header header of the message
     */
    virtual void MessageStarted(Ptr<Session> session, const MessageHeader& header);
    /**
     * All bytes of a message were acknowledged by the peer. Does nothing by default.
     * @param session the session that sent it
     * @param header header of the message
     */
    virtual void MessageDelivered(Ptr<Session> session, const MessageHeader& header);
};

/**
 * @ingroup fl
 * A persistent session with one peer, which delivers whole messages, in order and exactly once, as
 * long as it lasts. What was queued or in flight when it ends may not have arrived.
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
     * @param message the message; Message::Seal() is called here
     * @return false if the session is closed (or closing); the message is dropped then
     * @throws InvalidInput if it is larger than the attribute Transport::MaxMessageBytes, or as
     *         Message::Seal()
     */
    bool Send(Message message);
    /**
     * Send what is queued, then close. The handler is not called any more.
     */
    void Close();
    /**
     * Drop what is queued and close at once; the peer's session ends as TRUNCATED if it was
     * receiving a message. The handler is not called any more.
     */
    void Abort();

    /// @return whether messages can be queued
    bool IsOpen() const
    {
        return m_open;
    }

    /// @return address and port of the peer
    virtual Address GetPeer() const = 0;

    /**
     * For keep-alive timers.
     * @return time at which bytes or acknowledgements of the peer last arrived; at first that of
     *         the session's construction
     */
    Time GetLastHeard() const
    {
        return m_lastHeard;
    }

    /**
     * For detecting a stalled receiving direction: a radio may deliver small packets and no large
     * ones, so that GetLastHeard() alone does not tell.
     * @return time at which in-order bytes of messages last arrived; at first that of the session's
     *         construction
     */
    Time GetLastReceived() const
    {
        return m_lastReceived;
    }

    /**
     * For detecting a stalled sending direction, as GetLastReceived().
     * @return time at which the cumulative acknowledgement last advanced; at first that of the
     *         session's construction
     */
    Time GetLastAcknowledged() const
    {
        return m_lastAcknowledged;
    }

    /**
     * @return bytes of messages, headers included, that are queued or not acknowledged [byte]
     */
    virtual uint64_t GetPendingBytes() const = 0;

    /// @return the state of its congestion control, for Predictor; by default unknown
    virtual SendWindow GetSendWindow() const;

    /// @param handler receives the events of the session; null: none
    void SetHandler(SessionHandler* handler)
    {
        m_handler = handler;
    }

    /**
     * Attach the owner's record of this peer.
     * @param context opaque pointer, not owned; null at first
     */
    void SetContext(void* context)
    {
        m_context = context;
    }

    /// @return the pointer given to SetContext()
    void* GetContext() const
    {
        return m_context;
    }

  protected:
    /**
     * @param transport the transport that creates it: supplies attributes, counts refusals and ends
     * @param handler receives the events of the session; null: none
     */
    Session(Transport* transport, SessionHandler* handler);

    friend class Transport;
    friend class MessageAssembler;

    /// Queue a message.
    /// @param message the message, after Message::Seal()
    virtual void DoSend(Message&& message) = 0;
    /// Close when all that is queued is sent, then Leave().
    virtual void DoClose() = 0;
    /// Close now, and Leave().
    virtual void DoAbort() = 0;
    /// Release sockets and timers without sending: the node may be partly disposed already.
    virtual void DoDetach() = 0;
    /// @return whether part of a message was received, but not all of it
    virtual bool IsMidMessage() const = 0;

    /// @return the transport's MaxMessageBytes; 0 once the transport is disposed [byte]
    uint64_t GetMaxMessageBytes() const;
    /// Update GetLastHeard(): something arrived from the peer.
    void Heard();
    /// Update GetLastReceived(): in-order bytes arrived.
    void Received();
    /// Update GetLastAcknowledged(): the cumulative acknowledgement advanced.
    void Acknowledged();
    /// Call SessionOpened() of the handler, the first time that this is called.
    void ReportOpened();
    /**
     * Call MessageReceived() of the handler.
     * @param message a complete message, its checksums verified
     */
    void ReportReceived(Message&& message);
    /**
     * Call MessageStarted() of the handler.
     * @param header header of the message
     */
    void ReportStarted(const MessageHeader& header);
    /**
     * Call MessageDelivered() of the handler.
     * @param header header of the message
     */
    void ReportDelivered(const MessageHeader& header);
    /**
     * Count a refusal and call MessageRefused() of the handler; unless the error is a checksum of
     * the body, end the session as REFUSED.
     * @param error reason of the refusal
     * @param header the message's header if valid, else default-constructed
     */
    void ReportRefused(WireError error, const MessageHeader& header);
    /**
     * Count and trace something of the peer that is no part of a message.
     * @param error what is wrong
     */
    void CountRefused(WireError error);
    /**
     * Mark the session closed, count its end and call SessionClosed() of the handler. The caller
     * then releases its sockets and timers, and calls Leave().
     * @param reason reason of the end
     */
    void ReportClosed(CloseReason reason);
    /// Remove the session from the transport's list, whose Ptr keeps it alive.
    void Leave();

    Transport* m_transport;    //!< the transport that created it; null once that is disposed
    SessionHandler* m_handler; //!< receives events; may be null
    void* m_context{nullptr};  //!< see SetContext
    Time m_lastHeard;          //!< see GetLastHeard
    Time m_lastReceived;       //!< see GetLastReceived
    Time m_lastAcknowledged;   //!< see GetLastAcknowledged
    uint32_t m_slot{0};        //!< index in the transport's list
    bool m_adopted{false};     //!< whether it is in that list
    bool m_open{true};         //!< see IsOpen
    bool m_opened{false};      //!< whether SessionOpened() was called
};

/**
 * @ingroup fl
 * Creates the sessions that carry messages between nodes; base of TcpTransport and
 * DatagramTransport.
 *
 * It keeps its sessions alive until they are closed. One object can listen at one address, and open
 * any number of sessions to others; all clients of a simulation may share one object. Disposing it
 * drops all sessions and sockets without calling handlers and without notifying peers.
 */
class Transport : public Object
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    Transport();
    ~Transport() override;

    /**
     * Accept sessions from now on.
     * @param node the node that listens
     * @param local address and port to listen on (InetSocketAddress or Inet6SocketAddress)
     * @param handler receives the events of the sessions; must outlive them, or be replaced by
     *        Session::SetHandler()
     * @throws InvalidInput if the address has no port or cannot be bound, or if this transport
     *         listens already
     */
    void Listen(Ptr<Node> node, const Address& local, SessionHandler& handler);
    /**
     * Accept no more sessions; open ones continue. The address stays bound, so that Listen() can be
     * called again whatever the state of the sessions.
     */
    void StopListening();
    /**
     * Open a session to a server. Messages may be sent at once, and are queued until the connection
     * is established. To be called while the simulation runs: before, ns-3's nodes cannot send.
     * @param node the node that connects
     * @param remote address and port of the server
     * @param handler receives the events of the session; must outlive it, or be replaced by
     *        Session::SetHandler()
     * @return the session; if the server cannot be reached, it ends later as UNREACHABLE
     * @throws InvalidInput if the address has no port
     */
    Ptr<Session> Connect(Ptr<Node> node, const Address& remote, SessionHandler& handler);

    /// @return headers, segmentation, acknowledgements and windows, for Predictor
    virtual TransportProfile GetProfile() const;
    /**
     * @param expected predicted duration of a message's transfer; 0: not known
     * @return retransmission timeout of its sender until a round-trip time is measured; 0 where the
     *         transport does not use the prediction
     */
    virtual Time GetFirstTimeout(Time expected) const;

    /// @return maximum size of a message sent or received, header included [byte]
    uint64_t GetMaxMessageBytes() const
    {
        return m_maxMessageBytes;
    }

    /// @return number of sessions that are not closed
    std::size_t GetNSessions() const
    {
        return m_sessions.size();
    }

    /// @return number of messages and datagrams refused so far
    uint64_t GetNRefused() const
    {
        return m_nRefused;
    }

    /// @return number of sessions so far that ended as TRUNCATED
    uint64_t GetNTruncated() const
    {
        return m_nTruncated;
    }

    /**
     * Signature of the trace source "Refused".
     * @param peer address and port of the sender
     * @param error reason of the refusal
     */
    typedef void (*RefusedTracedCallback)(const Address& peer, WireError error);
    /**
     * Signature of the trace source "Closed".
     * @param peer address and port of the peer
     * @param reason reason of the end
     */
    typedef void (*ClosedTracedCallback)(const Address& peer, CloseReason reason);

  protected:
    void DoDispose() override;

    friend class Session;

    /// Add a session to the list that keeps it alive.
    /// @param session the session
    void Adopt(Ptr<Session> session);
    /// Remove a session from that list, in O(1).
    /// @param session the session; may be destroyed by this
    void Release(Session& session);
    /**
     * Count a refusal and fire the trace source "Refused".
     * @param peer address and port of the sender
     * @param error reason of the refusal
     */
    void CountRefused(const Address& peer, WireError error);
    /**
     * Count the end of a session and fire the trace source "Closed".
     * @param peer address and port of the peer
     * @param reason reason of the end
     */
    void CountClosed(const Address& peer, CloseReason reason);

  private:
    /**
     * @param address an address given by the user
     * @param purpose its use in words for the error message, as in "listen on"
     * @throws InvalidInput unless it is an InetSocketAddress or Inet6SocketAddress
     */
    static void CheckAddress(const Address& address, const char* purpose);
    /**
     * Implements Listen(), after its checks.
     * @param node the node that listens
     * @param local address and port
     * @param handler receives the events of the sessions
     * @return false if the address cannot be bound
     */
    virtual bool DoListen(Ptr<Node> node, const Address& local, SessionHandler& handler) = 0;
    /// Implements StopListening().
    virtual void DoStopListening() = 0;
    /**
     * Implements Connect(), after its checks.
     * @param node the node that connects
     * @param remote address and port of the server
     * @param handler receives the events of the session
     * @return the session, whose result (SessionOpened or SessionClosed) comes later
     */
    virtual Ptr<Session> DoConnect(Ptr<Node> node,
                                   const Address& remote,
                                   SessionHandler& handler) = 0;

    uint64_t m_maxMessageBytes;           //!< attribute MaxMessageBytes
    bool m_listening{false};              //!< between Listen and StopListening
    std::vector<Ptr<Session>> m_sessions; //!< not closed; each has its index in m_slot
    uint64_t m_nRefused{0};               //!< see GetNRefused
    uint64_t m_nTruncated{0};             //!< see GetNTruncated
    TracedCallback<const Address&, WireError> m_refusedTrace;  //!< "Refused"
    TracedCallback<const Address&, CloseReason> m_closedTrace; //!< "Closed"
};

} // namespace fl
} // namespace ns3

#endif /* FL_TRANSPORT_H */
