/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-plots.h"

#include "fl-csv.h"
#include "fl-plot-script.h"

#include "ns3/fl-error.h"
#include "ns3/fl-plan.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

namespace ns3
{
namespace fl
{

namespace
{

/// Rounds that the timeline shows, and devices at most: more can't be read.
constexpr uint32_t TIMELINE_ROUNDS = 3;
/// Devices that the timeline shows at most, the first ones.
constexpr size_t TIMELINE_DEVICES = 200;
/// Points in the scatter plot at most: more make the file slow to open and the cloud no clearer.
constexpr uint64_t SCATTER_POINTS = 5000;

/// When an order's row of devices.csv ends, for gnuplot.
constexpr char ORDER_END[] =
    "column('start_s') + known(column('idle_s')) + known(column('download_s')) + "
    "known(column('compute_s')) + known(column('upload_s'))";
/// When a row of transfers.csv or computations.csv ends, for gnuplot.
constexpr char PHASE_END[] = "column('end_s')";

/// The smallest and the largest of some values.
struct Range
{
    double low{ABSENT};  //!< smallest; ABSENT of none
    double high{ABSENT}; //!< largest

    /// @param value widens the range so that it is in there; NaN does nothing
    void Add(double value)
    {
        low = std::fmin(low, value);
        high = std::fmax(high, value);
    }
};

/// What must be known of the data before a script can be written.
struct Survey
{
    std::vector<double> roundStartsS;         //!< of the timeline's rounds [s]
    double timelineEndS{ABSENT};              //!< end of the last of these [s]
    uint64_t rounds{0};                       //!< rounds in all
    uint32_t tasks{1};                        //!< number of tasks
    uint64_t timelineRounds{TIMELINE_ROUNDS}; //!< most rounds of the timeline, of all tasks
    bool evaluated{false};                    //!< whether any round has an accuracy
    std::vector<uint32_t> devices;            //!< those in the timeline, ascending
    uint64_t timelineDevices{0};              //!< how many there would be without the limit
    bool anyIdle{false};                      //!< whether any order in the timeline has a pause
    bool anyFailed{false};                    //!< whether any order in the timeline was not merged
    bool anyDownload{false};                  //!< whether the timeline has transfers to devices
    bool anyUpload{false};                    //!< whether it has transfers from devices
    bool anyCompute{false};                   //!< whether it has computations on devices
    bool anyServerCompute{false};             //!< whether it has computations on servers
    uint64_t scatterPoints{0};                //!< uploads that have a prediction
    uint64_t deviceRows{0};                   //!< rows of devices.csv
    Range uploadS;                            //!< of predicted and measured upload times [s]
};

/**
 * @param folder results folder of a run, with devices.csv
 * @return the number of devices that had an order
 * @throws std::runtime_error if the file can't be read, lacks a column or is malformed
 */
uint64_t
CountDevices(const std::filesystem::path& folder)
{
    CsvReader reader(folder / "devices.csv");
    const size_t device = reader.Column("device");
    std::set<double> devices;
    while (reader.Next())
    {
        devices.insert(reader.Number(device));
    }
    return devices.size();
}

/**
 * @param isAsynchronous whether rounds are aggregations, and an order's round is its own number
 * @param survey of the rounds
 * @param round of a row of a table
 * @param startS of that row [s]
 * @return whether it is in the timeline
 */
bool
IsInTimeline(bool isAsynchronous, const Survey& survey, double round, double startS)
{
    return isAsynchronous ? startS < survey.timelineEndS : round <= TIMELINE_ROUNDS;
}

/**
 * @param folder results folder of a run, with rounds.csv
 * @param [in,out] survey the ranges of the rounds' values are added
 * @throws std::runtime_error if the file can't be read, lacks a column or is malformed
 */
void
SurveyRounds(const std::filesystem::path& folder, Survey& survey)
{
    CsvReader reader(folder / "rounds.csv");
    const size_t start = reader.Column("start_s");
    const size_t end = reader.Column("end_s");
    const size_t accuracy = reader.Column("accuracy");
    const size_t task = reader.Column("task");
    for (; reader.Next(); ++survey.rounds)
    {
        survey.evaluated = survey.evaluated || !std::isnan(reader.Number(accuracy));
        survey.tasks = std::max(survey.tasks, static_cast<uint32_t>(reader.Number(task)) + 1);
        if (survey.rounds < survey.timelineRounds)
        {
            survey.roundStartsS.push_back(reader.Number(start));
            survey.timelineEndS = reader.Number(end);
        }
    }
}

/**
 * @param folder results folder of a run, with devices.csv
 * @param isAsynchronous PlotRequest::isAsynchronous
 * @param [in,out] survey the ranges of the orders' values are added
 * @throws std::runtime_error if the file can't be read, lacks a column or is malformed
 */
void
SurveyDevices(const std::filesystem::path& folder, bool isAsynchronous, Survey& survey)
{
    CsvReader reader(folder / "devices.csv");
    const size_t round = reader.Column("round");
    const size_t device = reader.Column("device");
    const size_t start = reader.Column("start_s");
    const size_t idle = reader.Column("idle_s");
    const size_t status = reader.Column("status");
    const size_t measured = reader.Column("upload_s");
    const size_t predicted = reader.Column("predicted_upload_s");
    std::vector<uint32_t>& devices = survey.devices;
    for (; reader.Next(); ++survey.deviceRows)
    {
        const double startS = reader.Number(start);
        if (!std::isnan(startS) &&
            IsInTimeline(isAsynchronous, survey, reader.Number(round), startS))
        {
            devices.push_back(static_cast<uint32_t>(reader.Number(device)));
            survey.anyIdle = survey.anyIdle || reader.Number(idle) > 0;
            survey.anyFailed = survey.anyFailed || reader.Text(status) != "merged";
        }
        const std::string_view end = reader.Text(status);
        const bool arrived = end == "merged" || end == "late";
        if (arrived && reader.Number(measured) > 0 && reader.Number(predicted) > 0)
        {
            ++survey.scatterPoints;
            survey.uploadS.Add(reader.Number(measured));
            survey.uploadS.Add(reader.Number(predicted));
        }
    }
    std::sort(devices.begin(), devices.end());
    devices.erase(std::unique(devices.begin(), devices.end()), devices.end());
    survey.timelineDevices = devices.size();
    devices.resize(std::min(devices.size(), TIMELINE_DEVICES));
}

/**
 * @param file path of a table with a row per phase
 * @param kind column by which two kinds of rows differ
 * @param first value of that column in rows of the first kind
 * @param isShown whether a phase of a round, with its begin [s], is in the timeline
 * @param [out] anyFirst whether the timeline has rows of the first kind
 * @param [out] anySecond whether it has rows of another kind
 * @throws std::runtime_error if the file can't be read, lacks a column or is malformed
 */
void
SurveyPhases(const std::filesystem::path& file,
             const std::string& kind,
             const std::string& first,
             const std::function<bool(double, double)>& isShown,
             bool& anyFirst,
             bool& anySecond)
{
    CsvReader reader(file);
    const size_t round = reader.Column("round");
    const size_t kindOf = reader.Column(kind);
    const size_t start = reader.Column("start_s");
    const size_t end = reader.Column("end_s");
    while (reader.Next())
    {
        if (!std::isnan(reader.Number(end)) && isShown(reader.Number(round), reader.Number(start)))
        {
            (reader.Text(kindOf) == first ? anyFirst : anySecond) = true;
        }
    }
}

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
            const Survey& survey,
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
              const Survey& survey,
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
 * The timeline's rows are numbered by a search in a string in which each device's number stands in
 * a field of fixed width: gnuplot has no other map.
 */
std::string
DeviceFields(const std::vector<uint32_t>& devices)
{
    std::string fields;
    for (const uint32_t device : devices)
    {
        const std::string number = std::to_string(device);
        fields += std::string(8 - std::min<size_t>(8, number.size()), ' ') + number;
    }
    return fields;
}

/// The rows' labels: each device's number, or of many every few, so that they stay apart.
std::string
DeviceTics(const std::vector<uint32_t>& devices)
{
    const size_t step = devices.size() <= 60 ? 1 : devices.size() <= 120 ? 5 : 10;
    std::string tics;
    for (size_t i = 0; i < devices.size(); i += step)
    {
        tics += Describe(i ? ", " : "", "'", devices[i], "' ", i);
    }
    return "set ytics (" + tics + ")";
}

/**
 * Mark where rounds begin, by dashed lines; those that are wide enough get a label.
 * @param script the timeline's
 * @param survey with one round at least
 */
void
AddRoundMarks(PlotScript& script, const Survey& survey)
{
    const double span = survey.timelineEndS - survey.roundStartsS.front();
    for (size_t i = 0; i < survey.roundStartsS.size(); ++i)
    {
        const double start = survey.roundStartsS[i];
        const bool last = i + 1 == survey.roundStartsS.size();
        const double end = last ? survey.timelineEndS : survey.roundStartsS[i + 1];
        const std::string x = Describe("first ", start);
        script.Line("set arrow from " + x + ", graph 0 to " + x +
                    ", graph 1 nohead dashtype 2 linecolor rgb '#444444' front");
        // A label wider than its round would run into the next one.
        if (end - start > 0.1 * span)
        {
            script.Line(
                Describe("set label 'round ", i + 1, "' at ", x, ", graph 1 offset 0.3,0.5"));
        }
    }
}

/**
 * The rows that the timeline draws. Where the run has more devices than are shown, theirs are
 * copied into the script: gnuplot takes seconds to read some hundred thousand rows of others.
 * @param script the timeline's
 * @param request what is drawn, and where
 * @param survey of the data
 * @param file path of a CSV file, relative to the folder of the script
 * @return where gnuplot finds them: the file, or a block of the script
 */
std::string
TimelineRows(PlotScript& script,
             const PlotRequest& request,
             const Survey& survey,
             const std::filesystem::path& file)
{
    if (survey.timelineDevices <= survey.devices.size())
    {
        return "'" + file.string() + "'";
    }
    const std::string block = "$" + file.stem().string();
    CsvReader reader(request.folder / file);
    const size_t round = reader.Column("round");
    const size_t device = reader.Column("device");
    script.Line(block + " << END");
    script.Line(reader.Row());
    while (reader.Next())
    {
        if (reader.Number(round) <= static_cast<double>(survey.roundStartsS.size()) &&
            std::binary_search(survey.devices.begin(),
                               survey.devices.end(),
                               static_cast<uint32_t>(reader.Number(device))))
        {
            script.Line(reader.Row());
        }
    }
    script.Line("END");
    return block;
}

/**
 * Draw bars of one colour into the timeline.
 * @param script the timeline's
 * @param source of rows, a bar each: TimelineRows()
 * @param condition which rows, for gnuplot
 * @param end when a bar ends, for gnuplot
 * @param title of these bars
 * @param colour of these bars
 */
void
AddBars(PlotScript& script,
        const std::string& source,
        const std::string& condition,
        const std::string& end,
        const char* title,
        const char* colour)
{
    const std::string begin = "(" + condition + " ? at(column('round'), column('start_s')) : NaN)";
    script.Function(
        source + " using " + begin + ":(row(column('device'))):" + begin + ":(" + end +
            "):(row(column('device')) - 0.4):(row(column('device')) + 0.4)",
        title,
        Describe("with boxxyerror fillcolor rgb '", colour, "' fillstyle solid 1 noborder"));
}

/// Where gnuplot finds the rows that the timeline draws: TimelineRows().
struct TimelineSources
{
    std::string orders;       //!< of devices.csv
    std::string transfers;    //!< of transfers.csv
    std::string computations; //!< of computations.csv
};

/**
 * Draw transfers and computations, and under them what an order did beside: it paused, or was in a
 * phase that never ended.
 * @param script the timeline's
 * @param survey of the data
 * @param sources of rows
 */
void
AddPhases(PlotScript& script, const Survey& survey, const TimelineSources& sources)
{
    const struct
    {
        bool isShown;
        const std::string& source;
        const char* condition;
        const char* end;
        const char* title;
        const char* colour;
    } bars[] = {
        {survey.anyIdle || survey.anyFailed,
         sources.orders,
         "1",
         ORDER_END,
         "pause, cut short",
         colours::GREY},
        {survey.anyDownload,
         sources.transfers,
         "strcol('direction') eq 'downlink'",
         PHASE_END,
         "download",
         colours::SKY_BLUE},
        {survey.anyCompute,
         sources.computations,
         "strcol('node') eq 'device'",
         PHASE_END,
         "compute",
         colours::ORANGE},
        {survey.anyServerCompute,
         sources.computations,
         "strcol('node') eq 'server'",
         PHASE_END,
         "server computes",
         colours::GREEN},
        {survey.anyUpload,
         sources.transfers,
         "strcol('direction') eq 'uplink'",
         PHASE_END,
         "upload",
         colours::BLUE},
    };

    for (const auto& bar : bars)
    {
        if (bar.isShown)
        {
            AddBars(script, bar.source, bar.condition, bar.end, bar.title, bar.colour);
        }
    }
}

/**
 * Mark the ends of orders that were not merged into their round.
 * @param script the timeline's
 * @param orders source of the orders' rows
 */
void
AddFailures(PlotScript& script, const std::string& orders)
{
    script.Function(orders +
                        " using (strcol('status') eq 'merged' ? NaN : "
                        "at(column('round'), " +
                        ORDER_END + ")):(row(column('device')))",
                    "not merged",
                    "with points pointtype 2 pointsize 0.8 linewidth 2 linecolor rgb 'black'");
}

/**
 * Write the timeline: a row for each device, with the phases of its orders in the first rounds.
 * @param request what is drawn, and where
 * @param survey of the data
 * @param prefix path of the run's folder, relative to that of the script
 * @param scripts the name of the plot's script is appended
 * @throws std::runtime_error if it can't be written
 */
void
WriteTimeline(const PlotRequest& request,
              const Survey& survey,
              const std::string& prefix,
              std::vector<std::string>& scripts)
{
    const size_t rows = survey.devices.size();
    const size_t rounds = survey.roundStartsS.size();
    const std::string what = request.isAsynchronous ? "aggregation" : "round";
    std::string title =
        Describe("What devices do in ",
                 request.isAsynchronous
                     ? "the first " + (rounds == 1 ? what : Describe(rounds, " ", what, "s"))
                 : rounds == 1 ? "round 1"
                               : Describe("rounds 1 to ", rounds));
    title += request.runs > 1 ? " of run 1" : "";
    title += survey.timelineDevices > rows
                 ? Describe(" (the first ", rows, " of ", survey.timelineDevices, " devices)")
                 : "";
    const uint32_t rowHeight = rows <= 60 ? 18 : rows <= 120 ? 10 : 6;
    const auto height = static_cast<uint32_t>(150 + std::max<size_t>(rows, 5) * rowHeight);
    PlotScript script("timeline", title, "simulated time [s]", "device", 1000, height);
    script.Line("devices = '" + DeviceFields(survey.devices) + "'");
    script.Line("found(d) = strstrt(devices, sprintf('%8d', d))");
    script.Line("row(d) = found(d) ? (found(d) - 1) / 8 : NaN");
    script.Line(request.isAsynchronous
                    ? Describe("at(round, start) = start < ", survey.timelineEndS, " ? start : NaN")
                    : Describe("at(round, start) = round <= ", rounds, " ? start : NaN"));
    script.Line("known(s) = s >= 0 ? s : 0");
    script.Line(DeviceTics(survey.devices));
    script.Line(Describe("set yrange [", rows, " - 0.4:-0.6]"));
    script.Line("set grid noytics");
    script.Line("set title offset 0,1");
    script.Line("set key rmargin top vertical Left reverse");
    if (!request.isAsynchronous)
    {
        AddRoundMarks(script, survey);
    }
    TimelineSources sources;
    sources.orders = TimelineRows(script, request, survey, prefix + "devices.csv");
    sources.transfers = TimelineRows(script, request, survey, prefix + "transfers.csv");
    sources.computations = TimelineRows(script, request, survey, prefix + "computations.csv");
    AddPhases(script, survey, sources);
    if (survey.anyFailed)
    {
        AddFailures(script, sources.orders);
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
                const Survey& survey,
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
    Survey survey;
    if (request.isAsynchronous)
    {
        // As many as there would be in that many rounds of all devices.
        survey.timelineRounds *= std::max<uint64_t>(1, CountDevices(request.folder / prefix));
    }
    SurveyRounds(request.folder / prefix, survey);
    SurveyDevices(request.folder / prefix, request.isAsynchronous, survey);
    const auto isShown = [&](double round, double startS) {
        return IsInTimeline(request.isAsynchronous, survey, round, startS);
    };
    SurveyPhases(request.folder / prefix / "transfers.csv",
                 "direction",
                 "downlink",
                 isShown,
                 survey.anyDownload,
                 survey.anyUpload);
    SurveyPhases(request.folder / prefix / "computations.csv",
                 "node",
                 "device",
                 isShown,
                 survey.anyCompute,
                 survey.anyServerCompute);
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
