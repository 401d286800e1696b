/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_LEARNING_H
#define FL_MEL_LEARNING_H

#include "fl-mel-case.h"

#include "ns3/fl-learning-task.h"
#include "ns3/fl-mel-drop.h"

#include <cstdint>
#include <functional>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Allocations in the paper's cell, and learning with an allocation, without a network simulation.
 */

namespace ns3
{
namespace fl
{

/**
 * Scale an allocation to the size of the training set.
 * @param work an allocation of d samples
 * @param trained number of samples in the training set
 * @return number of samples by learner, in proportion to its part of d; the sum is `trained`
 */
std::vector<uint32_t> ScaleMelSamples(const std::vector<MelWork>& work, uint32_t trained);

/**
 * Draw a cell, and solve a case in it.
 * @param what the case
 * @param drop distributions of the cell; its T, E and c are replaced by those of the case
 * @param seed seed of the cell
 * @return the allocation; its accuracy is empty
 */
MelRun AllocateMel(const MelCase& what, MelDropOptions drop, uint64_t seed);

/**
 * Learn with an allocation. In each global cycle the training data are shuffled and partitioned,
 * learner k trains tau_k iterations on its part from the global model, and models are averaged by
 * (3) of Mohammad et al. Without an allocation the accuracy remains that of the initial model.
 * @param work the allocation; empty: none
 * @param task model, training and test data, hyperparameters
 * @param updates number of global cycles
 * @param seed seed of the initial model and the partitions
 * @param updated called after each global cycle; may be empty
 * @return accuracy after each global update, from the initial model (0) on, 0 to 1
 */
std::vector<double> LearnMel(const std::vector<MelWork>& work,
                             const LearningTask& task,
                             uint32_t updates,
                             uint64_t seed,
                             const std::function<void()>& updated = {});

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_LEARNING_H */
