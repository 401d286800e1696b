/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_EVALUATION_H
#define FL_SPLIT_EVALUATION_H

#include "fl-split-device.h"
#include "fl-split-encoder.h"

#include "ns3/fl-dataset.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/fl-trainer.h"

#include <Eigen/Core>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Evaluate one encoder with several heads: each sample goes through the encoder once.
 * @param embedding the devices' embedding
 * @param encoder the server's encoder
 * @param adapters its adapters w^a
 * @param heads the heads; none is null; one that is there several times is evaluated once
 * @param data held-out data
 * @param pool threads, or null; results do not depend on it
 * @return loss and accuracy of the encoder with each head; empty without samples
 * @throws InvalidInput if the data do not fit the embedding or a head
 */
std::vector<Evaluation> EvaluateHeads(const SplitEmbedding& embedding,
                                      const SplitEncoder& encoder,
                                      const Eigen::VectorXf& adapters,
                                      const std::vector<const PersonalHead*>& heads,
                                      const Dataset& data,
                                      ThreadPool* pool);

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_EVALUATION_H */
