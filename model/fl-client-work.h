/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CLIENT_WORK_H
#define FL_CLIENT_WORK_H

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

/// What a client's traces tell of an order.
enum class WorkStep : uint8_t
{
    RECEIVED,      //!< it has come
    COMPUTE_BEGIN, //!< a computation at the device begins
    COMPUTE_END,   //!< it ends
    UPLOAD_BEGIN   //!< an uplink transfer is handed to its session
};

/**
 * @ingroup fl
 * One order at a device: carries out its phases one after the other (fl-work-program.h) and notes
 * when. It does not know about sessions.
 *
 * Once it is over it keeps the order and its times, to be measured, and nothing else.
 */
class ClientWork : public std::enable_shared_from_this<ClientWork>
{
  public:
    /// The client, as an order sees it.
    class Owner
    {
      public:
        virtual ~Owner() = default;
        /// @return what the node computes on, or null
        virtual Ptr<Processor> GetProcessor() const = 0;
        /// @return the device's own samples, as indices of the task's training data
        /// @param task number of a task
        virtual const std::vector<uint32_t>& GetSamples(uint32_t task) const = 0;
        /// @return samples that came ahead of an order, or null
        /// @param order the work order
        virtual std::shared_ptr<const Dataset> TakeSamples(const WorkOrder& order) = 0;
        /**
         * Fire a trace. Who listens may end the order.
         * @param step what happens
         * @param order to which order
         */
        virtual void TraceStep(WorkStep step, const WorkOrder& order) = 0;
        /**
         * Send a message to the order's server.
         * @param order the work order
         * @param message type, step and body are filled in
         */
        virtual void SendOf(const WorkOrder& order, Message&& message) = 0;
        /**
         * It cannot be carried out: to be aborted, and the server to be told.
         * @param work the order
         * @param why in words
         */
        virtual void GiveUp(ClientWork& work, const std::string& why) = 0;
        /// Count and trace something invalid.
        /// @param why in words
        virtual void Drop(const std::string& why) = 0;
        /// It is over. @param work the order
        virtual void WorkEnded(ClientWork& work) = 0;
    };

    /**
     * @param owner the client; must outlive it
     * @param order what to do
     * @param task what is learned
     * @param expectedUpload how long an upload is predicted to take; 0: not known
     */
    ClientWork(Owner& owner,
               WorkOrder order,
               std::shared_ptr<const LearningTask> task,
               Time expectedUpload);
    ~ClientWork();
    ClientWork(const ClientWork&) = delete;
    ClientWork& operator=(const ClientWork&) = delete;

    /// @return what to do
    const WorkOrder& GetOrder() const;
    /// @return whether it is over: done, given up or aborted
    bool IsOver() const;

    /**
     * Begin, with what came in WORK.
     * @param message the payload is taken out
     * @throws InvalidInput if the payload is not as it should be; nothing has begun then
     */
    void Begin(Message&& message);
    /**
     * The payload of a later downlink transfer is there.
     * @param message the payload is taken out
     * @throws InvalidInput if none is expected, or not such a one; nothing has changed then
     */
    void Receive(Message&& message);
    /// All of an uplink transfer is acknowledged.
    /// @param index of the phase
    void Delivered(std::size_t index);
    /// Drop it; the processor's job is cancelled.
    void Abort();
    /// The session with its server is gone.
    void SessionLost();

    /// @return its computation under way; 0: none
    Processor::JobId GetJob() const;
    /// Its computation has ended or was cancelled.
    /// @param energyJ that it has taken [J]
    void JobEnded(double energyJ);

    /// @return when the order came [s]
    double GetReceivedS() const;
    /**
     * What it took until now: see Client::MeasureWork().
     * @param sendS when its first transfer began, where outcome.phases does not say [s]
     * @param[in,out] outcome gets it; what outcome.phases has already (the server's) stays
     */
    void Measure(double sendS, WorkOutcome& outcome) const;

  private:
    /// Go on with the phase that is next, until one takes time.
    void Advance();
    /// The present phase is over: go on.
    void GoOn();
    /// Do a phase. @return whether it is over already
    /// @param phase what to do
    bool Do(const Phase& phase);
    /// All phases are over.
    void End();
    /// Let go of all but the order and its times.
    void Shed();
    /// Tell of a step. @return whether it is still under way
    /// @param step what happens
    bool Tell(WorkStep step);
    /**
     * Take in a payload.
     * @param index of its transfer
     * @param message it came in
     * @throws InvalidInput if it is not as it should be
     */
    void TakePayload(std::size_t index, Message& message);
    /// A pause is over.
    void EndPause();
    /// @return what is left of a pause [s]
    double PauseLeftS() const;
    /// Begin a computation. @return whether it is over already
    /// @param compute what to do
    bool BeginCompute(const Compute& compute);
    /// A computation has run its cycles.
    void EndCompute();
    /// Take the result of a computation. @return whether the order goes on
    bool FinishJob();
    /// Hand an uplink transfer to the session. @return whether the order goes on at once
    /// @param transfer what to send
    bool BeginUpload(const Transfer& transfer);
    /// @return what the server is told
    WorkReport MakeReport() const;
    /// @return how long computations at the device took [s]; ABSENT: there was none
    double OwnComputeS() const;

    Owner& m_owner;                             //!< the client
    WorkOrder m_order;                          //!< what to do
    std::shared_ptr<const LearningTask> m_task; //!< what is learned; null once it is over
    std::vector<PhaseTimes> m_times;            //!< of each phase, what is known here
    std::size_t m_next{0};                      //!< the present phase
    bool m_isWaiting{false};                    //!< for the server
    bool m_isOver{false};                       //!< see IsOver
    std::unique_ptr<WorkContent> m_content;     //!< payloads; null once it is over
    std::unique_ptr<WorkJob> m_computation;     //!< from begin to end of a computation
    Processor::JobId m_job{0};                  //!< the same on the processor; 0: none
    EventId m_pause;                            //!< end of a pause
    Time m_expectedUpload;                      //!< as predicted by the server; 0: not known
    double m_receivedS{ABSENT};                 //!< the order was there [s]
    double m_firstByteS{ABSENT};                //!< its first byte was [s]
    double m_airS{0};                           //!< from first to last byte, all downloads [s]
    double m_pauseS{0};                         //!< pauses since the order came [s]
    double m_energyJ{ABSENT};                   //!< of computations that are over [J]
    double m_goneS{ABSENT};                     //!< the session ended after it [s]
    JobResult m_result;                         //!< of the computations
};

} // namespace fl
} // namespace ns3

#endif /* FL_CLIENT_WORK_H */
