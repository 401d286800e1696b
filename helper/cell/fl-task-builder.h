/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TASK_BUILDER_H
#define FL_TASK_BUILDER_H

#include "fl-scenario.h"

#include "ns3/fl-learning-task.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * @return where generated data are kept: $FL_CACHE, or fl/ in $XDG_CACHE_HOME, in ~/.cache, or in
 *         the system's folder for temporary files, the first of these that is set
 */
std::string CacheFolder();

struct Options;

/**
 * @ingroup fl
 * What every run of a program learns from; loaded once.
 */
struct LearningData
{
    std::shared_ptr<ThreadPool> pool;     //!< trains, with so many threads as LoadData() got
    std::shared_ptr<const Dataset> train; //!< training data; null in a timing study
    std::shared_ptr<const Dataset> test;  //!< held-out data; null in a timing study
};

/**
 * @ingroup fl
 * Load what a scenario learns from: MNIST's files, or synthetic digits, which are made once and
 * kept in CacheFolder(). In a timing study, where messages have a stated size, there are no data.
 * @param scenario `data`, `trainSamples`, `testSamples` and `payloadBits` count
 * @param threads that train; 0: the simulator's own. Results do not depend on it.
 * @return the data
 * @throws InvalidInput if the data cannot be read
 */
LearningData LoadData(const Scenario& scenario, uint32_t threads);

/**
 * @ingroup fl
 * The same, with threads as the command line says.
 * @param options as parsed
 * @return the data
 * @throws InvalidInput if the data cannot be read
 */
LearningData LoadData(const Options& options);

/**
 * @ingroup fl
 * Build what is to be learned: model, data, how to train, what to send.
 * @param scenario model, local training, encoding, and the stated size in a timing study
 * @param data what LoadData() returned for it
 * @param seed of initial parameters and local shuffles
 * @return the task
 * @throws InvalidInput if there is no such model or encoding, or an option of training is out of
 *         range
 */
std::shared_ptr<const LearningTask> BuildTask(const Scenario& scenario,
                                              const LearningData& data,
                                              uint64_t seed);

/**
 * @ingroup fl
 * Divide the task's training data among devices.
 * @param scenario `partition` and `devices` count
 * @param task the task
 * @param seed of the division
 * @return indices of training samples, by device; in a timing study empty
 * @throws InvalidInput if there are fewer samples than devices
 */
std::vector<std::vector<uint32_t>> BuildParts(const Scenario& scenario,
                                              const LearningTask& task,
                                              uint64_t seed);

} // namespace fl
} // namespace ns3

#endif /* FL_TASK_BUILDER_H */
