/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BFL_TRAINING_H
#define FL_BFL_TRAINING_H

#include "ns3/fl-dataset.h"
#include "ns3/fl-model.h"
#include "ns3/fl-trainer.h"

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * Train as the BFL paper's devices do, by Adam, whose moments begin at zero with each training. A
 * step takes the next minibatch of the shuffled samples; where fewer are left, all are shuffled
 * anew.
 * @param model the structure
 * @param start initial parameters w_0
 * @param dataset the samples
 * @param samples indices into the data set, at least one
 * @param options learning rate, size of a minibatch (all where there are fewer samples) and number
 * of steps (localIterations); nothing else is used
 * @param seed of the order of samples
 * @return w_e; w_0 if it diverged
 * @throws InvalidInput if sizes are wrong or an index is out of range
 */
Eigen::VectorXf TrainByAdam(const Model& model,
                            const Eigen::VectorXf& start,
                            const Dataset& dataset,
                            const std::vector<uint32_t>& samples,
                            const TrainerOptions& options,
                            uint64_t seed);

} // namespace fl
} // namespace ns3

#endif /* FL_BFL_TRAINING_H */
