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
 * Scripts that gnuplot draws pictures from, in one look.
 */

namespace ns3
{
namespace fl
{

/// Okabe and Ito's palette, which readers with any colour vision tell apart.
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
} // namespace colours

/// A script with what all plots have in common.
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

    /**
     * Add a curve.
     * @param data file, columns, style, as gnuplot writes it
     * @param title its name in the key, or ""
     * @param style what follows the title
     */
    void Curve(const std::string& data, const std::string& title, const std::string& style);

    /**
     * Write NAME.plt.
     * @param folder where
     * @param scripts its name is appended
     * @throws std::runtime_error if it can't be written
     */
    void Write(const std::filesystem::path& folder, std::vector<std::string>& scripts);

  private:
    std::string m_name; //!< of the script
    Gnuplot m_plot;     //!< what is written so far
};

/**
 * @param text any text
 * @return the text as a gnuplot string in single quotes, where only the quote itself is special
 */
std::string GnuplotQuote(const std::string& text);

/**
 * Run gnuplot on scripts: `NAME.svg` of each `NAME.plt`. What can't be drawn, for want of gnuplot
 * or otherwise, fails nothing: it is a line among the notes that says how to get it.
 * @param folder where the scripts are, and the pictures will be
 * @param scripts their names in there
 * @param gnuplot the program that draws
 * @param notes where to say so (standard error)
 * @return how many plots were drawn
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
