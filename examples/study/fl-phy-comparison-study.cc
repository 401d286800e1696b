/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-phy-study.h"
#include "fl-phy-uploads.h"

#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-error.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"
#include "ns3/fl-plots.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-result-folder.h"
#include "ns3/fl-task-text.h"

#include <algorithm>
#include <cmath>
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
    ResultFolder results(options.out,
                         options.runs,
                         parser.GetProgram(),
                         configuration,
                         RunTotals(CountTasks(options), options.levels));
    progress.BeginCase(options.phy + ", " + options.optimizer);
    ForEachRun(options.runs, progress, [&](uint64_t run) {
        CellRun cell(options, data);
        uploads.Watch(static_cast<uint32_t>(run), cell.GetFederation().coordinator);
        result.ending = cell.Run(results.BeginRun(), progress);
    });
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

/// The program fl-phy-comparison.
class PhyComparison : public PhyStudy
{
  public:
    PhyComparison()
    {
        m_options.rounds = 5;
        // So little to compute that uploads are a good part of a round.
        m_options.trainSamples = 4000;
        m_options.testSamples = 2000;
        m_options.localIterations = 2;
    }

    void Run(const OptionParser& parser) override
    {
        const std::filesystem::path folder = m_options.out;
        const auto phys = StudiedPhys(m_options);
        const LearningData data = LoadData(m_options);
        const FolderLock lock(folder);
        OutputFile table(folder / "phys.csv");
        OutputFile summary(folder / "summary.json");
        table.Write(PhyUploads::HEADER);

        Json byPhy;
        std::string text = PhyUploads::HEADER_TEXT;
        std::string endings;
        bool learned = true;
        Progress progress(m_options.rounds,
                          m_options.runs,
                          ProgressDisplay::StandardError(),
                          static_cast<uint32_t>(phys.size()));
        for (const auto& phy : phys)
        {
            Options one = m_options;
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

        Json json = StudySummary(parser);
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
            WriteAccuracyPlot(folder, phys, m_options.runs, scripts);
        }
        DrawScripts(folder, scripts, "gnuplot", std::cerr);
        std::cout << endings << text << "Tables and plots are in " << folder.string() << "/.\n";
    }
};

/// Its program.
const StudyRegistration<PhyComparison> g_study("fl-phy-comparison",
                                               "Federated learning over one PHY after another");

} // namespace

} // namespace fl
} // namespace ns3
