/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TASK_BUILDER_H
#define FL_TASK_BUILDER_H

#include "ns3/fl-learning-task.h"
#include "ns3/fl-options.h"

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

/**
 * @ingroup fl
 * What every run of a program learns from; loaded once.
 */
struct LearningData
{
    std::shared_ptr<ThreadPool> pool;     //!< `--threads` workers
    std::shared_ptr<const Dataset> train; //!< training data; null in a timing study
    std::shared_ptr<const Dataset> test;  //!< held-out data; null in a timing study
};

/**
 * @ingroup fl
 * Load what the options ask for: MNIST's files from `--data`, or synthetic digits, which are made
 * once and kept in CacheFolder(). With `--payload-bits` it is a timing study, without data.
 * @param options as parsed
 * @return the data
 * @throws InvalidInput if the data cannot be read
 */
LearningData LoadData(const Options& options);

/**
 * @ingroup fl
 * Build what is to be learned: model, data, how to train, what to send.
 * @param options as parsed
 * @param data what LoadData() returned
 * @param seed of initial parameters and local shuffles
 * @return the task
 */
std::shared_ptr<const LearningTask> BuildTask(const Options& options,
                                              const LearningData& data,
                                              uint64_t seed);

/**
 * @ingroup fl
 * Divide the task's training data among devices as `--partition` says.
 * @param options as parsed
 * @param task the task; in a timing study the result is empty
 * @param seed of the division
 * @return sample indices, by device
 * @throws InvalidInput if there are fewer samples than devices
 */
std::vector<std::vector<uint32_t>> BuildParts(const Options& options,
                                              const LearningTask& task,
                                              uint64_t seed);

} // namespace fl
} // namespace ns3

#endif /* FL_TASK_BUILDER_H */
