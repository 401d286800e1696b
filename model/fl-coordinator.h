/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_COORDINATOR_H
#define FL_COORDINATOR_H

#include "fl-learning-task.h"
#include "fl-order-book.h"

#include "ns3/event-id.h"
#include "ns3/fl-message.h"
#include "ns3/fl-radio-control.h"
#include "ns3/fl-round-record.h"
#include "ns3/fl-system-state.h"
#include "ns3/fl-work-codec.h"
#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/traced-callback.h"

#include <Eigen/Core>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

class Client;
class EnergySplit;
class GlobalModel;
class Optimizer;
class Server;
struct Participant;

/**
 * @ingroup fl
 * The federated-learning protocol that a server runs: which orders are sent to which devices, and
 * how their updates are used.
 *
 * The server calls the Notify methods when messages arrive; subclasses send through the server's
 * Send methods. A coordinator has pointers to the clients for measuring only: like FlowMonitor it
 * reads energies and the times of phases from them. Its decisions depend on messages, on the state
 * that the radio controller reports, and on what the transports know.
 */
class Coordinator : public Object
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    Coordinator();
    ~Coordinator() override;

    /**
     * Add a server that runs this coordinator. With several, each has sessions with all devices,
     * and sends the orders of its number (WorkOrder::server); a device is there when all servers
     * that run have a session with it, and the run begins when all of them have started.
     * @param server the server; must outlive the coordinator. Nothing happens if it was added
     * before
     */
    void AddServer(Server* server);
    /// @return the number of servers
    uint32_t GetNServers() const;
    /// @return whether a server runs
    /// @param server its number
    bool IsServerRunning(uint32_t server) const;
    /**
     * @param task model, data and hyperparameters; it gets the next number, from 0. Coordinators of
     *        one task use number 0.
     */
    void AddTask(std::shared_ptr<const LearningTask> task);
    /// @return the number of tasks
    uint32_t GetNTasks() const;
    /// @return number of aggregations of a task's model so far
    /// @param task number of the task
    uint32_t GetModelVersion(uint32_t task = 0) const;
    /// @return parameters of a task's global model; empty in a timing study
    /// @param task number of the task
    const Eigen::VectorXf& GetParameters(uint32_t task = 0) const;
    /**
     * Add a device; to be called in the order of DeviceIds.
     * @param profiles of the device by task: its samples and their cycles differ, the hardware does
     *        not; at least one, and as many for each device
     * @param client its application, for measuring; null: its orders are not measured
     * @throws InvalidInput if a profile is invalid, or there are more or less than of the devices
     *         before
     */
    void AddDevice(const std::vector<DeviceProfile>& profiles, Ptr<Client> client);
    /// The same, with one profile.
    /// @param profile of the device, for task 0
    /// @param client its application, for measuring; null where it is not at hand
    void AddDevice(const DeviceProfile& profile, Ptr<Client> client);
    /**
     * @param task number of a task
     * @return the learning task, or null
     */
    std::shared_ptr<const LearningTask> GetTask(uint32_t task) const;
    /// @param radio the cell's radio controller; null: grants are not enforced, channels not
    /// reported
    void SetRadioControl(Ptr<RadioControl> radio);
    /// @return the radio controller, or null
    Ptr<RadioControl> GetRadioControl() const;
    /// @param optimizer the optimizer that makes the plans
    void SetOptimizer(Ptr<Optimizer> optimizer);
    /// @return the optimizer
    Ptr<Optimizer> GetOptimizer() const;
    /// @return the number of devices
    uint32_t GetNDevices() const;

    /// A server starts: begin, or continue after Stop() with the last aggregated model.
    /// @param server its number
    void Start(uint32_t server = 0);
    /// A server stops, at any time. Where others go on its orders are lost; else all are aborted.
    /// @param server its number
    void Stop(uint32_t server = 0);

    /// A device has a session.
    /// @param device the device
    /// @param server number of the server
    void NotifyJoined(DeviceId device, uint32_t server = 0);
    /// The session of a device has ended.
    /// @param device the device
    /// @param server number of the server
    void NotifyLeft(DeviceId device, uint32_t server = 0);
    /**
     * The WORK of an order is sent now, maybe long after Server::SendWork(), as the order begins
     * with a pause. The coordinator may bind another version of the model to it.
     * @param [in,out] order the order; only its baseVersion may change
     * @param [in,out] model payload of downlink transfers of the kind MODEL
     * @return whether one of them was changed
     */
    bool NotifySending(WorkOrder& order, std::shared_ptr<const Payload>& model);
    /**
     * An update was received completely, and its checksums are right.
     * @param device the device that sent it
     * @param message the UPDATE
     * @param report its prefix
     * @return whether it is accepted; if not, the server counts it as dropped
     */
    bool NotifyUpdate(DeviceId device, const Message& message, const WorkReport& report);
    /**
     * The payload of an uplink transfer that does not end its order was received.
     * Server::SetPayload() may be called from here.
     * @param device the device that sent it
     * @param message the DATA; header.task and round identify the order, step is the index of the
     *        transfer's phase plus one
     */
    void NotifyPayload(DeviceId device, const Message& message);
    /**
     * A message of another server was received.
     * @param server number of the other server
     * @param message a DATA, whose meaning the coordinators define
     * @param receiver number of the server that received it
     */
    void NotifyServerData(uint32_t server, const Message& message, uint32_t receiver = 0);
    /**
     * A message of the ledger was received.
     * @param from the server or the device that sent it
     * @param message a LEDGER
     * @param receiver number of the server that received it
     * @return why it is dropped, in words; empty: it was taken
     */
    std::string NotifyLedger(const Participant& from, const Message& message, uint32_t receiver);
    /**
     * An order has failed: the device has aborted it (also in answer to Server::SendAbort), its
     * update was invalid, or the server could not carry out its part.
     * @param device the device
     * @param task task of the order
     * @param round round of the order
     */
    void NotifyFailed(DeviceId device, uint32_t task, uint32_t round);

    /**
     * @return whether all rounds are done or given up, so that nothing more happens unless the
     *         server is started again. It is not finished if the server was stopped before.
     */
    bool IsFinished() const;

    /// @return energy of computation and radiation of all devices so far, also between orders [J]
    double GetEnergyJ() const;

    /**
     * @param state the system state
     * @param plan any plan for that state
     * @return predicted times and energies, with the rate model of the radio controller
     * @throws InvalidInput as Predictor::Predict()
     */
    Outcome Predict(const SystemState& state, const Plan& plan) const;

    /// Signature of "RoundBegin": system state, plan, predicted outcome.
    using RoundBeginCallback = void (*)(const SystemState&, const Plan&, const Outcome&);
    /// Signature of "RoundEnd".
    using RoundEndCallback = void (*)(const RoundRecord&);
    /// Signature of "Aggregated": round, new version of the model, number of updates.
    using AggregatedCallback = void (*)(uint32_t, uint32_t, uint32_t);
    /// Signature of "Finished": reason in words.
    using FinishedCallback = void (*)(const std::string&);

  protected:
    void DoDispose() override;

    /**
     * All rounds are done or given up: fire the trace source "Finished". To be called last, since
     * trace sinks may stop the simulation.
     * @param reason reason, as the end of the sentence "The run ended because ..."
     */
    void Finish(const std::string& reason);
    /**
     * The server was stopped: fire the trace source "Finished", but leave IsFinished() false, as
     * the server may be started again.
     * @param reason reason, as in Finish()
     */
    void Interrupt(const std::string& reason);
    /**
     * The run is over: cancel all events, send BYE unless the server was stopped, and Finish().
     * @param reason reason, as in Finish()
     */
    void End(const std::string& reason);
    /// Cancel all events of the run; m_waitEvent by default.
    virtual void CancelEvents();
    /// End() the run after WaitTimeout from now, unless m_waitEvent is cancelled before.
    void AwaitDevices();
    /// The server was stopped: end all orders in flight as ABORTED.
    void AbortOrders();
    /**
     * The server was stopped in the middle of a round or an aggregation: record what was received
     * as ABORTED, complete the record, and fire "RoundEnd".
     * @param record the record so far
     */
    void AbortRecord(RoundRecord record);

    /**
     * Bring a device's data in a state up to date, where they change (Client::SetDataStream).
     * @param device the device
     * @param [in,out] state of a task: the device's samples, and drift, are set
     */
    void ObserveData(DeviceId device, SystemState& state) const;

    /**
     * Check that a plan belongs to a state, and that each of its orders returns something.
     * @param state the state given to the optimizer
     * @param plan the optimizer's plan
     * @throws InvalidInput if samples are to be sent in split learning
     * @throws std::logic_error if an order is not of the state's task, round and model version, or
     *         has no uplink transfer
     */
    void CheckPlan(const SystemState& state, const Plan& plan) const;
    /**
     * Read the energy counters of a device before it begins an order.
     * @param order the order, before it is sent
     * @param predicted predicted outcome of the order
     * @param gain uplink channel power gain; ABSENT without a radio controller
     * @return the entry for the OrderBook
     */
    OrderInFlight BeginOrder(WorkOrder order, WorkOutcome predicted, double gain);
    /**
     * Measure an order that ends now, by the device's times and energy counters. With several tasks
     * what its radio spent is divided among its active orders (EnergySplit).
     * @param inFlight the order
     * @param status status of the order
     * @return times [s] and energies [J]; ABSENT without a pointer to the client
     */
    WorkOutcome Measure(const OrderInFlight& inFlight, WorkStatus status);

    /**
     * End an order in a record: measure it, and sum up.
     * @param inFlight the order; moved from
     * @param status how it ends
     * @param staleness versions of the model since the one that it began with
     * @return the order as it is recorded
     */
    WorkRecord EndRecord(OrderInFlight&& inFlight, WorkStatus status, uint32_t staleness);
    /**
     * Complete a record, and report it to the optimizer.
     * @param [in,out] record of a round or an aggregation that ends now: its orders are put in the
     *        order of devices, and their energies are added up
     * @return what was measured
     */
    static Outcome CompleteRecord(RoundRecord& record);
    /// @return the simulation's time [s]
    static double NowS();

    /// @return the server of that number; the only one stands for all numbers
    /// @param number number of a server
    /// @throws InvalidInput if there is none
    Server& ServerOf(uint32_t number) const;

    /// @return profiles of the servers that have a Processor, by number; those that do not run, or
    ///         have no session with a device that is there, compute nothing now
    std::vector<ServerProfile> GetServerProfiles() const;

    Server* m_server{nullptr};                                //!< the first server
    std::vector<std::shared_ptr<const LearningTask>> m_tasks; //!< learning tasks by number
    Ptr<RadioControl> m_radio;                                //!< radio controller; may be null
    Ptr<Optimizer> m_optimizer;                               //!< makes the plans
    std::vector<std::vector<DeviceProfile>> m_profiles;       //!< by task and device
    std::vector<Ptr<Client>> m_clients; //!< by device, for measuring; may be null
    OrderBook m_orders;                 //!< orders in flight
    bool m_running{false};              //!< between Start and Stop
    Time m_waitTimeout;                 //!< attribute WaitTimeout of subclasses; see AwaitDevices
    EventId m_waitEvent;                //!< end of a wait for devices

    TracedCallback<const SystemState&, const Plan&, const Outcome&>
        m_roundBeginTrace;                                          //!< "RoundBegin"
    TracedCallback<const RoundRecord&> m_roundEndTrace;             //!< "RoundEnd"
    TracedCallback<uint32_t, uint32_t, uint32_t> m_aggregatedTrace; //!< "Aggregated"

  private:
    /// @return the energy counters of a device
    /// @param device the device
    RadioEnergies GetRadioEnergies(DeviceId device) const;
    /**
     * Sink of a client's "WorkReceived".
     * @param device the device
     * @param order the order
     */
    void WorkReceived(DeviceId device, const WorkOrder& order);
    /**
     * Sink of a client's "UploadBegin".
     * @param device the device
     * @param order the order
     */
    void UploadBegan(DeviceId device, const WorkOrder& order);
    /// @return headers, prefixes and congestion windows of the messages of a plan, for Predictor
    /// @param plan a plan; the encoded size of its first order is taken for all orders
    TransportProfile GetTransportProfile(const Plan& plan) const;

    /// @param task number of a task
    /// @return its global model; a coordinator without one throws std::logic_error, the default
    virtual const GlobalModel& DoGetModel(uint32_t task) const;
    /// Implements Start().
    virtual void DoStart() = 0;
    /// Implements Stop(): record active orders as aborted, then call Finish() or Interrupt().
    virtual void DoStop() = 0;
    /**
     * Implements AbortOrders(); removes the order by default.
     * @param key key of an order in flight that its device was not told to stop
     */
    virtual void DoAbortOrder(const OrderKey& key);
    /// To be called when no more orders will come, by AwaitDevices() too: report orders that ended
    /// in a round or aggregation that will not be made. By default there are none.
    virtual void DoReportAborted();
    /// Implements NotifyJoined().
    /// @param device the device
    virtual void DoNotifyJoined(DeviceId device) = 0;
    /// Implements NotifyLeft(); of several servers, for each that it had a session with.
    /// @param device the device
    /// @param server number of the server, whose orders are lost
    virtual void DoNotifyLeft(DeviceId device, uint32_t server) = 0;
    /**
     * Implements NotifySending(); does nothing by default.
     * @param [in,out] order the order
     * @param [in,out] model payload of the kind MODEL
     * @return whether one of them was changed
     */
    virtual bool DoNotifySending(WorkOrder& order, std::shared_ptr<const Payload>& model);
    /**
     * Implements NotifyUpdate().
     * @param device the device that sent it
     * @param message the UPDATE
     * @param report its prefix
     * @return whether it is accepted
     */
    virtual bool DoNotifyUpdate(DeviceId device,
                                const Message& message,
                                const WorkReport& report) = 0;
    /**
     * Implements NotifyFailed().
     * @param device the device
     * @param task task of the order
     * @param round round of the order
     */
    virtual void DoNotifyFailed(DeviceId device, uint32_t task, uint32_t round) = 0;

    /// Implements NotifyPayload(); does nothing by default.
    /// @param device the device that sent it
    /// @param message the DATA
    virtual void DoNotifyPayload(DeviceId device, const Message& message);
    /// Implements NotifyServerData(); does nothing by default.
    /// @param server number of the other server
    /// @param receiver number of the server that received it
    /// @param message the DATA
    virtual void DoNotifyServerData(uint32_t server, uint32_t receiver, const Message& message);
    /// Implements NotifyLedger(); a coordinator without a ledger takes nothing, the default.
    /// @param from the server or the device that sent it
    /// @param message a LEDGER
    /// @param receiver number of the server that received it
    /// @return why it is dropped, in words; empty: it was taken
    virtual std::string DoNotifyLedger(const Participant& from,
                                       const Message& message,
                                       uint32_t receiver);
    /// One of several servers has stopped, others go on: end its orders. Does nothing by default.
    /// @param server its number
    virtual void DoServerLost(uint32_t server);
    /// Implements GetTask().
    /// @param task number of a task
    /// @return the learning task, or null; the only one stands for all numbers
    virtual std::shared_ptr<const LearningTask> DoGetTask(uint32_t task) const;

    std::unique_ptr<EnergySplit> m_split; //!< of devices with several tasks; null: they have one

    /// A server that runs this coordinator.
    struct Host
    {
        Server* server{nullptr};      //!< the server
        bool isRunning{false};        //!< between Start() and Stop()
        std::vector<bool> hasSession; //!< by device, where there are several servers
    };

    /// @return the server of that number, or null
    /// @param number number of a server
    Host* FindHost(uint32_t number);
    /// @return whether all servers that run have a session with a device
    /// @param device the device
    bool IsJoined(DeviceId device) const;
    /// @return whether one of the servers has a session with a device
    /// @param device the device
    bool HasSession(DeviceId device) const;

    std::vector<Host> m_hosts;   //!< the servers, in the order in which they were added
    bool m_stopSimulation{true}; //!< attribute StopSimulation, read by FederationHelper
    bool m_finished{false};      //!< see IsFinished

    TracedCallback<const std::string&> m_finishedTrace; //!< "Finished"
};

} // namespace fl
} // namespace ns3

#endif /* FL_COORDINATOR_H */
