/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_FIGURES_H
#define FL_JOINT_FIGURES_H

#include "ns3/fl-joint-drop.h"
#include "ns3/fl-joint-methods.h"
#include "ns3/fl-plot-script.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The figures 2 to 8 of X. Zhou et al. ("Joint optimization of energy consumption and completion
 * time in federated learning", section VII), and the trade-off between energy and time: varied
 * parameters, compared methods, plots.
 */

namespace ns3
{
namespace fl
{

/// One of the methods that a figure compares.
struct JointCurve
{
    std::string name;           //!< name in the CSV and in keys
    std::string method;         //!< name in JointMethods()
    double startBandShare{0.5}; //!< see JointOptions
};

/// One row of a figure's CSV: a method on a point, over all drops.
struct JointFigureRow
{
    uint32_t curve{0};   //!< index in JointFigure::curves
    uint32_t point{0};   //!< index in JointFigure::points
    bool compared{true}; //!< whether its objective is that of the point, so that the excess over
                         //!< the optimum is defined
};

/// A line in a plot: a column of the CSV over the rows of a curve.
struct JointLine
{
    std::string curve;  //!< name of the curve
    std::string title;  //!< entry in the key; empty: none
    std::string column; //!< column of the vertical axis
    CurveLook look;     //!< line and point style
};

/// One plot of a figure.
struct JointPanel
{
    std::string name;             //!< file name without extension
    std::string title;            //!< title of the plot
    std::string xLabel;           //!< label of the horizontal axis, with unit
    std::string yLabel;           //!< label of the vertical axis, with unit
    std::string xColumn;          //!< column of the horizontal axis
    double xScale{1};             //!< factor of the horizontal axis
    double yScale{1};             //!< factor of the vertical axis
    bool logarithmic{false};      //!< whether the vertical axis is logarithmic
    std::vector<JointLine> lines; //!< lines of the plot
};

/// A figure of the paper: one CSV file, and the plots that are drawn from it.
struct JointFigure
{
    std::string name;                     //!< name in --figures
    std::vector<JointCurve> curves;       //!< compared methods
    std::vector<JointDropOptions> points; //!< distributions of the drops
    std::vector<JointFigureRow> rows;     //!< rows of the CSV, in order
    std::vector<JointPanel> panels;       //!< plots

    /// @return file name without extension: figure-2, trade-off
    std::string FileName() const;
};

/// @return the names of all figures: 2 to 8 and trade-off
const std::vector<std::string>& JointFigureNames();

/**
 * @param name one of JointFigureNames()
 * @param base parameters that the figure does not vary; deadlines are for base.rounds rounds
 * @param method method of figures 2 to 6, a name in JointMethods()
 * @return the figure
 * @throws InvalidInput if there is no such figure
 */
JointFigure MakeJointFigure(const std::string& name,
                            const JointDropOptions& base,
                            const std::string& method);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_FIGURES_H */
