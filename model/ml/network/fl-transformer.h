/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TRANSFORMER_H
#define FL_TRANSFORMER_H

#include "fl-attention.h"
#include "fl-chain.h"

#include "ns3/fl-image-shape.h"
#include "ns3/fl-token-shape.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Transformers for classification, BERT's and ViT's, in parts that may be at different nodes:
 * embedding, encoder, head.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The structure of a transformer (J. Devlin et al., NAACL 2019; A. Dosovitskiy et al., ICLR 2021).
 *
 * Names of parameters: `embeddings.word`, `.position`, `.type`, `.norm`, or
 * `embeddings.patch`, `.cls`, `.position`; `layerI.attention.query`, `.key`, `.value`, `.output`,
 * `layerI.norm1`, `.up`, `.down`, `.norm2`; `norm` (where norms come before); `pooler`; `head`;
 * each with `.weight` and `.bias`. A matrix that has an adapter has `.lora_A` and `.lora_B` beside
 * them. All lie as files of checkpoints have them: read column by column, a matrix is its
 * transpose.
 */
struct TransformerConfig
{
    /// Where layer normalization stands.
    enum class Norm : uint8_t
    {
        POST, //!< behind the sums, as BERT's: y = norm1(x + att(x)), norm2(y + mlp(y))
        PRE   //!< before attention and feed-forward, as ViT's, and once more at the end
    };

    Norm norm{Norm::POST};     //!< where normalization stands
    uint32_t layers{2};        //!< at least 1
    uint32_t width{64};        //!< features per token
    uint32_t heads{4};         //!< of attention; must divide the width
    uint32_t feedForward{256}; //!< units between the two dense layers
    double eps{1e-12};         //!< of layer normalization
    bool pooler{true};         //!< whether tanh of a dense layer of the first token follows
    TokenShape tokens;         //!< of text; no vocabulary: images
    ImageShape image;          //!< of images
    uint32_t patch{0};         //!< side of an image's patch [pixel]
    LoraOptions lora;          //!< of the adapters; counts where there are targets
    /// Which matrices have adapters, by their names, as "layer0.attention.query"; * stands for any
    /// text. None: no adapters.
    std::vector<std::string> targets;

    /**
     * The default structure for samples of a kind: as BERT's for text; as ViT's, with norms before
     * and the square patches that divide both sides and are nearest to a quarter of the height, for
     * images.
     * @param image how features form an image
     * @param tokens what text there is; no text: images
     * @return its structure
     */
    static TransformerConfig ForInput(const ImageShape& image, const TokenShape& tokens);

    /// @return whether it takes text; else images
    bool IsText() const
    {
        return tokens.IsText();
    }

    /// @return tokens of the longest sequence
    uint32_t Positions() const;
    /// @return names of the matrices that may have adapters
    std::vector<std::string> Adaptable() const;
    /// @throws InvalidInput that names the value and what is allowed
    void Validate() const;

    /**
     * BERT-base (12 layers, 768 wide, 12 heads), as the paper of split federated LoRA has it:
     * adapters of rank 8 on query, key and value of all layers and on the pooler, 454,656 numbers.
     * @return its structure
     */
    static TransformerConfig BertBase();
    /**
     * ViT-B/16 for 3 x 224 x 224, with adapters of rank 8 on query, value and up-projection of all
     * layers, 663,552 numbers. The paper of split federated LoRA has "663K" and does not say on
     * which matrices: that these are meant is inferred. Query, key and value would be 442,368.
     * @return its structure
     */
    static TransformerConfig VitBase();
};

/// @return the layers that make a sample's vectors
/// @param config a valid structure
/// @tparam Scalar float or double
template <typename Scalar>
typename BasicChain<Scalar>::Layers MakeEmbeddingLayers(const TransformerConfig& config);

/// @return the layers from there to one vector per sequence
/// @param config a valid structure
/// @tparam Scalar float or double
template <typename Scalar>
typename BasicChain<Scalar>::Layers MakeEncoderLayers(const TransformerConfig& config);

/// @return the layer from there to the classes
/// @param width of the vectors
/// @param classes number of classes
/// @tparam Scalar float or double
template <typename Scalar>
typename BasicChain<Scalar>::Layers MakeHeadLayers(uint32_t width, uint32_t classes);

/// @return all of them, a classifier of text or images
/// @param config a valid structure
/// @param classes number of classes
/// @tparam Scalar float or double
template <typename Scalar>
typename BasicChain<Scalar>::Layers MakeTransformerLayers(const TransformerConfig& config,
                                                          uint32_t classes);

/// Patterns of the parameters of adapters.
/// @return them
std::vector<std::string> AdapterPatterns();

} // namespace fl
} // namespace ns3

#endif /* FL_TRANSFORMER_H */
