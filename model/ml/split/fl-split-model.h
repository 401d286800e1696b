/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_MODEL_H
#define FL_SPLIT_MODEL_H

#include "fl-split-device.h"
#include "fl-split-encoder.h"

#include "ns3/fl-codec.h"
#include "ns3/fl-gradient-step.h"

#include <cstdint>
#include <memory>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * A learning task of split federated LoRA: the parts of the transformer, and how they are trained.
 * Shared by the server and all devices; of weights it has the frozen ones only.
 */
struct SplitModel
{
    std::shared_ptr<const SplitEmbedding> embedding; //!< at the devices, frozen
    std::shared_ptr<const SplitEncoder> encoder;     //!< at the server; its adapters are w^a
    std::shared_ptr<const Model> head;               //!< structure of the heads
    std::shared_ptr<const Model> shared;     //!< null: heads are personal; else adapters and then a
                                             //!< head as one vector, see MakeSharedStructure()
    uint32_t batch{32};                      //!< samples of a minibatch, at least 1
    StepOptions headStep;                    //!< equation (3), at the devices
    StepOptions adapterStep;                 //!< equation (4), at the server
    Encoding activations{Encoding::FLOAT32}; //!< of embeddings on the air
    Encoding features{Encoding::FLOAT32};    //!< of z on the air, and of a shared head down
    Encoding gradients{Encoding::FLOAT32};   //!< of dF/dz on the air, and of a shared head up
    bool countsFeatures{false}; //!< whether mu has z as well, at the uplink's rate, as in the paper
    bool keepCaches{false}; //!< whether the server keeps the forward pass until the gradient comes,
                            //!< or does it again; the bits are the same

    /// @throws InvalidInput if a part is missing, the widths of parts differ, or an option is out
    ///         of range
    void Validate() const;

    /// @return structure of what the server holds: the adapters, and a shared head behind them
    const Model& Global() const;

    /// @return numbers of a head that cross the air with each order, down and up; 0: personal
    uint64_t SharedCount() const;
};

/**
 * The structure of adapters and a shared head.
 * @param config of the transformer, with adapters
 * @param classes of the head
 * @param frozen of the encoder
 * @return a model whose parameters are those of the encoder's adapters, then the head's
 * @throws InvalidInput if the structure is not valid
 */
std::shared_ptr<const Model> MakeSharedStructure(const TransformerConfig& config,
                                                 uint32_t classes,
                                                 FrozenParameters frozen);

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_MODEL_H */
