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
 * The server's end of federated learning: sessions with clients, messages to and from them. It
 * carries out its part of orders (ServerWork), moves models and data and decides nothing; its
 * Coordinator does.
 *
 * An order is known by its device, task and round. A device may have several, of different tasks;
 * one of a newer round of the same task replaces the older one, at the device as well. What is sent
 * to a device, of all of its orders, goes through one session in the order in which it is handed to
 * it.
 *
 * A client is known by its DeviceId from its HELLO on. A device that says HELLO again, with the
 * token it showed first, takes over from its old session. Whatever is malformed, unexpected or a
 * duplicate is counted, traced and dropped.
 *
 * A client that has work and of which nothing has been heard for KeepAlive is asked with a PING; if
 * nothing comes for KeepAliveMisses such periods it is lost. Any byte or acknowledgement counts.
 *
 * A server may have sessions with other servers (ConnectTo), over which coordinators exchange
 * payloads. Nobody asks whether a server is still there.
 */
class Server : public Application, public SessionHandler, private ServerWork::Owner
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    Server();
    ~Server() override;

    /// @param coordinator the protocol to run
    void SetCoordinator(Ptr<Coordinator> coordinator);
    /// @return it
    Ptr<Coordinator> GetCoordinator() const;

    /// @return how messages travel; null before the first start, unless it was set
    Ptr<Transport> GetTransport() const;

    /// Start now, or start again after Stop(): goes on from the last aggregated model.
    void Start();
    /// Stop now, wherever the round is.
    void Stop();
    /// @return whether it is between Start() and Stop()
    bool IsRunning() const;

    /**
     * Begin an order, when its earliest start and its pauses before the first other phase are over.
     * @param order what to do; its server is this one
     * @param predicted what is expected of it; transports wait for acknowledgements accordingly
     * @param model what a downlink transfer of the model carries; null in a timing study
     * @param statedBytes size of the model in a timing study [byte]
     * @return when it begins; it is sent then, if the server has nothing to compute before
     * @throws InvalidInput if the order is of another server, or has too many phases
     */
    Time SendWork(const WorkOrder& order,
                  const WorkOutcome& predicted,
                  std::shared_ptr<const Payload> model,
                  uint64_t statedBytes);
    /**
     * Say what a later downlink transfer of an order carries.
     * @param order the work order
     * @param kind of that transfer
     * @param payload the bytes
     * @return false if the device does not have that order
     */
    bool SetPayload(const WorkOrder& order,
                    PayloadKind kind,
                    std::shared_ptr<const Payload> payload);
    /**
     * Fill in what the server alone knows of an order's phases: when downlink transfers began, when
     * uplink transfers were there, its own computations. For measuring, before
     * Client::MeasureWork(); possible until the coordinator has been told that the order is over.
     * @param order the work order
     * @param[in,out] outcome its phases get it
     */
    void MeasureWork(const WorkOrder& order, WorkOutcome& outcome) const;
    /**
     * Send samples that the device's next order of that task and round is to train on.
     * @param device to whom
     * @param task for which task
     * @param round for which round
     * @param samples the bytes of EncodeSamples()
     * @return false if the device has no session
     */
    bool SendData(DeviceId device,
                  uint32_t task,
                  uint32_t round,
                  std::shared_ptr<const Payload> samples);
    /**
     * Tell a device to drop an order. It answers with an ABORT of its own, which comes behind an
     * update that it had begun to send; the coordinator is told by NotifyFailed().
     * @param order which one
     * @return whether there will be an answer: false if the device had not been sent the order yet,
     *         or has no session
     */
    bool SendAbort(const WorkOrder& order);

    /**
     * Have a session with another server, which must not connect to this one too: from now on or
     * from the next start on, until Stop(). It is opened again when it is lost.
     * @param remote address and port of the other one
     */
    void ConnectTo(const Address& remote);
    /**
     * Send a message to another server, whose coordinator gets it (Coordinator::NotifyServerData).
     * @param server its number
     * @param message task, round and payload; type and sender are filled in
     * @return false if there is no session with it, or its WELCOME or HELLO has not come yet
     */
    bool SendToServer(uint32_t server, Message&& message);
    /// @return whether SendToServer() can send
    /// @param server number of another server
    bool IsConnectedToServer(uint32_t server) const;

    /**
     * There will be no more work: say BYE to all devices, now and when one says HELLO later. They
     * keep their sessions, but don't look after them any more, so that the simulation may end.
     */
    void SayBye();

    /**
     * @param device the device
     * @return what was sent or queued to it and is not acknowledged yet [byte]
     */
    uint64_t GetPendingBytes(DeviceId device) const;
    /// @return whether the device has a session
    /// @param device the device
    bool IsConnected(DeviceId device) const;
    /**
     * @param device its number
     * @return what may be on its way to the device now; not known without a session
     */
    SendWindow GetSendWindow(DeviceId device) const;

    /// Messages so far that were malformed, damaged, unexpected or duplicates, and were dropped.
    uint64_t GetNDropped() const;

    /// A device, as it joins or leaves.
    using DeviceCallback = void (*)(DeviceId);
    /// An order was sent, or an update came.
    using WorkCallback = void (*)(DeviceId, uint32_t task, uint32_t round);
    /// Something was dropped: from whom (or NO_DEVICE), why.
    using DroppedCallback = void (*)(DeviceId, const std::string&);

    /// In place of a device where it is not known.
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
    /// What is known of a device.
    struct Peer
    {
        DeviceId device{0};                            //!< who
        Ptr<Session> session;                          //!< null: not connected
        uint64_t token{0};                             //!< as in its first HELLO
        bool known{false};                             //!< has said HELLO before
        std::vector<std::shared_ptr<ServerWork>> work; //!< orders that it has; by task one at most
    };

    void StartApplication() override;
    void StopApplication() override;

    /**
     * A device introduces itself.
     * @param session it came on
     * @param message its HELLO
     */
    void HandleHello(Ptr<Session> session, const Message& message);
    /// A server introduces itself, or speaks.
    /// @param session it came on
    /// @param message from a server
    void HandleServer(Ptr<Session> session, const Message& message);
    /**
     * An update came.
     * @param peer from whom
     * @param message the update
     */
    void HandleUpdate(Peer& peer, Message&& message);
    /**
     * The payload of a transfer came.
     * @param peer from whom
     * @param message the DATA
     */
    void HandleData(Peer& peer, Message&& message);
    /**
     * Tell the coordinator of an update, and forget the order.
     * @param peer from whom
     * @param work the order
     * @param message the update
     * @param report its prefix
     */
    void EndWork(Peer& peer,
                 const std::shared_ptr<ServerWork>& work,
                 const Message& message,
                 const WorkReport& report);
    /// Tell the coordinator that an order failed, and forget it.
    /// @param peer whose order it is
    /// @param task of it
    /// @param round of it; it may be unknown
    void FailWork(Peer& peer, uint32_t task, uint32_t round);
    /// Do nothing more of an order, and forget it.
    /// @param peer whose order it is
    /// @param work the order; null: none
    static void ForgetWork(Peer& peer, const std::shared_ptr<ServerWork>& work);
    /**
     * @param peer a device
     * @param task of an order
     * @param round of it
     * @return the order, or null
     */
    static std::shared_ptr<ServerWork> FindWork(const Peer& peer, uint32_t task, uint32_t round);

    // ServerWork::Owner
    Ptr<Processor> GetProcessor() const override;
    std::shared_ptr<const LearningTask> GetTask(uint32_t task) const override;
    void SendOf(const WorkOrder& order, Message&& message) override;
    void PayloadArrived(const WorkOrder& order, const Message& message) override;
    void WorkEnded(ServerWork& work, const Message& message, const WorkReport& report) override;
    void GiveUp(ServerWork& work, const std::string& why) override;

    /// @return whether there was a session to send it on
    /// @param peer to whom
    /// @param message what; its sender is filled in
    bool Send(Peer& peer, Message&& message);
    /// The same, of a message without a body.
    /// @param peer to whom
    /// @param type of the message
    /// @param task it is about
    /// @param round it is about
    /// @return whether there was a session to send it on
    bool Send(Peer& peer, MessageType type, uint32_t task, uint32_t round);
    /**
     * Count and trace what is dropped.
     * @param device from whom, or NO_DEVICE
     * @param why in words
     */
    void Drop(DeviceId device, const std::string& why);
    /**
     * A device is lost: end its session and tell the coordinator.
     * @param peer the device's record
     */
    void Disconnect(Peer& peer);
    /**
     * @param peer one that has an order
     * @return whether nothing has got through for too long of what it is to receive or send now,
     *         though it may be heard of
     */
    bool IsStalled(const Peer& peer) const;
    /// Ask who is silent; give up who is silent, or stalled, for too long.
    void CheckAlive();
    /// @return what stands behind a session, or null before its HELLO
    /// @param session any
    static Peer* GetPeer(const Session& session);

    Address m_local;                //!< where to listen
    Ptr<Transport> m_transport;     //!< how messages travel
    Ptr<Coordinator> m_coordinator; //!< what to do
    Time m_keepAlive;               //!< silence before a PING; zero: never
    uint32_t m_keepAliveMisses{3};  //!< periods of silence before a device is lost
    Time m_stallTimeout;            //!< without progress before a device is lost; 0: never
    uint32_t m_id{0};               //!< number of the server
    bool m_running{false};          //!< between Start and Stop
    bool m_saidBye{false};          //!< there is no more work
    std::vector<Peer> m_peers;      //!< by device; sized once, since sessions point into it
    ServerLinks m_links;            //!< with other servers
    uint64_t m_dropped{0};          //!< messages dropped
    EventId m_keepAliveEvent;       //!< next check

    TracedCallback<DeviceId> m_joinedTrace;                        //!< joined
    TracedCallback<DeviceId> m_leftTrace;                          //!< left
    TracedCallback<DeviceId, uint32_t, uint32_t> m_modelSentTrace; //!< model sent
    TracedCallback<DeviceId, uint32_t, uint32_t> m_updateTrace;    //!< update received
    TracedCallback<DeviceId, const std::string&> m_droppedTrace;   //!< dropped
};

} // namespace fl
} // namespace ns3

#endif /* FL_SERVER_H */
