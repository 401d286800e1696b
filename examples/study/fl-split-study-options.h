/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_STUDY_OPTIONS_H
#define FL_SPLIT_STUDY_OPTIONS_H

#include "fl-split-curves.h"

#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The command line of fl-split-lora.
 */

namespace ns3
{
namespace fl
{

/// The command line of fl-split-lora.
struct SplitStudyOptions
{
    SplitStudyOptions();

    Options cell;             //!< of the cell, with section V's values as defaults
    std::string figure{"4a"}; //!< which one, see SplitFigureNames()
    std::string texts{"reviews,synthetic-mrpc,synthetic-qnli"}; //!< data of figure 3
    std::string schemes{"all"};   //!< names of schemes, separated by commas
    std::vector<double> limitsMs; //!< limits of the average delay; empty: the figure's [ms/bit]
    uint32_t evaluateEvery{10};   //!< rounds from one evaluation to the next
    uint32_t evaluated{1000};     //!< most held-out samples
    uint32_t timedRounds{500};    //!< rounds whose solutions are timed, at each limit
    bool quick{false};            //!< few rounds, runs and samples
    bool packets{false};          //!< packet-level simulation in place of figures
    /// Optimizers that --packets compares, separated by commas.
    std::string compare{"schedule,schedule-paper,schedule-greedy,schedule-aaba,schedule-all"};
};

/// Limit of the paper [s/bit].
inline constexpr double SPLIT_PAPER_LIMIT_S = 0.05e-3;
/// A limit at which the schemes differ [s/bit].
inline constexpr double SPLIT_TIGHT_LIMIT_S = 0.0008e-3;

/// @return 3, 4, 4a (figure 4 at the tight limit), 5, 6, devices, base, tasks, table
const std::vector<std::string>& SplitFigureNames();

/**
 * @param parser the parser
 * @param options defaults; set by Parse()
 */
void AddSplitStudyOptions(OptionParser& parser, SplitStudyOptions& options);

/// @return these, with little to do if they are --quick
/// @param options as parsed
SplitStudyOptions ReducedSplitOptions(SplitStudyOptions options);

/**
 * @param options as parsed
 * @return limits of the curves of its figure [s/bit]
 */
std::vector<double> SplitLimits(const SplitStudyOptions& options);

/// @param options as parsed @return how its curves are made
SplitCurveOptions MakeSplitCurveOptions(const SplitStudyOptions& options);

/**
 * @param options as parsed
 * @return the tasks of its figure: data, bases
 * @throws InvalidInput if data or a base cannot be had
 */
std::vector<SplitCase> MakeSplitCases(const SplitStudyOptions& options);

/**
 * @param options as parsed
 * @param tasks how many there are
 * @return the curves of its figure
 */
std::vector<SplitCurve> MakeSplitFigure(const SplitStudyOptions& options, size_t tasks);

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_STUDY_OPTIONS_H */
