/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_TASK_H
#define FL_SPLIT_TASK_H

#include "fl-scenario.h"

#include "ns3/fl-learning-task.h"
#include "ns3/fl-transformer.h"

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The transformer of `--coordinator=split`: 2 layers, 64 wide, 4 heads, with adapters of rank 8 on
 * query, value and up-projection of each layer and on the pooler. Images are cut into patches of
 * about a quarter of a side; of text it is what the vocabulary and the longest sample need.
 * @param data training data
 * @return its structure
 */
TransformerConfig SplitTransformer(const Dataset& data);

/**
 * @ingroup fl
 * Make a learning task one of split federated LoRA: its parts, with random frozen weights that are
 * the same in all runs.
 * @param scenario `batch`, `lr` (of heads and adapters) and `encoding` (of all payloads) are used
 * @param [in,out] task has data, threads and seed; gets model and computations
 * @throws InvalidInput if a value is out of range, or the data do not fit
 */
void SetSplitModel(const Scenario& scenario, LearningTask& task);

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_TASK_H */
