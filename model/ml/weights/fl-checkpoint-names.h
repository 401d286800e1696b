/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CHECKPOINT_NAMES_H
#define FL_CHECKPOINT_NAMES_H

#include "fl-safetensors.h"

#include <cstdint>
#include <string>

namespace ns3
{
namespace fl
{

/// Families of transformers whose published weights are read.
enum class CheckpointFamily : uint8_t
{
    BERT, //!< text, norm after; prefix "bert." or none
    VIT   //!< images, norm before; prefix "vit." or none
};

/**
 * @ingroup fl
 * Names of tensors in published checkpoints of BERT and ViT (Hugging Face's).
 *
 * Names here, with W of linear layers as outputs x inputs, and N counting layers from 0:
 * `embeddings.word`, `.position`, `.type`, `.norm.{weight,bias}` (BERT), `embeddings.patch.{weight,
 * bias}`, `.cls`, `.position` (ViT), `layerN.attention.{query,key,value,output}.{weight,bias}`,
 * `layerN.{norm1,up,down,norm2}.{weight,bias}`, `norm.{weight,bias}` (ViT), `pooler.{weight,bias}`,
 * and of the head `head.{weight,bias}`, as TransformerConfig has them. A matrix with an adapter has
 * `.lora_A` and `.lora_B` besides, for which there are no published names: they keep these endings.
 */
class CheckpointNames
{
  public:
    /**
     * Find out whether a file's names have the family's prefix.
     * @param file the weights; must outlive this object
     * @param family whose names it has
     * @throws InvalidInput if the file has the family's first embedding neither with the prefix nor
     *         without
     */
    CheckpointNames(const SafetensorsFile& file, CheckpointFamily family);

    /**
     * @param name of a tensor, as it is called here
     * @return its name in the file. Norms of older files have gamma and beta for weight and bias;
     *         of a tensor that the file lacks it is the newer name
     * @throws InvalidInput if nothing is called so here
     */
    std::string InFile(const std::string& name) const;

    /**
     * @param name of a tensor, as it is called here
     * @param family whose tensor it is
     * @return its name in published checkpoints, without prefix
     * @throws InvalidInput if nothing is called so here
     */
    static std::string Published(const std::string& name, CheckpointFamily family);

    /**
     * @param name of a tensor, as it is called here
     * @param family whose tensor it is
     * @return its name in published checkpoints with a head: with the prefix, but for the head
     * @throws InvalidInput if nothing is called so here
     */
    static std::string WithPrefix(const std::string& name, CheckpointFamily family);

    /// @return the prefix of the file's names; empty if there is none
    const std::string& GetPrefix() const;

  private:
    const SafetensorsFile& m_file; //!< the weights
    CheckpointFamily m_family;     //!< whose they are
    std::string m_prefix;          //!< of their names
};

} // namespace fl
} // namespace ns3

#endif /* FL_CHECKPOINT_NAMES_H */
