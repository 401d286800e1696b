/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PLOTS_H
#define FL_PLOTS_H

#include "fl-plot-script.h"

#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * What to draw of a results folder.
 */
struct PlotRequest
{
    std::filesystem::path folder;   //!< a finished results folder
    uint32_t runs{1};               //!< how many runs are in it
    std::string curve;              //!< the curves' name in keys: what was run ("equal")
    std::string gnuplot{"gnuplot"}; //!< the program that draws
};

/**
 * Write gnuplot scripts (`*.plt`) into a results folder, which draw from its CSV files:
 * `accuracy-time`, `accuracy-energy`, `timeline` (of phases per device) and `upload-time` (measured
 * against predicted). What has no data (no evaluation, no prediction) gets no script.
 * @param request what to draw
 * @return the scripts' file names, without folder
 * @throws std::runtime_error if a CSV file can't be read or a script can't be written
 */
std::vector<std::string> WritePlotScripts(const PlotRequest& request);

/**
 * Write the scripts and run gnuplot on each: `accuracy-time.svg` and so on. A plot that can't be
 * drawn, because there is no gnuplot or it fails, is no error: a note says how to draw it by hand
 * from its script.
 * @param request what to draw
 * @param notes output stream for notes (standard error)
 * @return number of plots drawn
 */
uint32_t DrawPlots(const PlotRequest& request, std::ostream& notes);

} // namespace fl
} // namespace ns3

#endif /* FL_PLOTS_H */
