/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_LEARNER_H
#define FL_SPLIT_LEARNER_H

#include "fl-mean-gradient.h"
#include "fl-split-device.h"
#include "fl-split-model.h"
#include "fl-split-steps.h"

#include "ns3/fl-dataset.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/fl-trainer.h"

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <vector>

namespace ns3
{
namespace fl
{

/// What the devices of a round made of their minibatches.
struct SplitLearned
{
    uint32_t received{0}; //!< gradients in the mean
    double loss{0};       //!< mean over these devices, before the round's steps [nat]
};

/// Loss and gradient of one device, where it is.
struct SplitGradient
{
    double loss{0};           //!< mean over samples [nat]
    Eigen::VectorXf adapters; //!< of that by the adapters
    Eigen::VectorXf head;     //!< of that by its head
};

/**
 * @ingroup fl
 * Split federated LoRA without packets: the rounds of SplitCoordinator, given who takes part.
 * Minibatches, computations, what is rounded on the air, and the order of sums are those of
 * packets, and so the same sets of devices end in the same bits.
 */
class SplitLearner
{
  public:
    /**
     * @param model the learning task
     * @param train training data of all devices; must outlive this
     * @param parts indices in these data, by device
     * @param seed LearningTask::seed
     * @throws InvalidInput as SplitModel::Validate()
     */
    SplitLearner(std::shared_ptr<const SplitModel> model,
                 const Dataset& train,
                 std::vector<std::vector<uint32_t>> parts,
                 uint64_t seed);

    /**
     * A round.
     * @param round its number, from 1
     * @param devices whose gradients come, ascending, each with a sample at least; none: nothing
     *        changes
     * @param pool threads, or null; results do not depend on it
     * @return what they learned
     * @throws InvalidInput if training diverges: a number is not finite
     */
    SplitLearned Learn(uint32_t round,
                       const std::vector<uint32_t>& devices,
                       ThreadPool* pool = nullptr);

    /**
     * Loss and gradient of each device on some of its own samples; nothing moves.
     * @param count most samples of a device
     * @param draw which ones: the same number draws the same samples
     * @param pool threads, or null; results do not depend on it
     * @return by device
     */
    std::vector<SplitGradient> Gradients(uint32_t count,
                                         uint32_t draw,
                                         ThreadPool* pool = nullptr) const;
    /**
     * F(W), the mean over all devices of the loss on some of their own samples.
     * @param count most samples of a device
     * @param draw which ones: the same number draws the same samples
     * @param pool threads, or null; results do not depend on it
     * @return the loss [nat]
     */
    double TrainingLoss(uint32_t count, uint32_t draw, ThreadPool* pool = nullptr) const;

    /// @return rounds in which something came
    uint32_t GetVersion() const;
    /// @return what the server holds, of SplitModel::Global()
    const Eigen::VectorXf& GetParameters() const;
    /// @return the head of a device, a shared one as it came to it last
    /// @param device the device
    const PersonalHead& GetHead(uint32_t device) const;

    /**
     * @param test held-out data
     * @param pool threads, or null; results do not depend on it
     * @return loss and accuracy of the shared encoder with each device's head, or with the shared
     *         one, by device; empty without samples
     */
    std::vector<Evaluation> Evaluate(const Dataset& test, ThreadPool* pool = nullptr) const;

  private:
    /// @return samples of a device, for measurements @param device the device @param count most
    /// @param draw which ones
    std::vector<uint32_t> DrawSamples(uint32_t device, uint32_t count, uint32_t draw) const;

    std::shared_ptr<const SplitModel> m_model;          //!< the learning task
    const Dataset& m_train;                             //!< of all devices
    std::vector<std::vector<uint32_t>> m_parts;         //!< by device
    uint64_t m_seed;                                    //!< of the task
    PersonalHead m_initialHead;                         //!< of devices that have not learned yet
    std::vector<std::unique_ptr<PersonalHead>> m_heads; //!< by device; null: the initial one
    Eigen::VectorXf m_parameters;                       //!< what the server holds
    MeanGradient m_aggregator;                          //!< (4)
    uint32_t m_version{0};                              //!< see GetVersion
};

/**
 * Evaluate what the server holds with the devices' heads.
 * @param model the learning task
 * @param global what the server holds, of SplitModel::Global()
 * @param heads by device; a shared head takes their place
 * @param test held-out data
 * @param pool threads, or null; results do not depend on it
 * @return by device; empty without samples
 */
std::vector<Evaluation> EvaluateSplit(const SplitModel& model,
                                      const Eigen::VectorXf& global,
                                      std::vector<const PersonalHead*> heads,
                                      const Dataset& test,
                                      ThreadPool* pool);

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_LEARNER_H */
