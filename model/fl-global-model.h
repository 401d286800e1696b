/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_GLOBAL_MODEL_H
#define FL_GLOBAL_MODEL_H

#include "fl-learning-task.h"

#include "ns3/fl-aggregator.h"
#include "ns3/fl-message.h"
#include "ns3/fl-round-record.h"
#include "ns3/fl-system-state.h"
#include "ns3/fl-work-codec.h"

#include <Eigen/Core>
#include <cstdint>
#include <memory>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The global model of a task at its server: its parameters and their version, the message that they
 * are sent as, and the updates that were collected for the next version. In a timing study there
 * are no parameters, and updates count only.
 */
class GlobalModel
{
  public:
    /**
     * Draw initial parameters; the version is 0.
     * @param task the learning task
     * @param aggregator merges updates; not used in a timing study
     */
    void Initialize(std::shared_ptr<const LearningTask> task,
                    std::unique_ptr<Aggregator> aggregator);
    /// @return whether Initialize() was called
    bool IsInitialized() const;
    /// Let go of the task, and of what is sent.
    void Dispose();

    /// @return how often it has been updated
    uint32_t GetVersion() const;
    /// @return its parameters; empty in a timing study
    const Eigen::VectorXf& GetParameters() const;
    /// Encode the parameters as they are sent, from now on.
    void Encode();
    /// @return the encoded parameters; null in a timing study
    const std::shared_ptr<const Payload>& GetEncoded() const;

    /// @return whether Collect() needs the parameters that a device began with
    bool NeedsBase() const;

    /**
     * Collect an update.
     * @param order which it answers
     * @param profile of the order's device
     * @param message the update
     * @param report what the device says of its work
     * @param base encoded parameters that the device began with, if NeedsBase()
     * @throws InvalidInput if the update is of another base version, trained on more samples than
     *         the order has, or not of the model's size; it is not collected then
     */
    void Collect(const WorkOrder& order,
                 const DeviceProfile& profile,
                 const Message& message,
                 const WorkReport& report,
                 const Payload* base = nullptr);
    /// @return how many updates were collected
    uint32_t GetNCollected() const;
    /// Drop the updates that were collected.
    void Discard();
    /**
     * Make the next version of what was collected, if anything was, and encode it.
     * @return how many updates are in it; 0: it is the same version
     */
    uint32_t Aggregate();

    /**
     * Evaluate on the task's held-out data, if it has any.
     * @param [out] record gets loss and accuracy
     */
    void Evaluate(RoundRecord& record) const;

  private:
    /**
     * @param payload parameters as they are sent
     * @return the parameters
     * @throws InvalidInput if they are not the model's
     */
    Eigen::VectorXf DecodePayload(const Payload& payload) const;

    std::shared_ptr<const LearningTask> m_task; //!< what is learned
    Eigen::VectorXf m_parameters;               //!< of the present version
    std::shared_ptr<const Payload> m_encoded;   //!< the same, as sent
    std::unique_ptr<Aggregator> m_aggregator;   //!< of what was collected; null: timing study
    uint32_t m_version{0};                      //!< of the parameters
    uint32_t m_nCollected{0};                   //!< updates in the aggregator
};

} // namespace fl
} // namespace ns3

#endif /* FL_GLOBAL_MODEL_H */
