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

    Options cell;                 //!< options of the cell, with the paper's values as defaults
    std::string figures{"all"};   //!< names of figures, separated by commas
    std::string method{"global"}; //!< method of figures 2 to 6
    double weightEnergy{0.5};     //!< w1 in figures 5 and 6, and with --packets
    bool packets{false};          //!< packet-level simulation in place of figures
};

/**
 * @param parser the parser
 * @param options defaults; set by Parse()
 */
void AddJointStudyOptions(OptionParser& parser, JointStudyOptions& options);

/**
 * @param options parsed options
 * @return parameters and distributions of drops
 */
JointDropOptions MakeJointDropOptions(const JointStudyOptions& options);

/**
 * Check values that the joint problem would refuse, so that messages name options and not fields of
 * the problem.
 * @param options parsed options
 * @param figures names of the figures to be made
 * @throws InvalidInput if the formula or one of the figures does not allow a value
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
