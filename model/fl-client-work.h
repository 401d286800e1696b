/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CLIENT_WORK_H
#define FL_CLIENT_WORK_H

#include "fl-client-data.h"
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

/// Events of a work order for which a client has trace sources.
enum class WorkStep : uint8_t
{
    RECEIVED,      //!< WORK is received
    COMPUTE_BEGIN, //!< a computation at the device begins
    COMPUTE_END,   //!< a computation at the device ends
    UPLOAD_BEGIN   //!< an uplink transfer is passed to the session
};

/**
 * @ingroup fl
 * A work order at its device: carries out the device's phases (fl-work-program.h) and records their
 * times. Messages are sent through its Owner.
 *
 * Once it is over, it keeps only the order and its times, until they are measured.
 */
class ClientWork : public std::enable_shared_from_this<ClientWork>
{
  public:
    /// Interface to the client.
    class Owner
    {
      public:
        virtual ~Owner() = default;
        /// @return the node's processor, or null
        virtual Ptr<Processor> GetProcessor() const = 0;
        /// @return the device's own samples, as of now
        /// @param task number of the task
        virtual ClientData& GetData(uint32_t task) = 0;
        /// @return what the computations of a task keep at the device from one order to the next
        /// @param task number of the task
        virtual std::shared_ptr<JobState>& GetJobState(uint32_t task) = 0;
        /// @return samples that the server sent ahead of an order, which are removed from the
        ///         client; or null
        /// @param order the work order
        virtual std::shared_ptr<const Dataset> TakeSamples(const WorkOrder& order) = 0;
        /**
         * Fire the trace source of an event. A trace sink may end the order.
         * @param step the event
         * @param order the work order
         */
        virtual void TraceStep(WorkStep step, const WorkOrder& order) = 0;
        /**
         * Send a message to the order's server; nothing is sent without a session.
         * @param order the work order
         * @param message message with type, step and body; the other fields are set here
         */
        virtual void SendForOrder(const WorkOrder& order, Message&& message) = 0;
        /**
         * The order cannot be carried out: abort it, and notify the server.
         * @param work the order
         * @param why reason in words
         */
        virtual void GiveUp(ClientWork& work, const std::string& why) = 0;
        /// Count and trace a message that is invalid and dropped.
        /// @param why reason in words
        virtual void Drop(const std::string& why) = 0;
        /// All phases of the order are over.
        /// @param work the order
        virtual void WorkEnded(ClientWork& work) = 0;
    };

    /**
     * @param owner the client; must outlive this object
     * @param order the order
     * @param task its learning task
     * @param expectedUpload predicted duration of its longest uplink transfer; 0: not known
     */
    ClientWork(Owner& owner,
               WorkOrder order,
               std::shared_ptr<const LearningTask> task,
               Time expectedUpload);
    ~ClientWork();
    ClientWork(const ClientWork&) = delete;
    ClientWork& operator=(const ClientWork&) = delete;

    /// @return the order
    const WorkOrder& GetOrder() const;
    /// @return whether it is over: all phases done, or aborted
    bool IsOver() const;

    /**
     * Begin with the first phase of the device.
     * @param message the WORK; its payload is moved from
     * @throws InvalidInput if its step is not that of the order's StartPhase(), or its samples are
     *         invalid; nothing has begun then
     */
    void Begin(Message&& message);
    /**
     * Receive the payload of a later downlink transfer.
     * @param message the DATA; its payload is moved from
     * @throws InvalidInput if its step is not that of the order's next downlink transfer, or its
     *         samples are invalid; nothing has changed then
     */
    void Receive(Message&& message);
    /// An uplink transfer is acknowledged completely.
    /// @param index index of the phase
    void Delivered(std::size_t index);
    /// Abort the order; its job on the processor is cancelled.
    void Abort();
    /// The session with its server has ended: no transfer lasts longer than until now.
    void SessionLost();

    /// @return its active job on the processor; 0: none
    Processor::JobId GetJob() const;
    /// Its job on the processor has ended or was cancelled.
    /// @param energyJ energy of the job [J]
    void JobEnded(double energyJ);

    /// @return simulated time at which WORK was received completely [s]
    double GetReceivedS() const;
    /**
     * Times and energies until now: see Client::MeasureWork().
     * @param sendS begin of its first transfer, used if outcome.phases does not have it [s]
     * @param[in,out] outcome receives them; times that outcome.phases has already (those of the
     *                server) are not changed
     */
    void Measure(double sendS, WorkOutcome& outcome) const;

  private:
    /// Carry out phases from m_next on, until one takes time.
    void Advance();
    /// The present phase is over: continue with the next one.
    void NextPhase();
    /// Begin a phase.
    /// @param phase the phase
    /// @return whether it is over already
    bool Do(const Phase& phase);
    /// All phases are over: send UPDATE, unless it was sent with the last transfer.
    void End();
    /// Release payloads, samples and task.
    void ReleaseContent();
    /// Fire the trace source of an event.
    /// @param step the event
    /// @return whether the order is still active, as a trace sink may end it
    bool FireTrace(WorkStep step);
    /**
     * Store the payload of a downlink transfer.
     * @param index index of its phase
     * @param message the message; its payload is moved from
     * @throws InvalidInput if it has invalid samples
     */
    void TakePayload(std::size_t index, Message& message);
    /// A pause is over.
    void EndPause();
    /// @return remaining time of the present pause; 0: there is none [s]
    double PauseLeftS() const;
    /// Begin a computation.
    /// @param compute the phase
    /// @return whether it is over already
    bool BeginCompute(const Compute& compute);
    /// The processor has completed the cycles of a computation.
    void EndCompute();
    /// Take the result of a computation.
    /// @return whether the order continues; if not, it was given up
    bool FinishJob();
    /// @return the device's samples for the server to train on, encoded; null in a timing study
    std::shared_ptr<const Payload> EncodeOwnSamples();
    /// Pass an uplink transfer to the session.
    /// @param transfer the phase
    /// @return whether the order continues at once, without waiting for the acknowledgement
    bool BeginUpload(const Transfer& transfer);
    /// @return the report for UPDATE
    WorkReport MakeReport() const;
    /// @return total duration of computations at the device; ABSENT: there was none [s]
    double OwnComputeS() const;

    Owner& m_owner;                             //!< the client
    WorkOrder m_order;                          //!< the order
    std::shared_ptr<const LearningTask> m_task; //!< its learning task; null once it is over
    std::vector<PhaseTimes> m_times;            //!< by phase, as far as known at the device
    std::size_t m_next{0};                      //!< index of the present phase
    bool m_isWaiting{false};                    //!< whether it waits for a downlink transfer
    bool m_isOver{false};                       //!< see IsOver
    std::unique_ptr<WorkContent> m_content;     //!< payloads at this node; null once it is over
    std::unique_ptr<WorkJob> m_computation;     //!< the active computation, or null
    Processor::JobId m_job{0};                  //!< its job on the processor; 0: none
    EventId m_pause;                            //!< end of a pause
    Time m_expectedUpload;                      //!< predicted by the server; 0: not known
    double m_receivedS{ABSENT};                 //!< see GetReceivedS [s]
    double m_firstByteS{ABSENT};                //!< arrival of the first byte of WORK [s]
    double m_downloadS{0};        //!< total over downloads, from first to last byte [s]
    double m_pauseS{0};           //!< total duration of pauses at the device [s]
    double m_energyJ{ABSENT};     //!< energy of computations that are over [J]
    double m_sessionEndS{ABSENT}; //!< end of the session; ABSENT: it has one [s]
    JobResult m_result;           //!< samples, iterations and loss of the computations
};

} // namespace fl
} // namespace ns3

#endif /* FL_CLIENT_WORK_H */
