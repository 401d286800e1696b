/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_TASK_H
#define FL_SPLIT_TASK_H

#include "fl-scenario.h"

#include "ns3/fl-learning-task.h"
#include "ns3/fl-partitioner.h"
#include "ns3/fl-split-model.h"
#include "ns3/fl-transformer.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The transformer of `--coordinator=split`: by default 2 layers, 64 wide, 4 heads. Images are cut
 * into patches of about a quarter of a side, and have adapters on query, value and up-projection of
 * each layer; of text it is what the vocabulary and the longest sample need, with a pooler, and
 * adapters on query, key and value and on the pooler.
 * @param scenario `model`, `loraRank` and `loraAlpha` are used
 * @param data training data
 * @return its structure
 * @throws InvalidInput if the model does not fit the data
 */
TransformerConfig SplitTransformer(const Scenario& scenario, const Dataset& data);

/// Who gets which training samples where a base is pretrained on some of them.
struct SplitSamples
{
    std::vector<uint32_t> base; //!< of pretraining, ascending; none if the base is another one
    std::vector<uint32_t> task; //!< of the devices, ascending
};

/**
 * @param scenario `base` is used
 * @param data training data
 * @return a half for each, drawn at random, the same in all runs; all for the devices if the base
 * is not to be pretrained
 */
SplitSamples DivideSamples(const Scenario& scenario, const Dataset& data);

/**
 * Partition some of the training data over the devices.
 * @param partitioner how
 * @param labels of all training data
 * @param samples indices of those that are divided
 * @param devices number of devices
 * @param seed of the partition
 * @return indices in all training data, by device
 * @throws InvalidInput if there are fewer samples than devices, or a device's owner has none of
 * them
 */
std::vector<std::vector<uint32_t>> SplitTaskSamples(const Partitioner& partitioner,
                                                    const std::vector<uint8_t>& labels,
                                                    const std::vector<uint32_t>& samples,
                                                    uint32_t devices,
                                                    uint64_t seed);

/**
 * @ingroup fl
 * The parts of a task of split federated LoRA. The weights are the same in all runs. With `base`:
 *
 * - pretrained: by EnsurePretrained(), in CacheFolder(), on DivideSamples();
 * - random: as they are drawn;
 * - FILE: of a checkpoint, BERT's or ViT's names. Tensors that are not used are named on standard
 *   error.
 *
 * @param scenario `model`, `base`, `batch`, `lr` and `step` (of heads and adapters), `encoding` (of
 *        all payloads), `loraRank`, `loraAlpha`, `sharedHead` and `paperPayload` are used
 * @param data training data
 * @return them
 * @throws InvalidInput if a value is out of range, the data do not fit, or the file is none
 */
SplitModel MakeSplitModel(const Scenario& scenario, const Dataset& data);

/**
 * @ingroup fl
 * Make a learning task one of split federated LoRA.
 * @param scenario see MakeSplitModel()
 * @param [in,out] task has data, threads and seed; gets model and computations
 * @throws InvalidInput as MakeSplitModel()
 */
void SetSplitModel(const Scenario& scenario, LearningTask& task);

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_TASK_H */
