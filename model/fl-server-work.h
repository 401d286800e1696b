/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SERVER_WORK_H
#define FL_SERVER_WORK_H

#include "fl-learning-task.h"
#include "fl-work-job.h"

#include "ns3/event-id.h"
#include "ns3/fl-message.h"
#include "ns3/fl-outcome.h"
#include "ns3/fl-plan.h"
#include "ns3/fl-processor.h"
#include "ns3/fl-work-codec.h"
#include "ns3/nstime.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * A work order at its server: carries out the server's phases (fl-work-program.h) and records their
 * times. Messages are sent through its Owner.
 */
class ServerWork : public std::enable_shared_from_this<ServerWork>
{
  public:
    /// Interface to the server.
    class Owner
    {
      public:
        virtual ~Owner() = default;
        /// @return the node's processor, or null
        virtual Ptr<Processor> GetProcessor() const = 0;
        /// @return the learning task, or null
        /// @param task number of the task
        virtual std::shared_ptr<const LearningTask> GetTask(uint32_t task) const = 0;
        /**
         * WORK is sent now: bind the model that it has, see Coordinator::NotifySending().
         * @param [in,out] order the work order
         * @param [in,out] model payload of the kind MODEL
         * @return whether one of them was changed
         */
        virtual bool BindModel(WorkOrder& order, std::shared_ptr<const Payload>& model) = 0;
        /**
         * Send a message to the order's device; nothing is sent without a session. A trace sink may
         * end the order.
         * @param order the work order
         * @param message message with type, step and body; the other fields are set here
         */
        virtual void SendForOrder(const WorkOrder& order, Message&& message) = 0;
        /**
         * The payload of an uplink transfer that does not end the order was received.
         * @param order the work order
         * @param message the DATA
         */
        virtual void PayloadArrived(const WorkOrder& order, const Message& message) = 0;
        /**
         * The order is done.
         * @param work the order
         * @param message the UPDATE
         * @param report its prefix
         */
        virtual void WorkEnded(ServerWork& work,
                               const Message& message,
                               const WorkReport& report) = 0;
        /**
         * The order cannot be carried out here: end it, and notify device and coordinator.
         * @param work the order
         * @param why reason in words
         */
        virtual void GiveUp(ServerWork& work, const std::string& why) = 0;
    };

    /// Payloads and predictions of an order.
    struct Setup
    {
        WorkContent content; //!< payloads of downlink transfers, by kind
        uint64_t modelBytes{
            0}; //!< size of a virtual model or update; 0: that of the transfer [byte]
        std::vector<double> transferS; //!< by phase, predicted duration of transfers; ABSENT: not
                                       //!< known [s]
        Time expectedUpload; //!< predicted duration of the longest uplink transfer; 0: not known
        bool sendExpectedUpload{false}; //!< whether WORK has expectedUpload
    };

    /**
     * @param owner the server; must outlive this object
     * @param order the order
     * @param setup payloads and predictions
     * @throws InvalidInput if the order has more than MAX_PHASES phases
     */
    ServerWork(Owner& owner, WorkOrder order, Setup setup);
    ~ServerWork();
    ServerWork(const ServerWork&) = delete;
    ServerWork& operator=(const ServerWork&) = delete;

    /// @return the order
    const WorkOrder& GetOrder() const;
    /// @return begin of the order, may be in the future; keep-alive timers count from there
    Time GetStart() const;
    /// @return whether WORK was passed to the session
    bool IsSent() const;
    /// @return whether it is done or halted
    bool IsOver() const;

    /**
     * Begin at its earliest start, plus the pauses before its first other phase.
     * @return simulated time of the begin
     */
    Time Begin();
    /**
     * Set the payload of a later downlink transfer.
     * @param kind kind of the transfer
     * @param payload encoded content
     */
    void SetPayload(PayloadKind kind, std::shared_ptr<const Payload> payload);
    /**
     * Receive the payload of an uplink transfer that does not end the order.
     * @param message the DATA
     * @throws InvalidInput if its step is not that of the order's next uplink transfer; nothing has
     *         changed then
     */
    void Receive(Message&& message);
    /**
     * Receive the UPDATE.
     * @param message the UPDATE
     * @param report its prefix
     * @throws InvalidInput if uplink transfers before it are missing, or its step is not that of
     *         UpdatePhase()
     */
    void ReceiveUpdate(Message&& message, const WorkReport& report);
    /// A message of the order was acknowledged completely.
    /// @param step step of the message
    void Delivered(uint8_t step);
    /// Stop: cancel pause and computation, and release payloads.
    void Halt();

    /**
     * For detecting a stalled transfer, of a device from which small packets still arrive.
     * @param acknowledged Session::GetLastAcknowledged()
     * @param received Session::GetLastReceived()
     * @return time of the last progress of the present transfer: of the last downlink message until
     * it is acknowledged, then of the uplink; now or later if nothing was sent yet
     */
    Time GetProgress(Time acknowledged, Time received) const;
    /// @return predicted duration of the transfer of GetProgress(); 0: not known
    Time GetExpectedDuration() const;

    /// Measure the phases as far as known here, see Server::MeasureWork().
    /// @param[in,out] outcome its phases are set, unless they are set already
    void Measure(WorkOutcome& outcome) const;

  private:
    /// Carry out phases from m_next on, until one takes time or waits for the device.
    void Advance();
    /// The present phase is over: continue with the next one.
    void NextPhase();
    /// A pause before WORK is over.
    void EndPause();
    /// Begin a phase.
    /// @param phase the phase
    /// @return whether it is over already
    bool Do(const Phase& phase);
    /// Pass a message to the owner.
    /// @param message a WORK or DATA
    void Send(Message&& message);
    /// Send WORK without a payload, unless it was sent before.
    void SendOrder();
    /// Encode the order, as the prefix of WORK.
    void EncodeOrder();
    /// WORK is sent now.
    /// @return its prefix
    std::vector<uint8_t> TakeOrder();
    /// Send a downlink transfer, in WORK if that was not sent before, else in DATA.
    /// @param transfer the phase
    void SendTransfer(const Transfer& transfer);
    /// @return the next uplink transfer that was not received, or null
    const Transfer* ExpectedTransfer() const;
    /// Begin a computation.
    /// @param compute the phase
    /// @return whether it is over already
    bool BeginCompute(const Compute& compute);
    /// The processor has completed the cycles of a computation.
    void EndCompute();
    /// Take the result of a computation.
    /// @return whether the order continues; if not, it was given up
    bool FinishJob();

    Owner& m_owner;                         //!< the server
    WorkOrder m_order;                      //!< the order
    Setup m_setup;                          //!< payloads and predictions
    std::vector<uint8_t> m_prefix;          //!< prefix of WORK, until it is sent
    std::vector<PhaseTimes> m_times;        //!< by phase, as far as known at the server
    std::size_t m_next{0};                  //!< index of the present phase
    bool m_isSent{false};                   //!< see IsSent
    bool m_isWaiting{false};                //!< whether it waits for the device
    bool m_isOver{false};                   //!< see IsOver
    uint8_t m_sentStep{0};                  //!< step of the last message sent
    bool m_isDelivered{false};              //!< whether that message is acknowledged completely
    Time m_sentAt;                          //!< time at which it was passed to the session
    Time m_deliveredAt;                     //!< time at which it was acknowledged completely
    Time m_expectedDownload;                //!< its predicted duration; 0: not known
    Time m_start;                           //!< see GetStart
    EventId m_pause;                        //!< end of a pause
    std::unique_ptr<WorkJob> m_computation; //!< the active computation, or null
    Processor::JobId m_job{0};              //!< its job on the processor; 0: none
    std::unique_ptr<Message> m_update;      //!< the UPDATE, once received
    WorkReport m_report;                    //!< its prefix
    bool m_hasTrained{false};               //!< whether a computation here was the training
};

} // namespace fl
} // namespace ns3

#endif /* FL_SERVER_WORK_H */
