/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-packets.h"

#include "fl-first-phases.h"

#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-joint-optimizer.h"
#include "ns3/fl-method-name.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"
#include "ns3/fl-plots.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param plan of one round
 * @return bandwidth [Hz], transmit power [W] and CPU frequency [Hz] of each order, in the plan's
 *        order; 0 where an order has no upload, no grant or no computation
 */
std::vector<JointShare>
Shares(const Plan& plan)
{
    std::vector<JointShare> shares;
    for (const auto& order : plan.orders)
    {
        JointShare share;
        const auto* upload = FirstTransfer(order, Direction::UPLINK);
        if (upload && upload->grant)
        {
            share.bandwidthHz = upload->grant->bandwidthHz;
            share.txPowerW = upload->grant->txPowerW;
        }
        const auto* compute = FirstCompute(order);
        share.cpuHz = compute ? compute->cpuHz : 0;
        shares.push_back(share);
    }
    return shares;
}

/// Add one order.
void
Add(TimeAndEnergy& sum, const WorkOutcome& work)
{
    sum.downloadS += work.downloadS;
    sum.computeS += work.computeS;
    sum.uploadS += work.uploadS;
    sum.computeEnergyJ += work.computeEnergyJ;
    sum.radioEnergyJ += work.radioEnergyJ;
}

/// Add one order, by formula.
void
Add(TimeAndEnergy& sum, const TimeAndEnergy& work)
{
    sum.computeS += work.computeS;
    sum.uploadS += work.uploadS;
    sum.computeEnergyJ += work.computeEnergyJ;
    sum.radioEnergyJ += work.radioEnergyJ;
}

/// Add the columns of one source, but for the download.
void
AddColumns(CsvRow& row, const TimeAndEnergy& of)
{
    row.Add(of.computeS)
        .Add(of.uploadS)
        .Add(of.downloadS + of.computeS + of.uploadS)
        .Add(of.computeEnergyJ)
        .Add(of.radioEnergyJ)
        .Add(of.computeEnergyJ + of.radioEnergyJ);
}

/**
 * @param x gnuplot expression of the horizontal coordinate
 * @param y of the vertical one
 * @return these, of the rows of packets.csv that are of one device; that of all devices is no point
 */
PlotData
OfDevices(const std::string& x, const std::string& y)
{
    return {"packets.csv", "strcol('device') ne 'all'", {x, y}};
}

/// Uploads, measured over predicted.
void
WriteUploadPlot(const std::filesystem::path& folder, std::vector<std::string>& scripts)
{
    AgreementPlot plot("packets-upload",
                       "Uploads of each device over all rounds",
                       "upload time [s]");
    plot.Points(OfDevices(PlotColumn("predicted_upload_s"), PlotColumn("upload_s")),
                "devices",
                "pointtype 6",
                colours::BLUE);
    plot.Write(folder, scripts);
}

/// How much longer, and how much more, by device.
void
WriteDifferencePlot(const std::filesystem::path& folder, std::vector<std::string>& scripts)
{
    PlotScript script("packets-difference",
                      "Measured above predicted, by device",
                      "device",
                      "measured above predicted [%]");
    script.KeyBeside();
    script.Line("set offsets graph 0.02, graph 0.02, graph 0.05, graph 0.05");
    script.Line("set autoscale xfix");

    const struct
    {
        const char* title;
        const char* column;
        uint32_t point;
        const char* colour;
    } curves[]{
        {"radiated energy", "energy_radio_j", 1, colours::ORANGE},
        {"download time", "download_s", 2, colours::SKY_BLUE},
        {"upload time", "upload_s", 6, colours::BLUE},
        {"time in all", "time_s", 8, colours::GREEN},
        {"energy in all", "energy_j", 4, colours::VERMILION},
    };

    for (const auto& curve : curves)
    {
        const std::string measured = curve.column;
        script.Curve(OfDevices(PlotColumn("device"),
                               "100 * (" + PlotColumn(measured) + " / " +
                                   PlotColumn("predicted_" + measured) + " - 1)"),
                     curve.title,
                     {"points", curve.colour, 1, curve.point});
    }
    script.Write(folder, scripts);
}

} // namespace

const char PacketComparison::HEADER[] =
    "device,orders,bandwidth_hz,tx_power_w,cpu_hz,"
    "download_s,compute_s,upload_s,time_s,energy_compute_j,energy_radio_j,energy_j,"
    "predicted_download_s,predicted_compute_s,predicted_upload_s,predicted_time_s,"
    "predicted_energy_compute_j,predicted_energy_radio_j,predicted_energy_j,"
    "formula_compute_s,formula_upload_s,formula_time_s,"
    "formula_energy_compute_j,formula_energy_radio_j,formula_energy_j\n";

void
PacketComparison::Watch(Ptr<Coordinator> coordinator)
{
    coordinator->TraceConnectWithoutContext("RoundBegin",
                                            MakeCallback(&PacketComparison::BeginRound, this));
    coordinator->TraceConnectWithoutContext("RoundEnd",
                                            MakeCallback(&PacketComparison::EndRound, this));
}

void
PacketComparison::BeginRound(const SystemState& state, const Plan& plan, const Outcome& predicted)
{
    m_nextPredicted = {predicted.DurationS(), predicted.EnergyJ()};
    m_nextFormula = {};
    if (plan.orders.empty())
    {
        return;
    }
    std::vector<DeviceId> devices;
    for (const auto& order : plan.orders)
    {
        devices.push_back(order.device);
    }
    const size_t count = 1 + *std::max_element(devices.begin(), devices.end());
    m_devices.resize(std::max(m_devices.size(), count));
    m_formulas.assign(m_devices.size(), {});
    // The weights play no part in times and energies.
    const auto problem = JointOptimizer::MakeProblem(state, devices, 0.5);
    const auto solution = EvaluateJoint(problem, Shares(plan));
    m_nextFormula = {solution.timeS, solution.energyJ};
    for (size_t i = 0; i < devices.size(); ++i)
    {
        const auto& share = solution.shares[i];
        const auto& device = problem.devices[i];
        m_formulas[devices[i]] = {0,
                                  share.computeS,
                                  share.uploadS,
                                  device.capacitance * device.cycles * share.cpuHz * share.cpuHz,
                                  share.txPowerW * share.uploadS};
    }
}

void
PacketComparison::EndRound(const RoundRecord& record)
{
    m_measured.energyJ += record.energyJ;
    if (record.aborted)
    {
        return;
    }
    ++m_rounds;
    m_measured.timeS += record.endS - record.startS;
    m_predicted.timeS += m_nextPredicted.timeS;
    m_predicted.energyJ += m_nextPredicted.energyJ;
    m_formula.timeS += m_nextFormula.timeS;
    m_formula.energyJ += m_nextFormula.energyJ;
    for (const auto& work : record.ended)
    {
        if (work.measured.status == WorkStatus::MERGED)
        {
            AddWork(work);
        }
    }
}

void
PacketComparison::AddWork(const WorkRecord& work)
{
    Device& device = m_devices.at(work.order.device);
    const auto* upload = FirstTransfer(work.order, Direction::UPLINK);
    const auto* compute = FirstCompute(work.order);
    ++device.orders;
    device.bandwidthHz += upload && upload->grant ? upload->grant->bandwidthHz : ABSENT;
    device.txPowerW += upload && upload->grant ? upload->grant->txPowerW : ABSENT;
    device.cpuHz += compute ? compute->cpuHz : ABSENT;
    Add(device.measured, work.measured);
    Add(device.predicted, work.predicted);
    Add(device.formula, m_formulas.at(work.order.device));
}

std::string
PacketComparison::ToCsv() const
{
    std::string text = HEADER;
    CsvRow row;
    for (size_t i = 0; i < m_devices.size(); ++i)
    {
        const Device& device = m_devices[i];
        row.Add(static_cast<uint32_t>(i)).Add(device.orders);
        row.Add(device.bandwidthHz / device.orders)
            .Add(device.txPowerW / device.orders)
            .Add(device.cpuHz / device.orders);
        row.Add(device.measured.downloadS);
        AddColumns(row, device.measured);
        row.Add(device.predicted.downloadS);
        AddColumns(row, device.predicted);
        AddColumns(row, device.formula);
        text += row.Finish();
    }
    row.Add("all").AddAbsent(4);
    row.AddAbsent(3).Add(m_measured.timeS).AddAbsent(2).Add(m_measured.energyJ);
    row.AddAbsent(3).Add(m_predicted.timeS).AddAbsent(2).Add(m_predicted.energyJ);
    row.AddAbsent(2).Add(m_formula.timeS).AddAbsent(2).Add(m_formula.energyJ);
    text += row.Finish();
    return text;
}

std::string
PacketComparison::ToText() const
{
    char text[512];
    std::snprintf(text,
                  sizeof(text),
                  "%u rounds       by formula   by predictor       measured\n"
                  "time [s]     %12.6g   %12.6g   %12.6g\n"
                  "energy [J]   %12.6g   %12.6g   %12.6g\n",
                  m_rounds,
                  m_formula.timeS,
                  m_predicted.timeS,
                  m_measured.timeS,
                  m_formula.energyJ,
                  m_predicted.energyJ,
                  m_measured.energyJ);
    return text;
}

void
RunJointPackets(const OptionParser& parser, const JointStudyOptions& options)
{
    Options cell = options.cell;
    cell.out += "/packets";
    cell.runs = 1;
    if (PlainMethodName("joint", "global", options.method) == "paper" && cell.optimizer == "joint")
    {
        cell.optimizer = "joint-paper";
    }
    // Left at its default it leaves the attribute, which has the same, to ns-3's own arguments.
    if (options.weightEnergy != JointStudyOptions().weightEnergy)
    {
        Config::SetDefault("ns3::fl::JointOptimizer::WeightEnergy",
                           DoubleValue(options.weightEnergy));
    }
    const LearningData data = LoadData(cell);
    ResultFolder results(cell.out,
                         1,
                         parser.GetProgram(),
                         parser.ToJson(),
                         RunTotals(1, cell.levels));
    OutputFile table(results.GetFolder() / "packets.csv");
    Progress progress(cell.rounds);
    PacketComparison comparison;
    std::string reason;
    {
        CellRun run(cell, data);
        comparison.Watch(run.GetFederation().coordinator);
        reason = run.Run(results.BeginRun(), progress);
    }
    progress.EndLine();
    table.Write(comparison.ToCsv());
    table.Close();
    results.Finish(reason);
    table.Publish();
    DrawPlots({results.GetFolder(), 1, cell.optimizer}, std::cerr);
    std::vector<std::string> scripts;
    WriteUploadPlot(results.GetFolder(), scripts);
    WriteDifferencePlot(results.GetFolder(), scripts);
    DrawScripts(results.GetFolder(), scripts, "gnuplot", std::cerr);
    std::cout << comparison.ToText() << "Tables and plots are in " << cell.out
              << "/.\nThe run ended because " << reason << ".\n";
}

} // namespace fl
} // namespace ns3
