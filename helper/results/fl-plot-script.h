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

/// The palette of Okabe and Ito (2008), which can be told apart with any kind of colour vision.
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

/// @param index of a curve @return a colour for it; the first eight differ
const char* PaletteColour(size_t index);

/// Rows and columns of a CSV file beside the script.
struct PlotData
{
    std::string file;                 //!< its name
    std::string condition;            //!< which rows, for gnuplot; empty: all
    std::vector<std::string> columns; //!< x, y and what else the style takes, for gnuplot

    /// @return as gnuplot's plot takes it
    std::string ToText() const;
};

/// @param name of a column @return its value in a row, for gnuplot
std::string PlotColumn(const std::string& name);
/// @param name of a column @param text one @return whether a row has the text there, for gnuplot
std::string PlotRowsWith(const std::string& name, const std::string& text);

/**
 * How a curve looks. What is left open is chosen by its place among the others, such that no two
 * are alike.
 */
struct CurveLook
{
    /// @param with style @param colour of it @param dash type @param point type
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
    std::string colour; //!< empty: open
    uint32_t dash;      //!< gnuplot's dash type; 0: open
    uint32_t point;     //!< gnuplot's point type; 0: open
};

/**
 * @param look line and point style of a curve
 * @param index index of the curve in its plot, from 0
 * @param count number of curves of the plot
 * @return the style in gnuplot's syntax. Line width and point size decrease with the index, so that
 *         coincident curves are all visible.
 */
std::string CurveStyle(const CurveLook& look, size_t index, size_t count);

/// A script: terminal, size, grid and key as in all plots of this module, and what is added.
class PlotScript
{
  public:
    /**
     * @param name of script and plot, without ending
     * @param title above the plot
     * @param xLabel with unit
     * @param yLabel with unit
     * @param width of the picture [pixel]
     * @param height of the picture [pixel]
     */
    PlotScript(const std::string& name,
               const std::string& title,
               const std::string& xLabel,
               const std::string& yLabel,
               uint32_t width = 800,
               uint32_t height = 500);

    /// @param command a line of commands to add
    void Line(const std::string& command);

    /// Put the key beside the plot, for names that need the room.
    void KeyBeside();

    /// @param axes x, y or xy: those that are logarithmic
    void Logarithmic(const std::string& axes);

    /// Give both axes the range of all points, x and y: where they are the same lies on the
    /// diagonal.
    void EqualAxes();

    /**
     * Add a curve.
     * @param data what it shows
     * @param title its name in the key
     * @param look how it looks
     */
    void Curve(const PlotData& data, const std::string& title, const CurveLook& look = {});

    /**
     * Add something else that shows data: bars, a cloud of points, a reference.
     * @param data what it shows
     * @param title its name in the key, or ""
     * @param style as gnuplot writes it
     */
    void Mark(const PlotData& data, const std::string& title, const std::string& style);

    /**
     * Add a function, or data that are known to have points (Curve() and Mark() test theirs).
     * @param function a function of x, or file and columns, as gnuplot writes it
     * @param title its name in the key, or ""
     * @param style as gnuplot writes it
     */
    void Function(const std::string& function, const std::string& title, const std::string& style);

    /**
     * Write NAME.plt. A plot of one curve has its name in the title, in place of a key. A script
     * whose data have no point to draw exits with status NOTHING_TO_DRAW.
     * @param folder where
     * @param scripts its name is appended
     * @throws std::runtime_error if it can't be written
     */
    void Write(const std::filesystem::path& folder, std::vector<std::string>& scripts);

    /// Exit status of scripts whose data hold nothing that could be drawn.
    static constexpr int NOTHING_TO_DRAW = 3;

  private:
    /// What is drawn.
    struct Item
    {
        std::string data;  //!< as gnuplot writes it
        std::string title; //!< in the key, or ""
        std::string style; //!< as gnuplot writes it; of curves it follows from the look
        CurveLook look;    //!< of a curve
        bool curve{false}; //!< whether it is one
    };

    /// Add a curve or function to what gnuplot draws. @param item data, title and style
    void AddItem(const Item& item);
    void NameOneCurve();
    void CheckData();
    /// Write which axes are logarithmic, with tics that suit, and whether both have one range.
    void SetAxes();
    void SetEqualAxes();
    std::string Countable(const PlotData& data) const;

    std::string m_name;           //!< of the script
    std::string m_title;          //!< of the plot
    std::string m_axes;           //!< which are logarithmic
    bool m_equalAxes{false};      //!< whether both have one range
    std::vector<Item> m_items;    //!< in the order in which they are drawn
    std::vector<PlotData> m_data; //!< what must have a point, one of them at least
    Gnuplot m_plot;               //!< what is written so far
};

/// A plot of measured over predicted, with the line where they are the same.
class AgreementPlot
{
  public:
    /**
     * @param name of script and plot, without ending
     * @param title above the plot
     * @param quantity what is predicted and measured, with unit
     */
    AgreementPlot(const std::string& name, const std::string& title, const std::string& quantity);

    /**
     * Add points.
     * @param data predicted and measured
     * @param title its name in the key
     * @param style point type and size, as gnuplot writes them
     * @param colour of the points
     */
    void Points(const PlotData& data,
                const std::string& title,
                const std::string& style,
                const std::string& colour);

    /**
     * Write NAME.plt.
     * @param folder where
     * @param scripts its name is appended
     * @throws std::runtime_error if it can't be written
     */
    void Write(const std::filesystem::path& folder, std::vector<std::string>& scripts);

  private:
    PlotScript m_script; //!< what is written so far
};

/**
 * @param text any text
 * @return the text as a gnuplot string in single quotes, where only the quote itself is special
 */
std::string GnuplotQuote(const std::string& text);

/**
 * Run gnuplot on scripts: `NAME.svg` of each `NAME.plt`. A plot that can't be drawn, because there
 * is no gnuplot or it fails, is no error: a note says how to draw it. Plots whose data have no
 * point are noted too. The older picture of a script is removed before gnuplot is run on it.
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
