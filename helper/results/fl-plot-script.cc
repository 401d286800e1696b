/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-plot-script.h"

#include "fl-output-file.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <iterator>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace ns3
{
namespace fl
{

namespace
{

/// In a process of its own; does not return.
[[noreturn]] void
ExecGnuplot(const std::filesystem::path& folder,
            const std::string& gnuplot,
            const std::string& script,
            const std::string& assignment)
{
    const int null = open("/dev/null", O_WRONLY);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    // No shell: the folder's name needs no quoting, and the script names files beside itself.
    if (chdir(folder.c_str()) == 0)
    {
        execlp(gnuplot.c_str(),
               gnuplot.c_str(),
               "-e",
               assignment.c_str(),
               script.c_str(),
               static_cast<char*>(nullptr));
    }
    _exit(127);
}

/// Result of running gnuplot.
enum class Drawing
{
    DRAWN,
    EMPTY,
    FAILED,
    NO_GNUPLOT
};

/**
 * Run gnuplot in a child process; the picture appears when it is complete, or not at all.
 * @param folder of the script, where the picture goes too
 * @param gnuplot the program's name or path
 * @param script file name, as NAME.plt
 * @return DRAWN; EMPTY if the data have no point to draw, NO_GNUPLOT if the program can't be run,
 *        else FAILED
 */
Drawing
Draw(const std::filesystem::path& folder, const std::string& gnuplot, const std::string& script)
{
    const std::string picture = std::filesystem::path(script).stem().string() + ".svg";
    const std::filesystem::path partial = folder / (picture + ".partial");
    const std::string assignment = "output='" + picture + ".partial'";
    std::error_code error;
    std::filesystem::remove(folder / picture, error);
    const pid_t child = fork();
    if (child == 0)
    {
        ExecGnuplot(folder, gnuplot, script, assignment);
    }
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
    {
    }
    const int exit = child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (exit == 0)
    {
        std::filesystem::rename(partial, folder / picture, error);
        return error ? Drawing::FAILED : Drawing::DRAWN;
    }
    std::filesystem::remove(partial, error);
    return exit == 127                           ? Drawing::NO_GNUPLOT
           : exit == PlotScript::NOTHING_TO_DRAW ? Drawing::EMPTY
                                                 : Drawing::FAILED;
}

} // namespace

const char*
PaletteColour(size_t index)
{
    constexpr const char* COLOURS[] = {colours::BLUE,
                                       colours::VERMILION,
                                       colours::GREEN,
                                       colours::ORANGE,
                                       colours::BLACK,
                                       colours::PURPLE,
                                       colours::SKY_BLUE,
                                       colours::BROWN};
    return COLOURS[index % std::size(COLOURS)];
}

std::string
PlotData::ToText() const
{
    std::string text = "'" + file + "' using ";
    for (size_t i = 0; i < columns.size(); ++i)
    {
        const bool chosen = i == 0 && !condition.empty();
        text += i > 0 ? ":(" : "(";
        text += chosen ? condition + " ? " + columns[i] + " : NaN)" : columns[i] + ")";
    }
    return text;
}

std::string
PlotColumn(const std::string& name)
{
    return "column('" + name + "')";
}

std::string
PlotRowsWith(const std::string& name, const std::string& text)
{
    return "strcol('" + name + "') eq " + GnuplotQuote(text);
}

std::string
CurveStyle(const CurveLook& look, size_t index, size_t count)
{
    // Hollow ones, which leave what is under them to be seen.
    constexpr uint32_t POINTS[] = {6, 4, 8, 12, 10, 14, 1, 2};
    const size_t turn = index / std::size(POINTS);
    const double rank =
        count > 1 ? static_cast<double>(count - 1 - index) / static_cast<double>(count - 1) : 0.2;
    // Every other one is dashed, and shows the one below in its gaps.
    const size_t dash = look.dash ? look.dash : 1 + index % 2 + 2 * (turn % 2);
    const uint32_t point = look.point ? look.point : POINTS[index % std::size(POINTS)];
    const std::string colour = look.colour.empty() ? PaletteColour(index) : look.colour;
    std::string style = "with " + look.with;
    style += Describe(" linewidth ", 1.5 + (look.with == "points" ? 0 : 3 * rank));
    style += look.with == "points" ? std::string() : Describe(" dashtype ", dash);
    style += look.with == "lines" ? std::string()
                                  : Describe(" pointtype ", point, " pointsize ", 0.5 + 0.7 * rank);
    return style + " linecolor rgb '" + colour + "'";
}

PlotScript::PlotScript(const std::string& name,
                       const std::string& title,
                       const std::string& xLabel,
                       const std::string& yLabel,
                       uint32_t width,
                       uint32_t height)
    : m_name(name),
      m_title(title)
{
    m_plot.SetTerminal(Describe("svg size ",
                                width,
                                ",",
                                height,
                                " dynamic enhanced background rgb 'white' font 'sans,14'"));
    m_plot.SetTitle(title);
    m_plot.SetLegend(xLabel, yLabel);
    Line("set datafile separator ','");
    // A single run has no interval, but a point.
    Line("half(name) = column(name) == column(name) ? column(name) : 0");
    Line("set border 3 linecolor rgb '#444444'");
    Line("set tics nomirror out");
    // Between title and plot, where it hides no curve.
    Line("set key tmargin right horizontal");
    Line("set grid linecolor rgb '#DDDDDD' linetype 1 linewidth 0.5");
}

void
PlotScript::Line(const std::string& command)
{
    m_plot.AppendExtra(command);
}

void
PlotScript::KeyBeside()
{
    Line("set key rmargin top vertical Left reverse");
}

void
PlotScript::Logarithmic(const std::string& axes)
{
    m_axes = axes;
}

void
PlotScript::EqualAxes()
{
    m_equalAxes = true;
}

void
PlotScript::Curve(const PlotData& data, const std::string& title, const CurveLook& look)
{
    m_data.push_back(data);
    m_items.push_back({data.ToText(), title, "", look, true});
}

void
PlotScript::Mark(const PlotData& data, const std::string& title, const std::string& style)
{
    m_data.push_back(data);
    m_items.push_back({data.ToText(), title, style, {}, false});
}

void
PlotScript::Function(const std::string& function,
                     const std::string& title,
                     const std::string& style)
{
    m_items.push_back({function, title, style, {}, false});
}

void
PlotScript::AddItem(const Item& item)
{
    Gnuplot2dFunction function("", item.data);
    const std::string key =
        item.title.empty() ? "notitle" : "title " + GnuplotQuote(item.title) + " noenhanced";
    function.SetExtra(key + " " + item.style);
    m_plot.AddDataset(function);
}

/// A single entry of the key goes into the title instead.
void
PlotScript::NameOneCurve()
{
    std::string name;
    size_t named = 0;
    for (const auto& item : m_items)
    {
        named += !item.title.empty();
        name += item.title;
    }
    if (named == 1)
    {
        Line("set title " + GnuplotQuote(m_title + ", " + name) + " noenhanced");
        Line("unset key");
    }
}

/**
 * @param data what is to be drawn
 * @return the data for gnuplot's stats, reduced to points that can be drawn on these axes: a
 *        logarithmic one takes nothing but values above 0
 */
std::string
PlotScript::Countable(const PlotData& data) const
{
    PlotData counted{data.file, data.condition, {data.columns[0], data.columns[1]}};
    for (size_t i = 0; i < 2; ++i)
    {
        if (m_axes.find("xy"[i]) != std::string::npos)
        {
            auto& column = counted.columns[i];
            column = "(" + column + ") > 0 ? (" + column + ") : NaN";
        }
    }
    return counted.ToText();
}

/// Before axes are logarithmic, which stats does not take, and before there is a file.
void
PlotScript::CheckData()
{
    if (m_data.empty())
    {
        return;
    }
    Line("points = 0");
    for (const auto& data : m_data)
    {
        Line("stats " + Countable(data) + " nooutput name 'FOUND'");
        Line("if (exists('FOUND_records')) { "
             "low = points && low < FOUND_min_x ? low : FOUND_min_x; "
             "low = low < FOUND_min_y ? low : FOUND_min_y; "
             "high = points && high > FOUND_max_x ? high : FOUND_max_x; "
             "high = high > FOUND_max_y ? high : FOUND_max_y; "
             "points = points + FOUND_records; undefine FOUND_* }");
    }
    Line(Describe("if (points == 0) { print 'There is nothing to draw: all values are absent'; "
                  "exit status ",
                  NOTHING_TO_DRAW,
                  " }"));
}

void
PlotScript::SetAxes()
{
    if (!m_axes.empty())
    {
        Line("set logscale " + m_axes);
        for (const char axis : m_axes)
        {
            Line(Describe("set format ", axis, " '%g'"));
        }
    }
    if (m_equalAxes)
    {
        SetEqualAxes();
    }
}

/// Factors are what matters where values differ by orders of magnitude.
void
PlotScript::SetEqualAxes()
{
    Line("wide = low > 0 && high > 20 * low");
    // A twentieth of the scale on both sides keeps the outermost points off the frame.
    Line("if (wide) { set logscale xy; margin = (high / low) ** 0.05 * 1.02; "
         "low = low / margin; high = high * margin } "
         "else { margin = 0.05 * (high - low) + 0.01 * high; "
         "low = low - margin; high = high + margin }");
    // Where there are few powers of ten, others have to say what the scale is.
    Line("if (wide && high < 1e3 * low) { do for [e=-12:12] { "
         "set xtics add (10.0 ** e, 2 * 10.0 ** e, 5 * 10.0 ** e); "
         "set ytics add (10.0 ** e, 2 * 10.0 ** e, 5 * 10.0 ** e) } }");
    Line("set format xy '%.3g'");
    Line("set xtics rotate by -35");
    Line("set xrange [low:high]");
    Line("set yrange [low:high]");
    Line("set size square");
}

void
PlotScript::Write(const std::filesystem::path& folder, std::vector<std::string>& scripts)
{
    NameOneCurve();
    CheckData();
    SetAxes();
    // A caller may send the picture elsewhere: gnuplot -e "output='name.svg'" NAME.plt
    Line("if (!exists('output')) output = '" + m_name + ".svg'");
    Line("set output output");
    const size_t curves =
        std::count_if(m_items.begin(), m_items.end(), [](const Item& item) { return item.curve; });
    size_t index = 0;
    for (auto& item : m_items)
    {
        if (item.curve)
        {
            item.style = CurveStyle(item.look, index++, curves);
        }
        AddItem(item);
    }
    std::ostringstream text;
    text << "# Draws " << m_name << ".svg from the CSV files in this folder: gnuplot " << m_name
         << ".plt\n";
    m_plot.GenerateOutput(text);
    OutputFile file(folder / (m_name + ".plt"));
    file.Write(text.str());
    file.Publish();
    scripts.push_back(m_name + ".plt");
}

AgreementPlot::AgreementPlot(const std::string& name,
                             const std::string& title,
                             const std::string& quantity)
    : m_script(name, title, "predicted " + quantity, "measured " + quantity, 600, 600)
{
    m_script.EqualAxes();
    m_script.Line("set key tmargin left Left reverse vertical");
}

void
AgreementPlot::Points(const PlotData& data,
                      const std::string& title,
                      const std::string& style,
                      const std::string& colour)
{
    m_script.Mark(data, title, "with points " + style + " linecolor rgb '" + colour + "'");
}

void
AgreementPlot::Write(const std::filesystem::path& folder, std::vector<std::string>& scripts)
{
    m_script.Function(
        "x",
        "measured = predicted",
        Describe("with lines dashtype 2 linewidth 1.5 linecolor rgb '", colours::BLACK, "'"));
    m_script.Write(folder, scripts);
}

std::string
GnuplotQuote(const std::string& text)
{
    std::string quoted = "'";
    for (const char c : text)
    {
        quoted += c == '\'' ? "''" : std::string(1, c);
    }
    return quoted + "'";
}

uint32_t
DrawScripts(const std::filesystem::path& folder,
            const std::vector<std::string>& scripts,
            const std::string& gnuplot,
            std::ostream& notes)
{
    uint32_t drawn = 0;
    std::string empty;
    for (const auto& script : scripts)
    {
        const Drawing drawing = Draw(folder, gnuplot, script);
        drawn += drawing == Drawing::DRAWN;
        if (drawing == Drawing::NO_GNUPLOT)
        {
            notes << "No plots: gnuplot is not installed. To get them: apt install gnuplot-nox, "
                     "then (cd "
                  << ShellQuote(folder.string()) << " && for f in *.plt; do gnuplot $f; done)"
                  << std::endl;
            break;
        }
        if (drawing == Drawing::EMPTY)
        {
            empty += (empty.empty() ? "" : ", ") + std::filesystem::path(script).stem().string();
        }
        if (drawing == Drawing::FAILED)
        {
            notes << "No plot of " << script << ": gnuplot failed. To see why: (cd "
                  << ShellQuote(folder.string()) << " && gnuplot " << script << ")" << std::endl;
        }
    }
    if (!empty.empty())
    {
        notes << "No plot where all values are absent: " << empty << "." << std::endl;
    }
    return drawn;
}

std::string
ShellQuote(const std::string& text)
{
    std::string quoted = "'";
    for (const char c : text)
    {
        quoted += c == '\'' ? "'\\''" : std::string(1, c);
    }
    return quoted + "'";
}

} // namespace fl
} // namespace ns3
