/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_DEVICE_H
#define FL_SPLIT_DEVICE_H

#include "fl-embedded-batch.h"

#include "ns3/fl-dataset.h"
#include "ns3/fl-gradient-step.h"
#include "ns3/fl-loss.h"
#include "ns3/fl-model.h"
#include "ns3/fl-transformer.h"

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The parts of a transformer that are at a device in split federated LoRA: embedding and head.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * From samples to embeddings, with frozen weights: read-only, once per process, shared by all
 * devices and threads.
 */
class SplitEmbedding
{
  public:
    /**
     * @param config the structure
     * @param frozen its parameters, one matrix for each of GetModel().FrozenSlices()
     * @throws InvalidInput if the structure is not valid, or the number of matrices is another one
     */
    SplitEmbedding(const TransformerConfig& config, FrozenParameters frozen);

    /// @return its structure and weights; no parameter trains
    const Model& GetModel() const;

    /**
     * @param dataset text, or images
     * @param samples indices of samples, at least one
     * @param [out] batch their embeddings, without padding
     * @throws InvalidInput if the data are not what the embedding takes, or an index is out of
     * range
     */
    void Embed(const Dataset& dataset,
               const std::vector<uint32_t>& samples,
               EmbeddedBatch& batch) const;

  private:
    Model m_model; //!< structure and weights
};

/// @return random parameters of an embedding
/// @param config its structure
/// @param seed of the random draws
FrozenParameters RandomEmbedding(const TransformerConfig& config, uint64_t seed);

/// @return the structure of a head: slices head.weight (width x classes) and head.bias
/// @param width of the features
/// @param classes number of classes
std::shared_ptr<const Model> MakeHead(uint32_t width, uint32_t classes);

/// What a head makes of a batch.
struct HeadStep
{
    BatchLoss loss;                  //!< before the update: sum of losses [nat], and hits
    Eigen::MatrixXf logits;          //!< outputs of the old head, classes x samples
    Eigen::MatrixXf featureGradient; //!< dF/dz of the mean loss by the old head, width x samples
    Eigen::VectorXf headGradient;    //!< of the mean loss by the old head's parameters
};

/**
 * @ingroup fl
 * A device's own classifier: a dense layer on the features that its server returns. It never leaves
 * the device. It holds its parameters and what its rule of descent remembers, nothing else: the
 * structure is shared, and buffers are the caller's.
 */
class PersonalHead
{
  public:
    /**
     * @param model the structure, from MakeHead()
     * @param options how it follows its gradient
     * @param seed of its initial weights
     * @throws InvalidInput if an option is not valid
     */
    PersonalHead(std::shared_ptr<const Model> model, const StepOptions& options, uint64_t seed);

    /// @return its structure
    const Model& GetModel() const;
    /// @return its parameters
    const Eigen::VectorXf& GetParameters() const;
    /// @param parameters GetModel().ParameterCount() numbers
    /// @throws InvalidInput if there are more or fewer
    void SetParameters(const Eigen::VectorXf& parameters);

    /**
     * Equation (3) of split federated LoRA: loss and dF/dz with the head as it is, then one step of
     * its own along its gradient.
     * @param features z, width x samples
     * @param labels one per sample
     * @param [out] step loss and gradients
     * @throws InvalidInput if sizes do not agree, a label is out of range, or the features, or what
     *         follows from them, are not finite; the head does not change then
     */
    void Learn(const Eigen::MatrixXf& features, const std::vector<uint8_t>& labels, HeadStep& step);

    /**
     * Loss and hits of samples that it does not learn from. May run on several threads at once.
     * @param features z, width x samples
     * @param labels one per sample
     * @return sums over the samples
     * @throws InvalidInput if sizes do not agree, or a label is out of range
     */
    BatchLoss Evaluate(const Eigen::MatrixXf& features, const std::vector<uint8_t>& labels) const;

  private:
    /// @return outputs of features, in a workspace @param features z @param labels one per sample
    /// @param workspace where
    ConstMatrixView Classify(const Eigen::MatrixXf& features,
                             const std::vector<uint8_t>& labels,
                             Workspace& workspace) const;

    std::shared_ptr<const Model> m_model; //!< its structure
    Eigen::VectorXf m_parameters;         //!< its weights
    GradientStep m_step;                  //!< how it follows its gradient
};

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_DEVICE_H */
