/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_ROUND_COORDINATOR_H
#define FL_ROUND_COORDINATOR_H

#include "fl-coordinator.h"
#include "fl-global-model.h"
#include "fl-sample-allotment.h"

#include "ns3/event-id.h"
#include "ns3/fl-rate-calibrator.h"
#include "ns3/fl-round-record.h"
#include "ns3/nstime.h"
#include "ns3/traced-callback.h"

#include <map>
#include <memory>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Base of coordinators that work in rounds. In a round the orders of a plan are sent; it is closed
 * when all of them are over, or at a deadline. Subclasses decide when the next round begins.
 *
 * It keeps the active orders (OrderBook), any number per device; predicts a plan and has the radio
 * controller enforce it, together with the grants of orders that are still active; reads the energy
 * counters of a device when an order begins and ends, and measures its phases; aggregates updates
 * and evaluates the model; applies the policy for late updates; and makes the record of the round,
 * which has the orders that ended in it. The device of a dropped order is sent ABORT, and keeps its
 * grant until it has answered.
 */
class RoundCoordinator : public Coordinator
{
  public:
    /// Treatment of orders that are active when their round is closed.
    enum LatePolicy
    {
        DROP,      //!< ABORT is sent; the device is available again when it has answered
        NEXT_ROUND //!< the order continues; its update is merged into the round in which it arrives
    };

    /// @return the TypeId
    static TypeId GetTypeId();

    /// @return number of the open round, or of the next one; from 1
    uint32_t GetRound() const;

  protected:
    void DoDispose() override;

    /**
     * Add the attributes of rounds. They are attributes of each subclass and not of this class,
     * since ns-3 sets default values by the name of the class that declares an attribute.
     * @param tid TypeId of a subclass
     * @return the same TypeId with the attributes
     */
    static TypeId AddRoundAttributes(TypeId tid);

    /**
     * To be called when the server starts: there are no active orders; the global model is kept, or
     * initialized the first time.
     * @throws std::logic_error without a learning task or an optimizer
     */
    void BeginRun();
    /**
     * To be called when the server stops: end all orders as ABORTED. If a round is open, discard
     * the updates received in it, and fire "RoundEnd" with its record.
     */
    void AbortRun();

    /// @return system state for the optimizer; bandwidths without the grants of active orders
    SystemState Observe() const;
    /// @return whether a device can get an order: it has a session and no active order
    /// @param device the device
    bool IsAvailable(DeviceId device) const;
    /**
     * @param device the device
     * @param state its profiles are up to date
     * @return false if its data change (Client::SetDataStream) and there are none now
     */
    bool HasData(DeviceId device, const SystemState& state) const;
    /// @return whether active orders leave bandwidth to be planned; always true without a radio
    ///         controller
    /// @param state result of Observe()
    bool HasBand(const SystemState& state) const;
    /**
     * Open a round: predict and enforce the plan, fire "RoundBegin", and send the orders. The
     * deadline is counted from now; a round without orders is closed after EmptyRound.
     * @param state result of Observe()
     * @param plan the optimizer's plan for that state; may be empty
     * @throws std::logic_error as CheckPlan()
     * @throws InvalidInput, Infeasible as RadioControl::Apply(); nothing is sent then
     */
    void OpenRound(const SystemState& state, Plan plan);
    /**
     * Close the open round: apply LatePolicy to its active orders, aggregate the updates received,
     * evaluate the model, call Optimizer::Observe() with the measured outcome, and fire "RoundEnd",
     * whose sinks may stop the server. GetRound() is then the number of the next round.
     */
    void CloseRound();
    /// Apply LatePolicy to the active orders of the open round.
    void EndLateOrders();
    /// @return GlobalModel::TakeUpdates()
    std::map<DeviceId, KeptUpdate> TakeUpdates();
    /// @return attribute LatePolicy
    LatePolicy GetLatePolicy() const;
    /**
     * Predict a plan together with the active orders, and have the radio controller enforce both.
     * @param state the system state
     * @param plan a plan
     * @return predicted outcome of the plan's orders
     */
    Outcome Enforce(const SystemState& state, const Plan& plan);
    void CancelEvents() override;
    void DoServerLost(uint32_t server) override;
    void DoNotifyLeft(DeviceId device, uint32_t server) override;

    uint32_t m_nConnected{0}; //!< number of devices that have a session
    uint32_t m_round{1};      //!< see GetRound
    bool m_inRound{false};    //!< between OpenRound and CloseRound

  private:
    const GlobalModel& DoGetModel(uint32_t task) const override;
    void DoNotifyJoined(DeviceId device) override;
    bool DoNotifyUpdate(DeviceId device, const Message& message, const WorkReport& report) override;
    void DoNotifyFailed(DeviceId device, uint32_t task, uint32_t round) override;
    void DoAbortOrder(const OrderKey& key) override;

    /// A device has opened a session.
    virtual void DoJoined() = 0;
    /// All orders of the open round have ended, or its deadline has passed: call CloseRound(), and
    /// prepare the next round.
    virtual void DoRoundOver() = 0;

    /**
     * An update of the open round is to be collected. By default nothing is asked of it.
     * @param order the order that it ends
     * @param message the UPDATE
     * @throws InvalidInput if it is refused
     */
    virtual void DoCheckUpdate([[maybe_unused]] const WorkOrder& order,
                               [[maybe_unused]] const Message& message)
    {
    }

    /**
     * Add to a record what the protocol knows of the round. By default nothing.
     * @param [in,out] record of the round, which has been evaluated
     */
    virtual void DoComplete([[maybe_unused]] RoundRecord& record)
    {
    }

    /**
     * Draw the initial model. By default it is that of the first task, and updates are averaged by
     * samples (FedAvg).
     * @param model the global model
     */
    virtual void DoInitialize(GlobalModel& model);
    /**
     * Add what the protocol's orders consist of, if they are not those of ordinary federated
     * learning. Called before the radio controller reports.
     * @param [in,out] state for the optimizer; sizes, samples and iterations are set
     */
    virtual void DoDescribe(SystemState& state) const;

    /**
     * @return whether an update that arrives in a later round (LatePolicy NextRound) is merged
     *         then, the default; if not, it is recorded as LATE, of no aggregation
     */
    virtual bool DoMergesLate() const
    {
        return true;
    }

    /**
     * Make the next version of the model, by default from the updates collected.
     * @param model the global model
     * @return number of updates in it; 0: the version stays the same
     */
    virtual uint32_t DoAggregate(GlobalModel& model);
    /**
     * Evaluate the model of a closed round, by default on the first task's test data.
     * @param model the global model
     * @param [in,out] record loss and accuracy are set
     */
    virtual void DoEvaluate(const GlobalModel& model, RoundRecord& record);
    /// An order has ended while no round is open: a device may be available for the next one.
    virtual void DoOrderOver() = 0;
    /// A dropped order has been removed: its device has answered the ABORT, or is lost.
    virtual void DoDroppedOver() = 0;

    /**
     * Set the fields of the record that are known at the begin of the round.
     * @param plan plan of the new round
     * @param predicted predicted outcome of the plan
     */
    void OpenRecord(const Plan& plan, const Outcome& predicted);
    /**
     * Send one order, and before it the samples that it needs.
     * @param order the order
     * @param predicted its predicted outcome
     * @param gain uplink channel power gain; ABSENT without a radio controller
     */
    void Dispatch(WorkOrder&& order, WorkOutcome&& predicted, double gain);
    /**
     * Remove an order, measure it, and add it to the record.
     * @param key key of an active order
     * @param status status of the order
     * @param staleness present version of the model minus the order's baseVersion
     * @return whether it was the last order of the open round
     */
    bool EndOrder(const OrderKey& key, WorkStatus status, uint32_t staleness);
    /**
     * To be called after EndOrder(): schedule the close of the round if it is complete; call
     * DoOrderOver() if none is open.
     * @param isComplete result of EndOrder()
     */
    void AfterOrderEnded(bool isComplete);
    /// End an order with the status DEADLINE, and send ABORT to its device.
    /// @param key key of an active order
    void DropOrder(const OrderKey& key);
    /**
     * End orders as LOST.
     * @param keys of active orders
     * @param isServerLost whether their server has stopped: the optimizer may replace them
     */
    void LoseOrders(const std::vector<OrderKey>& keys, bool isServerLost);
    /**
     * Send orders in place of lost ones, in the same round (Optimizer::Replace()).
     * @param lost orders of the open round that have ended
     * @return whether there are any
     */
    bool ReplaceOrders(const std::vector<WorkOrder>& lost);
    /// Schedule the close of the open round, in place of an earlier schedule.
    /// @param delay time from now
    void ScheduleClose(Time delay);
    /// Update the RateCalibrator, if there is one, with the orders of a round.
    /// @param record record of the round
    void Calibrate(const RoundRecord& record);

    Time m_deadline;               //!< maximum duration of a round; zero: unlimited
    Time m_emptyRound;             //!< duration of a round without orders
    LatePolicy m_latePolicy{DROP}; //!< attribute LatePolicy
    bool m_evaluate{true};         //!< whether the model is evaluated in each round
    bool m_calibrate{false};       //!< whether uplink efficiencies are measured
    double m_calibrationWeight{0}; //!< weight of RateCalibrator

    std::vector<bool> m_connected;                //!< by device: whether it has a session
    GlobalModel m_model;                          //!< the global model
    std::unique_ptr<RateCalibrator> m_calibrator; //!< null: attribute Calibrate is off
    RoundRecord m_record;                         //!< record of the open round, or of the next one
    Outcome m_last;                               //!< measured outcome of the previous round
    uint32_t m_outstanding{0};                    //!< number of active orders of the open round
    SampleAllotment m_samples;                    //!< samples sent with the orders of the round
    EventId m_closeEvent;                         //!< closes the open round
};

} // namespace fl
} // namespace ns3

#endif /* FL_ROUND_COORDINATOR_H */
