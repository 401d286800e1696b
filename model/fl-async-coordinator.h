/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_ASYNC_COORDINATOR_H
#define FL_ASYNC_COORDINATOR_H

#include "fl-coordinator.h"
#include "fl-global-model.h"

#include "ns3/event-id.h"
#include "ns3/fl-async-aggregator.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <deque>
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
 * Asynchronous federated learning of any number of tasks: each update is merged when it arrives,
 * weighted by its staleness, and its device gets the newest model at once.
 *
 * A device holds at most one order per task at a time, and trains all tasks that it has samples of
 * side by side. An order is planned when it is sent, by the optimizer, which sees one available
 * device and the sub-band that is offered to it: the planned bands and the base station's power are
 * divided into MaxInFlight equal slots (as many as there are devices by default), of which a device
 * holds one while it has orders. All transfers of a device use the grants that its first order got.
 *
 * An order that begins with a pause has the model that is the newest when it is sent.
 *
 * An optimizer that plans a horizon (Optimizer::PlansHorizon()) says beforehand who trains which
 * task from which version. Its orders are sent when that version is made and the device is free;
 * they begin with the pause that is planned, and keep that version. Where updates arrive in another
 * order than planned, an order starts from the version that is there when it is sent.
 *
 * An update counts as an aggregation of its own (FedAsync), or Buffer updates together do
 * (FedBuff). Each aggregation is reported as a round of its task (RoundEnd): with its number, the
 * orders that ended since the one before, and, every EvaluateEvery aggregations, loss and accuracy.
 * An order's round is its number among the orders of the task.
 *
 * With CloseAfter it learns in rounds, each task in its own: a device whose update of a task is in
 * waits until so many updates of the task are, or until nobody is left who works on it. They are
 * merged together, and all who wait get the new model. With Method FedAsync, Alpha 1 and Staleness
 * Constant that is FedAvg with equal weights. An update that a round did not wait for counts in the
 * round in which it arrives, with a staleness above 0, or its order ends with the round that it
 * began in (StalenessLimit 0, StalePolicy Abort).
 *
 * The staleness of an update is the number of aggregations since the one that its device began
 * with. Beyond StalenessLimit, StalePolicy decides.
 *
 * Where the radio can change one device's grants alone (RadioControl::CanUpdate), an update costs
 * the same however many devices there are.
 */
class AsyncCoordinator : public Coordinator
{
  public:
    /// What becomes of an update that is staler than StalenessLimit.
    enum StalePolicy
    {
        MERGE, //!< merged, with its weight
        DROP,  //!< not merged; its device gets new work
        ABORT  //!< its device is told to stop as soon as the limit is passed
    };

    /// How updates are merged.
    enum Method
    {
        FEDASYNC, //!< FedAsync
        FEDBUFF   //!< FedBuff
    };

    /// @return the TypeId
    static TypeId GetTypeId();
    AsyncCoordinator();
    ~AsyncCoordinator() override;

    /// @return number of distinct versions of a task's model that orders in flight began with
    /// @param task number of the task
    uint32_t GetNVersionsInUse(uint32_t task) const;
    /// @return the largest number of versions that were in use at once, of any task
    uint32_t GetMaxVersionsInUse() const;

    /// An update arrived: device, task, staleness, whether it is merged.
    using StalenessCallback = void (*)(DeviceId, uint32_t, uint32_t, bool);

  protected:
    void DoDispose() override;

  private:
    /// A task at the server.
    struct Learner
    {
        uint32_t task{0};    //!< its number
        GlobalModel model;   //!< its global model
        SystemState state;   //!< as of the last plan; its devices are not available
        RoundRecord record;  //!< of the next aggregation
        uint32_t nOrders{0}; //!< orders so far
        std::multimap<uint32_t, WorkOrder> pending; //!< of a horizon, by base version
        std::map<uint32_t, uint32_t> inUse; //!< orders in flight by the version they began with
        std::vector<uint32_t> refusals;     //!< by device: orders in a row that were refused
        std::vector<bool> waits;            //!< by device: its update of the present round is in
        uint32_t nActive{0};                //!< orders in flight
        bool isDone{false};                 //!< all of its aggregations are made
    };

    const GlobalModel& DoGetModel(uint32_t task) const override;
    void DoStart() override;
    void DoStop() override;
    void DoNotifyJoined(DeviceId device) override;
    void DoNotifyLeft(DeviceId device, uint32_t server) override;
    bool DoNotifySending(WorkOrder& order, std::shared_ptr<const Payload>& model) override;
    bool DoNotifyUpdate(DeviceId device, const Message& message, const WorkReport& report) override;
    void DoNotifyFailed(DeviceId device, uint32_t task, uint32_t round) override;
    void DoAbortOrder(const OrderKey& key) override;
    void DoReportAborted() override;
    void CancelEvents() override;

    /// Make the tasks' models, and the state that plans are made from.
    void Initialize();
    /// @return a new aggregator, as the attributes say
    std::unique_ptr<Aggregator> MakeAggregator() const;

    /// A device may be given work: in this event's wake, if there is a slot for it.
    /// @param device it is connected
    void Enqueue(DeviceId device);
    /// Serve() when the present event is over.
    void Wake();
    /// Give work to devices that wait for it, or send what is next of the horizon.
    void Serve();
    /// Begin with free slots, or with one of each device where there are enough.
    void ResetSlots();
    /**
     * @param device the device
     * @return whether it has or gets a slot
     */
    bool TakeSlot(DeviceId device);
    /// @return whether there are fewer slots than devices
    bool TakeTurns() const;
    /// Free a device's slot, if it has one and devices take turns.
    /// @param device the device
    void FreeSlot(DeviceId device);
    /// Free a device's slot if it has no orders, and see to it that it gets work.
    /// @param device the device
    void Release(DeviceId device);
    /**
     * @param learner a task; its state is brought up to date
     * @param device the device
     * @return whether it is connected, has samples of the task, and did not refuse too often
     */
    bool CanTrain(Learner& learner, DeviceId device) const;
    /**
     * @param learner a task
     * @param device the device
     * @return whether it has refused MaxRefusals orders of the task in a row
     */
    bool HasGivenUp(const Learner& learner, DeviceId device) const;
    /// Plan an order of each task that a device can train and has none of.
    /// @param device it has a slot
    void ServeDevice(DeviceId device);
    /// See after EmptyPlan whether there is work for a device.
    /// @param device the device
    void AskAgain(DeviceId device);

    /// @return whether the optimizer plans a horizon
    bool HasHorizon() const;
    /// Plan all aggregations to come.
    void PlanHorizon();
    /// @return updates that are merged together
    uint32_t GetGroupSize() const;
    /// @return whether the start waits for all devices: a horizon, or rounds
    bool Gathers() const;
    /// Close rounds that nobody works on any more.
    void CloseDeserted();
    /// Bring a task's state up to date for a horizon.
    /// @param learner the task
    void ObserveAll(Learner& learner);
    /// @return whether orders of the horizon are not sent yet
    bool HasPending() const;
    /// Send the orders of the horizon whose base version is made and whose device is free; plan
    /// anew where nothing is left of it.
    void LaunchPending();
    /**
     * Send the orders of a task's horizon that can be sent.
     * @param learner the task
     */
    void LaunchPending(Learner& learner);
    /// Enforce an order's grants, and send it.
    /// @param learner the task
    /// @param plan one order
    void Launch(Learner& learner, const Plan& plan);

    /// Plan an order, enforce its grants, and send it.
    /// @param learner the task
    /// @param device it has a slot, and no order of the task
    void PlanOrder(Learner& learner, DeviceId device);
    /**
     * Bring the task's state up to date for one device.
     * @param learner the task
     * @param device the device
     */
    void Observe(Learner& learner, DeviceId device);
    /**
     * Reduce a cell to what one device is offered of it.
     * @param [in,out] state gets the bands and the power of one slot
     */
    void OfferSlot(SystemState& state) const;
    /**
     * Move an order's grants into its device's slot, or take those of the device's other orders.
     * @param [in,out] order as planned for a slot
     * @param cells the whole cells
     */
    void Place(WorkOrder& order, const std::vector<CellState>& cells) const;
    /**
     * Predict an order beside those in flight, and enforce its grants.
     * @param state of the whole cell
     * @param plan one order
     * @return what is expected of it
     */
    Outcome Enforce(const SystemState& state, const Plan& plan);
    /**
     * Fix the version of the model that an order begins with.
     * @param learner its task, of whose present version it is
     * @param [in,out] inFlight the order
     */
    void Bind(Learner& learner, OrderInFlight& inFlight);
    /// Send an order.
    /// @param learner its task
    /// @param order as planned
    /// @param predicted what is expected of it
    void Dispatch(Learner& learner, const WorkOrder& order, const WorkOutcome& predicted);

    /**
     * Record that an order is over.
     * @param key of an order in flight
     * @param status how it ended
     */
    void EndOrder(const OrderKey& key, WorkStatus status);
    /// Record that an order is over, and tell its device to stop.
    /// @param key of an order in flight
    /// @param status how it ended
    void DropOrder(const OrderKey& key, WorkStatus status);
    /// Make the next version of a model of what was collected, and report it.
    /// @param learner the task
    void Aggregate(Learner& learner);
    /// End the orders that are too stale, as StalePolicy says.
    /// @param learner the task, which has a new version
    void DropStale(const Learner& learner);
    /// End all orders of a task, which is done.
    /// @param learner the task
    void FinishTask(Learner& learner);
    /// @return whether all tasks are done
    bool AreAllDone() const;
    /// Begin the record of the next aggregation.
    /// @param learner the task
    /// @return the record so far
    RoundRecord TakeRecord(Learner& learner);

    uint32_t m_aggregations{100};                                   //!< attribute, of each task
    Method m_method{FEDASYNC};                                      //!< attribute
    uint32_t m_buffer{1};                                           //!< attribute
    uint32_t m_closeAfter{0};                                       //!< attribute; 0: no rounds
    double m_alpha{0.6};                                            //!< attribute
    double m_serverRate{1};                                         //!< attribute
    StalenessWeight::Kind m_staleness{StalenessWeight::POLYNOMIAL}; //!< attribute
    double m_stalenessFactor{0.5};                                  //!< attribute
    double m_stalenessOffset{4};                                    //!< attribute
    uint32_t m_stalenessLimit{UINT32_MAX};                          //!< attribute
    StalePolicy m_stalePolicy{MERGE};                               //!< attribute
    uint32_t m_maxInFlight{0};                                      //!< attribute; 0: no limit
    uint32_t m_evaluateEvery{1};                                    //!< attribute; 0: never
    uint32_t m_maxRefusals{10};                                     //!< attribute; 0: no limit
    Time m_emptyPlan;                                               //!< attribute

    uint32_t m_replanEvery{0}; //!< attribute; 0: never
    Time m_joinTimeout;        //!< attribute

    std::vector<Learner> m_learners;    //!< by task
    std::vector<bool> m_connected;      //!< by device: has a session
    std::vector<bool> m_isQueued;       //!< by device: waits for work
    std::deque<DeviceId> m_queue;       //!< who waits for work, in order
    std::vector<uint32_t> m_slots;      //!< by device; NO_SLOT: none
    std::vector<uint32_t> m_freeSlots;  //!< the next one to be taken last
    uint32_t m_maxVersions{0};          //!< see GetMaxVersionsInUse
    uint32_t m_nConnected{0};           //!< devices that have a session
    uint32_t m_sincePlan{0};            //!< aggregations since the horizon was planned
    bool m_isGathering{false};          //!< waiting for all devices before the first plan
    EventId m_serveEvent;               //!< serves who waits
    EventId m_joinEvent;                //!< plans a horizon for the devices that are there
    std::vector<EventId> m_retryEvents; //!< by device: asks the optimizer again

    TracedCallback<DeviceId, uint32_t, uint32_t, bool> m_stalenessTrace; //!< "Staleness"
};

} // namespace fl
} // namespace ns3

#endif /* FL_ASYNC_COORDINATOR_H */
