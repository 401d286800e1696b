/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_COORDINATOR_H
#define FL_COORDINATOR_H

#include "fl-learning-task.h"
#include "fl-order-book.h"

#include "ns3/fl-message.h"
#include "ns3/fl-radio-control.h"
#include "ns3/fl-round-record.h"
#include "ns3/fl-system-state.h"
#include "ns3/fl-work-codec.h"
#include "ns3/object.h"
#include "ns3/traced-callback.h"

#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

class Client;
class Optimizer;
class Server;

/**
 * @ingroup fl
 * The FL protocol that a server runs: what to send to whom, and what to do with what comes back.
 *
 * The server tells it what arrives by the Notify methods; it answers through the server's Send
 * methods. It knows the clients' Ptr for one purpose only, measuring: as FlowMonitor does, it reads
 * what a device spent and how long its phases took. Whatever it decides rests on messages.
 */
class Coordinator : public Object
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    Coordinator();
    ~Coordinator() override;

    /// @param server the server that runs it
    void SetServer(Server* server);
    /**
     * @param task model, data and hyperparameters; it gets the next number, from 0. Coordinators of
     *        one task use number 0.
     */
    void AddTask(std::shared_ptr<const LearningTask> task);
    /// @return the number of tasks
    uint32_t GetNTasks() const;
    /**
     * Add a device, in the order of DeviceIds.
     * @param profiles of the device by task: its samples and their cycles differ, the hardware does
     *        not; at least one, and as many for each device
     * @param client its application, for measuring; null where it is not at hand
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
     * @return what is learned in it, or null
     */
    std::shared_ptr<const LearningTask> GetTask(uint32_t task) const;
    /// @param radio the cell's radio controller; null: links are as they are
    void SetRadioControl(Ptr<RadioControl> radio);
    /// @return it, or null
    Ptr<RadioControl> GetRadioControl() const;
    /// @param optimizer makes the plans
    void SetOptimizer(Ptr<Optimizer> optimizer);
    /// @return it
    Ptr<Optimizer> GetOptimizer() const;
    /// @return the number of devices
    uint32_t GetNDevices() const;

    /// Begin, or go on after Stop() from the last aggregated model.
    void Start();
    /// Stop wherever it is; unfinished work is aborted.
    void Stop();

    /// @param device has a session now
    void NotifyJoined(DeviceId device);
    /// @param device has no session any more
    void NotifyLeft(DeviceId device);
    /**
     * A whole update arrived, its checksum is right.
     * @param device from whom
     * @param message the update; its prefix is parsed already into report
     * @param report what the device says of its work
     * @return whether it was expected (else the server counts it as dropped)
     */
    bool NotifyUpdate(DeviceId device, const Message& message, const WorkReport& report);
    /**
     * The payload of an uplink transfer arrived that does not end its order. Server::SetPayload()
     * may be called from here.
     * @param device from whom
     * @param message a DATA: header.task, round, and step, the index of the transfer plus one
     */
    void NotifyPayload(DeviceId device, const Message& message);
    /**
     * A message came from another server.
     * @param server its number
     * @param message a DATA; what its header and payload mean is up to the two coordinators
     */
    void NotifyServerData(uint32_t server, const Message& message);
    /**
     * A device gave up an order, or sent an update that had to be refused.
     * @param device the device
     * @param task which task
     * @param round which round
     */
    void NotifyFailed(DeviceId device, uint32_t task, uint32_t round);

    /**
     * @return whether its work is done or given up, so that nothing more will happen unless the
     *         server is started again. A server that was stopped in mid-run leaves it unfinished.
     */
    bool IsFinished() const;

    /// @return energy spent by all devices so far, computing and radiating, also between orders [J]
    double GetEnergyJ() const;

    /**
     * @param state the system state
     * @param plan any plan for that state
     * @return what is expected of it, by the radio's own model of transfers
     * @throws InvalidInput as Predictor::Predict()
     */
    Outcome Predict(const SystemState& state, const Plan& plan) const;

    /// Work is planned: what is known, decided and expected.
    using RoundBeginCallback = void (*)(const SystemState&, const Plan&, const Outcome&);
    /// A round or an aggregation is over.
    using RoundEndCallback = void (*)(const RoundRecord&);
    /// Updates were merged: round, new version, number of updates.
    using AggregatedCallback = void (*)(uint32_t, uint32_t, uint32_t);
    /// Nothing more will happen, unless the server is started again: why.
    using FinishedCallback = void (*)(const std::string&);

  protected:
    void DoDispose() override;

    /**
     * Tell those who listen to the trace Finished that the work is done or given up; to be called
     * last, since they may stop the simulation.
     * @param reason why, as the end of "The run ended because ..."
     */
    void Finish(const std::string& reason);
    /**
     * The same, of work that would go on if the server were started again: it stays unfinished.
     * @param reason why
     */
    void Interrupt(const std::string& reason);

    /// @return energy that a device's radio has radiated so far [J]; ABSENT without control
    /// @param device the device
    double GetRadiatedEnergyJ(DeviceId device) const;

    /**
     * Check that a plan is for a state, and that its orders have an end.
     * @param state the optimizer's
     * @param plan what it made of it
     * @throws std::logic_error if an order is not of the state's task, round and model, or has no
     *         uplink transfer
     */
    void CheckPlan(const SystemState& state, const Plan& plan) const;
    /**
     * Read the counters of a device's energy before it begins with an order.
     * @param order which is to be sent
     * @param predicted what is expected of it
     * @param gain uplink channel power gain; ABSENT without a radio
     * @return the order as it is in flight
     */
    OrderInFlight BeginOrder(const WorkOrder& order,
                             const WorkOutcome& predicted,
                             double gain) const;
    /**
     * What an order that ends now took, by the device's own clocks and counters; where it holds
     * several orders at once, the radiated energy is that of all of them.
     * @param inFlight the order
     * @param status how it ends
     * @return times [s] and energies [J]; ABSENT where the client is not at hand
     */
    WorkOutcome Measure(const OrderInFlight& inFlight, WorkStatus status) const;

    /**
     * End an order in a record: measure it, and sum up.
     * @param inFlight the order; moved from
     * @param status how it ends
     * @param staleness versions of the model since the one that it began with
     * @return the order as it is recorded
     */
    WorkRecord EndRecord(OrderInFlight&& inFlight, WorkStatus status, uint32_t staleness) const;
    /**
     * Complete a record, and report it to the optimizer.
     * @param [in,out] record of a round or an aggregation that ends now: its orders are put in the
     *        order of devices, and their energies are added up
     * @return what was measured
     */
    static Outcome CompleteRecord(RoundRecord& record);
    /// @return the simulation's time [s]
    static double NowS();

    Server* m_server{nullptr}; //!< the server; it owns this object
    std::vector<std::shared_ptr<const LearningTask>> m_tasks; //!< by number
    Ptr<RadioControl> m_radio;                                //!< may be null
    Ptr<Optimizer> m_optimizer;                               //!< makes the plans
    std::vector<std::vector<DeviceProfile>> m_profiles;       //!< by task and device
    std::vector<Ptr<Client>> m_clients; //!< by device; null where not at hand

    TracedCallback<const SystemState&, const Plan&, const Outcome&> m_roundBeginTrace; //!< begins
    TracedCallback<const RoundRecord&> m_roundEndTrace;                                //!< ends
    TracedCallback<uint32_t, uint32_t, uint32_t> m_aggregatedTrace;                    //!< merged

  private:
    /// @return what carrying the messages of a plan adds
    /// @param plan whose first order stands for all
    TransportProfile GetTransportProfile(const Plan& plan) const;

    /// Begin, or go on from the last aggregated model.
    virtual void DoStart() = 0;
    /// Stop; unfinished work is recorded as aborted. Ends with Finish() or Interrupt().
    virtual void DoStop() = 0;
    /// @param device has a session now
    virtual void DoNotifyJoined(DeviceId device) = 0;
    /// @param device has no session any more
    virtual void DoNotifyLeft(DeviceId device) = 0;
    /**
     * A whole update arrived.
     * @param device from whom
     * @param message the update
     * @param report what the device says of its work
     * @return whether it was expected
     */
    virtual bool DoNotifyUpdate(DeviceId device,
                                const Message& message,
                                const WorkReport& report) = 0;
    /**
     * An order was given up, or its update refused.
     * @param device the device
     * @param task which task
     * @param round which round
     */
    virtual void DoNotifyFailed(DeviceId device, uint32_t task, uint32_t round) = 0;

    /// @param device from whom
    /// @param message see NotifyPayload(); here nothing happens
    virtual void DoNotifyPayload(DeviceId device, const Message& message);
    /// @param server its number
    /// @param message see NotifyServerData(); here nothing happens
    virtual void DoNotifyServerData(uint32_t server, const Message& message);
    /// @param task number of a task
    /// @return the task, or null; here the only one stands for all numbers
    virtual std::shared_ptr<const LearningTask> DoGetTask(uint32_t task) const;

    bool m_stopSimulation{true}; //!< whether the simulation may end with it; read by helpers
    bool m_finished{false};      //!< its work is done or given up

    TracedCallback<const std::string&> m_finishedTrace; //!< nothing more
};

} // namespace fl
} // namespace ns3

#endif /* FL_COORDINATOR_H */
