/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-multitask-packets.h"

#include "fl-multitask-case.h"
#include "fl-multitask-packet-plots.h"
#include "fl-multitask-packet-tables.h"
#include "fl-study.h"

#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/fl-async-coordinator.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-dma-optimizer.h"
#include "ns3/fl-error.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-option-text.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"
#include "ns3/fl-plots.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-result-folder.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Bits of a parameter on the air.
constexpr double BITS_PER_PARAMETER = 32;
/// Learning rate of all tasks.
constexpr double RATE = 0.1;

/// A scheme of `--compare`.
struct PacketScheme
{
    std::string name;       //!< as written
    std::string optimizer;  //!< as in `--optimizer`
    uint32_t closeAfter{0}; //!< updates that close a round; 0: no rounds
};

/**
 * @param name as in `--compare`
 * @param devices their number
 * @return the scheme
 * @throws InvalidInput if there is no such scheme
 */
PacketScheme
MakeScheme(const std::string& name, uint32_t devices)
{
    if (name == "fedavg-full")
    {
        return {name, "dma-middle", devices};
    }
    if (name == "fedavg-partial")
    {
        return {name, "dma-middle", std::min(MultitaskSchemes().back().closesAt, devices)};
    }
    try
    {
        CreateOptimizer(name);
    }
    catch (const InvalidInput& error)
    {
        throw InvalidInput(Describe("--compare: must have fedavg-full, fedavg-partial or names of "
                                    "optimizers, separated by commas: ",
                                    error.what()));
    }
    return {name, name, 0};
}

/**
 * Make a run's coordinator that of a scheme.
 * @param scheme the scheme
 * @param late what becomes of updates that a round did not wait for
 * @param constants by task
 * @param coordinator of a run that has not begun
 */
void
SetScheme(const PacketScheme& scheme,
          LateUpdates late,
          const std::vector<DmaConstants>& constants,
          Ptr<Coordinator> coordinator)
{
    if (auto optimizer = DynamicCast<DmaOptimizer>(coordinator->GetOptimizer()))
    {
        for (uint32_t j = 0; j < constants.size(); ++j)
        {
            optimizer->SetConstants(j, constants[j]);
        }
        optimizer->SetAttribute("Tasks", UintegerValue(constants.size()));
    }
    if (scheme.closeAfter == 0)
    {
        return;
    }
    // FedAvg: the mean of the updates replaces the model.
    coordinator->SetAttribute("CloseAfter", UintegerValue(scheme.closeAfter));
    coordinator->SetAttribute("Alpha", DoubleValue(1));
    coordinator->SetAttribute("Staleness", EnumValue(StalenessWeight::CONSTANT));
    if (late == LateUpdates::DROP)
    {
        coordinator->SetAttribute("StalenessLimit", UintegerValue(0));
        coordinator->SetAttribute("StalePolicy", EnumValue(AsyncCoordinator::ABORT));
    }
}

/// The cell of the packets, and what its plans have to know.
struct PacketCase
{
    std::vector<MultitaskTask> tasks;     //!< models and data
    std::vector<std::string> names;       //!< by task
    std::vector<DmaConstants> constants;  //!< by task
    Options cell;                         //!< as simulated
    double budgetJ{0};                    //!< of each device [J]
    LateUpdates late{LateUpdates::STALE}; //!< of FedAvg-Partial
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
    made.late = how.late;
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
          const PacketScheme& scheme,
          const LearningData& data,
          MultitaskSchemeSamples& samples,
          Progress& progress)
{
    Options cell = what.cell;
    cell.optimizer = scheme.optimizer;
    cell.out += "/" + scheme.name;
    const auto nTasks = static_cast<uint32_t>(what.tasks.size());
    ResultFolder results(cell.out,
                         cell.runs,
                         parser.GetProgram(),
                         parser.ToJson(),
                         RunTotals(nTasks, cell.levels));
    progress.BeginCase(cell.phy + ", " + scheme.name);
    std::string reason;
    ForEachRun(cell.runs, progress, [&](uint64_t) {
        CellRun run(cell, data);
        auto coordinator = run.GetFederation().coordinator;
        SetScheme(scheme, what.late, what.constants, coordinator);
        samples.Watch(coordinator);
        reason = run.Run(results.BeginRun(), progress);
        samples.EndRun();
    });
    progress.EndLine();
    results.Finish(reason);
    PlotRequest plots;
    plots.folder = cell.out;
    plots.runs = cell.runs;
    plots.curve = scheme.name;
    plots.isAsynchronous = true;
    DrawPlots(plots, std::cerr);
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
    cell.capacitance = table.minCapacitance;
    cell.maxCapacitance = table.maxCapacitance;
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
        const auto orElse = [](double given, double value) { return given > 0 ? given : value; };
        cell.downlinkBandwidthHz =
            orElse(cell.downlinkBandwidthHz, table.downlinkHz * cell.devices);
        cell.downlinkPowerW = orElse(cell.downlinkPowerW, table.downlinkPowerW * cell.devices);
        Config::SetDefault("ns3::fl::FdmaChannel::NoiseDensity", DoubleValue(-174));
        Config::SetDefault("ns3::fl::ShadowingLossModel::SigmaDb", DoubleValue(0));
    }
    return cell;
}

void
RunMultitaskPackets(const OptionParser& parser, const MultitaskStudyOptions& options)
{
    const auto names = SplitText(options.compare, ',');
    std::vector<PacketScheme> schemes;
    for (const auto& name : names)
    {
        schemes.push_back(MakeScheme(name, options.cell.devices));
    }
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
    MultitaskPacketTables tables;
    for (const auto& scheme : schemes)
    {
        MultitaskSchemeSamples samples(scheme.name, what.tasks.size(), what.cell.devices);
        RunScheme(parser, what, scheme, data, samples, progress);
        samples.AddRows(what.names, what.budgetJ, tables);
        samples.Print(std::cout, what.names);
    }
    const std::filesystem::path folder = what.cell.out;
    WriteTable(folder / "packets.csv", tables.packets);
    WriteTable(folder / "phases.csv", tables.phases);
    WriteTable(folder / "budgets.csv", tables.budgets);
    WriteTable(folder / "periods.csv", tables.periods);
    std::vector<std::string> scripts;
    WriteMultitaskPeriodPlots(folder, names, what.names, scripts);
    DrawScripts(folder, scripts, "gnuplot", std::cerr);
    std::cout << "Tables and plots are in " << what.cell.out << "/.\n";
}

} // namespace fl
} // namespace ns3
