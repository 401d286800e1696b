/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_STUDY_H
#define FL_JOINT_STUDY_H

#include "fl-joint-figures.h"

#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"
#include "ns3/fl-plan.h"
#include "ns3/fl-sample.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The program fl-joint-energy-time: figures by formula, averaged over random drops.
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
    uint32_t drops{0};             //!< how many there are
    uint32_t feasible{0};          //!< of these, how many the method answers
    uint32_t optimal{0};           //!< of these, how many answers are proved to be optimal
    Sample energyJ;                //!< E, as what follows of the drops that are averaged [J]
    Sample uploadEnergyJ;          //!< its part for uploads [J]
    Sample computeEnergyJ;         //!< its part for computation [J]
    Sample timeS;                  //!< T [s]
    Sample objective;              //!< w1 E + w2 T
    Sample excess;                 //!< of all drops that the method answers: objective over the
                                   //!< same drop's optimum, minus 1
    double smallestExcess{ABSENT}; //!< the smallest of these; negative: better than the optimum
};

/**
 * Solve all points of a figure by its methods. The same drops at all points, which are a function
 * of the seed; the methods that draw have the same draws at all points too.
 * @param figure what
 * @param drops how many
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

/**
 * Write gnuplot scripts that draw a figure from its CSV.
 * @param folder where
 * @param figure the figure
 * @param scripts their names are appended
 * @throws std::runtime_error if one can't be written
 */
void WriteJointPlots(const std::filesystem::path& folder,
                     const JointFigure& figure,
                     std::vector<std::string>& scripts);

/// The command line of fl-joint-energy-time.
struct JointStudyOptions
{
    JointStudyOptions();

    Options cell;               //!< the options of every cell, with the paper's values as defaults
    std::string figures{"all"}; //!< which, separated by commas
    std::string method{"global"}; //!< of the curves in figures 2 to 6
    double weightEnergy{0.5};     //!< w1 of figures 5 and 6, and with packets
    bool packets{false};          //!< one cell through the simulator, in place of figures
};

/**
 * @param parser the parser
 * @param options defaults, and where the values go
 */
void AddJointStudyOptions(OptionParser& parser, JointStudyOptions& options);

/**
 * @param text all, or names separated by commas
 * @return the names, each once, in the order of JointFigureNames()
 * @throws InvalidInput if there is no such figure
 */
std::vector<std::string> ParseJointFigures(const std::string& text);

/**
 * The program: solve, write and draw the figures, print what they show.
 * @param parser the parsed command line, for summary.json
 * @param options as parsed
 */
void RunJointStudy(const OptionParser& parser, const JointStudyOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_STUDY_H */
