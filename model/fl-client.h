/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CLIENT_H
#define FL_CLIENT_H

#include "fl-client-work.h"
#include "fl-learning-task.h"

#include "ns3/application.h"
#include "ns3/event-id.h"
#include "ns3/fl-outcome.h"
#include "ns3/fl-processor.h"
#include "ns3/fl-transport.h"
#include "ns3/nstime.h"
#include "ns3/traced-callback.h"

#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The device's end of federated learning: keeps a session with each of its servers, and carries out
 * the work orders that come (ClientWork): pauses, computation on the node's Processor, transfers.
 *
 * An order is known by its server, task and round. A client holds any number at once, of different
 * servers or tasks; of the same server and task a newer round replaces the older one. Computations
 * of several orders share the processor (Processor). Uplink transfers of several orders to one
 * server are sent one after the other, in the order in which they are handed to the session, to
 * several servers at once; they all use the grant that the radio control applied last to the
 * device.
 *
 * Training runs on the task's thread pool from the event at which the simulated computation begins
 * to the one at which it ends; the event waits for it if it must, so that results do not depend on
 * threads. An idle client holds no model, no parameters and no buffers.
 *
 * A client that loses a session drops that server's work and connects again every
 * ReconnectInterval, for as long as it runs, is available and has power. The server resets the
 * session of a device that it has given up, but a reset may get lost, and a connection may come to
 * stand at one end only. So a client asks a server that is silent for KeepAlive, and gives up a
 * session on which nothing comes for twice that, until the server says BYE.
 */
class Client : public Application, public SessionHandler, private ClientWork::Owner
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    Client();
    ~Client() override;

    /**
     * What it learns, as task number `id`.
     * @param id the task's number
     * @param task shared with the server
     * @param samples indices of its own samples in the task's training data
     */
    void SetTask(uint32_t id,
                 std::shared_ptr<const LearningTask> task,
                 std::vector<uint32_t> samples);
    /**
     * One more server to have a session with, beside number 0, whose address is the attribute
     * Remote. Known as the same device to all of them.
     * @param remote address and port
     * @param server its number, as in its attribute Id and in its orders
     */
    void AddServer(const Address& remote, uint32_t server);
    /// @param processor what it computes on; by default the Processor aggregated to its node
    void SetProcessor(Ptr<Processor> processor);
    /// @param available false: goes away, dropping its work; true: comes back
    void SetAvailable(bool available);
    /// The battery is empty: all ends here and nothing is sent any more.
    void PowerOff();

    /// @return its number
    DeviceId GetDeviceId() const;
    /// @return energy of its computations so far [J]
    double GetComputeEnergyJ() const;
    /// @return what may be on its way to a server now, for predicting: no message tells it
    /// @param server its number
    SendWindow GetSendWindow(uint32_t server = 0) const;
    /**
     * What an order took until now. For measuring; no message tells it. An order that is over can
     * be measured once: it is forgotten then, or when the next one of its server and task comes.
     *
     * Server::MeasureWork() first fills in what the server alone knows of the phases: when a
     * downlink transfer began, when an uplink transfer was there. Without it the first downlink
     * transfer is taken to begin at sendS, later ones are not measured, and an uplink transfer ends
     * at its acknowledgement, or now.
     * @param order the order
     * @param sendS when the order was sent by the server [s]
     * @param[in,out] outcome its phases, the sums over those of each sort, compute energy, loss,
     *                samples and iterations are filled in; a phase under way ends now; the status
     *                becomes BATTERY where it is LOST for that reason
     */
    void MeasureWork(const WorkOrder& order, double sendS, WorkOutcome& outcome);

    /// A step of a work order: device, order.
    using WorkCallback = void (*)(DeviceId, const WorkOrder&);
    /// A work order was dropped: device, order, why.
    using AbortedCallback = void (*)(DeviceId, const WorkOrder&, const std::string&);
    /// Something was dropped: why.
    using DroppedCallback = void (*)(DeviceId, const std::string&);

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
    /// What it learns.
    struct Task
    {
        uint32_t id{0};                           //!< number
        std::shared_ptr<const LearningTask> task; //!< shared
        std::vector<uint32_t> samples;            //!< its own
    };

    /// A server, and the session with it.
    struct Link
    {
        uint32_t server{0};   //!< its number
        Address remote;       //!< address and port
        Ptr<Session> session; //!< null: none
        EventId keepAlive;    //!< next check
        EventId reconnect;    //!< next attempt
    };

    /// An order, until it is over and measured.
    struct Held
    {
        std::shared_ptr<ClientWork> work; //!< the order
        bool isMeasured{false};           //!< not needed any more once it is over
    };

    /// Samples that came ahead of their order.
    struct Samples
    {
        uint32_t server{0};                  //!< from whom
        uint32_t task{0};                    //!< for which task
        uint32_t round{0};                   //!< for which round
        std::shared_ptr<const Dataset> data; //!< the samples
    };

    void StartApplication() override;
    void StopApplication() override;

    /// @param address of server 0
    void SetRemote(const Address& address);
    /// @return address of server 0
    Address GetRemote() const;
    /// Open a session with a server; its HELLO follows.
    /// @param link the server
    void Connect(Link* link);
    /// Open sessions with all servers that there is none with.
    void ConnectAll();
    /// Try again after the reconnection interval.
    /// @param link the server
    void ScheduleReconnect(Link& link);
    /// Ask a server that is silent, and give up one that does not answer.
    /// @param link the server
    void CheckAlive(Link* link);
    /**
     * A session is gone: drop the work of its server, and connect again some time.
     * @param link the server
     * @param why for logs
     */
    void SessionLost(Link& link, const std::string& why);
    /**
     * Leave all sessions at once, and drop all work.
     * @param why for logs
     */
    void Disconnect(const std::string& why);
    /// @return whether it may have a session
    bool IsUp() const;
    /// @return what a session is with, or null
    /// @param session one of its own, or an older one
    Link* FindLink(const Ptr<Session>& session) const;
    /// @return a server, or null
    /// @param server its number
    Link* FindLink(uint32_t server) const;
    /**
     * Send a message without a body.
     * @param link to whom
     * @param type of the message
     * @param task it is about
     * @param round it is about
     */
    void Send(const Link& link, MessageType type, uint32_t task, uint32_t round);

    /// @param link from whom
    /// @param message a WORK: an order begins; damage is counted, traced and dropped
    void HandleWork(Link& link, Message&& message);
    /// @param link from whom
    /// @param message a DATA: a payload of an order, or samples for the next one of its task
    void HandleData(Link& link, Message&& message);
    /// @param link from whom
    /// @param message a DATA with samples for the next order of its task and round
    void HandleSamples(const Link& link, const Message& message);
    /// @param link from whom
    /// @param message an ABORT: drop that order, if it is there, and answer
    void HandleAbort(Link& link, const Message& message);
    /**
     * @param server of an order
     * @param task of it
     * @return that order, or null; over only if no other one is there
     */
    std::shared_ptr<ClientWork> FindWork(uint32_t server, uint32_t task) const;
    /**
     * @param server of an order
     * @param header of a message about it
     * @return that order, if it is not over, or null
     */
    std::shared_ptr<ClientWork> FindWork(uint32_t server, const MessageHeader& header) const;
    /// Drop an order, if it is not over.
    /// @param work the order; copied, for it may be let go of
    /// @param why for logs
    void AbortWork(std::shared_ptr<ClientWork> work, const std::string& why);
    /// Drop all orders of a server.
    /// @param server its number
    /// @param why for logs
    void AbortWorkOf(uint32_t server, const std::string& why);
    /// Forget orders that are over and measured.
    void ForgetWork();
    /// @return whether samples came ahead of an order
    /// @param order the work order
    bool HasSamplesFor(const WorkOrder& order) const;
    /// Forget samples that came ahead of orders.
    /// @param server from whom
    /// @param task for which task
    void ForgetSamples(uint32_t server, uint32_t task);
    /// The processor ended a job: completed, cancelled or switched off.
    void JobEnded(uint64_t job, double cycles, double energyJ);
    /// Do not listen to the processor any more.
    void DisconnectProcessor();

    // ClientWork::Owner
    Ptr<Processor> GetProcessor() const override;
    const std::vector<uint32_t>& GetSamples(uint32_t task) const override;
    std::shared_ptr<const Dataset> TakeSamples(const WorkOrder& order) override;
    void TraceStep(WorkStep step, const WorkOrder& order) override;
    void SendOf(const WorkOrder& order, Message&& message) override;
    void GiveUp(ClientWork& work, const std::string& why) override;
    void WorkEnded(ClientWork& work) override;
    /**
     * Count and trace a message that was dropped.
     * @param why in words
     */
    void Drop(const std::string& why) override;
    /**
     * @param id of a task
     * @return it, or null
     */
    const Task* FindTask(uint32_t id) const;

    /// Of the steps of an order.
    using WorkTrace = TracedCallback<DeviceId, const WorkOrder&>;

    DeviceId m_device{0};                       //!< DeviceId, from 0
    Ptr<Transport> m_transport;                 //!< how messages travel
    Time m_reconnectInterval;                   //!< between attempts
    Time m_keepAlive;                           //!< silence before a PING; zero: never
    Ptr<Processor> m_processor;                 //!< what it computes on
    std::vector<Task> m_tasks;                  //!< what it learns
    std::vector<std::unique_ptr<Link>> m_links; //!< servers; events point to them
    bool m_running{false};                      //!< between start and stop of the application
    bool m_available{true};                     //!< see SetAvailable
    bool m_powered{true};                       //!< see PowerOff
    std::vector<Held> m_work;                   //!< orders; empty in an idle client
    std::vector<Samples> m_samples;             //!< ahead of their orders
    double m_computeEnergyJ{0};                 //!< of computations that are over

    WorkTrace m_workReceivedTrace; //!< an order came
    WorkTrace m_computeBeginTrace; //!< computation begins
    WorkTrace m_computeEndTrace;   //!< computation ends
    WorkTrace m_uploadBeginTrace;  //!< the update is sent
    TracedCallback<DeviceId, const WorkOrder&, const std::string&> m_abortedTrace; //!< dropped
    TracedCallback<DeviceId, const std::string&> m_droppedTrace; //!< a message was dropped
};

} // namespace fl
} // namespace ns3

#endif /* FL_CLIENT_H */
