/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_STUDY_OPTIONS_H
#define FL_SCHEDULE_STUDY_OPTIONS_H

#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"

#include <cstdint>

/**
 * @file
 * @ingroup fl
 * The command line of fl-device-scheduling.
 */

namespace ns3
{
namespace fl
{

/// The command line of fl-device-scheduling, with the values of section V as defaults.
struct ScheduleStudyOptions : OutputOptions
{
    uint32_t devices{20};         //!< number of devices in the cell
    double bandwidthHz{10e6};     //!< bandwidth of the uplink [Hz]
    uint32_t runs{10};            //!< independent repetitions
    uint32_t formulaRounds{5000}; //!< number of rounds
};

/**
 * @param parser the parser
 * @param options defaults; set by Parse()
 */
void AddScheduleStudyOptions(OptionParser& parser, ScheduleStudyOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_STUDY_OPTIONS_H */
