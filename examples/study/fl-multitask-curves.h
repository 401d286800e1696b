/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MULTITASK_CURVES_H
#define FL_MULTITASK_CURVES_H

#include "fl-multitask-learning.h"

#include "ns3/fl-sample.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Figures 5 to 7 and 11 to 14 of DMA-FL: schemes that learn, over runs.
 */

namespace ns3
{
namespace fl
{

class ThreadPool;

/// A curve: a scheme, and what differs from the others of its group.
struct MultitaskCurve
{
    std::string name;               //!< in figures and tables
    MultitaskScheme scheme;         //!< what is done
    std::vector<double> importance; //!< gamma by task, with chi = 1; empty: 1
    uint32_t minUploads{0};         //!< of each device and task
};

/// Curves that are shown together.
struct MultitaskGroup
{
    std::string name;                   //!< in tables, and of its plots
    std::string figures;                //!< numbers in the paper, as "5 and 6"
    std::string partition;              //!< as Partitioner::FromText() takes it, without "@N"
    std::vector<MultitaskCurve> curves; //!< DMA-FL first
};

/**
 * @param figures numbers in the paper
 * @param minUploads for figures 5 and 6, where DMA-FL and DMA-FL-NR are shown with it as well; 0:
 *        they are not
 * @return the groups of curves that learn
 */
std::vector<MultitaskGroup> MultitaskGroups(const std::vector<uint32_t>& figures,
                                            uint32_t minUploads);

/// How curves are made.
struct MultitaskCurveOptions
{
    MultitaskSetting setting;             //!< Table II; partition and minUploads by group and curve
    uint32_t runs{3};                     //!< repetitions
    uint32_t samples{200};                //!< of each device and task
    uint32_t evaluateEvery{5};            //!< aggregations
    LateUpdates late{LateUpdates::STALE}; //!< of FedAvg-Partial
    double learningRate{0};               //!< of all; 0: the best of MULTITASK_RATES
    std::vector<std::string> schemes;     //!< names of those that are drawn; none: all
    uint64_t seed{1};                     //!< of the first run
};

/// What a curve's plan was in one run, of one task.
struct MultitaskPlanFigures
{
    uint32_t largestStaleness{0}; //!< K of Definition 4
    uint32_t devices{0};          //!< that take part
    double mostUsedShare{0};      //!< periods of the device that makes most of them
    double iterations{0};         //!< all e
    double batch{0};              //!< mean B
    double idleS{0};              //!< mean T^ID [s]
    double computeS{0};           //!< mean T^C [s]
    double transferS{0};          //!< mean T^D + T^U [s]
};

/// @param periods of a task, at least one @return what they are, on the whole
MultitaskPlanFigures SummarizePeriods(const std::vector<MultitaskPeriod>& periods);

/// A run of a curve.
struct MultitaskRun
{
    bool feasible{false};                             //!< whether there is a plan
    std::string reason;                               //!< why not
    std::vector<MultitaskPlanFigures> plan;           //!< by task
    std::vector<std::vector<MultitaskPoint>> courses; //!< by task; empty if there is no plan
    double budgetUse{0}; //!< largest part of its budget that a device uses
    double objective{0}; //!< (29a); NaN in synchronous rounds
    bool vacuous{false}; //!< K alpha >= 1 of a task
};

/// A curve over all runs.
struct MultitaskResult
{
    std::string group;              //!< its group's name
    MultitaskCurve curve;           //!< what
    std::vector<double> rates;      //!< learning rate by task, from MULTITASK_RATES
    std::vector<MultitaskRun> runs; //!< by run

    /// @param task number of a task @param point index of an evaluation
    /// @return over the runs
    Sample Accuracy(size_t task, size_t point) const;
    /// @param task number of a task @param point index of an evaluation
    /// @return energy of the devices until then, over the runs [J]
    Sample DeviceJ(size_t task, size_t point) const;
    /**
     * @param task number of a task
     * @param accuracy to be reached, 0 to 1
     * @return energy of the devices until then, over the runs that reach it [J]
     */
    Sample EnergyTo(size_t task, double accuracy) const;
    /// @param task number of a task @return the mean of the second half of a run's evaluations,
    /// over the runs
    Sample LateAccuracy(size_t task) const;
    /// @param task number of a task @return evaluations of a run; 0 if no run has a plan
    size_t CountPoints(size_t task) const;
    /// @param task number of a task @return a run's points, to know aggregations; null: none
    const std::vector<MultitaskPoint>* AnyCourse(size_t task) const;
};

/**
 * Learn all curves of all groups, of all runs, side by side. Each curve's learning rates are those
 * of MULTITASK_RATES, unless they are given, with the best accuracy in a run of its own, which ends
 * with the aggregation after half as many local periods as there are aggregations.
 * @param groups what
 * @param tasks models and data
 * @param options how
 * @param pool threads; results do not depend on their number
 * @return all curves, group by group
 */
std::vector<MultitaskResult> LearnMultitaskCurves(const std::vector<MultitaskGroup>& groups,
                                                  const std::vector<MultitaskTask>& tasks,
                                                  const MultitaskCurveOptions& options,
                                                  ThreadPool& pool);

} // namespace fl
} // namespace ns3

#endif /* FL_MULTITASK_CURVES_H */
