/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-plot-script.h"

#include "fl-output-file.h"

#include "ns3/fl-error.h"

#include <cerrno>
#include <fcntl.h>
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

/// What came of running gnuplot.
enum class Drawing
{
    DRAWN,
    FAILED,
    NO_GNUPLOT
};

Drawing
Draw(const std::filesystem::path& folder, const std::string& gnuplot, const std::string& script)
{
    const std::string picture = std::filesystem::path(script).stem().string() + ".svg";
    const std::filesystem::path partial = folder / (picture + ".partial");
    const std::string assignment = "output='" + picture + ".partial'";
    const pid_t child = fork();
    if (child == 0)
    {
        ExecGnuplot(folder, gnuplot, script, assignment);
    }
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
    {
    }
    std::error_code error;
    if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
    {
        std::filesystem::rename(partial, folder / picture, error);
        return error ? Drawing::FAILED : Drawing::DRAWN;
    }
    std::filesystem::remove(partial, error);
    const bool absent = child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127;
    return absent ? Drawing::NO_GNUPLOT : Drawing::FAILED;
}

} // namespace

PlotScript::PlotScript(const std::string& name,
                       const std::string& title,
                       const std::string& xLabel,
                       const std::string& yLabel,
                       uint32_t width,
                       uint32_t height)
    : m_name(name)
{
    m_plot.SetTerminal(Describe("svg size ",
                                width,
                                ",",
                                height,
                                " dynamic enhanced background rgb 'white' font 'sans,14'"));
    m_plot.SetTitle(title);
    m_plot.SetLegend(xLabel, yLabel);
    // A caller may send the picture elsewhere: gnuplot -e "output='name.svg'" NAME.plt
    Line("if (!exists('output')) output = '" + name + ".svg'");
    Line("set output output");
    Line("set datafile separator ','");
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
PlotScript::Curve(const std::string& data, const std::string& title, const std::string& style)
{
    Gnuplot2dFunction curve("", data);
    curve.SetExtra((title.empty() ? "notitle " : "title " + GnuplotQuote(title) + " noenhanced ") +
                   style);
    m_plot.AddDataset(curve);
}

void
PlotScript::Write(const std::filesystem::path& folder, std::vector<std::string>& scripts)
{
    std::ostringstream text;
    text << "# Draws " << m_name << ".svg from the CSV files in this folder: gnuplot " << m_name
         << ".plt\n";
    m_plot.GenerateOutput(text);
    OutputFile file(folder / (m_name + ".plt"));
    file.Write(text.str());
    file.Publish();
    scripts.push_back(m_name + ".plt");
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
        if (drawing == Drawing::FAILED)
        {
            notes << "No plot of " << script << ": gnuplot failed. To see why: (cd "
                  << ShellQuote(folder.string()) << " && gnuplot " << script << ")" << std::endl;
        }
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
