/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SERVER_H
#define FL_SERVER_H

#include "fl-coordinator.h"
#include "fl-server-links.h"
#include "fl-server-work.h"

#include "ns3/application.h"
#include "ns3/event-id.h"
#include "ns3/fl-outcome.h"
#include "ns3/fl-plan.h"
#include "ns3/fl-transport.h"
#include "ns3/nstime.h"
#include "ns3/traced-callback.h"

#include <memory>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Application of a server in federated learning: sessions with clients, messages to and from them,
 * and the server's phases of work orders (ServerWork). All decisions are its Coordinator's.
 *
 * An order is identified by its device, task and round. A device may have several active orders, of
 * different tasks; one of a newer round of the same task replaces the older one, also at the
 * device. All messages to a device are sent in one session, in the order in which they are passed
 * to it.
 *
 * A client registers its DeviceId with HELLO. A second HELLO of the same device and with the same
 * token replaces its session by the new one. Messages that are malformed, unexpected or duplicates
 * are counted, traced and dropped.
 *
 * A client with active orders from which nothing was received for KeepAlive is sent a PING; after
 * KeepAliveMisses such periods it is lost. Any byte or acknowledgement counts. It is also lost if
 * its transfers make no progress for StallTimeout, though it answers. Where more clients have
 * active orders than KeepAliveRate allows to be sent a PING within KeepAlive, the period is longer,
 * in proportion, as the interval of RTCP's reports (RFC 3550, section 6.2): PINGs to 100,000
 * clients would fill a cell's control channel. WELCOME tells clients the factor, as their periods
 * grow with the server's.
 *
 * A server may have sessions with other servers (ConnectTo), over which coordinators exchange
 * payloads.
 */
class Server : public Application, public SessionHandler, private ServerWork::Owner
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    Server();
    ~Server() override;

    /// @return attribute Id: number of the server, as in work orders
    uint32_t GetNumber() const;
    /// @param coordinator the protocol that this server runs, alone or together with others
    void SetCoordinator(Ptr<Coordinator> coordinator);
    /// @return the protocol
    Ptr<Coordinator> GetCoordinator() const;

    /// @return attribute Transport; if not set, null before the first start and then a TcpTransport
    Ptr<Transport> GetTransport() const;

    /// Start now, or start again after Stop(), with the last aggregated model.
    void Start();
    /// Stop now, also in the middle of a round.
    void Stop();
    /// @return whether it is between Start() and Stop()
    bool IsRunning() const;

    /**
     * Begin an order at its earliest start, plus the pauses before its first other phase.
     * @param order the order; order.server is this server's number
     * @param predicted predicted outcome, from which transports derive their first timeouts
     * @param model payload of downlink transfers of the kind MODEL, unless the coordinator binds
     *        another one when WORK is sent (Coordinator::NotifySending()); null in a timing study
     * @param statedBytes size of model and update in a timing study; 0: those of the transfers
     * [byte]
     * @return simulated time of the begin; WORK is sent then, or after the server's computations
     * @throws InvalidInput if the order is of another server, or has more than MAX_PHASES phases
     */
    Time SendWork(const WorkOrder& order,
                  const WorkOutcome& predicted,
                  std::shared_ptr<const Payload> model,
                  uint64_t statedBytes);
    /**
     * Set the payload of a later downlink transfer of an order.
     * @param order the work order
     * @param kind kind of the transfer
     * @param payload encoded content
     * @return false if the order is not active
     */
    bool SetPayload(const WorkOrder& order,
                    PayloadKind kind,
                    std::shared_ptr<const Payload> payload);
    /**
     * Measure what only the server has of an order's phases: begin of downlink transfers, reception
     * of uplink transfers, its own computations. To be called before Client::MeasureWork(), and
     * until the coordinator has returned from the notification that the order has ended.
     * @param order the work order
     * @param[in,out] outcome its phases are set
     */
    void MeasureWork(const WorkOrder& order, WorkOutcome& outcome) const;
    /**
     * Send training samples ahead of the device's order of a task and round.
     * @param device the device
     * @param task task of the order
     * @param round round of the order
     * @param samples result of EncodeSamples()
     * @return false if the device has no session
     */
    bool SendData(DeviceId device,
                  uint32_t task,
                  uint32_t round,
                  std::shared_ptr<const Payload> samples);
    /**
     * Send ABORT for an order. The device answers with ABORT, after an update that it had begun to
     * send; Coordinator::NotifyFailed() is called then.
     * @param order the order
     * @return whether there will be an answer: false if WORK was not sent yet, or the device has no
     *         session
     */
    bool SendAbort(const WorkOrder& order);

    /**
     * Keep a session with another server while this one runs; it is opened again when it is lost.
     * Of two servers only one must connect to the other.
     * @param remote address and port of the other server
     */
    void ConnectTo(const Address& remote);
    /**
     * Send a DATA to another server, whose Coordinator::NotifyServerData() receives it.
     * @param server number of the other server
     * @param message message with task, round and payload; type and sender are set here
     * @return false if there is no session with it, or its WELCOME or HELLO was not received yet
     */
    bool SendToServer(uint32_t server, Message&& message);
    /**
     * Send a message of the ledger.
     * @param to another server, or a device
     * @param message a message with prefix and payload; type and sender are set here
     * @return false if there is no session with it
     */
    bool SendLedger(const Participant& to, Message&& message);
    /// @return whether SendToServer() can send
    /// @param server number of another server
    bool IsConnectedToServer(uint32_t server) const;

    /**
     * There are no more orders: send BYE to all devices, and in answer to each later HELLO. They
     * keep their sessions, but stop their keep-alive timers, so that the simulation may end.
     */
    void SendBye();

    /**
     * @param device the device
     * @return bytes of messages to it that are queued or not acknowledged; 0 without a session
     * [byte]
     */
    uint64_t GetPendingBytes(DeviceId device) const;
    /// @return whether the device has a session
    /// @param device the device
    bool IsConnected(DeviceId device) const;
    /**
     * @param device the device
     * @return congestion window of the session with it; not known without a session
     */
    SendWindow GetSendWindow(DeviceId device) const;

    /// @return number of messages dropped so far: malformed, damaged, unexpected, duplicates
    uint64_t GetNDropped() const;

    /// Signature of "ClientJoined" and "ClientLeft".
    using DeviceCallback = void (*)(DeviceId);
    /// Signature of "ModelSent" and "UpdateReceived".
    using WorkCallback = void (*)(DeviceId, uint32_t task, uint32_t round);
    /// Signature of "Dropped": sender or NO_DEVICE, reason in words.
    using DroppedCallback = void (*)(DeviceId, const std::string&);

    /// DeviceId of an unknown sender.
    static constexpr DeviceId NO_DEVICE = UINT32_MAX;

    // SessionHandler
    void SessionOpened(Ptr<Session> session) override;
    void MessageReceived(Ptr<Session> session, Message&& message) override;
    void MessageRefused(Ptr<Session> session,
                        WireError error,
                        const MessageHeader& header) override;
    void SessionClosed(Ptr<Session> session, CloseReason reason) override;
    void MessageDelivered(Ptr<Session> session, const MessageHeader& header) override;

  protected:
    void DoDispose() override;

  private:
    /// Record of a device.
    struct Peer
    {
        DeviceId device{0};                            //!< the device
        Ptr<Session> session;                          //!< null: not connected
        uint64_t token{0};                             //!< token of its first HELLO
        bool known{false};                             //!< whether it has sent HELLO before
        std::vector<std::shared_ptr<ServerWork>> work; //!< its orders, at most one per task
    };

    void StartApplication() override;
    void StopApplication() override;

    /**
     * Receive a HELLO of a device.
     * @param session the session that received it
     * @param message the HELLO
     */
    void HandleHello(Ptr<Session> session, const Message& message);
    /// Receive a message of another server.
    /// @param session the session that received it
    /// @param message a message with the flag SERVER
    void HandleServer(Ptr<Session> session, const Message& message);
    /// Receive a message of the ledger.
    /// @param from the server or the device that sent it
    /// @param message a LEDGER
    void HandleLedger(const Participant& from, const Message& message);
    /**
     * Receive an UPDATE.
     * @param peer the device that sent it
     * @param message the UPDATE
     */
    void HandleUpdate(Peer& peer, Message&& message);
    /**
     * Receive a DATA.
     * @param peer the device that sent it
     * @param message the DATA
     */
    void HandleData(Peer& peer, Message&& message);
    /**
     * Pass an update to the coordinator, and remove the order.
     * @param peer the device that sent it
     * @param work the order; null: unknown
     * @param message the UPDATE
     * @param report its prefix
     */
    void EndWork(Peer& peer,
                 const std::shared_ptr<ServerWork>& work,
                 const Message& message,
                 const WorkReport& report);
    /// Call Coordinator::NotifyFailed(), and remove the order.
    /// @param peer the device of the order
    /// @param task task of the order
    /// @param round round of the order, which may be unknown here
    void FailWork(Peer& peer, uint32_t task, uint32_t round);
    /// Halt and remove an order.
    /// @param peer the device of the order
    /// @param work the order; null: nothing happens
    static void ForgetWork(Peer& peer, const std::shared_ptr<ServerWork>& work);
    /**
     * @param peer a device
     * @param task task of the order
     * @param round round of the order
     * @return the order, or null
     */
    static std::shared_ptr<ServerWork> FindWork(const Peer& peer, uint32_t task, uint32_t round);

    // ServerWork::Owner
    Ptr<Processor> GetProcessor() const override;
    std::shared_ptr<const LearningTask> GetTask(uint32_t task) const override;
    bool BindModel(WorkOrder& order, std::shared_ptr<const Payload>& model) override;
    void SendForOrder(const WorkOrder& order, Message&& message) override;
    void PayloadArrived(const WorkOrder& order, const Message& message) override;
    void WorkEnded(ServerWork& work, const Message& message, const WorkReport& report) override;
    void GiveUp(ServerWork& work, const std::string& why) override;

    /**
     * Send a message to a device.
     * @param peer the device
     * @param message the message; its sender is set here
     * @return false if the device has no session
     */
    bool Send(Peer& peer, Message&& message);
    /**
     * Send a message without a body.
     * @param peer the device
     * @param type type of the message
     * @param task header.task
     * @param round header.round
     * @return false if the device has no session
     */
    bool Send(Peer& peer, MessageType type, uint32_t task, uint32_t round);
    /**
     * Count and trace a message that is dropped.
     * @param device the sender, or NO_DEVICE
     * @param why reason in words
     */
    void Drop(DeviceId device, const std::string& why);
    /**
     * A device is lost: abort its session, and call Coordinator::NotifyLeft().
     * @param peer the device's record
     */
    void Disconnect(Peer& peer);
    /**
     * @param peer a device with active orders
     * @param period of silence before a PING
     * @return whether the present transfer of one of them has made no progress for StallTimeout, or
     *         longer where a longer transfer is predicted
     */
    bool IsStalled(const Peer& peer, Time period) const;
    /**
     * @param nClients number of clients that may have to be sent a PING
     * @return period of silence before a PING, with which KeepAliveRate is kept
     */
    Time GetKeepAlive(size_t nClients) const;
    /// Keep-alive timer: send PING to silent devices; disconnect those silent or stalled too long.
    void CheckAlive();
    /**
     * Look at one device.
     * @param peer the device, which has a session and active orders
     * @param period of silence before a PING
     * @return whether it is to be sent a PING; it may be disconnected
     */
    bool NeedsPing(Peer& peer, Time period);
    /// @return the device of a session; null before its HELLO
    /// @param session a session
    static Peer* GetPeer(const Session& session);

    Address m_local;                //!< address and port to listen on
    Ptr<Transport> m_transport;     //!< transport of its sessions
    Ptr<Coordinator> m_coordinator; //!< the protocol
    Time m_keepAlive;               //!< silence before a PING; zero: never
    uint32_t m_keepAliveMisses{3};  //!< periods of silence before a device is lost
    double m_keepAliveRate{0};      //!< most PINGs per second [1/s]
    size_t m_nextPing{0};           //!< the device that is looked at first
    Time m_stallTimeout;            //!< time without progress until a device is lost; 0: never
    uint32_t m_id{0};               //!< number of the server
    bool m_running{false};          //!< between Start and Stop
    bool m_byeSent{false};          //!< SendBye was called
    std::vector<Peer> m_peers;      //!< by device; sized once, since sessions point into it
    ServerLinks m_links;            //!< sessions with other servers
    uint64_t m_dropped{0};          //!< see GetNDropped
    EventId m_keepAliveEvent;       //!< next CheckAlive

    TracedCallback<DeviceId> m_joinedTrace;                        //!< "ClientJoined"
    TracedCallback<DeviceId> m_leftTrace;                          //!< "ClientLeft"
    TracedCallback<DeviceId, uint32_t, uint32_t> m_modelSentTrace; //!< "ModelSent"
    TracedCallback<DeviceId, uint32_t, uint32_t> m_updateTrace;    //!< "UpdateReceived"
    TracedCallback<DeviceId, const std::string&> m_droppedTrace;   //!< "Dropped"
};

} // namespace fl
} // namespace ns3

#endif /* FL_SERVER_H */
