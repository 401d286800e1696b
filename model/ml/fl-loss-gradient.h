/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LOSS_GRADIENT_H
#define FL_LOSS_GRADIENT_H

#include "ns3/fl-dataset.h"
#include "ns3/fl-model.h"

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The loss of a model on some samples of a data set, and its gradient: mean softmax cross-entropy,
 * without weight decay or proximal term. For measurements; training has its own loop. May run on
 * several threads at once, of which each keeps its buffers for the next call.
 */

namespace ns3
{
namespace fl
{

/**
 * @param model the structure
 * @param parameters its parameters w, Model::ParameterCount() elements
 * @param dataset features are the model's inputs, classes its outputs
 * @param samples indices into the data set, at least one
 * @return the mean of their losses [nat]; not finite if the model is not
 * @throws InvalidInput if sizes do not agree, an index is out of range or there is no sample
 */
double MeanLoss(const Model& model,
                const Eigen::VectorXf& parameters,
                const Dataset& dataset,
                const std::vector<uint32_t>& samples);

/**
 * @copydoc MeanLoss()
 * @param [out] gradient of that mean with respect to w, Model::ParameterCount() elements
 */
double LossGradient(const Model& model,
                    const Eigen::VectorXf& parameters,
                    const Dataset& dataset,
                    const std::vector<uint32_t>& samples,
                    Eigen::VectorXf& gradient);

} // namespace fl
} // namespace ns3

#endif /* FL_LOSS_GRADIENT_H */
