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
 * The figures of Zhou et al. by formula: each row solved on many random drops and averaged.
 */

namespace ns3
{
namespace fl
{

class ThreadPool;
class WorkProgress;

/**
 * A method on a point over all drops: a row of a figure's CSV.
 *
 * Where a deadline leaves some drops without an answer, means are over the drops that all rows of
 * the figure answer, so that its curves are of the same drops; but a row that answers fewer than
 * nine drops of ten has no means, and does not count in that: a gap in its curve.
 */
struct JointRowStatistics
{
    uint32_t drops{0};             //!< number of drops
    uint32_t feasible{0};          //!< of these, those for which the method has an answer
    uint32_t optimal{0};           //!< of these, those whose answer is proved to be optimal
    Sample energyJ;                //!< E, as what follows of the drops that are averaged [J]
    Sample uploadEnergyJ;          //!< its part for uploads [J]
    Sample computeEnergyJ;         //!< its part for computation [J]
    Sample timeS;                  //!< T [s]
    Sample objective;              //!< w1 E + w2 T
    Sample excess;                 //!< of all drops that the method answers: objective over the
                                   //!< same drop's optimum, minus 1
    double smallestExcess{ABSENT}; //!< the smallest of these; negative: better than the optimum
};

/// A figure with its results.
struct JointFigureResult
{
    const JointFigure* figure{nullptr};                         //!< the figure
    const std::vector<JointRowStatistics>* statistics{nullptr}; //!< by row
};

/**
 * Solve all points of a figure by its methods. The same drops at all points, which are a function
 * of the seed; the methods that draw have the same draws at all points too.
 * @param figure points, and methods to solve them by
 * @param drops number of drops
 * @param seed of the drops
 * @param pool may work on drops side by side; the result does not depend on it
 * @param progress gets 1 per row and drop; may be null
 * @return by row of the figure
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
 * @param statistics by row
 * @return the rows as CSV, with header
 */
std::string JointFigureCsv(const JointFigure& figure,
                           const std::vector<JointRowStatistics>& statistics);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_STATISTICS_H */
