/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_STUDY_OPTIONS_H
#define FL_SCHEDULE_STUDY_OPTIONS_H

#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"

#include <cstdint>
#include <string>

/**
 * @file
 * @ingroup fl
 * The command line of fl-device-scheduling.
 */

namespace ns3
{
namespace fl
{

/// The command line of fl-device-scheduling.
struct ScheduleStudyOptions
{
    ScheduleStudyOptions();

    Options cell;                 //!< options of the cell, with the values of section V as defaults
    uint32_t formulaRounds{5000}; //!< number of rounds of the figures
    bool packets{false};          //!< packet-level simulation in place of figures
    /// Optimizers that --packets compares: names separated by commas.
    std::string compare{"schedule,schedule-paper,schedule-greedy,schedule-aaba,schedule-all"};
};

/**
 * @param parser the parser
 * @param options defaults; set by Parse()
 */
void AddScheduleStudyOptions(OptionParser& parser, ScheduleStudyOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_STUDY_OPTIONS_H */
