/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-timeline-plot.h"

#include "fl-csv.h"
#include "fl-plot-script.h"

#include "ns3/fl-error.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

/// When an order's row of devices.csv ends, for gnuplot.
constexpr char ORDER_END[] =
    "column('start_s') + known(column('idle_s')) + known(column('download_s')) + "
    "known(column('compute_s')) + known(column('upload_s'))";
/// When a row of transfers.csv or computations.csv ends, for gnuplot.
constexpr char PHASE_END[] = "column('end_s')";

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
AddRoundMarks(PlotScript& script, const PlotSurvey& survey)
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
             const PlotSurvey& survey,
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
AddPhases(PlotScript& script, const PlotSurvey& survey, const TimelineSources& sources)
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

} // namespace

void
WriteTimeline(const PlotRequest& request,
              const PlotSurvey& survey,
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

} // namespace fl
} // namespace ns3
