/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_COORDINATOR_H
#define FL_SPLIT_COORDINATOR_H

#include "fl-split-jobs.h"
#include "fl-sync-coordinator.h"

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Split federated LoRA in rounds: the server has the encoder, each device embeds and classifies.
 * LearningTask::jobs must be SplitJobs, and LearningTask::model their SplitModel::Global().
 *
 * One round: as of SyncCoordinator, but orders carry no model. A device's minibatch goes up as
 * embeddings, comes down as features, and goes up again as the gradient by the features
 * (SplitJobs). When the round is closed, the adapters w^a take one step along the mean of the
 * gradients that came (equation (4)), added up in the order of devices, so that the bits do not
 * depend on who was first; if none came, nothing changes. A gradient that comes in a later round is
 * of older adapters: it is recorded as LATE, and not used.
 *
 * The optimizer sees minibatches in place of the devices' data, and the sizes of both uplink
 * payloads together as SystemState::uploadBits (with SplitModel::countsFeatures the features' too).
 * Loss and accuracy of a round are means over the
 * devices, each with its own head, on held-out data; heads are read from the clients directly, no
 * message carries them.
 *
 * The server's computations need a Processor on its node, which all orders share; predictions take
 * it for theirs alone.
 */
class SplitCoordinator : public SyncCoordinator
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    /// @return loss and accuracy of the last round evaluated, by device; empty before
    const std::vector<Evaluation>& GetEvaluations() const;

  private:
    void DoInitialize(GlobalModel& model) override;
    void DoDescribe(SystemState& state) const override;
    bool DoMergesLate() const override;
    void DoEvaluate(const GlobalModel& model, RoundRecord& record) override;

    double m_embeddingPart{0.5}; //!< of a device's cycles per sample
    double m_forwardCycles{0};   //!< of the server, per sample
    double m_backwardCycles{0};  //!< of the server, per sample
    double m_serverCpuHz{0};     //!< of the server, for an order [Hz]

    std::shared_ptr<SplitJobs> m_jobs;     //!< of the learning task
    SplitRound m_split;                    //!< sizes of a round
    std::vector<Evaluation> m_evaluations; //!< see GetEvaluations
};

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_COORDINATOR_H */
