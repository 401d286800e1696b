/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_STATISTICS_H
#define FL_JOINT_STATISTICS_H

#include "fl-joint-figures.h"

#include "ns3/fl-plan.h"
#include "ns3/fl-sample.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The figures of Zhou et al. by formula: the methods of each row solve many random drops, and
 * results are averaged.
 */

namespace ns3
{
namespace fl
{

class ThreadPool;
class WorkProgress;

/**
 * A method at a point over all drops: a row of a figure's CSV.
 *
 * If some drops are infeasible because of a deadline, means are over the drops that are feasible
 * for all rows of the figure, so that all curves are of the same drops. A row that is feasible for
 * fewer than nine drops of ten is excluded from this, and has no means: a gap in its curve.
 */
struct JointRowStatistics
{
    uint32_t drops{0};             //!< number of drops
    uint32_t feasible{0};          //!< drops for which the method has a solution
    uint32_t optimal{0};           //!< drops whose solution is proven to be optimal
    Sample energyJ;                //!< E; this and the next ones over the averaged drops [J]
    Sample uploadEnergyJ;          //!< part of E for uploads [J]
    Sample computeEnergyJ;         //!< part of E for computation [J]
    Sample timeS;                  //!< T [s]
    Sample objective;              //!< w1 E + w2 T
    Sample excess;                 //!< over all drops with a solution: objective over that of the
                                   //!< drop's optimum, minus 1
    double smallestExcess{ABSENT}; //!< minimum of excess; negative would mean below the optimum
};

/// A figure with its results.
struct JointFigureResult
{
    const JointFigure* figure{nullptr};                         //!< the figure
    const std::vector<JointRowStatistics>* statistics{nullptr}; //!< by row
};

/**
 * Solve all points of a figure by its methods. The drops, and the draws of randomised methods, are
 * a function of the seed, and the same at all points.
 * @param figure points and methods
 * @param drops number of drops
 * @param seed of the drops
 * @param pool threads that solve drops concurrently; the result does not depend on it
 * @param progress 1 is added per row and drop; may be null
 * @return statistics by row of the figure
 * @throws InvalidInput if a point's parameters are out of their ranges
 * @throws std::runtime_error if a solver failed
 */
std::vector<JointRowStatistics> SolveJointFigure(const JointFigure& figure,
                                                 uint32_t drops,
                                                 uint64_t seed,
                                                 ThreadPool& pool,
                                                 WorkProgress* progress = nullptr);

/// Columns of a figure's CSV.
extern const char JOINT_FIGURE_HEADER[];

/**
 * @param figure the figure
 * @param statistics statistics by row
 * @return content of the figure's CSV
 */
std::string JointFigureCsv(const JointFigure& figure,
                           const std::vector<JointRowStatistics>& statistics);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_STATISTICS_H */
