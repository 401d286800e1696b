/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_STUDY_OPTIONS_H
#define FL_JOINT_STUDY_OPTIONS_H

#include "ns3/fl-joint-drop.h"
#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"

#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The command line of fl-joint-energy-time.
 */

namespace ns3
{
namespace fl
{

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
 * @param options as parsed
 * @return the parameters and distributions that drops are drawn from
 */
JointDropOptions MakeJointDropOptions(const JointStudyOptions& options);

/**
 * Refuse what would be refused later in words of a problem, in words of the command line.
 * @param options as parsed
 * @param figures names of those that are wanted
 * @throws InvalidInput if the formula or one of the figures can't have these values
 */
void ValidateJointStudy(const JointStudyOptions& options, const std::vector<std::string>& figures);

/**
 * @param text all, or names separated by commas
 * @return the names, each once, in the order of JointFigureNames()
 * @throws InvalidInput if there is no such figure
 */
std::vector<std::string> ParseJointFigures(const std::string& text);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_STUDY_OPTIONS_H */
