/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PLOT_SCRIPT_H
#define FL_PLOT_SCRIPT_H

#include "ns3/gnuplot.h"

#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Gnuplot scripts in one style.
 */

namespace ns3
{
namespace fl
{

/// The palette of Okabe and Ito ("Color universal design", 2008), distinguishable with all kinds of
/// colour vision.
namespace colours
{
/// blue, as gnuplot takes it
inline constexpr char BLUE[] = "#0072B2";
/// sky blue, as gnuplot takes it
inline constexpr char SKY_BLUE[] = "#56B4E9";
/// green, as gnuplot takes it
inline constexpr char GREEN[] = "#009E73";
/// orange, as gnuplot takes it
inline constexpr char ORANGE[] = "#E69F00";
/// vermilion, as gnuplot takes it
inline constexpr char VERMILION[] = "#D55E00";
/// purple, as gnuplot takes it
inline constexpr char PURPLE[] = "#CC79A7";
/// black, as gnuplot takes it
inline constexpr char BLACK[] = "#000000";
/// grey, as gnuplot takes it
inline constexpr char GREY[] = "#BBBBBB";
/// brown, as gnuplot takes it
inline constexpr char BROWN[] = "#8B4513";
} // namespace colours

/// @param index index of a curve, from 0 @return its colour; the first eight differ
const char* PaletteColour(size_t index);

/// Rows and columns of a CSV file in the script's folder.
struct PlotData
{
    std::string file;                 //!< file name
    std::string condition;            //!< gnuplot expression that selects rows; empty: all
    std::vector<std::string> columns; //!< gnuplot expressions of x, y and more by style

    /// @return the data as arguments of gnuplot's plot command
    std::string ToText() const;
};

/// @param name name of a column @return gnuplot expression of its value
std::string PlotColumn(const std::string& name);
/// @param name name of a column @param text a value @return gnuplot expression that selects its
/// rows
std::string PlotRowsWith(const std::string& name, const std::string& text);

/**
 * Line and point style of a curve. Properties that are not set depend on the index of the curve, so
 * that curves differ.
 */
struct CurveLook
{
    /// @param with see with @param colour see colour @param dash see dash @param point see point
    CurveLook(const std::string& with = "linespoints",
              const std::string& colour = "",
              uint32_t dash = 0,
              uint32_t point = 0)
        : with(with),
          colour(colour),
          dash(dash),
          point(point)
    {
    }

    std::string with;   //!< gnuplot's style: lines, linespoints, yerrorlines, points
    std::string colour; //!< colour; empty: by index
    uint32_t dash;      //!< gnuplot's dash type; 0: by index
    uint32_t point;     //!< gnuplot's point type; 0: by index
};

/**
 * @param look line and point style of a curve
 * @param index index of the curve in its plot, from 0
 * @param count number of curves of the plot
 * @return the style in gnuplot's syntax. Line width and point size decrease with the index, so that
 *         coincident curves are all visible.
 */
std::string CurveStyle(const CurveLook& look, size_t index, size_t count);

/// A gnuplot script with the terminal, size, grid and key of all plots of this module.
class PlotScript
{
  public:
    /**
     * @param name file name of script and plot, without extension
     * @param title title of the plot
     * @param xLabel label of the horizontal axis, with unit
     * @param yLabel label of the vertical axis, with unit
     * @param width width of the plot [pixel]
     * @param height height of the plot [pixel]
     */
    PlotScript(const std::string& name,
               const std::string& title,
               const std::string& xLabel,
               const std::string& yLabel,
               uint32_t width = 800,
               uint32_t height = 500);

    /// Add commands.
    /// @param command a line of gnuplot commands
    void Line(const std::string& command);

    /// Place the key beside the plot, for long names.
    void KeyBeside();

    /// Set logarithmic axes.
    /// @param axes x, y or xy
    void Logarithmic(const std::string& axes);

    /// Set the range of both axes to that of all x and y, so that x = y is the diagonal.
    void EqualAxes();

    /**
     * Add a curve.
     * @param data rows and columns
     * @param title entry in the key
     * @param look line and point style
     */
    void Curve(const PlotData& data, const std::string& title, const CurveLook& look = {});

    /**
     * Add other data: bars, points, a reference.
     * @param data rows and columns
     * @param title entry in the key, or ""
     * @param style style in gnuplot's syntax
     */
    void Mark(const PlotData& data, const std::string& title, const std::string& style);

    /**
     * Add a function, or data that are not tested for points, as those of Curve() and Mark() are.
     * @param function a function of x, or file and columns, in gnuplot's syntax
     * @param title entry in the key, or ""
     * @param style style in gnuplot's syntax
     */
    void Function(const std::string& function, const std::string& title, const std::string& style);

    /**
     * Write NAME.plt. A plot with one entry in its key has this entry in the title instead. A
     * script whose data have no points exits with the status NOTHING_TO_DRAW.
     * @param folder folder of the script
     * @param [in,out] scripts its file name is appended
     * @throws std::runtime_error if it cannot be written
     */
    void Write(const std::filesystem::path& folder, std::vector<std::string>& scripts);

    /// Exit status of scripts whose data have no points.
    static constexpr int NOTHING_TO_DRAW = 3;

  private:
    /// A curve, function or mark.
    struct Item
    {
        std::string data;  //!< data in gnuplot's syntax
        std::string title; //!< entry in the key, or ""
        std::string style; //!< style in gnuplot's syntax; not used for curves
        CurveLook look;    //!< style of a curve
        bool curve{false}; //!< whether it is a curve
    };

    /// Add an item to the plot command. @param item data, title and style
    void AddItem(const Item& item);
    void NameOneCurve();
    void CheckData();
    /// Add commands for logarithmic axes, their tics, and equal ranges.
    void SetAxes();
    void SetEqualAxes();
    std::string Countable(const PlotData& data) const;

    std::string m_name;           //!< file name without extension
    std::string m_title;          //!< title of the plot
    std::string m_axes;           //!< logarithmic axes
    bool m_equalAxes{false};      //!< whether both axes have the same range
    std::vector<Item> m_items;    //!< items in drawing order
    std::vector<PlotData> m_data; //!< data of which at least one must have a point
    Gnuplot m_plot;               //!< the script so far
};

/// A plot of measured over predicted values, with the line of equality.
class AgreementPlot
{
  public:
    /**
     * @param name file name of script and plot, without extension
     * @param title title of the plot
     * @param quantity name of the quantity, with unit
     */
    AgreementPlot(const std::string& name, const std::string& title, const std::string& quantity);

    /**
     * Add points.
     * @param data rows and columns, predicted and measured
     * @param title entry in the key
     * @param style point type and size in gnuplot's syntax
     * @param colour colour of the points
     */
    void Points(const PlotData& data,
                const std::string& title,
                const std::string& style,
                const std::string& colour);

    /**
     * Write NAME.plt.
     * @param folder folder of the script
     * @param [in,out] scripts its file name is appended
     * @throws std::runtime_error if it cannot be written
     */
    void Write(const std::filesystem::path& folder, std::vector<std::string>& scripts);

  private:
    PlotScript m_script; //!< the script so far
};

/**
 * @param text any text
 * @return the text as a gnuplot string in single quotes, where only the quote itself is special
 */
std::string GnuplotQuote(const std::string& text);

/**
 * Run gnuplot on scripts, which makes `NAME.svg` from each `NAME.plt`. A plot that cannot be drawn,
 * as gnuplot is missing or fails, is no error: a note describes how to draw it. Plots whose data
 * have no points are noted too. An older plot of a script is removed first.
 * @param folder folder of scripts and plots
 * @param scripts file names of the scripts
 * @param gnuplot name or path of gnuplot
 * @param notes output stream for notes (standard error)
 * @return number of plots drawn
 */
uint32_t DrawScripts(const std::filesystem::path& folder,
                     const std::vector<std::string>& scripts,
                     const std::string& gnuplot,
                     std::ostream& notes);

/**
 * @param text any text
 * @return the text as one word of a POSIX shell
 */
std::string ShellQuote(const std::string& text);

} // namespace fl
} // namespace ns3

#endif /* FL_PLOT_SCRIPT_H */
