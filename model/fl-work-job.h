/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WORK_JOB_H
#define FL_WORK_JOB_H

#include "fl-learning-task.h"

#include "ns3/fl-drift.h"
#include "ns3/fl-message.h"
#include "ns3/fl-plan.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Interface of the computations of a work order: how they use the payloads of its transfers.
 */

namespace ns3
{
namespace fl
{

/// What computations keep at a node from one to the next: base of what a WorkJobs defines.
struct JobState
{
    virtual ~JobState() = default;
};

/**
 * @ingroup fl
 * Payloads of a work order at one of its nodes. A received transfer stores its payload here under
 * its kind, a computation takes and stores payloads, and a sent transfer moves the payload of its
 * kind from here; if there is none, it sends a virtual payload of the given size.
 */
struct WorkContent
{
    std::array<std::shared_ptr<const Payload>, N_PAYLOAD_KINDS> payloads; //!< by PayloadKind
    std::shared_ptr<const Dataset> samples; //!< received with the order; null: the device's own
    std::shared_ptr<JobState> state;        //!< kept by the order's computations at this node
    std::shared_ptr<std::atomic<bool>> cancel{
        std::make_shared<std::atomic<bool>>(false)}; //!< set to true when the order is aborted

    /// @return payload of a kind, may be null
    /// @param kind kind of payload
    std::shared_ptr<const Payload>& Of(PayloadKind kind)
    {
        return payloads[static_cast<std::size_t>(kind)];
    }
};

/// Input of a computation. References are valid during WorkJobs::Begin() only.
struct JobContext
{
    const WorkOrder& order;                  //!< the order of the computation
    const Compute& phase;                    //!< the phase: node and job
    const LearningTask& task;                //!< the learning task
    const std::vector<uint32_t>& ownSamples; //!< indices in task.train; empty at a server
    WorkContent& content;                    //!< payloads at this node; may be modified
    std::shared_ptr<JobState>& deviceState;  //!< kept by a device for the task, over its orders and
                                             //!< sessions; null at first, and at a server
    /// How ownSamples changed since the computation before, for measuring drift; null: they do not.
    std::shared_ptr<const DataChange> change;
};

/// Result of a computation apart from payloads.
struct JobResult
{
    uint32_t samples{0};    //!< number of samples used
    uint32_t iterations{0}; //!< iterations of local training
    double loss{ABSENT};    //!< training loss
    DataDrift drift;        //!< measured over JobContext::change
    std::string failure;    //!< reason in words why the order is to be given up; empty: success
};

/**
 * @ingroup fl
 * An active computation. It may run on LearningTask::pool; its destructor must not wait for it
 * (WorkContent::cancel is true then).
 */
class WorkJob
{
  public:
    virtual ~WorkJob();
    /**
     * Called when the simulated computation ends: wait for the result, and store its payloads.
     * @param content the payloads of Begin(); results are stored here. An UPDATE that a computation
     *        of the server makes is what the coordinator gets, in place of the payload received.
     * @return the rest of the result
     */
    virtual JobResult Finish(WorkContent& content) = 0;
};

/**
 * @ingroup fl
 * Implements the computations of orders, at devices and at servers. An extension point, as for
 * split learning (LearningTask::jobs).
 */
class WorkJobs
{
  public:
    virtual ~WorkJobs();
    /**
     * Called when a simulated computation begins.
     * @param context order, phase and payloads
     * @return the computation; null: no effect but time and energy
     * @throws InvalidInput if it cannot begin, as for a missing payload; the order is given up then
     */
    virtual std::unique_ptr<WorkJob> Begin(const JobContext& context) = 0;
};

/**
 * @ingroup fl
 * Begin a computation by LearningTask::jobs; by default training for TRAIN, from the payload MODEL
 * to the payload UPDATE, and nothing for other jobs. A device trains on its own samples or those
 * that the server sent, a server on the payload SAMPLES of the device, which is used up.
 * @param context order, phase and payloads
 * @return the computation; null: no effect but time and energy
 * @throws InvalidInput if it cannot begin
 */
std::unique_ptr<WorkJob> BeginJob(const JobContext& context);

/**
 * @ingroup fl
 * @param task the learning task
 * @param payload result of EncodeSamples()
 * @return the samples, a row each
 * @throws InvalidInput if the encoding is invalid, or not of the dimension and classes of
 * task.train
 */
std::shared_ptr<const Dataset> DecodeTaskSamples(const LearningTask& task, const Payload& payload);

} // namespace fl
} // namespace ns3

#endif /* FL_WORK_JOB_H */
