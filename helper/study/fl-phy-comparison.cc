/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-phy-comparison.h"

#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-error.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-plot-script.h"
#include "ns3/fl-plots.h"
#include "ns3/fl-predictor.h"
#include "ns3/fl-version.h"
#include "ns3/rng-seed-manager.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{

namespace
{

/// JSON whose members keep the order in which they were added.
using Json = nlohmann::ordered_json;

/// More than any radio uses.
constexpr uint32_t STREAM_AFTER_RADIO = 1000000;

/**
 * @param value a prediction; infinite if the upload never ends
 * @return the value, or ABSENT in place of an infinite one
 */
double
Finite(double value)
{
    return std::isfinite(value) ? value : ABSENT;
}

/**
 * @param errors relative, of predictions against measurements
 * @return an object of their mean and the largest one
 */
Json
ToJson(const PredictionErrors& errors)
{
    return {{"mean", errors.sample.Mean()}, {"largest", errors.largest}};
}

/**
 * @param phy as in `--phy`
 * @param x column of the horizontal coordinate
 * @param y column of the vertical one
 * @return these columns of phys.csv, of the PHY's rows
 */
PlotData
RowsOf(const std::string& phy, const char* x, const char* y)
{
    return {"phys.csv", PlotRowsWith("phy", phy), {PlotColumn(x), PlotColumn(y)}};
}

/**
 * Look of predictions by the PHY's own model: dots. Shannon's rings go around them where both
 * predict the same.
 */
constexpr char OWN[] = "pointtype 7 pointsize 0.6";
/// Look of predictions by Shannon's formula: rings, larger than the dots.
constexpr char SHANNON[] = "pointtype 6 pointsize 1.1";

/**
 * Write a plot for each PHY: upload times [s], measured over predicted.
 * @param folder where
 * @param phys names of those that were run
 * @param scripts the names of the plots' scripts are appended
 * @throws std::runtime_error if a script can't be written
 */
void
WriteUploadPlots(const std::filesystem::path& folder,
                 const std::vector<std::string>& phys,
                 std::vector<std::string>& scripts)
{
    for (size_t i = 0; i < phys.size(); ++i)
    {
        AgreementPlot plot("upload-time-" + phys[i], "Uploads over " + phys[i], "upload time [s]");
        plot.Points(RowsOf(phys[i], "predicted_upload_s", "upload_s"),
                    "by the PHY's own model",
                    OWN,
                    PaletteColour(i));
        plot.Points(RowsOf(phys[i], "shannon_upload_s", "upload_s"),
                    "by Shannon's formula",
                    SHANNON,
                    colours::BLACK);
        plot.Write(folder, scripts);
    }
}

/**
 * Write the plot of radiated energy per device and round [J], measured over predicted.
 * @param folder where
 * @param phys names of those that were run
 * @param scripts the name of the plot's script is appended
 * @throws std::runtime_error if it can't be written
 */
void
WriteEnergyPlot(const std::filesystem::path& folder,
                const std::vector<std::string>& phys,
                std::vector<std::string>& scripts)
{
    AgreementPlot plot("energy", "Energy radiated per device and round", "radiated energy [J]");
    for (size_t i = 0; i < phys.size(); ++i)
    {
        plot.Points(RowsOf(phys[i], "predicted_energy_radio_j", "energy_radio_j"),
                    phys[i] + ", by its own model",
                    OWN,
                    PaletteColour(i));
        plot.Points(RowsOf(phys[i], "shannon_energy_radio_j", "energy_radio_j"),
                    phys[i] + ", by Shannon's formula",
                    SHANNON,
                    PaletteColour(i));
    }
    plot.Write(folder, scripts);
}

/**
 * Write the plot of the global model's accuracy [%] over simulated time [s], a curve for each PHY.
 * @param folder where; the PHYs' results are in folders below it
 * @param phys names of those that were run
 * @param runs repetitions; if there are several, means with 95 % confidence intervals are drawn
 * @param scripts the name of the plot's script is appended
 * @throws std::runtime_error if it can't be written
 */
void
WriteAccuracyPlot(const std::filesystem::path& folder,
                  const std::vector<std::string>& phys,
                  uint32_t runs,
                  std::vector<std::string>& scripts)
{
    PlotScript script("accuracy-time",
                      runs > 1 ? "Accuracy of the global model, means over runs"
                               : "Accuracy of the global model",
                      "simulated time, from the start of the simulation [s]",
                      "accuracy on held-out data [%]");
    script.Line("set xrange [0:*]");
    script.Line("set yrange [0<*:*<100]");
    for (const auto& phy : phys)
    {
        if (runs > 1)
        {
            script.Curve({phy + "/curves.csv",
                          "",
                          {PlotColumn("end_s_mean"),
                           "100 * " + PlotColumn("accuracy_mean"),
                           "100 * half('accuracy_ci95')"}},
                         phy,
                         {"yerrorlines"});
        }
        else
        {
            script.Curve(
                {phy + "/rounds.csv", "", {PlotColumn("end_s"), "100 * " + PlotColumn("accuracy")}},
                phy);
        }
    }
    script.Write(folder, scripts);
}

/// Pictures of an earlier run over other PHYs, or one with learning, are not this one's.
void
RemoveStalePlots(const std::filesystem::path& folder)
{
    std::error_code ignored;
    for (const char* name :
         {"upload-time-fdma", "upload-time-lte", "upload-time-wifi", "energy", "accuracy-time"})
    {
        std::filesystem::remove(folder / (std::string(name) + ".svg"), ignored);
        std::filesystem::remove(folder / (std::string(name) + ".plt"), ignored);
    }
}

/// What one PHY came to.
struct PhyResult
{
    Json json;           //!< for summary.json
    bool learned{false}; //!< whether there is an accuracy
    std::string ending;  //!< why its last run ended
};

/// Run the scenario over one PHY, into a results folder of its own.
PhyResult
RunPhy(const OptionParser& parser,
       const Options& options,
       const LearningData& data,
       PhyUploads& uploads,
       Progress& progress)
{
    PhyResult result;
    Json configuration = parser.ToJson();
    configuration["options"]["phy"] = options.phy;
    configuration["options"]["out"] = options.out;
    configuration["options"]["stream-after-radio"] = options.streamAfterRadio;
    ResultFolder results(options.out, options.runs, parser.GetProgram(), configuration);
    progress.BeginCase(options.phy + ", " + options.optimizer);
    const uint64_t firstRun = RngSeedManager::GetRun();
    for (uint32_t run = 0; run < options.runs; ++run)
    {
        if (run > 0)
        {
            progress.BeginRun();
        }
        RngSeedManager::SetRun(firstRun + run);
        CellRun cell(options, data);
        uploads.Watch(static_cast<uint32_t>(firstRun + run), cell.GetFederation().coordinator);
        result.ending = cell.Run(results.BeginRun(), progress);
    }
    RngSeedManager::SetRun(firstRun);
    progress.EndLine();
    results.Finish(result.ending);
    DrawPlots({results.GetFolder(), options.runs, options.optimizer}, std::cerr);

    Sample accuracy;
    Sample seconds;
    Sample joules;
    for (const RunTotals* totals : results.GetTotals())
    {
        accuracy.Add(totals->finalAccuracy);
        seconds.Add(totals->simulatedTimeS);
        joules.Add(totals->energyJ);
    }
    result.learned = accuracy.GetN() > 0;
    result.json = uploads.ToJson();
    result.json["simulated_time_s"] = seconds.Mean();
    result.json["energy_j"] = joules.Mean();
    result.json["final_accuracy"] = accuracy.Mean();
    result.json["wall_clock_s"] = results.WallClockS();
    result.json["status"] = result.ending;
    return result;
}

} // namespace

void
PredictionErrors::Add(double measured, double predicted)
{
    if (!std::isfinite(measured) || !std::isfinite(predicted) || !(measured > 0))
    {
        return;
    }
    const double error = std::abs(predicted / measured - 1);
    sample.Add(error);
    largest = std::fmax(largest, error);
}

const char PhyUploads::HEADER[] =
    "phy,run,round,device,bandwidth_hz,tx_power_w,payload_bits,"
    "predicted_upload_s,shannon_upload_s,upload_s,"
    "predicted_energy_radio_j,shannon_energy_radio_j,energy_radio_j,predicted_energy_j,energy_j\n";

const char PhyUploads::HEADER_TEXT[] =
    "Mean absolute errors of predictions, by the PHY's own model and by Shannon's formula:\n"
    "phy    uploads   upload time: own   Shannon   radiated energy: own   Shannon\n";

PhyUploads::PhyUploads(const std::string& phy, OutputFile& table)
    : m_phy(phy),
      m_table(table)
{
}

void
PhyUploads::Watch(uint32_t run, Ptr<SyncCoordinator> coordinator)
{
    m_run = run;
    m_shannon.clear();
    coordinator->TraceConnectWithoutContext("RoundBegin",
                                            MakeCallback(&PhyUploads::BeginRound, this));
    coordinator->TraceConnectWithoutContext("RoundEnd", MakeCallback(&PhyUploads::EndRound, this));
}

const std::string&
PhyUploads::GetPhy() const
{
    return m_phy;
}

void
PhyUploads::BeginRound(const SystemState& state, const Plan& plan, const Outcome&)
{
    // The PHY's own prediction is in the record when the round ends.
    m_shannon.assign(state.profiles.size(), {});
    for (auto& work : Predictor::Predict(state, plan, ShannonRateModel()).work)
    {
        m_shannon.at(work.device) = work;
    }
}

void
PhyUploads::EndRound(const RoundRecord& record)
{
    for (const auto& work : record.over)
    {
        if (!record.aborted && work.measured.status == WorkStatus::MERGED)
        {
            AddWork(work);
        }
    }
}

void
PhyUploads::AddWork(const WorkRecord& work)
{
    const auto& measured = work.measured;
    const auto& own = work.predicted;
    const auto& shannon = m_shannon.at(work.order.device);
    const auto* upload = work.order.FindTransfer(Direction::UPLINK);
    const bool granted = upload && upload->grant;
    m_row.Add(m_phy.c_str()).Add(m_run).Add(work.order.round).Add(work.order.device);
    m_row.Add(granted ? upload->grant->bandwidthHz : ABSENT)
        .Add(granted ? upload->grant->txPowerW : ABSENT)
        .Add(measured.payloadBits);
    m_row.Add(Finite(own.uploadS)).Add(Finite(shannon.uploadS)).Add(measured.uploadS);
    m_row.Add(Finite(own.radioEnergyJ))
        .Add(Finite(shannon.radioEnergyJ))
        .Add(measured.radioEnergyJ);
    m_row.Add(Finite(own.EnergyJ())).Add(measured.EnergyJ());
    m_table.Write(m_row.Finish());

    ++m_uploads;
    m_ownTime.Add(measured.uploadS, own.uploadS);
    m_shannonTime.Add(measured.uploadS, shannon.uploadS);
    m_ownRadiated.Add(measured.radioEnergyJ, own.radioEnergyJ);
    m_shannonRadiated.Add(measured.radioEnergyJ, shannon.radioEnergyJ);
    m_ownEnergy.Add(measured.EnergyJ(), own.EnergyJ());
}

Json
PhyUploads::ToJson() const
{
    Json json;
    json["uploads"] = m_uploads;
    json["upload_prediction_error"] = fl::ToJson(m_ownTime);
    json["upload_shannon_error"] = fl::ToJson(m_shannonTime);
    json["energy_radio_prediction_error"] = fl::ToJson(m_ownRadiated);
    json["energy_radio_shannon_error"] = fl::ToJson(m_shannonRadiated);
    json["energy_prediction_error"] = fl::ToJson(m_ownEnergy);
    return json;
}

std::string
PhyUploads::ToText() const
{
    const auto percent = [](const PredictionErrors& errors) {
        char text[32] = "-";
        if (errors.sample.GetN() > 0)
        {
            std::snprintf(text, sizeof(text), "%.1f %%", 100 * errors.sample.Mean());
        }
        return std::string(text);
    };
    char text[256];
    std::snprintf(text,
                  sizeof(text),
                  "%-6s %7u   %16s   %7s   %20s   %7s\n",
                  m_phy.c_str(),
                  m_uploads,
                  percent(m_ownTime).c_str(),
                  percent(m_shannonTime).c_str(),
                  percent(m_ownRadiated).c_str(),
                  percent(m_shannonRadiated).c_str());
    return text;
}

void
RunPhyComparison(const OptionParser& parser, const Options& options)
{
    const std::filesystem::path folder = options.out;
    const auto phys =
        options.phy == ALL_PHYS ? AvailablePhys() : std::vector<std::string>{options.phy};
    const LearningData data = LoadData(options);
    const FolderLock lock(folder);
    OutputFile table(folder / "phys.csv");
    OutputFile summary(folder / "summary.json");
    table.Write(PhyUploads::HEADER);

    Json byPhy;
    std::string text = PhyUploads::HEADER_TEXT;
    std::string endings;
    bool learned = true;
    Progress progress(options.rounds,
                      options.runs,
                      ProgressDisplay::StandardError(),
                      static_cast<uint32_t>(phys.size()));
    for (const auto& phy : phys)
    {
        Options one = options;
        one.phy = phy;
        one.out = (folder / phy).string();
        // The same devices on all of them.
        one.streamAfterRadio = std::max(one.streamAfterRadio, STREAM_AFTER_RADIO);
        PhyUploads uploads(phy, table);
        const PhyResult result = RunPhy(parser, one, data, uploads, progress);
        byPhy[phy] = result.json;
        text += uploads.ToText();
        endings += "Over " + phy + " the run ended because " + result.ending + ".\n";
        learned = learned && result.learned;
    }

    Json json;
    json["program"] = parser.GetProgram();
    json["versions"] = {{"fl", VERSION}, {"ns3", Ns3Version()}};
    json["configuration"] = parser.ToJson();
    json["phys"] = byPhy;
    json["peak_memory_bytes"] = PeakMemoryBytes();
    table.Close();
    summary.Write(json.dump(2) + "\n");
    summary.Close();
    table.Publish();
    summary.Publish();

    RemoveStalePlots(folder);
    std::vector<std::string> scripts;
    WriteUploadPlots(folder, phys, scripts);
    WriteEnergyPlot(folder, phys, scripts);
    if (learned)
    {
        WriteAccuracyPlot(folder, phys, options.runs, scripts);
    }
    DrawScripts(folder, scripts, "gnuplot", std::cerr);
    std::cout << endings << text << "Tables and plots are in " << folder.string() << "/.\n";
}

} // namespace fl
} // namespace ns3
