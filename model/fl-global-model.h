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
#include <map>
#include <memory>

namespace ns3
{
namespace fl
{

/// An update that is kept.
struct KeptUpdate
{
    Eigen::VectorXf parameters; //!< Update::parameters
    double samples{0};          //!< Update::samples
    uint32_t server{0};         //!< number of the server that received it
    uint32_t iterations{0};     //!< iterations of local training
};

/**
 * @ingroup fl
 * The global model of a learning task at its server: parameters and their version, their encoding
 * for downlink transfers, and the updates received for the next version. In a timing study there
 * are no parameters, and updates are counted only.
 */
class GlobalModel
{
  public:
    /// Order in which the updates of a version are added up; the sum is rounded.
    enum class SumOrder : uint8_t
    {
        ARRIVAL, //!< as they arrive: only their sum is kept
        DEVICE //!< by device, so that the bits do not depend on the arrival; all are kept till then
    };

    /**
     * Draw initial parameters from the task's seed, and set the version to 0.
     * @param task the learning task
     * @param aggregator merges updates; not used in a timing study
     * @param order order of the sum; DEVICE allows a device one update per version
     */
    void Initialize(std::shared_ptr<const LearningTask> task,
                    std::unique_ptr<Aggregator> aggregator,
                    SumOrder order = SumOrder::ARRIVAL);
    /// @return whether Initialize() was called
    bool IsInitialized() const;
    /// Release the task, the encoded parameters and the updates received.
    void Dispose();

    /// @return number of aggregations since Initialize()
    uint32_t GetVersion() const;
    /// @return the parameters; empty in a timing study
    const Eigen::VectorXf& GetParameters() const;
    /// Encode the present parameters for GetEncoded().
    void Encode();
    /// @return the encoded parameters, shared by all messages; null in a timing study
    const std::shared_ptr<const Payload>& GetEncoded() const;

    /// @return whether Collect() needs the parameters that a device began with
    bool NeedsBase() const;

    /**
     * Collect an update for the next version.
     * @param order the order that it ends
     * @param profile profile of the order's device
     * @param message the UPDATE
     * @param report its prefix
     * @param base encoded parameters that the device began with, if NeedsBase()
     * @throws InvalidInput if the update is of another base version, trained on more samples than
     *         the order has, or not of the model's size; it is not collected then
     */
    void Collect(const WorkOrder& order,
                 const DeviceProfile& profile,
                 const Message& message,
                 const WorkReport& report,
                 const Payload* base = nullptr);
    /// @return number of updates collected for the next version
    uint32_t GetNCollected() const;
    /// Drop the updates collected.
    void Discard();
    /**
     * Aggregate the updates collected into the next version, and encode it.
     * @return number of updates in it; 0: none were collected, and the version stays the same
     */
    uint32_t Aggregate();

    /**
     * Evaluate on LearningTask::test, if there is any.
     * @param [in,out] record loss and accuracy are set
     */
    void Evaluate(RoundRecord& record) const;

    /// @return the updates collected with SumOrder::DEVICE, by device; they still count as
    ///         collected, until Adopt() or Discard()
    std::map<DeviceId, KeptUpdate> TakeUpdates();
    /**
     * The next version was made elsewhere: encode it, and forget the updates collected.
     * @param parameters those of the next version
     */
    void Adopt(Eigen::VectorXf parameters);

  private:
    /**
     * @param payload parameters as they are sent
     * @return the parameters
     * @throws InvalidInput if they are not the model's
     */
    Eigen::VectorXf DecodePayload(const Payload& payload) const;

    std::shared_ptr<const LearningTask> m_task; //!< the learning task
    Eigen::VectorXf m_parameters;               //!< parameters of the present version
    std::shared_ptr<const Payload> m_encoded;   //!< see GetEncoded
    std::unique_ptr<Aggregator> m_aggregator;   //!< of the updates collected; null: timing study
    SumOrder m_order{SumOrder::ARRIVAL};        //!< order of the sum
    std::map<DeviceId, KeptUpdate> m_kept;      //!< SumOrder::DEVICE: not added yet
    uint32_t m_version{0};                      //!< see GetVersion
    uint32_t m_nCollected{0};                   //!< see GetNCollected
};

} // namespace fl
} // namespace ns3

#endif /* FL_GLOBAL_MODEL_H */
