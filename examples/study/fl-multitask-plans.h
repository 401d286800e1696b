/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MULTITASK_PLANS_H
#define FL_MULTITASK_PLANS_H

#include "fl-multitask-curves.h"

#include "ns3/fl-sample.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Figures 8 to 10 of DMA-FL and the remarks of its section V-B2: what the plan does when one
 * parameter of problem P changes. Nothing is learned.
 */

namespace ns3
{
namespace fl
{

class ThreadPool;

/// A parameter that is varied.
struct MultitaskSweep
{
    std::string name;                             //!< in tables, and of its plot
    std::string figure;                           //!< number in the paper, or "remark"
    std::string parameter;                        //!< in words, with unit
    std::vector<double> values;                   //!< ascending
    std::function<void(DmaProblem&, double)> set; //!< sets it
};

/// A plan in one run.
struct MultitaskPlanRun
{
    bool feasible{false};                    //!< whether there is one
    std::vector<MultitaskPlanFigures> tasks; //!< by task
    std::vector<double> deviceJ;             //!< by task, energy of all devices [J]
    std::vector<double> lastS;               //!< by task, time of the last aggregation [s]
    double distanceM{0};                     //!< mean distance of who makes a period [m]
    double cpuHz{0};                         //!< mean frequency of a period [Hz]
};

/// A sweep over all runs.
struct MultitaskSweepResult
{
    MultitaskSweep sweep;                            //!< what is varied
    std::vector<std::vector<MultitaskPlanRun>> runs; //!< by value, by run

    /// @param value index of a value @param get of a run with a plan @return over the runs
    Sample Over(size_t value, const std::function<double(const MultitaskPlanRun&)>& get) const;
    /// @param value index of a value @param task number of a task
    /// @return the task's part of all local iterations, 0 to 1, over the runs
    Sample IterationShare(size_t value, size_t task) const;
};

/**
 * @param figures numbers in the paper
 * @param remarks whether the remarks of section V-B2 are tested
 * @param taskNames by task
 * @param quick whether to make do with three values each
 * @return what is varied
 */
std::vector<MultitaskSweep> MultitaskSweeps(const std::vector<uint32_t>& figures,
                                            bool remarks,
                                            const std::vector<std::string>& taskNames,
                                            bool quick);

/**
 * Plan all values of all sweeps in all runs. Data are those of the Dirichlet partition, all
 * learning rates 0.03.
 * @param sweeps what
 * @param tasks models and data
 * @param options how
 * @param pool threads; results do not depend on their number
 * @return by sweep
 */
std::vector<MultitaskSweepResult> PlanMultitaskSweeps(const std::vector<MultitaskSweep>& sweeps,
                                                      const std::vector<MultitaskTask>& tasks,
                                                      const MultitaskCurveOptions& options,
                                                      ThreadPool& pool);

} // namespace fl
} // namespace ns3

#endif /* FL_MULTITASK_PLANS_H */
