/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-multitask-packet-plots.h"

#include "fl-multitask-packet-tables.h"

#include "ns3/fl-error.h"
#include "ns3/fl-plot-script.h"

namespace ns3
{
namespace fl
{

namespace
{

/// The table that all figures are drawn from.
constexpr char PERIODS[] = "periods.csv";
/// Row of the server, below those of the devices.
constexpr char SERVER_ROW[] = "-1";

/// @param scheme in the table @param task in the table @param phase in the table; empty: all
/// @return gnuplot expression that selects their rows
std::string
RowsOf(const std::string& scheme, const std::string& task, const std::string& phase = "")
{
    return PlotRowsWith("scheme", scheme) + " && " + PlotRowsWith("task", task) +
           (phase.empty() ? "" : " && " + PlotRowsWith("phase", phase));
}

/// @param index of a task @return its letter
char
LetterOf(size_t index)
{
    return static_cast<char>('a' + index);
}

/// @return gnuplot expression of a phase's duration
std::string
Duration()
{
    return PlotColumn("end_s") + " - " + PlotColumn("start_s");
}

/// Figure 1: from each upload's end an arrow to the aggregation that it was merged in. @param
/// folder of the tables @param scheme whose @param task which @param [in,out] scripts gets it
void
WriteFigure1(const std::filesystem::path& folder,
             const std::string& scheme,
             const std::string& task,
             std::vector<std::string>& scripts)
{
    PlotScript script("figure-1-" + scheme,
                      "From an update's arrival to its aggregation: " + task + ", " + scheme,
                      "time [s]",
                      "device; server: -1");
    script.KeyBeside();
    script.Line("set offsets 0, 0, 0.5, 0.5");
    const auto uploads = RowsOf(scheme, task, "upload");
    script.Mark(
        {PERIODS,
         uploads,
         {PlotColumn("end_s"),
          PlotColumn("device"),
          PlotColumn("aggregated_s") + " - " + PlotColumn("end_s"),
          std::string(SERVER_ROW) + " - " + PlotColumn("device")}},
        "update",
        Describe("with vectors head size screen 0.008,20 lw 1 lc rgb '", colours::SKY_BLUE, "'"));
    script.Mark({PERIODS, uploads, {PlotColumn("end_s"), PlotColumn("device")}},
                "in",
                Describe("with points pt 7 ps 0.5 lc rgb '", colours::ORANGE, "'"));
    script.Mark({PERIODS, uploads, {PlotColumn("aggregated_s"), SERVER_ROW}},
                "aggregation",
                Describe("with points pt 5 ps 0.6 lc rgb '", colours::BLACK, "'"));
    script.Write(folder, scripts);
}

/// Figure 2: the phases of all periods of a task. @param folder of the tables @param scheme whose
/// @param task which @param letter of the figure @param [in,out] scripts gets it
void
WriteFigure2(const std::filesystem::path& folder,
             const std::string& scheme,
             const std::string& task,
             char letter,
             std::vector<std::string>& scripts)
{
    const char* phaseColours[] = {colours::GREY,
                                  colours::SKY_BLUE,
                                  colours::GREEN,
                                  colours::ORANGE};
    PlotScript script(Describe("figure-2", letter),
                      "Local periods of " + task + ", " + scheme,
                      "time [s]",
                      "device");
    script.KeyBeside();
    script.Line("set offsets 0, 0, 0.5, 0.5");
    for (size_t phase = 0; phase < N_MULTITASK_PHASES; ++phase)
    {
        script.Mark({PERIODS,
                     RowsOf(scheme, task, MULTITASK_PHASES[phase]),
                     {PlotColumn("start_s"), PlotColumn("device"), Duration(), "0"}},
                    MULTITASK_PHASES[phase],
                    Describe("with vectors nohead lw 6 lc rgb '", phaseColours[phase], "'"));
    }
    script.Write(folder, scripts);
}

/// Figure 3: aggregations over time. @param folder of the tables @param scheme whose @param
/// taskNames by task @param [in,out] scripts gets it
void
WriteFigure3(const std::filesystem::path& folder,
             const std::string& scheme,
             const std::vector<std::string>& taskNames,
             std::vector<std::string>& scripts)
{
    PlotScript script("figure-3",
                      "Uploads that made an aggregation, " + scheme,
                      "time [s]",
                      "device, shifted by task");
    script.KeyBeside();
    for (size_t j = 0; j < taskNames.size(); ++j)
    {
        script.Mark({PERIODS,
                     RowsOf(scheme, taskNames[j], "upload"),
                     {PlotColumn("end_s"),
                      PlotColumn("device") + Describe(" + ", 0.2 * static_cast<double>(j))}},
                    taskNames[j],
                    Describe("with points pt 7 ps 0.6 lc rgb '", PaletteColour(j), "'"));
    }
    script.Write(folder, scripts);
}

/// Figure 4: y^ID is 1 while a device does not compute within a period, y^AC while it does. @param
/// folder of the tables @param scheme whose @param task which @param letter of the figure @param
/// [in,out] scripts gets it
void
WriteFigure4(const std::filesystem::path& folder,
             const std::string& scheme,
             const std::string& task,
             char letter,
             std::vector<std::string>& scripts)
{
    PlotScript script(Describe("figure-4", letter),
                      "Drift while idle and while active, with base versions: " + task + ", " +
                          scheme,
                      "time [s]",
                      "device");
    script.KeyBeside();
    script.Line("set style fill solid 0.6 noborder");
    script.Line("set offsets 0, 0, 0.2, 0.2");
    const auto active = RowsOf(scheme, task, "compute");
    const auto box = [](const std::string& height) {
        const std::string low = PlotColumn("device");
        return std::vector<std::string>{"0.5 * (" + PlotColumn("start_s") + " + " +
                                            PlotColumn("end_s") + ")",
                                        low + " + 0.5 * " + height,
                                        "0.5 * (" + Duration() + ")",
                                        "0.5 * " + height};
    };
    script.Mark({PERIODS, RowsOf(scheme, task) + " && !(" + active + ")", box("0.3")},
                "idle: y(ID) = 1",
                Describe("with boxxyerror lc rgb '", colours::SKY_BLUE, "'"));
    script.Mark({PERIODS, active, box("0.6")},
                "active: y(AC) = 1",
                Describe("with boxxyerror lc rgb '", colours::GREEN, "'"));
    script.Mark(
        {PERIODS,
         active,
         {PlotColumn("start_s"), PlotColumn("device") + " + 0.75", PlotColumn("base_version")}},
        "",
        "with labels font ',7'");
    script.Write(folder, scripts);
}

} // namespace

void
WriteMultitaskPeriodPlots(const std::filesystem::path& folder,
                          const std::vector<std::string>& schemes,
                          const std::vector<std::string>& taskNames,
                          std::vector<std::string>& scripts)
{
    for (const auto& scheme : schemes)
    {
        WriteFigure1(folder, scheme, taskNames.front(), scripts);
    }
    for (size_t j = 0; j < taskNames.size(); ++j)
    {
        WriteFigure2(folder, schemes.front(), taskNames[j], LetterOf(j), scripts);
        WriteFigure4(folder, schemes.front(), taskNames[j], LetterOf(j), scripts);
    }
    WriteFigure3(folder, schemes.front(), taskNames, scripts);
}

} // namespace fl
} // namespace ns3
