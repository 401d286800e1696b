/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_STEPS_H
#define FL_SPLIT_STEPS_H

#include "fl-embedded-batch.h"
#include "fl-split-device.h"
#include "fl-split-encoder.h"
#include "fl-split-model.h"

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The four computations of an order of split federated LoRA, from payload to payload: what packets
 * carry (SplitJobs), and what a simulation without packets hands over (SplitLearner), so that both
 * end in the same bits.
 *
 * A shared head travels behind z, and back behind dF/dz, as a matrix of one column.
 */

namespace ns3
{
namespace fl
{

/// The order whose minibatch is drawn.
struct MinibatchKey
{
    uint64_t seed{1};        //!< LearningTask::seed
    uint32_t device{0};      //!< the device
    uint32_t task{0};        //!< number of the learning task
    uint32_t round{0};       //!< of the order, from 1
    uint32_t baseVersion{0}; //!< version of the adapters
};

/**
 * @param key of the order; the draw is a function of it
 * @param own indices of the device's samples, at least one
 * @param limit most samples
 * @return the minibatch, in the order in which it is used; all of them where there are fewer
 */
std::vector<uint32_t> DrawMinibatch(const MinibatchKey& key,
                                    std::vector<uint32_t> own,
                                    size_t limit);

/**
 * Forward at the device.
 * @param model the learning task
 * @param data training data of all devices
 * @param samples the minibatch
 * @return ACTIVATIONS
 * @throws InvalidInput if the data do not fit
 */
std::vector<uint8_t> EmbedMinibatch(const SplitModel& model,
                                    const Dataset& data,
                                    const std::vector<uint32_t>& samples);

/// What the server keeps of an order between forward and backward.
struct ServerBatch
{
    EmbeddedBatch batch;      //!< as it was received
    Eigen::VectorXf adapters; //!< w^a of the order's version, to which caches have pointers
    EncoderCaches caches;     //!< SplitModel::keepCaches: of the forward pass
};

/**
 * @param model the learning task
 * @param bytes ACTIVATIONS
 * @param size number of bytes
 * @param [out] kept gets the batch
 * @throws InvalidInput as DecodeBatch()
 */
void ReceiveActivations(const SplitModel& model,
                        const uint8_t* bytes,
                        size_t size,
                        ServerBatch& kept);

/**
 * Forward at the server.
 * @param model the learning task
 * @param global what the server holds, of SplitModel::Global()
 * @param [in,out] kept the batch; gets adapters and caches
 * @return FEATURES
 * @throws InvalidInput if a number is not finite
 */
std::vector<uint8_t> EncodeMinibatch(const SplitModel& model,
                                     const Eigen::VectorXf& global,
                                     ServerBatch& kept);

/// A matrix by sample, and the head that travels with it.
struct MatrixAndHead
{
    Eigen::MatrixXf matrix; //!< z, or dF/dz, width x samples
    Eigen::VectorXf head;   //!< parameters of a shared head; empty: heads are personal
};

/// @return FEATURES as a device receives them
/// @param model the learning task
/// @param bytes the payload
/// @param size number of bytes
/// @param samples of the minibatch
/// @throws InvalidInput as DecodeMatrix()
MatrixAndHead ReceiveFeatures(const SplitModel& model,
                              const uint8_t* bytes,
                              size_t size,
                              uint32_t samples);

/// What a device's head makes of a minibatch.
struct HeadResult
{
    double loss{0};                 //!< mean over the minibatch, before the head's step [nat]
    std::vector<uint8_t> gradients; //!< GRADIENTS
    std::string failure;            //!< why there are none; empty: there are
    Eigen::VectorXf headGradient;   //!< of that loss by the head, before its step
};

/**
 * Backward at the device: loss and dF/dz by the head as it is, then the head's step (3).
 * @param model the learning task
 * @param data training data of all devices
 * @param samples the minibatch
 * @param features as they were received
 * @param [in,out] head takes a step; a shared one begins as it came
 * @return loss and payload
 * @throws InvalidInput as PersonalHead::Learn()
 */
HeadResult LearnHead(const SplitModel& model,
                     const Dataset& data,
                     const std::vector<uint32_t>& samples,
                     const MatrixAndHead& features,
                     PersonalHead& head);

/// @return GRADIENTS as the server receives them
/// @param model the learning task
/// @param bytes the payload
/// @param size number of bytes
/// @param samples of the minibatch
/// @throws InvalidInput as DecodeMatrix()
MatrixAndHead ReceiveGradients(const SplitModel& model,
                               const uint8_t* bytes,
                               size_t size,
                               uint32_t samples);

/**
 * Backward at the server: from dF/dz to the gradient by the adapters (2).
 * @param model the learning task
 * @param gradients as they were received
 * @param [in,out] kept the batch as EncodeMinibatch() left it
 * @return the update: the gradient, and a shared head behind it
 */
Eigen::VectorXf BackwardMinibatch(const SplitModel& model,
                                  const MatrixAndHead& gradients,
                                  ServerBatch& kept);

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_STEPS_H */
