/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-schedule-study-options.h"

namespace ns3
{
namespace fl
{

void
AddScheduleStudyOptions(OptionParser& parser, ScheduleStudyOptions& options)
{
    parser.Add("formula-rounds", "rounds of a run", options.formulaRounds, InRange(1U, 1000000U));
    parser.Add("devices", "devices in the cell", options.devices, InRange(1U, 1000000U));
    parser.Add("bandwidth", "bandwidth of the uplink [Hz]", options.bandwidthHz, Positive(1e12));
    parser.Add("runs",
               "independent repetitions, with run numbers from --RngRun on",
               options.runs,
               InRange(1U, 500U));
    AddOutputOptions(parser, options);
}

} // namespace fl
} // namespace ns3
