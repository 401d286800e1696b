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
 * A learning task: model architecture, data, hyperparameters. Not modified during a simulation, and
 * shared by a server and all of its clients, so that a client has no copy of them.
 *
 * Without a model it is a timing study: models and updates have a given size and no content, and
 * nothing is trained.
 */
struct LearningTask
{
    std::shared_ptr<const Model> model;   //!< architecture; null: timing study
    std::shared_ptr<const Dataset> train; //!< training data of all devices; a device has indices
    std::shared_ptr<const Dataset> test;  //!< test data; null: the model is not evaluated
    std::shared_ptr<ThreadPool> pool;     //!< threads for local training
    TrainerOptions trainer;               //!< hyperparameters of local training
    Encoding encoding{Encoding::FLOAT32}; //!< number format of parameters in messages
    uint64_t statedBytes{0};              //!< size of model and update in a timing study [byte]
    uint64_t seed{1};               //!< seed of initial parameters and of the order of samples
    std::shared_ptr<WorkJobs> jobs; //!< implements computations of orders; null: BeginJob()

    /// @return encoded size of a model or update, without headers [byte]
    uint64_t PayloadBytes() const
    {
        return model ? EncodedBytes(encoding, model->ParameterCount()) : statedBytes;
    }
};

} // namespace fl
} // namespace ns3

#endif /* FL_LEARNING_TASK_H */
