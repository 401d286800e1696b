/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-plots.h"

#include "fl-plot-script.h"
#include "fl-plot-survey.h"
#include "fl-timeline-plot.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Points in the scatter plot at most: more make the file slow to open and the cloud no clearer.
constexpr uint64_t SCATTER_POINTS = 5000;

/// What an accuracy is plotted over.
struct AccuracyAxis
{
    const char* name;   //!< of the plot
    const char* title;  //!< of the plot
    const char* label;  //!< of the axis, with unit
    const char* ofRun;  //!< expression in columns of rounds.csv; `energy` adds up
    const char* ofMean; //!< column of curves.csv
};

/**
 * Add the accuracy of one task: of one run as it is, of several mean and interval.
 * @param request what is drawn
 * @param axis what it is drawn over
 * @param survey of the data
 * @param task number of the task
 * @param script gets the curve
 */
void
AddAccuracy(const PlotRequest& request,
            const AccuracyAxis& axis,
            const PlotSurvey& survey,
            uint32_t task,
            PlotScript& script)
{
    // Beyond that, points would hide the line.
    const std::string line = Describe(
        survey.rounds <= 100 ? "with linespoints pointtype 7 pointsize 0.5 " : "with lines ",
        "linewidth 2 linecolor rgb '",
        PaletteColour(task),
        "'");
    const bool isAlone = survey.tasks == 1;
    const std::string curve = isAlone ? request.curve : Describe(request.curve, ", task ", task);
    const auto ofTask = [&](const std::string& value) {
        return isAlone ? value : Describe("column('task') == ", task, " ? ", value, " : NaN");
    };
    if (request.runs == 1)
    {
        std::string x = axis.ofRun;
        if (x.find("energy = ") == 0 && !isAlone)
        {
            x = Describe("column('task') == ",
                         task,
                         " ? (energy",
                         task,
                         " = energy",
                         task,
                         " + column('energy_j')) : NaN");
            script.Line(Describe("energy", task, " = 0.0"));
        }
        script.Function("'rounds.csv' using (" + x + "):(" + ofTask("100 * column('accuracy')") +
                            ")",
                        curve,
                        line);
        return;
    }
    const std::string x =
        "'curves.csv' using (" + ofTask(Describe("column('", axis.ofMean, "')")) + "):";
    const std::string mean = "100 * column('accuracy_mean')";
    const std::string half = "100 * column('accuracy_ci95')";
    // What is beyond these is no accuracy.
    script.Function(
        x + "(" + mean + " > " + half + " ? " + mean + " - " + half + " : 0):(" + mean + " + " +
            half + " < 100 ? " + mean + " + " + half + " : 100)",
        isAlone ? "95 % confidence interval" : Describe("95 % interval, task ", task),
        Describe("with filledcurves fillcolor rgb '",
                 isAlone ? colours::SKY_BLUE : PaletteColour(task),
                 isAlone ? "' fillstyle solid 0.4" : "' fillstyle transparent solid 0.2 noborder"));
    script.Function(x + "(" + mean + ")",
                    Describe(curve, ", mean of ", request.runs, " runs"),
                    line);
}

/**
 * Write the plot of all tasks' accuracy over a cumulative quantity.
 * @param request what is drawn, and where
 * @param axis what it is drawn over
 * @param survey of the data
 * @param scripts the name of the plot's script is appended
 */
void
WriteAccuracy(const PlotRequest& request,
              const AccuracyAxis& axis,
              const PlotSurvey& survey,
              std::vector<std::string>& scripts)
{
    PlotScript script(axis.name, axis.title, axis.label, "accuracy on held-out data [%]");
    script.Line("set offsets 0, graph 0.01, graph 0.05, graph 0.05");
    script.Line("set xrange [0:]");
    if (request.runs == 1 && survey.tasks == 1)
    {
        script.Line("energy = 0.0");
    }
    if (survey.tasks > 1)
    {
        script.Line("set datafile missing NaN"); // rows of other tasks do not cut a line
    }
    for (uint32_t task = 0; task < survey.tasks; ++task)
    {
        AddAccuracy(request, axis, survey, task, script);
    }
    script.Write(request.folder, scripts);
}

/**
 * Write the scatter plot of upload times [s], measured over predicted; thinned out if there are
 * more than SCATTER_POINTS.
 * @param request what is drawn, and where
 * @param survey of the data, with one predicted upload at least
 * @param data path of devices.csv, relative to the folder of the script
 * @param scripts the name of the plot's script is appended
 * @throws std::runtime_error if it can't be written
 */
void
WriteUploadTime(const PlotRequest& request,
                const PlotSurvey& survey,
                const std::string& data,
                std::vector<std::string>& scripts)
{
    const uint64_t every = (survey.scatterPoints + SCATTER_POINTS - 1) / SCATTER_POINTS;
    std::string title = "Upload times, measured against predicted";
    title += request.runs > 1 ? " (run 1)" : "";
    PlotScript script("upload-time",
                      title,
                      "predicted upload time [s]",
                      "measured upload time [s]",
                      600,
                      600);
    const bool wide = survey.uploadS.high > 20 * survey.uploadS.low;
    // A twentieth of the scale on both sides keeps the outermost points off the frame.
    const double ratio = std::pow(survey.uploadS.high / survey.uploadS.low, 0.05) * 1.02;
    const double margin =
        0.05 * (survey.uploadS.high - survey.uploadS.low) + 0.01 * survey.uploadS.high;
    const double low = wide ? survey.uploadS.low / ratio : survey.uploadS.low - margin;
    const double high = wide ? survey.uploadS.high * ratio : survey.uploadS.high + margin;
    script.Line(wide ? "set logscale xy" : "unset logscale");
    script.Line(Describe("set xrange [", low, ":", high, "]"));
    script.Line(Describe("set yrange [", low, ":", high, "]"));
    script.Line("set size square");
    script.Function(
        "'" + data + "' every " + std::to_string(every) +
            " using (strcol('status') eq 'merged' || strcol('status') eq 'late' ? "
            "column('predicted_upload_s') : NaN):(column('upload_s'))",
        every > 1 ? Describe(request.curve, ", one of ", every, " uploads") : request.curve,
        Describe("with points pointtype 6 pointsize 0.6 linecolor rgb '", colours::BLUE, "'"));
    script.Function(
        "x",
        "measured = predicted",
        Describe("with lines dashtype 2 linewidth 1.5 linecolor rgb '", colours::VERMILION, "'"));
    script.Write(request.folder, scripts);
}

/// Pictures of an earlier program would show what the data beside them don't hold.
void
RemoveOldPlots(const std::filesystem::path& folder)
{
    std::error_code ignored;
    for (const char* name : {"accuracy-time", "accuracy-energy", "timeline", "upload-time"})
    {
        std::filesystem::remove(folder / (std::string(name) + ".svg"), ignored);
        std::filesystem::remove(folder / (std::string(name) + ".plt"), ignored);
    }
}

} // namespace

std::vector<std::string>
WritePlotScripts(const PlotRequest& request)
{
    const std::string prefix = request.runs > 1 ? "run-1/" : "";
    const PlotSurvey survey = SurveyRun(request.folder / prefix, request.isAsynchronous);
    std::vector<std::string> scripts;
    if (survey.evaluated)
    {
        WriteAccuracy(request,
                      {"accuracy-time",
                       "Accuracy over simulated time",
                       "simulated time [s]",
                       "column('end_s')",
                       "end_s_mean"},
                      survey,
                      scripts);
        WriteAccuracy(request,
                      {"accuracy-energy",
                       "Accuracy over energy",
                       "energy of all devices, computation and radio [J]",
                       "energy = energy + column('energy_j')",
                       "energy_so_far_j_mean"},
                      survey,
                      scripts);
    }
    if (!survey.devices.empty() && !survey.roundStartsS.empty())
    {
        WriteTimeline(request, survey, prefix, scripts);
    }
    if (survey.scatterPoints > 0)
    {
        WriteUploadTime(request, survey, prefix + "devices.csv", scripts);
    }
    return scripts;
}

uint32_t
DrawPlots(const PlotRequest& request, std::ostream& notes)
{
    RemoveOldPlots(request.folder);
    uint32_t drawn = 0;
    try
    {
        drawn = DrawScripts(request.folder, WritePlotScripts(request), request.gnuplot, notes);
    }
    catch (const std::exception& error)
    {
        notes << "No plots: " << error.what() << std::endl;
    }
    return drawn;
}

} // namespace fl
} // namespace ns3
