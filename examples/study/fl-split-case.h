/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_CASE_H
#define FL_SPLIT_CASE_H

#include "ns3/fl-dataset.h"
#include "ns3/fl-options.h"
#include "ns3/fl-split-model.h"
#include "ns3/fl-system-state.h"
#include "ns3/fl-transformer.h"

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What is learned in fl-split-lora: data, base, and who gets which samples.
 */

namespace ns3
{
namespace fl
{

/// A learning task of the study.
struct SplitCase
{
    std::string name;                        //!< of its data
    std::shared_ptr<const Dataset> train;    //!< of base and devices
    std::shared_ptr<const Dataset> test;     //!< held out: as many as are evaluated
    TransformerConfig config;                //!< the transformer
    std::shared_ptr<const SplitModel> model; //!< base, adapters, heads
    std::vector<uint32_t> samples;           //!< of the devices, in `train`
    SplitRound round;                        //!< sizes and costs of a round
    /// Tasks of heads, each with what it calls the data's classes: device k has task k modulo their
    /// number; none: all learn the data's own
    std::vector<std::vector<uint8_t>> headTasks;
    size_t headTask{0}; //!< the task whose devices are evaluated; `test` has its labels

    /// @return parts of the devices: what `scenario.partition` makes of `samples`
    /// @param scenario `partition` and `devices` are used
    /// @param seed of the run
    std::vector<std::vector<uint32_t>> Parts(const Scenario& scenario, uint64_t seed) const;

    /// @return training data as the devices call them
    /// @param parts of the devices
    std::shared_ptr<const Dataset> LabelledTrain(
        const std::vector<std::vector<uint32_t>>& parts) const;
    /// @param device a device
    /// @return whether it is evaluated
    bool IsEvaluated(uint32_t device) const;
};

/**
 * Load data, and make or load the base.
 * @param scenario its data, base, adapters and training
 * @param testSamples most held-out samples, drawn at random, the same in all runs
 * @param threads of the loading
 * @return the case
 * @throws InvalidInput if data or base cannot be had
 */
SplitCase MakeSplitCase(const Scenario& scenario, uint32_t testSamples, uint32_t threads);

/**
 * What a base is worth: the same task on a pretrained base, on that with adapters that don't move
 * (heads alone), and on a random one.
 * @param scenario its data, adapters and training; `base` is used for the first two
 * @param testSamples most held-out samples
 * @param threads of the loading
 * @return "adapters", "heads alone", "random base"
 * @throws InvalidInput as MakeSplitCase()
 */
std::vector<SplitCase> MakeBaseCases(const Scenario& scenario,
                                     uint32_t testSamples,
                                     uint32_t threads);

/**
 * Heads of different tasks on one encoder: the data's classes, and in which half of the classes a
 * sample is. Each task is learned by all devices, and by half of them while the others learn the
 * other one.
 * @param scenario as of MakeSplitCase()
 * @param testSamples most held-out samples
 * @param threads of the loading
 * @return by task: by all, beside the other one
 * @throws InvalidInput as MakeSplitCase()
 */
std::vector<SplitCase> MakeHeadTaskCases(const Scenario& scenario,
                                         uint32_t testSamples,
                                         uint32_t threads);

/// Who needs no transformer.
struct SplitBaselines
{
    double largestClass{0}; //!< accuracy of who always says the class that training data have most
    double bagOfWords{0}; //!< accuracy of logistic regression on which words there are, trained on
                          //!< all training data at one place; NaN: no text
};

/// @return accuracies on a task's held-out samples, 0 to 1
/// @param task the task
SplitBaselines BaselinesOf(const SplitCase& task);

/// @return costs of a round in the computations of the nodes, as SplitCoordinator's attributes have
/// them; sizes are not set
SplitRound SplitCosts();

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_CASE_H */
