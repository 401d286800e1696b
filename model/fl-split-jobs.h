/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_JOBS_H
#define FL_SPLIT_JOBS_H

#include "fl-work-job.h"

#include "ns3/fl-split-device.h"
#include "ns3/fl-split-model.h"
#include "ns3/fl-system-state.h"

#include <cstdint>
#include <memory>

namespace ns3
{
namespace fl
{

/// What a device keeps of a split learning task: its own head.
struct SplitDeviceState : public JobState
{
    /// @param initial head
    explicit SplitDeviceState(PersonalHead initial);

    PersonalHead head; //!< never leaves the device, unless it is shared
};

/**
 * @ingroup fl
 * The computations of split federated LoRA (equations (2) to (4) of "Communication-and-Computation
 * Efficient Split Federated Learning", whose scheduler is ScheduleOptimizer), for orders of
 * MakeRoundPlan() with SystemState::split:
 *
 * - FORWARD at the device: draws a minibatch, and embeds it -> ACTIVATIONS;
 * - FORWARD at the server: encoder with the adapters w^a of the order's version -> FEATURES z;
 * - BACKWARD at the device: loss and dF/dz by the head as it is -> GRADIENTS, and then one step of
 *   the head along its own gradient (3);
 * - BACKWARD at the server: from dF/dz to the gradient by the adapters (2) -> UPDATE, which the
 *   coordinator gets.
 *
 * The server's payload MODEL of an order is w^a, which never crosses the air: it is that of the
 * order's begin at both of its computations. Labels and heads stay at the devices; a head is kept
 * by its client (SplitDeviceState) and changes only when its computation ends. All heads begin
 * alike, from LearningTask::seed. A shared head (SplitModel::shared) comes with FEATURES, and goes
 * back with GRADIENTS after its step. What an order keeps in between is freed when it is over.
 */
class SplitJobs : public WorkJobs
{
  public:
    /**
     * @param model the learning task
     * @param seed LearningTask::seed
     * @throws InvalidInput as SplitModel::Validate()
     */
    SplitJobs(SplitModel model, uint64_t seed);

    /// @return the learning task
    const SplitModel& GetModel() const;
    /// @return the head of a device
    /// @param state what its client keeps; null: it has not learned yet
    const PersonalHead& HeadOf(const JobState* state) const;
    /**
     * Sizes of a round's payloads. Of text it is the expected size, with the mean number of tokens
     * of a sample.
     * @param data the training data of all devices
     * @return batch and sizes; the rest is not set
     */
    SplitRound Describe(const Dataset& data) const;

    std::unique_ptr<WorkJob> Begin(const JobContext& context) override;

  private:
    std::shared_ptr<const SplitModel> m_model; //!< shared with computations
    PersonalHead m_initialHead;                //!< of devices that have not learned yet
};

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_JOBS_H */
