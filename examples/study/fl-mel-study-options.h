/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_STUDY_OPTIONS_H
#define FL_MEL_STUDY_OPTIONS_H

#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The command line of fl-task-allocation.
 */

namespace ns3
{
namespace fl
{

/// The command line of fl-task-allocation.
struct MelStudyOptions
{
    MelStudyOptions();

    Options cell;                //!< options of the cell, with this study's defaults
    std::string figures{"all"};  //!< numbers of figures, separated by commas
    std::string method{"exact"}; //!< method of HA-Asyn: exact or sai
    bool quick{false};           //!< few limits, for a short test
    bool packets{false};         //!< packet-level simulation in place of figures
};

/**
 * @param parser the parser
 * @param options defaults; set by Parse()
 */
void AddMelStudyOptions(OptionParser& parser, MelStudyOptions& options);

/**
 * @param text all, or numbers from 4 to 8 separated by commas
 * @return the numbers, each once, ascending
 * @throws InvalidInput if there is no such figure
 */
std::vector<uint32_t> ParseMelFigures(const std::string& text);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_STUDY_OPTIONS_H */
