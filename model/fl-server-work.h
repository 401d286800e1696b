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
#include <optional>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * One order at its server: carries out the server's part of its phases (fl-work-program.h) and
 * notes when. It does not know about sessions.
 */
class ServerWork : public std::enable_shared_from_this<ServerWork>
{
  public:
    /// The server, as an order sees it.
    class Owner
    {
      public:
        virtual ~Owner() = default;
        /// @return what the node computes on, or null
        virtual Ptr<Processor> GetProcessor() const = 0;
        /// @return what is learned, or null
        /// @param task number of a task
        virtual std::shared_ptr<const LearningTask> GetTask(uint32_t task) const = 0;
        /**
         * Send a message to the order's device, if it has a session. Who listens to a trace of it
         * may end the order.
         * @param order the work order
         * @param message type, step and body are filled in
         */
        virtual void SendOf(const WorkOrder& order, Message&& message) = 0;
        /**
         * The payload of an uplink transfer is there that does not end the order.
         * @param order the work order
         * @param message the DATA
         */
        virtual void PayloadArrived(const WorkOrder& order, const Message& message) = 0;
        /**
         * It is done.
         * @param work the order
         * @param message the UPDATE
         * @param report its prefix
         */
        virtual void WorkEnded(ServerWork& work,
                               const Message& message,
                               const WorkReport& report) = 0;
        /**
         * It cannot be carried out here: to be ended, and the device and the coordinator to be
         * told.
         * @param work the order
         * @param why in words
         */
        virtual void GiveUp(ServerWork& work, const std::string& why) = 0;
    };

    /// What the server gives an order, and expects of it.
    struct Setup
    {
        WorkContent content;    //!< what downlink transfers carry, by kind
        uint64_t modelBytes{0}; //!< of models and updates that have no content; 0: their transfers'
        WorkOutcome predicted;  //!< transports wait for acknowledgements accordingly
        Time expectedUpload;    //!< the longest uplink transfer, as predicted; 0: not known
        bool isUploadTold{false}; //!< the device's transport has to know it
    };

    /**
     * @param owner the server; must outlive it
     * @param order what to do
     * @param setup what to send and to expect
     * @throws InvalidInput if the order has too many phases
     */
    ServerWork(Owner& owner, WorkOrder order, Setup setup);
    ~ServerWork();
    ServerWork(const ServerWork&) = delete;
    ServerWork& operator=(const ServerWork&) = delete;

    /// @return what to do
    const WorkOrder& GetOrder() const;
    /// @return when it began, or will begin; before that the device owes no sign of life
    Time GetSince() const;
    /// @return whether the order was handed to the session
    bool IsAnnounced() const;
    /// @return whether nothing more is to be done here: it is done or halted
    bool IsOver() const;

    /**
     * Begin when its earliest start and the pauses that it begins with are over.
     * @return when that is
     */
    Time Begin();
    /**
     * What a later downlink transfer carries.
     * @param kind of that transfer
     * @param payload the bytes
     */
    void SetPayload(PayloadKind kind, std::shared_ptr<const Payload> payload);
    /**
     * A DATA came: the payload of an uplink transfer.
     * @param message the payload is taken out
     * @throws InvalidInput if none is expected, or not such a one; nothing has changed then
     */
    void Receive(Message&& message);
    /**
     * The UPDATE came.
     * @param message the UPDATE
     * @param report its prefix
     * @throws InvalidInput if the device cannot be through, or it is of another transfer
     */
    void ReceiveAnswer(Message&& message, const WorkReport& report);
    /// A message of it was acknowledged by the device in full.
    /// @param step of the message
    void Delivered(uint8_t step);
    /// Do nothing more.
    void Halt();

    /**
     * For finding a device that is heard of while nothing large gets through.
     * @param acknowledged when bytes were last acknowledged by the device, in order
     * @param received when bytes last came from it, in order
     * @return when what it is to receive, or else to send, last made progress; now, where nothing
     *         was sent to it yet
     */
    Time GetProgress(Time acknowledged, Time received) const;
    /// @return how long that transfer is predicted to take; 0: not known
    Time GetExpected() const;

    /// What is known here of its phases.
    /// @param[in,out] outcome gets it
    void Measure(WorkOutcome& outcome) const;

  private:
    /// Go on with the phase that is next, until one takes time or waits for the device.
    void Advance();
    /// The present phase is over: go on.
    void GoOn();
    /// A pause before WORK is over.
    void EndPause();
    /// Do a phase. @return whether it is over already
    /// @param phase what to do
    bool Do(const Phase& phase);
    /// Hand a message to the session.
    /// @param message WORK or DATA
    void Send(Message&& message);
    /// Send WORK without a payload, if it was not sent.
    void Announce();
    /// Send a downlink transfer, in WORK if that was not sent.
    /// @param transfer what to send
    void SendTransfer(const Transfer& transfer);
    /// @return the uplink transfer that is expected next, or null
    const Transfer* ExpectedTransfer() const;
    /// Begin a computation. @return whether it is over already
    /// @param compute what to do
    bool BeginCompute(const Compute& compute);
    /// A computation has run its cycles.
    void EndCompute();
    /// Take the result of a computation. @return whether the order goes on
    bool FinishJob();

    Owner& m_owner;                         //!< the server
    WorkOrder m_order;                      //!< what to do
    Setup m_setup;                          //!< what to send and to expect
    std::vector<uint8_t> m_prefix;          //!< of WORK, until it is sent
    std::vector<PhaseTimes> m_times;        //!< of each phase, what is known here
    std::size_t m_next{0};                  //!< the present phase
    bool m_isAnnounced{false};              //!< see IsAnnounced
    bool m_isWaiting{false};                //!< for the device
    bool m_isOver{false};                   //!< see IsOver
    uint8_t m_sentStep{0};                  //!< of the message that was sent last
    bool m_isDelivered{false};              //!< that message was acknowledged in full
    Time m_sentAt;                          //!< when it was handed to the session
    Time m_deliveredAt;                     //!< when it was acknowledged
    Time m_expectedDownload;                //!< how long it is predicted to take; 0: not known
    Time m_since;                           //!< see GetSince
    EventId m_pause;                        //!< end of a pause
    std::unique_ptr<WorkJob> m_computation; //!< from begin to end of a computation
    Processor::JobId m_job{0};              //!< the same on the processor; 0: none
    std::optional<Message> m_answer;        //!< the UPDATE, once it is there
    WorkReport m_report;                    //!< its prefix
};

} // namespace fl
} // namespace ns3

#endif /* FL_SERVER_WORK_H */
