/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LOSS_H
#define FL_LOSS_H

#include "fl-layer.h"

#include <cstdint>

namespace ns3
{
namespace fl
{

/// Loss and hits of a batch.
struct BatchLoss
{
    double loss{0};      //!< sum of the samples' losses [nat]
    uint32_t correct{0}; //!< samples whose largest output is their label's
};

/**
 * @ingroup fl
 * Softmax and cross-entropy, the loss of every classifier here:
 * log(sum_k exp(z_k)) - z_label for each sample.
 *
 * @param logits the model's outputs z, classes x batch
 * @param labels one per column, each below the number of classes
 * @param scale factor of the gradient: 1 / batch for the gradient of the mean loss
 * @param gradient of the loss with respect to the logits, classes x batch, is written:
 *        scale * (softmax(z) - onehot(label)); must not overlap with logits
 * @return loss and hits; the loss is not finite if a logit is not
 */
BatchLoss SoftmaxCrossEntropy(const ConstMatrixView& logits,
                              const uint8_t* labels,
                              float scale,
                              MatrixView gradient);

} // namespace fl
} // namespace ns3

#endif /* FL_LOSS_H */
