/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_CASE_H
#define FL_MEL_CASE_H

#include "ns3/fl-mel-problem.h"
#include "ns3/fl-plan.h"
#include "ns3/fl-sample.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The cases that fl-task-allocation compares, and their results.
 */

namespace ns3
{
namespace fl
{

/// Accuracies for which the paper reports the number of updates, 0 to 1.
inline constexpr double MEL_THRESHOLDS[] = {0.94, 0.95, 0.955, 0.973};

/// A scheme of task allocation.
struct MelScheme
{
    std::string name;     //!< name in files: HA-Asyn, HA-Sync, HU-Asyn, HU-Sync
    std::string method;   //!< name in MelMethods()
    int64_t staleness{0}; //!< c, the bound on differences of local iterations
};

/// A point of a curve: a scheme under limits of time and energy.
struct MelCase
{
    double cycleTimeS{0}; //!< T [s]
    double energyJ{0};    //!< E, mean of the learners' budgets [J]
    MelScheme scheme;     //!< the scheme
};

/// Result of a case in one run.
struct MelRun
{
    bool feasible{false};         //!< whether there is an allocation within the limits
    std::vector<MelWork> work;    //!< the allocation, by learner; empty if there is none
    double iterations{ABSENT};    //!< mean of tau_k, the learners' local iterations
    std::vector<double> accuracy; //!< after each global update, from the initial model (0) on
};

/// All runs of a case.
struct MelResult
{
    MelCase what;                  //!< the case
    std::vector<MelRun> runs;      //!< results by run
    std::vector<uint32_t> figures; //!< numbers of the figures that show the case

    /// @return accuracy after a number of updates over the runs, 0 to 1
    /// @param update number of global updates, 0: initial model
    Sample Accuracy(size_t update) const;
    /// @return number of updates until an accuracy is reached, over the runs that reach it
    /// @param threshold accuracy to be reached, 0 to 1
    Sample UpdatesTo(double threshold) const;
    /// @return number of runs with an allocation
    uint32_t CountFeasible() const;
};

/// @return whether two cases are the same
/// @param a a case
/// @param b another one
bool IsSameCase(const MelCase& a, const MelCase& b);

/**
 * @param accuracy accuracy after each global update, from the initial model (0) on
 * @param threshold an accuracy, 0 to 1
 * @return the first update at which it is reached; ABSENT: none
 */
double MelUpdatesTo(const std::vector<double>& accuracy, double threshold);

/**
 * @param results results of all cases
 * @param updates number of global updates
 * @return highest mean accuracy of a case after that number, 0 to 1
 */
double BestMelAccuracy(const std::vector<MelResult>& results, uint32_t updates);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_CASE_H */
