/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WORK_JOB_H
#define FL_WORK_JOB_H

#include "fl-learning-task.h"

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
 * What the computations of an order do with the payloads of its transfers.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * What an order has at one node between its phases. A transfer that comes in puts its payload here
 * under its kind, a computation takes from here and puts what it made, and a transfer that goes out
 * sends what is here of its kind; null: nothing, a stated number of bytes is sent.
 */
struct WorkContent
{
    /// How many kinds of payload there are.
    static constexpr std::size_t N_KINDS = static_cast<std::size_t>(PayloadKind::GRADIENTS) + 1;

    std::array<std::shared_ptr<const Payload>, N_KINDS> payloads; //!< by PayloadKind
    std::shared_ptr<const Dataset> samples; //!< that came with the order; null: the device's own
    std::shared_ptr<std::atomic<bool>> cancel{
        std::make_shared<std::atomic<bool>>(false)}; //!< true: the order was dropped

    /// @return what there is of a kind, or null
    /// @param kind what is carried
    std::shared_ptr<const Payload>& Of(PayloadKind kind)
    {
        return payloads[static_cast<std::size_t>(kind)];
    }
};

/// What a computation may look at, and change. Valid while WorkJobs::Begin() runs.
struct JobContext
{
    const WorkOrder& order;                  //!< it is part of; also says for which device
    const Compute& phase;                    //!< node and job
    const LearningTask& task;                //!< what is learned
    const std::vector<uint32_t>& ownSamples; //!< the device's, in task.train; empty at a server
    WorkContent& content;                    //!< what there is at this node
};

/// What came out of a computation beside payloads.
struct JobResult
{
    uint32_t samples{0};    //!< it worked on
    uint32_t iterations{0}; //!< local iterations done
    double loss{ABSENT};    //!< training loss
    std::string failure;    //!< why no payload was made: the order is given up; empty: all is well
};

/**
 * @ingroup fl
 * A computation under way. It may run on the task's thread pool; destroying it must not wait for
 * it.
 */
class WorkJob
{
  public:
    virtual ~WorkJob();
    /**
     * The simulated computation ends: wait for the result, and put the payloads that were made into
     * the content.
     * @param content that of Begin()
     * @return what else came out
     */
    virtual JobResult Finish(WorkContent& content) = 0;
};

/**
 * @ingroup fl
 * Who runs the computations of orders, at devices and at servers. Split learning plugs in here
 * (LearningTask::jobs).
 */
class WorkJobs
{
  public:
    virtual ~WorkJobs();
    /**
     * A simulated computation begins.
     * @param context order, phase and what there is at the node
     * @return the computation; null: only its time and energy count
     * @throws InvalidInput if it cannot begin; the order is given up then
     */
    virtual std::unique_ptr<WorkJob> Begin(const JobContext& context) = 0;
};

/**
 * @ingroup fl
 * Begin what the task says; by default local training for TRAIN at the device, which makes an
 * UPDATE of the MODEL that was received, and nothing for other jobs.
 * @param context order, phase and what there is at the node
 * @return the computation; null: only its time and energy count
 * @throws InvalidInput if it cannot begin
 */
std::unique_ptr<WorkJob> BeginJob(const JobContext& context);

/**
 * @ingroup fl
 * @param task what is learned
 * @param payload samples as sent
 * @return the samples
 * @throws InvalidInput if they are none, or not of the task's dimension and classes
 */
std::shared_ptr<const Dataset> DecodeTaskSamples(const LearningTask& task, const Payload& payload);

} // namespace fl
} // namespace ns3

#endif /* FL_WORK_JOB_H */
