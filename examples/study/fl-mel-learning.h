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
 * Allocations of the paper's cell, and learning with one in a loop, without a network.
 */

namespace ns3
{
namespace fl
{

/**
 * @param work an allocation of d samples
 * @param trained number of samples in the training set
 * @return by learner, its part of these, in proportion to its part of d; the sum is `trained`
 */
std::vector<uint32_t> ScaleMelSamples(const std::vector<MelWork>& work, uint32_t trained);

/**
 * @param what the case
 * @param drop distributions that the cell is drawn from; its T, E and c are replaced by the case's
 * @param seed of the cell
 * @return the allocation; nothing is learned yet
 */
MelRun AllocateMel(const MelCase& what, MelDropOptions drop, uint64_t seed);

/**
 * Learn with an allocation. In each global cycle the training data are shuffled and dealt out,
 * learner k trains tau_k iterations on its share from the global model, and models are averaged by
 * (3). Without an allocation nothing is learned, and the accuracy stays.
 * @param work the allocation; empty: there is none
 * @param task model, training and test data, hyperparameters
 * @param updates number of global cycles
 * @param seed of the initial model and the samples
 * @param updated called after each global cycle; may be empty
 * @return accuracy by global update, from the initial model (0) on: a function of the arguments
 */
std::vector<double> LearnMel(const std::vector<MelWork>& work,
                             const LearningTask& task,
                             uint32_t updates,
                             uint64_t seed,
                             const std::function<void()>& updated = {});

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_LEARNING_H */
