/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MULTITASK_LEARNING_H
#define FL_MULTITASK_LEARNING_H

#include "fl-multitask-schemes.h"

#include <cstdint>
#include <functional>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Learning along the timeline of a scheme of DMA-FL, by formula: no network is simulated.
 */

namespace ns3
{
namespace fl
{

/// The global model of one task after an aggregation.
struct MultitaskPoint
{
    uint32_t aggregation{0}; //!< n; 0: the initial model
    double timeS{0};         //!< A_n [s]
    double accuracy{0};      //!< on held-out data, 0 to 1
    double loss{0};          //!< on held-out data [nat]
    double deviceJ{0};       //!< spent by all devices for the task until then [J]
    double stationJ{0};      //!< spent by the base station for the task until then [J]
};

/// How a task's learning is followed.
struct MultitaskFollow
{
    uint32_t evaluateEvery{5};           //!< aggregations; the last one is evaluated too
    uint32_t periods{UINT32_MAX};        //!< local periods to end after, with their aggregation
    double learningRate{0.03};           //!< of all versions
    std::function<void(double)> trained; //!< called with the samples of each local period
};

/**
 * @param periods of one task
 * @param follow until which aggregation
 * @param evaluated samples of an evaluation
 * @return samples that are processed: in proportion to the time that it takes
 */
double MultitaskEffort(const std::vector<MultitaskPeriod>& periods,
                       const MultitaskFollow& follow,
                       uint32_t evaluated);

/**
 * Train a task's model along a timeline: each period trains e steps on minibatches of B of the
 * samples that its device had when the base version was made, with (4)'s proximal term, and is
 * merged by (6) with alpha (1 + s)^-a; or, in synchronous rounds, averaged by numbers of samples.
 * @param setting Table II
 * @param task model, data, hyperparameters
 * @param parts of the run
 * @param timeline a feasible one
 * @param j number of the task
 * @param follow how
 * @param seed of the run
 * @return the model's course, from the initial model on
 */
std::vector<MultitaskPoint> LearnMultitask(const MultitaskSetting& setting,
                                           const MultitaskTask& task,
                                           const MultitaskParts& parts,
                                           const MultitaskTimeline& timeline,
                                           size_t j,
                                           const MultitaskFollow& follow,
                                           uint64_t seed);

} // namespace fl
} // namespace ns3

#endif /* FL_MULTITASK_LEARNING_H */
