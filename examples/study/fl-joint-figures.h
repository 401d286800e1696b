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
 * time in federated learning", section VII), and the trade-off between energy and time: what is
 * varied, what is compared, how it is drawn.
 */

namespace ns3
{
namespace fl
{

/// One of the methods that a figure compares.
struct JointCurve
{
    std::string name;           //!< in the CSV, and in keys
    std::string method;         //!< of JointMethods()
    double startBandShare{0.5}; //!< see JointOptions
};

/// One row of a figure's CSV: a method on a point, over all drops.
struct JointFigureRow
{
    uint32_t curve{0};   //!< index in JointFigure::curves
    uint32_t point{0};   //!< index in JointFigure::points
    bool compared{true}; //!< whether its objective is that of the point, so that it may be compared
                         //!< with the optimum
};

/// A line in a plot: columns of the CSV, of the rows of a curve.
struct JointLine
{
    std::string curve;  //!< name of the curve
    std::string title;  //!< in the key; empty: none
    std::string column; //!< of the vertical axis
    CurveLook look;     //!< how it looks
};

/// One plot of a figure.
struct JointPanel
{
    std::string name;             //!< of the file, without ending
    std::string title;            //!< above the plot
    std::string xLabel;           //!< with unit
    std::string yLabel;           //!< with unit
    std::string xColumn;          //!< of the CSV
    double xScale{1};             //!< what its values are multiplied with
    double yScale{1};             //!< the same of the vertical axis
    bool logarithmic{false};      //!< the vertical axis
    std::vector<JointLine> lines; //!< the curves that are drawn
};

/// A figure of the paper: one CSV file, and the plots that are drawn from it.
struct JointFigure
{
    std::string name;                     //!< as in --figures
    std::vector<JointCurve> curves;       //!< what is compared
    std::vector<JointDropOptions> points; //!< parameters that drops are drawn from
    std::vector<JointFigureRow> rows;     //!< in the order of the CSV
    std::vector<JointPanel> panels;       //!< its plots

    /// @return the name of its files, without ending: figure-2, trade-off
    std::string FileName() const;
};

/// @return the names of all figures: 2 to 8 and trade-off
const std::vector<std::string>& JointFigureNames();

/**
 * @param name one of JointFigureNames()
 * @param base the parameters that the figure does not vary; deadlines are for base.rounds rounds
 * @param method of figures 2 to 6: one of JointMethods()
 * @return the figure
 * @throws InvalidInput if there is no such figure
 */
JointFigure MakeJointFigure(const std::string& name,
                            const JointDropOptions& base,
                            const std::string& method);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_FIGURES_H */
