/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TASK_BUILDER_H
#define FL_TASK_BUILDER_H

#include "fl-data-source.h"
#include "fl-scenario.h"

#include "ns3/fl-data-stream.h"
#include "ns3/fl-learning-task.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

struct Options;

/// Training and test data of one task.
struct TaskData
{
    std::shared_ptr<const Dataset> train; //!< training data; null in a timing study
    std::shared_ptr<const Dataset> test;  //!< test data; null in a timing study
};

/**
 * @ingroup fl
 * Training and test data of all tasks, loaded once for all runs of a program.
 */
struct LearningData
{
    std::shared_ptr<ThreadPool> pool; //!< thread pool for training
    std::vector<TaskData> tasks;      //!< by task; tasks with the same data share them
};

/**
 * @ingroup fl
 * Load the data of a scenario, see ReadDataSource(). What a user may not expect of them is said on
 * standard error. There are none in a timing study (`payloadBits` above 0).
 * @param scenario as ReadDataSource(); `payloadBits` and `tasks` are used besides
 * @param threads threads for training; 0: the simulator's thread. Results do not depend on it
 * @return the data
 * @throws InvalidInput if the data cannot be read
 */
LearningData LoadData(const Scenario& scenario, uint32_t threads);

/**
 * @ingroup fl
 * Load the data of a command line, with its number of threads.
 * @param options parsed options
 * @return the data
 * @throws InvalidInput if the data cannot be read
 */
LearningData LoadData(const Options& options);

/**
 * @ingroup fl
 * Build the learning task of a scenario.
 * @param scenario model, hyperparameters, encoding, and the size in a timing study are used
 * @param data result of LoadData() for it
 * @param seed seed of initial parameters and of the order of samples
 * @param index number of the task
 * @return the learning task
 * @throws InvalidInput if there is no such model or encoding, or a hyperparameter is out of range
 */
std::shared_ptr<const LearningTask> BuildTask(const Scenario& scenario,
                                              const LearningData& data,
                                              uint64_t seed,
                                              uint32_t index = 0);

/**
 * @ingroup fl
 * @param scenario `dataStart`, `dataAdd`, `dataDiscard`, `dataAddActive` and
 *        `dataDiscardActive` are used
 * @param samples that a device may ever have
 * @param seed of the order in which they come
 * @param index number of the task
 * @return how a device's samples change; none: they do not
 */
std::optional<DataStreamOptions> BuildStream(const Scenario& scenario,
                                             size_t samples,
                                             uint64_t seed,
                                             uint32_t index = 0);

/**
 * @ingroup fl
 * Partition the training data over the devices.
 * @param scenario `partition` and `devices` are used
 * @param task the learning task
 * @param seed seed of the partition
 * @param index number of the task
 * @return indices in LearningTask::train, by device; empty in a timing study
 * @throws InvalidInput if there are fewer samples than devices
 */
std::vector<std::vector<uint32_t>> BuildParts(const Scenario& scenario,
                                              const LearningTask& task,
                                              uint64_t seed,
                                              uint32_t index = 0);

} // namespace fl
} // namespace ns3

#endif /* FL_TASK_BUILDER_H */
