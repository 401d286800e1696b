/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LEARNING_TASK_H
#define FL_LEARNING_TASK_H

#include "ns3/fl-codec.h"
#include "ns3/fl-dataset.h"
#include "ns3/fl-model.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/fl-trainer.h"

#include <cstdint>
#include <memory>

namespace ns3
{
namespace fl
{

class WorkJobs;

/**
 * @ingroup fl
 * A learning task: model architecture, data, hyperparameters. Immutable, and shared by a server and
 * all its clients: a client holds no copy of the model, the data or the options.
 *
 * Without a model it is a timing study: messages have a stated size and nothing is trained.
 */
struct LearningTask
{
    std::shared_ptr<const Model> model;   //!< the architecture, or null for a timing study
    std::shared_ptr<const Dataset> train; //!< training data of all devices
    std::shared_ptr<const Dataset> test;  //!< held-out data
    std::shared_ptr<ThreadPool> pool;     //!< runs local training
    TrainerOptions trainer;               //!< hyperparameters of local training
    Encoding encoding{Encoding::FLOAT32}; //!< of parameters in messages
    uint64_t statedBytes{0};              //!< size of model and update in a timing study [byte]
    uint64_t seed{1};                     //!< of initial parameters and of the order of samples
    std::shared_ptr<WorkJobs> jobs;       //!< runs computations of orders; null: local training

    /// @return the size of an encoded model or update [byte], without message headers
    uint64_t PayloadBytes() const
    {
        return model ? EncodedBytes(encoding, model->ParameterCount()) : statedBytes;
    }
};

} // namespace fl
} // namespace ns3

#endif /* FL_LEARNING_TASK_H */
