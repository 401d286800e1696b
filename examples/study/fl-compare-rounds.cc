/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-compare-rounds.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-plot-script.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// One plot of learning.csv.
struct LearningPanel
{
    const char* name;   //!< of the file, without PHY and task
    const char* title;  //!< above
    const char* xLabel; //!< with unit
    const char* yLabel; //!< with unit
    const char* x;      //!< column
    const char* y;      //!< column, without _mean
    double scale;       //!< from column to label
    const char* range;  //!< of values that there can be, for gnuplot
    bool learning;      //!< whether a timing study has none
    bool queue;         //!< whether only schedulers have one
};

/// All plots of learning.csv.
constexpr LearningPanel LEARNING_PANELS[] = {{"accuracy-rounds",
                                              "Accuracy",
                                              "round",
                                              "accuracy on held-out data [%]",
                                              "round",
                                              "accuracy",
                                              100,
                                              "[0<*:*<100]",
                                              true,
                                              false},
                                             {"accuracy-time",
                                              "Accuracy",
                                              "time [s]",
                                              "accuracy on held-out data [%]",
                                              "end_s_mean",
                                              "accuracy",
                                              100,
                                              "[0<*:*<100]",
                                              true,
                                              false},
                                             {"accuracy-energy",
                                              "Accuracy",
                                              "energy of all devices [J]",
                                              "accuracy on held-out data [%]",
                                              "energy_j_mean",
                                              "accuracy",
                                              100,
                                              "[0<*:*<100]",
                                              true,
                                              false},
                                             {"queue",
                                              "Virtual queue",
                                              "round",
                                              "queue / limit",
                                              "round",
                                              "queue",
                                              1,
                                              "[0<*:*]",
                                              false,
                                              true},
                                             {"average-delay",
                                              "Average delay of the rounds so far",
                                              "round",
                                              "average delay / limit",
                                              "round",
                                              "average_over_limit",
                                              1,
                                              "[*:*]",
                                              false,
                                              true}};

/// Cases of one plot.
using Cases = std::vector<const CompareRounds*>;

/**
 * @param cases of a plot
 * @param task number of the task
 * @param panel the plot
 * @return its logarithmic axes: delays, and times or energies that differ by more than a factor
 */
std::string
LogarithmicAxes(const Cases& cases, uint32_t task, const LearningPanel& panel)
{
    const std::string x = panel.x;
    if (x == "round")
    {
        return std::string(panel.name) == "average-delay" ? "y" : "";
    }
    constexpr double FAR_APART = 20;
    double least = INFINITY;
    double most = 0;
    for (const auto* of : cases)
    {
        const auto& rounds = of->GetRounds(task);
        if (!rounds.empty())
        {
            const auto& last = rounds.back();
            const double end = x == "end_s_mean" ? last.endS.Mean() : last.energyJ.Mean();
            least = std::min(least, end);
            most = std::max(most, end);
        }
    }
    return least > 0 && most > FAR_APART * least ? "x" : "";
}

/**
 * Write a plot of learning.csv.
 * @param folder of learning.csv
 * @param panel the plot
 * @param cases of one PHY
 * @param task number of the task
 * @param scripts its file name is appended
 */
void
WriteLearningPlot(const std::filesystem::path& folder,
                  const LearningPanel& panel,
                  const Cases& cases,
                  uint32_t task,
                  std::vector<std::string>& scripts)
{
    const std::string& phy = cases.front()->GetPhy();
    const bool several = cases.front()->GetTasks() > 1;
    const std::string suffix = several ? Describe("-task-", task) : "";
    size_t rounds = 0;
    for (const auto* of : cases)
    {
        rounds = std::max(rounds, of->GetRounds(task).size());
    }
    // Bars at each round, or of two optimizers at one, would hide each other.
    const size_t every = std::max(cases.size(), rounds / 10);
    const std::string scale = Describe(panel.scale, " * ");
    const std::string mean = scale + PlotColumn(std::string(panel.y) + "_mean");
    const std::string half = scale + "half('" + std::string(panel.y) + "_ci95')";
    PlotScript script(
        panel.name + ("-" + phy) + suffix,
        Describe(panel.title, " over ", phy, several ? Describe(", task ", task) : ""),
        panel.xLabel,
        panel.yLabel);
    script.KeyBeside();
    script.Line(Describe("set yrange ", panel.range));
    script.Logarithmic(LogarithmicAxes(cases, task, panel));
    for (size_t i = 0; i < cases.size(); ++i)
    {
        PlotData data{"learning.csv",
                      PlotRowsWith("phy", phy) + " && " +
                          PlotRowsWith("optimizer", cases[i]->GetOptimizer()) +
                          Describe(" && ", PlotColumn("task"), " == ", task),
                      {PlotColumn(panel.x), mean}};
        const PlotData line = data;
        data.condition += Describe(" && int(column('round')) % ", every, " == ", i % every);
        data.columns.push_back(half);
        script.Mark(data,
                    "",
                    Describe("with yerrorbars pt 0 lw 1 lc rgb '", PaletteColour(i), "'"));
        script.Curve(line, cases[i]->GetOptimizer(), {"lines"});
    }
    script.Write(folder, scripts);
}

/// Pictures of an earlier comparison, of other PHYs or tasks, are not this one's.
/// @param folder of the plots
void
RemoveLearningPlots(const std::filesystem::path& folder)
{
    std::vector<std::filesystem::path> stale;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
    {
        const auto extension = entry.path().extension();
        const std::string stem = entry.path().stem().string();
        const bool ours = std::any_of(std::begin(LEARNING_PANELS),
                                      std::end(LEARNING_PANELS),
                                      [&stem](const LearningPanel& panel) {
                                          return stem.rfind(std::string(panel.name) + "-", 0) == 0;
                                      });
        if (ours && (extension == ".plt" || extension == ".svg"))
        {
            stale.push_back(entry.path());
        }
    }
    std::error_code ignored;
    for (const auto& path : stale)
    {
        std::filesystem::remove(path, ignored);
    }
}

} // namespace

const char CompareRounds::HEADER[] =
    "phy,optimizer,task,round,runs,end_s_mean,end_s_ci95,selected_mean,selected_ci95,loss_mean,"
    "loss_ci95,accuracy_mean,accuracy_ci95,energy_j_mean,energy_j_ci95,planned_over_limit_mean,"
    "planned_over_limit_ci95,measured_over_limit_mean,measured_over_limit_ci95,"
    "average_over_limit_mean,average_over_limit_ci95,queue_mean,queue_ci95,convergence_mean,"
    "convergence_ci95\n";

CompareRounds::CompareRounds(std::string phy, std::string optimizer, uint32_t tasks)
    : m_phy(std::move(phy)),
      m_optimizer(std::move(optimizer)),
      m_rounds(tasks)
{
}

void
CompareRounds::Watch(Ptr<Coordinator> coordinator)
{
    m_measuredSum = 0;
    m_energyJ = 0;
    m_startsS.push_back(ABSENT);
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

std::string
CompareRounds::Rows() const
{
    std::string text;
    CsvRow row;
    for (uint32_t task = 0; task < m_rounds.size(); ++task)
    {
        for (size_t i = 0; i < m_rounds[task].size(); ++i)
        {
            const auto& of = m_rounds[task][i];
            row.Add(m_phy.c_str()).Add(m_optimizer.c_str()).Add(task);
            row.Add(static_cast<uint32_t>(i + 1)).Add(of.endS.GetN());
            for (const auto* sample : {&of.endS,
                                       &of.selected,
                                       &of.loss,
                                       &of.accuracy,
                                       &of.energyJ,
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
    return text;
}

const std::string&
CompareRounds::GetPhy() const
{
    return m_phy;
}

const std::string&
CompareRounds::GetOptimizer() const
{
    return m_optimizer;
}

const std::vector<RoundSamples>&
CompareRounds::GetRounds(uint32_t task) const
{
    return m_rounds.at(task);
}

uint32_t
CompareRounds::GetTasks() const
{
    return static_cast<uint32_t>(m_rounds.size());
}

bool
CompareRounds::HasQueue() const
{
    const auto& rounds = m_rounds.front();
    return std::any_of(rounds.begin(), rounds.end(), [](const RoundSamples& round) {
        return round.queue.GetN() > 0;
    });
}

const std::string&
CompareRounds::GetWarning() const
{
    return m_warning;
}

const std::vector<double>&
CompareRounds::GetStarts() const
{
    return m_startsS;
}

RoundSamples&
CompareRounds::At(uint32_t task, uint32_t round)
{
    auto& rounds = m_rounds.at(task);
    rounds.resize(std::max<size_t>(rounds.size(), round));
    return rounds[round - 1];
}

void
CompareRounds::EndRound(const RoundRecord& record)
{
    double& startS = m_startsS.back();
    startS = std::isnan(startS) ? record.startS : startS;
    // What an aborted round cost is spent.
    m_energyJ += record.energyJ;
    if (record.aborted)
    {
        return;
    }
    auto& samples = At(record.task, record.round);
    samples.endS.Add(record.endS - startS);
    samples.selected.Add(record.selected);
    samples.loss.Add(record.loss);
    samples.accuracy.Add(record.accuracy);
    samples.energyJ.Add(m_energyJ);
}

void
CompareRounds::Scheduled(const ScheduleRound& round)
{
    auto& samples = At(0, round.round);
    const bool known = !std::isnan(round.measuredS);
    m_measuredSum += (known ? round.measuredS : round.plannedS) / round.limitS;
    samples.planned.Add(round.plannedS / round.limitS);
    samples.measured.Add(round.measuredS / round.limitS);
    samples.average.Add(m_measuredSum / round.round);
    samples.queue.Add(round.queue);
    samples.convergence.Add(round.convergence);
}

void
WriteLearningPlots(const std::filesystem::path& folder,
                   const std::vector<CompareRounds>& all,
                   bool learns,
                   std::vector<std::string>& scripts)
{
    RemoveLearningPlots(folder);
    std::vector<std::string> phys;
    for (const auto& of : all)
    {
        if (std::find(phys.begin(), phys.end(), of.GetPhy()) == phys.end())
        {
            phys.push_back(of.GetPhy());
        }
    }
    for (const auto& phy : phys)
    {
        Cases cases;
        Cases schedulers;
        for (const auto& of : all)
        {
            if (of.GetPhy() == phy)
            {
                cases.push_back(&of);
            }
            if (of.GetPhy() == phy && of.HasQueue())
            {
                schedulers.push_back(&of);
            }
        }
        for (const auto& panel : LEARNING_PANELS)
        {
            const auto& shown = panel.queue ? schedulers : cases;
            const uint32_t tasks = panel.queue ? 1 : cases.front()->GetTasks();
            for (uint32_t task = 0; task < tasks; ++task)
            {
                if ((learns || !panel.learning) && !shown.empty())
                {
                    WriteLearningPlot(folder, panel, shown, task, scripts);
                }
            }
        }
    }
}

} // namespace fl
} // namespace ns3
