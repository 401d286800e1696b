/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CHECKPOINT_H
#define FL_CHECKPOINT_H

#include "fl-checkpoint-names.h"
#include "fl-safetensors.h"

#include "ns3/fl-model.h"
#include "ns3/fl-transformer.h"

#include <memory>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Weights of transformers, or of parts of them, out of files with the names of published
 * checkpoints, and into such files. Who has loaded all parts that it needs learns by
 * SafetensorsFile::DescribeUnread() what else the file has.
 */

namespace ns3
{
namespace fl
{

/**
 * @param config a valid structure
 * @return whose names its published weights have
 * @throws InvalidInput if there are none: text with norm before, or images with norm after
 */
CheckpointFamily FamilyOf(const TransformerConfig& config);

/**
 * @ingroup fl
 * Frozen parameters of a part of a transformer out of a file: those in F32 where they lie, without
 * a copy.
 * @param model the part: embedding, encoder or head; only what it has is looked at
 * @param config the structure
 * @param file a checkpoint, which stays mapped as long as these are in use
 * @return them
 * @throws InvalidInput if a tensor is missing, of another shape or type, or not finite, or as
 *         FamilyOf()
 */
FrozenParameters LoadFrozen(const Model& model,
                            const TransformerConfig& config,
                            const std::shared_ptr<const SafetensorsFile>& file);

/**
 * @ingroup fl
 * Parameters that train (adapters, a head, or all) out of a file, as a copy.
 * @param model the part
 * @param config the structure
 * @param file a checkpoint
 * @return the flat vector
 * @throws InvalidInput as LoadFrozen()
 */
Eigen::VectorXf LoadParameters(const Model& model,
                               const TransformerConfig& config,
                               const SafetensorsFile& file);

/**
 * @ingroup fl
 * Parts of a transformer as a checkpoint.
 * @param models parts, with their vectors of those parameters that train; both must outlive what is
 *        returned
 * @param config the structure
 * @return tensors for WriteSafetensors(), under their published names
 * @throws InvalidInput as FamilyOf()
 */
std::vector<TensorSource> CheckpointOf(
    const std::vector<std::pair<const Model*, const Eigen::VectorXf*>>& models,
    const TransformerConfig& config);

} // namespace fl
} // namespace ns3

#endif /* FL_CHECKPOINT_H */
