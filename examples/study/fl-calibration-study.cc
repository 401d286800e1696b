/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-calibration-gain.h"
#include "fl-phy-study.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"
#include "ns3/fl-progress.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{

namespace
{

/// JSON whose members keep the order in which they were added.
using Json = nlohmann::ordered_json;

/// First line of the CSV file that AddRun() fills; energies in [J], times in [s].
constexpr char HEADER[] =
    "phy,weight_energy,run,round,calibrated,objective,energy_j,time_s,round_s\n";

/// w1 of the comparisons: energy and time alike, and time alone.
constexpr double WEIGHTS[] = {0.5, 0};

/// Headline of the table on the screen.
constexpr char HEADER_TEXT[] =
    "Gain by calibration from round 4 on, mean and 95 % confidence interval over runs:\n"
    "phy       w1   runs     measured objective       round's duration\n";

/// One PHY and one weight, without calibration and with it.
struct Comparison
{
    std::string phy;                     //!< name
    double weightEnergy{0};              //!< w1
    CalibrationGain gain;                //!< over the runs
    std::vector<Sample> objectives[2]{}; //!< by round, without and with
};

/**
 * Simulate one run of the cell.
 * @param options the cell
 * @param data what is learned
 * @param weightEnergy w1, the weight of energy in the objective, from 0 to 1
 * @param calibrate whether predictions are corrected by what earlier rounds measured
 * @param progress shows the rounds
 * @return energy, time and objective of each round, as measured
 * @throws InvalidInput if the options do not describe a cell
 */
std::vector<MeasuredRound>
RunOnce(const Options& options,
        const LearningData& data,
        double weightEnergy,
        bool calibrate,
        Progress& progress)
{
    Config::SetDefault("ns3::fl::SyncCoordinator::Calibrate", BooleanValue(calibrate));
    Config::SetDefault("ns3::fl::JointOptimizer::WeightEnergy", DoubleValue(weightEnergy));
    std::vector<MeasuredRound> rounds;
    CellRun cell(options, data);
    cell.GetFederation().coordinator->TraceConnectWithoutContext(
        "RoundEnd",
        MakeFlCallback<void, const RoundRecord&>([&](const RoundRecord& record) {
            rounds.push_back(MeasureRound(record, weightEnergy));
            progress.Update(record);
        }));
    Simulator::Run();
    return rounds;
}

/// Add a run's rounds to the table and to the means.
void
AddRun(Comparison& comparison,
       uint64_t run,
       bool calibrated,
       const std::vector<MeasuredRound>& rounds,
       OutputFile& table)
{
    CsvRow row;
    for (size_t i = 0; i < rounds.size(); ++i)
    {
        const auto& round = rounds[i];
        row.Add(comparison.phy.c_str())
            .Add(comparison.weightEnergy)
            .Add(static_cast<uint32_t>(run));
        row.Add(static_cast<uint32_t>(i + 1)).Add(static_cast<uint32_t>(calibrated));
        row.Add(round.objective).Add(round.energyJ).Add(round.timeS).Add(round.durationS);
        table.Write(row.Finish());
        auto& samples = comparison.objectives[calibrated];
        samples.resize(std::max(samples.size(), rounds.size()));
        samples[i].Add(round.objective);
    }
}

/**
 * @param sample a relative gain, by run
 * @return mean and half the 95 % confidence interval in percent, as " 12.30 % +-  1.20 %"
 */
std::string
ToText(const Sample& sample)
{
    char text[64];
    std::snprintf(text,
                  sizeof(text),
                  "%6.2f %% +- %5.2f %%",
                  100 * sample.Mean(),
                  100 * sample.Ci95());
    return text;
}

/**
 * @param sample a figure, by run
 * @return an object of mean, ci95 (half the 95 % confidence interval) and runs
 */
Json
ToJson(const Sample& sample)
{
    return {{"mean", sample.Mean()}, {"ci95", sample.Ci95()}, {"runs", sample.GetN()}};
}

/// Means of the objective by round, for the plot.
void
WriteCurves(const std::filesystem::path& folder, const std::vector<Comparison>& comparisons)
{
    OutputFile file(folder / "objective.csv");
    file.Write("phy,weight_energy,calibrated,round,objective_mean,objective_ci95\n");
    CsvRow row;
    for (const auto& comparison : comparisons)
    {
        for (uint32_t calibrated = 0; calibrated < 2; ++calibrated)
        {
            const auto& samples = comparison.objectives[calibrated];
            for (size_t i = 0; i < samples.size(); ++i)
            {
                row.Add(comparison.phy.c_str()).Add(comparison.weightEnergy).Add(calibrated);
                row.Add(static_cast<uint32_t>(i + 1));
                row.Add(samples[i].Mean()).Add(samples[i].Ci95());
                file.Write(row.Finish());
            }
        }
    }
    file.Publish();
}

/// Draw the objective over rounds, one plot per PHY and weight.
void
DrawCurves(const std::filesystem::path& folder, const std::vector<Comparison>& comparisons)
{
    std::vector<std::string> scripts;
    for (const auto& comparison : comparisons)
    {
        const std::string weight = Describe(comparison.weightEnergy);
        PlotScript script("objective-" + comparison.phy + "-w" + weight,
                          "Measured objective over " + comparison.phy + ", w1 = " + weight,
                          "round",
                          "w1 E + w2 T, mean over runs");
        script.Line("set yrange [0:*]");
        script.Line("set autoscale xfix");
        script.Line("set offsets 0.2, 0.2, 0, 0");
        const char* titles[] = {"planned by Shannon's formula", "planned with measured rates"};
        for (int calibrated = 0; calibrated < 2; ++calibrated)
        {
            // Side by side, so that no bar hides the other.
            script.Curve(
                {"objective.csv",
                 PlotRowsWith("phy", comparison.phy) + Describe(" && ",
                                                                PlotColumn("weight_energy"),
                                                                " == ",
                                                                weight,
                                                                " && ",
                                                                PlotColumn("calibrated"),
                                                                " == ",
                                                                calibrated),
                 {PlotColumn("round") + (calibrated ? " + 0.04" : " - 0.04"),
                  PlotColumn("objective_mean"),
                  "half('objective_ci95')"}},
                titles[calibrated],
                {"yerrorlines"});
        }
        script.Write(folder, scripts);
    }
    DrawScripts(folder, scripts, "gnuplot", std::cerr);
}

/// All runs of one PHY and one weight.
Comparison
Compare(const std::string& phy,
        double weightEnergy,
        const Options& options,
        const LearningData& data,
        OutputFile& table,
        Progress& progress)
{
    Comparison comparison;
    comparison.phy = phy;
    comparison.weightEnergy = weightEnergy;
    Options one = options;
    one.phy = phy;
    // Each run is there twice: planned by the formula, and with measured rates.
    ForEachRun(options.runs, progress, [&](uint64_t run) {
        const auto without = RunOnce(one, data, weightEnergy, false, progress);
        progress.BeginRun();
        const auto with = RunOnce(one, data, weightEnergy, true, progress);
        AddRun(comparison, run, false, without, table);
        AddRun(comparison, run, true, with, table);
        AddGain(without, with, comparison.gain);
    });
    return comparison;
}

/**
 * @param comparison a comparison after its runs
 * @param runs number of runs
 * @return its line of the table on the screen, below HEADER_TEXT
 */
std::string
GainLine(const Comparison& comparison, uint32_t runs)
{
    char line[200];
    std::snprintf(line,
                  sizeof(line),
                  "%-6s  %4g  %5u   %s   %s\n",
                  comparison.phy.c_str(),
                  comparison.weightEnergy,
                  runs,
                  ToText(comparison.gain.objective).c_str(),
                  ToText(comparison.gain.duration).c_str());
    return line;
}

/**
 * Write summary.json.
 * @param parser the parsed command line
 * @param comparisons all of them
 * @param summary the file, which is complete afterwards
 */
void
WriteSummary(const OptionParser& parser,
             const std::vector<Comparison>& comparisons,
             OutputFile& summary)
{
    Json gains = Json::array();
    for (const auto& comparison : comparisons)
    {
        gains.push_back({{"phy", comparison.phy},
                         {"weight_energy", comparison.weightEnergy},
                         {"objective_gain", ToJson(comparison.gain.objective)},
                         {"round_duration_gain", ToJson(comparison.gain.duration)}});
    }
    Json json = StudySummary(parser);
    json["gains"] = gains;
    summary.Write(json.dump(2) + "\n");
    summary.Close();
}

/// The program fl-calibration.
class CalibrationStudy : public PhyStudy
{
  public:
    CalibrationStudy()
    {
        m_options.rounds = 8;
        m_options.runs = 10;
        m_options.payloadBits = 1e6;
        // So little to compute that uploads are a good part of a round.
        m_options.samplesPerDevice = 200;
    }

    void Run(const OptionParser& parser) override
    {
        Validate(parser);
        const std::filesystem::path folder = m_options.out;
        const auto phys = StudiedPhys(m_options);
        const LearningData data = LoadData(m_options);
        const FolderLock lock(folder);
        OutputFile table(folder / "rounds.csv");
        OutputFile summary(folder / "summary.json");
        table.Write(HEADER);
        std::vector<Comparison> comparisons;
        std::string text = HEADER_TEXT;
        Progress progress(m_options.rounds,
                          2 * m_options.runs,
                          ProgressDisplay::StandardError(),
                          static_cast<uint32_t>(phys.size() * std::size(WEIGHTS)));
        for (const auto& phy : phys)
        {
            for (const double weight : WEIGHTS)
            {
                progress.BeginCase(Describe(phy, ", ", m_options.optimizer, ", w1 = ", weight));
                comparisons.push_back(Compare(phy, weight, m_options, data, table, progress));
                text += GainLine(comparisons.back(), m_options.runs);
            }
        }
        progress.EndLine();
        WriteSummary(parser, comparisons, summary);
        table.Publish();
        summary.Publish();
        WriteCurves(folder, comparisons);
        DrawCurves(folder, comparisons);
        std::cout << text << "Tables and plots are in " << folder.string() << "/.\n";
    }

  private:
    /**
     * @param parser the parsed command line
     * @throws InvalidInput if it sets what is compared, or there are too few rounds
     */
    void Validate(const OptionParser& parser) const
    {
        for (const char* attribute :
             {"ns3::fl::SyncCoordinator::Calibrate", "ns3::fl::JointOptimizer::WeightEnergy"})
        {
            if (parser.IsChanged(attribute))
            {
                throw InvalidInput(parser.Written(attribute) +
                                   ": must be left out: the study compares what it may be");
            }
        }
        if (m_options.rounds < CALIBRATED_FROM_ROUND)
        {
            throw InvalidInput(Describe("--rounds=",
                                        m_options.rounds,
                                        ": must be at least ",
                                        CALIBRATED_FROM_ROUND,
                                        ", from which on rounds count"));
        }
    }
};

/// Its program.
const StudyRegistration<CalibrationStudy> g_study("fl-calibration", "Planning with measured rates");

} // namespace

} // namespace fl
} // namespace ns3
