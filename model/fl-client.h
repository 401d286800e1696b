/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CLIENT_H
#define FL_CLIENT_H

#include "fl-client-data.h"
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

class Miner;

/**
 * @ingroup fl
 * Application of a device in federated learning: keeps a session with each of its servers, and
 * carries out the work orders that they send (ClientWork): pauses, computation on the node's
 * Processor, transfers.
 *
 * An order is identified by its server, task and round. A client may have several active orders, of
 * different servers or tasks; of the same server and task a newer round replaces the older one.
 * Computations of several orders share the processor (Processor). Uplink transfers to one server
 * are sent one after the other, in the order in which they are passed to the session; those to
 * different servers are concurrent. All use the grant that the radio controller last applied to the
 * device.
 *
 * Training runs on the task's thread pool between the events at which the simulated computation
 * begins and ends; the latter waits for it if need be, so that results do not depend on the number
 * of threads. An idle client holds no model, no parameters and no buffers.
 *
 * When a session is lost, the client aborts that server's orders and connects again every
 * ReconnectInterval, as long as it runs, is available and has power. A reset by the server may get
 * lost, and a connection may be half open; so a client sends a PING to a server that has been
 * silent for KeepAlive, times the factor of WELCOME, and ends a session on which nothing was
 * received for twice that time. It stops doing so when it receives BYE.
 */
class Client : public Application, public SessionHandler, private ClientWork::Owner
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    Client();
    ~Client() override;

    /**
     * Add or replace a learning task.
     * @param id number of the task, as in work orders
     * @param task the task, shared with the server
     * @param samples the device's own samples, as indices in LearningTask::train
     */
    void SetTask(uint32_t id,
                 std::shared_ptr<const LearningTask> task,
                 std::vector<uint32_t> samples);
    /**
     * Let a task's samples change over simulated time: those of SetTask() are all that the device
     * may ever have. It trains on those that it has when a computation begins, and gives up an
     * order for which it has none. When it trains, it measures on the model that it received how
     * the loss changed with the data, over the computation before and over the idle time since.
     * @param id number of a task of SetTask()
     * @param options rates and start; computing is while it computes for this task
     * @throws InvalidInput if there is no such task, it is a timing study, or the options are not
     *         valid
     */
    void SetDataStream(uint32_t id, const DataStreamOptions& options);
    /// @return whether SetDataStream() was called for a task
    /// @param id number of the task
    bool HasDataStream(uint32_t id) const;
    /// @return the number of its own samples now. Read by the coordinator directly, no message
    ///         carries it
    /// @param id number of a task of SetTask()
    uint32_t GetNSamples(uint32_t id);
    /**
     * @param id number of a task of SetTask()
     * @return drift of its samples, summed up over all of its computations so far; nothing where
     *         they do not change. Read by the coordinator directly, no message carries it
     */
    const DataDrift& GetDrift(uint32_t id);
    /**
     * Add a server beside number 0, whose address is the attribute Remote. The DeviceId is the same
     * at all servers.
     * @param remote address and port of the server
     * @param server number of the server: its attribute Id, and WorkOrder::server
     */
    void AddServer(const Address& remote, uint32_t server);
    /// @param processor processor for computations; default: the one aggregated to the node
    void SetProcessor(Ptr<Processor> processor);
    /**
     * Let the device take part in a ledger: LEDGER messages are the miner's, which signs each
     * update that is sent, and searches while the device is there.
     * @param miner the miner; set once
     */
    void SetMiner(Ptr<Miner> miner);
    /// @return what SetMiner() set; null: there is no ledger
    Ptr<Miner> GetMiner() const;
    /// @param available false: end all sessions and abort all orders; true: connect again
    void SetAvailable(bool available);
    /// The energy source is depleted: abort all orders and end all sessions without sending.
    void PowerOff();

    /// @return the attribute DeviceId
    DeviceId GetDeviceId() const;
    /// @return energy of its computations so far, active ones included [J]
    double GetComputeEnergyJ() const;
    /// @return congestion window of the session with a server, for Predictor; not known without a
    ///         session. Read by the coordinator directly, no message carries it
    /// @param server number of the server
    SendWindow GetSendWindow(uint32_t server = 0) const;
    /// @return what the computations of a task keep here from one order to the next, as a personal
    ///         head; may be null. For measuring, no message carries it
    /// @param task number of the task
    std::shared_ptr<const JobState> GetJobStateOf(uint32_t task) const;
    /**
     * Measure an order until now. Called by the coordinator directly, no message carries the
     * result. An order that is over can be measured once: it is then forgotten, as it is when the
     * next one of its server and task is received.
     *
     * Server::MeasureWork() is to be called before, for the times that only the server has: begin
     * of downlink transfers, reception of uplink transfers. Without it the first downlink transfer
     * begins at sendS, later ones are ABSENT, and an uplink transfer ends at its acknowledgement or
     * now.
     * @param order the order
     * @param sendS simulated time at which the server sent the order [s]
     * @param[in,out] outcome phases, sums over the phases of a kind, compute energy, loss, samples
     *                and iterations are set; an active phase ends now; the status changes from LOST
     *                to BATTERY if the energy source is depleted
     */
    void MeasureWork(const WorkOrder& order, double sendS, WorkOutcome& outcome);

    /// Signature of the trace sources of WorkStep: device, order.
    using WorkCallback = void (*)(DeviceId, const WorkOrder&);
    /// Signature of "Aborted": device, order, reason in words.
    using AbortedCallback = void (*)(DeviceId, const WorkOrder&, const std::string&);
    /// Signature of "Dropped": device, reason in words.
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
    /// A learning task.
    struct Task
    {
        uint32_t id{0};                           //!< number of the task
        std::shared_ptr<const LearningTask> task; //!< the task, shared with the server
        ClientData data;                          //!< own samples, indices in task->train
        std::shared_ptr<JobState> state;          //!< kept by computations; may be null
    };

    /// A server and the session with it.
    struct Link
    {
        uint32_t server{0};   //!< number of the server
        Address remote;       //!< address and port
        Ptr<Session> session; //!< null: not connected
        Time period;          //!< silence before a PING
        EventId keepAlive;    //!< next CheckAlive
        EventId reconnect;    //!< next attempt to connect
    };

    /// An order that is active, or not measured yet.
    struct OrderEntry
    {
        std::shared_ptr<ClientWork> work; //!< the order
        bool isMeasured{false};           //!< to be forgotten once it is over
    };

    /// Training samples received ahead of their order (WorkOrder::samplesSent).
    struct Samples
    {
        uint32_t server{0};                  //!< number of the server
        uint32_t task{0};                    //!< task of the order
        uint32_t round{0};                   //!< round of the order
        std::shared_ptr<const Dataset> data; //!< the samples
    };

    void StartApplication() override;
    void StopApplication() override;

    /// @param address address and port of server 0
    void SetRemote(const Address& address);
    /// @return address and port of server 0
    Address GetRemote() const;
    /// Open a session with a server, and send HELLO.
    /// @param link the server
    void Connect(Link* link);
    /// Open sessions with all servers that have none.
    void ConnectAll();
    /// Schedule Connect() after ReconnectInterval.
    /// @param link the server
    void ScheduleReconnect(Link& link);
    /// Keep-alive timer: send PING to a silent server, or end the session.
    /// @param link the server
    void CheckAlive(Link* link);
    /**
     * A session has ended: abort the orders of its server, and connect again later.
     * @param link the server
     * @param why reason in words
     */
    void SessionLost(Link& link, const std::string& why);
    /**
     * Abort all sessions and all orders.
     * @param why reason in words
     */
    void Disconnect(const std::string& why);
    /// @return whether it may connect: it runs, is available and has power
    bool IsUp() const;
    /// @return the server of a session; null if the session is not current any more
    /// @param session a session
    Link* FindLink(const Ptr<Session>& session) const;
    /// @return the server of that number, or null
    /// @param server number of a server
    Link* FindLink(uint32_t server) const;
    /**
     * Send a message without a body.
     * @param link the server
     * @param type type of the message
     * @param task header.task
     * @param round header.round
     */
    void Send(const Link& link, MessageType type, uint32_t task, uint32_t round);

    /// The server has accepted the HELLO.
    /// @param link the server
    /// @param message a WELCOME
    void HandleWelcome(Link& link, const Message& message);
    /// Receive a message of the ledger.
    /// @param link the server
    /// @param message a LEDGER
    void HandleLedger(const Link& link, const Message& message);
    /// Begin an order; an invalid one is dropped and answered with ABORT.
    /// @param link the server
    /// @param message a WORK
    void HandleWork(Link& link, Message&& message);
    /// Receive the payload of an active order, or samples for a later one.
    /// @param link the server
    /// @param message a DATA
    void HandleData(Link& link, Message&& message);
    /// Store samples for the order of the message's task and round.
    /// @param link the server
    /// @param message a DATA
    void HandleSamples(const Link& link, const Message& message);
    /// Abort the order of the message's task and round, if it is active, and answer with ABORT.
    /// @param link the server
    /// @param message an ABORT
    void HandleAbort(Link& link, const Message& message);
    /**
     * @param server number of a server
     * @param task number of a task
     * @return its order, active or not measured yet; or null
     */
    std::shared_ptr<ClientWork> FindWork(uint32_t server, uint32_t task) const;
    /**
     * @param server number of a server
     * @param header header of a message; task and round are used
     * @return the active order, or null
     */
    std::shared_ptr<ClientWork> FindWork(uint32_t server, const MessageHeader& header) const;
    /// Abort an order, if it is active.
    /// @param work the order, or null; by value, since its entry may be removed
    /// @param why reason in words
    void AbortWork(std::shared_ptr<ClientWork> work, const std::string& why);
    /// The session with a server has ended: abort all of its orders.
    /// @param server number of the server
    /// @param why reason in words
    void AbortWorkOf(uint32_t server, const std::string& why);
    /// Remove orders that are over and measured.
    void ForgetWork();
    /// @return whether samples of an order were received
    /// @param order the work order
    bool HasSamplesFor(const WorkOrder& order) const;
    /// Remove samples received ahead of orders.
    /// @param server number of the server
    /// @param task number of the task
    void ForgetSamples(uint32_t server, uint32_t task);
    /// Sink of the processor's ComputeEnd: a job was completed, cancelled or switched off.
    /// @param job number of the job
    /// @param cycles cycles done
    /// @param energyJ energy of the job [J]
    void JobEnded(uint64_t job, double cycles, double energyJ);
    /// Disconnect from the processor's trace sources.
    void DisconnectProcessor();

    // ClientWork::Owner
    Ptr<Processor> GetProcessor() const override;
    ClientData& GetData(uint32_t task) override;
    std::shared_ptr<JobState>& GetJobState(uint32_t task) override;
    std::shared_ptr<const Dataset> TakeSamples(const WorkOrder& order) override;
    void TraceStep(WorkStep step, const WorkOrder& order) override;
    void SendForOrder(const WorkOrder& order, Message&& message) override;
    void GiveUp(ClientWork& work, const std::string& why) override;
    void WorkEnded(ClientWork& work) override;
    /**
     * Count and trace a message that is dropped.
     * @param why reason in words
     */
    void Drop(const std::string& why) override;
    /**
     * @param id number of a task
     * @return the task, or null
     */
    const Task* FindTask(uint32_t id) const;
    /// Let a task's data change until now.
    /// @param task one of m_tasks
    void AdvanceData(Task& task) const;

    /// Trace source of a WorkStep.
    using WorkTrace = TracedCallback<DeviceId, const WorkOrder&>;

    DeviceId m_device{0};                       //!< attribute DeviceId
    Ptr<Transport> m_transport;                 //!< transport of its sessions
    Time m_reconnectInterval;                   //!< time between attempts to connect
    Time m_keepAlive;                           //!< silence before a PING; zero: never
    Ptr<Processor> m_processor;                 //!< processor for computations
    Ptr<Miner> m_miner;                         //!< takes part in a ledger; may be null
    std::vector<Task> m_tasks;                  //!< learning tasks
    std::vector<std::unique_ptr<Link>> m_links; //!< servers; events point to them
    bool m_running{false};                      //!< between start and stop of the application
    bool m_available{true};                     //!< see SetAvailable
    bool m_powered{true};                       //!< see PowerOff
    std::vector<OrderEntry> m_work;             //!< active or not measured; empty if idle
    std::vector<Samples> m_samples;             //!< received ahead of their orders
    double m_computeEnergyJ{0};                 //!< energy of jobs that are over [J]

    WorkTrace m_workReceivedTrace; //!< WorkStep::RECEIVED
    WorkTrace m_computeBeginTrace; //!< WorkStep::COMPUTE_BEGIN
    WorkTrace m_computeEndTrace;   //!< WorkStep::COMPUTE_END
    WorkTrace m_uploadBeginTrace;  //!< WorkStep::UPLOAD_BEGIN
    TracedCallback<DeviceId, const WorkOrder&, const std::string&> m_abortedTrace; //!< "Aborted"
    TracedCallback<DeviceId, const std::string&> m_droppedTrace;                   //!< "Dropped"
};

} // namespace fl
} // namespace ns3

#endif /* FL_CLIENT_H */
