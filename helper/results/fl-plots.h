/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PLOTS_H
#define FL_PLOTS_H

#include "fl-plot-request.h"
#include "fl-plot-script.h"

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * Write gnuplot scripts (`*.plt`) into a results folder, which plot its CSV files: `accuracy-time`,
 * `accuracy-energy`, `timeline` (of phases per device) and `upload-time` (measured over predicted).
 * There is no script of a plot without data (no evaluation, no prediction).
 * @param request the parameters
 * @return file names of the scripts, without folder
 * @throws std::runtime_error if a CSV file cannot be read or a script cannot be written
 */
std::vector<std::string> WritePlotScripts(const PlotRequest& request);

/**
 * Call WritePlotScripts() and DrawScripts().
 * @param request the parameters
 * @param notes output stream for notes (standard error)
 * @return number of plots drawn
 */
uint32_t DrawPlots(const PlotRequest& request, std::ostream& notes);

} // namespace fl
} // namespace ns3

#endif /* FL_PLOTS_H */
