/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-multitask-packets.h"

#include "fl-claims.h"
#include "fl-multitask-case.h"
#include "fl-study.h"

#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fl-async-coordinator.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-csv.h"
#include "ns3/fl-dma-optimizer.h"
#include "ns3/fl-error.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-option-text.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"
#include "ns3/fl-plots.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-result-folder.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Phases of a period, in their order.
constexpr const char* PHASE_NAMES[] = {"idle", "download", "compute", "upload"};
/// How many these are.
constexpr size_t N_PHASES = std::size(PHASE_NAMES);
/// Bits of a parameter on the air.
constexpr double BITS_PER_PARAMETER = 32;
/// Learning rate of all tasks.
constexpr double RATE = 0.1;

/// @param phase of an order @return its index in PHASE_NAMES
size_t
IndexOf(const Phase& phase)
{
    if (const auto* transfer = std::get_if<Transfer>(&phase))
    {
        return transfer->direction == Direction::DOWNLINK ? 1 : 3;
    }
    return std::holds_alternative<Compute>(phase) ? 2 : 0;
}

/// @param outcome of an order @return durations by phase [s]
std::array<double, N_PHASES>
DurationsOf(const WorkOutcome& outcome)
{
    return {outcome.idleS, outcome.downloadS, outcome.computeS, outcome.uploadS};
}

/// Durations of a phase, over all orders.
struct PhaseAgreement
{
    Sample predictedS;          //!< [s]
    Sample measuredS;           //!< [s]
    std::vector<double> errors; //!< |measured / predicted - 1|, where something was predicted

    /// Add an order. @param predicted duration [s] @param measured duration [s]
    void Add(double predicted, double measured)
    {
        predictedS.Add(predicted);
        measuredS.Add(measured);
        const double error = std::fabs(measured / predicted - 1);
        if (predicted > 0 && std::isfinite(error))
        {
            errors.push_back(error);
        }
    }

    /// @param quantile from 0 to 1 @return of the errors; ABSENT without any
    double Quantile(double quantile) const
    {
        if (errors.empty())
        {
            return ABSENT;
        }
        auto sorted = errors;
        std::sort(sorted.begin(), sorted.end());
        return sorted[static_cast<size_t>(quantile * static_cast<double>(sorted.size() - 1))];
    }
};

/// What a task came to, over the runs.
struct TaskSamples
{
    Sample aggregations;     //!< made
    Sample lastS;            //!< time of the last one [s]
    Sample accuracy;         //!< at the end, 0 to 1
    Sample deviceJ;          //!< of all devices [J]
    Sample stationJ;         //!< of the base station [J]
    Sample plannedStaleness; //!< of updates
    Sample staleness;        //!< of updates, as measured
    Sample asPlanned;        //!< 1 for an update that makes the aggregation that it was planned for
};

/// What a device was planned to spend, and spent, over the runs.
struct DeviceSamples
{
    Sample plannedJ; //!< [J]
    Sample spentJ;   //!< [J]
};

/// All runs of a scheme.
class SchemeSamples
{
  public:
    /// @param name as in --optimizer @param tasks their number @param devices their number
    SchemeSamples(std::string name, size_t tasks, size_t devices)
        : m_name(std::move(name)),
          m_tasks(tasks),
          m_devices(devices)
    {
    }

    /// Connect to the traces of a run. @param coordinator of the run, which has not begun
    void Watch(Ptr<Coordinator> coordinator)
    {
        m_last.assign(m_tasks.size(), {});
        m_spent.assign(m_devices.size(), {});
        coordinator->TraceConnectWithoutContext(
            "RoundEnd",
            MakeFlCallback<void, const RoundRecord&>(
                [this](const RoundRecord& record) { EndAggregation(record); }));
    }

    /// The run is over.
    void EndRun()
    {
        for (size_t j = 0; j < m_tasks.size(); ++j)
        {
            auto& of = m_tasks[j];
            const auto& last = m_last[j];
            of.aggregations.Add(last.aggregations);
            of.lastS.Add(last.endS);
            of.accuracy.Add(last.accuracy);
            of.deviceJ.Add(last.deviceJ);
            of.stationJ.Add(last.stationJ);
        }
        for (size_t i = 0; i < m_devices.size(); ++i)
        {
            m_devices[i].plannedJ.Add(m_spent[i].plannedJ);
            m_devices[i].spentJ.Add(m_spent[i].spentJ);
        }
        ++m_run;
    }

    /// Append rows to the tables. @param taskNames by task @param budgetJ of each device @param
    /// [in,out] packets by task @param [in,out] phases by phase @param [in,out] budgets by device
    /// @param [in,out] periods of the first run
    void AddRows(const std::vector<std::string>& taskNames,
                 double budgetJ,
                 std::string& packets,
                 std::string& phases,
                 std::string& budgets,
                 std::string& periods) const;

    /// Print how it ended. @param out output stream @param taskNames by task
    void Print(std::ostream& out, const std::vector<std::string>& taskNames) const;

    /// @return as in --optimizer
    const std::string& GetName() const
    {
        return m_name;
    }

  private:
    /// A task in the present run.
    struct Last
    {
        double aggregations{0};  //!< made
        double endS{ABSENT};     //!< of the last one [s]
        double accuracy{ABSENT}; //!< of the last evaluation, 0 to 1
        double deviceJ{0};       //!< [J]
        double stationJ{0};      //!< [J]
    };

    /// A device in the present run.
    struct Spent
    {
        double plannedJ{0}; //!< [J]
        double spentJ{0};   //!< [J]
    };

    /// Sink of RoundEnd.
    void EndAggregation(const RoundRecord& record)
    {
        auto& last = m_last[record.task];
        last.aggregations += 1;
        last.endS = record.endS;
        last.accuracy = std::isnan(record.accuracy) ? last.accuracy : record.accuracy;
        for (const auto& work : record.ended)
        {
            EndOrder(work, record.round);
        }
    }

    /// An order is over. @param work it @param aggregation number of the present one
    void EndOrder(const WorkRecord& work, uint32_t aggregation)
    {
        const auto& order = work.order;
        const auto& measured = work.measured;
        const auto spend = [](double joules) { return std::isnan(joules) ? 0 : joules; };
        m_last[order.task].deviceJ += spend(measured.EnergyJ());
        m_last[order.task].stationJ += spend(measured.stationEnergyJ);
        m_spent[order.device].plannedJ += spend(work.predicted.EnergyJ());
        m_spent[order.device].spentJ += spend(measured.EnergyJ());
        if (measured.status != WorkStatus::MERGED && measured.status != WorkStatus::LATE)
        {
            return;
        }
        const auto predictedS = DurationsOf(work.predicted);
        const auto measuredS = DurationsOf(measured);
        for (size_t phase = 0; phase < N_PHASES; ++phase)
        {
            m_phases[phase].Add(predictedS[phase], measuredS[phase]);
        }
        auto& task = m_tasks[order.task];
        task.staleness.Add(measured.staleness);
        if (order.forAggregation)
        {
            task.plannedStaleness.Add(*order.forAggregation - 1.0 - order.baseVersion);
            task.asPlanned.Add(*order.forAggregation == aggregation ? 1 : 0);
        }
        if (m_run == 0)
        {
            AddPeriod(work);
        }
    }

    /// Keep the begins and ends of phases, for periods.csv. @param work a merged order
    void AddPeriod(const WorkRecord& work)
    {
        const auto& phases = work.measured.phases;
        for (size_t i = 0; i < phases.size(); ++i)
        {
            m_periods.push_back({work.order.task,
                                 work.order.device,
                                 IndexOf(work.order.phases[i]),
                                 phases[i].startS,
                                 phases[i].endS});
        }
    }

    /// A phase of the first run.
    struct Period
    {
        uint32_t task;   //!< number of the task
        uint32_t device; //!< the device
        size_t phase;    //!< index in PHASE_NAMES
        double startS;   //!< [s]
        double endS;     //!< [s]
    };

    std::string m_name;                            //!< as in --optimizer
    std::vector<TaskSamples> m_tasks;              //!< by task
    std::vector<DeviceSamples> m_devices;          //!< by device
    std::array<PhaseAgreement, N_PHASES> m_phases; //!< by phase
    std::vector<Period> m_periods;                 //!< of the first run
    std::vector<Last> m_last;                      //!< of the present run, by task
    std::vector<Spent> m_spent;                    //!< of the present run, by device
    uint32_t m_run{0};                             //!< runs that are over
};

void
SchemeSamples::AddRows(const std::vector<std::string>& taskNames,
                       double budgetJ,
                       std::string& packets,
                       std::string& phases,
                       std::string& budgets,
                       std::string& periods) const
{
    CsvRow row;
    for (size_t j = 0; j < m_tasks.size(); ++j)
    {
        const auto& of = m_tasks[j];
        row.Add(m_name.c_str()).Add(taskNames[j].c_str()).Add(of.lastS.GetN());
        for (const auto* sample : {&of.aggregations,
                                   &of.lastS,
                                   &of.accuracy,
                                   &of.deviceJ,
                                   &of.stationJ,
                                   &of.plannedStaleness,
                                   &of.staleness,
                                   &of.asPlanned})
        {
            row.Add(sample->Mean()).Add(sample->Ci95());
        }
        packets += row.Finish();
    }
    for (size_t phase = 0; phase < N_PHASES; ++phase)
    {
        const auto& of = m_phases[phase];
        row.Add(m_name.c_str()).Add(PHASE_NAMES[phase]).Add(of.measuredS.GetN());
        row.Add(of.predictedS.Mean()).Add(of.measuredS.Mean());
        row.Add(of.Quantile(0.5)).Add(of.Quantile(0.95));
        phases += row.Finish();
    }
    for (uint32_t i = 0; i < m_devices.size(); ++i)
    {
        const auto& of = m_devices[i];
        row.Add(m_name.c_str()).Add(i).Add(budgetJ);
        row.Add(of.plannedJ.Mean()).Add(of.spentJ.Mean());
        row.Add(of.spentJ.Mean() / budgetJ - 1);
        budgets += row.Finish();
    }
    for (const auto& period : m_periods)
    {
        row.Add(m_name.c_str()).Add(taskNames[period.task].c_str()).Add(period.device);
        row.Add(PHASE_NAMES[period.phase]).Add(period.startS).Add(period.endS);
        periods += row.Finish();
    }
}

void
SchemeSamples::Print(std::ostream& out, const std::vector<std::string>& taskNames) const
{
    out << m_name << ":";
    for (size_t j = 0; j < m_tasks.size(); ++j)
    {
        const auto& of = m_tasks[j];
        out << (j > 0 ? ";" : "") << " " << taskNames[j];
        if (of.accuracy.GetN() > 0)
        {
            out << " " << ShortNumber(100 * of.accuracy.Mean()) << " %,";
        }
        out << " " << ShortNumber(of.deviceJ.Mean()) << " J, " << ShortNumber(of.lastS.Mean())
            << " s";
    }
    out << "\n  median error of";
    for (size_t phase = 1; phase < N_PHASES; ++phase)
    {
        out << " " << PHASE_NAMES[phase] << " " << ShortNumber(100 * m_phases[phase].Quantile(0.5))
            << " %" << (phase + 1 < N_PHASES ? "," : "\n");
    }
}

/// The cell of the packets, and what its plans have to know.
struct PacketCase
{
    std::vector<MultitaskTask> tasks;    //!< models and data
    std::vector<std::string> names;      //!< by task
    std::vector<DmaConstants> constants; //!< by task
    Options cell;                        //!< as simulated
    double budgetJ{0};                   //!< of each device [J]
};

/**
 * @param parts of a run, with measured constants
 * @return what the optimizer takes
 */
DmaConstants
ConstantsOf(const MultitaskParts& parts)
{
    DmaConstants constants;
    constants.learningRate = RATE;
    constants.smoothness = parts.constants.smoothness;
    constants.dataVariability = parts.constants.dataVariability;
    constants.lossDrop = parts.constants.lossDrop;
    for (const auto& device : parts.constants.devices)
    {
        DmaDeviceConstants of;
        of.dissimilarity = device.dissimilarity;
        of.sampleVariance = device.sampleVariance;
        constants.devices.push_back(of);
    }
    return constants;
}

/// @param options as parsed @return the case; its constants are those of a run by formula, of data
/// that are drawn alike
PacketCase
MakePacketCase(const MultitaskStudyOptions& options)
{
    PacketCase made;
    ThreadPool pool(options.cell.threads);
    made.tasks = MakeMultitaskTasks(options, pool, std::cerr);
    const auto how = MakeMultitaskCurveOptions(options);
    MultitaskSetting setting = how.setting;
    setting.bitsPerParameter = BITS_PER_PARAMETER;
    setting.partition = Describe("dirichlet-equal:0.5@", how.samples);
    std::vector<MultitaskParts> parts(made.tasks.size());
    pool.ParallelFor(parts.size(), [&](size_t j) {
        parts[j] = MakeMultitaskParts(setting, made.tasks[j], how.seed);
    });
    const std::vector<double> rates(parts.size(), RATE);
    const auto run = MakeMultitaskCase(setting, made.tasks, parts, rates, how.seed);
    made.budgetJ = run.problem.devices.front().energyBudgetJ.value();
    made.cell = MakeMultitaskCell(options);
    made.cell.rounds = setting.aggregations;
    for (size_t j = 0; j < parts.size(); ++j)
    {
        // The second half of the samples comes while FedAsync would make all aggregations.
        const double lastS = run.problem.tasks[j].qoeS / setting.qoeFactor;
        made.names.push_back(made.tasks[j].name);
        made.constants.push_back(ConstantsOf(parts[j]));
        const double addPerS = how.samples / 2.0 / lastS;
        made.cell.tasks.push_back(Describe("data=",
                                           made.tasks[j].dataName,
                                           ",model=",
                                           made.tasks[j].modelName,
                                           ",partition=",
                                           setting.partition,
                                           ",data-start=0.5,data-add=",
                                           addPerS,
                                           ",data-add-active=",
                                           addPerS));
    }
    return made;
}

/// All runs of one scheme.
void
RunScheme(const OptionParser& parser,
          const PacketCase& what,
          const LearningData& data,
          SchemeSamples& samples,
          Progress& progress)
{
    Options cell = what.cell;
    cell.optimizer = samples.GetName();
    cell.out += "/" + cell.optimizer;
    const auto nTasks = static_cast<uint32_t>(what.tasks.size());
    ResultFolder results(cell.out,
                         cell.runs,
                         parser.GetProgram(),
                         parser.ToJson(),
                         RunTotals(nTasks, cell.levels));
    progress.BeginCase(cell.phy + ", " + cell.optimizer);
    std::string reason;
    ForEachRun(cell.runs, progress, [&](uint64_t) {
        CellRun run(cell, data);
        auto coordinator = run.GetFederation().coordinator;
        if (auto optimizer = DynamicCast<DmaOptimizer>(coordinator->GetOptimizer()))
        {
            for (uint32_t j = 0; j < nTasks; ++j)
            {
                optimizer->SetConstants(j, what.constants[j]);
            }
        }
        samples.Watch(coordinator);
        reason = run.Run(results.BeginRun(), progress);
        samples.EndRun();
    });
    progress.EndLine();
    results.Finish(reason);
    PlotRequest plots;
    plots.folder = cell.out;
    plots.runs = cell.runs;
    plots.curve = cell.optimizer;
    plots.isAsynchronous = true;
    DrawPlots(plots, std::cerr);
}

/// Draw figures 2 and 3 from periods.csv. @param folder of the tables @param scheme whose periods
/// @param taskNames by task @param [in,out] scripts their names are appended
void
WritePeriodPlots(const std::filesystem::path& folder,
                 const std::string& scheme,
                 const std::vector<std::string>& taskNames,
                 std::vector<std::string>& scripts)
{
    const char* phaseColours[] = {colours::GREY,
                                  colours::SKY_BLUE,
                                  colours::GREEN,
                                  colours::ORANGE};
    for (size_t j = 0; j < taskNames.size(); ++j)
    {
        PlotScript script(Describe("figure-2", static_cast<char>('a' + j)),
                          "Local periods of " + taskNames[j] + ", " + scheme,
                          "time [s]",
                          "device");
        script.KeyBeside();
        script.Line("set offsets 0, 0, 0.5, 0.5");
        for (size_t phase = 0; phase < N_PHASES; ++phase)
        {
            script.Mark({"periods.csv",
                         PlotRowsWith("scheme", scheme) + " && " +
                             PlotRowsWith("task", taskNames[j]) + " && " +
                             PlotRowsWith("phase", PHASE_NAMES[phase]),
                         {PlotColumn("start_s"),
                          PlotColumn("device"),
                          PlotColumn("end_s") + " - " + PlotColumn("start_s"),
                          "0"}},
                        PHASE_NAMES[phase],
                        Describe("with vectors nohead lw 6 lc rgb '", phaseColours[phase], "'"));
        }
        script.Write(folder, scripts);
    }
    PlotScript script("figure-3",
                      "Uploads that made an aggregation, " + scheme,
                      "time [s]",
                      "device, shifted by task");
    script.KeyBeside();
    for (size_t j = 0; j < taskNames.size(); ++j)
    {
        script.Mark({"periods.csv",
                     PlotRowsWith("scheme", scheme) + " && " + PlotRowsWith("task", taskNames[j]) +
                         " && " + PlotRowsWith("phase", "upload"),
                     {PlotColumn("end_s"),
                      PlotColumn("device") + Describe(" + ", 0.2 * static_cast<double>(j))}},
                    taskNames[j],
                    Describe("with points pt 7 ps 0.6 lc rgb '", PaletteColour(j), "'"));
    }
    script.Write(folder, scripts);
}

/// Write a table. @param path of the file @param text its content
void
WriteTable(const std::filesystem::path& path, const std::string& text)
{
    OutputFile file(path);
    file.Write(text);
    file.Publish();
}

} // namespace

Options
MakeMultitaskCell(const MultitaskStudyOptions& options)
{
    const MultitaskSetting table;
    const Scenario others;
    Options cell = options.cell;
    cell.out += "/packets";
    cell.coordinator = "async";
    cell.batch = 32;
    cell.lr = RATE;
    cell.proximal = table.rho;
    cell.minCpuHz = table.minCpuHz;
    cell.maxCpuHz = table.maxCpuHz;
    cell.minCycles = table.minCycles;
    cell.maxCycles = table.maxCycles;
    // The mean: a cell has one.
    cell.capacitance = (table.minCapacitance + table.maxCapacitance) / 2;
    if (cell.maxPowerDbm == others.maxPowerDbm)
    {
        cell.maxPowerDbm = 10 * std::log10(1e3 * table.txPowerW);
    }
    if (cell.phy == "fdma")
    {
        cell.radius = cell.radius > 0 ? cell.radius : table.radiusM;
        cell.lossAt1mDb = table.lossAt1mDb;
        cell.lossExponent = table.lossExponent;
        cell.bandwidthHz = table.uplinkHz * cell.devices;
        Config::SetDefault("ns3::fl::FdmaChannel::NoiseDensity", DoubleValue(-174));
        Config::SetDefault("ns3::fl::FdmaChannel::StationTxPower",
                           DoubleValue(10 * std::log10(1e3 * table.downlinkPowerW * cell.devices)));
        Config::SetDefault("ns3::fl::ShadowingLossModel::SigmaDb", DoubleValue(0));
    }
    return cell;
}

void
RunMultitaskPackets(const OptionParser& parser, const MultitaskStudyOptions& options)
{
    const auto names = SplitText(options.compare, ',');
    const PacketCase what = MakePacketCase(options);
    if (what.budgetJ > 0)
    {
        Config::SetDefault("ns3::fl::DmaOptimizer::EnergyBudget", DoubleValue(what.budgetJ));
    }
    const LearningData data = LoadData(what.cell);
    const FolderLock lock(what.cell.out);
    Progress progress(what.cell.rounds,
                      what.cell.runs,
                      ProgressDisplay::StandardError(),
                      static_cast<uint32_t>(names.size()));
    progress.SetTasks(static_cast<uint32_t>(what.tasks.size()));
    std::string packets = "scheme,task,runs,aggregations_mean,aggregations_ci95,last_s_mean,"
                          "last_s_ci95,accuracy_mean,accuracy_ci95,device_j_mean,device_j_ci95,"
                          "station_j_mean,station_j_ci95,planned_staleness_mean,"
                          "planned_staleness_ci95,staleness_mean,staleness_ci95,as_planned_mean,"
                          "as_planned_ci95\n";
    std::string phases = "scheme,phase,orders,predicted_s,measured_s,median_error,error_95\n";
    std::string budgets = "scheme,device,budget_j,planned_j,spent_j,overrun\n";
    std::string periods = "scheme,task,device,phase,start_s,end_s\n";
    for (const auto& name : names)
    {
        SchemeSamples samples(name, what.tasks.size(), what.cell.devices);
        RunScheme(parser, what, data, samples, progress);
        samples.AddRows(what.names, what.budgetJ, packets, phases, budgets, periods);
        samples.Print(std::cout, what.names);
    }
    const std::filesystem::path folder = what.cell.out;
    WriteTable(folder / "packets.csv", packets);
    WriteTable(folder / "phases.csv", phases);
    WriteTable(folder / "budgets.csv", budgets);
    WriteTable(folder / "periods.csv", periods);
    std::vector<std::string> scripts;
    WritePeriodPlots(folder, names.front(), what.names, scripts);
    DrawScripts(folder, scripts, "gnuplot", std::cerr);
    std::cout << "Tables and plots are in " << what.cell.out << "/.\n";
}

} // namespace fl
} // namespace ns3
