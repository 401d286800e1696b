/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SYNC_COORDINATOR_H
#define FL_SYNC_COORDINATOR_H

#include "fl-coordinator.h"
#include "fl-sample-allotment.h"

#include "ns3/event-id.h"
#include "ns3/fl-aggregator.h"
#include "ns3/fl-rate-calibrator.h"
#include "ns3/fl-round-record.h"
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
 * Synchronous federated learning: in each round a subset of the devices trains from the same global
 * model, and their updates are averaged when the last one has arrived or the deadline has passed.
 *
 * One round: ask the optimizer for a plan, predict it, enforce it on the radio, send each device
 * the model with its work order, merge what comes back (FedAvg: weighted by samples), evaluate, and
 * tell the optimizer what happened. A device that has disappeared does not stop the round; one that
 * comes back is planned again from the next round on. Memory does not grow with rounds.
 */
class SyncCoordinator : public Coordinator
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

    /// @return the number of the round that runs, or of the next one; from 1 to Rounds + 1
    uint32_t GetRound() const;
    /// @return how many times the global model has been updated
    uint32_t GetModelVersion() const;
    /// @return the global model's parameters; empty in a timing study
    const Eigen::VectorXf& GetParameters() const;

    /**
     * @param state what is known
     * @param plan any plan for that state
     * @return what is expected of it, by the radio's own model of transfers
     */
    Outcome Predict(const SystemState& state, const Plan& plan) const;

    /// A round begins: what is known, decided and expected.
    using RoundBeginCallback = void (*)(const SystemState&, const Plan&, const Outcome&);
    /// A round ends.
    using RoundEndCallback = void (*)(const RoundRecord&);
    /// Updates were merged: round, new version, number of updates.
    using AggregatedCallback = void (*)(uint32_t, uint32_t, uint32_t);

  protected:
    void DoDispose() override;

  private:
    /// A work order that is not over.
    struct InFlight
    {
        WorkOrder order;               //!< as planned
        double gain{ABSENT};           //!< uplink gain when planned
        WorkOutcome predicted;         //!< by the predictor
        double sendS{0};               //!< when the model's first byte leaves [s]
        double radiatedBeforeJ{0};     //!< the device's counter when the order began [J]
        double circuitBeforeJ{ABSENT}; //!< that of its radio's circuits [J]
        bool dropped{false}; //!< reported as over; the device was told, and has not answered yet
    };

    void DoStart() override;
    void DoStop() override;
    void DoNotifyJoined(DeviceId device) override;
    void DoNotifyLeft(DeviceId device) override;
    bool DoNotifyUpdate(DeviceId device, const Message& message, const WorkReport& report) override;
    void DoNotifyFailed(DeviceId device, uint32_t task, uint32_t round) override;

    /// The first start: initial parameters.
    void InitializeModel();
    /// Begin the next round as soon as there are devices.
    void AwaitDevices();
    /// A device has joined while all are waited for.
    void Gather();
    /// Devices have come, or will not come any more.
    void TryBegin();
    /// No device has become available: end.
    void GiveUp();
    /// Plan, predict, enforce and send the round's orders.
    void BeginRound();
    /**
     * Send one order, with samples where it needs some.
     * @param order what to do
     * @param predicted what is expected of it
     * @param gain uplink power gain when planned; ABSENT without a radio
     */
    void Dispatch(const WorkOrder& order, const WorkOutcome& predicted, double gain);
    /// Average what has come, evaluate, tell the optimizer, and go on.
    void CloseRound();
    /// All rounds are done, or no device comes any more.
    void End(const std::string& reason);
    /// Cancel all that is scheduled.
    void CancelEvents();

    /// @return what the optimizer may look at
    SystemState Observe() const;
    /// @throws std::logic_error if an order is not of this round, or has no upload
    /// @param state it was made for
    /// @param plan the optimizer's
    void CheckPlan(const SystemState& state, const Plan& plan) const;
    /// @return whether orders of earlier rounds leave some of the band to be planned
    /// @param state what is known; what is held by others is taken off its band
    bool HasBand(const SystemState& state) const;
    /// @return the plan, and behind it the orders of earlier rounds that are still under way
    /// @param state what is known
    /// @param plan of the new round
    Plan WithCarriedOrders(const SystemState& state, Plan plan) const;
    /// @return what carrying the messages of a plan adds
    /// @param plan whose first order stands for all
    TransportProfile GetTransportProfile(const Plan& plan) const;
    /// @return whether a device can be given work
    /// @param device which
    bool IsAvailable(DeviceId device) const;
    /// Record that an order is over. @return whether it was the last one of the running round
    /// @param device whose order
    /// @param status how it ended
    /// @param staleness versions of the model since the one that it began with
    bool EndWork(DeviceId device, WorkStatus status, uint32_t staleness);
    /// An order is over: close the round if that is complete; begin one if none runs.
    void GoOn(bool isComplete);
    /// The deadline has passed: record that an order is over, and tell the device.
    void DropWork(DeviceId device);
    /// A device that was told to drop an order has answered, or is lost.
    void ForgetDropped(DeviceId device);
    /// @return what an order that ends now took
    /// @param work the order
    /// @param status how it ended
    WorkOutcome Measure(const InFlight& work, WorkStatus status) const;
    /// Merge an update that is as it should be.
    void Merge(DeviceId device, const Message& message, const WorkReport& report);
    /// @return a record of the round as it stands, with the orders that are over
    RoundRecord MakeRecord();
    /// @param record gets loss and accuracy of the global model on held-out data
    void Evaluate(RoundRecord& record) const;
    /// Learn the rates that uploads had.
    void Calibrate(const RoundRecord& record);
    /// Encode the global model as it is sent.
    void Encode();

    uint32_t m_rounds{20};         //!< how many
    Time m_deadline;               //!< of a round; zero: none
    LatePolicy m_latePolicy{DROP}; //!< for updates after the round is closed
    Time m_joinTimeout;            //!< how long to wait for all devices at the start
    Time m_joinGap;                //!< after which nobody else is expected to join
    Time m_waitTimeout;            //!< how long to wait for any device later
    Time m_abortGrace;             //!< how long the next round waits for devices told to stop
    Time m_emptyRound;             //!< duration of a round with no order in its plan
    bool m_evaluate{true};         //!< whether to evaluate each round
    bool m_calibrate{false};       //!< whether plans are made with measured rates
    double m_calibrationWeight{0}; //!< of the latest measurement

    uint32_t m_round{1};                          //!< that runs, or is next
    uint32_t m_version{0};                        //!< of the global model
    bool m_running{false};                        //!< between Start and Stop
    bool m_gathering{false};                      //!< waiting for all devices, as after a start
    bool m_inRound{false};                        //!< between BeginRound and CloseRound
    bool m_initialized{false};                    //!< whether there is a global model
    Time m_gatherEnd;                             //!< JoinTimeout is over
    uint32_t m_joined{0};                         //!< devices with a session
    std::vector<bool> m_connected;                //!< by device
    Eigen::VectorXf m_parameters;                 //!< the global model
    std::shared_ptr<const Payload> m_encoded;     //!< the same, as sent
    std::unique_ptr<Aggregator> m_aggregator;     //!< collects updates
    std::unique_ptr<RateCalibrator> m_calibrator; //!< what it learned; null: it does not

    RoundRecord m_record;                              //!< of the running round
    Outcome m_last;                                    //!< measured, of the last round
    std::vector<std::unique_ptr<InFlight>> m_inFlight; //!< by device; null: none
    uint32_t m_unanswered{0};                          //!< orders that are dropped and not answered
    uint32_t m_outstanding{0}; //!< orders of the running round that are not over
    uint32_t m_merged{0};      //!< updates in the aggregator
    SampleAllotment m_samples; //!< that go with orders of this round
    EventId m_deadlineEvent;   //!< closes the round
    EventId m_beginEvent;      //!< begins the next one
    EventId m_graceEvent;      //!< waits no longer for devices that were told to stop
    EventId m_waitEvent;       //!< gives up waiting

    TracedCallback<const SystemState&, const Plan&, const Outcome&> m_roundBeginTrace; //!< begins
    TracedCallback<const RoundRecord&> m_roundEndTrace;                                //!< ends
    TracedCallback<uint32_t, uint32_t, uint32_t> m_aggregatedTrace;                    //!< merged
};

} // namespace fl
} // namespace ns3

#endif /* FL_SYNC_COORDINATOR_H */
