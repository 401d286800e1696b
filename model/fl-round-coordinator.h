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

#include <memory>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * What coordinators that work in rounds have in common: a round is a plan whose orders are sent,
 * and which is closed when they are over, or at a deadline. When the next one begins, and what
 * becomes of updates, is up to subclasses.
 *
 * It keeps the orders in flight (OrderBook), any number per device; asks the optimizer, predicts
 * the plan and enforces it on the radio together with what is still in flight; takes the counters
 * of each device's energy when an order begins and when it ends, and measures its phases; applies
 * the policy for what is late; and writes the record of the round, in which each order is when it
 * is over. A dropped order's device is told to stop, and keeps its grant until it has answered.
 */
class RoundCoordinator : public Coordinator
{
  public:
    /// What becomes of an update that is not there when its round is closed.
    enum LatePolicy
    {
        DROP,      //!< the device is told to stop; it is planned again when it has answered
        NEXT_ROUND //!< it goes on; its update is merged into the round in which it arrives
    };

    /// @return the TypeId
    static TypeId GetTypeId();

    /// @return the number of the round that runs, or of the next one; from 1
    uint32_t GetRound() const;
    /// @return how many times the global model has been updated
    uint32_t GetModelVersion() const;
    /// @return the global model's parameters; empty in a timing study
    const Eigen::VectorXf& GetParameters() const;

  protected:
    void DoDispose() override;

    /**
     * Add the attributes of rounds. They belong to the TypeId of each subclass, since ns-3 sets
     * defaults by the name of the class that has an attribute.
     * @param tid of a subclass
     * @return it
     */
    static TypeId AddRoundAttributes(TypeId tid);

    /**
     * The server starts: nothing is in flight, and the global model is as it was, or a new one.
     * @throws std::logic_error without a task or an optimizer
     */
    void BeginRun();
    /**
     * The server stops: all orders in flight are over; if a round runs, its record is written, and
     * what had arrived for it is discarded.
     */
    void AbortRun();

    /// @return what the optimizer may look at; bands without what is held by orders in flight
    SystemState Observe() const;
    /// @return whether a device can be given work: it has a session, and no order
    /// @param device the device
    bool IsAvailable(DeviceId device) const;
    /// @return whether orders in flight leave some of the band to be planned
    /// @param state as observed
    bool HasBand(const SystemState& state) const;
    /**
     * Open a round: predict the plan, enforce it, and send its orders. The deadline runs from now;
     * a round without orders is closed after EmptyRound.
     * @param state as observed
     * @param plan the optimizer's for that state; it may be empty
     * @throws std::logic_error if an order is not of this round, or has no uplink transfer
     * @throws InvalidInput, Infeasible as RadioControl::Apply(); nothing is sent then
     */
    void OpenRound(const SystemState& state, const Plan& plan);
    /**
     * Close the running round: end its orders as LatePolicy says, make the next version of the
     * model of what has come, evaluate it, tell the optimizer, and fire RoundEnd, whose listeners
     * may stop the server. The next round has the next number.
     */
    void CloseRound();
    /// Cancel what is scheduled to close the running round.
    void CancelClose();

    OrderBook m_orders;       //!< in flight
    uint32_t m_nConnected{0}; //!< devices that have a session
    uint32_t m_round{1};      //!< that runs, or is next
    bool m_running{false};    //!< between Start and Stop
    bool m_inRound{false};    //!< between OpenRound and CloseRound

  private:
    void DoNotifyJoined(DeviceId device) override;
    void DoNotifyLeft(DeviceId device) override;
    bool DoNotifyUpdate(DeviceId device, const Message& message, const WorkReport& report) override;
    void DoNotifyFailed(DeviceId device, uint32_t task, uint32_t round) override;

    /// A device has a session that had none.
    virtual void DoJoined() = 0;
    /// The running round is over, since all orders have ended or the deadline has passed: call
    /// CloseRound(), and go on.
    virtual void DoRoundOver() = 0;
    /// An order has ended, and no round runs: a device may be free for the next one.
    virtual void DoOrderOver() = 0;
    /// A device that was told to drop an order has answered, or is lost.
    virtual void DoDroppedOver() = 0;

    /**
     * Predict a plan beside the orders in flight, and enforce both on the radio.
     * @param state the system state
     * @param plan of the new round
     * @return what is expected of the plan's orders
     */
    Outcome Enforce(const SystemState& state, const Plan& plan);
    /**
     * @param plan of the new round
     * @param predicted what is expected of it
     */
    void OpenRecord(const Plan& plan, const Outcome& predicted);
    /**
     * Send one order, with samples where it needs some.
     * @param order what to do
     * @param predicted what is expected of it
     * @param gain uplink power gain when planned; ABSENT without a radio
     */
    void Dispatch(const WorkOrder& order, const WorkOutcome& predicted, double gain);
    /**
     * Record that an order is over.
     * @param key of an order in flight
     * @param status how it ended
     * @param staleness versions of the model since the one that it began with
     * @return whether it was the last one of the running round
     */
    bool EndOrder(const OrderKey& key, WorkStatus status, uint32_t staleness);
    /**
     * After EndOrder(): close the round if it is complete; say so if none runs.
     * @param isComplete whether an order that ended was the last one of the running round
     */
    void GoOn(bool isComplete);
    /// Record that an order is over, and tell its device to stop.
    /// @param key of an order in flight
    void DropOrder(const OrderKey& key);
    /// End the orders of the running round that are in flight, if the policy says so.
    void EndLateOrders();
    /// Close the running round later on, and not as scheduled before.
    /// @param delay from now
    void ScheduleClose(Time delay);
    /// Learn the rates that uploads had.
    /// @param record of a round
    void Calibrate(const RoundRecord& record);

    Time m_deadline;               //!< of a round; zero: none
    Time m_emptyRound;             //!< duration of a round with no order in its plan
    LatePolicy m_latePolicy{DROP}; //!< for updates after the round is closed
    bool m_evaluate{true};         //!< whether to evaluate each round
    bool m_calibrate{false};       //!< whether plans are made with measured rates
    double m_calibrationWeight{0}; //!< of the latest measurement

    std::vector<bool> m_connected;                //!< by device: has a session
    GlobalModel m_model;                          //!< what is learned
    std::unique_ptr<RateCalibrator> m_calibrator; //!< what it learned; null: it does not
    RoundRecord m_record;                         //!< of the running round, or the next one
    Outcome m_last;                               //!< measured, of the last round
    uint32_t m_outstanding{0};                    //!< orders of the running round that are not over
    SampleAllotment m_samples;                    //!< that go with orders of this round
    EventId m_closeEvent;                         //!< closes the round
};

} // namespace fl
} // namespace ns3

#endif /* FL_ROUND_COORDINATOR_H */
