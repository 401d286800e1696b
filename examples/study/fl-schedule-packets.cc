/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-schedule-packets.h"

#include "fl-study.h"

#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-option-text.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"
#include "ns3/fl-plots.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-result-folder.h"
#include "ns3/fl-schedule-optimizer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{

namespace
{

/// One round of one optimizer, over the runs.
struct RoundSamples
{
    Sample endS;        //!< since the run's first round began [s]
    Sample selected;    //!< devices
    Sample loss;        //!< of the global model
    Sample accuracy;    //!< of the global model
    Sample planned;     //!< D(t) by Shannon's rate, over the limit
    Sample measured;    //!< D(t) as measured, over the limit
    Sample average;     //!< measured, of the rounds so far, over the limit
    Sample queue;       //!< Dq(t), in units of Dbar
    Sample convergence; //!< Theorem 1's bound
};

/// All rounds of an optimizer.
class OptimizerSamples
{
  public:
    /// @param name of the optimizer, as in `--optimizer`
    explicit OptimizerSamples(std::string name)
        : m_name(std::move(name))
    {
    }

    /// Connect to the traces of a run. @param coordinator of the run, which has not begun
    void Watch(Ptr<Coordinator> coordinator)
    {
        m_measuredSum = 0;
        m_startS = ABSENT;
        coordinator->TraceConnectWithoutContext(
            "RoundEnd",
            MakeFlCallback<void, const RoundRecord&>(
                [this](const RoundRecord& record) { EndRound(record); }));
        if (auto optimizer = DynamicCast<ScheduleOptimizer>(coordinator->GetOptimizer()))
        {
            optimizer->TraceConnectWithoutContext(
                "Scheduled",
                MakeFlCallback<void, const ScheduleRound&>(
                    [this](const ScheduleRound& round) { Scheduled(round); }));
            optimizer->TraceConnectWithoutContext(
                "Warning",
                MakeFlCallback<void, const std::string&>(
                    [this](const std::string& warning) { m_warning = warning; }));
        }
    }

    /// Append the rows of learning.csv.
    void AddRows(std::string& text) const
    {
        CsvRow row;
        for (size_t i = 0; i < m_rounds.size(); ++i)
        {
            const auto& of = m_rounds[i];
            row.Add(m_name.c_str()).Add(static_cast<uint32_t>(i + 1)).Add(of.endS.GetN());
            for (const auto* sample : {&of.endS,
                                       &of.selected,
                                       &of.loss,
                                       &of.accuracy,
                                       &of.planned,
                                       &of.measured,
                                       &of.average,
                                       &of.queue,
                                       &of.convergence})
            {
                row.Add(sample->Mean()).Add(sample->Ci95());
            }
            text += row.Finish();
        }
    }

    /// Print how it ended.
    void Print(std::ostream& out) const
    {
        if (m_rounds.empty())
        {
            return;
        }
        const auto& last = m_rounds.back();
        Sample scheduled;
        for (const auto& round : m_rounds)
        {
            scheduled.Add(round.selected.Mean());
        }
        char line[240];
        std::snprintf(line,
                      sizeof(line),
                      "  %-28s %6.2f devices",
                      m_name.c_str(),
                      scheduled.Mean());
        out << line;
        // What other optimizers don't tell, and timing studies don't have, is left out.
        if (last.average.GetN() > 0)
        {
            std::snprintf(line,
                          sizeof(line),
                          ", average delay %.3f +- %.3f of the limit",
                          last.average.Mean(),
                          last.average.Ci95());
            out << line;
        }
        if (last.accuracy.GetN() > 0)
        {
            std::snprintf(line,
                          sizeof(line),
                          ", accuracy %.4f +- %.4f",
                          last.accuracy.Mean(),
                          last.accuracy.Ci95());
            out << line;
        }
        std::snprintf(line, sizeof(line), ", %.1f s\n", last.endS.Mean());
        out << line;
    }

    /// @return its name
    const std::string& GetName() const
    {
        return m_name;
    }

    /// @return what it said of Theorem 1
    const std::string& GetWarning() const
    {
        return m_warning;
    }

  private:
    /**
     * @param round number of a round, from 1
     * @return its samples; rounds up to it are added if need be
     */
    RoundSamples& At(uint32_t round)
    {
        m_rounds.resize(std::max<size_t>(m_rounds.size(), round));
        return m_rounds[round - 1];
    }

    /// Sink of RoundEnd. @param record of the round; an aborted one is left out
    void EndRound(const RoundRecord& record)
    {
        if (record.aborted)
        {
            return;
        }
        m_startS = std::isnan(m_startS) ? record.startS : m_startS;
        auto& samples = At(record.round);
        samples.endS.Add(record.endS - m_startS);
        samples.selected.Add(record.selected);
        samples.loss.Add(record.loss);
        samples.accuracy.Add(record.accuracy);
    }

    /**
     * Sink of Scheduled: delays and the virtual queue, relative to the limit of the average delay.
     * @param round as scheduled; where nothing was measured, the average takes the planned delay
     */
    void Scheduled(const ScheduleRound& round)
    {
        auto& samples = At(round.round);
        const bool known = !std::isnan(round.measuredS);
        m_measuredSum += (known ? round.measuredS : round.plannedS) / round.limitS;
        samples.planned.Add(round.plannedS / round.limitS);
        samples.measured.Add(round.measuredS / round.limitS);
        samples.average.Add(m_measuredSum / round.round);
        samples.queue.Add(round.queue);
        samples.convergence.Add(round.convergence);
    }

    std::string m_name;                 //!< as in --optimizer
    std::vector<RoundSamples> m_rounds; //!< from the first
    double m_measuredSum{0};            //!< of this run
    double m_startS{ABSENT};            //!< of this run [s]
    std::string m_warning;              //!< of Theorem 1
};

/// All runs of one optimizer.
void
RunOptimizer(const OptionParser& parser,
             Options cell,
             const LearningData& data,
             OptimizerSamples& samples,
             Progress& progress)
{
    cell.optimizer = samples.GetName();
    cell.out += "/" + cell.optimizer;
    ResultFolder results(cell.out,
                         cell.runs,
                         parser.GetProgram(),
                         parser.ToJson(),
                         RunTotals(1, cell.levels));
    progress.BeginCase(cell.phy + ", " + cell.optimizer);
    std::string reason;
    ForEachRun(cell.runs, progress, [&](uint64_t) {
        CellRun run(cell, data);
        samples.Watch(run.GetFederation().coordinator);
        reason = run.Run(results.BeginRun(), progress);
    });
    progress.EndLine();
    results.Finish(reason);
}

/// One plot of learning.csv.
struct LearningPanel
{
    const char* name;    //!< of the file
    const char* title;   //!< above
    const char* xLabel;  //!< with unit
    const char* yLabel;  //!< with unit
    const char* x;       //!< column
    const char* y;       //!< column, without _mean
    double scale;        //!< from column to label
    const char* range;   //!< of values that there can be, for gnuplot
    const char* logAxes; //!< those that are logarithmic
    bool learning;       //!< whether a timing study has none
};

/// All plots of learning.csv.
constexpr LearningPanel LEARNING_PANELS[] = {
    {"accuracy-rounds",
     "Accuracy",
     "round",
     "accuracy on held-out data [%]",
     "round",
     "accuracy",
     100,
     "[0<*:*<100]",
     "",
     true},
    // Schedulers differ in their rounds' durations by orders of magnitude.
    {"accuracy-time",
     "Accuracy",
     "time [s]",
     "accuracy on held-out data [%]",
     "end_s_mean",
     "accuracy",
     100,
     "[0<*:*<100]",
     "x",
     true},
    {"queue", "Virtual queue", "round", "queue / limit", "round", "queue", 1, "[0<*:*]", "", false},
    {"average-delay",
     "Average delay of the rounds so far",
     "round",
     "average delay / limit",
     "round",
     "average_over_limit",
     1,
     "[*:*]",
     "y",
     false}};

/// Draw a plot of learning.csv.
void
WriteLearningPlot(const std::filesystem::path& folder,
                  const LearningPanel& panel,
                  const std::vector<OptimizerSamples>& all,
                  uint32_t rounds,
                  std::vector<std::string>& scripts)
{
    // Bars at each round, or of two optimizers at one, would hide each other.
    const size_t every = std::max<size_t>(all.size(), rounds / 10);
    const std::string scale = Describe(panel.scale, " * ");
    const std::string mean = scale + PlotColumn(std::string(panel.y) + "_mean");
    const std::string half = scale + PlotColumn(std::string(panel.y) + "_ci95");
    PlotScript script(panel.name, panel.title, panel.xLabel, panel.yLabel);
    script.KeyBeside();
    script.Line(Describe("set yrange ", panel.range));
    script.Logarithmic(panel.logAxes);
    for (size_t i = 0; i < all.size(); ++i)
    {
        PlotData data{"learning.csv",
                      PlotRowsWith("optimizer", all[i].GetName()),
                      {PlotColumn(panel.x), mean}};
        const PlotData line = data;
        data.condition += Describe(" && int(column('round')) % ", every, " == ", i % every);
        data.columns.push_back(half);
        script.Mark(data,
                    "",
                    Describe("with yerrorbars pt 0 lw 1 lc rgb '", PaletteColour(i), "'"));
        script.Curve(line, all[i].GetName(), {"lines"});
    }
    script.Write(folder, scripts);
}

} // namespace

void
SetScheduleDefaults()
{
    // 1e-11 W/Hz; the base station reaches across it as its devices do, with 40 of them.
    Config::SetDefault("ns3::fl::FdmaChannel::NoiseDensity", DoubleValue(-80));
    Config::SetDefault("ns3::fl::FdmaChannel::StationTxPower", DoubleValue(40));
    Config::SetDefault("ns3::fl::ShadowingLossModel::SigmaDb", DoubleValue(0));
    Config::SetDefault("ns3::fl::BlockFadingLossModel::CoherenceTime", TimeValue(Seconds(5)));
}

Options
MakeScheduleCell(const ScheduleStudyOptions& options)
{
    Options cell = options.cell;
    cell.out += "/packets";
    if (cell.phy == "fdma")
    {
        // (d / 10 m)^-3.5.
        const Scenario others;
        cell.lossAt1mDb = cell.lossAt1mDb == others.lossAt1mDb ? -35 : cell.lossAt1mDb;
        cell.lossExponent = cell.lossExponent == others.lossExponent ? 3.5 : cell.lossExponent;
        cell.radius = cell.radius > 0 ? cell.radius : 50;
        Config::SetDefault("ns3::UniformDiscPositionAllocator::X", DoubleValue(300));
        return cell;
    }
    const ScheduleStudyOptions defaults;
    if (cell.maxPowerDbm == defaults.cell.maxPowerDbm)
    {
        cell.maxPowerDbm = 20;
    }
    if (cell.phy == "wifi" && cell.bandwidthHz == defaults.cell.bandwidthHz)
    {
        cell.bandwidthHz = 20e6;
    }
    DoubleValue limit;
    CreateObject<ScheduleOptimizer>()->GetAttribute("DelayLimitPerBit", limit);
    if (limit.Get() == SCHEDULE_DELAY_PER_BIT_S)
    {
        Config::SetDefault("ns3::fl::ScheduleOptimizer::DelayLimitPerBit",
                           DoubleValue(cell.phy == "wifi" ? 1e-7 : 1e-6));
    }
    return cell;
}

void
RunSchedulePackets(const OptionParser& parser, const ScheduleStudyOptions& options)
{
    const Options cell = MakeScheduleCell(options);
    const LearningData data = LoadData(cell);
    const FolderLock lock(cell.out);
    OutputFile table(std::filesystem::path(cell.out) / "learning.csv");
    std::vector<OptimizerSamples> all;
    const auto names = SplitText(options.compare, ',');
    Progress progress(cell.rounds,
                      cell.runs,
                      ProgressDisplay::StandardError(),
                      static_cast<uint32_t>(names.size()));
    for (const auto& name : names)
    {
        all.emplace_back(name);
        RunOptimizer(parser, cell, data, all.back(), progress);
    }
    std::string text =
        "optimizer,round,runs,end_s_mean,end_s_ci95,selected_mean,selected_ci95,loss_mean,"
        "loss_ci95,accuracy_mean,accuracy_ci95,planned_over_limit_mean,planned_over_limit_ci95,"
        "measured_over_limit_mean,measured_over_limit_ci95,average_over_limit_mean,"
        "average_over_limit_ci95,queue_mean,queue_ci95,convergence_mean,convergence_ci95\n";
    for (const auto& samples : all)
    {
        samples.AddRows(text);
    }
    table.Write(text);
    table.Publish();
    std::vector<std::string> scripts;
    for (const auto& panel : LEARNING_PANELS)
    {
        if (!panel.learning || data.tasks.front().train)
        {
            WriteLearningPlot(cell.out, panel, all, cell.rounds, scripts);
        }
    }
    DrawScripts(cell.out, scripts, "gnuplot", std::cerr);
    for (const auto& samples : all)
    {
        samples.Print(std::cout);
    }
    // All have the same assumptions.
    for (const auto& samples : all)
    {
        if (!samples.GetWarning().empty())
        {
            std::cout << "Warning: " << samples.GetWarning() << ".\n";
            break;
        }
    }
    std::cout << "Tables and plots are in " << cell.out << "/.\n";
}

} // namespace fl
} // namespace ns3
