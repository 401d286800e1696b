/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TIMELINE_PLOT_H
#define FL_TIMELINE_PLOT_H

#include "fl-plot-request.h"
#include "fl-plot-survey.h"

#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * Write the script of the timeline: a row for each device, with the phases of its orders in the
 * first rounds.
 * @param request what is drawn, and where
 * @param survey of the data, with a device and a round at least
 * @param prefix path of the run's folder, relative to that of the script
 * @param [in,out] scripts the name of the plot's script is appended
 * @throws std::runtime_error if it can't be written
 */
void WriteTimeline(const PlotRequest& request,
                   const PlotSurvey& survey,
                   const std::string& prefix,
                   std::vector<std::string>& scripts);

} // namespace fl
} // namespace ns3

#endif /* FL_TIMELINE_PLOT_H */
