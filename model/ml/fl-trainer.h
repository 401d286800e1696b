/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TRAINER_H
#define FL_TRAINER_H

#include "ns3/fl-dataset.h"
#include "ns3/fl-model.h"
#include "ns3/fl-thread-pool.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/// Hyperparameters of local training.
struct TrainerOptions
{
    /// The method of descent.
    enum class Method : uint8_t
    {
        FULL_BATCH, //!< gradient descent: one step per iteration, on the mean over all samples
        SGD         //!< steps on minibatches of the samples in random order
    };

    /// What one local iteration is.
    enum class Iteration : uint8_t
    {
        /// One pass over the local samples: with SGD they are shuffled and cut into minibatches, of
        /// which the last one may be smaller.
        EPOCH,
        /// One step, on one minibatch of exactly batchSize samples, or of all where there are
        /// fewer, drawn without replacement: the next ones of the shuffled samples; where fewer
        /// than a minibatch are left, all samples are shuffled anew and those left wait for their
        /// chance in that order. So each minibatch is a uniformly random subset, and none holds a
        /// sample twice.
        STEP
    };

    Method method{Method::SGD}; //!< the method of descent
    double learningRate{0.1};   //!< step size eta, positive and finite
    /// mu of v = mu v + g, w = w - eta v; in [0, 1). The velocity v begins at 0 with each training.
    double momentum{0};
    double weightDecay{0}; //!< lambda: adds lambda w to the gradient; at least 0 and finite
    /// mu of FedProx (T. Li et al., MLSys 2020): adds mu (w - w0) to the gradient, w0 the model
    /// that training began with; at least 0 and finite
    double proximalMu{0};
    uint32_t batchSize{32};                //!< of a minibatch; at least 1; SGD only
    Iteration iteration{Iteration::EPOCH}; //!< what one local iteration is
    /// Local iterations, at least 1. As passes (EPOCH) they are one gradient step on all samples
    /// each (FULL_BATCH), or one epoch of minibatches (SGD): cycles per sample and iteration, the
    /// cost model's unit, mean the same for both. As steps (STEP) each takes batchSize samples
    /// (SGD) or all (FULL_BATCH).
    uint32_t localIterations{1};
    /// Names of the slices that are trained, as Model::Trainable() takes them; empty: all.
    std::vector<std::string> trainable;

    /// @throws InvalidInput that names the option, its value and what is allowed
    void Validate() const;
};

/// Result of Train().
struct TrainingResult
{
    Eigen::VectorXf parameters; //!< the trained model; if it diverged, the initial one
    double loss{0};      //!< mean loss of the last iteration's samples, each before its step [nat]
    uint32_t samples{0}; //!< how many there were to train on, or to draw minibatches from
    uint64_t processed{0};  //!< samples of all steps, as often as they were in a minibatch
    uint32_t iterations{0}; //!< done in full
    bool finite{true};      //!< false: it diverged (a loss or a parameter overflowed)
    bool cancelled{false};  //!< ended early, by the cancel flag
};

/**
 * @ingroup fl
 * Train a model on part of a data set. The result is a function of the arguments; calls may run on
 * several threads at once, of which each keeps its buffers for the next call.
 *
 * The loss is the mean of softmax cross-entropy; weight decay and the proximal term pull on all
 * parameters that train, biases included, and do not count in the reported loss.
 *
 * @param model the structure
 * @param start initial parameters w0, Model::ParameterCount() elements
 * @param dataset the samples; features are the model's inputs, classes its outputs
 * @param samples indices into the data set, at least one
 * @param maxSamples number of these to train on, drawn at random; 0: all
 * @param options valid hyperparameters
 * @param seed of the choice of samples and of their order
 * @param cancel if not null, it is read before each step; true ends the training
 * @return the trained model
 * @throws InvalidInput if options or sizes are wrong, or an index is out of range
 */
TrainingResult Train(const Model& model,
                     const Eigen::VectorXf& start,
                     const Dataset& dataset,
                     const std::vector<uint32_t>& samples,
                     uint32_t maxSamples,
                     const TrainerOptions& options,
                     uint64_t seed,
                     const std::atomic<bool>* cancel = nullptr);

/// Result of Evaluate().
struct Evaluation
{
    double loss{0};     //!< mean over the samples [nat]; not finite if the model is not
    double accuracy{0}; //!< share of samples whose largest output is their label's, 0 to 1
};

/**
 * @ingroup fl
 * Loss and accuracy of a model on all of a data set. The same bits with any number of threads:
 * blocks of fixed size are added up in their order.
 *
 * @param model the structure
 * @param parameters its parameters, Model::ParameterCount() elements
 * @param dataset at least one sample
 * @param pool threads to evaluate blocks on; null: the calling thread
 * @return loss and accuracy
 * @throws InvalidInput if sizes do not agree or there is no sample
 */
Evaluation Evaluate(const Model& model,
                    const Eigen::VectorXf& parameters,
                    const Dataset& dataset,
                    ThreadPool* pool = nullptr);

} // namespace fl
} // namespace ns3

#endif /* FL_TRAINER_H */
